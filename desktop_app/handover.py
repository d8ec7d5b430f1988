"""What a second start brings to the program that runs already, and how the two say it.

Each says one line of JSON: first the running program who it is, then the second what it brings,
then the first that it has taken it. Whatever is not such a line is ignored. Knows nothing of
sockets (stdlib only; any level may import it).
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from desktop_app.interactions.jsonvalue import JsonObject

PROTOCOL: Final = 1
LARGEST: Final = 4_000_000
"""Bytes of a line. A command line holds 2 MB at most on Linux, and its escapes make it longer."""

_LONGEST_TOKEN: Final = 4096
_END: Final = b"\n"


class BadLine(ValueError):
    """What came is no line of ours."""


@dataclass(frozen=True)
class Greeting:
    """Who runs: its version, and the server that it asks, "demo" or an address."""

    version: str
    server: str


@dataclass(frozen=True)
class Handover:
    """What a second start was given. Paths are absolute, for it may have stood elsewhere.

    `token` is the desktop's permission to come to the front (XDG_ACTIVATION_TOKEN).
    """

    files: tuple[str, ...] = ()
    ask: str = ""
    token: str = ""


class LineReader:
    """Takes bytes as they come, until there is one whole line."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> bytes | None:
        """Return the line when it is whole; what follows it is ignored. Raises `BadLine`."""
        piece, end, _ = data.partition(_END)
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > self._largest:
            self._pieces.clear()
            raise BadLine
        return b"".join(self._pieces) if end else None


def greeting_line(greeting: Greeting) -> bytes:
    """What the running program says to whoever comes."""
    return _line({"version": greeting.version, "server": greeting.server})


def read_greeting(line: bytes) -> Greeting:
    """Read that. Of another protocol only the version is known. Raises `BadLine`."""
    said = _read(line)
    server = said.get("server") if said["castor"] == PROTOCOL else ""
    return Greeting(_text(said.get("version")), _text(server))


def handover_line(handover: Handover) -> bytes:
    """What the second start says. Raises `BadLine` where it is too much."""
    line = _line({"files": list(handover.files), "ask": handover.ask, "token": handover.token})
    if len(line) - len(_END) > LARGEST:
        raise BadLine
    return line


def read_handover(line: bytes) -> Handover:
    """Read that. Raises `BadLine`."""
    said = _read(line)
    files = said.get("files")
    if said["castor"] != PROTOCOL or not isinstance(files, list):
        raise BadLine
    token = _text(said.get("token"))
    if len(token) > _LONGEST_TOKEN or not (token.isascii() and token.isprintable()):
        raise BadLine
    # A command line may hold bytes that are no text; a server takes text only.
    ask = _text(said.get("ask")).encode("utf-8", "replace").decode("utf-8")
    return Handover(tuple(_path(file) for file in files), ask, token)


def receipt_line() -> bytes:
    """What the running program says when it has taken a handover."""
    return _line({"taken": True})


def read_receipt(line: bytes) -> bool:
    """Whether a line says that. Raises `BadLine`."""
    return _read(line).get("taken") is True


def _line(said: JsonObject) -> bytes:
    return json.dumps({"castor": PROTOCOL, **said}).encode("ascii") + _END


def _read(line: bytes) -> JsonObject:
    try:
        said: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine from error
    if not isinstance(said, dict) or type(cast("JsonObject", said).get("castor")) is not int:
        raise BadLine
    return cast("JsonObject", said)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadLine
    return value


def _path(value: object) -> str:
    path = _text(value)
    try:
        as_the_system_has_it = os.fsencode(path)
    except UnicodeEncodeError as error:
        raise BadLine from error
    if b"\0" in as_the_system_has_it or not Path(path).is_absolute():
        raise BadLine
    return path
