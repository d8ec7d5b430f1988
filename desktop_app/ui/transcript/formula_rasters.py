"""Formulas as pixels: to fill their shapes takes half a millisecond each, which scrolling has not.

They are made for one size, ink and display, and painted on whole pixels.
"""

from collections import OrderedDict
from collections.abc import Hashable
from math import ceil
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPainterPath, QPixmap

from desktop_app.formulas.picture import Picture
from desktop_app.ui.transcript.formula_shapes import paint_formula

_BYTES: Final = 8_000_000
_LARGEST: Final = 1_000_000
"""Pixels of a formula that is kept; a larger one is filled each time."""

_MARGIN: Final = 2
"""Pixels around a formula that its letters may reach into."""


class _Look(NamedTuple):
    key: Hashable
    em: float
    ink: int
    family: str
    ratio: float


def is_plain(painter: QPainter) -> bool:
    """Whether a painter paints pixels, neither larger nor smaller: no printer, no other scale."""
    moved = painter.transform()
    return (
        painter.paintEngine().type() == QPaintEngine.Type.Raster
        and not moved.isScaling()
        and not moved.isRotating()
    )


class Rasters:
    """The formulas that were painted last, up to a number of bytes."""

    def __init__(self, most: int = _BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[_Look, QPixmap] = OrderedDict()
        self._bytes = 0

    @property
    def bytes_kept(self) -> int:
        """How much memory they take."""
        return self._bytes

    def paint(
        self,
        painter: QPainter,
        at: QPointF,
        key: Hashable,
        picture: Picture,
        shape: QPainterPath,
        em: float,
    ) -> None:
        """Paint a formula with the painter's pen and font; its baseline begins at `at`."""
        ratio = painter.device().devicePixelRatioF()
        ink = painter.pen().color()
        if picture.width * (picture.ascent + picture.descent) * (em * ratio) ** 2 > _LARGEST:
            paint_formula(painter, at, picture, shape, em)
            return
        look = _Look(key, em, ink.rgba(), painter.font().family(), ratio)
        pixmap = self._kept.get(look)
        if pixmap is None:
            pixmap = _draw(painter, picture, shape, em, ratio)
            self._keep(look, pixmap)
        else:
            self._kept.move_to_end(look)
        device = painter.combinedTransform().map(at)
        left = at.x() + (round(device.x()) - device.x()) / ratio - _MARGIN
        base = at.y() + (round(device.y()) - device.y()) / ratio
        painter.drawPixmap(QPointF(left, base - _above(picture, em)), pixmap)

    def _keep(self, look: _Look, pixmap: QPixmap) -> None:
        self._kept[look] = pixmap
        self._bytes += _size(pixmap)
        while self._bytes > self._most and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)


def _draw(
    painter: QPainter, picture: Picture, shape: QPainterPath, em: float, ratio: float
) -> QPixmap:
    width = ceil(picture.width * em) + 2 * _MARGIN
    height = _above(picture, em) + ceil(picture.descent * em) + _MARGIN
    pixmap = QPixmap(QSize(ceil(width * ratio), ceil(height * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    inner = QPainter(pixmap)
    inner.setPen(painter.pen())
    inner.setFont(painter.font())
    paint_formula(inner, QPointF(_MARGIN, _above(picture, em)), picture, shape, em)
    inner.end()
    return pixmap


def _above(picture: Picture, em: float) -> int:
    return ceil(picture.ascent * em) + _MARGIN


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
