"""How long a sound or film is, by its header: FLAC, and the family of MP4."""

from typing import BinaryIO, Final

_MOST_BOXES: Final = 1000


def flac_seconds(head: bytes) -> float | None:
    """Read the length out of the first block of a FLAC file; `None` where it does not say."""
    if not head.startswith(b"fLaC") or len(head) < 26:
        return None
    packed = int.from_bytes(head[18:26], "big")
    rate, samples = packed >> 44, packed & ((1 << 36) - 1)
    return samples / rate if rate and samples else None


def film_seconds(file: BinaryIO, size: int) -> float | None:
    """Read the length out of the movie header of MP4, MOV, M4A or 3GP; `None` where it is none."""
    movie = _box(file, b"moov", 0, size)
    header = _box(file, b"mvhd", *movie) if movie else None
    if header is None:
        return None
    file.seek(header[0])
    data = file.read(32)
    if len(data) < 32:
        return None
    long = data[0] == 1
    scale = int.from_bytes(data[20:24] if long else data[12:16], "big")
    length = int.from_bytes(data[24:32] if long else data[16:20], "big")
    return length / scale if scale and length else None


def _box(file: BinaryIO, wanted: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Find a box between two places, and say where its content begins and ends."""
    at = start
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return None
        file.seek(at)
        head = file.read(16)
        length, content = int.from_bytes(head[:4], "big"), at + 8
        if length == 1:
            length, content = int.from_bytes(head[8:16], "big"), at + 16
        elif length == 0:
            length = end - at
        if length < content - at or at + length > end:
            return None
        if head[4:8] == wanted:
            return content, at + length
        at += length
    return None
