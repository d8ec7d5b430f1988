"""Text that is read, laid out near the window, and painted: blocks, marks in them, cards.

What is settled stays as it is; only blocks that come near the window are laid out. What in it can
be reached by a pointer or the keyboard is not known here.
"""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stream import Update
from desktop_app.markdown.stretches import text_of_all
from desktop_app.overriding import override
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.card_deck import CardDeck
from desktop_app.ui.transcript.citations import Mark
from desktop_app.ui.transcript.citing import Citing
from desktop_app.ui.transcript.flow import Flow
from desktop_app.ui.transcript.formulas import FormulaKey
from desktop_app.ui.transcript.marks import Marks, Place
from desktop_app.ui.transcript.reading import Reading
from desktop_app.ui.transcript.styles import Styles
from desktop_app.ui.transcript.timing import NEVER, Deadline, Turn
from desktop_app.ui.transcript.turn_parts import plain_blocks

_LONG: Final = 4000
"""Characters of a text that surely fill a line somewhere."""

_END: Final = 1 << 30
"""Below everything."""

_TURN: Final = 0.024
"""Seconds that all may take before the event loop turns."""

_AT_ONCE: Final = 0.014
"""Seconds of it that reading may take before anything is shown."""

_READING: Final = 0.01
"""Seconds of it for reading on."""

_LAYOUT: Final = 0.014
"""Seconds of it for layout."""

_GROWN: Final = 0.01
"""Seconds for laying out again what was seen and has grown."""


class PaintedText(QWidget):
    """The text of one part of a turn.

    `ink` is the colour token of plain text, `base_size` its size in pixels at 100 %.
    """

    height_changed = Signal()
    """The text needs another height."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
        *,
        ink: str = "text",
        base_size: int = 14,
    ) -> None:
        super().__init__(parent)
        # What grows at its end is painted there only; all else says itself what looks different.
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.theme = theme
        self.name = name
        self._ink = ink
        self._base_size = base_size
        self._reading = Reading()
        self._plain = ""
        self._settled = 0
        self._flow = Flow(self._make_styles())
        self._marks = Marks()
        self._citing = Citing()
        self._band = (0, 0)
        self._turn = Turn(_TURN, self)
        self._layout_deadline = NEVER
        self._natural: tuple[int, int] | None = None
        self._deck = CardDeck(theme, self, self._flow)
        self._deck.height_changed.connect(self.height_changed)
        self._deck.look_changed.connect(self._update_between)
        self.reveal = self._deck.reveal
        self._late = self._timer(self._go_on)
        self._read_timer = self._timer(self._read_on)
        self.setAccessibleName(name)
        for held in (self._reading, self._flow):
            self.destroyed.connect(held.let_go)  # views are in circles, which long stay in memory
        theme.changed.connect(self._restyle)
        theme.formulas.rendered.connect(self._show_formulas)

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        return timer

    @property
    def markdown_text(self) -> str:
        """The Markdown as it came."""
        return self._reading.text

    @property
    def _is_short(self) -> bool:
        return len(self._reading.text) + len(self._plain) <= _LONG

    @property
    def is_reading(self) -> bool:
        """Whether the end of a long text is still to be read."""
        return not self._reading.is_done

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What is shown."""
        return tuple(self._flow.blocks)

    @property
    def flow(self) -> Flow:
        """Where it is shown."""
        return self._flow

    @property
    def plain_text(self) -> str:
        """What is copied of all of it."""
        return text_of_all(self._flow.blocks)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [self, *self._deck.stops]

    # --- text ---------------------------------------------------------------------------------

    def show_text(self, text: str, marks: tuple[Mark, ...] = ()) -> bool:
        """Show Markdown that goes on from what is shown; say whether anything has changed."""
        changed = text != self._reading.text
        if changed and not self._reading.take(text):
            self._settled = 0
            self._flow.replace(0, ())
            self._citing.begin()
        if changed:
            self._turn.begin()
            self._read(_AT_ONCE)
        return self._cite(marks) or changed

    def _cite(self, marks: tuple[Mark, ...]) -> bool:
        reading = self._reading
        changed = self._citing.apply(self._flow, reading.stream, reading.text_read, marks)
        if changed:
            self.update()
        if changed and reading.has_ended:
            self.read_out()
        return changed

    def finish(self) -> None:
        """The text is whole: mend what a late link definition has changed."""
        was_read = self._reading.is_done
        self._reading.end()
        if was_read:  # else the timer reads on, and it has just been read for so long
            self._read(_AT_ONCE)
            self._cite(self._citing.marks)

    def read_all(self) -> None:
        """Read all of a long text at once."""
        self._read_until(NEVER)
        self._cite(self._citing.marks)

    def _read(self, seconds: float) -> None:
        self._read_until(self._turn.deadline("reading", seconds))

    def _read_until(self, deadline: Deadline) -> None:
        update = self._reading.read(deadline)
        if update is not None:
            self._take(update)
        if not self._reading.is_done:
            self._read_timer.start()
        elif self._reading.has_ended:
            self._settle()

    def _read_on(self) -> None:
        self._read(_READING)
        self._cite(self._citing.marks)
        self.height_changed.emit()

    def _settle(self) -> None:
        """Nothing more comes."""
        height = self._flow.height
        for number in range(self._settled, len(self._flow.blocks)):
            self._flow.settle(number)
        self._deck.keep_open()
        self._deck.colour()
        if self._flow.height != height:
            self.update()
            self.height_changed.emit()
        self.read_out()

    def show_plain(self, text: str) -> None:
        """Show a text as it was typed."""
        self._plain = text
        self._flow.replace(0, plain_blocks(text))
        self._settled = len(self._flow.blocks)
        self.read_out()
        self.update()

    def read_out(self) -> None:
        """Tell a reader the text: to Qt it is a label, of which only the name is said."""
        if not self._is_short and not QAccessible.isActive():
            return
        words = f"{self.name}: {self.plain_text}"
        if words != self.accessibleName():
            self.setAccessibleName(words)

    def _take(self, update: Update) -> None:
        flow = self._flow
        for number, block in update.mended.items():
            flow.put(number, block)
        first = self._settled
        before = flow.top_of(first) if first < len(flow.blocks) else flow.height
        self._settled += len(update.settled)
        flow.grows_from = self._settled
        flow.replace(first, (*update.settled, *update.open), Deadline(_GROWN))
        for number in range(first, self._settled):
            flow.settle(number)
        if update.mended:
            self.height_changed.emit()
            before = 0
        elif first and flow.goes_on_below(first - 1):
            before = flow.top_of(first - 1)  # the table above has no end any more
        self._update_between(before, max(self.height(), flow.height))

    def _update_between(self, top: int, bottom: int) -> None:
        self.update(0, top, self.width(), bottom - top)

    # --- looks --------------------------------------------------------------------------------

    def _make_styles(self) -> Styles:
        size = round(self.theme.body_size() * self._base_size / 14)
        return Styles(self.theme, size, self._ink, self.theme.formulas)

    def _restyle(self) -> None:
        self._flow.restyle(self._make_styles())
        self._natural = None
        self.update()
        self.height_changed.emit()

    def _show_formulas(self, formulas: frozenset[FormulaKey]) -> None:
        """Show formulas whose pictures have come, or that cannot be drawn."""
        changed = self._flow.show_formulas(formulas)
        if changed:
            self.height_changed.emit()
        if changed is not None:
            self._deck.place(*self._band)
            self.update()

    # --- layout -------------------------------------------------------------------------------

    def fit(self, width: int) -> int:
        """Be laid out in a width; return and take the height it needs, in pixels."""
        if width != self._flow.width:
            self._turn.begin()
            self._flow.set_width(width)
            self.update()
        height = self._height_in(width)
        if self.size() != QSize(width, height):
            self.resize(width, height)
        return height

    def _height_in(self, width: int) -> int:
        styles = self._flow.styles
        unread = self._reading.unread_lines(2 * max(1, width) // styles.size)
        return max(1, self._flow.height + unread * styles.line(styles.body())[0])

    def lay_out_growth(self) -> int:
        """Lay out what was added at the end; return by how many pixels that makes it higher."""
        width = self._flow.width
        if width != self.width():
            return 0  # it is new, and has no place yet
        changed = self._flow.lay_out(self._band[0], _END, self._turn.deadline("layout", _LAYOUT))
        if changed is not None:
            self._update_between(changed, self._flow.height)
        return self._height_in(width) - self.height()

    def fit_whole(self, width: int) -> int:
        """Be laid out in a width, and not only where somebody looks; long text only there."""
        self._flow.set_width(width)
        if self._is_short:
            self._flow.lay_out(0, _END)
        return self.fit(width)

    def natural_width(self, widest: int) -> int:
        """The width of the widest line, at most a width; long text needs all of that."""
        if not self._is_short:
            return widest
        if self._natural is None or self._natural[0] != widest:
            self._flow.set_width(widest)
            widths = [self._flow.laid(at).natural_width for at in range(len(self._flow.blocks))]
            self._natural = widest, min(widest, round(max(widths, default=0.0) + 1))
        return self._natural[1]

    def lay_out(self, top: int, bottom: int) -> bool:
        """Lay out the blocks between two heights, as far as there is time now; say whether the
        height of any has changed. What is left is laid out later, and told by `height_changed`.
        """
        self._band = (top, bottom)
        deadline = self._turn.deadline("layout", _LAYOUT)
        changed: int | None = None
        if deadline is not self._layout_deadline or not deadline.over:
            self._layout_deadline = deadline
            changed = self._flow.lay_out(top, bottom, deadline)
        if not self._flow.is_laid_out(top, bottom):
            self._late.start()
        if changed is not None:
            self._update_between(changed, max(self.height(), self._flow.height))
        self._deck.place(*self._band)
        return changed is not None

    def _go_on(self) -> None:
        if self.lay_out(*self._band):
            self.height_changed.emit()
        self.update()

    # --- places -------------------------------------------------------------------------------

    def block_at(self, y: int) -> int:
        """The number of the block at a height, -1 where there is none."""
        return self._flow.block_at(y)

    def top_of(self, block: int) -> int:
        """Where a block begins."""
        return self._flow.top_of(block)

    def height_of(self, block: int) -> int:
        """How high a block is; an estimate where it was never near the window."""
        return self._flow.height_of(block)

    def spot_at(self, point: QPointF) -> Place:
        """The block and the offset in its text that are nearest to a point."""
        return self._flow.spot_at(point.x(), point.y())

    def rects_of(self, block: int, begin: int, end: int) -> list[QRectF]:
        """Where a stretch of a block's text stands."""
        return self._flow.rects_of(block, begin, end)

    # --- marks --------------------------------------------------------------------------------

    def set_selection(self, begin: Place | None, end: Place | None = None) -> None:
        """Show as selected what is between two places; nothing without a begin."""
        if self._marks.select(begin, end):
            self.update()

    def set_found(self, found: Sequence[tuple[int, int, int]], now: int | None = None) -> None:
        """Show what was found: blocks with begin and end; `now` is the number of the current."""
        self._marks.find(found, now)
        self.update()

    # --- events -------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is laid out; what is not yet is laid out as soon as possible."""
        seen = QRectF(event.rect())
        painter = QPainter(self)
        self._flow.paint(painter, seen, self._marks.in_block)
        self.paint_reached(painter)
        if not self._flow.is_laid_out(seen.top(), seen.bottom()):
            self._band = (
                min(self._band[0], int(seen.top())),
                max(self._band[1], event.rect().bottom()),
            )
            self._late.start()

    def paint_reached(self, painter: QPainter) -> None:
        """Paint what is reached over the text."""

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move a wide card sideways; all else belongs to the transcript."""
        event.setAccepted(self._deck.turn_wheel(event))
