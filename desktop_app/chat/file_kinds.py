"""What kind of content a file is: by its bytes; by its name only where they do not say.

The kinds are those of the specification, section 4, and `text`: plain text and source code, which
go out as blocks of text.
"""

from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Final

from desktop_app.images.probe import HEAD_SIZE, image_kind, what_it_is
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.media_types import (
    CSV,
    DOC,
    DOCX,
    DOTX,
    ODP,
    ODS,
    ODT,
    PDF,
    PPT,
    PPTX,
    XLS,
    XLSX,
)
from desktop_app.store.errors import FileRefused

TAKEN: Final = (
    "Pictures, PDF and Office documents, CSV tables, texts, sounds and films can be attached"
)
MOST_TEXT: Final = 16_000_000
"""Bytes of a text: several million tokens, more than any model reads."""

_HEAD: Final = 4096
_OLE_SCAN: Final = 8 << 20


@dataclass(frozen=True)
class FileKind:
    """`kind` is that of `AttachmentContent`, `name` what a person calls it."""

    kind: str
    mime_type: str
    name: str


_TEXT: Final = FileKind("text", "text/plain", "Text")
_CSV: Final = FileKind("document", CSV, "CSV")
_PDF: Final = FileKind("document", PDF, "PDF")


def _document(mime_type: str, name: str) -> FileKind:
    return FileKind("document", mime_type, name)


def _audio(name: str, label: str) -> FileKind:
    return FileKind("audio", f"audio/{name}", label)


def _video(name: str, label: str) -> FileKind:
    return FileKind("video", f"video/{name}", label)


_MEMBERS: Final = {
    "word/document.xml": _document(DOCX, "Word"),
    "xl/workbook.xml": _document(XLSX, "Excel"),
    "ppt/presentation.xml": _document(PPTX, "PowerPoint"),
}
"""What is in an archive that is an Office document."""

_ODF: Final = {
    ODT.encode(): _document(ODT, "OpenDocument"),
    ODS.encode(): _document(ODS, "OpenDocument"),
    ODP.encode(): _document(ODP, "OpenDocument"),
}
_STREAMS: Final = (
    ("WordDocument", _document(DOC, "Word")),
    ("Workbook", _document(XLS, "Excel")),
    ("Book", _document(XLS, "Excel")),
    ("PowerPoint Document", _document(PPT, "PowerPoint")),
)
"""The streams in an older Office document, by which it is told."""

_MAGIC: Final = (
    (b"ID3", _audio("mp3", "MP3")),
    (b"fLaC", _audio("flac", "FLAC")),
    (b"OggS", _audio("ogg", "Ogg")),
    (b"FLV\x01", _video("x-flv", "FLV")),
    (b"\x00\x00\x01\xba", _video("mpeg", "MPEG")),
    (b"\x00\x00\x01\xb3", _video("mpeg", "MPEG")),
)
_ASF: Final = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
_EBML: Final = b"\x1a\x45\xdf\xa3"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MP4_BRANDS: Final = (b"isom", b"iso", b"mp4", b"avc1", b"dash", b"M4V", b"MSNV", b"f4v", b"F4V")


def kind_of(file: BinaryIO, name: str, size: int) -> FileKind:
    """Tell the kind of an open file. Raises `FileRefused` with the reason."""
    head = file.read(_HEAD)
    suffix = PurePath(name).suffix.lower()
    picture = image_kind(head[:HEAD_SIZE])
    if picture is not None:
        return FileKind("image", picture.mime_type, picture.name)
    kind = _sound_or_film(head, suffix)
    if kind is None and b"%PDF-" in head[:1024]:
        kind = _PDF
    if kind is None and head.startswith(b"PK"):
        kind = _archive(file, suffix)
    if kind is None and head.startswith(_OLE):
        kind = _older_office(file)
    if kind is None:
        kind = _text(file, head, suffix, size)
    if kind is None:
        raise FileRefused(f"it is {_what(head)}. {TAKEN}")
    return kind


def _sound_or_film(head: bytes, suffix: str) -> FileKind | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            if magic == b"OggS" and b"theora" in head:
                return None
            return kind
    if head[:4] == b"RIFF":
        riff = {b"WAVE": _audio("wav", "WAV"), b"AVI ": _video("avi", "AVI")}
        return riff.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _audio("aiff", "AIFF")
    if head.startswith(_ASF):
        return None if suffix == ".wma" else _video("wmv", "WMV")
    if head.startswith(_EBML) and b"webm" in head[:64]:
        return _audio("webm", "WebM") if suffix == ".weba" else _video("webm", "WebM")
    if head[4:8] == b"ftyp":
        return _iso_film(head[8:12], suffix)
    # The frames of MPEG sound begin with eleven ones; layer 0 is AAC's.
    if len(head) > 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[2] != 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return _audio("aac", "AAC")
        layer, version = head[1] & 0x06, head[1] & 0x18  # layer 1 would be a mark of UTF-16
        return _audio("mp3", "MP3") if layer in (0x02, 0x04) and version != 0x08 else None
    return None


def _iso_film(brand: bytes, suffix: str) -> FileKind | None:
    if brand.startswith((b"M4A", b"M4B")) or suffix == ".m4a":
        return _audio("m4a", "M4A")
    if brand.startswith(b"qt"):
        return _video("mov", "MOV")
    if brand.startswith((b"3gp", b"3g2")):
        return _video("3gpp", "3GP")
    return _video("mp4", "MP4") if brand.startswith(_MP4_BRANDS) else None


def _archive(file: BinaryIO, suffix: str) -> FileKind | None:
    """An Office document is an archive: its directory says which, and nothing is unpacked."""
    import zipfile

    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    return _ODF.get(member.read(100).strip())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
        return None
    for member_name, kind in _MEMBERS.items():
        if member_name in names:
            return _document(DOTX, "Word") if suffix == ".dotx" else kind
    return None


def _older_office(file: BinaryIO) -> FileKind | None:
    file.seek(0)
    data = file.read(_OLE_SCAN)
    for name, kind in _STREAMS:
        if name.encode("utf-16-le") in data:
            return kind
    return None


def _text(file: BinaryIO, head: bytes, suffix: str, size: int) -> FileKind | None:
    if _what(head) == "an SVG drawing" or head.startswith(b"{\\rtf"):
        return None
    if not _is_text(head, whole=len(head) < _HEAD):
        return None
    if suffix == ".csv":
        return _CSV
    if size > MOST_TEXT:
        raise FileRefused(
            f"it is a text of {size / 1_000_000:.1f} MB, and a model reads {MOST_TEXT // 1_000_000}"
            " MB at most"
        )
    file.seek(0)
    return _TEXT if _is_text(file.read(MOST_TEXT + 1), whole=True) else None


def _is_text(data: bytes, *, whole: bool) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return len(data) > 2
    if any(byte in data for byte in (b"\0", b"\x01", b"\x02", b"\x03", b"\x04", b"\x05")):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not whole and error.start >= len(data) - 3:
            return True  # a character that was cut off
        # Older texts have one byte for a character, and most of their bytes are ASCII.
        plain = sum(byte < 0x80 for byte in data)
        controls = sum(byte < 0x20 and byte not in b"\t\n\r\f\x1b" for byte in data)
        return controls == 0 and 2 * plain > len(data)
    return True


def _what(head: bytes) -> str:
    if head.startswith(b"{\\rtf"):
        return "an RTF document; save it as PDF or DOCX first"
    if head.startswith(b"PK"):
        return "an archive; unpack it and attach what is in it"
    if head.startswith(_EBML):
        return "a Matroska film; WebM and MP4 films can be attached"
    words = what_it_is(head[:HEAD_SIZE])
    return "of a kind that the server does not take" if words in ("no picture", "a text") else words


def decode_text(data: bytes) -> str:
    """Read the bytes of a `text` attachment, in whatever encoding they are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


_LABELS: Final = {
    kind.mime_type: kind.name
    for kind in (_TEXT, _CSV, _PDF, *_MEMBERS.values(), *_ODF.values(), _document(DOTX, "Word"))
} | {kind.mime_type: kind.name for _, kind in _STREAMS}


def kind_label(attachment: AttachmentContent) -> str:
    """What a person calls the kind of an attachment: `PDF`, `MP4`, `JPEG`."""
    known = _LABELS.get(attachment.mime_type)
    if known is not None:
        return known
    return attachment.mime_type.partition("/")[2].removeprefix("x-").upper()
