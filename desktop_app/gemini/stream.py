"""Reads the events of one HTTP answer, with a watchdog that counts events, not bytes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

import httpx

from desktop_app.gemini import wire
from desktop_app.gemini.error_body import error_from_response, is_page, web_page
from desktop_app.gemini.errors import GeminiError, ProtocolError, StreamBroken, TimedOut
from desktop_app.gemini.sse import ServerSentEvent, SSEDecoder
from desktop_app.gemini.transport import translate
from desktop_app.interactions.events import (
    ErrorEvent,
    Event,
    InteractionCompleted,
    UnknownEvent,
    UnreadableEvent,
)

MAX_LINE: Final = 64 << 20
"""A whole picture comes in one line: a 4K PNG is about 40 MB in base64."""

_END_TIMEOUT: Final = 2.0
_HIDDEN: Final = b"***"


async def read_body(
    response: httpx.Response,
    limit: int,
    timeout: float,  # noqa: ASYNC109 - for the whole body
) -> bytes:
    """Read a body of at most `limit` bytes within `timeout` seconds.

    A longer one is refused with `ProtocolError`. Raises `TimedOut` and `StreamBroken`. Where the
    server says the key again, as some do that refuse it, that is taken out.
    """
    chunks: list[bytes] = []
    host = response.url.host
    try:
        async with asyncio.timeout(timeout):
            await _gather(response, limit, chunks)
    except TimeoutError as error:
        raise no_event(host, timeout) from error
    except httpx.HTTPError as error:
        raise translate(error, host) from error
    if sum(map(len, chunks)) > limit:
        raise ProtocolError(
            "The server’s answer is too large to read.",
            code="too_large",
            details=f"more than {limit} bytes",
        )
    return _join(response, chunks)


async def read_start(
    response: httpx.Response,
    limit: int,
    timeout: float,  # noqa: ASYNC109 - for what there is of it
) -> bytes:
    """Read the body of an error as far as it comes: its status is known without. Never raises."""
    chunks: list[bytes] = []
    try:
        async with asyncio.timeout(timeout):
            await _gather(response, limit, chunks)
    except (TimeoutError, httpx.HTTPError):
        pass
    return _join(response, chunks)[:limit]


async def _gather(response: httpx.Response, limit: int, chunks: list[bytes]) -> None:
    size = 0
    async with aclosing(_raw(response)) as raw:
        async for chunk in raw:
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                return


def _join(response: httpx.Response, chunks: list[bytes]) -> bytes:
    key = _key_of(response)
    body = b"".join(chunks)
    return body.replace(key.encode(), _HIDDEN) if key else body


async def read_events(
    response: httpx.Response, event_timeout: float
) -> AsyncGenerator[Event, None]:
    """Give the events of an answer: of a stream, or the one of an answer that is no stream.

    It is the answer's `Content-Type` that decides, not what was asked for. Ends after the event
    that ends the interaction. Raises `StreamBroken` where there is none, `TimedOut` where no event
    comes for `event_timeout` seconds, and what the server says in place of a stream. An event that
    says nothing we know is a sign of life like a comment: no answer comes of it.
    """
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "text/event-stream":
        yield await _whole_answer(response, media_type, event_timeout)
        return
    decoder = SSEDecoder(MAX_LINE, MAX_LINE)
    key = _key_of(response)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + event_timeout
    async with aclosing(_raw(response)) as chunks:
        while (chunk := await _next_chunk(chunks, response, deadline, event_timeout)) is not None:
            for record in decoder.feed(chunk):
                event = wire.decode_event(_without_key(record, key))
                if event is None:
                    continue
                yield event
                if isinstance(event, InteractionCompleted | ErrorEvent):
                    await _drain(chunks)
                    return
                if not isinstance(event, UnknownEvent | UnreadableEvent):
                    deadline = loop.time() + event_timeout
    decoder.close()
    stray = bytes(decoder.stray)
    raise _cut_off(stray.replace(key.encode(), _HIDDEN) if key else stray)


async def _next_chunk(
    chunks: AsyncGenerator[bytes, None],
    response: httpx.Response,
    deadline: float,
    event_timeout: float,
) -> bytes | None:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(chunks, None)
    except TimeoutError as error:
        raise no_event(response.url.host, event_timeout) from error
    except httpx.HTTPError as error:
        raise translate(error, response.url.host) from error


async def _drain(chunks: AsyncGenerator[bytes, None]) -> None:
    # The end marker may still come; read to the end, the connection can be used again.
    try:
        async with asyncio.timeout(_END_TIMEOUT):
            async for _ in chunks:
                pass
    except (TimeoutError, httpx.HTTPError):
        pass


async def _whole_answer(response: httpx.Response, media_type: str, event_timeout: float) -> Event:
    """Read what is no stream: a whole interaction, or an error in disguise."""
    body = await read_body(response, MAX_LINE, event_timeout)
    if "html" in media_type or is_page(body):
        raise web_page(response.status_code, media_type)
    if media_type != "application/json":
        raise ProtocolError(
            "The server sent something else than an answer.",
            "Your message is kept. Check the base URL in settings.",
            code="content_type",
            details=media_type[:80],
        )
    if "error" in wire.read_json_object(body):
        raise error_from_response(None, response.headers, body)
    return wire.read_interaction(body)


def _cut_off(stray: bytes) -> GeminiError:
    if is_page(stray):
        return web_page(200, "text/event-stream")
    # Some servers put their refusal into the stream as bare JSON (googleapis/js-genai#1973).
    if stray.lstrip()[:1] in (b"{", b"["):
        error = error_from_response(None, {}, stray)
        if error.server_message:
            return error
    return StreamBroken(
        "The connection broke while the answer was coming in.",
        "What came is kept.",
        code="cut_off",
    )


def no_event(host: str, seconds: float) -> TimedOut:
    """Say that a server was silent for too long."""
    return TimedOut(
        f"{host} sent nothing for {seconds:.0f} seconds.",
        "What came is kept. Try again.",
        code="no_event",
    )


def _without_key(record: ServerSentEvent, key: str) -> ServerSentEvent:
    if not key or key not in record.data:
        return record
    return replace(record, data=record.data.replace(key, _HIDDEN.decode()))


def _key_of(response: httpx.Response) -> str:
    return response.request.headers.get("x-goog-api-key", "")


async def _raw(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    async for chunk in response.aiter_raw():
        yield chunk
