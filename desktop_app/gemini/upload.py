"""One upload in pieces: it goes on after a broken connection from where the server says.

The address that it goes to is the server's word, so it is trusted only where it is the server's
own origin; the key is never sent there (reliability, section 1.2).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import httpx

from desktop_app.gemini import wire
from desktop_app.gemini.errors import (
    KEPT,
    CertificateNotTrusted,
    ConnectionFailed,
    GeminiError,
    InvalidRequest,
    Overloaded,
    ProtocolError,
    RateLimited,
    ServerError,
    StatusError,
)
from desktop_app.gemini.server_file import ServerFile, read_file
from desktop_app.gemini.stream import no_event, read_body
from desktop_app.origin import GOOGLE_ORIGIN, BadBaseUrl, Origin, origin_of

PIECE: Final = 8 << 20
"""Bytes of one request: a multiple of every granularity that servers ask for."""

WAITS: Final = (0.3, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each try to go on; bytes that get through start the count anew."""

_CHUNK: Final = 256 << 10
_SILENCE: Final = 60.0
_JSON_LIMIT: Final = 1 << 20
_BODY_TIMEOUT: Final = 60.0

FileReader = Callable[[int, int], Awaitable[bytes]]
"""Gives the bytes of a file from an offset on, as many as asked for."""

OnProgress = Callable[[int, int], None]
"""Is told how many bytes have been sent, of how many."""


class MakeRequest(Protocol):
    """Makes a request to the API, with the key."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: wire.Body | None = None,
    ) -> httpx.Request:
        """Make it."""
        ...


MakeBareRequest = Callable[
    [str, Mapping[str, str], AsyncGenerator[bytes, None] | bytes], httpx.Request
]
"""Makes a POST to an address, with these headers and bytes, without the key."""

Open = Callable[[httpx.Request, float | None], Awaitable[httpx.Response]]
"""Sends a request, gives up after so many seconds; returns the answer, to be closed."""


@dataclass(frozen=True)
class Caller:
    """What this module needs of the client."""

    origin: Origin
    request: MakeRequest
    bare_request: MakeBareRequest
    open: Open


class UploadLost(Exception):
    """The server knows nothing of an upload any more: it has to begin again."""


class Upload:
    """One upload under way, at an address that was checked."""

    def __init__(
        self, caller: Caller, url: str, read: FileReader, size: int, on_progress: OnProgress
    ) -> None:
        self._caller = caller
        self._url = url
        self._read = read
        self._size = size
        self._on_progress = on_progress
        self._offset = 0
        self._failures = 0

    async def run(self, *, begun: bool = False) -> ServerFile:
        """Send all pieces; go on where the server says after a break. Raises `UploadLost`.

        `begun` says that some may have been sent earlier.
        """
        self._on_progress(0, self._size)
        file = await self._place_of_earlier() if begun else None
        if file is not None:
            return file
        while True:
            try:
                file = await self._next_piece()
            except GeminiError as error:
                file = await self._find_the_place(error)
            if file is not None:
                self._on_progress(self._size, self._size)
                return file

    async def _next_piece(self) -> ServerFile | None:
        offset, size = self._offset, min(PIECE, self._size - self._offset)
        last = offset + size == self._size
        headers = {
            "X-Goog-Upload-Command": "upload, finalize" if last else "upload",
            "X-Goog-Upload-Offset": str(offset),
            "Content-Length": str(size),
        }
        try:
            async with asyncio.timeout(_SILENCE) as silence:
                content = self._bytes_of_piece(offset, size, silence)
                request = self._caller.bare_request(self._url, headers, content)
                file = await _file_of(await self._caller.open(request, None))
        except TimeoutError as error:
            raise no_event(self._caller.origin.host, _SILENCE) from error
        if file is None and last:
            raise _not_understood("the upload is whole, and the server waits for more")
        self._offset += size
        self._failures = 0
        return file

    async def _bytes_of_piece(
        self, offset: int, size: int, silence: asyncio.Timeout
    ) -> AsyncGenerator[bytes, None]:
        end = offset + size
        while offset < end:
            data = await self._read(offset, min(_CHUNK, end - offset))
            if not data:
                raise LookupError("the file is shorter than it was")
            yield data
            offset += len(data)
            # That there is room for more is the sign that these bytes are on their way.
            silence.reschedule(asyncio.get_running_loop().time() + _SILENCE)
            self._on_progress(offset, self._size)

    async def _find_the_place(self, error: GeminiError) -> ServerFile | None:
        """After a break: wait, ask how much has come, and go on from there."""
        while True:
            if isinstance(error, StatusError) and error.http_status in (404, 410):
                raise UploadLost from error
            if not (may_pass(error) or isinstance(error, InvalidRequest | ProtocolError)):
                raise error
            await wait_after(error, self._failures)
            self._failures += 1
            try:
                return await self._query()
            except GeminiError as another:
                error = another

    async def _place_of_earlier(self) -> ServerFile | None:
        try:
            return await self._query()
        except StatusError as error:
            raise UploadLost from error
        except GeminiError as error:
            return await self._find_the_place(error)

    async def _query(self) -> ServerFile | None:
        headers = {"X-Goog-Upload-Command": "query", "Content-Length": "0"}
        request = self._caller.bare_request(self._url, headers, b"")
        try:
            response = await self._caller.open(request, _SILENCE)
        except StatusError as error:
            if error.http_status in (400, 404, 410):
                raise UploadLost from error
            raise
        received = response.headers.get("x-goog-upload-size-received", "")
        file = await _file_of(response)
        if file is not None:
            return file
        if not received.isascii() or not received.isdigit() or int(received[:19]) > self._size:
            raise UploadLost
        if int(received) > self._offset:
            self._failures = 0  # bytes do get through
        self._offset = int(received)
        self._on_progress(self._offset, self._size)
        return None


async def _file_of(response: httpx.Response) -> ServerFile | None:
    """The file where the upload is finished, `None` where it goes on."""
    try:
        match response.headers.get("x-goog-upload-status", "").lower():
            case "active":
                return None
            case "final":
                body = await read_body(response, _JSON_LIMIT, _BODY_TIMEOUT)
                if not body.strip():
                    raise UploadLost  # finished, and the server does not say as what
                return read_file(body)
            case "cancelled":
                raise UploadLost
            case _:
                raise _not_understood("an answer without the status of the upload")
    finally:
        await response.aclose()


def _not_understood(details: str) -> ProtocolError:
    return ProtocolError(
        "The server’s answer to an upload could not be understood.",
        f"{KEPT} Try again.",
        code="upload_status",
        details=details,
    )


def may_pass(error: GeminiError) -> bool:
    """Whether a failure is one that may not happen again: of the network, or of a busy server."""
    match error:
        case CertificateNotTrusted():
            return False
        case RateLimited():
            return not error.daily
        case ServerError():
            return error.http_status is None or error.http_status >= 500
        case _:
            return isinstance(error, ConnectionFailed | Overloaded)


async def wait_after(error: GeminiError, failures: int) -> None:
    """Wait before another try; raise the error where there were enough of them."""
    if failures >= len(WAITS):
        raise error
    wait = WAITS[failures]
    if isinstance(error, RateLimited | Overloaded) and error.retry_after is not None:
        wait = max(wait, min(error.retry_after, 60.0))
    await asyncio.sleep(wait)


def check_upload_url(url: str, origin: Origin) -> str:
    """Return an address that bytes may be uploaded to: one of the server's own origin only.

    Raises `ProtocolError`.
    """
    found = _origin_or_none(url)
    if found != origin:
        raise ProtocolError(
            "The server named an unexpected host for the upload.",
            f"{KEPT} Nothing was uploaded. Check the base URL in settings.",
            code="upload_host",
            details=_told(found),
        )
    return url


def check_file(file: ServerFile, origin: Origin) -> ServerFile:
    """Return a file whose address is the server's own, or Google's: a server in between says that.

    The address goes into requests and is never fetched. Raises `ProtocolError`.
    """
    found = _origin_or_none(file.uri)
    if found not in (origin, GOOGLE_ORIGIN):
        raise ProtocolError(
            "The server named an unexpected host for a file.",
            f"{KEPT} Check the base URL in settings.",
            code="file_host",
            details=_told(found),
        )
    return file


def _origin_or_none(url: str) -> Origin | None:
    try:
        return origin_of(url)
    except BadBaseUrl:
        return None


def _told(found: Origin | None) -> str:
    return f"{found.scheme}://{found.host}" if found else "no address"
