"""How far text in lists and quotes is moved in: from the left, or from the right where it begins.

An item that is written from right to left has its marker at the right, and so has what is in it.
"""

from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from desktop_app.markdown.stretches import Stretch
from desktop_app.ui.transcript.shaping import begins_turned
from desktop_app.ui.transcript.styles import LIST_INDENT, QUOTE_INDENT, Face, Styles

MARKER_GAP: Final = 7
"""Between a number and its item; a number of two digits keeps less, so that items stay in line."""

BAR: Final = 3
"""How wide the bar of a quote is."""

_LEAST_GAP: Final = 1.5


class Indents(NamedTuple):
    """What a stretch stands in, how wide each indent is, and which are at the right."""

    inside: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    turned: tuple[bool, ...] = ()

    def following(self, stretch: Stretch, styles: Styles) -> "Indents":
        """The indents of the next stretch: it begins an item or a quote, or goes on in its own."""
        inside, widths, turned = stretch.inside, list[int](), list[bool]()
        for at, frame in enumerate(inside):
            begins = bool(stretch.marker) and at == len(inside) - 1
            if not begins and inside[: at + 1] == self.inside[: at + 1]:
                widths.append(self.widths[at])
                turned.append(self.turned[at])
                continue
            room = LIST_INDENT if frame == "list" else QUOTE_INDENT
            number = _width(stretch.marker, styles) if begins else 0
            widths.append(max(styles.scaled(room), number))
            turned.append(begins_turned(stretch.text))
        return Indents(inside, tuple(widths), tuple(turned))

    def left(self, depth: int | None = None) -> int:
        """What is taken at the left, by the outermost `depth` indents or by all."""
        pairs = zip(self.widths[:depth], self.turned[:depth], strict=True)
        return sum(width for width, turned in pairs if not turned)

    @property
    def right(self) -> int:
        """What is taken at the right."""
        return sum(self.widths) - self.left()

    def of_bar(self, depth: int, width: int) -> int:
        """The left of the bar of a quote that is in `depth` others and lists."""
        if not self.turned[depth]:
            return self.left(depth)
        return width - (sum(self.widths[:depth]) - self.left(depth)) - BAR

    def of_marker(self, left: int, right: float, top: float, line: int) -> QRectF:
        """The place of the marker of an item whose text stands between `left` and `right`."""
        width = self.widths[-1]
        return QRectF(right if self.turned[-1] else left - width, top, width, line)


def marker_face(styles: Styles) -> Face:
    """What numbers before items are drawn with."""
    return Face(styles.size, ink="quiet", figures=True)


def marker_gap(marker: str, styles: Styles) -> float:
    """The space between a number and its item."""
    scale = styles.size / 14
    room = styles.scaled(LIST_INDENT) - _advance(marker, styles)
    return min(MARKER_GAP * scale, room) if room >= _LEAST_GAP * scale else MARKER_GAP * scale


def _width(marker: str, styles: Styles) -> int:
    """The room that a number and its gap need."""
    if not marker[0].isdigit():
        return 0
    return -int(-(_advance(marker, styles) + marker_gap(marker, styles)) // 1)


def _advance(marker: str, styles: Styles) -> float:
    return QFontMetricsF(styles.font(marker_face(styles))).horizontalAdvance(marker)
