"""Uploads over real sockets: what is sent where, and what happens when it goes wrong."""

import asyncio
import contextlib
import hashlib
import json
import os
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.gemini import errors, files, upload
from desktop_app.gemini.client import GeminiClient
from desktop_app.gemini.server_file import FileState, ServerFile, read_file, read_files
from desktop_app.gemini.upload import PIECE, check_upload_url
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.origin import GOOGLE_BASE_URL, origin_of
from tests.demo.process import demo_process
from tests.relay import relay
from tests.scriptserver import Request, Writer, answer, script_server

pytestmark = pytest.mark.usefixtures("loop_factory")

KEY = "canary-key-0123456789-abcdef"
SMALL = os.urandom(100_000)


@pytest.fixture(scope="module")
def demo_url() -> Iterator[str]:
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        yield demo.url


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "WAITS", (0.0,) * 5)
    monkeypatch.setattr(files, "_POLLS", (0.01,) * 100)


def client_of(url: str) -> GeminiClient:
    return GeminiClient(KEY, url)


async def send(
    client: GeminiClient,
    data: bytes,
    name: str = "a.pdf",
    progress: list[tuple[int, int]] | None = None,
    identity: str = "",
) -> ServerFile:
    async def read(offset: int, count: int) -> bytes:
        return data[offset : offset + count]

    def note(sent: int, total: int) -> None:
        if progress is not None:
            progress.append((sent, total))

    return await client.upload(read, len(data), "application/pdf", name, note, identity=identity)


def file_json(**fields: object) -> bytes:
    file = {
        "name": "files/a",
        "uri": f"{GOOGLE_BASE_URL}/v1beta/files/a",
        "state": "ACTIVE",
        **fields,
    }
    return json.dumps({"file": file}).encode()


class UploadServer:
    """A server of the Files API that does what a test tells it; it keeps what comes."""

    def __init__(self) -> None:
        self.received = b""
        self.commands: list[str] = []
        self.starts = 0
        self.url = "{base}/up?id={number}"
        self.faults: dict[int, bytes] = {}
        """Answers to the requests of these numbers, counted from 0, instead of the right ones."""

    async def __call__(self, request: Request, writer: Writer) -> None:
        command = request.headers["x-goog-upload-command"]
        number = len(self.commands)
        self.commands.append(command)
        if command == "start":
            self.starts += 1
            self.received = b""
        if number in self.faults:
            writer.write(self.faults[number])
            return
        base = f"http://{request.headers['host']}"
        if command == "start":
            url = self.url.format(base=base, number=self.starts)
            writer.write(answer(b"{}", x_goog_upload_url=url, x_goog_upload_status="active"))
            return
        if command.startswith("upload"):
            assert int(request.headers["x-goog-upload-offset"]) == len(self.received)
            self.received += request.body
        size = str(len(self.received))
        if "finalize" in command:
            writer.write(answer(file_json(), x_goog_upload_status="final"))
        else:
            writer.write(
                answer(b"", x_goog_upload_status="active", x_goog_upload_size_received=size)
            )


# --- what is sent ---------------------------------------------------------------------------------


async def test_the_start_names_size_and_type_and_the_name_in_json_only() -> None:
    script = UploadServer()
    name = "Größe ключ \u202e.pdf"
    async with script_server(script) as server, client_of(server.base_url) as client:
        file = await send(client, SMALL, name)
    start, piece = server.requests
    assert (start.method, start.target) == ("POST", "/upload/v1beta/files")
    assert start.headers["x-goog-upload-protocol"] == "resumable"
    assert start.headers["x-goog-upload-header-content-length"] == "100000"
    assert start.headers["x-goog-upload-header-content-type"] == "application/pdf"
    assert json.loads(start.body) == {
        "file": {"display_name": name, "mime_type": "application/pdf", "size_bytes": 100_000}
    }
    assert all(value.isascii() for value in start.headers.values())
    assert (piece.method, piece.target) == ("POST", "/up?id=1")
    assert piece.headers["x-goog-upload-command"] == "upload, finalize"
    assert piece.headers["content-length"] == "100000"
    assert piece.body == SMALL
    assert file.name == "files/a"


async def test_the_key_goes_with_the_start_and_never_with_the_bytes() -> None:
    script = UploadServer()
    script.faults[1] = answer(b"", "503 Service Unavailable")
    async with script_server(script) as server, client_of(server.base_url) as client:
        await send(client, SMALL)
    assert script.commands == ["start", "upload, finalize", "query", "upload, finalize"]
    start, *rest = server.requests
    assert start.headers["x-goog-api-key"] == KEY
    for request in rest:
        assert "x-goog-api-key" not in request.headers
        assert KEY not in f"{request.target} {request.headers}"


async def test_large_files_go_in_pieces_of_8_mib_and_progress_is_told() -> None:
    data = os.urandom(2 * PIECE + 5)
    script = UploadServer()
    progress: list[tuple[int, int]] = []
    async with script_server(script) as server, client_of(server.base_url) as client:
        await send(client, data, progress=progress)
    assert [len(request.body) for request in server.requests[1:]] == [PIECE, PIECE, 5]
    assert script.commands == ["start", "upload", "upload", "upload, finalize"]
    assert script.received == data
    assert progress[0] == (0, len(data))
    assert progress[-1] == (len(data), len(data))
    assert progress == sorted(progress)
    assert len(progress) > 60


async def test_no_more_than_a_little_of_the_file_is_in_memory_at_once() -> None:
    asked: list[int] = []

    async def read(offset: int, count: int) -> bytes:
        asked.append(count)
        return bytes(count)

    async with script_server(UploadServer()) as server, client_of(server.base_url) as client:
        await client.upload(read, PIECE + 5, "video/mp4")
    assert max(asked) <= 256 << 10
    assert sum(asked) == PIECE + 5


async def test_a_name_that_is_no_text_and_one_that_is_too_long_are_made_fit() -> None:
    script = UploadServer()
    async with script_server(script) as server, client_of(server.base_url) as client:
        await send(client, SMALL, "bad\udce9name.pdf")
        await send(client, SMALL, "x" * 600)
    names = [
        json.loads(request.body)["file"]["display_name"]
        for request in server.requests
        if request.headers["x-goog-upload-command"] == "start"
    ]
    assert names == ["bad?name.pdf", "x" * 512]


# --- the address of the upload --------------------------------------------------------------------

GOOGLE = "https://generativelanguage.googleapis.com"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (f"{GOOGLE}/upload/v1beta/files?upload_id=x", GOOGLE),
        (f"{GOOGLE}:443/x", GOOGLE),
        ("http://127.0.0.1:81/x", "http://127.0.0.1:81"),
        ("https://proxy.example/x", "https://proxy.example"),
    ],
)
def test_bytes_go_to_the_servers_own_origin(url: str, base: str) -> None:
    assert check_upload_url(url, origin_of(base)) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "/upload/v1beta/files",
        "http://generativelanguage.googleapis.com/x",
        "https://generativelanguage.googleapis.com.evil.example/x",
        "https://evil.example/generativelanguage.googleapis.com",
        "https://generativelanguage.googleapis.com@evil.example/",
        "https://generativelanguage.googleapis.com:8443/",
        "file:///etc/passwd",
        "http://127.0.0.1/x",
        "https://[::1",
    ],
)
def test_bytes_go_nowhere_else(url: str) -> None:
    with pytest.raises(errors.ProtocolError, match="unexpected host"):
        check_upload_url(url, origin_of(GOOGLE))


async def test_a_foreign_upload_address_gets_not_one_byte() -> None:
    async with script_server(UploadServer()) as elsewhere:
        script = UploadServer()
        script.url = elsewhere.base_url + "/up"
        async with script_server(script) as server, client_of(server.base_url) as client:
            with pytest.raises(errors.ProtocolError, match="unexpected host"):
                await send(client, SMALL)
        assert elsewhere.requests == []
    assert script.commands == ["start"]


async def test_a_redirect_is_not_followed() -> None:
    async with script_server(UploadServer()) as elsewhere:
        script = UploadServer()
        for number in range(1, 20):
            script.faults[number] = answer(
                b"", "307 Temporary Redirect", Location=f"{elsewhere.base_url}/up"
            )
        async with script_server(script) as server, client_of(server.base_url) as client:
            with pytest.raises(errors.GeminiError):
                await send(client, SMALL)
        assert elsewhere.requests == []


# --- broken connections ---------------------------------------------------------------------------


async def test_20_uploads_cut_anywhere_end_in_the_same_bytes(demo_url: str) -> None:
    chance = random.Random(42)
    size = PIECE + 700_000
    for number in range(20):
        data = chance.randbytes(size)
        cuts = sorted(chance.sample(range(size), chance.randrange(1, 4)))
        gaps = [b - a for a, b in zip([0, *cuts], cuts, strict=False)]
        async with relay(demo_url, *gaps, half=number % 2 == 1) as between:
            async with client_of(between.base_url) as client:
                file = await send(client, data)
            assert between.made_cuts >= 1
        assert file.sha256 == hashlib.sha256(data).hexdigest()
        assert file.size == size


async def test_a_try_after_a_long_break_goes_on_where_the_earlier_one_was() -> None:
    script = UploadServer()
    data = os.urandom(2 * PIECE + 5)
    away = answer(b"", "503 Service Unavailable")
    script.faults = dict.fromkeys(range(2, 9), away)
    async with script_server(script) as server, client_of(server.base_url) as client:
        with pytest.raises(errors.Overloaded):
            await send(client, data, identity="these bytes")
        assert script.received == data[:PIECE]
        script.faults = {len(script.commands): b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"}
        sent = len(server.requests)
        task = asyncio.ensure_future(send(client, data, identity="these bytes"))
        while len(server.requests) == sent:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.005)
        task.cancel()  # and stopped once more
        await asyncio.wait([task])
        await send(client, data, identity="these bytes")
        assert script.starts == 1
        assert script.received == data
        await send(client, data, identity="these bytes")
        assert script.starts == 2


async def test_an_earlier_upload_that_the_server_has_lost_is_begun_anew() -> None:
    script = UploadServer()
    data = os.urandom(PIECE + 5)
    script.faults = dict.fromkeys(range(2, 9), answer(b"", "503 Service Unavailable"))
    async with script_server(script) as server, client_of(server.base_url) as client:
        with pytest.raises(errors.Overloaded):
            await send(client, data, identity="x")
        script.faults = {len(script.commands): answer(b"", "403 Forbidden")}
        await send(client, data, identity="x")
    assert script.starts == 2
    assert script.received == data


@pytest.mark.parametrize(
    "faults", [{2: "404 Not Found"}, {2: "410 Gone"}, {2: "503 Unavailable", 3: "404 Not Found"}]
)
async def test_an_upload_that_the_server_has_lost_begins_again(faults: dict[int, str]) -> None:
    script = UploadServer()
    script.faults = {number: answer(b"", status) for number, status in faults.items()}
    data = os.urandom(PIECE + 5)
    async with script_server(script) as server, client_of(server.base_url) as client:
        await send(client, data)
    assert script.starts == 2
    assert script.received == data


async def test_an_answer_without_a_status_is_asked_about() -> None:
    script = UploadServer()
    script.faults = {1: answer(b"{}")}
    async with script_server(script) as server, client_of(server.base_url) as client:
        await send(client, SMALL)
    assert script.commands[:3] == ["start", "upload, finalize", "query"]
    assert script.received == SMALL


async def test_an_upload_that_was_whole_before_the_break_is_not_sent_again() -> None:
    script = UploadServer()
    final = answer(file_json(name="files/whole"), x_goog_upload_status="final")
    script.faults = {1: b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut", 2: final}

    async def cutting(request: Request, writer: Writer) -> None:
        await script(request, writer)
        if len(script.commands) == 2:
            writer.close()

    async with script_server(cutting) as server, client_of(server.base_url) as client:
        file = await send(client, SMALL)
    assert file.name == "files/whole"
    assert script.commands == ["start", "upload, finalize", "query"]


async def test_a_server_that_stays_away_ends_in_words() -> None:
    async def script(request: Request, writer: Writer) -> None:
        if request.headers["x-goog-upload-command"] == "start":
            await UploadServer()(request, writer)
        else:
            writer.close()

    async with script_server(script) as server, client_of(server.base_url) as client:
        with pytest.raises(errors.ConnectionFailed):
            await send(client, SMALL)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("401 Unauthorized", errors.AuthenticationFailed), ("403 Forbidden", errors.PermissionDenied)],
)
async def test_a_refusal_is_not_repeated(status: str, kind: type[errors.GeminiError]) -> None:
    for number in (0, 1):
        script = UploadServer()
        script.faults = {number: answer(b"{}", status)}
        async with script_server(script) as server, client_of(server.base_url) as client:
            with pytest.raises(kind):
                await send(client, SMALL)
        assert len(server.requests) == number + 1


async def test_a_busy_server_is_asked_again() -> None:
    script = UploadServer()
    script.faults = {0: answer(b"", "503 Service Unavailable"), 2: answer(b"", "429 Too Many")}
    async with script_server(script) as server, client_of(server.base_url) as client:
        await send(client, SMALL)
    assert script.received == SMALL


async def test_a_file_over_2_gb_is_refused_before_anything_is_sent() -> None:
    async def read(offset: int, count: int) -> bytes:
        raise AssertionError("it was read")

    async with script_server(UploadServer()) as server, client_of(server.base_url) as client:
        with pytest.raises(errors.InvalidRequest, match="2 GB"):
            await client.upload(read, 2_000_000_001, "video/mp4")
    assert server.requests == []


async def test_cancelling_ends_the_upload_at_once_and_closes_the_socket(demo_url: str) -> None:
    started = asyncio.Event()

    async def read(offset: int, count: int) -> bytes:
        started.set()
        await asyncio.sleep(30)
        return b""

    async with client_of(demo_url) as client:
        task = asyncio.ensure_future(client.upload(read, 5 * PIECE, "video/mp4"))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 1)


# --- what became of it ----------------------------------------------------------------------------


async def test_a_film_is_waited_for(demo_url: str) -> None:
    async def read(offset: int, count: int) -> bytes:
        return bytes(count)

    async with client_of(demo_url) as client:
        file = await client.upload(read, 1000, "video/mp4", "a.mp4")
        assert file.state is FileState.PROCESSING
        ready = await client.until_ready(file)
        assert ready.state is FileState.ACTIVE
        assert ready.expires is not None


async def test_a_film_that_fails_or_never_gets_ready_ends_in_words(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        failed = await send(client, SMALL, "demo-failed-file.mp4")
        with pytest.raises(errors.FileNotReady, match=r"could not process “demo-failed-file\.mp4”"):
            await client.until_ready(failed)
        stuck = await send(client, SMALL, "demo-stuck-file.mp4")
        with pytest.raises(errors.FileNotReady, match=r"still not done .* after 0 seconds"):
            await client.until_ready(stuck, 0.2)


async def test_files_are_listed_read_and_deleted(demo_url: str) -> None:
    async with GeminiClient(f"key-of-a-list-{os.urandom(8).hex()}", demo_url) as client:
        assert await client.files() == []
        sent = [await send(client, SMALL, f"{number}.pdf") for number in range(3)]
        assert [file.display_name for file in await client.files()] == ["2.pdf", "1.pdf", "0.pdf"]
        assert await client.file(sent[0].name) == sent[0]
        await client.delete_file(sent[0].name)
        with pytest.raises(errors.PermissionDenied):
            await client.file(sent[0].name)
        assert len(await client.files()) == 2


async def test_the_list_is_read_to_its_last_page() -> None:
    async def script(request: Request, writer: Writer) -> None:
        page = 2 if "pageToken=more" in request.target else 1
        file: JsonObject = {"name": f"files/{page}", "uri": f"https://x/{page}"}
        body: JsonObject = {"files": [file]}
        if page == 1:
            body["nextPageToken"] = "more"
        writer.write(answer(json.dumps(body).encode()))

    async with script_server(script) as server, client_of(server.base_url) as client:
        assert [file.name for file in await client.files()] == ["files/1", "files/2"]


# --- reading --------------------------------------------------------------------------------------


def test_a_file_is_read_as_the_server_writes_it() -> None:
    import base64

    digest = hashlib.sha256(SMALL)
    for encoded in (digest.hexdigest().encode(), digest.digest()):
        file = read_file(
            file_json(
                mimeType="video/mp4",
                sizeBytes="12345678901",
                displayName="größe",
                expirationTime="2026-11-26T10:00:00.123456789Z",
                sha256Hash=base64.b64encode(encoded).decode(),
                state="FAILED",
                error={"code": 3, "message": "no film"},
            )
        )
        assert file.size == 12_345_678_901
        assert file.sha256 == digest.hexdigest()
        assert file.expires == pytest.approx(1795687200.123, abs=0.01)
        assert (file.state, file.error) == (FileState.FAILED, "no film")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
OTHER_FIELDS = (
    *("mimeType", "sizeBytes", "state", "displayName", "expirationTime", "error", "file"),
    "sha256Hash",
)
FIELDS = st.fixed_dictionaries(
    {"name": st.just("files/a") | JSON, "uri": st.just("https://x/a") | JSON},
    optional=dict.fromkeys(OTHER_FIELDS, JSON),
)


@given(FIELDS)
def test_no_description_of_a_file_breaks_the_reader(data: dict[str, object]) -> None:
    body = json.dumps(data).encode()
    for read, whole in ((read_file, body), (read_files, b'{"files": [' + body + b"]}")):
        with contextlib.suppress(errors.ProtocolError):
            assert read(whole)
