"""Pictures and sounds that the demo makes itself: a sky with two stars, and a chime."""

import math
import struct
import zlib
from typing import Final, TypeAlias

_LONGER_SIDE: Final = 384
_STAR_PLACES: Final = ((0.38, 0.35, 5), (0.6, 0.45, 6))
_Colour: TypeAlias = tuple[int, int, int]
_NIGHT: Final = (16, 22, 84)
_DUSK: Final = (118, 66, 150)
_HORIZONS: Final = ((250, 150, 90), (245, 170, 190), (120, 190, 230))
_RATE: Final = 24_000
_NOTES: Final = (659.25, 880.0)
_NOTE_SECONDS: Final = 0.5


def sky(aspect_ratio: str, number: int) -> bytes:
    """Draw the evening sky with the two stars as a PNG; `number` chooses the horizon.

    `aspect_ratio` is such as `16:9`; the longer side has 384 pixels.
    """
    across, down = (int(part) for part in aspect_ratio.split(":"))
    scale = _LONGER_SIDE / max(across, down)
    width, height = max(1, round(across * scale)), max(1, round(down * scale))
    dusk = (_NIGHT, _DUSK, _HORIZONS[number % len(_HORIZONS)])
    rows = [bytearray(_between(dusk, y / height)) * width for y in range(height)]
    for at_x, at_y, radius in _STAR_PLACES:
        _draw_star(rows, round(at_x * width), round(at_y * height), radius, width)
    return _png(width, height, b"".join(b"\0" + bytes(row) for row in rows))


def _between(colours: tuple[_Colour, _Colour, _Colour], at: float) -> bytes:
    """Mix the colour at a place from 0 (the first) to 1 (the last)."""
    half = int(at * 2)
    part = at * 2 - half
    pairs = zip(colours[half], colours[half + 1], strict=True)
    return bytes(round(first + (second - first) * part) for first, second in pairs)


def _draw_star(rows: list[bytearray], x: int, y: int, radius: int, width: int) -> None:
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            inside = 0 <= y + dy < len(rows) and 0 <= x + dx < width
            if inside and abs(dx) + abs(dy) <= radius:
                at = 3 * (x + dx)
                rows[y + dy][at : at + 3] = bytes((255, 246, 214))


def _png(width: int, height: int, raw: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", zlib.compress(raw, 6)),
            chunk(b"IEND", b""),
        )
    )


def chime() -> tuple[bytes, int]:
    """Play two notes: 16-bit samples of one channel, and how many there are in a second."""
    samples: list[int] = []
    for note in _NOTES:
        count = int(_RATE * _NOTE_SECONDS)
        samples += [
            int(9000 * math.exp(-5 * i / count) * math.sin(2 * math.pi * note * i / _RATE))
            for i in range(count)
        ]
    return struct.pack(f"<{len(samples)}h", *samples), _RATE


def wav(samples: bytes, rate: int) -> bytes:
    """Put 16-bit samples of one channel into a WAV file."""
    head = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body
