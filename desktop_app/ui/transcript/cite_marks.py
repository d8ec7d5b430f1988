"""The small numbered marks of citations: how large they are, and how they are painted."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from desktop_app.ui.painting import paint_box
from desktop_app.ui.transcript.styles import MARK_HEIGHT, MARK_WIDTH, Ground

GAP: Final = 1
"""Between a word and its mark, and between two marks."""

_RADIUS: Final = 4
_FIGURES: Final = 11
_BASELINE: Final = 12
"""So far above the line's baseline a mark begins."""


def mark_width(number: int, scale: float = 1.0) -> int:
    """How wide the mark of a number is; one of several figures needs more room."""
    return round(max(MARK_WIDTH, 7 * len(str(number)) + 4) * scale)


def mark_rect(x: float, baseline: float, number: int, scale: float) -> QRectF:
    """Where a mark stands behind a word that ends at `x`."""
    top = baseline - round(_BASELINE * scale)
    return QRectF(x + GAP, top, mark_width(number, scale), round(MARK_HEIGHT * scale))


def paint_mark(
    painter: QPainter, ground: Ground, rect: QRectF, number: int, *, active: bool = False
) -> None:
    """Paint a mark; `active`: hovered, or reached by the keyboard."""
    color = ground.color
    scale = rect.height() / MARK_HEIGHT
    paint_box(painter, rect, _RADIUS * scale, color("accent" if active else "accent_soft"))
    painter.setFont(ground.font(round(_FIGURES * scale), 600, figures=True))
    painter.setPen(color("on_accent" if active else "link"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(number))
