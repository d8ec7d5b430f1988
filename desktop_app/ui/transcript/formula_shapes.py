"""Paints formulas: the outlines of their glyphs, in any colour and at any size."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTransform

from desktop_app.formulas.picture import Bar, Letters, Outline, Picture

SCALE: Final = 1.14
"""A formula's em over that of the text: its letters are then as high as Inter's."""


class Outlines:
    """The outlines of the glyphs that have come so far, by number."""

    def __init__(self) -> None:
        self._paths: dict[int, QPainterPath] = {}

    def learn(self, outlines: Mapping[int, Outline]) -> None:
        """Take outlines in."""
        for number, outline in outlines.items():
            self._paths[number] = _path_of(outline)

    def shape(self, picture: Picture) -> QPainterPath:
        """Put a formula's glyphs together; one em is 1."""
        shape = QPainterPath()
        shape.setFillRule(Qt.FillRule.WindingFill)  # the pieces of a tall bracket overlap
        for glyph in picture.glyphs:
            path = self._paths.get(glyph.outline)
            if path is not None:
                shape.addPath(QTransform(glyph.size, 0, 0, glyph.size, glyph.x, glyph.y).map(path))
        return shape


def _path_of(outline: Outline) -> QPainterPath:
    path = QPainterPath()
    for contour in outline:
        for number, points in enumerate(contour):
            match points:
                case [x, y] if number == 0:
                    path.moveTo(x, y)
                case [x, y]:
                    path.lineTo(x, y)
                case [x1, y1, x, y]:
                    path.quadTo(x1, y1, x, y)
                case [x1, y1, x2, y2, x, y]:
                    path.cubicTo(x1, y1, x2, y2, x, y)
                case _:
                    raise ValueError("no such curve")
        path.closeSubpath()
    return path


def paint_formula(
    painter: QPainter, point: QPointF, picture: Picture, shape: QPainterPath, em: float
) -> None:
    """Paint a formula in the pen's colour; its baseline begins at `point`, `em` is in pixels.

    What the font of formulas does not have is painted in the painter's.
    """
    ink = painter.pen().color()
    font = painter.font()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    device = painter.combinedTransform()
    down = device.m22() or 1.0
    middle = device.map(QPointF(0, point.y())).y()
    origin = QPointF(point.x(), point.y() + (round(middle) - middle) / down)
    painter.translate(origin)
    for bar in picture.bars:
        painter.fillRect(_on_pixels(painter, bar, em), ink)
    pen = QPen(ink)
    for line in picture.lines:
        pen.setWidthF(line.thickness * em)
        painter.setPen(pen)
        painter.drawLine(QPointF(line.x1 * em, line.y1 * em), QPointF(line.x2 * em, line.y2 * em))
    painter.setPen(ink)
    for letters in picture.letters:
        _paint_letters(painter, letters, em, font)
    painter.scale(em, em)
    painter.fillPath(shape, ink)
    painter.restore()


def _on_pixels(painter: QPainter, bar: Bar, em: float) -> QRectF:
    """Give a bar as a rectangle; a free one on whole pixels, where it is not blurred."""
    rect = QRectF(bar.x * em, bar.y * em, bar.width * em, bar.height * em)
    device = painter.combinedTransform()
    if not bar.free or device.isRotating():
        return rect
    there = device.mapRect(rect)
    if there.height() <= there.width():
        height = max(1, round(there.height()))
        there.setTop(round(there.center().y() - height / 2))
        there.setHeight(height)
    else:
        width = max(1, round(there.width()))
        there.setLeft(round(there.center().x() - width / 2))
        there.setWidth(width)
    back, invertible = device.inverted()
    return back.mapRect(there) if invertible else rect


def _paint_letters(painter: QPainter, letters: Letters, em: float, font: QFont) -> None:
    fitting = QFont(font)
    fitting.setPixelSize(max(1, round(letters.size * em / SCALE)))
    width = QFontMetricsF(fitting).horizontalAdvance(letters.text)
    place = letters.width * em
    painter.save()
    painter.setFont(fitting)
    painter.translate(letters.x * em, letters.y * em)
    if width > place > 0:
        painter.scale(place / width, 1)
        width = place
    painter.drawText(QPointF((place - width) / 2, 0), letters.text)
    painter.restore()
