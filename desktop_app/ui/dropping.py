"""What is dragged or pasted: files of this computer, a picture, or neither.

Nothing is ever fetched: a picture dragged from a browser comes as its bytes, or is refused.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QImage

from desktop_app.chat.attaching import Refusal

_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff")


@dataclass(frozen=True)
class Dropped:
    """Files, bytes of pictures by name, and what is refused with the reason."""

    files: list[Path] = field(default_factory=list[Path])
    pictures: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    refused: list[Refusal] = field(default_factory=list[Refusal])

    @property
    def count(self) -> int:
        """How many things can be attached."""
        return len(self.files) + len(self.pictures)


def has_files_or_picture(data: QMimeData) -> bool:
    """Whether there is something to attach, rather than text to insert."""
    if has_picture(data):
        return True
    return data.hasUrls() and any(url.isLocalFile() for url in data.urls())


def look_at(data: QMimeData) -> Dropped:
    """Sort what is dragged, without reading any file: fit for a drag that hovers."""
    dropped = Dropped()
    for url in data.urls() if data.hasUrls() else []:
        if _is_local(url):
            dropped.files.append(Path(url.toLocalFile()))
        elif not has_picture(data):
            name = url.fileName() or url.host() or "address"
            where = "a network path" if url.scheme() in ("file", "smb") else "an address on the web"
            reason = f"it is {where}; save it to this computer first"
            dropped.refused.append(Refusal(name, reason))
    return dropped


def words_of(dropped: Dropped, *, picture: bool) -> tuple[str, str, str]:
    """What is dragged, as far as names tell: in words ("a PDF", "3 pictures"), what to call it
    again ("it", "them"), and its kind; `picture`: the bytes of one come along.
    """
    things = [_thing(path.suffix.lower()) for path in dropped.files]
    things += [_PICTURE] * len(dropped.pictures)
    if not things:
        return ("a picture", "it", "image") if picture else ("", "", "")
    same = things[0] if len(set(things)) == 1 else _FILE
    if len(things) == 1:
        return f"a {same.word}", "it", same.kind
    return f"{len(things)} {same.word}s", "them", same.kind


@dataclass(frozen=True)
class _Thing:
    word: str
    kind: str
    suffixes: str = ""


_PICTURE: Final = _Thing(
    "picture", "image", ".png .jpg .jpeg .gif .webp .bmp .tif .tiff .heic .heif"
)
_FILE: Final = _Thing("file", "document")
_THINGS: Final = (
    _PICTURE,
    _Thing("PDF", "document", ".pdf"),
    _Thing("document", "document", ".docx .doc .dotx .odt .pptx .ppt .odp"),
    _Thing("table", "document", ".csv .xlsx .xls .ods"),
    _Thing("recording", "audio", ".wav .mp3 .aiff .aif .aac .ogg .opus .flac .m4a .weba"),
    _Thing("film", "video", ".mp4 .m4v .mov .mpeg .mpg .avi .webm .wmv .flv .3gp"),
    _Thing("text", "text", ".txt .md .py .js .ts .c .cpp .h .rs .go .java .json .xml .html .css"),
)


def _thing(suffix: str) -> _Thing:
    return next((one for one in _THINGS if suffix and suffix in one.suffixes.split()), _FILE)


def _globs(*words: str) -> str:
    chosen = [one.suffixes for one in _THINGS if one.word in words]
    return " ".join(f"*{suffix}" for suffix in " ".join(chosen).split())


FILTERS: Final = (
    f"All that can be attached ({_globs(*(one.word for one in _THINGS))})",
    f"Pictures ({_globs('picture')})",
    f"Documents and tables ({_globs('PDF', 'document', 'table')})",
    f"Recordings and films ({_globs('recording', 'film')})",
    f"Texts and source code ({_globs('text')})",
    "All files (*)",
)
"""What the dialog that picks files offers to show; the bytes decide what is taken."""


def has_picture(data: QMimeData) -> bool:
    """Whether the bytes of a picture come along."""
    return any(data.hasFormat(name) for name in _PICTURES) or _has_pixels(data)


def _has_pixels(data: QMimeData) -> bool:
    """Whether the system has a picture in no file's form: of a drawing Qt would draw one, here."""
    return data.hasImage() and not any("svg" in name for name in data.formats())


def take(data: QMimeData, name: str) -> Dropped:
    """Take what was dropped or pasted; a picture without a file is called `name`."""
    dropped = look_at(data)
    if not dropped.files and (picture := _picture(data)):
        extension, content = picture
        dropped.pictures.append((f"{name}.{extension}", content))
    return dropped


def _picture(data: QMimeData) -> tuple[str, bytes] | None:
    """The bytes of a picture as they were put there, else what Qt makes of it as PNG."""
    for kind in _PICTURES:
        if data.hasFormat(kind):
            content = bytes(data.data(kind).data())
            if content:
                return kind.removeprefix("image/").replace("jpeg", "jpg"), content
    image = data.imageData() if _has_pixels(data) else None
    if isinstance(image, QImage) and not image.isNull():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - PySide6 takes str here, its stubs say bytes
        return "png", bytes(buffer.data().data())
    return None


def _is_local(url: QUrl) -> bool:
    path = url.toLocalFile()
    return url.isLocalFile() and not url.host() and not path.startswith(("//", "\\\\"))
