"""Names colours as people do: the nearest of a table, in a space where near looks near."""

from functools import cache
from typing import Final

_NAMES: Final = (
    ("black", (0, 0, 0)),
    ("dark grey", (70, 70, 70)),
    ("grey", (128, 128, 128)),
    ("light grey", (200, 200, 200)),
    ("white", (255, 255, 255)),
    ("red", (220, 30, 30)),
    ("dark red", (130, 10, 20)),
    ("pink", (250, 160, 190)),
    ("hot pink", (245, 60, 150)),
    ("salmon", (245, 130, 115)),
    ("orange", (250, 140, 20)),
    ("light orange", (252, 190, 120)),
    ("brown", (125, 75, 40)),
    ("dark brown", (65, 40, 25)),
    ("light brown", (180, 130, 85)),
    ("beige", (235, 220, 190)),
    ("cream", (252, 245, 220)),
    ("yellow", (250, 225, 40)),
    ("gold", (205, 160, 40)),
    ("light yellow", (250, 240, 150)),
    ("olive", (125, 125, 30)),
    ("lime green", (150, 220, 40)),
    ("green", (40, 160, 60)),
    ("dark green", (15, 85, 40)),
    ("dark green", (0, 100, 0)),
    ("light green", (160, 225, 160)),
    ("teal", (15, 130, 130)),
    ("turquoise", (60, 205, 195)),
    ("cyan", (0, 245, 250)),
    ("light blue", (150, 200, 240)),
    ("sky blue", (80, 165, 230)),
    ("blue", (35, 80, 215)),
    ("blue", (0, 0, 255)),
    ("dark blue", (15, 30, 105)),
    ("dark blue", (0, 0, 128)),
    ("green", (0, 150, 0)),
    ("bright green", (0, 250, 0)),
    ("slate grey", (90, 105, 125)),
    ("lavender", (200, 190, 235)),
    ("violet", (150, 80, 205)),
    ("purple", (105, 25, 125)),
    ("magenta", (235, 20, 225)),
)


@cache
def _table() -> tuple[tuple[str, tuple[float, float, float]], ...]:
    return tuple((name, _lab(*rgb)) for name, rgb in _NAMES)


def colour_name(red: int, green: int, blue: int) -> str:
    """Name a colour; its parts are from 0 to 255 (sRGB)."""
    light, a, b = _lab(red, green, blue)

    def distance(of: tuple[float, float, float]) -> float:
        # Hue is told apart better than lightness.
        return 0.6 * (light - of[0]) ** 2 + (a - of[1]) ** 2 + (b - of[2]) ** 2

    return min(_table(), key=lambda entry: distance(entry[1]))[0]


def _lab(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Convert sRGB to CIE L*a*b* (D65)."""
    r, g, b = (_linear(part / 255) for part in (red, green, blue))
    x = _root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
    y = _root(0.2126 * r + 0.7152 * g + 0.0722 * b)
    z = _root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
