"""Blocks, bubbles and pictures as strips that are laid out in a width and can be cut."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath

from desktop_app.markdown.blocks import Block, Heading, Table
from desktop_app.markdown.stretches import stretches
from desktop_app.ui.painting import paint_box
from desktop_app.ui.transcript.boxes import Box, FormulaBox, RuleBox, WordsBox
from desktop_app.ui.transcript.bubble import MAX_WIDTH
from desktop_app.ui.transcript.code_box import CodeBox
from desktop_app.ui.transcript.formulas import FormulaKey
from desktop_app.ui.transcript.layout import LaidBlock, gap_between
from desktop_app.ui.transcript.paint import ALONE, Joined, paint_block
from desktop_app.ui.transcript.styles import Styles
from desktop_app.ui.transcript.table_box import Columns, TableBox, measure_columns
from desktop_app.ui.transcript.text_box import TextBox
from desktop_app.ui.transcript.timing import Deadline

_SECONDS: Final = 0.008
"""How long a block may be laid out before others have their turn."""

_PATIENCE: Final = 10.0
"""Seconds after which formulas and colours are not waited for any more."""

_NEAR: Final = 9
"""`paint_block` also paints lines that begin so near to what is seen."""

_SMALLEST: Final = 0.65
"""A table that is too wide is made smaller to this at most; then its words are broken."""

_PAD_X: Final = 16
_PAD_Y: Final = 10
_BUBBLE_RADIUS: Final = 14
_SHARE: Final = 0.78
_PICTURE_RADIUS: Final = 12


class BlockStrip:
    """A block that is laid out."""

    def __init__(
        self, laid: LaidBlock, styles: Styles, gap: int, joined: Joined, scale: float = 1.0
    ) -> None:
        self._laid = laid
        self._styles = styles
        self._joined = joined
        self._scale = scale
        self.gap = gap
        self.height = round(laid.height * scale + 0.49)
        self.keeps = isinstance(laid.block, Heading)

    @property
    def natural_width(self) -> float:
        """The width of its widest line of words."""
        return self._laid.natural_width

    def cuts(self) -> list[int]:
        """Between its boxes, and where these may be cut."""
        found: list[int] = []
        for box in self._laid.boxes:
            if box.top:
                found.append(box.top)
            found += cuts_of(box)
        return [int(cut * self._scale) for cut in found]

    def paint(self, painter: QPainter, top: int, bottom: int) -> None:
        """Paint what is between two heights, and nothing of the lines above and below."""
        painter.scale(self._scale, self._scale)
        upper, lower = top / self._scale, bottom / self._scale
        if top:
            upper += _NEAR
        if bottom < self.height:
            lower -= _NEAR
        seen = QRectF(0, upper, self._laid.width, lower - upper)
        paint_block(painter, self._laid, self._styles, seen, (), self._joined)


def cuts_of(box: Box) -> list[int]:
    """The heights, from the top of the block, at which a box may be cut."""
    match box:
        case WordsBox():
            return [box.top + cut for cut in _between_lines(box.text)]
        case CodeBox():
            return [box.text_top + row * box.line_height for row in range(2, box.rows - 1)]
        case TableBox():
            return [cut for row in range(len(box.rows)) for cut in _cuts_of_row(box, row)]
        case FormulaBox() | RuleBox():
            return []


def _between_lines(text: TextBox) -> list[int]:
    """Two lines stay together at the beginning of a paragraph, and at its end."""
    return [line.top for line in text.lines[2:-1]]


def _cuts_of_row(table: TableBox, row: int) -> list[int]:
    """Above a row, but not between the head and the first one; and between its lines."""
    top = table.top_of(row)
    found = [top] if row > (1 if table.has_head else 0) else []
    cells = [
        _line_ends(text, table.origin_of(row, column)[1])
        for column, text in enumerate(table.rows[row])
    ]
    longest = max(cells, key=len) if cells else []
    found.extend(
        cut for cut in longest[2:-2] if all(cut in ends or cut >= ends[-1] for ends in cells)
    )
    return found


def _line_ends(text: TextBox, top: int) -> list[int]:
    return [top + line.top for line in text.lines] + [top + text.height]


def strips_of(blocks: Iterable[Block], width: int, styles: Styles) -> Iterator[BlockStrip | None]:
    """Lay out blocks, each as soon as it is wanted; `None` where one takes its time."""
    before: Block | None = None
    columns: Columns | None = None
    all_blocks = list(blocks)
    for number, block in enumerate(all_blocks):
        scale, fitted = 1.0, None
        if isinstance(block, Table):
            if columns is None or not block.continues:
                columns = measure_columns(stretches(block), width, styles)
            scale, fitted = _fitting(columns, width)
        else:
            columns = None
        laid = LaidBlock(block, round(width / scale), styles, columns=fitted)
        yield from _wait_for(partial(_has_colours, laid, styles))
        yield from _lay_out(laid)
        if waits := _formulas_awaited(laid):
            yield from _wait_for(partial(_are_there, waits, styles))
            laid = LaidBlock(block, round(width / scale), styles, columns=fitted)
            yield from _lay_out(laid)
        yield from _colour(laid)
        gap = gap_between(before, block, styles)
        after = all_blocks[number + 1] if number + 1 < len(all_blocks) else None
        yield BlockStrip(laid, styles, gap, _joined(block, after), scale)
        before = block


def _lay_out(laid: LaidBlock) -> Iterator[None]:
    while True:
        laid.advance(1 << 30, Deadline(_SECONDS))
        if laid.done:
            return
        yield None


def _colour(laid: LaidBlock) -> Iterator[None]:
    for box in laid.boxes:
        if isinstance(box, CodeBox):
            bottom = box.top + box.height
            box.colour(bottom, _SECONDS)
            while not box.is_coloured(bottom):
                yield None
                box.colour(bottom, _SECONDS)


def _formulas_awaited(laid: LaidBlock) -> list[FormulaKey]:
    """The formulas of a block whose pictures are on the way."""
    found: list[FormulaKey] = []
    for box in laid.boxes:
        match box:
            case FormulaBox(waits=True):
                found.append((box.source, True))
            case WordsBox():
                found += box.text.shaped.waits
            case TableBox():
                found += [one for row in box.rows for cell in row for one in cell.shaped.waits]
            case _:
                pass
    return found


def _wait_for(condition: Callable[[], bool]) -> Iterator[None]:
    end = time.monotonic() + _PATIENCE
    while not condition() and time.monotonic() < end:
        yield None


def _are_there(formulas: Sequence[FormulaKey], styles: Styles) -> bool:
    """Whether each formula has a picture, or will never have one."""
    known = styles.formulas
    return known is None or all(
        known.has_failed(*one) or known.size_of(*one, styles.size) is not None for one in formulas
    )


def _has_colours(laid: LaidBlock, styles: Styles) -> bool:
    """Whether the code in a block can be coloured at once."""
    ready = styles.ground.colouring.is_ready
    waiting = [one for one in laid.stretches if one.kind == "code" and not ready(one.language)]
    return not waiting


def _joined(block: Block, after: Block | None) -> Joined:
    if not isinstance(block, Table):
        return ALONE
    return Joined(block.continues, isinstance(after, Table) and after.continues)


def _fitting(columns: Columns, width: int) -> tuple[float, Columns]:
    """Make a table as wide as the paper: smaller, and then narrower."""
    if columns.whole <= width:
        return 1.0, columns
    scale = max(_SMALLEST, width / columns.whole)
    room = round(width / scale)
    widths = [one * room // columns.whole for one in columns.widths]
    widths[-1] += room - sum(widths)
    return scale, replace(columns, widths=tuple(widths))


class BubbleStrip:
    """An input in its bubble, at the right."""

    keeps = False

    def __init__(self, block: BlockStrip, inner: int, width: int, styles: Styles, gap: int) -> None:
        self._block = block
        self._styles = styles
        self._width = inner + 2 * _PAD_X
        self._left = width - self._width
        self.gap = gap
        self.height = block.height + 2 * _PAD_Y

    def cuts(self) -> list[int]:
        """Between its lines."""
        return [_PAD_Y + cut for cut in self._block.cuts()]

    def paint(self, painter: QPainter, top: int, bottom: int) -> None:
        """Paint the bubble and its text."""
        rect = QRectF(self._left, 0, self._width, self.height)
        paint_box(painter, rect, _BUBBLE_RADIUS, self._styles.ground.color("bubble"))
        painter.translate(self._left + _PAD_X, _PAD_Y)
        self._block.paint(painter, max(0, top - _PAD_Y), min(self._block.height, bottom - _PAD_Y))


def bubble_room(width: int, styles: Styles) -> int:
    """The width of the text in a bubble, at most."""
    return min(styles.scaled(MAX_WIDTH), round(width * _SHARE)) - 2 * _PAD_X


class PictureStrip:
    """A picture: no larger than the page, cut nowhere."""

    keeps = False

    def __init__(self, picture: QImage, size: QSize, left: int, gap: int) -> None:
        self._picture = picture
        self._size = size
        self._left = left
        self.gap = gap

    @property
    def height(self) -> int:
        """Its height."""
        return self._size.height()

    def cuts(self) -> Sequence[int]:
        """Nowhere."""
        return ()

    def paint(self, painter: QPainter, top: int, bottom: int) -> None:  # noqa: ARG002 - all have it
        """Paint it with round corners."""
        rect = QRectF(self._left, 0, self._size.width(), self._size.height())
        path = QPainterPath()
        path.addRoundedRect(rect, _PICTURE_RADIUS, _PICTURE_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        painter.drawImage(rect, self._picture)
