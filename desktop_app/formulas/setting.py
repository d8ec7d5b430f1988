"""Sets formulas: LaTeX to MathML, to glyphs and their places. Heavy to import: the child's only.

Of ziamath only the layout is used, and of latex2mathml the tree: written out and read again, as
the two do it, a formula with `<` in a text is broken.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

from latex2mathml.converter import convert_to_element
from ziafont.fonttypes import BBox
from ziafont.glyph import SimpleGlyph
from ziafont.svgpath import Cubic, Lineto, Moveto, Point, Quad
from ziamath import drawable
from ziamath.mathfont import MathFont
from ziamath.mathtable import AssembledGlyph
from ziamath.nodes import Mnode
from ziamath.nodes.mtable import Mtable
from ziamath.styles import MathVariant
from ziamath.zmath import Math, loadedfonts

from desktop_app.formulas.mathml import Unrenderable, mend
from desktop_app.formulas.picture import Bar, Glyph, Letters, Line, Outline, Picture
from desktop_app.formulas.rewriting import rewrite
from desktop_app.overriding import override

_SIZE: Final = 24.0
"""The size at which ziamath lays out; all is divided by it."""

_DEEPEST: Final = 60
"""Groups within groups."""

_WIDEST: Final = 1000.0
_HIGHEST: Final = 400.0
"""In em. What asks for more room is no formula."""

_FONT: Final = "castor"
_WIDE: Final = ("W", "F")


class _Stranger(SimpleGlyph):
    """Stands for a character that the font does not have."""

    def __init__(self, char: str, font: MathFont) -> None:
        em = font.info.layout.unitsperem
        self.stranger = char
        self.units = em if unicodedata.east_asian_width(char) in _WIDE else round(em * 0.55)
        if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
            self.units = 0
        box = BBox(0, self.units, -round(em * 0.2), round(em * 0.8))
        super().__init__(0, [], box, font)

    @override
    def advance(self, nextchr: SimpleGlyph | None = None) -> int:
        """How wide it is, whatever follows."""
        return self.units


class _Font(MathFont):
    """The font of formulas, with strangers in place of boxes."""

    @override
    def findglyph(self, char: str, variant: MathVariant) -> SimpleGlyph:
        """Find a character's glyph."""
        found = super().findglyph(char, variant)
        if found.index:
            return found
        return self.glyph(char) if self.glyphindex(char) else _Stranger(char, self)


class Setter:
    """Sets one formula after the other; numbers every outline once."""

    def __init__(self) -> None:
        self._font = _Font(loadedfonts["default"].info.filename, _SIZE)
        loadedfonts[_FONT] = self._font
        self._told: set[int] = set()

    def set(self, source: str, *, display: bool) -> tuple[Picture, dict[int, Outline]]:
        """Set a formula; give its picture and the outlines that no picture before it had.

        Raises `Unrenderable`, and whatever the two libraries stumble over.
        """
        if not source.strip():
            raise Unrenderable("there is nothing in it")
        tree = convert_to_element(rewrite(source), display="block" if display else "inline")
        del tree.attrib["xmlns"]
        mend(tree)
        node = Math(tree, size=_SIZE, font=_FONT).node
        drawing = _Drawing()
        drawing.add(node, 0.0, 0.0, 0)
        box = node.bbox
        return self._picture(drawing, box)

    def _picture(self, drawing: "_Drawing", box: BBox) -> tuple[Picture, dict[int, Outline]]:
        left = min([box.xmin, *(glyph.x + glyph.box.xmin for glyph in drawing.glyphs)])
        top = min([-box.ymax, *(glyph.y - glyph.box.ymax for glyph in drawing.glyphs)])
        foot = max([-box.ymin, *(glyph.y - glyph.box.ymin for glyph in drawing.glyphs)])
        right = max([box.xmax, *(glyph.x + glyph.box.xmax for glyph in drawing.glyphs)])
        width, height = (right - left) / _SIZE, (foot - top) / _SIZE
        if not (0 <= width <= _WIDEST and 0 <= height <= _HIGHEST):
            raise Unrenderable("it is too large")
        new: dict[int, Outline] = {}
        glyphs: list[Glyph] = []
        letters: list[Letters] = []
        for one in drawing.glyphs:
            x, y, size = _em(one.x - left), _em(one.y), _em(one.size)
            if isinstance(one.glyph, _Stranger):
                width = one.glyph.units / self._font.info.layout.unitsperem * size
                _add_letter(letters, Letters(one.glyph.stranger, x, y, size, width))
            for part, dx, dy in _parts(one.glyph, self._font.info.layout.unitsperem):
                number = self._number(part, new)
                glyphs.append(Glyph(number, round(x + dx * size, 4), round(y - dy * size, 4), size))
        return (
            Picture(
                _em(right - left),
                _em(-top),
                _em(foot),
                tuple(glyphs),
                tuple(letters),
                tuple(
                    Bar(_em(b.x - left), _em(b.y), _em(b.width), _em(b.height), b.free)
                    for b in drawing.bars
                ),
                tuple(
                    Line(_em(s.x1 - left), _em(s.y1), _em(s.x2 - left), _em(s.y2), _em(s.thickness))
                    for s in drawing.lines
                ),
            ),
            new,
        )

    def _number(self, glyph: SimpleGlyph, new: dict[int, Outline]) -> int:
        """Give an outline's number, and note the outline if it is new."""
        if glyph.index not in self._told:
            self._told.add(glyph.index)
            new[glyph.index] = _outline(glyph, self._font.info.layout.unitsperem)
        return glyph.index


def _parts(glyph: SimpleGlyph, units: int) -> Iterator[tuple[SimpleGlyph, float, float]]:
    """Give the glyphs that one was put together of, with what they are moved by, in em."""
    if isinstance(glyph, AssembledGlyph):
        for part, offset in zip(glyph.glyphs, glyph.offsets, strict=True):
            yield part, *((0.0, offset / units) if glyph.vert else (offset / units, 0.0))
    elif glyph.operators:
        yield glyph, 0.0, 0.0


def _em(length: float) -> float:
    return round(length / _SIZE, 4)


def _add_letter(letters: list[Letters], more: Letters) -> None:
    """Join what stands beside one another: Arabic and Devanagari are no row of letters."""
    if letters:
        last = letters[-1]
        if (last.y, last.size) == (more.y, more.size) and abs(last.x + last.width - more.x) < 0.02:
            letters[-1] = Letters(
                last.text + more.text, last.x, last.y, last.size, last.width + more.width
            )
            return
    letters.append(more)


def _outline(glyph: SimpleGlyph, units: int) -> Outline:
    contours: Outline = []
    for part in glyph.operators:
        match part:
            case Moveto():
                contours.append([_points(units, part.p)])
            case Lineto():
                contours[-1].append(_points(units, part.p))
            case Quad():
                contours[-1].append(_points(units, part.p1, part.p2))
            case Cubic():
                contours[-1].append(_points(units, part.p1, part.p2, part.p3))
    return contours


def _points(units: int, *points: Point) -> list[float]:
    return [round(value / units, 4) for point in points for value in (point.x, -point.y)]


# --- the drawing ----------------------------------------------------------------------------------


class _Placed:
    def __init__(self, glyph: drawable.Glyph, x: float, y: float) -> None:
        self.glyph = glyph.glyph
        self.size = glyph.size
        self.box = glyph.bbox
        self.x = x
        self.y = y


class _Drawing:
    """Collects what a tree of nodes consists of."""

    def __init__(self) -> None:
        self.glyphs: list[_Placed] = []
        self.bars: list[Bar] = []
        self.lines: list[Line] = []

    def add(self, node: drawable.Drawable, x: float, y: float, depth: int) -> None:
        """Add a node that stands at a place."""
        if depth > _DEEPEST * 4:
            raise Unrenderable("it is nested too deeply")
        match node:
            case drawable.Glyph(phantom=False):
                self.glyphs.append(_Placed(node, x, y))
            case drawable.HLine(phantom=False) if node.lw > 0:
                self.bars.append(Bar(x, y, node.length, node.lw, True))
            case drawable.VLine(phantom=False):
                self.bars.append(Bar(x - node.lw / 2, y, node.lw, node.height, True))
            case drawable.Box(phantom=False):
                self._add_box(node, x, y)
            case drawable.Diagonal(phantom=False):
                self.lines.append(Line(x, y - node.height, x + node.width, y, node.lw))
            case _:
                if isinstance(node, Mnode):
                    for (dx, dy), child in zip(node.nodexy, node.nodes, strict=False):
                        self.add(child, x + dx, y + dy, depth + 1)
                if isinstance(node, Mtable):
                    self.bars += _rules(node, x, y)

    def _add_box(self, box: drawable.Box, x: float, y: float) -> None:
        top, thick = y - box.height, box.lw
        self.bars += [
            Bar(x, top, box.width, thick, True),
            Bar(x, y - thick, box.width, thick, True),
            Bar(x, top, thick, box.height, True),
            Bar(x + box.width - thick, top, thick, box.height, True),
        ]


def _rules(table: Mtable, x: float, y: float) -> Iterator[Bar]:
    """Give the lines between rows and columns, which ziamath leaves out."""
    counts = [len(row) for row in table.element]
    columns = max(counts, default=0)
    left, right = [float("inf")] * columns, [float("-inf")] * columns
    tops: list[float] = []
    feet: list[float] = []
    at = 0
    for count in counts:
        cells = list(zip(table.nodexy, table.nodes, strict=True))[at : at + count]
        at += count
        for column, ((cx, _), cell) in enumerate(cells):
            left[column] = min(left[column], cx)
            right[column] = max(right[column], cx + cell.bbox.xmax)
        tops.append(min((cy - cell.bbox.ymax for (_, cy), cell in cells), default=0.0))
        feet.append(max((cy - cell.bbox.ymin for (_, cy), cell in cells), default=0.0))
    box = table.bbox
    thick = table.font_units_to_points(table.font.math.consts.fractionRuleThickness)
    for column, kind in enumerate(table.element.get("columnlines", "").split()[: columns - 1]):
        if kind != "none":
            middle = (right[column] + left[column + 1] - thick) / 2
            yield Bar(x + middle, y - box.ymax, thick, box.ymax - box.ymin, True)
    for row, kind in enumerate(table.element.get("rowlines", "").split()[: len(counts) - 1]):
        if kind != "none":
            middle = (feet[row] + tops[row + 1] - thick) / 2
            yield Bar(x + box.xmin, y + middle, box.xmax - box.xmin, thick, True)
