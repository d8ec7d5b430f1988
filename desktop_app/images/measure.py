"""The size of a picture from its first bytes, so that there is room for it before it is decoded.

It reads headers only, and in Python only: the bytes come from outside. What it says may be wrong
for a broken picture; the decoder has the last word.
"""

import struct
from struct import unpack_from
from typing import Final

from desktop_app.images.probe import BMP, GIF, JPEG, PNG, WEBP, image_kind

HEAD: Final = 96 * 1024
"""So many of the first bytes are worth having: a JPEG may have a picture of itself in front."""

_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def measure(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; `None` where the first bytes do not tell."""
    kind = image_kind(head[:64])
    try:
        if kind is PNG:
            size = unpack_from(">II", head, 16)
        elif kind is GIF:
            size = unpack_from("<HH", head, 6)
        elif kind is BMP:
            width, height = unpack_from("<ii", head, 18)
            size = width, abs(height)
        elif kind is WEBP:
            size = _webp(head)
        else:
            size = _jpeg(head) if kind is JPEG else (0, 0)
    except (struct.error, IndexError):
        return None
    width, height = size
    return (width, height) if width > 0 and height > 0 else None


def _webp(head: bytes) -> tuple[int, int]:
    match head[12:16]:
        case b"VP8X":
            return (
                1 + int.from_bytes(head[24:27], "little"),
                1 + int.from_bytes(head[27:30], "little"),
            )
        case b"VP8L":
            (bits,) = unpack_from("<I", head, 21)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = unpack_from("<HH", head, 26)
            return width & 0x3FFF, height & 0x3FFF
        case _:
            return 0, 0


def _jpeg(head: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _SIZES:
            height, width = unpack_from(">HH", head, at + 5)
            return width, height
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = unpack_from(">H", head, at + 2)
        at += 2 + length
    return 0, 0
