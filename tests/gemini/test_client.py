"""The client, over real sockets: what it sends, what it makes of the answers, what it refuses."""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import certifi
import httpx
import pytest

from desktop_app.gemini import errors
from desktop_app.gemini.client import MAX_INLINE_BYTES, GeminiClient
from desktop_app.gemini.transport import system_has_certificates, tls_context, translate
from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.generation import GenerationConfig, InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.origin import BadBaseUrl
from desktop_app.secret import Secret
from tests.interactions.test_interaction import OUTCOMES, folded
from tests.samples import STREAMS, pieces, stream_bytes, stream_expected
from tests.scriptserver import (
    STREAM_HEAD,
    Request,
    Script,
    ScriptServer,
    Writer,
    answer,
    answers,
    script_server,
    stream,
)

if TYPE_CHECKING:
    from desktop_app.gemini.retry import RetryScheduled
    from desktop_app.interactions.events import Event

pytestmark = pytest.mark.usefixtures("loop_factory")

KEY = "canary-key-0123456789-abcdef"
ASK = InteractionRequest(model="gemini-3.8-flash", input="hi")
SNAPSHOT = json.dumps(
    {
        "id": "v1_a",
        "status": "completed",
        "steps": [{"type": "model_output", "content": [{"type": "text", "text": "hello"}]}],
    }
).encode()


def client_of(server: ScriptServer, **options: float) -> GeminiClient:
    return GeminiClient(KEY, server.base_url, **options)  # type: ignore[arg-type]


async def collect(client: GeminiClient, into: Interaction | None = None) -> Interaction:
    interaction = into or Interaction()
    async with client.stream(ASK) as events:
        async for event in events:
            interaction.apply(event)
    return interaction


async def failure_of(script: Script, **options: float) -> errors.GeminiError:
    async with script_server(script) as server, client_of(server, **options) as client:
        with pytest.raises(errors.GeminiError) as caught:
            await collect(client)
    return caught.value


# --- what is sent ---------------------------------------------------------------------------------


async def test_create_sends_what_the_specification_says() -> None:
    async with script_server(answers(answer(SNAPSHOT))) as server, client_of(server) as client:
        snapshot = await client.create(ASK)
    assert snapshot.steps == (ModelOutputStep((TextContent("hello"),)),)
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v1beta/interactions")
    assert json.loads(request.body) == {"model": "gemini-3.8-flash", "input": "hi"}
    assert request.headers["x-goog-api-key"] == KEY
    assert request.headers["api-revision"] == "2026-05-20"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    assert "transfer-encoding" not in request.headers


async def test_a_stream_is_asked_for_in_the_body() -> None:
    async with script_server(stream(stream_bytes("01_plain_text"))) as server:
        async with client_of(server) as client:
            await collect(client)
    (request,) = server.requests
    assert json.loads(request.body)["stream"] is True
    assert request.headers["accept"] == "text/event-stream"
    assert "?" not in request.target


async def test_ids_are_escaped_in_paths_and_the_key_is_never_in_one() -> None:
    script = answers(answer(SNAPSHOT), answer(SNAPSHOT), answer(SNAPSHOT), answer(b"{}"))
    async with script_server(script) as server, client_of(server) as client:
        await client.get("v1_a/../b?c#d")
        await client.get("v1_a", include_input=True)
        await client.cancel("v1_a")
        await client.delete("v1_a")
    targets = [(request.method, request.target) for request in server.requests]
    assert targets == [
        ("GET", "/v1beta/interactions/v1_a%2F..%2Fb%3Fc%23d?include_input=false"),
        ("GET", "/v1beta/interactions/v1_a?include_input=true"),
        ("POST", "/v1beta/interactions/v1_a/cancel"),
        ("DELETE", "/v1beta/interactions/v1_a"),
    ]
    assert not any(KEY in request.target for request in server.requests)


async def test_resume_names_the_event_to_go_on_after() -> None:
    async with script_server(stream(stream_bytes("01_plain_text"))) as server:
        async with client_of(server) as client, client.resume("v1_a", "e/7") as events:
            found = [event async for event in events]
    assert found
    target = "/v1beta/interactions/v1_a?stream=true&last_event_id=e%2F7"
    assert server.requests[0].target == target


async def test_cancel_tries_the_other_spelling_once() -> None:
    gone = answer(b'{"error":{"code":"not_found","message":"x"}}', "404 Not Found")
    async with script_server(answers(gone, answer(SNAPSHOT))) as server:
        async with client_of(server) as client:
            await client.cancel("v1_a")
    assert server.requests[1].target == "/v1beta/interactions/v1_a:cancel"


async def test_models_are_read_page_by_page() -> None:
    def page(name: str, token: str) -> bytes:
        entry = {"name": name, "supportedGenerationMethods": ["generateContent"]}
        return answer(json.dumps({"models": [entry], "nextPageToken": token}).encode())

    async with script_server(answers(page("models/a", "t2"), page("models/b", ""))) as server:
        async with client_of(server) as client:
            models = await client.models()
    assert [model.name for model in models] == ["a", "b"]
    assert server.requests[1].target.endswith("pageToken=t2")


async def test_attachments_go_out_as_base64_with_a_known_length() -> None:
    data = bytes(range(256)) * 1000
    attachment = AttachmentContent("image", "a" * 64, "x.png", "image/png", len(data))

    async def read(wanted: AttachmentContent) -> AsyncIterator[bytes]:
        assert wanted == attachment
        encoded = base64.b64encode(data)
        for piece in pieces(encoded, 65536):
            yield piece

    async with script_server(answers(answer(SNAPSHOT))) as server:
        async with GeminiClient(KEY, server.base_url, open_attachment=read) as client:
            request = InteractionRequest(model="m", input=(attachment, TextContent("?")))
            await client.create(request)
    body = json.loads(server.requests[0].body)
    assert base64.b64decode(body["input"][0]["data"]) == data


async def test_too_many_bytes_are_refused_before_the_network() -> None:
    half = MAX_INLINE_BYTES // 2 + 1
    one = AttachmentContent("image", "a" * 64, "x.png", "image/png", half)
    two = AttachmentContent("image", "b" * 64, "y.png", "image/png", half)
    async with script_server(answers(answer())) as server, client_of(server) as client:
        with pytest.raises(errors.InvalidRequest, match="70 MB"):
            await client.create(InteractionRequest(model="m", input=(one, two)))
    assert server.requests == []


async def test_a_request_the_server_would_refuse_is_not_sent() -> None:
    request = InteractionRequest(model="m", agent="a", input="x")
    async with script_server(answers(answer())) as server, client_of(server) as client:
        with pytest.raises(errors.InvalidRequest, match="Exactly one of model and agent"):
            await client.create(request)
    assert server.requests == []


async def test_no_key_means_no_header() -> None:
    async with script_server(answers(answer(b"{}"))) as server:
        async with GeminiClient(None, server.base_url) as client:
            await client.check_key()
    assert "x-goog-api-key" not in server.requests[0].headers


# --- what comes back ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", STREAMS)
async def test_every_sample_folds_through_a_socket(name: str, size: int) -> None:
    expected = stream_expected(name)
    client_says = expected["client"]
    assert isinstance(client_says, dict)
    interaction = Interaction()
    body = stream_bytes(name)
    async with script_server(stream(*pieces(body, size) if len(body) < 9000 else [body])) as server:
        async with client_of(server) as client:
            if client_says["outcome"] == "truncated":
                with pytest.raises(errors.StreamBroken):
                    await collect(client, interaction)
            else:
                await collect(client, interaction)
    assert folded(interaction) == expected["final"]
    assert interaction.outcome == OUTCOMES[str(client_says["outcome"])]


def with_event_ids(body: bytes) -> list[bytes]:
    """The records of a sample that hold data, each event with an `event_id` of its own."""
    records: list[bytes] = []
    for record in body.replace(b"\r\n", b"\n").split(b"\n\n"):
        lines = record.split(b"\n")
        data = b"\n".join(
            line.split(b":", 1)[1].removeprefix(b" ") for line in lines if line[:5] == b"data:"
        )
        if data.startswith(b"{"):
            marked = json.loads(data) | {"event_id": f"e{len(records)}"}
            name = next((line for line in lines if line.startswith(b"event:")), b":")
            records.append(name + b"\ndata: " + json.dumps(marked).encode() + b"\n\n")
    return records


@pytest.mark.parametrize(
    "name", [name for name in STREAMS if name not in ("03_long_markdown", "27_bom")]
)
async def test_a_stream_cut_at_every_event_and_resumed_with_repeats_folds_to_the_same(
    name: str,
) -> None:
    expected = stream_expected(name)
    client_says = expected["client"]
    assert isinstance(client_says, dict)
    records = with_event_ids(stream_bytes(name))
    position = {f"e{number}": number for number in range(len(records))}

    async def script(request: Request, writer: Writer) -> None:
        # Every answer repeats the event it is to follow, gives one more, and breaks off.
        _, _, last = request.target.partition("last_event_id=")
        begin = position[last] if last else 0
        writer.write(STREAM_HEAD + b"".join(records[begin : begin + 2]))
        writer.close()

    interaction = Interaction()
    async with script_server(script) as server, client_of(server) as client:
        for _ in range(len(records) + 2):
            last = interaction.last_event_id
            try:
                opened = client.resume("v1_a", last) if last else client.stream(ASK)
                async with opened as events:
                    async for event in events:
                        interaction.apply(event)
                break
            except errors.StreamBroken:
                continue
    assert folded(interaction) == expected["final"]
    assert interaction.outcome == OUTCOMES[str(client_says["outcome"])]


async def test_an_answer_that_is_no_stream_is_read_as_a_whole() -> None:
    async with script_server(answers(answer(SNAPSHOT))) as server, client_of(server) as client:
        interaction = await collect(client)
    assert (interaction.output_text, interaction.outcome) == ("hello", "complete")


async def test_an_error_in_a_200_is_an_error() -> None:
    body = b'{"error":{"code":"rate_limit_exceeded","message":"x"}}'
    error = await failure_of(answers(answer(body)))
    assert isinstance(error, errors.RateLimited)


async def test_a_bare_error_inside_a_stream_is_an_error() -> None:
    body = b'{\n "error": {"code": "invalid_request", "message": "no such tool"}\n}\n'
    error = await failure_of(stream(body))
    assert isinstance(error, errors.InvalidRequest)
    assert "no such tool" in str(error)


async def test_a_stream_that_ends_without_its_end_is_broken() -> None:
    error = await failure_of(stream(b"data: [DONE]\n\n"))
    assert isinstance(error, errors.StreamBroken)


async def test_a_reset_connection_is_a_broken_stream() -> None:
    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD + b"data: {}\n\n")
        await writer.drain()
        writer.transport.abort()

    assert isinstance(await failure_of(script), errors.StreamBroken)


@pytest.mark.parametrize("media_type", ["text/x-bogus", "text/plain", "", "application/xml"])
async def test_another_media_type_is_refused_before_parsing(media_type: str) -> None:
    error = await failure_of(answers(answer(b"data:data\n\n", media_type=media_type)))
    assert isinstance(error, errors.ProtocolError)


@pytest.mark.parametrize("media_type", ["text/event-stream;", "TEXT/event-stream; charset=x"])
async def test_the_media_type_is_read_as_the_standard_says(media_type: str) -> None:
    body = stream_bytes("26c_no_event_field")
    async with script_server(answers(answer(body, media_type=media_type))) as server:
        async with client_of(server) as client:
            assert (await collect(client)).output_text == "No event field here."


async def test_no_content_is_no_stream() -> None:
    error = await failure_of(answers(answer(b"", "204 No Content")))
    assert isinstance(error, errors.GeminiError)


async def test_a_web_page_is_said_to_be_one() -> None:
    error = await failure_of(answers(answer(b"<html>Sign in", media_type="text/html")))
    assert "web page" in str(error)


async def test_a_redirect_is_not_followed() -> None:
    async with script_server(answers(answer(SNAPSHOT))) as elsewhere:
        away = answer(b"", "307 Temporary Redirect", location=elsewhere.base_url)
        error = await failure_of(answers(away))
        assert "redirect" in str(error)
        assert elsewhere.requests == []


async def test_a_compressed_answer_is_refused_unread() -> None:
    bomb = gzip.compress(b"\0" * 1_000_000)
    error = await failure_of(answers(answer(bomb, content_encoding="gzip")))
    assert error.code == "content_encoding"


async def test_an_endless_body_is_refused() -> None:
    async def script(request: Request, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" " * 1_000_000)
            await writer.drain()

    async with script_server(script) as server, client_of(server) as client:
        with pytest.raises(errors.ProtocolError, match="too large"):
            await client.get("v1_a")


async def test_an_error_body_of_any_size_is_cut() -> None:
    body = b'{"error":{"code":"api_error","message":"' + b"x" * 500_000 + b'"}}'
    error = await failure_of(answers(answer(body, "500 Internal Server Error")))
    assert isinstance(error, errors.ServerError)


async def test_a_stream_without_an_event_in_time_is_given_up() -> None:
    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD)
        while not writer.is_closing():
            writer.write(b": still here\n")  # bytes are no events
            await writer.drain()
            await asyncio.sleep(0.05)

    error = await failure_of(script, event_timeout=0.3)
    assert isinstance(error, errors.TimedOut)


async def test_the_watch_counts_from_the_last_event() -> None:
    update = b'data: {"event_type":"interaction.status_update","status":"in_progress"}\n\n'
    records = [update] * 5 + [stream_bytes("39_no_done_sentinel")]
    async with script_server(stream(*records, pause=0.15)) as server:
        async with client_of(server, event_timeout=0.4) as client:
            assert (await collect(client)).outcome == "complete"


async def test_an_event_that_says_nothing_known_is_no_event() -> None:
    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD)
        while not writer.is_closing():
            writer.write(b'data: {"type":"ping"}\n\ndata: pong\n\n')
            await writer.drain()
            await asyncio.sleep(0.05)

    error = await failure_of(script, event_timeout=0.3)
    assert isinstance(error, errors.TimedOut)


async def test_no_answer_at_all_is_given_up_too() -> None:
    async def script(request: Request, writer: Writer) -> None:
        await asyncio.sleep(5)

    error = await failure_of(script, event_timeout=0.2)
    assert isinstance(error, errors.TimedOut)


async def test_nobody_listening_is_tried_three_times() -> None:
    async with script_server(answers(answer())) as server:
        pass
    tries: list[RetryScheduled] = []
    async with client_of(server) as client:
        with pytest.raises(errors.ConnectionFailed) as caught:
            async with client.stream(ASK, tries.append):
                pass
    assert type(caught.value) is errors.ConnectionFailed
    assert [retry.attempt for retry in tries] == [1, 2]


async def test_an_overloaded_server_is_asked_again_and_it_is_said() -> None:
    busy = answer(b"", "503 Service Unavailable", retry_after_ms="10")
    tries: list[RetryScheduled] = []
    async with script_server(answers(busy, busy, answer(SNAPSHOT))) as server:
        async with client_of(server) as client:
            snapshot = await client.create(ASK, tries.append)
    assert snapshot.interaction.id == "v1_a"
    assert [retry.attempt for retry in tries] == [1, 2]
    bodies = {request.body for request in server.requests}
    assert len(bodies) == 1


@pytest.mark.parametrize("status", ["400 Bad Request", "500 Internal Server Error", "504 x"])
async def test_other_errors_are_not_asked_again(status: str) -> None:
    async with script_server(answers(answer(b"", status))) as server:
        async with client_of(server) as client:
            with pytest.raises(errors.GeminiError):
                await client.create(ASK)
    assert len(server.requests) == 1


async def test_a_create_is_never_repeated_after_an_event() -> None:
    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD + stream_bytes("15_truncated_clean"))
        writer.close()

    async with script_server(script) as server, client_of(server) as client:
        with pytest.raises(errors.StreamBroken):
            await collect(client)
    assert len(server.requests) == 1


async def test_cancelling_closes_the_socket() -> None:
    started = asyncio.Event()

    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD + b"data: {}\n\n")
        await writer.drain()
        started.set()
        while not writer.is_closing():
            writer.write(b": \n")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with script_server(script) as server, client_of(server) as client:
        task = asyncio.create_task(collect(client))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.closed.wait(), 5)


async def test_a_connection_is_used_again_after_a_stream() -> None:
    body = stream_bytes("01_plain_text")
    ports: list[int] = []

    async def script(request: Request, writer: Writer) -> None:
        ports.append(writer.get_extra_info("peername")[1])
        writer.write(answer(body, media_type="text/event-stream"))

    async with script_server(script) as server, client_of(server) as client:
        await collect(client)
        await collect(client)
    assert len(set(ports)) == 1


async def test_events_come_as_they_are_sent_not_at_the_end() -> None:
    gate = asyncio.Event()

    async def script(request: Request, writer: Writer) -> None:
        records = stream_bytes("01_plain_text").split(b"\n\n")
        writer.write(STREAM_HEAD + records[0] + b"\n\n")
        await writer.drain()
        await gate.wait()
        writer.write(b"\n\n".join(records[1:]))
        writer.close()

    found: list[Event] = []
    async with script_server(script) as server, client_of(server) as client:
        async with client.stream(ASK) as events:
            async for event in events:
                found.append(event)
                gate.set()
    assert len(found) > 5


# --- the key and the address ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://192.168.1.5",
        "ftp://example.com",
        "example.com",
        "https://user:pw@example.com",
        "https://example.com/?key=1",
        "https://exa mple.com",
        "https://",
        "http://[::1",
        "http://127.0.0.1.example.com",
    ],
)
async def test_an_address_that_a_key_must_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(BadBaseUrl):
        GeminiClient(KEY, url)


async def test_plain_http_is_for_this_computer() -> None:
    for url in ("http://127.0.0.1:8080/", "http://localhost", "http://[::1]:9"):
        await GeminiClient(KEY, url).aclose()


async def test_the_key_stays_with_its_origin() -> None:
    async with GeminiClient(KEY, "http://127.0.0.1:1") as client:
        other = client._request("GET", "http://127.0.0.1:2/v1beta/models")
        own = client._request("GET", "http://127.0.0.1:1/v1beta/models")
    assert "x-goog-api-key" not in other.headers
    assert own.headers["x-goog-api-key"] == KEY


async def test_no_error_text_holds_the_key() -> None:
    async with script_server(answers(answer(SNAPSHOT))) as server:
        async with GeminiClient(Secret(KEY + "\n"), server.base_url) as client:
            with pytest.raises(errors.GeminiError) as caught:
                await client.check_key()
    error = caught.value
    assert KEY not in f"{error} {error.advice} {error.details} {error!r}"


async def test_other_errors_of_httpx_are_translated_without_their_text() -> None:
    for kind in (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.ReadError,
        httpx.RemoteProtocolError,
        httpx.LocalProtocolError,
        httpx.ProxyError,
        httpx.DecodingError,
        httpx.PoolTimeout,
    ):
        error = translate(kind(f"value {KEY}"), "example.com")
        assert isinstance(error, errors.GeminiError)
        assert KEY not in f"{error} {error.advice} {error.details}"


async def test_the_tls_context_verifies_and_logs_no_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", f"{tmp_path}/keys.log")
    context = tls_context()
    assert context.check_hostname
    assert getattr(context, "keylog_filename", None) is None


async def test_certifi_steps_in_where_the_system_trusts_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[object] = []

    def load(self: object, cafile: object = None) -> None:
        loaded.append(cafile)

    monkeypatch.setattr("truststore.SSLContext.load_verify_locations", load)
    finds = "desktop_app.gemini.transport.system_has_certificates"
    monkeypatch.setattr(finds, lambda: True)
    tls_context()
    assert loaded == []
    monkeypatch.setattr(finds, lambda: False)
    tls_context()
    assert loaded == [certifi.where()]


async def test_whether_the_system_trusts_anybody_is_found_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    assert system_has_certificates() in (True, False)
    monkeypatch.setattr("desktop_app.gemini.transport._BUNDLES", ())
    monkeypatch.setenv("SSL_CERT_FILE", f"{tmp_path}/none")
    monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path}")
    assert not system_has_certificates()


async def test_generation_settings_reach_the_body() -> None:
    config = GenerationConfig(temperature=0.5, thinking_level="low", thinking_summaries="auto")
    request = InteractionRequest(
        model="m", input="x", store=False, system_instruction="be brief", generation_config=config
    )
    async with script_server(answers(answer(SNAPSHOT))) as server, client_of(server) as client:
        await client.create(request)
    assert json.loads(server.requests[0].body) == {
        "model": "m",
        "input": "x",
        "store": False,
        "system_instruction": "be brief",
        "generation_config": {
            "temperature": 0.5,
            "thinking_level": "low",
            "thinking_summaries": "auto",
        },
    }
