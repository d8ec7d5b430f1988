"""Paints what stands behind the text of an answer: cards of code, tables, quotes, markers."""

from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTextDocument

from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.document import CODE_HEAD, QUOTE_INDENT
from desktop_app.ui.transcript.places import (
    Bars,
    CodeCard,
    Grid,
    Marker,
    Places,
    find_places,
)

RADIUS: Final = 10
_BAR: Final = 3
_FIGURE_ROOM: Final = 40


class Decorations:
    """Knows where the decorations of a document are, and paints them.

    The places are found again after a change of the document, at most once for each, and only
    behind what was settled before.
    """

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        self._document = document
        self._theme = theme
        self._places: Places | None = None
        self._settled = Places()
        self._known = 0
        self._end = 0

    def forget(self) -> None:
        """Note that all of the document has changed, or its width."""
        self._places = None
        self._settled = Places()
        self._known = 0

    def note_change(self, settled: int) -> None:
        """Note that the document has grown; it never changes again before the position given."""
        self._places = None
        self._end = settled

    def cards(self, width: float, scale: float) -> list[CodeCard]:
        """The cards of code, from the top."""
        return self._find(width, scale).cards

    def _find(self, width: float, scale: float) -> Places:
        if self._places is None:
            find_places(self._settled, self._document, self._known, self._end, width, scale)
            self._known = max(self._known, self._end)
            self._places = self._settled.copy()
            end = self._document.characterCount()
            find_places(self._places, self._document, self._known, end, width, scale)
        return self._places

    def paint(self, painter: QPainter, visible: QRectF, width: float, scale: float) -> None:
        """Paint what lies in the visible part of the document."""
        places = self._find(width, scale)
        color = self._theme.color
        for bars in places.quotes:
            if bars.rect.intersects(visible.adjusted(-100, 0, 100, 0)):
                self._paint_quote(painter, bars, scale)
        for rect in places.rules:
            painter.fillRect(QRectF(0, round(rect.center().y()), width, 1), color("line"))
        for marker in places.markers:
            if marker.rect.intersects(visible):
                self._paint_marker(painter, marker, scale)
        for card in places.cards:
            if card.rect.intersects(visible):
                self._paint_card(painter, card)
        for grid in places.grids:
            if grid.rect.intersects(visible):
                self._paint_grid(painter, grid)
        for rect in places.inline:
            if rect.intersects(visible):
                paint_box(painter, rect, 4, color("inline_code"))

    def _paint_quote(self, painter: QPainter, bars: Bars, scale: float) -> None:
        for level in range(bars.depth):
            left = bars.left + level * QUOTE_INDENT * scale
            bar = QRectF(left, bars.rect.top(), _BAR, bars.rect.height())
            painter.fillRect(bar, self._theme.color("line_strong"))

    def _paint_marker(self, painter: QPainter, marker: Marker, scale: float) -> None:
        color = self._theme.color
        rect = marker.rect
        if marker.text in ("•", "◦"):
            dot = QRectF(0, 0, 5 * scale, 5 * scale)
            dot.moveCenter(QPointF(rect.right() - 12 * scale, rect.center().y() + scale))
            fill, border = color("quiet"), None
            if marker.text == "◦":
                fill, border = None, color("quiet")
            paint_box(painter, dot, dot.width() / 2, fill, border)
        elif marker.text in ("[x]", "[ ]"):
            box = QRectF(0, 0, 14 * scale, 14 * scale)
            box.moveCenter(QPointF(rect.right() - 14 * scale, rect.center().y() + scale))
            if marker.text == "[x]":
                paint_box(painter, box, 3 * scale, color("accent"))
                _paint_tick(painter, box, color("on_accent"))
            else:
                paint_box(painter, box, 3 * scale, None, color("control"))
        else:
            painter.setFont(self._theme.font(round(14 * scale), figures=True))
            painter.setPen(color("quiet"))
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            room = rect.adjusted(-_FIGURE_ROOM, -2, -7 * scale, 2)
            painter.drawText(room, flags, marker.text)

    def _paint_card(self, painter: QPainter, card: CodeCard) -> None:
        color = self._theme.color
        paint_box(painter, card.rect, RADIUS, color("code"), color("line"))
        y = round(card.rect.top() + CODE_HEAD) - 0.5
        painter.setPen(QPen(color("line"), 1))
        painter.drawLine(QLineF(card.rect.left() + 1, y, card.rect.right() - 1, y))
        painter.setFont(self._theme.font(12, 500))
        painter.setPen(color("quiet"))
        head = QRectF(card.rect.left() + 14, card.rect.top(), card.rect.width() / 2, CODE_HEAD)
        painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, card.language)

    def _paint_grid(self, painter: QPainter, grid: Grid) -> None:
        color = self._theme.color
        head = QRectF(grid.rect)
        head.setBottom(grid.lines[0] if grid.lines else grid.rect.bottom())
        painter.save()
        painter.setClipRect(head)
        paint_box(painter, grid.rect, RADIUS, color("sunken"))
        painter.restore()
        paint_box(painter, grid.rect, RADIUS, None, color("line"))
        painter.setPen(QPen(color("line"), 1))
        for y in grid.lines:
            painter.drawLine(QLineF(grid.rect.left() + 1, y - 0.5, grid.rect.right() - 1, y - 0.5))


def _paint_tick(painter: QPainter, box: QRectF, color: QColor) -> None:
    def at(x: float, y: float) -> QPointF:
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height())

    painter.setPen(QPen(color, box.width() / 8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([at(0.24, 0.52), at(0.43, 0.71), at(0.77, 0.31)]))
