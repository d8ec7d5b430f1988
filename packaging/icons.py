"""Draws Castor's mark as every system wants it: PNG for Linux, .ico for Windows, .icns for macOS.

`python packaging/icons.py FOLDER` writes them; the build does. The drawing in resources/ is the
only original, and nothing of this is committed.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QImage, QImageWriter, QPainter, Qt
from PySide6.QtSvg import QSvgRenderer

MARK: Final = Path(__file__).resolve().parent.parent / "resources" / "castor.svg"

PNG_SIDES: Final = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIDES: Final = (16, 20, 24, 32, 40, 48, 64, 256)
ICNS_SIDES: Final = (
    *(("icp4", 16), ("icp5", 32), ("ic07", 128), ("ic08", 256), ("ic09", 512)),
    # for screens of two pixels to the point
    *(("ic11", 32), ("ic12", 64), ("ic13", 256), ("ic14", 512), ("ic10", 1024)),
)
_LARGEST_BITMAP: Final = 64
"""Pixels a side up to which an .ico holds plain bitmaps, which every reader takes."""


def write_icons(folder: Path) -> None:
    """Write castor-SIDE.png for each side, castor.ico and castor.icns."""
    folder.mkdir(parents=True, exist_ok=True)
    for side in PNG_SIDES:
        (folder / f"castor-{side}.png").write_bytes(png(draw(side)))
    (folder / "castor.ico").write_bytes(ico())
    (folder / "castor.icns").write_bytes(icns())


def draw(side: int) -> QImage:
    """Return the mark, `side` pixels wide and high, on nothing."""
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(MARK)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image.convertToFormat(QImage.Format.Format_ARGB32)


def png(image: QImage) -> bytes:
    """Return a picture as PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def ico() -> bytes:
    """Return the icon of Windows: a directory of pictures, then the pictures."""
    pictures = [
        png(draw(side)) if side > _LARGEST_BITMAP else bitmap(draw(side)) for side in ICO_SIDES
    ]
    entries = b""
    offset = 6 + 16 * len(pictures)
    for side, picture in zip(ICO_SIDES, pictures, strict=True):
        byte = side % 256  # 0 stands for 256
        entries += struct.pack("<BBBBHHII", byte, byte, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + b"".join(pictures)


def bitmap(image: QImage) -> bytes:
    """Return a picture as an .ico holds it plain: from the bottom up, then a mask of nothing."""
    side = image.width()
    head = struct.pack("<IiiHHIIiiII", 40, side, 2 * side, 1, 32, 0, 0, 0, 0, 0, 0)
    pixels, row = bytes(image.constBits()), 4 * side
    upwards = [pixels[start : start + row] for start in range(row * (side - 1), -1, -row)]
    return head + b"".join(upwards) + bytes((side + 31) // 32 * 4 * side)


def icns() -> bytes:
    """Return the icon of macOS: each picture behind its kind and length."""
    pictures = b""
    for kind, side in ICNS_SIDES:
        picture = png(draw(side))
        pictures += kind.encode() + struct.pack(">I", 8 + len(picture)) + picture
    return b"icns" + struct.pack(">I", 8 + len(pictures)) + pictures


if __name__ == "__main__":
    write_icons(Path(sys.argv[1]))
