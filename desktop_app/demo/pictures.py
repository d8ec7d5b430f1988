"""Looks at pictures: format, size, colours. The only module of the demo that uses Qt.

Qt is imported when the first picture comes, never at the start. A picture is decoded by its magic
bytes, never by what it calls itself, and only the formats below: Qt would read an SVG, and the
files it names, from anything (reliability, section 1.8).
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from desktop_app.demo.colours import colour_name

MAX_PIXELS: Final = 64_000_000
_GRID: Final = 96
_CLEAR: Final = 128
_SHARE_WORTH_A_WORD: Final = 0.04
_MOST_COLOURS: Final = 5


class NotLookedAt(Exception):
    """The picture cannot be looked at; the text says why, after "because"."""


@dataclass(frozen=True)
class Picture:
    """What is known of a picture.

    `width` and `height` are in pixels, as it is to be shown; `colours` are names and shares of
    the area from 0 to 1, the largest first; `clear` is the share that is transparent; `light` is
    the mean lightness from 0 to 1; `frames` counts the pictures of an animation.
    """

    format: str
    width: int
    height: int
    colours: tuple[tuple[str, float], ...]
    clear: float = 0.0
    light: float = 0.5
    frames: int = 1


_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)


def format_of(data: bytes) -> str | None:
    """Tell the format by the first bytes; `None` for what is not decoded here."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in _MAGIC if data.startswith(magic)), None)


def look(data: bytes) -> Picture:
    """Decode a picture and describe it. Raises `NotLookedAt`."""
    name = format_of(data)
    if name is None:
        raise NotLookedAt("its format is not one of PNG, JPEG, GIF, WebP and BMP")
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLoggingCategory
    from PySide6.QtGui import QImageReader

    # What is broken is told to the person; the server's stderr is for faults of the server.
    QLoggingCategory.setFilterRules("qt.gui.imageio*=false")
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoDetectImageFormat(False)
    reader.setFormat(QByteArray(name.encode("ascii")))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.width() * size.height() > MAX_PIXELS:
        raise NotLookedAt("it has more than 64 megapixels")
    frames = max(1, reader.imageCount()) if reader.supportsAnimation() else 1
    image = reader.read()
    if image.isNull():
        raise NotLookedAt("its data is broken")
    colours, clear, light = _colours(_grid(image))
    return Picture(
        name.upper().replace("WEBP", "WebP"),
        image.width(),
        image.height(),
        colours,
        clear,
        light,
        frames,
    )


def _grid(image: object) -> bytes:
    """Take at most 96 × 96 pixels evenly from a QImage, four bytes (RGBA) each."""
    from PySide6.QtGui import QImage

    assert isinstance(image, QImage)
    small = image.scaled(min(image.width(), _GRID), min(image.height(), _GRID))
    small = small.convertToFormat(QImage.Format.Format_RGBA8888)
    return bytes(small.constBits())


def _colours(pixels: bytes) -> tuple[tuple[tuple[str, float], ...], float, float]:
    clear = 0
    light = 0
    exact: Counter[tuple[int, int, int]] = Counter()
    for at in range(0, len(pixels), 4):
        red, green, blue, alpha = pixels[at : at + 4]
        if alpha < _CLEAR:
            clear += 1
            continue
        light += 299 * red + 587 * green + 114 * blue
        exact[red & 0xF8 | 4, green & 0xF8 | 4, blue & 0xF8 | 4] += 1
    seen = exact.total()
    named: Counter[str] = Counter()
    for (red, green, blue), count in exact.items():
        named[colour_name(red, green, blue)] += count
    shares = [(name, count / (seen + clear)) for name, count in named.most_common(_MOST_COLOURS)]
    worth = tuple(pair for pair in shares if pair[1] >= _SHARE_WORTH_A_WORD) or tuple(shares[:1])
    return worth, clear / max(1, seen + clear), light / (255_000 * seen) if seen else 0.5


def as_jpeg(data: bytes) -> bytes:
    """Encode a picture as JPEG. Raises `NotLookedAt`."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage, QImageWriter

    image = QImage.fromData(QByteArray(data))
    if image.isNull():
        raise NotLookedAt("its data is broken")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"jpeg")).write(image)
    return bytes(buffer.data().data())
