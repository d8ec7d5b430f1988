"""Writes Markdown blocks into a text document: formats and margins, block by block.

What a document cannot draw (cards of code, lines of tables, bars of quotes) is noted in the
blocks' formats, and painted by `decorations`.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from desktop_app.markdown.blocks import (
    LINE_BREAK,
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Note,
    Paragraph,
    Plain,
    Quote,
    Rule,
    Spans,
    Table,
)
from desktop_app.ui.theme import Theme, line_height
from desktop_app.ui.transcript.notes import in_paragraphs
from desktop_app.ui.transcript.tables import cell_format, join_to_last, table_format

PARAGRAPH_GAP: Final = 14
HEADING_BELOW: Final = 8
ITEM_GAP: Final = 4
LIST_INDENT: Final = 24
QUOTE_INDENT: Final = 19
CODE_HEAD: Final = 32
CODE_INSET: Final = 14
CODE_ABOVE: Final = 8
CODE_BELOW: Final = 10

_HEADINGS: Final = {1: (20, 28, 24), 2: (17, 25, 20), 3: (15, 23, 16)}
"""Size, line height and space above, in pixels at 100 %, by level (visual, section 2)."""


_FIXED: Final = QTextBlockFormat.LineHeightTypes.FixedHeight.value

FILLER: Final = "\u200b"
"""Stands in a block without text, which Qt would otherwise merge away; never copied."""

HAIR: Final = "\u200a"
"""A hair space: the padding inside the box of inline code; never copied."""


class Mark(IntEnum):
    """Properties of blocks that say what is painted with them."""

    CODE = QTextFormat.Property.UserProperty + 1
    """The language of a card of code."""

    RULE = QTextFormat.Property.UserProperty + 2
    """A line across."""

    QUOTE = QTextFormat.Property.UserProperty + 3
    """How deep a quote is nested."""

    INDENT = QTextFormat.Property.UserProperty + 4
    """Where the card or the bars begin, in pixels from the left."""

    MARKER = QTextFormat.Property.UserProperty + 5
    """What stands before an item: `•`, `◦`, `3.`, `[x]` or `[ ]`."""

    INLINE = QTextFormat.Property.UserProperty + 6
    """The text is code inside a line."""


@dataclass(frozen=True)
class _Place:
    """Where a block stands: its indent in pixels, depth in quotes and lists, its ink."""

    indent: int = 0
    quotes: int = 0
    lists: int = 0
    ink: str = "text"


@dataclass(frozen=True)
class Position:
    """A place in a document to come back to, and how it goes on from there.

    `fresh`: there is an empty block to write into. `above` is the least space above the next
    block, `extra` is added to its own; both in pixels at 100 %.
    """

    at: int
    fresh: bool
    above: float | None
    extra: float


class DocumentWriter:
    """Appends blocks to a document and takes the last ones back."""

    def __init__(self, document: QTextDocument, theme: Theme, size: int, ink: str = "text") -> None:
        self._document = document
        self._theme = theme
        self._size = size
        self._scale = size / 14
        self._place = _Place(ink=ink)
        self._fresh = True
        self._above: float | None = None
        self._extra = 0.0
        document.setDocumentMargin(0)
        document.setDefaultFont(theme.font(size))
        document.setUndoRedoEnabled(False)

    @property
    def space_below(self) -> float:
        """What the last block needs below itself, which Qt does not count; in pixels."""
        return self._extra * self._scale + 1 if self._extra else 0.0

    # --- places -------------------------------------------------------------------------------

    def position(self) -> Position:
        """A place to come back to: everything written after it can be taken back."""
        at = self._document.characterCount() - 1
        return Position(at, self._fresh, self._above, self._extra)

    def take_back(self, position: Position) -> None:
        """Remove what was written after a place."""
        cursor = QTextCursor(self._document)
        cursor.setPosition(position.at)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._fresh, self._above, self._extra = position.fresh, position.above, position.extra
        if position.fresh:
            self._shrink(cursor)

    def write(self, blocks: tuple[Block, ...]) -> None:
        """Append blocks."""
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for block in blocks:
            self._write(cursor, block, self._place)
        cursor.endEditBlock()

    # --- blocks -------------------------------------------------------------------------------

    def _write(self, cursor: QTextCursor, block: Block, place: _Place) -> None:
        match block:
            case Paragraph(spans):
                self._text(cursor, spans, place, self._size, 400, PARAGRAPH_GAP)
            case Heading(level, spans):
                self._heading(cursor, level, spans, place)
            case Code(text, language):
                self._code(cursor, text, language, place)
            case Math(text):
                self._code(cursor, text, "math", place)
            case Quote(blocks):
                inner = _Place(place.indent + QUOTE_INDENT, place.quotes + 1, place.lists, "quiet")
                for one in blocks:
                    self._write(cursor, one, inner)
            case List():
                self._list(cursor, block, place)
            case Table():
                self._table(cursor, block, place)
            case Note() | Plain():
                for one, quiet in in_paragraphs(block):
                    self._write(cursor, one, replace(place, ink="quiet") if quiet else place)
            case Rule():
                form = self._block_format(place, 1, PARAGRAPH_GAP)
                form.setProperty(Mark.RULE, True)
                self._begin(cursor, form)
                cursor.insertText(FILLER)

    def _heading(self, cursor: QTextCursor, level: int, spans: Spans, place: _Place) -> None:
        size, _, above = _HEADINGS[min(level, 3)]
        scaled = round(size * self._scale)
        self._text(cursor, spans, place, scaled, 600, above)
        form = cursor.blockFormat()
        form.setHeadingLevel(level)
        cursor.setBlockFormat(form)
        self._above = HEADING_BELOW

    def _text(
        self,
        cursor: QTextCursor,
        spans: Spans,
        place: _Place,
        size: int,
        weight: int,
        gap: float,
    ) -> None:
        self._begin(cursor, self._block_format(place, line_height(size), gap))
        self._spans(cursor, spans, place, size, weight)

    def _spans(
        self, cursor: QTextCursor, spans: Spans, place: _Place, size: int, weight: int
    ) -> None:
        theme = self._theme
        if not any(span.text for span in spans):
            cursor.insertText(FILLER)
        for span in spans:
            inline = span.code or span.math
            form = QTextCharFormat()
            font = theme.font(size, 600 if span.bold else weight)
            if span.italic:
                font = QFont(font)
                font.setItalic(True)
            form.setFont(font)
            form.setForeground(theme.color("link" if span.link else place.ink))
            form.setFontStrikeOut(span.strike)
            if span.note:
                form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
            if span.link:
                form.setAnchor(True)
                form.setAnchorHref(span.link)
            if not inline:
                cursor.insertText(span.text, form)
                continue
            form.setProperty(Mark.INLINE, True)
            mono = QTextCharFormat(form)
            mono.setFont(theme.code_font(round(size * 13 / 14)))
            cursor.insertText(HAIR, form)
            cursor.insertText(span.text, mono)
            cursor.insertText(HAIR, form)

    def _code(self, cursor: QTextCursor, text: str, language: str, place: _Place) -> None:
        size = round(self._size * 13 / 14)
        form = self._block_format(place, line_height(size), PARAGRAPH_GAP)
        scale = self._scale
        form.setTopMargin(form.topMargin() + CODE_HEAD + CODE_ABOVE * scale)
        form.setLeftMargin(form.leftMargin() + CODE_INSET * scale)
        form.setRightMargin(CODE_INSET * scale)
        form.setProperty(Mark.CODE, language or "code")
        form.setProperty(Mark.INDENT, place.indent * scale)
        self._begin(cursor, form)
        for span in self._theme.colouring.colour(text or FILLER, language):
            cursor.insertText(span.text.replace("\n", LINE_BREAK), self._look(span.role))
        self._extra = CODE_BELOW

    def _look(self, role: str) -> QTextCharFormat:
        look = QTextCharFormat()
        size = round(self._size * 13 / 14)
        look.setFont(self._theme.code_font(size, italic=role == "c_comment"))
        look.setForeground(self._theme.color(role))
        return look

    def colour(self, language: str) -> None:
        """Colour code that was written before the lexer of its language was there."""
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        block = self._document.begin()
        while block.isValid():
            if block.blockFormat().stringProperty(Mark.CODE) == language:
                at = block.position()
                text = block.text().replace(LINE_BREAK, "\n")
                for span in self._theme.colouring.colour(text, language):
                    cursor.setPosition(at)
                    at += len(span.text.encode("utf-16-le", "surrogatepass")) // 2
                    cursor.setPosition(at, QTextCursor.MoveMode.KeepAnchor)
                    cursor.setCharFormat(self._look(span.role))
            block = block.next()
        cursor.endEditBlock()

    def _list(self, cursor: QTextCursor, block: List, place: _Place) -> None:
        inner = _Place(place.indent + LIST_INDENT, place.quotes, place.lists + 1, place.ink)
        for number, item in enumerate(block.items):
            first, *rest = item.blocks or (Paragraph(()),)
            near = number or place.lists or block.continues
            gap = ITEM_GAP if near else PARAGRAPH_GAP
            spans = first.spans if isinstance(first, Paragraph) else ()
            self._text(cursor, spans, inner, self._size, 400, gap)
            form = cursor.blockFormat()
            form.setProperty(Mark.MARKER, _marker(block, number, item, place.lists))
            cursor.setBlockFormat(form)
            if not isinstance(first, Paragraph):
                rest = [first, *rest]
            for one in rest:
                self._write(cursor, one, inner)

    def _table(self, cursor: QTextCursor, block: Table, place: _Place) -> None:
        scale = self._scale
        above = self._space_above(PARAGRAPH_GAP)
        form = table_format(block, place.indent * scale, above, PARAGRAPH_GAP * scale)
        if block.continues:
            cursor.endEditBlock()  # until then Qt does not know of the table above
            join_to_last(self._document)
            cursor.beginEditBlock()
        if self._fresh:
            self._shrink(cursor)
        padding = cell_format(scale)
        rows = block.rows if block.continues else (block.head, *block.rows)
        columns = max(1, len(block.aligns))
        table = cursor.insertTable(len(rows), columns, form)
        for row, cells in enumerate(rows):
            head = row == 0 and not block.continues
            for column, spans in enumerate(cells[:columns]):
                cell = table.cellAt(row, column)
                cell.setFormat(padding)
                self._cell(cell.firstCursorPosition(), spans, block.aligns[column], head, place)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._fresh = True
        self._shrink(cursor)

    def _cell(
        self, cursor: QTextCursor, spans: Spans, align: str, head: bool, place: _Place
    ) -> None:
        size = round(self._size * 13 / 14) if head else self._size
        form = QTextBlockFormat()
        form.setLineHeight(line_height(self._size), _FIXED)
        flags = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}
        form.setAlignment(flags.get(align, Qt.AlignmentFlag.AlignLeft))
        cursor.setBlockFormat(form)
        inner = _Place(ink="quiet" if head else place.ink)
        self._spans(cursor, spans, inner, size, 600 if head else 400)

    # --- formats ------------------------------------------------------------------------------

    def _block_format(self, place: _Place, height: float, gap: float) -> QTextBlockFormat:
        form = QTextBlockFormat()
        form.setLineHeight(height, _FIXED)
        form.setTopMargin(self._space_above(gap))
        form.setLeftMargin(place.indent * self._scale)
        if place.quotes:
            form.setProperty(Mark.QUOTE, place.quotes)
            form.setProperty(Mark.INDENT, (place.indent - QUOTE_INDENT) * self._scale)
        return form

    def _space_above(self, gap: float) -> float:
        """The space above the next block, after what the one before it asks for."""
        if self._document.characterCount() <= 1:
            return 0
        wanted = gap if self._above is None else min(gap, self._above)
        return (wanted + self._extra) * self._scale

    def _begin(self, cursor: QTextCursor, form: QTextBlockFormat) -> None:
        self._above, self._extra = None, 0.0
        behind_table = self._fresh and self._document.characterCount() > 1
        if behind_table and form.topMargin() > PARAGRAPH_GAP * self._scale:
            # Qt does not heed the space above the block behind a table: it is left empty.
            form.setTopMargin(form.topMargin() - PARAGRAPH_GAP * self._scale)
            self._fresh = False
        if self._fresh:
            cursor.setBlockFormat(form)
            cursor.setBlockCharFormat(QTextCharFormat())
            self._fresh = False
        else:
            cursor.insertBlock(form, QTextCharFormat())

    def _shrink(self, cursor: QTextCursor) -> None:
        """Make the empty block behind a table as good as invisible."""
        form = QTextBlockFormat()
        form.setLineHeight(1, _FIXED)
        cursor.setBlockFormat(form)
        look = QTextCharFormat()
        font = QFont(self._theme.font(10))
        font.setPixelSize(1)
        look.setFont(font)
        cursor.setBlockCharFormat(look)


def _marker(block: List, number: int, item: Item, depth: int) -> str:
    if item.checked is not None:
        return "[x]" if item.checked else "[ ]"
    if block.start is not None:
        return f"{block.start + number}."
    return "•" if depth % 2 == 0 else "◦"
