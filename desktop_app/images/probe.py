"""What a file is, by its first bytes and never by its name (specification, section 4)."""

from dataclasses import dataclass
from typing import Final

HEAD_SIZE: Final = 64
"""How many of the first bytes are looked at."""


@dataclass(frozen=True)
class ImageKind:
    """A kind of picture that the API takes.

    `qt_format` is what Qt calls it, `None` where Castor shows no preview of it.
    """

    mime_type: str
    name: str
    qt_format: bytes | None


PNG: Final = ImageKind("image/png", "PNG", b"png")
JPEG: Final = ImageKind("image/jpeg", "JPEG", b"jpeg")
GIF: Final = ImageKind("image/gif", "GIF", b"gif")
WEBP: Final = ImageKind("image/webp", "WebP", b"webp")
BMP: Final = ImageKind("image/bmp", "BMP", b"bmp")
TIFF: Final = ImageKind("image/tiff", "TIFF", None)
HEIC: Final = ImageKind("image/heic", "HEIC", None)
HEIF: Final = ImageKind("image/heif", "HEIF", None)

TAKEN: Final = "PNG, JPEG, GIF, WebP, BMP, TIFF and HEIC pictures can be attached"

_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_HEIF_BRANDS: Final = frozenset({b"mif1", b"msf1", b"heif"})

_OTHERS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "an archive or office document"),
    (b"\x1f\x8b", "an archive"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound"),
    (b"fLaC", "a sound"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"8BPS", "a Photoshop file"),
)


def image_kind(head: bytes) -> ImageKind | None:
    """Tell the kind of a picture from its first 64 bytes; `None` for everything else."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF
    # "BM" begins many texts: a bitmap has zeros at 6 and a header size at 14.
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0" and head[15:18] == b"\0\0\0":
        return BMP
    return _iso_kind(head)


def _iso_kind(head: bytes) -> ImageKind | None:
    if head[4:8] != b"ftyp":
        return None
    brands = {head[at : at + 4] for at in (8, *range(16, len(head) - 3, 4))}
    if head[8:12] in _HEIC_BRANDS or (head[8:12] in _HEIF_BRANDS and brands & _HEIC_BRANDS):
        return HEIC
    return HEIF if head[8:12] in _HEIF_BRANDS and b"avif" not in brands else None


def what_it_is(head: bytes) -> str:
    """Say what a file that is no picture is, as far as its first bytes tell: `a PDF`."""
    for magic, name in _OTHERS:
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        return "an AVIF picture" if b"avif" in head[8:] else "a film or sound"
    if head.startswith(b"RIFF"):
        return "a sound or film"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:5].lower() in (b"<svg ", b"<svg>") or (text.startswith(b"<?xml") and b"svg" in head):
        return "an SVG drawing"
    if text[:5].lower() in (b"<html", b"<!doc"):
        return "a web page"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "a text"
    return "no picture"
