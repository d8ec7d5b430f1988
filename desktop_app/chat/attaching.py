"""Brings files into the program: checked, copied, measured, on the disk before they are shown."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.notices import NoticeBoard
from desktop_app.chat.tasks import TaskScope
from desktop_app.errors import AppError
from desktop_app.images.probe import TAKEN, ImageKind, image_kind, what_it_is
from desktop_app.images.process import DecoderProcess, NoPreview
from desktop_app.interactions.content import AttachmentContent
from desktop_app.store import conversations as queries
from desktop_app.store.attachments import AttachmentStore, StoredFile
from desktop_app.store.database import Database
from desktop_app.store.errors import FileRefused

MAX_REQUEST_BYTES: Final = 70_000_000
"""Raw bytes of all attachments of one message; see `gemini.client.MAX_INLINE_BYTES`."""

THUMBNAIL_PIXELS: Final = 640
"""The longest side: 320 logical pixels at 200 % (visual specification, section 4)."""


@dataclass(frozen=True)
class Refusal:
    """A file that was not attached: its name, and why in the middle of a sentence."""

    name: str
    reason: str


class Attachments(QObject):
    """Copies files into the profile and knows their thumbnails."""

    attached = Signal(str, object)
    """For the conversation of this key: an `AttachmentContent` is in the store."""

    refused = Signal(str, object)
    """For the conversation of this key: a `Refusal`."""

    working_changed = Signal(str, int)
    """For the conversation of this key: so many files are still being copied."""

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

    def working(self, conversation: str) -> int:
        """How many files are still being copied for a conversation."""
        return self._working.get(conversation, 0)

    # --- attaching ----------------------------------------------------------------------------

    def attach_files(self, conversation: str, paths: Iterable[Path], used: int) -> None:
        """Attach files; `used` is how many bytes the message has already."""
        self._start(conversation, [(path.name, path) for path in paths], used)

    def attach_bytes(self, conversation: str, name: str, data: bytes, used: int) -> None:
        """Attach a picture that came as bytes, from the clipboard or a drop."""
        self._start(conversation, [(name, data)], used)

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
                    attachment = await self._attach(name, source, MAX_REQUEST_BYTES - used)
                except FileRefused as refusal:
                    self.refused.emit(conversation, Refusal(name, str(refusal)))
                except AppError as error:
                    self.refused.emit(conversation, Refusal(name, "it could not be saved"))
                    self._notices.report(error)
                else:
                    used += attachment.size
                    self.attached.emit(conversation, attachment)
                left -= 1
                self._add_working(conversation, -1)
        finally:
            self._add_working(conversation, -left)

    async def _attach(self, name: str, source: Path | bytes, room: int) -> AttachmentContent:
        stored = await asyncio.to_thread(self._copy, source, room)
        kind = _picture(stored.head)
        await self._database.write(
            lambda db: queries.add_attachment(db, stored.sha256, stored.size)
        )
        width, height = await self._measure(stored, kind)
        return AttachmentContent(
            "image", stored.sha256, name, kind.mime_type, stored.size, width, height
        )

    def _copy(self, source: Path | bytes, room: int) -> StoredFile:
        size = len(source) if isinstance(source, bytes) else _size_of(source)
        if size > room:
            raise FileRefused("one message takes 70 MB of pictures at most")
        if isinstance(source, bytes):
            _picture(source[:64])
            return self._files.add_bytes(source, room)
        return self._files.copy_file(source, room, _picture)

    async def _measure(self, stored: StoredFile, kind: ImageKind) -> tuple[int | None, int | None]:
        """Make the thumbnail; a picture without one can be sent all the same."""
        if kind.qt_format is None:
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


def _picture(head: bytes) -> ImageKind:
    kind = image_kind(head)
    if kind is None:
        raise FileRefused(f"it is {what_it_is(head)}. {TAKEN}")
    return kind


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # opening it says what is wrong


def _is_broken(reason: str) -> bool:
    return "pixels" not in reason and "time or memory" not in reason
