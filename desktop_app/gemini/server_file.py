"""A file as the server describes it; this JSON is camelCase (specification, section 3)."""

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from desktop_app.gemini.errors import ProtocolError
from desktop_app.gemini.wire import read_json_object
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue

_LONGEST_WORDS: Final = 500


class FileState(StrEnum):
    """What the server has made of a file; a state it does not say counts as ready."""

    PROCESSING = "PROCESSING"
    ACTIVE = "ACTIVE"
    FAILED = "FAILED"


@dataclass(frozen=True)
class ServerFile:
    """One file at the server.

    `name` is `files/…`, `uri` what a content block refers to it by, `expires` Unix time or `None`
    where the server does not say, `sha256` in hexadecimal or empty, `error` why it failed.
    """

    name: str
    uri: str
    mime_type: str = ""
    size: int = 0
    state: FileState = FileState.ACTIVE
    display_name: str = ""
    expires: float | None = None
    sha256: str = ""
    error: str = ""


def read_file(body: bytes) -> ServerFile:
    """Read the answer of get, or the last one of an upload. Raises `ProtocolError`."""
    data = read_json_object(body)
    inner = data.get("file")
    return _file(inner if isinstance(inner, dict) else data)


def read_files(body: bytes) -> tuple[list[ServerFile], str | None]:
    """Read a page of the list, and the token of the next page. Raises `ProtocolError`."""
    data = read_json_object(body)
    entries = data.get("files")
    files = [_file(entry) for entry in _items(entries) if isinstance(entry, dict)]
    return files, _text(data, "nextPageToken") or None


def _file(data: JsonObject) -> ServerFile:
    name, uri = _text(data, "name"), _text(data, "uri")
    if not name.startswith("files/") or not uri:
        raise ProtocolError(
            "The server’s description of a file could not be read.",
            code="bad_file",
            details="a file without name or uri",
        )
    error = data.get("error")
    message = error.get("message") if isinstance(error, dict) else None
    state = _text(data, "state").upper()
    return ServerFile(
        name=name,
        uri=uri,
        mime_type=_text(data, "mimeType"),
        size=_size(data.get("sizeBytes")),
        state=FileState(state) if state in set(FileState) else FileState.ACTIVE,
        display_name=_text(data, "displayName"),
        expires=_seconds(_text(data, "expirationTime")),
        sha256=_digest(_text(data, "sha256Hash")),
        error=message[:_LONGEST_WORDS] if isinstance(message, str) else "",
    )


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _text(data: JsonObject, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _size(value: JsonValue) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:19])
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _seconds(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None


def _digest(text: str) -> str:
    """The digits, which come in base64 once or twice removed from the digest itself."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return ""
    if len(data) == 32:
        return data.hex()
    digits = data.decode("ascii", "replace").lower()
    return digits if len(digits) == 64 and set(digits) <= set("0123456789abcdef") else ""
