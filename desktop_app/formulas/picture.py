"""A formula as values: outlines and where they stand, which any painter can fill.

Lengths are in em, the size of the text around it; y grows downwards from the baseline.
"""

from typing import Final, TypeAlias, cast

from desktop_app.values import value_class

LONGEST: Final = 8000
"""Characters of a formula's source; a longer one is shown as its source."""

Outline: TypeAlias = list[list[list[float]]]
"""A glyph's contours, each a point and what follows it: two numbers are a line to a point, four
a curve with one, six a curve with two control points."""


@value_class
class Glyph:
    """One glyph: which outline, where, and how large."""

    outline: int
    x: float
    y: float
    size: float


@value_class
class Letters:
    """Text that the font of formulas does not have, in another: as wide as was left for it."""

    text: str
    x: float
    y: float
    size: float
    width: float


@value_class
class Bar:
    """A filled rectangle. One that is `free` touches no glyph and may be moved to whole pixels."""

    x: float
    y: float
    width: float
    height: float
    free: bool


@value_class
class Line:
    """A line from one point to another."""

    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float


@value_class
class Picture:
    """A formula that has been set."""

    width: float
    ascent: float
    descent: float
    glyphs: tuple[Glyph, ...]
    letters: tuple[Letters, ...] = ()
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()


def encode(picture: Picture) -> dict[str, object]:
    """Write a picture as JSON."""
    return {
        "size": [picture.width, picture.ascent, picture.descent],
        "glyphs": [[one.outline, one.x, one.y, one.size] for one in picture.glyphs],
        "letters": [[one.text, one.x, one.y, one.size, one.width] for one in picture.letters],
        "bars": [[one.x, one.y, one.width, one.height, one.free] for one in picture.bars],
        "lines": [[one.x1, one.y1, one.x2, one.y2, one.thickness] for one in picture.lines],
    }


def decode(value: dict[str, list[list[float]]]) -> Picture:
    """Read a picture. Raises `KeyError`, `TypeError` or `ValueError`."""
    width, ascent, descent = cast("list[float]", value["size"])
    return Picture(
        width,
        ascent,
        descent,
        tuple(Glyph(int(number), x, y, size) for number, x, y, size in value["glyphs"]),
        tuple(
            Letters(str(text), x, y, size, width) for text, x, y, size, width in value["letters"]
        ),
        tuple(Bar(x, y, w, h, bool(free)) for x, y, w, h, free in value["bars"]),
        tuple(Line(x1, y1, x2, y2, thickness) for x1, y1, x2, y2, thickness in value["lines"]),
    )
