"""Finds where the decorations of a document are, once its text is laid out.

All rectangles are in the document's coordinates. Qt's block rectangles begin at the top of the
first line, whose text stands lower in it, and end before the last line does by as much; what a
table's rectangle is off by is said below.
"""

from dataclasses import dataclass, field, fields
from typing import cast

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QTextBlock,
    QTextDocument,
    QTextFrame,
    QTextLayout,
    QTextTable,
)

from desktop_app.ui.transcript.document import (
    CODE_ABOVE,
    CODE_BELOW,
    CODE_HEAD,
    HAIR,
    LIST_INDENT,
    QUOTE_INDENT,
    Mark,
)
from desktop_app.ui.transcript.tables import CELL_ABOVE, CELL_PADDING, goes_on
from desktop_app.values import value_class


@value_class
class CodeCard:
    """A card of code, what is written on its head, and the number of its block."""

    rect: QRectF
    language: str
    block: int


@value_class
class Bars:
    """The bars of a quote: the rectangle of its text, the outermost bar's left, how many."""

    rect: QRectF
    left: float
    depth: int


@value_class
class Marker:
    """What stands before an item, and the rectangle of the first line's indent."""

    rect: QRectF
    text: str


@value_class
class Grid:
    """A table, and the heights of the lines between its rows."""

    rect: QRectF
    lines: tuple[float, ...]


@dataclass
class Places:
    """All decorations of a document."""

    cards: list[CodeCard] = field(default_factory=list[CodeCard])
    quotes: list[Bars] = field(default_factory=list[Bars])
    rules: list[QRectF] = field(default_factory=list[QRectF])
    grids: list[Grid] = field(default_factory=list[Grid])
    markers: list[Marker] = field(default_factory=list[Marker])
    inline: list[QRectF] = field(default_factory=list[QRectF])

    def copy(self) -> "Places":
        """The same decorations, to add others to."""
        return Places(*(list(getattr(self, one.name)) for one in fields(self)))


def find_places(
    places: Places, document: QTextDocument, begin: int, end: int, width: float, scale: float
) -> None:
    """Look through what of a document begins between two positions, and add what is found.

    The document is laid out in a width; `scale` is the zoom over 100 %.
    """
    layout = document.documentLayout()
    block = document.findBlock(begin)
    while block.isValid() and block.position() < end:
        if block.position() >= begin:
            _find_in_block(places, layout, block, width, scale)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable) and begin <= frame.firstPosition() < end:
            _add_grid(places, _grid(layout, frame, width, scale), frame)


def _find_in_block(
    places: Places,
    layout: QAbstractTextDocumentLayout,
    block: QTextBlock,
    width: float,
    scale: float,
) -> None:
    form = block.blockFormat()
    top_left = layout.blockBoundingRect(block).topLeft()
    places.inline.extend(_inline(block, top_left))
    rect = QRectF(top_left.x(), top_left.y(), width, block.layout().boundingRect().bottom())
    indent = form.doubleProperty(Mark.INDENT)
    if marker := form.stringProperty(Mark.MARKER):
        left = form.leftMargin() - LIST_INDENT * scale
        line = block.layout().lineAt(0)
        place = QRectF(left, rect.top() + line.y(), LIST_INDENT * scale, line.height())
        places.markers.append(Marker(place, marker))
    if form.boolProperty(Mark.RULE):
        places.rules.append(rect)
    if depth := form.intProperty(Mark.QUOTE):
        left = indent - (depth - 1) * QUOTE_INDENT * scale
        _add_quote(places, Bars(rect, left, depth))
    if language := form.stringProperty(Mark.CODE):
        top = round(rect.top() - CODE_HEAD - CODE_ABOVE * scale)
        bottom = round(rect.bottom() + CODE_BELOW * scale)
        card = QRectF(indent, top, width - indent, bottom - top)
        places.cards.append(CodeCard(card, language, block.blockNumber()))


def _add_quote(places: Places, new: Bars) -> None:
    if places.quotes:
        last = places.quotes[-1]
        near = new.rect.top() - last.rect.bottom() < 40
        if near and (last.left, last.depth) == (new.left, new.depth):
            places.quotes[-1] = Bars(last.rect.united(new.rect), new.left, new.depth)
            return
    places.quotes.append(new)


def _inline(block: QTextBlock, origin: QPointF) -> list[QRectF]:
    ranges: list[tuple[int, int]] = []
    if HAIR not in block.text():
        return []
    pieces = block.begin()
    while not pieces.atEnd():
        fragment = pieces.fragment()
        if fragment.charFormat().boolProperty(Mark.INLINE):
            begin = fragment.position() - block.position()
            end = begin + fragment.length()
            if ranges and ranges[-1][1] == begin:
                begin, _ = ranges.pop()
            ranges.append((begin, end))
        pieces += 1
    return [box for begin, end in ranges for box in _boxes(block.layout(), origin, begin, end)]


def _boxes(text: QTextLayout, origin: QPointF, begin: int, end: int) -> list[QRectF]:
    """The boxes around a stretch of text: one on each line that it is on."""
    boxes: list[QRectF] = []
    for number in range(text.lineCount()):
        line = text.lineAt(number)
        first = max(begin, line.textStart())
        last = min(end, line.textStart() + line.textLength())
        if first >= last:
            continue
        left, _ = cast("tuple[float, int]", line.cursorToX(first))
        right, _ = cast("tuple[float, int]", line.cursorToX(last))
        top = origin.y() + line.y() - 1
        boxes.append(QRectF(origin.x() + left - 1, top, right - left + 2, line.height() + 2))
    return boxes


def _add_grid(places: Places, new: Grid, table: QTextTable) -> None:
    """Add a table; one without a head goes on with the one above it."""
    if places.grids and goes_on(table):
        above = places.grids[-1]
        lines = (*above.lines, new.rect.top(), *new.lines)
        places.grids[-1] = Grid(above.rect.united(new.rect), lines)
    else:
        places.grids.append(new)


def _grid(
    layout: QAbstractTextDocumentLayout, table: QTextTable, width: float, scale: float
) -> Grid:
    # The rectangle that Qt gives begins at the first cell's text, and is as high as table and
    # margins together.
    found = layout.frameBoundingRect(cast("QTextFrame", table))
    margin = table.format().topMargin() + table.format().bottomMargin()
    rect = QRectF(
        found.left() - CELL_PADDING * scale,
        round(found.top() - CELL_ABOVE * scale),
        found.width(),
        round(found.height() - margin),
    )
    rect.setRight(min(rect.right(), width))  # rounded columns add up to a little more
    lines: list[float] = []
    for row in range(1, table.rows()):
        tops = [
            layout.blockBoundingRect(table.cellAt(row, column).firstCursorPosition().block()).top()
            for column in range(table.columns())
        ]
        lines.append(float(round(min(tops) - CELL_ABOVE * scale)))
    return Grid(rect, tuple(lines))
