"""Boxes, rings and shadows, drawn inside their rectangle on whole pixels."""

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

RING: Final = 2


def paint_box(
    painter: QPainter,
    rect: QRectF | QRect,
    radius: float,
    fill: QColor | None = None,
    border: QColor | None = None,
    width: float = 1.0,
) -> None:
    """Paint a rounded box; the border lies inside the rectangle."""
    inset = width / 2 if border is not None else 0.0
    box = QRectF(rect).adjusted(inset, inset, -inset, -inset)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(border, width) if border is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, radius - inset, radius - inset)


def paint_ring(painter: QPainter, rect: QRectF | QRect, radius: float, accent: QColor) -> None:
    """Paint the focus ring inside the rectangle."""
    paint_box(painter, rect, radius, None, accent, RING)


def rounded_pixmap(
    pixmap: QPixmap, size: QSize, radius: float, scale: float, edge: QColor | None = None
) -> QPixmap:
    """Fit a picture into a box of `size` logical pixels: cropped, with round corners.

    `edge` is the colour of a line of one pixel inside.
    """
    pixels = QSize(round(size.width() * scale), round(size.height() * scale))
    result = QPixmap(pixels)
    result.fill(Qt.GlobalColor.transparent)
    result.setDevicePixelRatio(scale)
    if pixmap.isNull():
        return result
    scaled = pixmap.scaled(
        pixels,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    scaled.setDevicePixelRatio(scale)
    painter = QPainter(result)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    path = QPainterPath()
    path.addRoundedRect(QRectF(0, 0, size.width(), size.height()), radius, radius)
    painter.setClipPath(path)
    left = (size.width() - scaled.width() / scale) / 2
    top = (size.height() - scaled.height() / scale) / 2
    painter.drawPixmap(QPointF(left, top), scaled)
    painter.setClipping(False)
    if edge is not None:
        paint_box(painter, QRectF(0, 0, size.width(), size.height()), radius, None, edge)
    painter.end()
    return result


class Shadow:
    """A soft shadow around rounded boxes, rendered once and painted in nine pieces."""

    def __init__(self, color: QColor, blur: int, offset: int, radius: float) -> None:
        self._blur = blur
        self._offset = offset
        self._corner = round(blur + radius)
        side = 2 * self._corner + 2
        self._pixmap = QPixmap(side, side)
        self._pixmap.fill(Qt.GlobalColor.transparent)
        self._render(color, radius)

    @property
    def margin(self) -> int:
        """How far the shadow reaches beyond its box, at most."""
        return self._blur + self._offset

    def _render(self, color: QColor, radius: float) -> None:
        # Rings of falling strength: near enough to a blur, and a few microseconds.
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        side = float(self._pixmap.width())
        steps = self._blur
        for step in range(steps):
            part = QColor(color)
            fall = (step + 1) / steps
            part.setAlphaF(min(1.0, color.alphaF() * 2 * fall / steps))
            painter.setBrush(part)
            inset = float(step)
            box = QRectF(inset, inset, side - 2 * inset, side - 2 * inset)
            painter.drawRoundedRect(box, radius + steps - step, radius + steps - step)
        painter.end()

    def paint(self, painter: QPainter, box: QRectF | QRect, seen: QRect | None = None) -> None:
        """Paint the shadow of a box; the box itself is painted over it.

        `seen` is the rectangle that is painted anew, where it is not all.
        """
        inside = None if seen is None else QRectF(seen)
        outer = QRectF(box).adjusted(-self._blur, -self._blur, self._blur, self._blur)
        outer.translate(0, self._offset)
        corner = float(self._corner)
        side = float(self._pixmap.width())
        xs = (outer.left(), outer.left() + corner, outer.right() - corner, outer.right())
        ys = (outer.top(), outer.top() + corner, outer.bottom() - corner, outer.bottom())
        us = (0.0, corner, side - corner, side)
        for i in range(3):
            for j in range(3):
                target = QRectF(QPointF(xs[i], ys[j]), QPointF(xs[i + 1], ys[j + 1]))
                source = QRectF(QPointF(us[i], us[j]), QPointF(us[i + 1], us[j + 1]))
                if inside is not None and not inside.intersects(target):
                    continue
                if target.width() > 0 and target.height() > 0:
                    painter.drawPixmap(target, self._pixmap, source)


def paint_dot(painter: QPainter, center: QPointF, diameter: float, color: QColor) -> None:
    """Paint a dot."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(center, diameter / 2, diameter / 2)


def paint_arc(
    painter: QPainter, rect: QRectF, color: QColor, start_degrees: float, span_degrees: float
) -> None:
    """Paint part of a circle, clockwise from twelve o'clock."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(rect, round((90 - start_degrees) * 16), round(-span_degrees * 16))
