"""Castor's mark: the two stars of the Twins, the nearer and brighter one in the middle."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QIcon, QPainter, QPixmap, Qt
from PySide6.QtSvg import QSvgRenderer

from desktop_app import assets
from desktop_app.ui.theme import Theme


@cache
def _renderer() -> QSvgRenderer:
    return QSvgRenderer(QByteArray(assets.read_bytes("castor.svg")))


def paint_mark(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """Paint the mark; it is the same in both themes."""
    del theme
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer().render(painter, rect)


def window_icon() -> QIcon:
    """The mark as the window's icon, in the sizes that desktops ask for."""
    made = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        _renderer().render(painter, QRectF(0, 0, side, side))
        painter.end()
        made.addPixmap(pixmap)
    return made
