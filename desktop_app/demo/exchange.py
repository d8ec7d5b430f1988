"""One request over HTTP and its answer: the only module that knows ASGI."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Final, TypeAlias, cast
from urllib.parse import parse_qsl

from desktop_app.demo.errors import Form, Hangup, Refused, invalid, write_error
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json

Scope: TypeAlias = Mapping[str, object]
Message: TypeAlias = dict[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

BODY_LIMIT: Final = 100 * 1024 * 1024
"""The largest body of a request in bytes (specification, section 13: 100 MB)."""


class Exchange:
    """A request, read as far as it is asked for, and the one answer it gets."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._begun = False
        self._body_read = False

    # --- the request --------------------------------------------------------------------------

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return str(self._scope["method"])

    @property
    def path(self) -> str:
        """The path, percent signs decoded."""
        return str(self._scope["path"])

    @property
    def base(self) -> str:
        """This server's address, as the client knows it."""
        return f"http://{self.header('host') or '127.0.0.1'}"

    def query(self) -> dict[str, str]:
        """Read the query; of a name that comes twice, the last one counts."""
        raw = self._scope["query_string"]
        text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else ""
        return dict(parse_qsl(text, keep_blank_values=True))

    def header(self, name: str) -> str | None:
        """Read a header by its name in small letters."""
        headers = cast("Iterable[tuple[bytes, bytes]]", self._scope["headers"])
        wanted = name.encode("ascii")
        return next((value.decode("latin-1") for key, value in headers if key == wanted), None)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Give the body as it comes. Raises `Hangup` where it ends too early."""
        while not self._body_read:
            message = await self._receive()
            if message["type"] != "http.request":
                raise Hangup
            chunk = message.get("body", b"")
            assert isinstance(chunk, bytes)
            self._body_read = not message.get("more_body", False)
            yield chunk

    async def json(self) -> JsonValue:
        """Read the body as JSON. Raises `Refused` where it is none or too large."""
        chunks: list[bytes] = []
        size = 0
        async with aclosing(self.pieces()) as pieces:
            async for chunk in pieces:
                chunks.append(chunk)
                size += len(chunk)
                if size > BODY_LIMIT:
                    raise invalid(f"The request is larger than {BODY_LIMIT} bytes.")
        try:
            return parse_json(b"".join(chunks).decode("utf-8"))
        except ValueError:
            raise invalid("The body is not valid JSON.") from None

    async def until_gone(self) -> None:
        """Wait until the client has closed the connection."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    # --- the answer ---------------------------------------------------------------------------

    async def answer(self, data: JsonObject, headers: Mapping[str, str] | None = None) -> None:
        """Answer with JSON and end."""
        await self._begin(200, "application/json; charset=UTF-8", headers or {})
        await self.end(json.dumps(data, ensure_ascii=False).encode("utf-8"))

    async def refuse(self, refused: Refused, form: Form) -> None:
        """Answer with an error and end; an answer that has begun is broken off instead."""
        if self._begun:
            raise Hangup
        media_type, body = write_error(refused, refused.form or form)
        await self._begin(refused.status, media_type, refused.headers)
        await self.end(body)

    async def begin_stream(self) -> None:
        """Begin a stream of server-sent events."""
        await self._begin(200, "text/event-stream", {"cache-control": "no-cache"})

    async def send(self, piece: bytes) -> None:
        """Send a piece of the stream."""
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def end(self, piece: bytes = b"") -> None:
        """Send the last piece."""
        await self._send({"type": "http.response.body", "body": piece, "more_body": False})

    async def _begin(self, status: int, media_type: str, headers: Mapping[str, str]) -> None:
        self._begun = True
        lines = {"content-type": media_type, **headers}
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (name.encode("ascii"), value.encode("latin-1")) for name, value in lines.items()
                ],
            }
        )
