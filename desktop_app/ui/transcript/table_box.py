"""A table: the widths of its columns, and where its rows are.

The columns are measured once, in the piece that has the head of the table; the pieces that go on
with it have the same. A table that needs more room than there is can be moved sideways.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from desktop_app.markdown.stretches import Stretch
from desktop_app.ui.transcript.shaping import shape
from desktop_app.ui.transcript.styles import (
    BAR_HEIGHT,
    CELL_ABOVE,
    CELL_BELOW,
    CELL_PADDING,
    Styles,
)
from desktop_app.ui.transcript.text_box import Measure, TextBox
from desktop_app.ui.transcript.timing import NEVER, Deadline
from desktop_app.values import value_class

_WIDEST: Final = 320
"""Pixels at 100 % that the text of a cell gets at most where there is too little room."""

_LONGEST_WORD: Final = 160
"""Pixels at 100 % from which on a word may be broken."""

_UNBROKEN: Final = 72
"""Pixels at 100 % up to which a text stands on one line."""

_MEASURED: Final = 400
"""Characters of a cell that are measured; longer text fills any column."""

_CELLS: Final = 1500
"""Cells that are measured, whole rows of them."""

_NUMBER: Final = re.compile(r"[-+−±~≈<>]?\s*[$€£¥]?\s*[-+−]?\d[\d\s.,'’:/]*\s*(?:%|[^\W\d]{0,3})")


@value_class
class Columns:
    """The widths of columns in pixels, padding included, and how the text of each stands."""

    widths: tuple[int, ...]
    aligns: tuple[str, ...]

    @property
    def whole(self) -> int:
        """The width of all of them."""
        return sum(self.widths)


def measure_columns(cells: Sequence[Stretch], width: int, styles: Styles) -> Columns:
    """Share a width out among the columns of a table after what is in their cells."""
    count = max((cell.column for cell in cells), default=0) + 1
    wide, narrow = [0.0] * count, [0.0] * count
    numbers: list[bool | None] = [None] * count
    widest, longest = styles.scaled(_WIDEST), styles.scaled(_LONGEST_WORD)
    whole = styles.scaled(_UNBROKEN)
    head = QFontMetricsF(styles.font(styles.cell(head=True, quiet=True)))
    body = QFontMetricsF(styles.font(styles.cell(head=False, quiet=False)))
    space = body.horizontalAdvance(" ")
    for cell in cells[: _CELLS - _CELLS % count]:
        metrics = head if cell.head else body
        text = cell.text[:_MEASURED]
        words, word = _widths(text, metrics, space)
        extra = _extra(cell, metrics)
        words += extra
        wide[cell.column] = max(wide[cell.column], words)
        # A few words are not broken for want of room.
        least = words if words <= whole else min(longest, word + extra)
        narrow[cell.column] = max(narrow[cell.column], least)
        if not cell.head and text.strip():
            fits = _NUMBER.fullmatch(text.strip()) is not None
            numbers[cell.column] = fits and numbers[cell.column] is not False
    padding = 2 * styles.scaled(CELL_PADDING)
    aligns = [cells[column].align for column in range(count)] if cells else [""]
    found = tuple(
        align or ("right" if number else "") for align, number in zip(aligns, numbers, strict=True)
    )
    room = width - padding * count
    least = [round(one + 1) for one in narrow]
    most = [round(min(one, 8 * widest) + 1) for one in wide]
    return Columns(tuple(one + padding for one in _share(room, least, most, widest)), found)


def shared_columns(shares: Sequence[int], aligns: Sequence[str], width: int) -> Columns:
    """The columns of a piece of a table whose head is not at hand."""
    whole = max(1, sum(shares))
    widths = [width * share // whole for share in shares] or [width]
    widths[-1] += width - sum(widths)
    return Columns(tuple(widths), tuple(aligns) or ("",))


def _share(room: int, least: list[int], most: list[int], widest: int) -> list[int]:
    """Give each column what it needs, and share out the rest after what each would take."""
    if sum(most) <= room:
        base, weights = most, most
    elif sum(least) <= room:
        base, weights = least, [max(0, b - a) for a, b in zip(least, most, strict=True)]
    else:
        # It goes on sideways, so that no cell has to be narrower than can be read.
        return [max(a, min(b, widest)) for a, b in zip(least, most, strict=True)]
    free, whole = room - sum(base), max(1, sum(weights))
    shared = [one + free * weight // whole for one, weight in zip(base, weights, strict=True)]
    shared[-1] += room - sum(shared)
    return shared


def _widths(text: str, metrics: QFontMetricsF, space: float) -> tuple[float, float]:
    """The width of the longest line of a text and of its longest word."""
    line = widest_line = widest_word = 0.0
    for part in text.split("\n"):
        words = [metrics.horizontalAdvance(word) for word in part.split()]
        line = sum(words) + space * max(0, len(words) - 1)
        widest_line = max(widest_line, line)
        widest_word = max(widest_word, *words, 0.0)
    return widest_line, widest_word


def _extra(cell: Stretch, metrics: QFontMetricsF) -> float:
    """How much wider bold and code are than plain text, at most."""
    extra = 0.0
    for span in cell.spans:
        if span.code or span.math:
            extra += 8 + metrics.averageCharWidth() * 0.35 * min(len(span.text), 40)
        elif span.bold:
            extra += metrics.averageCharWidth() * 0.12 * min(len(span.text), 40)
    return extra


class TableBox:
    """A table, or a piece of one, at a place in its block."""

    def __init__(
        self,
        cells: Sequence[Stretch],
        place: QRectF,
        styles: Styles,
        columns: Columns,
        sideways: int = 0,
        before: "TableBox | None" = None,
        *,
        ends: bool = True,
    ) -> None:
        self.cells = tuple(cells)
        self.left, self.top, self.width = int(place.left()), int(place.top()), int(place.width())
        self.columns = columns
        self.sideways = sideways
        self.ends = ends
        """Whether it does not go on in another block."""

        self._styles = styles
        self._above = styles.scaled(CELL_ABOVE)
        self._padding = styles.scaled(CELL_PADDING)
        self._least = styles.line(styles.body())[0] + self._above + styles.scaled(CELL_BELOW)
        self._rows = _by_rows(self.cells)
        self._tops = [0]
        self.rows: list[list[TextBox]] = []
        """The cells that are laid out, row by row."""
        if before is not None and before.columns == columns:
            self._take_over(before)

    def _take_over(self, before: "TableBox") -> None:
        for row, old in zip(self._rows, before._rows, strict=False):
            if row != old or len(self.rows) >= len(before.rows):
                break
            self.rows.append(before.rows[len(self.rows)])
            self._tops.append(before._tops[len(self._tops)])

    # --- layout -------------------------------------------------------------------------------

    @property
    def begin(self) -> int:
        """Where its text begins in the block's."""
        return self.cells[0].begin

    @property
    def end(self) -> int:
        """Where its text ends."""
        return self.cells[-1].begin + len(self.cells[-1].text)

    @property
    def has_head(self) -> bool:
        """Whether its first row is the head."""
        return self.cells[0].head

    @property
    def height(self) -> int:
        """Its height; rows that are not laid out yet count as low ones."""
        bar = BAR_HEIGHT if self.ends and self.overhang else 0
        return self._tops[-1] + (len(self._rows) - len(self.rows)) * self._least + bar

    @property
    def done(self) -> bool:
        """Whether all of it is laid out."""
        return len(self.rows) == len(self._rows)

    @property
    def overhang(self) -> int:
        """How far it goes beyond the room it has."""
        return max(0, self.columns.whole - self.width)

    def advance(self, until: int, deadline: Deadline) -> None:
        """Lay out the rows above a height, counted from its top, as far as there is time."""
        while not self.done and self._tops[-1] < until:
            row = [self._lay_out(cell) for cell in self._rows[len(self.rows)]]
            self.rows.append(row)
            text = max((box.height for box in row), default=0)
            below = self._least - self._above - self._styles.line(self._styles.body())[0]
            height = max(self._least, self._above + text + below)
            self._tops.append(self._tops[-1] + height)
            if deadline.over:
                return

    def _lay_out(self, cell: Stretch) -> TextBox:
        styles = self._styles
        face = styles.cell(head=cell.head, quiet=cell.quiet)
        line, _ = styles.line(styles.body())
        baseline = styles.line(face)[1] + (line - styles.line(face)[0]) // 2
        width = self.columns.widths[cell.column] - 2 * self._padding
        align = self.columns.aligns[cell.column]
        measure = Measure(max(1, width), line, baseline, align)
        box = TextBox(shape(cell.spans, face, styles), styles.base(face), measure)
        box.advance(1 << 30, NEVER)
        return box

    # --- places -------------------------------------------------------------------------------

    def top_of(self, row: int) -> int:
        """Where a row begins, from the top of the block."""
        return self.top + self._tops[row]

    def rows_between(self, top: float, bottom: float) -> range:
        """The rows that are laid out and at least in part between two heights of the block."""
        first = bisect_right(self._tops, top - self.top) - 1
        last = bisect_right(self._tops, bottom - self.top)
        return range(max(0, first), max(0, min(last, len(self.rows))))

    def origin_of(self, row: int, column: int) -> tuple[int, int]:
        """Where the text of a cell begins."""
        left = self.left - self.sideways + sum(self.columns.widths[:column]) + self._padding
        return left, self.top_of(row) + self._above

    def offset_at(self, x: float, y: float) -> int:
        """The offset nearest to a point of the block."""
        if not self.rows:
            return self.begin
        row = min(max(0, bisect_right(self._tops, y - self.top) - 1), len(self.rows) - 1)
        right, column = self.left - self.sideways, 0
        for column, width in enumerate(self.columns.widths):  # noqa: B007 - it is used below
            right += width
            if x < right:
                break
        left, top = self.origin_of(row, column)
        box = self.rows[row][column]
        return self._rows[row][column].begin + box.offset_at(x - left, y - top)

    def rects_of(
        self, begin: int, end: int, top: float = 0, bottom: float = float("inf")
    ) -> list[QRectF]:
        """Where a stretch of text stands, as far as it is between two heights."""
        found: list[QRectF] = []
        for row in self.rows_between(max(0, top), bottom):
            for column, cell in enumerate(self._rows[row]):
                last = cell.begin + len(cell.text)
                if last < begin or cell.begin > end or (last == begin and begin != end):
                    continue
                x, y = self.origin_of(row, column)
                first, stop = max(0, begin - cell.begin), min(len(cell.text), end - cell.begin)
                for rect in self.rows[row][column].rects_of(first, stop):
                    rect.translate(x, y)
                    found.append(rect)
        return found

    def lines_below(self) -> list[int]:
        """The heights of the lines between rows, from the top of the block."""
        return [self.top + top for top in self._tops[1 : len(self._rows)]]


def _by_rows(cells: Sequence[Stretch]) -> list[list[Stretch]]:
    rows: list[list[Stretch]] = []
    for cell in cells:
        if cell.column == 0:
            rows.append([])
        rows[-1].append(cell)
    return rows
