"""Looks at pictures: format, size, colours. The only module of the demo that uses Qt.

Qt is imported when the first picture comes, never at the start. The server is a process of its own
already, so it decodes here, not in the child process that the program has for that.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from desktop_app.demo.colours import colour_name
from desktop_app.images.probe import HEAD_SIZE, image_kind

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

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
    the mean lightness from 0 to 1.
    """

    format: str
    width: int
    height: int
    colours: tuple[tuple[str, float], ...]
    clear: float = 0.0
    light: float = 0.5


def look(data: bytes) -> Picture:
    """Decode a picture and describe it. Raises `NotLookedAt`."""
    kind = image_kind(data[:HEAD_SIZE])
    if kind is None or kind.qt_format is None:
        raise NotLookedAt("its format is not one of PNG, JPEG, GIF, WebP and BMP")
    from PySide6.QtCore import QLoggingCategory

    from desktop_app.images.decode import Undecodable, read_image

    # What is broken is told to the person; the server's stderr is for faults of the server.
    QLoggingCategory.setFilterRules("qt.gui.imageio*=false")
    try:
        image = read_image(data, kind)
    except Undecodable as error:
        raise NotLookedAt(f"it cannot be decoded ({error})") from None
    colours, clear, light = _colours(_grid(image))
    return Picture(kind.name, image.width(), image.height(), colours, clear, light)


def _grid(image: "QImage") -> bytes:
    """Take at most 96 × 96 pixels evenly, four bytes (RGBA) each."""
    from PySide6.QtGui import QImage

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
