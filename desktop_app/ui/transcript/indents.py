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

_LEAST_GAP: Final = 1.5


class Indents(NamedTuple):
    """The width of each indent of a stretch, the outermost first, and which are at the right."""

    widths: tuple[int, ...] = ()
    turned: tuple[bool, ...] = ()

    def following(self, stretch: Stretch, styles: Styles) -> "Indents":
        """The indents of the next stretch: a marker begins an item, the rest stays in its own."""
        widths: list[int] = []
        turned: list[bool] = []
        last = len(stretch.inside) - 1
        for at, frame in enumerate(stretch.inside):
            if frame == "list" and stretch.marker and at == last:
                widths.append(max(styles.scaled(LIST_INDENT), _width(stretch.marker, styles)))
                turned.append(begins_turned(stretch.text))
            elif frame == "list" and at < len(self.widths):
                widths.append(self.widths[at])
                turned.append(self.turned[at])
            else:
                widths.append(styles.scaled(LIST_INDENT if frame == "list" else QUOTE_INDENT))
                turned.append(False)
        return Indents(tuple(widths), tuple(turned))

    def left(self, depth: int | None = None) -> int:
        """What is taken at the left, by the outermost `depth` indents or by all."""
        pairs = zip(self.widths[:depth], self.turned[:depth], strict=True)
        return sum(width for width, turned in pairs if not turned)

    @property
    def right(self) -> int:
        """What is taken at the right."""
        return sum(self.widths) - self.left()

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
