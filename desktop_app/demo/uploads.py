"""Resumable uploads: start, upload, finalize, query, cancel (specification, section 3).

What has arrived of a piece stays when its connection breaks; `query` says how much that is, and
the next piece must begin there. The bytes go to an address that only the starter knows, without
a key.
"""

import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from desktop_app.demo.errors import Hangup, Refused, invalid
from desktop_app.demo.exchange import Exchange
from desktop_app.demo.files import MOST_BYTES, Bytes, File, Files
from desktop_app.demo.seals import Seals
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue

GRANULARITY: Final = 256 << 10
_MOST_OPEN: Final = 100
_LONGEST_NAME: Final = 512
_STATUS: Final = "x-goog-upload-status"
_RECEIVED: Final = "x-goog-upload-size-received"


@dataclass
class Upload:
    """One upload under way; `turn` counts its requests, of which only the newest may write."""

    id: str
    key: str
    name: str
    display_name: str
    mime_type: str
    size: int
    data: Bytes = field(default_factory=Bytes)
    turn: int = 0
    file: File | None = None

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of what has come, in hexadecimal."""
        return self._digest.hexdigest()

    def append(self, piece: bytes) -> None:
        """Take in more bytes. Raises `Refused` where they are more than was announced."""
        if self.data.size + len(piece) > self.size:
            raise invalid(f"More bytes came than the {self.size} that were announced.")
        self.data.append(piece)
        self._digest.update(piece)


class Uploads:
    """All uploads by their ids: the newest hundred."""

    def __init__(self, files: Files, seals: Seals) -> None:
        self._files = files
        self._seals = seals
        self._uploads: OrderedDict[str, Upload] = OrderedDict()

    def close(self) -> None:
        """Forget those that are not finished; what became a file is the files' to close."""
        for upload in self._uploads.values():
            if upload.file is None:
                upload.data.close()
        self._uploads.clear()

    async def start(self, exchange: Exchange, key: str) -> None:
        """Answer with the address to which the bytes go. Raises `Refused`."""
        if exchange.header("x-goog-upload-protocol") != "resumable":
            raise invalid("Only the protocol 'resumable' is understood here.")
        if exchange.header("x-goog-upload-command") != "start":
            raise invalid("An upload begins with the command 'start'.")
        upload = self._announced(exchange, _file_of(await exchange.json()), key)
        self._uploads[upload.id] = upload
        while len(self._uploads) > _MOST_OPEN:
            _, oldest = self._uploads.popitem(last=False)
            if oldest.file is None:
                oldest.data.close()
        query = urlencode({"upload_id": upload.id, "upload_protocol": "resumable"})
        url = f"{exchange.base}{exchange.path}?{query}"
        await exchange.answer(
            {},
            {
                "x-goog-upload-url": url,
                "x-goog-upload-control-url": url,
                "x-goog-upload-chunk-granularity": str(GRANULARITY),
                _STATUS: "active",
            },
        )

    def _announced(self, exchange: Exchange, wanted: JsonObject, key: str) -> Upload:
        mime_type = exchange.header("x-goog-upload-header-content-type") or _text(
            wanted, "mime_type", "mimeType"
        )
        if not re.fullmatch(r"[\w.+-]+/[\w.+-]+(?:\s*;.*)?", mime_type):
            raise invalid("The type of the file is not a media type.")
        size = exchange.header("x-goog-upload-header-content-length") or _text(
            wanted, "size_bytes", "sizeBytes"
        )
        if not size.isascii() or not size.isdigit():
            raise invalid("The size of the file must be announced.")
        if int(size[:19]) > MOST_BYTES:
            raise invalid(f"File size is too large. The maximum is {MOST_BYTES} bytes.")
        display_name = _text(wanted, "display_name", "displayName")
        if len(display_name) > _LONGEST_NAME:
            raise invalid(f"The display name has more than {_LONGEST_NAME} characters.")
        name = self._files.new_name(_text(wanted, "name", "name") or None)
        upload_id = self._seals.upload_id(name)
        return Upload(upload_id, key, name, display_name, mime_type, int(size))

    async def go_on(self, exchange: Exchange, upload_id: str) -> None:
        """Take in a piece, or say how far the upload is. Raises `Refused`."""
        upload = self._uploads.get(upload_id)
        if upload is None:
            raise Refused(404, "not_found", "There is no such upload.", headers={_STATUS: "final"})
        upload.turn += 1
        command = exchange.header("x-goog-upload-command") or ""
        commands = {word.strip() for word in command.split(",")}
        if commands == {"cancel"}:
            del self._uploads[upload_id]
            if upload.file is None:
                upload.data.close()
            await exchange.answer({}, {_STATUS: "cancelled"})
            return
        if not commands <= {"upload", "finalize", "query"}:
            raise _wrong(upload, f"There is no upload command '{command[:40]}'.")
        if "query" not in commands and upload.file is None:
            if "upload" in commands:
                await self._receive(exchange, upload, last="finalize" in commands)
            if "finalize" in commands:
                self._finalize(upload)
        await _say(exchange, upload)

    async def _receive(self, exchange: Exchange, upload: Upload, *, last: bool) -> None:
        offset = exchange.header("x-goog-upload-offset")
        if offset != str(upload.data.size):
            raise _wrong(upload, f"The piece must begin at {upload.data.size}.")
        length = exchange.header("content-length") or ""
        if not last and (not length.isdigit() or int(length[:19]) % GRANULARITY):
            raise _wrong(upload, f"A piece must have a multiple of {GRANULARITY} bytes.")
        turn = upload.turn
        async for piece in exchange.pieces():
            if upload.turn != turn:
                raise Hangup  # the client has given this connection up and asked anew
            upload.append(piece)

    def _finalize(self, upload: Upload) -> None:
        if upload.data.size != upload.size:
            missing = upload.size - upload.data.size
            raise _wrong(upload, f"The file is not whole: {missing} bytes are missing.")
        upload.file = self._files.add(
            self._files.new_name(upload.name),  # another may have taken it meanwhile
            upload.key,
            upload.display_name,
            upload.mime_type,
            upload.data,
            upload.sha256,
        )


async def _say(exchange: Exchange, upload: Upload) -> None:
    headers = {_RECEIVED: str(upload.data.size)}
    if upload.file is None:
        await exchange.answer({}, {**headers, _STATUS: "active"})
    else:
        file = upload.file.as_json(exchange.base)
        await exchange.answer({"file": file}, {**headers, _STATUS: "final"})


def _wrong(upload: Upload, message: str) -> Refused:
    headers = {_STATUS: "active", _RECEIVED: str(upload.data.size)}
    return Refused(400, "invalid_request", message, headers=headers)


def _file_of(body: JsonValue) -> JsonObject:
    file = body.get("file", {}) if isinstance(body, dict) else None
    if not isinstance(file, dict):
        raise invalid("The body is {'file': {…}}.")
    return file


def _text(data: JsonObject, *names: str) -> str:
    values = [data[name] for name in names if name in data]
    value = values[0] if values else ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid(f"'file.{names[0]}' has the wrong type.")
    return str(value)
