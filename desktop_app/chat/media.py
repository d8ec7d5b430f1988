"""What a model gave besides text: decoded to be seen, saved, and handed to other programs."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.media_files import UnreadableMedia, bytes_of, name_of
from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.tasks import TaskScope
from desktop_app.errors import AppError
from desktop_app.file_names import safe_file_name
from desktop_app.images.pixels import Pixels
from desktop_app.images.process import DecoderProcess, NoPreview
from desktop_app.interactions.content import AttachmentContent, MediaContent
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.handed_out import HandedOut, save

_MOST_KEPT: Final = 16_000_000
"""Bytes of decoded pictures that are kept for when they come in sight again."""

_Wanted: TypeAlias = tuple[str, int]


@dataclass(frozen=True)
class MediaRef:
    """A piece of media by a name that stays: that of its turn and place, or of its bytes."""

    key: str
    content: MediaContent | AttachmentContent
    number: int = 1

    @property
    def file_name(self) -> str:
        """What its file is called."""
        content = self.content
        if isinstance(content, MediaContent):
            return name_of(content, self.number)
        return safe_file_name(content.name, "File")


class Media(QObject):
    """Knows the decoded pictures that are in sight, and the files that were handed out."""

    pixels_ready = Signal(str, int, object)
    """Of the media of this key, at most so many pixels a side: `Pixels`, or a `str` that says why
    there are none."""

    file_ready = Signal(str)
    """This file is to be opened by the system's program for it."""

    def __init__(
        self,
        files: AttachmentStore,
        decoder: DecoderProcess,
        one_at_a_time: asyncio.Lock,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._decoder = decoder
        self._one_at_a_time = one_at_a_time
        self._notices = notices
        self._tasks = tasks
        self._handed_out = HandedOut(files.beside("opened"))
        self._kept: OrderedDict[_Wanted, Pixels] = OrderedDict()
        self._asked: set[_Wanted] = set()

    # --- to be seen ---------------------------------------------------------------------------

    def show(self, ref: MediaRef, longest: int) -> None:
        """Decode a picture to at most `longest` pixels a side; `pixels_ready` tells."""
        wanted = ref.key, longest
        kept = self._kept.get(wanted)
        if kept is not None:
            self._kept.move_to_end(wanted)
            self.pixels_ready.emit(*wanted, kept)
        elif wanted not in self._asked:
            self._asked.add(wanted)
            self._tasks.start(self._decode(ref, longest), "picture")

    async def _decode(self, ref: MediaRef, longest: int) -> None:
        wanted = ref.key, longest
        made: Pixels | str
        try:
            async with self._one_at_a_time:
                made = await asyncio.to_thread(self._pixels, ref, longest)
        except (NoPreview, UnreadableMedia) as error:
            made = str(error)
        finally:
            self._asked.discard(wanted)
        if isinstance(made, Pixels):
            self._keep(wanted, made)
        self.pixels_ready.emit(*wanted, made)

    def _pixels(self, ref: MediaRef, longest: int) -> Pixels:
        if isinstance(ref.content, AttachmentContent):
            return self._decoder.pixels(self._files.path(ref.content.sha256), longest)
        return self._decoder.pixels(bytes_of(ref.content), longest)

    def _keep(self, wanted: _Wanted, pixels: Pixels) -> None:
        if len(pixels.data) > _MOST_KEPT // 2:
            return  # it is for one look
        self._kept[wanted] = pixels
        while sum(len(one.data) for one in self._kept.values()) > _MOST_KEPT:
            self._kept.popitem(last=False)

    # --- to be kept or opened -----------------------------------------------------------------

    def open(self, ref: MediaRef) -> None:
        """Write a copy for the system's program; `file_ready` tells."""
        self._tasks.start(self._open(ref), "open media")

    def save(self, ref: MediaRef, path: str) -> None:
        """Write it to a file that the person has chosen."""
        self._tasks.start(self._save(ref, Path(path)), "save media")

    def close(self) -> None:
        """Take the copies back that were handed out."""
        self._handed_out.clear()

    async def _open(self, ref: MediaRef) -> None:
        try:
            path = await asyncio.to_thread(
                lambda: self._handed_out.add(ref.file_name, self._bytes(ref))
            )
        except AppError as error:
            self._notices.report(error)
        else:
            self.file_ready.emit(str(path))

    async def _save(self, ref: MediaRef, path: Path) -> None:
        try:
            await asyncio.to_thread(lambda: save(path, self._bytes(ref)))
        except AppError as error:
            self._notices.report(error)
        else:
            self._notices.post(Notice(f"Saved as {path.name}.", NoticeKind.OK, topic="saved"))

    def _bytes(self, ref: MediaRef) -> bytes:
        if isinstance(ref.content, AttachmentContent):
            return self._files.read_at(ref.content.sha256, 0, ref.content.size)
        return bytes_of(ref.content)
