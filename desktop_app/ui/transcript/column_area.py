"""A column that scrolls: what is in sight is laid out, and what is read keeps still.

It knows turns only as things of a height. No correction of a height ever moves what the reader
looks at: the topmost block stays where it is, or the end where that is followed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
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

from desktop_app.interactions.place import Place
from desktop_app.overriding import override
from desktop_app.ui.focus_order import put_in_order
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.column import TOP, Column, Mark, TurnMaker, Window
from desktop_app.ui.transcript.jump_button import JumpButton
from desktop_app.ui.transcript.scrolling import (
    ZoomWheel,
    key_step,
    step_to_show,
    turn_step,
    wheel_step,
)
from desktop_app.ui.transcript.timing import NEVER, Deadline

COLUMN: Final = 720
MARGIN: Final = 24
_AHEAD_MS: Final = 8
_AHEAD_SECONDS: Final = 0.004
_FRAME_SECONDS: Final = 0.012
"""Seconds for new turns in a frame that scrolls: a long jump shows the others in the next ones."""
_PLACE_MS: Final = 400
_NEAR_END: Final = 8
_NEAR_TOP: Final = 72
_NEAR_FOOT: Final = 48
"""What was sought is not shown nearer to the edges; a bar may lie over the upper one."""
_BAR: Final = 14


def column_width(space: int) -> int:
    """The width of the text column in a space; both in pixels."""
    return COLUMN if space >= COLUMN + 2 * MARGIN else max(200, space - 2 * MARGIN)


class ColumnArea(QAbstractScrollArea):
    """Shows a column of turns, of which `make` makes the views."""

    place_changed = Signal()
    """The reader has been at another `place` for a moment."""

    zoom_requested = Signal(int)
    """Text is to be larger or smaller by so many steps."""

    views_changed = Signal()
    """Views have come or gone, or were laid out anew."""

    def __init__(self, theme: Theme, make: TurnMaker, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._column = Column(make)
        self._mark: Mark | None = None  # what keeps still where the end is not followed
        self._value = 0
        self._follows = True
        self._ordered: list[QWidget] = []
        self._arranging = False
        self._upwards = True  # so the reader went last
        self._late = False  # something is to be laid out before the next frame
        self._wheel = ZoomWheel()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        # Pixels of a viewport that paints all of itself, with nothing over it, can be scrolled.
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setViewportMargins(0, 0, _BAR, 0)
        # The bar stands in the margin, so that it takes no width from the column.
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setSingleStep(44)
        self._bar.valueChanged.connect(self._scrolled)
        self._jump = JumpButton(theme, self.viewport())
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
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

    # --- what is kept of a reader -------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """What stands at the upper edge; `None` where the reader is at the end."""
        mark = self._mark
        if mark is None or self._follows:
            return None
        key, anchor = self._column.path.key(mark.number), mark.anchor
        return Place(key) if anchor is None else Place(key, anchor.part, anchor.block, anchor.share)

    @property
    def column(self) -> Column:
        """The turns, and the views there are of them."""
        return self._column

    @property
    def top_mark(self) -> Mark | None:
        """What stands at the upper edge, also where the reader is at the end."""
        return self._column.mark_at(self._value)

    @property
    def width_and_zoom(self) -> tuple[int, int]:
        """What heights hold for: pixels of the column, and percent. Before the window is there,
        the column is taken to be as wide as it mostly is.
        """
        width = column_width(self.width()) if self.window().isVisible() else COLUMN
        return width, self._theme.zoom

    def take_measured(self) -> dict[str, int]:
        """The heights of turns, by their keys, that were measured since they were taken last, at
        `width_and_zoom`.
        """
        measured, self._column.measured = self._column.measured, {}
        return measured

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        views = [slot.view for slot in self._column.slots]
        return [self, *(stop for view in views for stop in view.stops), self._jump]

    # --- layout -------------------------------------------------------------------------------

    def _arrange(self, *, flowed: bool = False, grown: bool = False) -> None:
        """Lay out what is in sight and put every view in its place, so that the mark keeps still.

        `flowed`: the lines of all text are other ones now, or other turns are shown, which are all
        seen at once; `grown`: an answer has only grown, for which nothing more has come near.
        """
        if self._arranging:
            return
        if not self.isVisible():  # something else is shown in its place
            self._late = True
            return
        flowed = self._column.set_width(column_width(self.width())) or flowed or self._late
        if flowed and self._mark is not None:
            self._mark = self._mark.flowed
        self._late = False
        deadline = NEVER if flowed else Deadline(_FRAME_SECONDS)
        self._settle(deadline)
        if grown and not flowed:
            return
        self._column.begin_ahead(upwards=self._upwards)
        if not self._ahead_timer.isActive():
            self._ahead_timer.start(0 if deadline.over else _AHEAD_MS)

    def _keep_still(self) -> None:
        """Arrange so that what was pressed stays under the pointer, also at the end."""
        self._follows = False
        self._arrange()
        self._follows = self._value >= self._bar.maximum() - _NEAR_END

    def _settle(self, deadline: Deadline) -> None:
        column, height = self._column, self.height()
        mark = None if self._follows else self._mark
        self._arranging = True
        try:
            self._value = value = column.settle(mark, height, deadline)
            end = max(0, column.content - height)
            self._bar.setRange(0, end)
            self._bar.setPageStep(height)
            self._bar.setVisible(end > 0)
            self._bar.setValue(value)
            column.place(Window(value, height), (self.width() - column.width) // 2)
            self._mark = column.mark_after(mark, value)
            self._show_jump(value < end - _NEAR_END)
        finally:
            self._arranging = False
        if column.changed:
            column.changed = False
            self._jump.raise_()
            self._order_stops()
            self.views_changed.emit()

    def _show_jump(self, is_shown: bool) -> None:
        self._jump.setVisible(is_shown)
        self._jump.move(QPoint((self.width() - self._jump.width()) // 2, self.height() - 52))

    def _lay_out_ahead(self) -> None:
        """Lay out what a frame had no time for, then a little of what will soon be in sight: never
        so much that a frame waits.
        """
        if not self.isVisible():
            return
        column, began = self._column, time.monotonic()
        while not column.is_ahead:
            if time.monotonic() - began > (_FRAME_SECONDS if column.is_behind else _AHEAD_SECONDS):
                break
            if column.lay_out_ahead(Window(self._value, self.height())):
                self._settle(Deadline(0))
        if column.is_ahead:
            self._order_stops()  # the cards of code have buttons since they were laid out
        else:
            self._ahead_timer.start(0 if column.is_behind else _AHEAD_MS)

    def _order_stops(self) -> None:
        if self._ordered != (stops := self.stops):
            self._ordered = stops
            put_in_order(stops)

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
        """The bar was moved."""
        if self._arranging:
            return
        self._follows = value >= self._bar.maximum() - _NEAR_END
        self._move_mark(value - self._value)
        if value == 0:
            self._mark = self._column.mark_at(0)
        self._arrange()
        self._place_timer.start()

    def scroll_by(self, step: int) -> None:
        """Scroll by so many pixels downwards, also where heights have been guessed too small."""
        self._follows = False
        self._move_mark(step)
        self._arrange()
        self._follows = step > 0 and self._value >= self._bar.maximum() - _NEAR_END
        self._place_timer.start()

    def _move_mark(self, step: int) -> None:
        """What was seen before and still is keeps still while the rest is laid out."""
        self._upwards = step < 0
        if self._mark is not None:
            mark = replace(self._mark, at=self._mark.at - step)
            seen = self._column.is_seen(mark, self.height())
            self._mark = mark if seen else self._column.mark_at(self._value + step)

    def jump_to_end(self) -> None:
        """Go to the end, and follow what is added there."""
        self._follows = True
        self._arrange()
        self._place_timer.start()

    def set_room_above(self, room: int) -> None:
        """Leave room above the first turn, for a bar that lies over the upper edge."""
        if self._column.top != TOP + room:
            self._column.top = TOP + room
            self._arrange()

    def bring_into_sight(self, number: int, place: Anchor | None, offset: int, length: int) -> None:
        """Show what is so far below a block, or below the top of a turn; not at the very edge."""
        mark = Mark(number, place, offset)
        at = self._column.value_of(mark) - self._value
        if not _NEAR_TOP <= at <= self.height() - length - _NEAR_FOOT:
            self._follows = False
            self._mark = replace(mark, at=max(_NEAR_TOP, (self.height() - length) // 3))
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
            self.scroll_by(step)

    @override
    def event(self, event: QEvent) -> bool:
        """Lay out what was left for the next frame."""
        if event.type() is QEvent.Type.LayoutRequest and self._late:
            self._arrange(flowed=True)
        return super().event(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Lay out what came while something else was shown."""
        if self._late:
            self._arrange()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by pixels where the device gives them, else by three lines a notch."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if steps := self._wheel.turn(event):
                self.zoom_requested.emit(steps)
        else:
            self.scroll_by(-wheel_step(event))
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by the keys that scroll everywhere, and by turns."""
        if turns := turn_step(event):
            self._go_by_turns(turns)
        elif (step := key_step(event, self.height())) is not None:
            self.scroll_by(step)
        elif event.key() == Qt.Key.Key_Home:
            self._bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.jump_to_end()
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; the reader stays where he is."""
        self._bar.setGeometry(QRect(self.width() - _BAR, 0, _BAR, self.height()))
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
