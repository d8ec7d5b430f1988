"""Decoding and thumbnails with QtGui. Runs in the child process, or in the demo server's.

Qt guesses a file's format by its contents and would take an SVG for a picture, which can read
other files: here the format is what the magic bytes say, and nothing else is tried (reliability,
section 1.8).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader

from desktop_app.images.pixels import Pixels
from desktop_app.images.probe import ImageKind, image_kind

MAX_PIXELS: Final = 64_000_000
_ALLOCATION_MIB: Final = 300


class Undecodable(ValueError):
    """The picture cannot be shown; the text says why."""


@dataclass(frozen=True)
class Decoded:
    """A picture's size in pixels, upright, and a PNG of it that fits the size asked for."""

    width: int
    height: int
    thumbnail: bytes


def read_image(data: bytes, kind: ImageKind | None = None) -> QImage:
    """Decode a picture, upright. Raises `Undecodable`."""
    kind = kind or image_kind(data[:64])
    if kind is None or kind.qt_format is None:
        raise Undecodable("this kind of picture has no preview")
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader()
    QImageReader.setAllocationLimit(_ALLOCATION_MIB)
    reader.setAutoDetectImageFormat(False)
    reader.setDecideFormatFromContent(False)
    reader.setDevice(buffer)
    reader.setFormat(kind.qt_format)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > MAX_PIXELS:
        raise Undecodable(f"{size.width()} × {size.height()} pixels are too many for a preview")
    image = reader.read()
    if image.isNull():
        raise Undecodable(reader.errorString() or "the picture cannot be read")
    return image


def decode(path: Path, longest: int) -> Decoded:
    """Decode a file and make a thumbnail of at most `longest` pixels a side.

    The thumbnail is written anew as PNG, so that nothing of the file but its pixels is in it.
    Raises `Undecodable` and `OSError`.
    """
    image = read_image(path.read_bytes())
    thumbnail = to_png(_only_pixels(_fitted(image, longest)))
    return Decoded(image.width(), image.height(), thumbnail)


def decode_pixels(data: bytes, longest: int) -> Pixels:
    """Decode a picture for a window, at most `longest` pixels a side. Raises `Undecodable`."""
    image = read_image(data)
    made = _only_pixels(_fitted(image, longest))
    made = made.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    pixels = bytes(made.constBits())
    return Pixels(image.width(), image.height(), made.width(), made.height(), pixels)


def _fitted(image: QImage, longest: int) -> QImage:
    if max(image.width(), image.height()) <= longest:
        return image
    return image.scaled(
        QSize(longest, longest),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _only_pixels(image: QImage) -> QImage:
    # Qt carries texts and colour profiles of the file along, and would write them again.
    if image.colorSpace().isValid():
        image.convertToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    return QImage(
        image.constBits(), image.width(), image.height(), image.bytesPerLine(), image.format()
    ).copy()


def to_png(image: QImage) -> bytes:
    """Write a picture as PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - PySide6 takes str here, its stubs say bytes
    return bytes(buffer.data().data())
