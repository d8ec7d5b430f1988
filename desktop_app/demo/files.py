"""Uploaded files: their bytes, their states, and how long they stay (specification, section 3).

The bytes lie in temporary files without a name, so that nothing is left however the server ends.
A file belongs to the key it was uploaded with.
"""

import base64
import io
import math
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import urlsplit

from desktop_app.demo.errors import Refused, invalid
from desktop_app.demo.seals import Seals
from desktop_app.interactions.content import MediaContent
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.media_types import MEDIA_TYPES
from desktop_app.interactions.steps import Step, UserInputStep
from desktop_app.overriding import override

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_BYTES: Final = 2 << 30
KEPT_SECONDS: Final = 48 * 3600.0
_VIDEO_SECONDS: Final = 0.6
_SLOW_SECONDS: Final = 3.0
_FAILED_SECONDS: Final = 0.3
_DEFAULT_PAGE: Final = 10
_LARGEST_PAGE: Final = 100
_ADDRESS: Final = re.compile(r"/v1(?:beta)?/files/([a-z0-9-]{1,40})")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class Bytes:
    """The bytes of one file: written once from its beginning, then read from anywhere."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._lock = threading.Lock()
        self.size = 0

    def append(self, data: bytes) -> None:
        """Write more."""
        with self._lock:
            self._file.seek(self.size)
            self._file.write(data)
            self.size += len(data)

    def read_at(self, offset: int, count: int) -> bytes:
        """Read up to `count` bytes from an offset; any thread may."""
        with self._lock:
            self._file.seek(offset)
            return self._file.read(count)

    def reader(self) -> io.BufferedReader:
        """Read them as a file of one's own."""
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Give the room back."""
        self._file.close()


class _Reader(io.RawIOBase):
    """A place in the bytes, moved by reading and seeking."""

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self._at = 0

    @override
    def readable(self) -> bool:
        """It is."""
        return True

    @override
    def seekable(self) -> bool:
        """It is."""
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, also behind the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._data.size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    @override
    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read what follows."""
        view = memoryview(buffer).cast("B")
        data = self._data.read_at(self._at, len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


@dataclass(frozen=True)
class File:
    """One file, uploaded wholly. `created` is Unix time, `ready` a time of the monotonic clock."""

    name: str
    key: str
    display_name: str
    mime_type: str
    sha256: str
    data: Bytes
    created: float = field(default_factory=time.time)
    ready: float = 0.0
    fails: bool = False

    @property
    def state(self) -> str:
        """PROCESSING, then ACTIVE or FAILED."""
        if time.monotonic() < self.ready:
            return "PROCESSING"
        return "FAILED" if self.fails else "ACTIVE"

    def as_json(self, base: str) -> JsonObject:
        """Describe it as the API does; `base` is this server's address."""
        data: JsonObject = {
            "name": self.name,
            "mimeType": self.mime_type,
            "sizeBytes": str(self.data.size),  # int64 is a string in this JSON
            "createTime": _time(self.created),
            "updateTime": _time(self.created),
            "expirationTime": _time(self.created + KEPT_SECONDS),
            # Google encodes the digits, not the digest, in base64.
            "sha256Hash": base64.b64encode(self.sha256.encode("ascii")).decode("ascii"),
            "uri": f"{base}/v1beta/{self.name}",
            "state": self.state,
            "source": "UPLOADED",
        }
        if self.display_name:
            data["displayName"] = self.display_name
        if self.state == "FAILED":
            data["error"] = {"code": 3, "message": "The file could not be processed."}
        return data


class Files:
    """All files by their names. `seconds_kept` is how long one stays after its upload."""

    def __init__(
        self,
        seals: Seals,
        seconds_kept: float = KEPT_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._seals = seals
        self._seconds_kept = seconds_kept
        self._clock = clock
        self._files: dict[str, File] = {}

    def new_name(self, wanted: str | None) -> str:
        """Name a file as was asked, or freely. Raises `Refused`."""
        if wanted is None:
            return f"files/{self._seals.file_id()}"
        name = wanted.removeprefix("files/")
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", name):
            raise invalid("A file's name has small letters, digits and dashes, 40 at most.")
        if f"files/{name}" in self._files:
            raise Refused(409, "already_exists", f"Requested entity already exists: files/{name}")
        return f"files/{name}"

    def add(
        self, name: str, key: str, display_name: str, mime_type: str, data: Bytes, sha256: str
    ) -> File:
        """Take in an upload that is whole.

        Films take a moment. A display name may hold `demo-slow-file` (three seconds),
        `demo-stuck-file` (never ready) or `demo-failed-file`.
        """
        seconds = _VIDEO_SECONDS if mime_type.startswith("video/") else 0.0
        if "demo-slow-file" in display_name:
            seconds = _SLOW_SECONDS
        elif "demo-stuck-file" in display_name:
            seconds = math.inf
        fails = "demo-failed-file" in display_name
        ready = time.monotonic() + (_FAILED_SECONDS if fails else seconds)
        created = self._clock()
        file = File(name, key, display_name, mime_type, sha256, data, created, ready, fails)
        self._files[name] = file
        return file

    def get(self, name: str, key: str) -> File:
        """Find a file of a key. Raises `Refused`: 403, whether it is foreign or none."""
        self._forget_old()
        file = self._files.get(name)
        if file is None or file.key != key:
            raise _no_access(name)
        return file

    def delete(self, name: str, key: str) -> None:
        """Forget a file. Raises `Refused`."""
        self.get(name, key).data.close()
        del self._files[name]

    def page(
        self, key: str, base: str, page_size: str | None, page_token: str | None
    ) -> JsonObject:
        """Give one page of the files of a key, the newest first. Raises `Refused`."""
        self._forget_old()
        size = _DEFAULT_PAGE
        if page_size:
            if not page_size.isascii() or not page_size.isdigit():
                raise invalid("pageSize must be a whole number that is not negative.")
            size = int(page_size[:9]) or _DEFAULT_PAGE
            if size > _LARGEST_PAGE:
                raise invalid(f"pageSize must be {_LARGEST_PAGE} at most.")
        start = self._seals.page_offset(page_token) if page_token else 0
        if start is None:
            raise invalid("pageToken is not one that this server gave.")
        own = [file for file in reversed(self._files.values()) if file.key == key]
        listed: list[JsonValue] = [file.as_json(base) for file in own[start : start + size]]
        answer: JsonObject = {"files": listed} if listed else {}
        if start + size < len(own):
            answer["nextPageToken"] = self._seals.page_token(start + size)
        return answer

    def close(self) -> None:
        """Forget all."""
        for file in self._files.values():
            file.data.close()
        self._files.clear()

    def _forget_old(self) -> None:
        limit = self._clock() - self._seconds_kept
        for name in [name for name, file in self._files.items() if file.created < limit]:
            self._files.pop(name).data.close()

    # --- files in a conversation ----------------------------------------------------------------

    def find(self, uri: str | None, key: str) -> File | None:
        """Find the file that a content block refers to, where it can be used."""
        name = _name_in(uri)
        if name is None:
            return None
        try:
            file = self.get(name, key)
        except Refused:
            return None
        return file if file.state == "ACTIVE" else None

    def check(self, asked: Iterable[Step], key: str) -> None:
        """Refuse an input with a type the API does not take, or a file that cannot be used."""
        for step in asked:
            for content in (step.content or ()) if isinstance(step, UserInputStep) else ():
                if isinstance(content, MediaContent):
                    _check_type(content)
                    self._check_file(content.uri, key)

    def _check_file(self, uri: str | None, key: str) -> None:
        name = _name_in(uri)
        if name is None or (name not in self._files and not _is_here(uri)):
            return  # a link to somewhere else
        state = self.get(name, key).state
        if state != "ACTIVE":
            raise Refused(
                400,
                "failed_precondition",
                f"The File {name.removeprefix('files/')} is not in an ACTIVE state and usage is "
                "not allowed.",
            )


def _no_access(name: str) -> Refused:
    return Refused(
        403,
        "permission_denied",
        f"You do not have permission to access the File {name.removeprefix('files/')[:80]} or it "
        "may not exist.",
    )


def _check_type(content: MediaContent) -> None:
    kind = (content.mime_type or "").partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES[content.type] and not kind.startswith("text/"):
        raise invalid(f"Unsupported MIME type: {kind}")


def _name_in(uri: str | None) -> str | None:
    try:
        found = _ADDRESS.fullmatch(urlsplit(uri or "").path)
    except ValueError:
        return None
    return f"files/{found[1]}" if found else None


def _is_here(uri: str | None) -> bool:
    return urlsplit(uri or "").hostname in _LOOPBACK


def _time(seconds: float) -> str:
    micro = round(seconds % 1 * 1_000_000) % 1_000_000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micro:06d}Z"
