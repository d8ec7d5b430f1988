"""Whatever a server says of another place, neither the key nor what was asked goes there."""

import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from desktop_app.gemini import errors, files, upload
from desktop_app.gemini.client import GeminiClient
from desktop_app.interactions.generation import InteractionRequest
from tests.e2e.search import shows
from tests.scriptserver import Request, ScriptServer, Writer, answer, script_server

pytestmark = pytest.mark.usefixtures("loop_factory")

KEY = "canary-key-0123456789-abcdef"
PROMPT = "canary prompt of the person"
DATA = b"canary bytes of a file " + os.urandom(1000)

AWAY = "tried to redirect to another address"
PAGE = "A web page came instead of an answer"


@dataclass(frozen=True)
class Redirect:
    """An answer that sends one away; `{away}` is the other origin, `{port}` its port."""

    status: str
    header: str = ""
    value: str = ""
    body: str = ""
    words: str = AWAY

    def answer(self, away: str) -> bytes:
        port = away.rpartition(":")[2]
        lines = [f"HTTP/1.1 {self.status}"]
        if self.header:
            lines.append(f"{self.header}: {self.value.format(away=away, port=port)}")
        body = self.body.format(away=away).encode()
        media_type = "text/html" if body.startswith(b"<") else "application/json"
        lines += [f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


META = '<html><meta http-equiv="refresh" content="0;url={away}/x">'
REDIRECTS = {
    "301": Redirect("301 Moved Permanently", "Location", "{away}/x"),
    "302": Redirect("302 Found", "Location", "{away}/x"),
    "303": Redirect("303 See Other", "Location", "{away}/x"),
    "307": Redirect("307 Temporary Redirect", "Location", "{away}/x"),
    "308": Redirect("308 Permanent Redirect", "Location", "{away}/x"),
    "Refresh": Redirect("200 OK", "Refresh", "0; url={away}/x", META, PAGE),
    "Refresh under an error": Redirect("503 Busy", "Refresh", "0; url={away}/x", META, PAGE),
    "meta refresh": Redirect("200 OK", body=META, words=PAGE),
    "user information": Redirect("307 T", "Location", "http://user:word@127.0.0.1:{port}/x"),
    "protocol-relative": Redirect("307 T", "Location", "//127.0.0.1:{port}/x"),
    "another scheme": Redirect("307 T", "Location", "http://127.0.0.1:{port}/x"),
    "another port": Redirect("308 P", "Location", "http://127.0.0.1:{port}/v1beta/interactions"),
    "another port by name": Redirect("302 F", "Location", "http://localhost:{port}/x"),
}


@asynccontextmanager
async def two_origins(
    answers: Callable[[str], bytes],
) -> AsyncGenerator[tuple[ScriptServer, ScriptServer, GeminiClient]]:
    """A server that answers with what is made of the other one's address, and that other one."""

    async def welcome(request: Request, writer: Writer) -> None:
        writer.write(answer(b"{}"))

    async with script_server(welcome) as elsewhere:

        async def send_away(request: Request, writer: Writer) -> None:
            writer.write(answers(elsewhere.base_url))

        async with script_server(send_away) as server:
            async with GeminiClient(KEY, server.base_url) as client:
                yield server, elsewhere, client


async def create(client: GeminiClient) -> None:
    await client.create(InteractionRequest(model="m", input=PROMPT))


async def stream(client: GeminiClient) -> None:
    async with client.stream(InteractionRequest(model="m", input=PROMPT)) as events:
        async for _ in events:
            pass


async def check(client: GeminiClient) -> None:
    await client.check_key()


async def send_file(client: GeminiClient) -> None:
    async def read(offset: int, count: int) -> bytes:
        return DATA[offset : offset + count]

    await client.upload(read, len(DATA), "application/pdf", "canary name.pdf")


async def take_up(client: GeminiClient) -> None:
    async with client.resume("v1_canary", "e1") as events:
        async for _ in events:
            pass


CALLS = [create, stream, check, send_file, take_up]


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "WAITS", (0.0,) * 2)
    monkeypatch.setattr(files, "_POLLS", (0.01,) * 3)
    monkeypatch.setattr("desktop_app.gemini.client.wait_before_retry", lambda error, attempt: None)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", REDIRECTS)
async def test_nobody_is_followed_and_one_sentence_says_so(
    kind: str, call: Callable[[GeminiClient], Awaitable[None]]
) -> None:
    redirect = REDIRECTS[kind]
    async with two_origins(redirect.answer) as (server, elsewhere, client):
        with pytest.raises(errors.GeminiError) as caught:
            await call(client)
        assert elsewhere.requests == []
        assert any(one.headers.get("x-goog-api-key") == KEY for one in server.requests)
    error = caught.value
    assert redirect.words in str(error)
    told = f"{error} {error.advice} {error.details} {error!r}"
    assert str(error).count(".") == 1
    assert elsewhere.base_url not in told
    assert not any(shows(told.encode(), one) for one in (KEY, PROMPT))


UPLOAD_URLS = [
    "{away}/up",
    "//127.0.0.1:{port}/up",
    "http://user@127.0.0.1:{port}/up",
    "http://localhost:{port}/up",
    "https://127.0.0.1:{port}/up",
]


@pytest.mark.parametrize("url", UPLOAD_URLS)
async def test_an_upload_that_is_sent_to_another_host_sends_nothing(url: str) -> None:
    def answers(away: str) -> bytes:
        there = url.format(away=away, port=away.rpartition(":")[2])
        return answer(b"{}", x_goog_upload_url=there, x_goog_upload_status="active")

    async with two_origins(answers) as (server, elsewhere, client):
        with pytest.raises(errors.ProtocolError, match="unexpected host for the upload"):
            await send_file(client)
        assert elsewhere.requests == []
        assert [DATA in one.body for one in server.requests] == [False]


@pytest.mark.parametrize("url", ["{away}/v1beta/files/a", "https://a.example/x", "file:///x", ""])
async def test_a_file_whose_address_is_another_host_is_refused(url: str) -> None:
    def answers(away: str) -> bytes:
        file = {"name": "files/a", "uri": url.format(away=away), "state": "ACTIVE"}
        return answer(json.dumps(file).encode())

    async with two_origins(answers) as (_server, elsewhere, client):
        with pytest.raises(errors.ProtocolError, match=r"unexpected host|could not be read"):
            await client.file("files/a")
        assert elsewhere.requests == []


async def test_a_client_that_followed_would_be_noticed() -> None:
    async with two_origins(REDIRECTS["307"].answer) as (_server, elsewhere, client):
        client._http.follow_redirects = True
        await client.check_key()
        (request,) = elsewhere.requests
        assert request.headers["x-goog-api-key"] == KEY
