"""What stands under the answer of a turn: what it waits for, how it ended, what can be done."""

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.chat.pause import Pause
from desktop_app.interactions.calls import open_calls
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.ui.buttons import HEIGHT as BUTTON_HEIGHT
from desktop_app.ui.buttons import Button
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.failure_card import FailureCard
from desktop_app.ui.transcript.pause_line import PauseLine
from desktop_app.ui.transcript.status_line import StatusLine, words_for_end

STEP_GAP: Final = 8
BLOCK_GAP: Final = 14
_QUEUED_GAP: Final = 2
"""Below the bubble; the line's own height makes it six pixels to its words."""


class TurnFoot(QObject):
    """The widgets, which are children of the turn's view, and lie over all that is above them."""

    retry = Signal(str)
    """The turn of this key is to be asked again."""

    resume = Signal(str)
    """The answer of the turn of this key is to go on."""

    refuse = Signal(str)
    """The calls of functions of the turn of this key are to be refused."""

    hurried = Signal(str)
    """The turn of this key, which waits, is to be tried now."""

    withdrawn = Signal(str)
    """The turn of this key, which waits, is not to be sent."""

    height_changed = Signal()
    """It needs another height."""

    def __init__(self, theme: Theme, turn: Interaction, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._turn = turn
        self._view = view
        self.last = False
        self.waiting = ""
        self.pause: Pause | None = None
        self.status = StatusLine(theme, view)
        self._pause_line = PauseLine(theme, view)
        self._pause_line.hurried.connect(partial(self.hurried.emit, turn.key))
        self._pause_line.withdrawn.connect(partial(self.withdrawn.emit, turn.key))
        self._pause_line.asked.connect(partial(self.retry.emit, turn.key))
        self._refuse = Button(theme, "Refuse", "plain", "x", view)
        self._refuse.setAccessibleDescription("Answers the model that nothing was run")
        self._refuse.clicked.connect(partial(self.refuse.emit, turn.key))
        self._refuse.hide()
        self._failure: FailureCard | None = None

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        failure = self._failure.stops if self._failure is not None else []
        return [*self._pause_line.stops, self._refuse, *failure]

    # --- what it says -------------------------------------------------------------------------

    def update_status(self, *, silent: bool) -> bool:
        """Say how it goes; `silent` says that nothing else does. Says if the height may change."""
        turn = self._turn
        words, running = "", turn.outcome is Outcome.STREAMING
        if running:
            words = self.waiting or ("Waiting for the answer" if silent else "")
        elif turn.outcome is not Outcome.WAITING:  # the pause says it, once it is on the disk
            words = words_for_end(turn, last=self.last)
        refusable = self.last and not running and bool(open_calls(turn))
        changed = refusable == self._refuse.isHidden()
        self._refuse.setVisible(refusable)
        changed = self._update_pause() or changed
        paused = not self._pause_line.isHidden()
        return self.status.show_words("" if paused else words, running) or changed

    def _update_pause(self) -> bool:
        turn, line = self._turn, self._pause_line
        before = line.isHidden(), line.accessibleName()
        if self.pause is not None and turn.outcome in (Outcome.WAITING, Outcome.STREAMING):
            line.show_pause(self.pause, sent=turn.outcome is Outcome.STREAMING)
        elif turn.unsent and turn.outcome is Outcome.CANCELLED:
            line.show_not_sent(last=self.last)
        else:
            line.hide()
        return before != (line.isHidden(), line.accessibleName())

    def tick(self) -> None:
        """A second has passed."""
        self._pause_line.tick()

    def update_failure(self, under: QWidget) -> None:
        """Show why the answer has no good end; the card lies under a widget."""
        turn = self._turn
        failed = turn.outcome in (Outcome.FAILED, Outcome.INTERRUPTED)
        if failed and self._failure is None:
            self._failure = FailureCard(self._theme, self._view)
            self._failure.retry.connect(partial(self.retry.emit, turn.key))
            self._failure.resume.connect(partial(self.resume.emit, turn.key))
            self._failure.height_changed.connect(self.height_changed)
            self._failure.stackUnder(under)
            self._failure.show()
        if self._failure is not None:
            self._failure.setVisible(failed)
        if failed and self._failure is not None:
            failure = turn.failure or Failure("", "The answer failed.")
            resume = self.last and turn.resumable
            self._failure.show_failure(failure, retry=self.last, resume=resume)

    # --- pixels -------------------------------------------------------------------------------

    def fit(self, top: int, gap: int, width: int) -> int:
        """Lay out below a height and a gap; return where it ends."""
        if not self.status.isHidden():
            top += gap
            self.status.move(0, top)
            top += self.status.fit(width)
            gap = BLOCK_GAP
        if not self._pause_line.isHidden():
            top += gap if self._turn.outcome is Outcome.STREAMING else _QUEUED_GAP
            self._pause_line.move(0, top)
            top += self._pause_line.fit(width)
            gap = BLOCK_GAP
        if not self._refuse.isHidden():
            top += STEP_GAP
            self._refuse.setGeometry(0, top, self._refuse.sizeHint().width(), BUTTON_HEIGHT)
            top += BUTTON_HEIGHT
            gap = BLOCK_GAP
        if self._failure is not None and not self._failure.isHidden():
            top += gap + 2
            self._failure.move(0, top)
            top += self._failure.fit(width)
        return top
