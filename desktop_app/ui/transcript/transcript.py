"""The transcript: all turns of a conversation in one column that scrolls.

Turns in, signals out: its owner hands it interactions and says which steps have grown; it says
what the person wants done. A view is made only for a turn that comes near the window; until then
its height is an estimate, and no correction ever moves what the reader looks at.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, cast

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QScrollBar, QWidget

from desktop_app.images.pixels import Pixels
from desktop_app.interactions.interaction import Interaction
from desktop_app.overriding import override
from desktop_app.ui.focus_order import put_in_order
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.anchor import Anchor, Measured, Place
from desktop_app.ui.transcript.column import TOP, Column, Mark, Window
from desktop_app.ui.transcript.estimate import estimates, size_of
from desktop_app.ui.transcript.growth import Growth
from desktop_app.ui.transcript.jump_button import JumpButton
from desktop_app.ui.transcript.path import Path
from desktop_app.ui.transcript.pictures import ThumbnailSource
from desktop_app.ui.transcript.scrolling import (
    ZoomWheel,
    key_step,
    step_to_show,
    turn_step,
    wheel_step,
)
from desktop_app.ui.transcript.turn_view import TurnState, TurnView

COLUMN: Final = 720
MARGIN: Final = 24
_AHEAD_MS: Final = 8
_PLACE_MS: Final = 400
_NEAR_END: Final = 8


def column_width(space: int) -> int:
    """The width of the text column in a space; both in pixels."""
    return COLUMN if space >= COLUMN + 2 * MARGIN else max(200, space - 2 * MARGIN)


class Transcript(QAbstractScrollArea):
    """Shows the path of a conversation that is on screen."""

    retry = Signal(str)
    """The turn of this key is to be asked again."""

    resume = Signal(str)
    """The answer of the turn of this key is to go on."""

    refuse = Signal(str)
    """The calls of functions of the turn of this key are to be refused."""

    link_clicked = Signal(str, str)
    """A link is to be opened: its address, and the text that stands for it."""

    media_requested = Signal(object)
    """Something is to be done with a picture or a sound: a `MediaRequest`."""

    citation_reached = Signal(object, str, QRect, bool)
    """See `TurnView.citation_reached`."""

    painted = Signal()
    """Everything that had grown is on screen."""

    turns_wanted = Signal(int, int)
    """The turns from a number to before another are near, and have not been read."""

    place_changed = Signal()
    """The reader has been at another `place` for a moment."""

    zoom_requested = Signal(int)
    """Text is to be larger or smaller by so many steps."""

    def __init__(
        self, theme: Theme, thumbnail: ThumbnailSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnail = thumbnail
        self._column = Column(self._make_view)
        self._mark: Mark | None = None  # what keeps still where the end is not followed
        self._value = 0
        self._follows = True
        self._arranging = False
        self._late = False  # something is to be laid out before the next frame
        self._wanted = range(0)
        self._wheel = ZoomWheel()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        self.viewport().setAutoFillBackground(False)
        # The bar lies over the margin, so that it takes no width from the column.
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setSingleStep(44)
        self._bar.valueChanged.connect(self._scrolled)
        self._jump = JumpButton(theme, self)
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        self._growth = Growth(self._column, self)
        self._growth.flushed.connect(self._show_growth)
        self.mark_dirty = self._growth.mark_dirty
        self.flush = self._growth.flush
        self._ahead_timer = self._timer(_AHEAD_MS, self._lay_out_ahead)
        self._place_timer = self._timer(_PLACE_MS, self.place_changed.emit)
        theme.changed.connect(self._restyle)
        application = cast("QApplication", QApplication.instance())
        application.focusChanged.connect(self._show_focus)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    # --- turns in -----------------------------------------------------------------------------

    def set_turns(
        self,
        turns: Sequence[Interaction | None],
        *,
        keys: Sequence[str] | None = None,
        sizes: Sequence[int] | None = None,
        place: Place | None = None,
        measured: Measured | None = None,
    ) -> None:
        """Show these turns and no others, at a place, or at their end.

        Of all turns only `keys` and `sizes`, their characters, are looked at, which a plain list
        says itself; a turn is taken when it comes near, `None` where it has not been read yet.
        `measured` holds for the width and the zoom it names.
        """
        read = [turn for turn in turns if turn is not None] if keys is None or sizes is None else []
        keys = [turn.key for turn in read] if keys is None else keys
        sizes = [size_of(turn) for turn in read] if sizes is None else sizes
        self._column.set_width(column_width(self.width()))
        heights = estimates(sizes, self._column.width, self._theme.body_size())
        if measured is not None and self._holds(measured):
            heights = list(map(measured.heights.get, keys, heights))
        self._column.begin(Path(turns, keys), heights)
        self._wanted = range(0)
        self._open_at(place)

    def _holds(self, measured: Measured) -> bool:
        return (measured.width, measured.zoom) == (self._column.width, self._theme.zoom)

    def _open_at(self, place: Place | None) -> None:
        number = self._column.path.number_of(place.turn) if place is not None else None
        self._follows = place is None or number is None
        if place is not None and number is not None:
            self._mark = Mark(number, place.anchor, None)
        self._arrange(flowed=True)

    def show_turns(self) -> None:
        """Show turns that have been read since they were wanted."""
        self._arrange()

    def add_turn(self, turn: Interaction) -> None:
        """Show a turn behind the others, and go to it."""
        last = self._column.slot(len(self._column.path) - 1)
        (height,) = estimates([size_of(turn)], self._column.width, self._theme.body_size())
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
        self.add_turn(turn)

    def update_turn(self, turn: Interaction) -> None:
        """Show a turn as it is now: it has begun, or ended."""
        slot = self._column.slot_of(turn.key)
        if slot is not None:
            slot.view.update_all()
            self._column.fit_again(slot)
            self._arrange()
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

    def open_thoughts(self) -> None:
        """Open all thoughts, for a screenshot."""
        for slot in self._column.slots:
            slot.view.open_thoughts()
        self.flush()

    # --- what is kept of a reader -------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """What stands at the upper edge; `None` where the reader is at the end."""
        mark = self._mark
        if mark is None or self._follows:
            return None
        return Place(self._column.path.key(mark.number), mark.anchor or Anchor(0, 0, 0.0))

    def take_measured(self) -> Measured:
        """The heights that were measured since they were taken last."""
        measured, self._column.measured = self._column.measured, {}
        return Measured(self._column.width, self._theme.zoom, measured)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        views = [slot.view for slot in self._column.slots]
        return [self, *(stop for view in views for stop in view.stops), self._jump]

    @property
    def is_clean(self) -> bool:
        """Whether everything that has grown is shown."""
        return self._growth.is_clean

    def _show_growth(self, changed: bool) -> None:
        if changed:
            self._arrange()
        self.painted.emit()

    # --- layout -------------------------------------------------------------------------------

    def _make_view(self, turn: Interaction, state: TurnState | None) -> TurnView:
        view = TurnView(self._theme, turn, self._thumbnail, self.viewport(), state)
        view.retry.connect(self.retry)
        view.resume.connect(self.resume)
        view.refuse.connect(self.refuse)
        view.link_clicked.connect(self.link_clicked)
        view.media_requested.connect(self.media_requested)
        view.citation_reached.connect(self.citation_reached)
        view.height_changed.connect(partial(self._view_changed, turn.key))
        return view

    def _view_changed(self, key: str) -> None:
        slot = self._column.slot_of(key)
        if slot is not None and self._late:
            slot.width = 0
        elif slot is not None and not self._arranging:
            self._column.fit_again(slot)
            self._arrange()

    def _arrange(self, *, flowed: bool = False) -> None:
        """Lay out what is in sight and put every view in its place, so that the mark keeps still;
        `flowed`: the lines of all text are other ones now.
        """
        if self._arranging:
            return
        if self._is_put_away:
            self._late = True
            return
        column, height, mark = self._column, self.height(), self._mark
        flowed = column.set_width(column_width(self.width())) or flowed or self._late
        if flowed and mark is not None:
            mark = replace(mark, offset=None)
        self._arranging, self._late = True, False
        try:
            mark = None if self._follows else mark
            self._value = value = column.settle(mark, height)
            end = max(0, column.content - height)
            self._bar.setRange(0, end)
            self._bar.setPageStep(height)
            self._bar.setVisible(end > 0)
            self._bar.setValue(value)
            column.place(Window(value, height), (self.width() - column.width) // 2)
            unread = mark is not None and column.slot(mark.number) is None
            self._mark = mark if unread else column.mark_at(value)
            self._jump.setVisible(value < end - _NEAR_END)
        finally:
            self._arranging = False
        if column.changed:
            column.changed = False
            put_in_order(self.stops)
        if not self._ahead_timer.isActive():
            self._ahead_timer.start()
        self._ask_for_turns()

    @property
    def _is_put_away(self) -> bool:
        """Whether something else is shown in its place."""
        return self.isHidden() and self.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)

    def _ask_for_turns(self) -> None:
        wanted = self._column.missing(Window(self._value, self.height()))
        if wanted and wanted != self._wanted:
            self.turns_wanted.emit(wanted.start, wanted.stop)
        self._wanted = wanted

    def _lay_out_ahead(self) -> None:
        """Lay out a little of what will soon be in sight: never so much that a frame waits."""
        before = self._column.content
        more = self._column.lay_out_ahead(Window(self._value, self.height()))
        if self._column.changed or self._column.content != before:
            self._arrange()
        if more:
            self._ahead_timer.start()

    def _restyle(self) -> None:
        self._column.forget_layout()
        self._arrange_late()
        self.viewport().update()

    def _arrange_late(self) -> None:
        """Lay all out anew before the next frame, when every view knows why."""
        self._late = True
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))

    # --- scrolling ----------------------------------------------------------------------------

    def _scrolled(self, value: int) -> None:
        if self._arranging:
            return
        self._follows = value >= self._bar.maximum() - _NEAR_END
        if self._mark is not None:
            # What was seen before and still is keeps still while the rest is laid out.
            mark = replace(self._mark, at=self._mark.at - (value - self._value))
            seen = self._column.is_seen(mark, self.height())
            self._mark = mark if seen else self._column.mark_at(value)
        self._arrange()
        self._place_timer.start()

    def jump_to_end(self) -> None:
        """Go to the end, and follow what is added there."""
        self._follows = True
        self._arrange()
        self._place_timer.start()

    def _go_by_turns(self, step: int) -> None:
        """Go to the beginning of another turn, with the focus."""
        column, focused = self._column, QApplication.focusWidget()
        inside = [s.number for s in column.slots if focused and s.view.isAncestorOf(focused)]
        number = column.beside(self._value, step, inside[0] if inside else None)
        if number is None:
            return
        self._follows, self._mark = False, Mark(number, None, 0, TOP)
        self._arrange()
        slot = column.slot(number)
        if slot is not None:
            self._arranging = True  # it is in sight, and is not to be scrolled to
            try:
                _focus_first(slot.view.stops)
            finally:
                self._arranging = False
        self._place_timer.start()

    def _show_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """Scroll to what Tab has reached; what was hidden by scrolling hands its focus on too."""
        step = step_to_show(new, self.viewport())
        if step and old is not None and not self._arranging:
            self._bar.setValue(self._bar.value() + step)

    @override
    def event(self, event: QEvent) -> bool:
        """Lay out what was left for the next frame."""
        if event.type() is QEvent.Type.LayoutRequest and self._late:
            self._arrange(flowed=True)
        return super().event(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Lay out what came while something else was shown, in the size that is given now."""
        if self._late:
            self._arrange_late()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by pixels where the device gives them, else by three lines a notch."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if steps := self._wheel.turn(event):
                self.zoom_requested.emit(steps)
        else:
            self._bar.setValue(self._bar.value() - wheel_step(event))
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by the keys that scroll everywhere, and by turns."""
        step = key_step(event, self.height(), self._bar.maximum())
        if by := turn_step(event):
            self._go_by_turns(by)
        elif step is None:
            super().keyPressEvent(event)
        else:
            self._bar.setValue(self._bar.value() + step)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; the reader stays where he is."""
        self._bar.setGeometry(QRect(self.width() - 14, 0, 14, self.height()))
        self._jump.move(QPoint((self.width() - self._jump.width()) // 2, self.height() - 52))
        self._arrange()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.color("window"))


def _focus_first(stops: Sequence[QWidget]) -> None:
    first = next((stop for stop in stops if stop.isVisible()), None)
    if first is not None:
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)
