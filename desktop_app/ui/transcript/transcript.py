"""The transcript: all turns of a conversation in one column that scrolls.

Turns in, signals out: its owner hands it interactions and says which steps have grown; it says
what the person wants done. A view is made only for a turn that comes near the window; until then
its height is an estimate, and no correction ever moves what the reader looks at.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Final, cast

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QScrollBar, QWidget

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.overriding import override
from desktop_app.ui.focus_order import put_in_order
from desktop_app.ui.spoken_roles import read_in_order
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.jump_button import JumpButton
from desktop_app.ui.transcript.pictures import ThumbnailSource
from desktop_app.ui.transcript.scrolling import key_step, step_to_show, wheel_step
from desktop_app.ui.transcript.slots import TOP, TURN_GAP, Slot, between, content_height, top_of
from desktop_app.ui.transcript.turn_view import TurnView

COLUMN: Final = 720
MARGIN: Final = 24
FLUSH_MS: Final = 33
_NEAR_END: Final = 8
_AHEAD: Final = 1.0
"""Views are made for turns up to this many windows above and below, when there is time."""


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

    painted = Signal()
    """Everything that had grown is on screen."""

    def __init__(
        self, theme: Theme, thumbnail: ThumbnailSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnail = thumbnail
        self._slots: list[Slot] = []
        self._follows = True
        self._scrolling = False
        self._ordered: list[QWidget] = []
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
        self._flush_timer = QTimer(self)
        self._flush_timer.setSingleShot(True)
        self._flush_timer.setInterval(FLUSH_MS)
        self._flush_timer.timeout.connect(self.flush)
        self._ahead_timer = QTimer(self)
        self._ahead_timer.setSingleShot(True)
        self._ahead_timer.setInterval(FLUSH_MS)
        self._ahead_timer.timeout.connect(self._make_ahead)
        self._tick_timer = QTimer(self)
        self._tick_timer.setInterval(1000)
        self._tick_timer.timeout.connect(self._tick)
        theme.changed.connect(self._restyle)
        application = cast("QApplication", QApplication.instance())
        application.focusChanged.connect(self._show_focus)

    # --- turns in -----------------------------------------------------------------------------

    def set_turns(self, turns: Sequence[Interaction]) -> None:
        """Show these turns and no others, at their end."""
        for slot in self._slots:
            self._drop_view(slot)
        self._slots = [Slot(turn, self._estimate(turn)) for turn in turns]
        self._mark_last()
        self._follows = True
        self._arrange()
        self.jump_to_end()

    def add_turn(self, turn: Interaction) -> None:
        """Show a turn behind the others, and go to it."""
        self._slots.append(Slot(turn, self._estimate(turn)))
        self._mark_last()
        self._follows = True
        self._arrange()
        self.jump_to_end()

    def replace_turn(self, key: str, turn: Interaction) -> None:
        """Show a turn in the place of another, and nothing behind it."""
        at = next((i for i, slot in enumerate(self._slots) if slot.turn.key == key), None)
        if at is not None:
            for slot in self._slots[at:]:
                self._drop_view(slot)
            del self._slots[at:]
        self.add_turn(turn)

    def mark_dirty(self, turn: Interaction, position: int) -> None:
        """Note that a step has grown; it is painted within 33 ms, or when there is time."""
        slot = self._slot_of(turn)
        if slot is not None and slot.view is not None:
            slot.view.mark_dirty(position)
            if not self._flush_timer.isActive():
                self._flush_timer.start()
            if not self._tick_timer.isActive():
                self._tick_timer.start()

    def update_turn(self, turn: Interaction) -> None:
        """Show a turn as it is now: it has begun, or ended."""
        slot = self._slot_of(turn)
        if slot is not None and slot.view is not None:
            slot.view.update_all()
            self._measure(slot)
            self._arrange()
            self.painted.emit()

    def set_waiting(self, turn: Interaction, words: str) -> None:
        """Say what a turn waits for."""
        slot = self._slot_of(turn)
        if slot is not None and slot.view is not None:
            slot.view.set_waiting(words)

    def show_upload(self, sha256: str, share: float) -> None:
        """Show how far the upload of an attachment is; below 0 it is not going on."""
        for slot in self._slots:
            if slot.view is not None:
                slot.view.show_upload(sha256, share)

    def show_thumbnail(self, sha256: str, png: bytes) -> None:
        """Show a thumbnail that was made meanwhile."""
        for slot in self._slots:
            if slot.view is not None:
                slot.view.show_thumbnail(sha256, png)

    def open_thoughts(self) -> None:
        """Open all thoughts, for a screenshot."""
        for slot in self._slots:
            if slot.view is not None:
                slot.view.open_thoughts()
        self.flush()

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        views = [slot.view for slot in self._slots if slot.view is not None]
        return [self, *(stop for view in views for stop in view.stops), self._jump]

    @property
    def is_clean(self) -> bool:
        """Whether everything that has grown is shown."""
        return not any(slot.view is not None and slot.view.dirty for slot in self._slots)

    # --- what grows ---------------------------------------------------------------------------

    def flush(self) -> None:
        """Show what has grown."""
        began = time.monotonic()
        changed = False
        for slot in self._slots:
            if slot.view is not None and slot.view.dirty and slot.view.flush():
                self._measure(slot)
                changed = True
        if changed:
            self._arrange()
        # A slow flush is followed by a longer pause, so that there is time for the person.
        spent = time.monotonic() - began
        self._flush_timer.setInterval(max(FLUSH_MS, round(spent * 2000)))
        self.painted.emit()

    def _tick(self) -> None:
        live = False
        for slot in self._slots:
            if slot.view is not None and slot.turn.outcome == "streaming":
                live = True
                slot.view.tick()
        if not live:
            self._tick_timer.stop()
        elif not self._flush_timer.isActive():
            self._flush_timer.start()

    # --- layout -------------------------------------------------------------------------------

    def _estimate(self, turn: Interaction) -> int:
        text = sum(len(one.text) for one in turn.input if isinstance(one, TextContent))
        return 120 + 22 * (text // 70 + len(turn.output_text) // 100)

    def _slot_of(self, turn: Interaction) -> Slot | None:
        return next((slot for slot in reversed(self._slots) if slot.turn is turn), None)

    def _mark_last(self) -> None:
        for number, slot in enumerate(self._slots):
            if slot.view is not None:
                slot.view.set_last(number == len(self._slots) - 1)

    def _make_view(self, slot: Slot) -> TurnView:
        view = TurnView(self._theme, slot.turn, self._thumbnail, self.viewport())
        view.set_last(slot is self._slots[-1])
        view.retry.connect(self.retry)
        view.resume.connect(self.resume)
        view.refuse.connect(self.refuse)
        view.link_clicked.connect(self.link_clicked)
        view.height_changed.connect(partial(self._view_changed, slot))
        slot.view = view
        return view

    def _drop_view(self, slot: Slot) -> None:
        if slot.view is not None:
            slot.view.hide()
            slot.view.deleteLater()
            slot.view = None

    def _view_changed(self, slot: Slot) -> None:
        if slot.view is not None:
            self._measure(slot)
            self._arrange()

    def _measure(self, slot: Slot) -> None:
        if slot.view is not None:
            slot.width = column_width(self.width())
            slot.height = slot.view.fit(slot.width)

    def _arrange(self) -> None:
        """Put every view in its place, making those that have come in sight."""
        if self._scrolling:
            return
        self._scrolling = True
        try:
            anchor, offset = self._anchor()
            self._make_seen(anchor, offset)
            self._set_range()
            if self._follows:
                self._bar.setValue(self._bar.maximum())
            elif anchor is not None:
                self._bar.setValue(top_of(self._slots, anchor) + offset)
            self._place()
        finally:
            self._scrolling = False
        if self._ordered != (stops := self.stops):
            self._ordered = stops
            put_in_order(stops)
        if self._stale(self._bar.value(), self._ahead()):
            self._ahead_timer.start()

    def _anchor(self) -> tuple[Slot | None, int]:
        """The topmost turn in the window whose height is exact, else the one at its top, and how
        far it has been scrolled.
        """
        at = self._bar.value()
        width = column_width(self.width())
        found: tuple[Slot | None, int] = None, 0
        top = TOP
        for slot in self._slots:
            if top > at + self.height():
                break
            if top + slot.height + TURN_GAP > at:
                if slot.view is not None and slot.width == width:
                    return slot, at - top
                if found[0] is None:
                    found = slot, at - top
            top += slot.height + TURN_GAP
        return found

    def _make_seen(self, anchor: Slot | None, offset: int) -> None:
        """Make and measure the views in the window, one by one: the true height of each may move
        the next out of sight.
        """
        for _ in range(100):
            at = (
                self._end_value()
                if self._follows
                else (top_of(self._slots, anchor) + offset if anchor is not None else 0)
            )
            stale = self._stale(at, 0)
            if not stale:
                return
            self._make_and_measure(stale[-1] if self._follows else stale[0])

    def _make_ahead(self) -> None:
        """Make the next view that will soon be in sight: one at a time, so that no frame waits."""
        stale = self._stale(self._bar.value(), self._ahead())
        if stale and not self._scrolling:
            self._make_and_measure(stale[0])
            self._arrange()

    def _make_and_measure(self, slot: Slot) -> None:
        if slot.view is None:
            self._make_view(slot).show()
            read_in_order([one.view for one in self._slots if one.view is not None])
        self._measure(slot)

    def _ahead(self) -> int:
        return round(self.height() * _AHEAD)

    def _stale(self, at: int, ahead: int) -> list[Slot]:
        """The turns within a distance of the window that have no view of its width."""
        width = column_width(self.width())
        near = between(self._slots, at - ahead, at + self.height() + ahead)
        return [slot for slot in near if slot.view is None or slot.width != width]

    def _end_value(self) -> int:
        return max(0, content_height(self._slots) - self.height())

    def _set_range(self) -> None:
        self._bar.setRange(0, self._end_value())
        self._bar.setPageStep(self.height())
        self._bar.setVisible(self._end_value() > 0)

    def _place(self) -> None:
        width = column_width(self.width())
        left = (self.width() - width) // 2
        top = TOP - self._bar.value()
        ahead = round(self.height() * _AHEAD)
        for slot in self._slots:
            if slot.view is not None:
                near = -slot.height - ahead <= top <= self.height() + ahead  # Tab goes there
                slot.view.setVisible(near)
                if near:
                    slot.view.move(left, top)
            top += slot.height + TURN_GAP
        at_end = self._bar.value() >= self._bar.maximum() - _NEAR_END
        self._jump.setVisible(not at_end)
        self._jump.raise_()

    def _restyle(self) -> None:
        for slot in self._slots:
            slot.width = 0
        self._arrange()
        self.viewport().update()

    # --- scrolling ----------------------------------------------------------------------------

    def _scrolled(self, value: int) -> None:
        if not self._scrolling:
            self._follows = value >= self._bar.maximum() - _NEAR_END
            self._arrange()

    def jump_to_end(self) -> None:
        """Go to the end, and follow what is added there."""
        self._follows = True
        self._arrange()

    def _show_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """Scroll to what Tab has reached; what was hidden by scrolling hands its focus on too."""
        step = step_to_show(new, self.viewport())
        if step and old is not None and not self._scrolling:
            self._bar.setValue(self._bar.value() + step)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by pixels where the device gives them, else by three lines a notch."""
        self._bar.setValue(self._bar.value() - wheel_step(event))
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by the keys that scroll everywhere."""
        step = key_step(event, self.height(), self._bar.maximum())
        if step is None:
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
