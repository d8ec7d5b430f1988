"""Brings files into the program: checked, copied, measured, on the disk before they are shown."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.file_kinds import FileKind, kind_of
from desktop_app.chat.media import Media
from desktop_app.chat.notices import NoticeBoard
from desktop_app.chat.tasks import TaskScope
from desktop_app.chat.uploading import Uploads
from desktop_app.errors import AppError
from desktop_app.images.probe import HEAD_SIZE, image_kind
from desktop_app.images.process import DecoderProcess, NoPreview
from desktop_app.interactions.content import AttachmentContent
from desktop_app.store import conversations as queries
from desktop_app.store.attachments import AttachmentStore, StoredFile
from desktop_app.store.database import Database
from desktop_app.store.errors import DiskFull, FileRefused

MAX_FILE_BYTES: Final = 2_000_000_000
"""The largest file that the server takes; see `gemini.files.MOST_BYTES`."""

MAX_FILES: Final = 3600
"""So many pictures one request may have (specification, section 13)."""

_LARGEST_PREVIEW: Final = 100_000_000
_COPY_SHOWN_AFTER: Final = 0.3
_COPY_SHOWN_EVERY: Final = 0.1

THUMBNAIL_PIXELS: Final = 640
"""The longest side: 320 logical pixels at 200 % (visual specification, section 4)."""


@dataclass(frozen=True)
class Refusal:
    """A file that was not attached: its name, and why in the middle of a sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Copying:
    """A file that is being copied for a while already: `done` of `total` bytes, `speed` in bytes
    a second; `number` names it.
    """

    number: int
    name: str
    done: int
    total: int
    speed: float


class CopyStopped(Exception):
    """The person does not want the file any more."""


class Attachments(QObject):
    """Copies files into the profile and knows their thumbnails."""

    attached = Signal(str, object)
    """For the conversation of this key: an `AttachmentContent` is in the store."""

    refused = Signal(str, object)
    """For the conversation of this key: a `Refusal`."""

    working_changed = Signal(str, int)
    """For the conversation of this key: so many files are still being copied."""

    copying_changed = Signal(str, object)
    """For the conversation of this key: the `Copying` that is under way now, or `None`."""

    thumbnail_ready = Signal(str, bytes)
    """The thumbnail of the file of this digest, as PNG; empty where there is none."""

    def __init__(
        self,
        files: AttachmentStore,
        database: Database,
        decoder: DecoderProcess,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._database = database
        self._decoder = decoder
        self._notices = notices
        self._tasks = tasks
        self._one_at_a_time = asyncio.Lock()
        self._thumbnails: dict[str, bytes] = {}
        self._asked: set[str] = set()
        self._working: dict[str, int] = {}
        self._copies = 0
        self._under_way: dict[int, _Copy] = {}
        self.refuse_all = False
        """The disk is full: what little room there is, is not for files."""

        self.uploads = Uploads(files, database, self)
        self.media = Media(files, decoder, self._one_at_a_time, notices, tasks, self)

    def working(self, conversation: str) -> int:
        """How many files are still being copied for a conversation."""
        return self._working.get(conversation, 0)

    # --- attaching ----------------------------------------------------------------------------

    def attach_files(self, conversation: str, paths: Iterable[Path], used: int) -> None:
        """Attach files; `used` is how many the message has already."""
        self._start(conversation, [(path.name, path) for path in paths], used)

    def attach_bytes(self, conversation: str, name: str, data: bytes, used: int) -> None:
        """Attach what came as bytes, from the clipboard or a drop."""
        self._start(conversation, [(name, data)], used)

    def stop_copy(self, number: int) -> None:
        """Stop a copy that is under way; nothing of it is left."""
        if number in self._under_way:
            self._under_way[number].stopped = True

    def _start(self, conversation: str, sources: list[tuple[str, Path | bytes]], used: int) -> None:
        self._add_working(conversation, len(sources))
        self._tasks.start(self._attach_all(conversation, sources, used), "attach")

    async def _attach_all(
        self, conversation: str, sources: list[tuple[str, Path | bytes]], used: int
    ) -> None:
        left = len(sources)
        try:
            for name, source in sources:
                try:
                    attachment = await self._attach(conversation, name, source, used)
                except CopyStopped:
                    pass
                except FileRefused as refusal:
                    self.refused.emit(conversation, Refusal(name, str(refusal)))
                except AppError as error:
                    full = isinstance(error, DiskFull)
                    reason = "the disk is full" if full else "it could not be saved"
                    self.refused.emit(conversation, Refusal(name, reason))
                    self._notices.report(error)
                else:
                    used += 1
                    self.attached.emit(conversation, attachment)
                left -= 1
                self._add_working(conversation, -1)
        finally:
            self._add_working(conversation, -left)

    async def _attach(
        self, conversation: str, name: str, source: Path | bytes, used: int
    ) -> AttachmentContent:
        if used >= MAX_FILES:
            raise FileRefused(f"one message takes {MAX_FILES:,} files at most")
        if self.refuse_all:
            raise DiskFull(
                "The disk is full: the file was not attached.",
                "Make room and attach it again; what you wrote is still here.",
            )
        self._copies += 1
        copy = _Copy(self._copies, name, partial(self._show_copy, conversation))
        self._under_way[copy.number] = copy
        try:
            stored, kind = await asyncio.to_thread(self._copy, name, source, copy)
        finally:
            copy.stopped = True  # a thread that nobody waits for any more ends soon
            del self._under_way[copy.number]
            if copy.shown:
                self.copying_changed.emit(conversation, None)
        width, height = await self._measure(stored, kind)
        return AttachmentContent(
            kind.kind, stored.sha256, name, kind.mime_type, stored.size, width, height
        )

    def _copy(self, name: str, source: Path | bytes, copy: "_Copy") -> tuple[StoredFile, FileKind]:
        found: list[FileKind] = []

        def inspect(file: BinaryIO, size: int) -> None:
            found.append(kind_of(file, name, size))

        if isinstance(source, bytes):
            inspect(BytesIO(source), len(source))
            return self._files.add_bytes(source, MAX_FILE_BYTES, self._note), found[0]
        if _size_of(source) > MAX_FILE_BYTES:
            raise FileRefused("it has more than 2 GB, which is all that the server takes")
        stored = self._files.copy_file(source, MAX_FILE_BYTES, inspect, copy.note, self._note)
        return stored, found[0]

    def _note(self, sha256: str, size: int) -> None:
        """Write down that a file comes into the store; in the thread that copies it."""
        self._database.write_and_forget(
            lambda db: queries.add_attachment(db, sha256, size)
        ).result()

    def _show_copy(self, conversation: str, copying: Copying) -> None:
        self.copying_changed.emit(conversation, copying)

    async def _measure(self, stored: StoredFile, kind: FileKind) -> tuple[int | None, int | None]:
        """Make the thumbnail; a picture without one can be sent all the same."""
        picture = image_kind(stored.head[:HEAD_SIZE]) if kind.kind == "image" else None
        if picture is None or picture.qt_format is None or stored.size > _LARGEST_PREVIEW:
            return None, None
        try:
            async with self._one_at_a_time:
                width, height, png = await asyncio.to_thread(
                    self._decoder.thumbnail, stored.path, THUMBNAIL_PIXELS
                )
        except NoPreview as error:
            if _is_broken(str(error)):
                raise FileRefused("the picture is damaged or incomplete") from error
            return None, None
        self._keep(stored.sha256, png)
        return width, height

    def _add_working(self, conversation: str, change: int) -> None:
        if change:
            count = self._working.get(conversation, 0) + change
            self._working[conversation] = count
            self.working_changed.emit(conversation, count)

    # --- thumbnails ---------------------------------------------------------------------------

    def thumbnail(self, attachment: AttachmentContent) -> bytes | None:
        """The thumbnail as PNG, or `None`: then it is made, and `thumbnail_ready` tells."""
        sha256 = attachment.sha256
        if sha256 in self._thumbnails:
            return self._thumbnails[sha256]
        if sha256 not in self._asked and attachment.width is not None:
            self._asked.add(sha256)
            self._tasks.start(self._make_thumbnail(sha256), "thumbnail")
        return None

    async def _make_thumbnail(self, sha256: str) -> None:
        try:
            async with self._one_at_a_time:
                _, _, png = await asyncio.to_thread(
                    self._decoder.thumbnail, self._files.path(sha256), THUMBNAIL_PIXELS
                )
        except NoPreview:
            png = b""
        self._keep(sha256, png)

    def _keep(self, sha256: str, png: bytes) -> None:
        self._thumbnails[sha256] = png
        self.thumbnail_ready.emit(sha256, png)

    # --- sending ------------------------------------------------------------------------------

    async def open(self, attachment: AttachmentContent) -> AsyncIterator[bytes]:
        """Give the base64 text of an attachment, read and encoded off this thread."""
        pieces = self._files.read_base64(attachment.sha256)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece


class _Copy:
    """Watches one copy from its thread; `show` is called on the loop, and not for a short copy."""

    def __init__(self, number: int, name: str, show: Callable[[Copying], None]) -> None:
        self.number = number
        self.shown = False
        self.stopped = False
        self._name = name
        self._show = show
        self._loop = asyncio.get_running_loop()
        self._began = time.monotonic()
        self._next = self._began + _COPY_SHOWN_AFTER

    def note(self, done: int, total: int) -> None:
        """So many bytes are copied. Raises `CopyStopped`."""
        if self.stopped:
            raise CopyStopped
        now = time.monotonic()
        if now >= self._next and done < total:
            self._next = now + _COPY_SHOWN_EVERY
            self.shown = True
            copying = Copying(self.number, self._name, done, total, done / (now - self._began))
            self._loop.call_soon_threadsafe(self._show, copying)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # opening it says what is wrong


def _is_broken(reason: str) -> bool:
    return "pixels" not in reason and "time or memory" not in reason
