"""What does not fit into a request goes to the server before it, and is remembered there."""

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.chat.session import ChatSession
from desktop_app.chat.uploading import (
    LARGE,
    MAX_PDF_BYTES,
    MAX_REQUEST_BYTES,
    explain_type,
    to_upload,
    upload_words,
)
from desktop_app.gemini.client import GeminiClient
from desktop_app.gemini.errors import InvalidRequest
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS
from tests.chat.test_session import body, completed, streams
from tests.demo.process import demo_process
from tests.documents import mp4, pdf, wav
from tests.relay import relay
from tests.scriptserver import Request, Writer, answer, script_server
from tests.world import KEY, World, until, world


@pytest.fixture(scope="module")
def demo_url() -> Iterator[str]:
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        yield demo.url


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.gemini.upload.WAITS", (0.0,) * 5)


async def attach(w: World, session: ChatSession, name: str, data: bytes) -> AttachmentContent:
    w.attachments.attach_bytes(session.key, name, data, len(session.draft.attachments))
    count = len(session.draft.attachments)
    await until(lambda: len(session.draft.attachments) > count, session.attachments_changed)
    return session.draft.attachments[-1]


async def ask_about(
    w: World, name: str, data: bytes, question: str = "How long is it?"
) -> tuple[ChatSession, Interaction]:
    session = await w.open()
    await attach(w, session, name, data)
    return session, await w.ask(session, question)


async def files_at(url: str, data: bytes) -> list[str]:
    """The names of the files with these bytes at the server."""
    digest = hashlib.sha256(data).hexdigest()
    async with GeminiClient(KEY, url) as client:
        return [file.name for file in await client.files() if file.sha256 == digest]


async def delete_at(url: str, data: bytes) -> None:
    async with GeminiClient(KEY, url) as client:
        for name in await files_at(url, data):
            await client.delete_file(name)


# --- what is uploaded -----------------------------------------------------------------------------


def file(kind: str, size: int, name: str = "x", mime_type: str = "") -> AttachmentContent:
    digest = hashlib.sha256(f"{name}{size}".encode()).hexdigest()
    return AttachmentContent(kind, digest, name, mime_type or f"{kind}/x", size)


def test_sounds_films_and_large_files_are_uploaded_and_nothing_else() -> None:
    sound, film = file("audio", 10), file("video", 10)
    photo, scan = file("image", LARGE), file("image", LARGE + 1)
    text = file("text", 4_000_000)
    assert to_upload([sound, film, photo, scan, text]) == [sound, film, scan]


def test_the_largest_are_uploaded_until_the_rest_fits_into_one_request() -> None:
    photos = [file("image", LARGE - number, f"{number}") for number in range(5)]
    chosen = to_upload(photos)
    assert chosen == photos[:2]
    assert sum(one.size for one in photos if one not in chosen) <= MAX_REQUEST_BYTES


def test_pdf_have_a_smaller_limit_of_their_own() -> None:
    papers = [file("document", 15_000_000 - n, f"{n}", "application/pdf") for n in range(3)]
    assert to_upload(papers) == papers[:1]
    assert sum(one.size for one in papers[1:]) <= MAX_PDF_BYTES


def test_texts_take_room_from_the_others() -> None:
    photo = file("image", LARGE)
    texts = [file("text", 16_000_000, f"{n}") for n in range(4)]
    assert to_upload([photo, *texts[:3]]) == []
    assert to_upload([photo, *texts]) == [photo]


def test_the_same_file_twice_is_uploaded_once() -> None:
    film = file("video", 10)
    assert to_upload([film, film]) == [film]


@pytest.mark.parametrize(
    ("done", "total", "speed", "words"),
    [
        (0, 900, 0, "Uploading 0.0 of 0.9 kB"),
        (3_400_000, 12_000_000, 0, "Uploading 3.4 of 12 MB"),
        (1_340_000_000, 1_850_000_000, 0, "Uploading 1,340 of 1,850 MB"),
        (3_400_000, 9_000_000, 2_100_000, "Uploading 3.4 of 9.0 MB, 2.1 MB/s"),
    ],
)
def test_how_far_it_is_is_said_in_words(done: int, total: int, speed: float, words: str) -> None:
    assert upload_words(done, total, speed) == words


# --- sending --------------------------------------------------------------------------------------


async def test_a_film_is_uploaded_waited_for_and_answered(tmp_path: Path, demo_url: str) -> None:
    film = mp4(61.0)
    async with world(tmp_path, demo_url) as w:
        session = await w.open()
        attachment = await attach(w, session, "film.mp4", film)
        said: list[str] = []
        shares: list[tuple[str, float]] = []
        session.waiting_changed.connect(lambda turn, words: said.append(words))
        w.attachments.uploads.progressed.connect(lambda *values: shares.append(values))
        turn = await w.ask(session, "How long is it?")
    assert "film** of 1:01 minutes" in turn.output_text
    assert said[0].startswith("Uploading 0.0 of")
    assert "The server is processing “film.mp4” …" in said
    assert said[-1] == ""
    assert shares[0] == (attachment.sha256, 0.0)
    assert (attachment.sha256, 1.0) in shares
    assert shares[-1] == (attachment.sha256, -1.0)


async def test_the_input_is_committed_before_the_upload_begins(tmp_path: Path) -> None:
    stored: list[int] = []

    async def script(request: Request, writer: Writer) -> None:
        assert request.target == "/upload/v1beta/files"
        stored.append(len(await w.stored(session)))
        writer.write(answer(b"{}", "403 Forbidden"))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        await attach(w, session, "film.mp4", mp4(1))
        turn = await w.ask(session, "hello")
        assert stored == [1]
        assert turn.outcome is Outcome.FAILED
        assert turn.input[-1].text == "hello"  # type: ignore[union-attr]


async def test_a_small_pdf_goes_inside_the_request(tmp_path: Path, demo_url: str) -> None:
    paper = pdf("The bridge opened in 1932.")
    async with world(tmp_path, demo_url) as w:
        _, turn = await ask_about(w, "bridge.pdf", paper, "When was the bridge opened?")
        assert "“The bridge opened in 1932.”" in turn.output_text
        assert await files_at(demo_url, paper) == []


async def test_a_text_goes_out_as_a_block_of_text_with_its_name(tmp_path: Path) -> None:
    async with script_server(streams(completed("x"))) as server:
        async with world(tmp_path, server.base_url) as w:
            await ask_about(w, "not\nes.py", "print('ö')".encode("cp1252"), "what is it?")
    assert body(server.requests[0])["input"] == [
        {"type": "text", "text": "File: not es.py\n\nprint('ö')"},
        {"type": "text", "text": "what is it?"},
    ]


async def test_the_same_file_is_uploaded_once_in_its_48_hours(
    tmp_path: Path, demo_url: str
) -> None:
    film = mp4(62.0)
    async with world(tmp_path, demo_url) as w:
        await ask_about(w, "film.mp4", film)
    async with world(tmp_path, demo_url) as w:
        _, turn = await ask_about(w, "the same.mp4", film)
        assert "1:02 minutes" in turn.output_text
    assert len(await files_at(demo_url, film)) == 1


async def test_a_file_that_expires_soon_is_uploaded_again(tmp_path: Path, demo_url: str) -> None:
    film = mp4(63.0)
    async with world(tmp_path, demo_url) as w:
        await ask_about(w, "film.mp4", film)
        soon = time.time() + 300
        await w.database.write(lambda db: db.execute("UPDATE upload SET expires = ?", (soon,)))
        _, turn = await ask_about(w, "film.mp4", film)
        assert turn.outcome is Outcome.COMPLETE
    assert len(await files_at(demo_url, film)) == 2


async def test_a_file_that_the_server_has_lost_is_uploaded_again(
    tmp_path: Path, demo_url: str
) -> None:
    film = mp4(64.0)
    async with world(tmp_path, demo_url) as w:
        await ask_about(w, "film.mp4", film)
        await delete_at(demo_url, film)
        _, turn = await ask_about(w, "film.mp4", film)
        assert "1:04 minutes" in turn.output_text
    assert len(await files_at(demo_url, film)) == 1


async def test_another_key_uploads_for_itself(tmp_path: Path, demo_url: str) -> None:
    film = mp4(65.0)
    async with world(tmp_path, demo_url) as w:
        await ask_about(w, "film.mp4", film)
        w.use_key("another-key-0123456789")
        _, turn = await ask_about(w, "film.mp4", film)
        assert "1:05 minutes" in turn.output_text
    assert len(await files_at(demo_url, film)) == 1


async def test_a_stateless_history_brings_its_film_again(tmp_path: Path, demo_url: str) -> None:
    film = mp4(66.0)
    settings = replace(DEFAULTS, store=False)
    async with world(tmp_path, demo_url, settings=settings) as w:
        session, _ = await ask_about(w, "film.mp4", film)
        turn = await w.ask(session, "what was in the file?")
        assert "1:06 minutes" in turn.output_text
        assert len(await files_at(demo_url, film)) == 1
        await delete_at(demo_url, film)
        turn = await w.ask(session, "what was in that file?")
        assert "1:06 minutes" in turn.output_text
        assert len(await files_at(demo_url, film)) == 1


async def test_a_stored_conversation_whose_film_is_gone_is_sent_from_our_copy(
    tmp_path: Path,
) -> None:
    requests: list[dict[str, object]] = []
    lost = b'{"error": {"code": "permission_denied", "message": "File abc may not exist."}}'

    async def script(request: Request, writer: Writer) -> None:
        if "/interactions" not in request.target:
            up = {"name": "files/a", "uri": f"http://{request.headers['host']}/files/a"}
            url = f"http://{request.headers['host']}/up"
            status = (
                "active" if request.headers.get("x-goog-upload-command") == "start" else "final"
            )
            text = json.dumps({"file": up}).encode()
            writer.write(answer(text, x_goog_upload_url=url, x_goog_upload_status=status))
            return
        requests.append(dict(body(request)))
        if "previous_interaction_id" in requests[-1]:
            writer.write(answer(lost, "403 Forbidden"))
        else:
            name = f"v1_{len(requests)}"
            writer.write(answer(completed("fine", name), media_type="text/event-stream"))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session, _ = await ask_about(w, "film.mp4", mp4(1))
        turn = await w.ask(session, "and then?")
        assert turn.outcome is Outcome.COMPLETE
    assert [("previous_interaction_id" in one) for one in requests] == [False, True, False]
    assert "files/a" in json.dumps(requests[2])


# --- when it goes wrong ---------------------------------------------------------------------------


async def test_a_broken_connection_is_not_noticed(tmp_path: Path, demo_url: str) -> None:
    recording = wav(30.0, 44_100)
    async with relay(demo_url, 500_000, 1_000_000) as between:
        async with world(tmp_path, between.base_url) as w:
            _, turn = await ask_about(w, "sound.wav", recording)
            assert "30 seconds" in turn.output_text
        assert between.made_cuts == 2


async def test_stop_ends_the_upload_at_once_and_keeps_the_message(tmp_path: Path) -> None:
    started = asyncio.Event()

    async def script(request: Request, writer: Writer) -> None:
        started.set()
        await asyncio.sleep(30)

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        await attach(w, session, "film.mp4", mp4(1))
        session.send("hello")
        await started.wait()
        session.stop()
        async with asyncio.timeout(2):
            await until(lambda: not session.busy, session.busy_changed)
        assert session.turns[-1].outcome is Outcome.CANCELLED
        (stored,) = await w.stored(session)
        assert "film.mp4" in stored.input


async def test_quitting_while_it_uploads_leaves_the_turn_interrupted(tmp_path: Path) -> None:
    started = asyncio.Event()

    async def script(request: Request, writer: Writer) -> None:
        started.set()
        await asyncio.sleep(30)

    async with script_server(script) as server:
        async with world(tmp_path, server.base_url) as w:
            session = await w.open()
            await attach(w, session, "film.mp4", mp4(1))
            session.send("hello")
            await started.wait()
            key = session.key
        async with world(tmp_path, server.base_url) as w:
            turn = (await w.open(key)).turns[-1]
            assert turn.outcome is Outcome.INTERRUPTED
            assert [type(one).__name__ for one in turn.input] == [
                "AttachmentContent",
                "TextContent",
            ]


async def test_texts_too_large_for_one_request_are_said_before_it_is_sent(tmp_path: Path) -> None:
    async with script_server(streams(completed("x"))) as server:
        async with world(tmp_path, server.base_url) as w:
            session = await w.open()
            for number in range(5):
                await attach(w, session, f"{number}.txt", f"{number} word ".encode() * 2_200_000)
            turn = await w.ask(session, "what is it?")
            assert turn.failure is not None
            assert "70 MB" in turn.failure.sentence
    assert server.requests == []


async def test_no_network_names_the_file_and_keeps_the_message(tmp_path: Path) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        session, turn = await ask_about(w, "film.mp4", mp4(1))
        assert turn.outcome is Outcome.WAITING
        pause = session.pause(turn.key)
        assert pause is not None
        assert "“film.mp4” could not be uploaded. 127.0.0.1 could not be reached." in pause.why


async def test_a_file_that_the_server_cannot_process_is_said_and_tried_again_on_retry(
    tmp_path: Path, demo_url: str
) -> None:
    film = mp4(67.0)
    async with world(tmp_path, demo_url) as w:
        session, turn = await ask_about(w, "demo-failed-file.mp4", film)
        assert turn.outcome is Outcome.FAILED
        assert turn.failure is not None
        assert "could not process “demo-failed-file.mp4”" in turn.failure.sentence
        session.retry(turn.key)
        await until(lambda: session.turns[-1] is not turn, session.turn_replaced)
        await until(lambda: not session.busy, session.busy_changed)
        assert len(await files_at(demo_url, film)) == 2


async def test_a_file_that_never_gets_ready_is_said_and_waited_for_on_retry(
    tmp_path: Path, demo_url: str
) -> None:
    film = mp4(68.0)
    async with world(tmp_path, demo_url) as w:
        w.attachments.uploads.ready_seconds = 0.2
        session, turn = await ask_about(w, "demo-slow-file.mp4", film)
        assert turn.outcome is Outcome.FAILED
        assert turn.failure is not None
        assert "still not done" in turn.failure.sentence
        w.attachments.uploads.ready_seconds = 30
        session.retry(turn.key)
        await until(lambda: session.turns[-1] is not turn, session.turn_replaced)
        await until(lambda: not session.busy, session.busy_changed)
        assert "1:08 minutes" in session.turns[-1].output_text
        assert len(await files_at(demo_url, film)) == 1


async def test_a_refused_type_is_said_with_the_types_that_are_taken(tmp_path: Path) -> None:
    said = b'{"error": {"code": "invalid_request", "message": "Unsupported MIME type: text/csv"}}'

    async def script(request: Request, writer: Writer) -> None:
        writer.write(answer(said, "400 Bad Request"))

    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        _, turn = await ask_about(w, "a.csv", b"a,b\n")
        assert turn.failure is not None
        assert turn.failure.sentence.endswith("a file of this type: text/csv.")
        assert "PDF and Office documents" in turn.failure.advice


def test_another_refusal_is_left_as_it_is() -> None:
    error = InvalidRequest("No.", server_message="The schema is wrong.")
    assert explain_type(error) is error


async def test_a_copy_that_is_gone_fails_the_turn_and_nothing_else(
    tmp_path: Path, demo_url: str
) -> None:
    async with world(tmp_path, demo_url) as w:
        session = await w.open()
        attachment = await attach(w, session, "paper.pdf", pdf("hello"))
        w.files.path(attachment.sha256).unlink()
        turn = await w.ask(session, "what is in it?")
        assert turn.outcome is Outcome.FAILED
        assert turn.failure is not None
        assert "no longer in the profile folder" in turn.failure.sentence
        assert w.notices == []


async def test_what_was_uploaded_is_deleted_at_the_server_with_its_conversation(
    tmp_path: Path, demo_url: str
) -> None:
    async with world(tmp_path, demo_url) as w, GeminiClient(KEY, demo_url) as client:
        session, turn = await ask_about(w, "tone.wav", wav(3.25, 8_100))
        assert turn.outcome is Outcome.COMPLETE
        there = {file.name for file in await client.files()}
        rested: list[bool] = []
        w.deletions.rested.connect(lambda: rested.append(True))
        w.library.trash(session.key)
        w.library.delete([session.key])
        await until(lambda: bool(rested), w.deletions.rested)
        assert len(there - {file.name for file in await client.files()}) == 1
