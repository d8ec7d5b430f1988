"""Lines of text in a width: laid out slice by slice, so that no paragraph is too long.

A slice is the text of some lines. It is cut where a line ends, so that the lines are those that
the whole text has, and text that grows never changes a slice that is full.
"""

from bisect import bisect_right
from typing import Final, NamedTuple, cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QTextLayout, QTextLine, QTextOption

from desktop_app.ui.transcript.shaping import Inline, Shaped
from desktop_app.ui.transcript.styles import FormulaSize
from desktop_app.ui.transcript.timing import Deadline

SLICE: Final = 2000
"""Units of text that are laid out in one go; they take 1 to 2 ms."""

_LINE_END_WIDTH: Final = 4
"""How wide the end of a line is painted where it is selected, so that an empty one is seen."""

_ALIGNMENTS: Final = {
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
    "center": Qt.AlignmentFlag.AlignHCenter,
}


class Measure(NamedTuple):
    """How text is set: the width of lines, their height, where the baseline is, how they stand."""

    width: int
    line: int
    baseline: int
    align: str = ""
    wrap: bool = True
    tab: float = 80.0


class Line(NamedTuple):
    """A line: in which layout it is and its number there, its units, its top and height.

    `shift` is the unit of the text with which its layout begins.
    """

    layout: QTextLayout
    number: int
    begin: int
    end: int
    shift: int
    top: int
    height: int
    baseline: int

    @property
    def text_line(self) -> QTextLine:
        """Qt's line."""
        return self.layout.lineAt(self.number)

    @property
    def bottom(self) -> int:
        """Where the next one begins."""
        return self.top + self.height

    def x_of(self, position: int) -> float:
        """Where the text's unit begins."""
        x, _ = cast("tuple[float, int]", self.text_line.cursorToX(position - self.shift))
        return x


class TextBox:
    """A stretch of text laid out; all heights are counted from its top."""

    def __init__(
        self, shaped: Shaped, font: QFont, measure: Measure, before: "TextBox | None" = None
    ) -> None:
        self.shaped = shaped
        self.measure = measure
        self.lines: list[Line] = []
        self._font = font
        self._next = 0
        self._full = 0
        self._full_lines = 0
        self.done = False
        if before is not None and before.measure == measure:
            self._take_over(before)

    # --- layout -------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Its height; what is not laid out yet is estimated."""
        laid = self.lines[-1].bottom if self.lines else 0
        if self.done:
            return laid
        left = self.shaped.units - self._next
        size = max(1, self._font.pixelSize())
        in_line = max(
            1.0, self.measure.width / (size * (0.5 if self.shaped.text.isascii() else 0.8))
        )
        return laid + max(1, round(left / in_line + 0.5)) * self.measure.line

    def advance(self, until: int, deadline: Deadline) -> None:
        """Lay out what is above a height, as far as there is time."""
        while not self.done and (not self.lines or self.lines[-1].bottom < until):
            self._lay_out_slice(SLICE)
            if deadline.over:
                return

    def _take_over(self, before: "TextBox") -> None:
        """Keep the full slices of a text of which this is the longer version."""
        full, shaped = before._full, self.shaped
        if not full or shaped.begins_turned != before.shaped.begins_turned:
            return
        lines = before.lines[: before._full_lines]
        if full > shaped.units or shaped.part(0, full) != before.shaped.part(0, full):
            return
        if _looks_until(shaped, full) != _looks_until(before.shaped, full):
            return
        self.lines, self._next = lines, full
        self._full, self._full_lines = full, len(lines)

    def _lay_out_slice(self, length: int) -> None:
        begin = self._next
        end = self.shaped.whole(min(begin + length, self.shaped.units))
        layout = QTextLayout(self.shaped.part(begin, end), self._font)
        layout.setCacheEnabled(True)
        layout.setTextOption(self._option())
        layout.setFormats(self.shaped.formats(begin, end))
        last = end >= self.shaped.units
        found: list[tuple[QTextLine, int]] = []
        width = self.measure.width if self.measure.wrap else 1e6
        layout.beginLayout()
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            found.append((line, begin + line.textStart()))
        layout.endLayout()
        if not last and len(found) == 1:
            # Not even a line: its characters have no width.
            self._lay_out_slice(2 * length)
            return
        self._keep(layout, found if last else found[:-1], begin)
        self._next = self.shaped.units if last else found[-1][1]
        self.done = last
        if not last:
            self._full, self._full_lines = self._next, len(self.lines)

    def _keep(self, layout: QTextLayout, lines: list[tuple[QTextLine, int]], shift: int) -> None:
        top = self.lines[-1].bottom if self.lines else 0
        inlines = self.shaped.inlines
        for number, (line, begin) in enumerate(lines):
            end = begin + line.textLength()
            height, baseline = self.measure.line, self.measure.baseline
            if inlines:
                height, baseline = _room_for(inlines, begin, end, height, baseline)
            line.setPosition(QPointF(0, top + baseline - line.ascent()))
            self.lines.append(Line(layout, number, begin, end, shift, top, height, baseline))
            top += height

    def _option(self) -> QTextOption:
        measure = self.measure
        option = QTextOption()
        modes = QTextOption.WrapMode
        option.setWrapMode(modes.WrapAtWordBoundaryOrAnywhere if measure.wrap else modes.NoWrap)
        turned = self.shaped.begins_turned
        direction = Qt.LayoutDirection
        option.setTextDirection(direction.RightToLeft if turned else direction.LeftToRight)
        align = _ALIGNMENTS.get(measure.align or ("right" if turned and measure.wrap else ""))
        option.setAlignment(align or Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        option.setTabStopDistance(measure.tab)
        return option

    # --- places -------------------------------------------------------------------------------

    @property
    def font_size(self) -> int:
        """The size of its letters."""
        return self._font.pixelSize()

    @property
    def natural_width(self) -> float:
        """The width of the widest line."""
        return max((line.text_line.naturalTextWidth() for line in self.lines), default=0.0)

    def line_at(self, y: float) -> int:
        """The number of the line at a height, of the nearest where there is none."""
        if not self.lines:
            return -1
        found = bisect_right(self.lines, y, key=lambda line: line.top) - 1
        return max(0, found)

    def lines_between(self, top: float, bottom: float) -> list[Line]:
        """The lines that are at least in part between two heights."""
        if not self.lines:
            return []
        first = self.line_at(top)
        found = self.lines[first : self.line_at(bottom) + 1]
        return [line for line in found if line.bottom > top and line.top < bottom]

    def offset_at(self, x: float, y: float) -> int:
        """What is said nearest to a point."""
        if not self.lines:
            return 0
        line = self.lines[self.line_at(y)]
        found = line.text_line.xToCursor(x)
        return min(self.shaped.offset(found + line.shift), self._last_in(line))

    def _last_in(self, line: Line) -> int:
        """The last place that is on a line; that behind its break is on the next."""
        end = self.shaped.offset(line.end)
        if line.end > line.begin and self.shaped.breaks_at(line.end - 1):
            return end - 1
        return end

    def rects_of(self, begin: int, end: int) -> list[QRectF]:
        """Where a stretch of what is said stands."""
        first, last = self.shaped.position(begin), self.shaped.position(end)
        return self.rects_of_units(first, last)

    def rects_of_units(self, first: int, last: int) -> list[QRectF]:
        """Where a stretch of what Qt has stands; one rectangle for each line, more where the
        direction changes.
        """
        found: list[QRectF] = []
        at = bisect_right(self.lines, first, key=lambda line: line.begin) - 1
        for line in self.lines[max(0, at) :]:
            if line.begin >= last and line.begin > first:
                break
            begin, end = max(first, line.begin), min(last, line.end)
            if begin > end or (begin == end and first != last and line.end != line.begin):
                continue
            over = last > line.end or (end > begin and self.shaped.breaks_at(end - 1))
            found.extend(self._on_line(line, begin, end, over=over))
        return found

    def _on_line(self, line: Line, begin: int, end: int, *, over: bool) -> list[QRectF]:
        if self.shaped.turned and end > begin:
            runs = line.text_line.glyphRuns(begin - line.shift, end - begin)
            rects = [run.boundingRect() for run in runs]
            return [QRectF(one.x(), line.top, one.width(), line.height) for one in rects]
        left, right = line.x_of(begin), line.x_of(end)
        width = abs(right - left)
        if over:
            width = max(width, _LINE_END_WIDTH)
        return [QRectF(min(left, right), line.top, width, line.height)]


def _looks_until(shaped: Shaped, end: int) -> list[tuple[int, int, int]]:
    return [(at, min(length, end - at), id(look)) for at, length, look in shaped.looks if at < end]


def _room_for(
    inlines: list[Inline], begin: int, end: int, height: int, baseline: int
) -> tuple[int, int]:
    """Make a line high enough for what is painted in it."""
    sizes: list[FormulaSize] = [one.size for one in inlines if begin <= one.at < end]
    above = max((round(size.ascent + 0.49) for size in sizes), default=0)
    below = max((round(size.descent + 0.49) for size in sizes), default=0)
    more_above = max(0, above - baseline)
    more_below = max(0, below - (height - baseline))
    return height + more_above + more_below, baseline + more_above
