"""The client: create, stream, resume, get, cancel, delete, models, and files.

It knows HTTP and the key; it knows no conversation, no disk and no window. It runs on any asyncio
loop. Cancelling a task is the only way to stop what it does, and closes the socket.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import httpx

from desktop_app.gemini import wire
from desktop_app.gemini.error_body import ERROR_BODY_LIMIT, error_from_response
from desktop_app.gemini.errors import (
    CertificateNotTrusted,
    GeminiError,
    InvalidRequest,
    NotFound,
    ProtocolError,
)
from desktop_app.gemini.files import READY_SECONDS, FilesApi
from desktop_app.gemini.looking import take_a_look
from desktop_app.gemini.retry import RetryScheduled, wait_before_retry
from desktop_app.gemini.server_file import ServerFile
from desktop_app.gemini.stream import MAX_LINE, no_event, read_body, read_events, read_start
from desktop_app.gemini.transport import make_http_client, translate
from desktop_app.gemini.upload import Caller, FileReader, OnProgress
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.events import Event, InteractionSnapshot
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.models import Model
from desktop_app.interactions.request_codec import RequestRefused, check_request
from desktop_app.network import AS_SYSTEM, Network
from desktop_app.origin import GOOGLE_BASE_URL, check_base_url, origin_of
from desktop_app.secret import Secret

MAX_INLINE_BYTES: Final = 70_000_000
"""Attachments of one request, raw: 100 MB is the server's limit for the body, in base64
(specification, section 13)."""

JSON_LIMIT: Final = 32 << 20
EVENT_TIMEOUT: Final = 180.0
_CALL_TIMEOUT: Final = 60.0
_CREATE_TIMEOUT: Final = 600.0
_REACH_TIMEOUT: Final = 40.0
_ERROR_TIMEOUT: Final = 10.0
_MAX_MODEL_PAGES: Final = 20
_API_REVISION: Final = "2026-05-20"

AttachmentReader = Callable[[AttachmentContent], AsyncIterator[bytes]]
"""Gives the base64 text of an attachment's bytes, in pieces, all in all `base64_length(size)`."""

Events = AsyncIterator[Event]
Stream = AbstractAsyncContextManager[Events]


class GeminiClient:
    """Speaks to one server with one key.

    `base_url` is https, or http on this computer; `event_timeout` is how many seconds a stream
    may be without an event; `network` says how the server is reached. Raises `BadBaseUrl` for an
    address that a key may not be sent to, and `GeminiError` from every call.
    """

    def __init__(
        self,
        api_key: Secret | str | None,
        base_url: str = GOOGLE_BASE_URL,
        api_version: str = "v1beta",
        *,
        open_attachment: AttachmentReader | None = None,
        event_timeout: float = EVENT_TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
        network: Network = AS_SYSTEM,
    ) -> None:
        self._key = Secret(api_key) if isinstance(api_key, str) else api_key
        self.base_url = check_base_url(base_url)
        self.origin = origin_of(self.base_url)
        self._root = f"{self.base_url}/{quote(api_version, safe='')}"
        self._open_attachment = open_attachment
        self._event_timeout = event_timeout
        self._network = network
        self._http = make_http_client(self.origin, transport, network)
        caller = Caller(self.origin, self._request, self._bare_request, self._open)
        version = quote(api_version, safe="")
        self._files = FilesApi(caller, self._root, f"{self.base_url}/upload/{version}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    # --- calls --------------------------------------------------------------------------------

    async def create(
        self,
        request: InteractionRequest,
        on_retry: Callable[[RetryScheduled], None] | None = None,
    ) -> InteractionSnapshot:
        """Create an interaction and wait for its end, up to 10 minutes."""
        plain = replace(request, stream=None)
        response = await self._create(plain, "application/json", on_retry, _CREATE_TIMEOUT)
        try:
            return wire.read_interaction(await read_body(response, MAX_LINE, _CREATE_TIMEOUT))
        finally:
            await response.aclose()

    @asynccontextmanager
    async def stream(
        self,
        request: InteractionRequest,
        on_retry: Callable[[RetryScheduled], None] | None = None,
    ) -> AsyncGenerator[Events, None]:
        """Create an interaction and give its events as they come.

        The iteration ends after the event that ends the interaction; it raises `StreamBroken`
        where the stream ends without one, `TimedOut` where no event comes in time.
        """
        streamed = replace(request, stream=True)
        response = await self._create(streamed, "text/event-stream", on_retry, self._event_timeout)
        async with self._events(response) as events:
            yield events

    @asynccontextmanager
    async def resume(
        self, interaction_id: str, last_event_id: str | None
    ) -> AsyncGenerator[Events, None]:
        """Take up a stream again after the event named, or from its beginning (section 7)."""
        query = {"stream": "true"}
        if last_event_id is not None:
            query["last_event_id"] = last_event_id
        request = self._request("GET", self._interaction_url(interaction_id), query=query)
        request.headers["Accept"] = "text/event-stream"
        response = await self._open(request, self._event_timeout)
        async with self._events(response) as events:
            yield events

    @asynccontextmanager
    async def _events(self, response: httpx.Response) -> AsyncGenerator[Events, None]:
        try:
            async with aclosing(read_events(response, self._event_timeout)) as events:
                yield events
        finally:
            await response.aclose()

    async def get(self, interaction_id: str, *, include_input: bool = False) -> InteractionSnapshot:
        """Read an interaction as it is at the server."""
        query = {"include_input": "true" if include_input else "false"}
        body = await self._call("GET", self._interaction_url(interaction_id), query=query)
        return wire.read_interaction(body)

    async def cancel(self, interaction_id: str) -> InteractionSnapshot:
        """Stop an interaction that runs in the background."""
        url = self._interaction_url(interaction_id)
        try:
            return wire.read_interaction(await self._call("POST", f"{url}/cancel"))
        except NotFound:
            # One page of the documentation prints this form (specification, section 2).
            return wire.read_interaction(await self._call("POST", f"{url}:cancel"))

    async def delete(self, interaction_id: str) -> None:
        """Delete an interaction at the server."""
        await self._call("DELETE", self._interaction_url(interaction_id))

    async def models(self) -> list[Model]:
        """List the models that generate content, all pages of them."""
        found: list[Model] = []
        query = {"pageSize": "1000"}
        for _ in range(_MAX_MODEL_PAGES):
            body = await self._call("GET", f"{self._root}/models", query=query)
            models, token = wire.read_models(body)
            found.extend(models)
            if token is None:
                break
            query["pageToken"] = token
        return found

    async def has_model(self, name: str) -> bool:
        """Ask for one model by its name: a list need not have the aliases."""
        try:
            await self._call("GET", f"{self._root}/models/{quote(name, safe='')}")
        except NotFound:
            return False
        return True

    async def reach(self) -> None:
        """Make sure that the server answers at all. What it answers to is nobody's business."""
        request = self._http.build_request("GET", f"{self.base_url}/", headers={"Accept": "*/*"})
        try:
            async with asyncio.timeout(_REACH_TIMEOUT):
                response = await self._http.send(request, stream=True)
        except TimeoutError as error:
            raise no_event(self.origin.host, _REACH_TIMEOUT) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise translate(error, self.origin.host) from error
        await response.aclose()

    async def check_key(self) -> None:
        """Make one cheap call that fails where the key is not accepted."""
        await self._call("GET", f"{self._root}/models", query={"pageSize": "1"})

    # --- files --------------------------------------------------------------------------------

    async def upload(
        self,
        read: FileReader,
        size: int,
        mime_type: str,
        display_name: str = "",
        on_progress: OnProgress | None = None,
        *,
        identity: str = "",
    ) -> ServerFile:
        """Upload a file of at most 2 GB; it goes on by itself after a broken connection.

        `identity` names the bytes: one that was broken off before then goes on where it was.
        """
        return await self._files.upload(
            read, size, mime_type, display_name, on_progress, identity=identity
        )

    async def until_ready(self, file: ServerFile, seconds: float = READY_SECONDS) -> ServerFile:
        """Wait until the server has processed a file. Raises `FileNotReady`."""
        return await self._files.until_ready(file, seconds)

    async def file(self, name: str) -> ServerFile:
        """Read what became of a file, by its name `files/…`."""
        return await self._files.get(name)

    async def files(self) -> list[ServerFile]:
        """List the files of this key, all pages of them."""
        return await self._files.list_all()

    async def delete_file(self, name: str) -> None:
        """Delete a file at the server, by its name `files/…`."""
        await self._files.delete(name)

    # --- create -------------------------------------------------------------------------------

    async def _create(
        self,
        request: InteractionRequest,
        accept: str,
        on_retry: Callable[[RetryScheduled], None] | None,
        timeout: float,  # noqa: ASYNC109 - until the headers of the answer, see _open
    ) -> httpx.Response:
        body = self._body(request)
        attempt = 0
        while True:
            attempt += 1
            call = self._request("POST", f"{self._root}/interactions", body=body)
            call.headers["Accept"] = accept
            try:
                return await self._open(call, timeout)
            except GeminiError as error:
                seconds = wait_before_retry(error, attempt)
                if seconds is None:
                    raise
                scheduled = RetryScheduled(error, seconds, attempt)
                if on_retry is not None:
                    on_retry(scheduled)
                await scheduled.pause()

    def _body(self, request: InteractionRequest) -> wire.Body:
        try:
            check_request(request)
        except RequestRefused as error:
            raise InvalidRequest(
                f"The request is not one that the server takes: {error}", code=error.code
            ) from error
        body = wire.encode_body(request)
        if sum(attachment.size for attachment in body.attachments) > MAX_INLINE_BYTES:
            raise InvalidRequest(
                "The attachments are too large for one message: together they may have 70 MB.",
                "Your message is kept. Remove some of them, or begin a new chat.",
                code="too_large",
            )
        return body

    # --- one request --------------------------------------------------------------------------

    def _interaction_url(self, interaction_id: str) -> str:
        return f"{self._root}/interactions/{quote(interaction_id, safe='')}"

    def _request(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: wire.Body | None = None,
    ) -> httpx.Request:
        headers = {"Accept": "application/json", "Api-Revision": _API_REVISION}
        content: bytes | AsyncIterator[bytes] | None = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            headers["Content-Length"] = str(body.length)
            content = self._body_bytes(body)
        request = self._http.build_request(
            method, url, params=dict(query or {}), headers=headers, content=content
        )
        # The key goes where it belongs and nowhere else, whatever the URL became.
        if self._key is not None and origin_of(str(request.url)) == self.origin:
            request.headers["x-goog-api-key"] = self._key.reveal()
        return request

    def _bare_request(
        self, url: str, headers: Mapping[str, str], content: AsyncIterator[bytes] | bytes
    ) -> httpx.Request:
        return self._http.build_request("POST", url, headers=dict(headers), content=content)

    async def _body_bytes(self, body: wire.Body) -> AsyncGenerator[bytes, None]:
        for piece in body.pieces:
            if isinstance(piece, bytes):
                yield piece
            elif self._open_attachment is None:
                raise LookupError("this client was given no way to read attachments")
            else:
                async for chunk in self._open_attachment(piece):
                    yield chunk

    async def _open(
        self,
        request: httpx.Request,
        timeout: float | None,  # noqa: ASYNC109 - until the headers of the answer; the caller reads on
    ) -> httpx.Response:
        """Send a request; return the answer, which the caller must close."""
        try:
            async with asyncio.timeout(timeout):
                response = await self._http.send(request, stream=True)
        except TimeoutError as error:
            raise no_event(self.origin.host, timeout or 0.0) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = translate(error, self.origin.host, answered=False)
            if isinstance(why, CertificateNotTrusted):
                await take_a_look(why, self.origin, self._network)
            raise why from error
        try:
            await _check_answer(response)
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _call(
        self, method: str, url: str, *, query: Mapping[str, str] | None = None
    ) -> bytes:
        response = await self._open(self._request(method, url, query=query), _CALL_TIMEOUT)
        try:
            return await read_body(response, JSON_LIMIT, _CALL_TIMEOUT)
        finally:
            await response.aclose()


async def _check_answer(response: httpx.Response) -> None:
    """Raise for an answer that is an error or a web page, or that was compressed unasked."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    packed = encoding not in ("", "identity")
    status = response.status_code
    if status != 200 or _is_page(response):
        body = b"" if packed else await read_start(response, ERROR_BODY_LIMIT, _ERROR_TIMEOUT)
        raise error_from_response(status, response.headers, body)
    if packed:
        raise ProtocolError(
            "The server sent a compressed answer, which was not asked for.",
            code="content_encoding",
            details=encoding[:40],
        )


def _is_page(response: httpx.Response) -> bool:
    # What answers an upload may call nothing at all a page.
    media_type = response.headers.get("content-type", "").lower()
    return "html" in media_type and "x-goog-upload-status" not in response.headers
