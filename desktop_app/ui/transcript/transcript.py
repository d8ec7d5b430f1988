"""The transcript: all turns of a conversation in one column that scrolls.

Turns in, signals out: its owner hands it interactions and says which steps have grown; it says
what the person wants done. A view is made only for a turn that comes near the window.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QRect, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.pause import Pause
from desktop_app.images.pixels import Pixels
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outline import facts_of
from desktop_app.interactions.place import Place
from desktop_app.overriding import override
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.column import Mark, Slot
from desktop_app.ui.transcript.column_area import ColumnArea
from desktop_app.ui.transcript.estimate import estimates
from desktop_app.ui.transcript.growth import Growth
from desktop_app.ui.transcript.interaction import Selecting
from desktop_app.ui.transcript.path import Path
from desktop_app.ui.transcript.pictures import ThumbnailSource
from desktop_app.ui.transcript.scrolling import has_button_in_use
from desktop_app.ui.transcript.turn_view import TurnState, TurnView


class Transcript(ColumnArea):
    """Shows the path of a conversation that is on screen."""

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

    link_clicked = Signal(str, str)
    """A link is to be opened: its address, and the text that stands for it."""

    media_requested = Signal(object)
    """Something is to be done with a picture or a sound: a `MediaRequest`."""

    citation_reached = Signal(object, str, QRect, bool)
    """See `TurnView.citation_reached`."""

    painted = Signal()
    """Everything that had grown is on screen."""

    def __init__(
        self, theme: Theme, thumbnail: ThumbnailSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self._make_view, parent)
        self._bar.valueChanged.connect(self._leave_citation)
        self._thumbnail = thumbnail
        self._pauses: dict[str, Pause] = {}
        self._growth = Growth(self._column, self._make_room, self)
        self._growth.flushed.connect(self._show_growth)
        self.selecting = Selecting(theme, self, self._column, self)

    # --- turns in -----------------------------------------------------------------------------

    def set_turns(
        self,
        turns: Sequence[Interaction],
        *,
        keys: Sequence[str] | None = None,
        sizes: Sequence[int] | None = None,
        heights: Sequence[int] = (),
        place: Place | None = None,
        read: Callable[[str], Interaction] | None = None,
    ) -> None:
        """Show these turns and no others, at a place, or at their end.

        `read` gives a turn that was added later by its key; without it such turns are held here.
        `keys` and `sizes`, the characters of each, are all that is looked at of every turn; without
        them all turns are asked for. `heights` were measured at `width_and_zoom`, 0 where not.
        """
        keys = [turn.key for turn in turns] if keys is None else keys
        sizes = [facts_of(turn).size for turn in turns] if sizes is None else sizes
        width, _ = self.width_and_zoom
        guessed = estimates(sizes, width, self._theme.body_size())
        if heights:
            known = zip(heights, guessed, strict=True)
            guessed = [height or guess for height, guess in known]
        self._pauses.clear()
        self._column.begin(Path(turns, keys, read), guessed)
        self.selecting.forget()
        self._open_at(place)

    def _open_at(self, place: Place | None) -> None:
        self._mark = None if place is None else self._mark_of(place)
        self._follows = self._mark is None
        self._arrange(flowed=True)

    def _mark_of(self, place: Place) -> Mark | None:
        number = self._column.path.number_of(place.turn)
        anchor = Anchor(place.part, place.block, place.share)
        return None if number is None else Mark(number, anchor, None)

    def add_turn(self, turn: Interaction) -> None:
        """Show a turn behind the others, and go to it."""
        last = self._column.slot(len(self._column.path) - 1)
        (height,) = estimates([facts_of(turn).size], self._column.width, self._theme.body_size())
        self._column.append(turn, height)
        self._follows = True
        if last is not None:
            last.view.set_last(False)
            last.width = 0
        self.jump_to_end()

    def replace_turn(self, key: str, turn: Interaction) -> None:
        """Show a turn in the place of another, and nothing behind it."""
        at = self._column.path.number_of(key)
        if at is not None:
            self._column.truncate(at)
            self.selecting.follow()
        self.add_turn(turn)

    def remove_turn(self, key: str) -> None:
        """Show the last turn no more."""
        at = self._column.path.number_of(key)
        if at is None:
            return
        self._column.truncate(at)
        self.selecting.follow()
        last = self._column.slot(at - 1)
        if last is not None:
            last.view.set_last(True)
            self._column.fit_again(last)
        self._arrange()

    def show_pause(self, turn: Interaction, pause: Pause | None) -> None:
        """Say what stands before the next try of a turn, and count down to it."""
        if pause is None:
            self._pauses.pop(turn.key, None)
        else:
            self._pauses[turn.key] = pause
        slot = self._column.slot_of(turn.key)
        if slot is not None:
            slot.view.set_pause(pause)
            self._growth.watch()

    def update_turn(self, turn: Interaction) -> None:
        """Show a turn as it is now: it has begun, or ended."""
        slot = self._column.slot_of(turn.key)
        if slot is not None:
            slot.view.update_all()
            self._column.fit_again(slot)
            self._arrange()
            self.selecting.follow()
            self.painted.emit()

    def set_waiting(self, turn: Interaction, words: str) -> None:
        """Say what a turn waits for."""
        slot = self._column.slot_of(turn.key)
        if slot is not None:
            slot.view.set_waiting(words)

    def show_upload(self, sha256: str, share: float) -> None:
        """Show how far the upload of an attachment is; below 0 it is not going on."""
        for slot in self._column.slots:
            slot.view.show_upload(sha256, share)

    def show_thumbnail(self, sha256: str, png: bytes) -> None:
        """Show a thumbnail that was made meanwhile."""
        for slot in self._column.slots:
            slot.view.show_thumbnail(sha256, png)

    def show_pixels(self, key: str, _longest: int, made: Pixels | str) -> None:
        """Show a picture of an answer that was decoded meanwhile, or why it cannot be shown."""
        for slot in self._column.slots:
            slot.view.show_pixels(key, made)

    def _leave_citation(self) -> None:
        """What moves leaves the pointer."""
        self.citation_reached.emit(None, "", QRect(), False)

    def open_thoughts(self) -> None:
        """Open all thoughts, for a screenshot."""
        for slot in self._column.slots:
            slot.view.open_thoughts()
        self.flush()

    def _make_view(self, turn: Interaction, state: TurnState | None) -> TurnView:
        view = TurnView(self._theme, turn, self._thumbnail, self.viewport(), state)
        view.retry.connect(self.retry)
        view.resume.connect(self.resume)
        view.refuse.connect(self.refuse)
        view.foot.hurried.connect(self.hurried)
        view.foot.withdrawn.connect(self.withdrawn)
        view.foot.pause = self._pauses.get(turn.key)
        view.link_clicked.connect(self.link_clicked)
        view.media_requested.connect(self.media_requested)
        view.citation_reached.connect(self.citation_reached)
        view.height_changed.connect(partial(self._view_changed, turn.key))
        self.selecting.show_in(view)
        return view

    def _view_changed(self, key: str) -> None:
        slot = self._column.slot_of(key)
        if slot is not None and self._late:
            slot.width = 0
        elif slot is not None and not self._arranging:
            self._column.fit_again(slot)
            if not slot.streams and has_button_in_use(slot.view):
                self._keep_still()
            else:
                self._arrange()
            self.selecting.show_in(slot.view)  # a line may have been opened

    def go_to(self, place: Place) -> None:
        """Scroll so that a place stands at the upper edge."""
        mark = self._mark_of(place)
        if mark is not None:
            self._follows, self._mark = False, mark
            self._arrange()

    # --- mouse and keyboard -------------------------------------------------------------------

    @override
    def event(self, event: QEvent) -> bool:
        """Keep the keys that select from the window, where they mean something else."""
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and self.selecting.wants(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select."""
        event.setAccepted(self.selecting.take(event))

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        event.setAccepted(self.selecting.take(event))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select more, or less."""
        event.setAccepted(self.selecting.take(event))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave it selected, or open a link."""
        event.setAccepted(self.selecting.take(event))

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be taken."""
        self.selecting.open_menu(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select and copy by keys; the others scroll."""
        if not self.selecting.take_key(event):
            super().keyPressEvent(event)

    # --- what grows ---------------------------------------------------------------------------

    def mark_dirty(self, turn: Interaction, position: int) -> None:
        """Note that a step has grown; it is painted within 33 ms, or when there is time."""
        self._growth.mark_dirty(turn, position)

    def flush(self) -> None:
        """Show what has grown."""
        self._growth.flush()

    @property
    def is_clean(self) -> bool:
        """Whether everything that has grown is shown."""
        return self._growth.is_clean

    def _make_room(self, slot: Slot) -> None:
        """Move up at the end by what was added there, before it is there: Qt copies pixels only
        while nothing in the window is new.
        """
        if not self._follows or not self._bar.maximum():
            return  # a reader above is not moved, and nothing is laid out for him
        more = slot.view.lay_out_growth()
        if 0 < more < self.height():
            self.viewport().scroll(0, -more)

    def _show_growth(self, changed: bool) -> None:
        if changed:
            self._arrange(grown=True)
        self.selecting.follow()
        self.painted.emit()
