"""A decoded picture as it comes out of the child process; no Qt is needed to hold it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pixels:
    """A picture of `width` × `height`, made to fit: `across` × `down` pixels of four bytes.

    They are those of `QImage.Format_ARGB32_Premultiplied`, line after line without a gap.
    """

    width: int
    height: int
    across: int
    down: int
    data: bytes
