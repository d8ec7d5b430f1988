"""What a model gave besides text, as a file: its bytes, a safe name for it, and how long it is.

Nothing of what the model calls a file decides what the system does with it: the ending of a name
follows from the media type, and from a list that is ours.
"""

import base64
import binascii
import re
import struct
from typing import Final

from desktop_app.errors import AppError
from desktop_app.file_names import safe_name
from desktop_app.images.measure import HEAD, measure
from desktop_app.images.probe import image_kind
from desktop_app.interactions.content import (
    AudioContent,
    ImageContent,
    MediaContent,
    VideoContent,
)
from desktop_app.interactions.media_types import CSV, PDF

_ENDINGS: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/tiff": "tiff",
    "audio/wav": "wav",
    "audio/l16": "wav",
    "audio/mp3": "mp3",
    "audio/mpeg": "mp3",
    "audio/aiff": "aiff",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/flac": "flac",
    "audio/m4a": "m4a",
    "audio/webm": "webm",
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/mpg": "mpg",
    "video/mov": "mov",
    "video/avi": "avi",
    "video/x-flv": "flv",
    "video/webm": "webm",
    "video/wmv": "wmv",
    "video/3gpp": "3gp",
    PDF: "pdf",
    CSV: "csv",
}
"""What the system may open with the program that it has for it; all else is saved only."""

_KINDS: Final = {"image": "Picture", "audio": "Sound", "video": "Film", "document": "Document"}
_LABELS: Final = {"l16": "PCM", "mpeg": "MPEG", "3gpp": "3GP"}
_UNSAFE: Final = re.compile(r"[^\w \-().]+")
_LONGEST: Final = 80
_LONGEST_TYPE: Final = 40
_RATE: Final = 24_000
"""Samples a second of PCM that does not say; it is what the API speaks with."""


class UnreadableMedia(AppError):
    """What the model gave cannot be read."""


def kind_of_media(content: MediaContent) -> str:
    """What a person calls it: `PNG picture`, `WAV sound`."""
    kind = _KINDS.get(content.type, "File")
    label = _type(content).partition("/")[2].rpartition(".")[2].removeprefix("x-")
    label = _LABELS.get(label, label.upper())[:_LONGEST_TYPE]
    return f"{label} {kind.lower()}" if label else kind


def name_of(content: MediaContent, number: int = 1) -> str:
    """A name for the file, which no system takes for anything but a name."""
    given = content.name if isinstance(content, VideoContent) else content.extra.get("name")
    stem = _UNSAFE.sub("_", given if isinstance(given, str) else "").strip(" ._")
    stem = stem.rpartition(".")[0] or stem
    stem = stem[:_LONGEST].strip(" ._")
    fallback = f"{_KINDS.get(content.type, 'File')} {number}"
    return safe_name(stem, fallback, _ENDINGS.get(_type(content), "bin"))


def may_open(content: MediaContent) -> bool:
    """Whether the system may be asked to open it: only what is here, and of a kind we know."""
    return bool(content.data) and _type(content) in _ENDINGS


def bytes_of(content: MediaContent) -> bytes:
    """The bytes of its file. Raises `UnreadableMedia`."""
    if not content.data:
        raise UnreadableMedia("It is only a link, which Castor does not follow.")
    try:
        data = base64.b64decode(content.data)
    except (binascii.Error, ValueError) as error:
        raise UnreadableMedia("What the model gave is damaged and cannot be read.") from error
    if isinstance(content, AudioContent) and _type(content) == "audio/l16":
        return _wav(data, content.sample_rate or _RATE, content.channels or 1)
    return data


def size_of(content: MediaContent) -> int:
    """How many bytes it has, about; no copy is made of them."""
    return len(content.data or "") * 3 // 4


def head_of(content: MediaContent, count: int) -> bytes:
    """The first bytes; fewer, or none, where they cannot be read."""
    text = (content.data or "")[: (count + 2) // 3 * 4]
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])[:count]
    except (binascii.Error, ValueError):
        return b""


def picture_size(content: ImageContent) -> tuple[int, int] | None:
    """Width and height as its first bytes say."""
    return measure(head_of(content, HEAD))


def shows_picture(content: MediaContent) -> bool:
    """Whether it is a picture that can be decoded here, as far as its first bytes tell."""
    kind = image_kind(head_of(content, 64)) if isinstance(content, ImageContent) else None
    return kind is not None and kind.qt_format is not None


def seconds_of(content: MediaContent) -> float | None:
    """How long a sound is, where that can be told without a decoder."""
    if not isinstance(content, AudioContent) or not content.data:
        return None
    if _type(content) == "audio/l16":
        rate, channels = content.sample_rate or _RATE, content.channels or 1
        return size_of(content) / (2 * rate * channels) if rate > 0 and channels > 0 else None
    head = head_of(content, 4096)
    if not (head.startswith(b"RIFF") and head[8:12] == b"WAVE"):
        return None
    form, data = head.find(b"fmt "), head.find(b"data")
    if form < 0 or data < 0 or form + 20 > len(head):
        return None
    (rate,) = struct.unpack_from("<I", head, form + 16)
    return (size_of(content) - data - 8) / rate if rate else None


def _type(content: MediaContent) -> str:
    return (content.mime_type or "").partition(";")[0].strip().lower()


def _wav(samples: bytes, rate: int, channels: int) -> bytes:
    """Put 16-bit samples into a WAV file: no player takes them without one."""
    rate, channels = min(max(1, rate), 768_000), min(max(1, channels), 64)
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 * channels, 2 * channels, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body
