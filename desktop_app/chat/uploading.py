"""Brings to the server, before a request, what does not fit into it.

Sounds, films and large files go through the Files API, and are remembered for as long as the
server keeps them; texts become blocks of text; all else goes along inside the request. Nothing is
uploaded before a message is sent.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from desktop_app import faultpoints
from desktop_app.chat.file_kinds import TAKEN, decode_text
from desktop_app.gemini import errors
from desktop_app.interactions.content import (
    AttachmentContent,
    AudioContent,
    Content,
    DocumentContent,
    ImageContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.media_types import PDF
from desktop_app.interactions.request_codec import map_content
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.database import Database
from desktop_app.store.errors import StoreError
from desktop_app.store.uploads import UploadRow, find_upload, forget_upload, save_upload

if TYPE_CHECKING:
    from desktop_app.gemini.client import GeminiClient
    from desktop_app.gemini.server_file import ServerFile

MAX_REQUEST_BYTES: Final = 70_000_000
"""Raw bytes inside one request; see `gemini.client.MAX_INLINE_BYTES`."""

MAX_PDF_BYTES: Final = 37_000_000
"""Raw bytes of PDF inside one request: 50 MB in base64 (specification, section 13)."""

LARGE: Final = 20_000_000
"""A file of more bytes is uploaded, so that a retry does not send it again."""

_KEPT_SECONDS: Final = 47 * 3600.0
_MARGIN_SECONDS: Final = 600.0
"""What expires sooner than that is uploaded again: the answer may take as long."""

READY_SECONDS: Final = 600.0
"""How long the server may process a file."""

_SAY_SECONDS: Final = 0.1

_MEDIA: Final[dict[str, type[MediaContent]]] = {
    kind.type: kind for kind in (ImageContent, AudioContent, VideoContent, DocumentContent)
}

Say = Callable[[str], None]


class Uploads(QObject):
    """Uploads attachments, and knows which of them are at a server already."""

    progressed = Signal(str, float)
    """Of the file of this digest, this share from 0 to 1 is at the server; below 0: not going."""

    def __init__(
        self, files: AttachmentStore, database: Database, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._database = database
        self.ready_seconds = READY_SECONDS

    async def prepare(
        self, request: InteractionRequest, client: "GeminiClient", say: Say
    ) -> InteractionRequest:
        """Put into a request what the server takes in the place of attachments.

        `say` is given words while it takes time, and "" at the end. Raises `GeminiError`.
        """
        attachments = _attachments_in(request)
        if sum(one.size for one in attachments if one.kind == "text") > MAX_REQUEST_BYTES:
            raise errors.InvalidRequest(
                "The texts are too large for one message: together they may have 70 MB.",
                f"{errors.KEPT} Remove some of them, or begin a new chat.",
                code="too_large",
            )
        uploaded = to_upload(attachments)
        ready: dict[AttachmentContent, Content] = {}
        try:
            for one in dict.fromkeys(attachments):
                await asyncio.to_thread(self._files.check, one.sha256, one.size)
                if one.kind == "text":
                    ready[one] = await asyncio.to_thread(self._text_of, one)
            ready |= await self._upload_all(uploaded, client, say)
        except StoreError as error:
            raise errors.InvalidRequest(str(error), error.advice, code="attachment_gone") from error
        return _with(request, ready)

    def _text_of(self, attachment: AttachmentContent) -> TextContent:
        text = decode_text(self._files.read_at(attachment.sha256, 0, attachment.size))
        name = " ".join(attachment.name.split())
        return TextContent(f"File: {name}\n\n{text}")

    async def _upload_all(
        self, attachments: list[AttachmentContent], client: "GeminiClient", say: Say
    ) -> dict[AttachmentContent, Content]:
        origin = str(client.origin)
        rows: dict[AttachmentContent, UploadRow] = {}
        missing: list[AttachmentContent] = []
        for one in attachments:
            row = await self._known(one, origin)
            if row is None or not (row.ready or await self._is_there(row, client)):
                missing.append(one)
            else:
                rows[one] = row
        progress = _Progress(sum(one.size for one in missing), say)
        for one in missing:
            rows[one] = await self._upload(one, client, progress)
        for one, row in rows.items():
            if not row.ready:
                await self._wait_for(one, row, client, say)
        if attachments:
            say("")
        return {
            one: _MEDIA[one.kind](uri=row.uri, mime_type=one.mime_type) for one, row in rows.items()
        }

    async def _known(self, attachment: AttachmentContent, origin: str) -> UploadRow | None:
        sha256, soon = attachment.sha256, time.time() + _MARGIN_SECONDS
        return await self._database.read(lambda db: find_upload(db, sha256, origin, soon))

    async def _upload(
        self, attachment: AttachmentContent, client: "GeminiClient", progress: "_Progress"
    ) -> UploadRow:
        sha256 = attachment.sha256

        async def read(offset: int, count: int) -> bytes:
            return await asyncio.to_thread(self._files.read_at, sha256, offset, count)

        def note(sent: int, total: int) -> None:
            self.progressed.emit(sha256, sent / total)
            progress.show(sent)

        faultpoints.reach("upload.began")
        try:
            file = await client.upload(
                read,
                attachment.size,
                attachment.mime_type,
                attachment.name,
                note,
                identity=sha256,
            )
        except errors.ConnectionFailed as error:
            raise _interrupted(attachment, error) from error
        finally:
            self.progressed.emit(sha256, -1.0)
        faultpoints.reach("upload.finished")
        progress.finish(attachment.size)
        row = _row(attachment, str(client.origin), file)
        await self._database.write(lambda db: save_upload(db, row))
        faultpoints.reach("upload.noted")
        return row

    async def _wait_for(
        self, attachment: AttachmentContent, row: UploadRow, client: "GeminiClient", say: Say
    ) -> None:
        say(f"The server is processing “{attachment.name}” …")
        try:
            await client.until_ready(await client.file(row.name), self.ready_seconds)
        except (errors.NotFound, errors.PermissionDenied, errors.FileNotReady) as error:
            if error.code != "file_not_ready":
                await self._forget(row)
            raise
        ready = replace(row, ready=True)
        await self._database.write(lambda db: save_upload(db, ready))

    async def forget_lost(self, request: InteractionRequest, client: "GeminiClient") -> bool:
        """After a refusal: ask which uploads the server has lost, and forget them.

        Says whether there were any; the request is worth another try then.
        """
        lost = False
        for one in dict.fromkeys(_attachments_in(request)):
            row = await self._known(one, str(client.origin))
            try:
                if row is not None and not await self._is_there(row, client):
                    lost = True
            except errors.GeminiError:
                break  # it cannot say
        return lost

    async def _is_there(self, row: UploadRow, client: "GeminiClient") -> bool:
        try:
            await client.file(row.name)
        except (errors.NotFound, errors.PermissionDenied):
            await self._forget(row)
            return False
        return True

    async def _forget(self, row: UploadRow) -> None:
        await self._database.write(lambda db: forget_upload(db, row.sha256, row.origin))


class _Progress:
    """Says how far several uploads are together, and how fast they go."""

    def __init__(self, total: int, say: Say) -> None:
        self._total = total
        self._say = say
        self._before = 0
        self._began = self._said = asyncio.get_running_loop().time()

    def show(self, sent: int) -> None:
        """So much of the file that is going now has been sent."""
        now = asyncio.get_running_loop().time()
        if now - self._said < _SAY_SECONDS and sent:
            return
        self._said = now
        done = self._before + sent
        seconds = now - self._began
        self._say(upload_words(done, self._total, done / seconds if seconds > 1 else 0.0))

    def finish(self, size: int) -> None:
        """A file is at the server."""
        self._before += size


def upload_words(done: int, total: int, speed: float) -> str:
    """How far an upload is, for a person; `speed` in bytes a second, 0 where it is unknown."""
    unit, name = (1_000_000, "MB") if total >= 1_000_000 else (1000, "kB")
    numbers = [f"{n / unit:.1f}" if n < 10 * unit else f"{n / unit:,.0f}" for n in (done, total)]
    words = f"Uploading {numbers[0]} of {numbers[1]} {name}"
    return f"{words}, {speed / 1_000_000:.1f} MB/s" if speed else words


def to_upload(attachments: Iterable[AttachmentContent]) -> list[AttachmentContent]:
    """Choose what does not go inside a request: sounds, films, large files, and the largest of
    the rest until they fit together.
    """
    chosen: list[AttachmentContent] = []
    inside: list[AttachmentContent] = []
    room = MAX_REQUEST_BYTES
    for one in attachments:
        if one.kind == "text":
            room -= one.size  # texts are inside the request too, and cannot be anywhere else
            continue
        large = one.kind in ("audio", "video") or one.size > LARGE
        (chosen if large else inside).append(one)
    inside.sort(key=lambda one: one.size)
    for limit, counts in ((MAX_PDF_BYTES, _is_pdf), (max(0, room), _is_any)):
        while sum(one.size for one in inside if counts(one)) > limit:
            largest = next(one for one in reversed(inside) if counts(one))
            chosen.append(largest)
            inside = [one for one in inside if one != largest]
    return list(dict.fromkeys(chosen))


def _is_pdf(attachment: AttachmentContent) -> bool:
    return attachment.mime_type == PDF


def _is_any(_attachment: AttachmentContent) -> bool:
    return True


def _attachments_in(request: InteractionRequest) -> list[AttachmentContent]:
    found: list[AttachmentContent] = []

    def note(content: Content) -> Content:
        if isinstance(content, AttachmentContent):
            found.append(content)
        return content

    map_content(request.input, note)
    return found


def _with(
    request: InteractionRequest, ready: dict[AttachmentContent, Content]
) -> InteractionRequest:
    def change(content: Content) -> Content:
        return ready.get(content, content) if isinstance(content, AttachmentContent) else content

    return replace(request, input=map_content(request.input, change)) if ready else request


def _row(attachment: AttachmentContent, origin: str, file: "ServerFile") -> UploadRow:
    return UploadRow(
        attachment.sha256,
        origin,
        file.name,
        file.uri,
        attachment.mime_type,
        time.time() + _KEPT_SECONDS if file.expires is None else file.expires,
        file.state == "ACTIVE",
    )


def _interrupted(attachment: AttachmentContent, error: errors.ConnectionFailed) -> Exception:
    return type(error)(
        f"“{attachment.name}” could not be uploaded. {error}",
        f"{errors.KEPT} Check the network and try again.",
        code=error.code,
        details=error.details,
    )


def names_a_file(error: errors.GeminiError) -> bool:
    """Whether a refusal is about a file, such as one that expired within a stored conversation."""
    return re.search(r"\bfiles?\b", error.server_message, re.IGNORECASE) is not None


def explain_type(error: errors.InvalidRequest) -> errors.InvalidRequest:
    """Say what the server takes, where it has refused the type of a file."""
    if not re.search(r"mime.?type|unsupported (?:file|media)", error.server_message, re.IGNORECASE):
        return error
    found = re.search(r"[a-z]+/[\w.+-]+", error.server_message)
    named = f": {found[0]}" if found else ""
    return errors.InvalidRequest(
        f"The server does not take a file of this type{named}.",
        f"{errors.KEPT} {TAKEN}.",
        code=error.code,
        http_status=error.http_status,
        server_message=error.server_message,
        details=error.details,
    )
