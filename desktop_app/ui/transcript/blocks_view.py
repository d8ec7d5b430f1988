"""Shows blocks of text: Markdown that grows, or what a person has typed.

It is read, and neither written nor scrolled. What is settled stays as it is; only blocks that come
near the window are laid out. The mouse belongs to the transcript, which selects across turns.
"""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stream import Update
from desktop_app.markdown.stretches import text_of_all
from desktop_app.overriding import override
from desktop_app.ui.painting import paint_ring
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.card_deck import CardDeck
from desktop_app.ui.transcript.citations import Mark
from desktop_app.ui.transcript.citing import Citing
from desktop_app.ui.transcript.flow import Flow
from desktop_app.ui.transcript.formulas import FormulaKey
from desktop_app.ui.transcript.link_places import LinkPlace, Links
from desktop_app.ui.transcript.marks import Marks, Place
from desktop_app.ui.transcript.reading import Reading
from desktop_app.ui.transcript.styles import Styles
from desktop_app.ui.transcript.timing import Deadline
from desktop_app.ui.transcript.turn_parts import plain_blocks

_LONG: Final = 4000
"""Characters of a text that surely fill a line somewhere."""

_END: Final = 1 << 30
"""Below everything."""

_BUDGET: Final = 0.012
"""Seconds that layout may take at a time, and reading a long text."""

_AT_ONCE: Final = 0.02
"""Seconds that reading may take before anything of it is shown."""


class BlocksView(QWidget):
    """The text of one part of a turn.

    `ink` is the colour token of plain text, `base_size` its size in pixels at 100 %.
    """

    link_clicked = Signal(str, str)
    """A link is to be opened: its address, and the text that stands for it."""

    height_changed = Signal()
    """The text needs another height."""

    citation_clicked = Signal(int)
    """The source of this number is to be opened."""

    citation_reached = Signal(int, str, QRect, bool)
    """The pointer, or the keyboard where it is true, has come to a mark: its number, the words it
    is for, where it is on the screen. The number is 0 where a mark was left."""

    reached = Signal(int, int)
    """The keyboard has come to what is between these two heights."""

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
        self.theme = theme
        self.name = name
        self._ink = ink
        self._base_size = base_size
        self._reading = Reading()
        self._plain = ""
        self._settled = 0
        self._flow = Flow(self._make_styles())
        self._links = Links(self._flow)
        self._marks = Marks()
        self._citing = Citing()
        self._band = (0, 0)
        self._natural: tuple[int, int] | None = None
        self._deck = CardDeck(theme, self, self._flow)
        self._deck.height_changed.connect(self.height_changed)
        self._deck.look_changed.connect(self.update)
        self.reveal = self._deck.reveal
        self._late = self._timer(self._go_on)
        self._read_timer = self._timer(self._read_on)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.IBeamCursor)
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
        changed = self._citing.want(marks)
        if self._show(text):
            return True
        if changed:
            self._citing.show(self._flow, self._reading)
        return changed

    def _show(self, text: str) -> bool:
        if text == self._reading.text:
            return False
        if not self._reading.take(text):
            self._settled = 0
            self._flow.replace(0, ())
            self._citing.begin()
        self._read(_AT_ONCE)
        return True

    def finish(self) -> None:
        """The text is whole: mend what a late link definition has changed."""
        self._reading.end()
        self._read(_AT_ONCE)

    def read_all(self) -> None:
        """Read all of a long text at once."""
        self._read(float("inf"))

    def _read(self, seconds: float) -> None:
        for update in self._reading.read(Deadline(seconds)):
            self._take(update)
        self._citing.show(self._flow, self._reading)
        if not self._reading.is_done:
            self._read_timer.start()
        elif self._reading.has_ended:
            self._settle()

    def _read_on(self) -> None:
        self._read(_BUDGET)
        self.height_changed.emit()

    def _settle(self) -> None:
        """Nothing more comes."""
        height = self._flow.height
        for number in range(self._settled, len(self._flow.blocks)):
            self._flow.settle(number)
        self._deck.keep_open()
        self._deck.colour()
        if self._flow.height != height:
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
        flow.replace(first, (*update.settled, *update.open))
        for number in range(first, self._settled):
            flow.settle(number)
        if update.mended:
            self.height_changed.emit()
            before = 0
        self.update(0, before, self.width(), max(self.height(), flow.height) - before)

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
        self._flow.set_width(width)
        styles = self._flow.styles
        unread = self._reading.unread_lines(2 * max(1, width) // styles.size)
        height = max(1, self._flow.height + unread * styles.line(styles.body())[0])
        if self.size() != QSize(width, height):
            self.resize(width, height)
        return height

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
        changed = self._flow.lay_out(top, bottom, Deadline(_BUDGET))
        if not self._flow.is_laid_out(top, bottom):
            self._late.start()
        if changed:
            self.update()
        self._deck.place(*self._band)
        return changed

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

    # --- links --------------------------------------------------------------------------------

    @property
    def links(self) -> list[LinkPlace]:
        """All links, from the top."""
        return self._links.all()

    def link_at(self, point: QPointF) -> str:
        """The address of the link at a point, or nothing."""
        return link.address if (link := self._links.at(point)) is not None else ""

    def click(self, point: QPointF) -> bool:
        """Tell that the link at a point is to be opened; say whether there is one."""
        link = self._links.at(point)
        if link is not None:
            self._open(link)
        return link is not None

    def _open(self, link: LinkPlace) -> None:
        if link.cite:
            self.citation_clicked.emit(link.cite)
            return
        self.link_clicked.emit(link.address, self._links.text_of(link))

    def _reach(self, link: LinkPlace | None, *, now: bool = False) -> None:
        """Show that the mark of a citation is reached, or that none is any more."""
        link = link if link is not None and link.cite else None
        if link == self._citing.active:
            return
        self._citing.active = link
        self.update()
        rects = self._links.rects_of(link) if link is not None else []
        if link is None or not rects:
            self.citation_reached.emit(0, "", QRect(), now)
            return
        at = rects[0].toAlignedRect()
        place = QRect(self.mapToGlobal(at.topLeft()), at.size())
        cited = self._citing.cited(link, self._links.of(link.block))
        self.citation_reached.emit(link.cite, cited, place, now)

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
        if (mark := self._citing.active) is not None and mark.block < len(self._flow.blocks):
            self._citing.paint(painter, self._flow, self._links.rects_of(mark))
        link = self._links.current if self.hasFocus() else None
        for rect in self._links.rects_of(link) if link is not None else ():
            paint_ring(painter, rect.adjusted(-3, -1, 3, 1), 6, self.theme.color("accent"))
        if not self._flow.is_laid_out(seen.top(), seen.bottom()):
            self._band = (
                min(self._band[0], int(seen.top())),
                max(self._band[1], event.rect().bottom()),
            )
            self._late.start()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move a wide card sideways; all else belongs to the transcript."""
        event.setAccepted(self._deck.turn_wheel(event))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over links."""
        link = self._links.at(event.position())
        self._reach(link)
        shapes = Qt.CursorShape
        shape = shapes.PointingHandCursor if link is not None else shapes.IBeamCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        event.ignore()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin with the last link where the keyboard comes from below."""
        self._links.enter(from_below=event.reason() == Qt.FocusReason.BacktabFocusReason)
        self.update()
        super().focusInEvent(event)

    @override
    def focusNextPrevChild(self, next: bool) -> bool:
        """Go from link to link, and on from the last."""
        self.update()
        if not self.hasFocus() or not self._links.step(forward=next):
            return super().focusNextPrevChild(next)
        link = self._links.current
        if link is not None and (rects := self._links.rects_of(link)):
            self.reached.emit(int(rects[0].top()), int(rects[-1].bottom()))
        self._reach(link, now=True)
        return True

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the link that the keyboard is at; other keys belong to the transcript."""
        link = self._links.current
        if link is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(link)
        else:
            event.ignore()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the mark that the keyboard was at."""
        self._reach(None)
        super().focusOutEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was reached of it."""
        self._reach(None)
        super().hideEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Forget the link that was under the pointer."""
        self._reach(None)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        super().leaveEvent(event)
