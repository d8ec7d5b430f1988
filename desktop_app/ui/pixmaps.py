"""Decoded pictures as Qt paints them."""

from PySide6.QtGui import QImage, QPixmap

from desktop_app.images.pixels import Pixels


def pixmap_of(pixels: Pixels) -> QPixmap:
    """Make a pixmap; nothing is decoded here."""
    form = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, pixels.across, pixels.down, 4 * pixels.across, form)
    return QPixmap.fromImage(image)
