"""An answer that the server gives in the background waits for Castor, and is taken up again."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from desktop_app.chat import taking_up
from desktop_app.chat.asking import request_of
from desktop_app.eventloop import EventLoop
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.models import Model
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.settings.settings import DEFAULTS, Settings
from desktop_app.store.rows import write_failure
from tests.chat.events import completed, created, record, snapshot, started, stopped, text
from tests.chat.test_session import body, streams
from tests.chat.test_session import completed as whole_stream
from tests.scriptserver import STREAM_HEAD, Request, Writer, answer, answers, script_server
from tests.world import World, until, world

BACKGROUND = replace(DEFAULTS, background=True)
GONE = answer(b'{"error":{"code":"not_found","message":"x"}}', "404 Not Found")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_up, "WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(taking_up, "PATIENT_WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(taking_up, "POLL_SECONDS", (0.0,))


WORDS = ("Hel", "lo ", "old ", "fri", "end")


def run_events(words: tuple[str, ...] = WORDS) -> list[bytes]:
    """The records of one run, each with its mark to resume from."""
    events: list[JsonObject] = [created("v1"), started(), *map(text, words), stopped()]
    events.append(completed("v1"))
    return [record(event, f"e{number}") for number, event in enumerate(events)]


class Server:
    """Answers in the background: a stream of `sent` records at first, the others for who asks.

    `status` is what GET says; `repeats` sends the record that a resume names once more.
    """

    def __init__(self, records: list[bytes], sent: int) -> None:
        self.records = records
        self.sent = sent
        self.status = "in_progress"
        self.repeats = False
        self.streams = True
        self.gone = False
        self.asked: list[Request] = []
        self.texts = "".join(WORDS)
        self.holds = asyncio.Event()

    async def script(self, request: Request, writer: Writer) -> None:
        self.asked.append(request)
        if "cancel" in request.target:
            writer.write(answer(snapshot("v1", "cancelled", self.texts[:4])))
        elif request.method == "POST" and self.gone:
            writer.write(answer(whole_stream("again", "v2"), media_type="text/event-stream"))
        elif request.method == "POST":
            writer.write(STREAM_HEAD + b"".join(self.records[: self.sent]))
            await writer.drain()
            await self.holds.wait()
        elif self.gone:
            writer.write(GONE)
        elif "stream=true" in request.target and self.streams:
            name = request.target.partition("last_event_id=")[2]
            at = int(name[1:]) + (0 if self.repeats else 1) if name else 0
            writer.write(STREAM_HEAD + b"".join(self.records[at:]))
            writer.close()
        elif "stream=true" in request.target:
            writer.write(answer(b"{}", "400 Bad Request"))
        elif self.status == "completed":
            writer.write(answer(snapshot("v1", "completed", self.texts)))
        else:
            writer.write(answer(snapshot("v1", self.status, self.texts[:4])))


async def leave(folder: Path, base_url: str, chosen: Settings = BACKGROUND) -> tuple[str, str]:
    """Ask, wait until something of the answer is there, and quit; return the keys and the text."""
    async with world(folder, base_url, settings=chosen) as w:
        session = await w.open()
        session.send("a poem")
        await until(lambda: bool(session.turns), session.turn_added)
        turn = session.turns[0]
        await until(lambda: turn.id is not None, session.turn_changed, session.step_changed)
        await asyncio.sleep(0.05)
        return session.key, turn.output_text


async def come_back(w: World, key: str) -> str:
    """Wait until the answer was taken up, in a conversation that nobody has opened."""
    await until(lambda: any(one.key == key for one in w.library.sessions), w.library.busy_changed)
    (session,) = [one for one in w.library.sessions if one.key == key]
    await until(lambda: not session.busy, session.busy_changed)
    return session.turns[0].output_text


async def test_it_is_asked_for_in_the_background_only_where_it_is_stored(tmp_path: Path) -> None:
    async with (
        script_server(streams(whole_stream("x"))) as server,
        world(tmp_path, server.base_url, settings=BACKGROUND) as w,
    ):
        session = await w.open()
        await w.ask(session, "a")
        w.preferences.update(store=False)
        await w.ask(session, "b")
        w.preferences.update(store=True, background=False)
        await w.ask(session, "c")
    first, second, third = map(body, server.requests)
    assert (first["background"], first["stream"]) == (True, True)
    assert "background" not in second
    assert "background" not in third


def test_the_request_says_nothing_of_it_by_default() -> None:
    assert request_of(DEFAULTS, Model("m", "m"), None).background is None


async def test_a_model_that_does_not_take_it_is_asked_without(tmp_path: Path) -> None:
    refusal = b'{"error":{"code":"invalid_request","message":"No background for this model."}}'
    script = answers(
        answer(refusal, "400 Bad Request"),
        answer(whole_stream("ok"), media_type="text/event-stream"),
    )
    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=BACKGROUND) as w,
    ):
        assert (await w.ask(await w.open(), "a")).outcome is Outcome.COMPLETE
        assert any("in the background" in notice.text for notice in w.notices)
    assert "background" not in body(server.requests[1])


@pytest.mark.parametrize("sent", range(1, len(WORDS) + 3))
@pytest.mark.parametrize("repeats", [False, True])
async def test_what_was_left_is_taken_up_at_the_next_start_without_a_lost_or_doubled_character(
    tmp_path: Path, sent: int, repeats: bool
) -> None:
    server = Server(run_events(), sent)
    server.repeats = repeats
    async with script_server(server.script) as s:
        key, seen = await leave(tmp_path, s.base_url)
        assert "".join(WORDS).startswith(seen)
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            assert await come_back(w, key) == "".join(WORDS)
            session = await w.open(key)
            (turn,) = session.turns
            assert turn.outcome is Outcome.COMPLETE
            (stored,) = await w.stored(session)
            assert stored.outcome == "complete"
    resumed = [one.target for one in server.asked if "stream=true" in one.target]
    assert resumed == [f"/v1beta/interactions/v1?stream=true&last_event_id=e{sent - 1}"]
    assert len([one for one in server.asked if one.method == "POST"]) == 1


async def test_what_has_ended_meanwhile_is_taken_whole(tmp_path: Path) -> None:
    server = Server(run_events(), 3)
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url)
        server.status = "completed"
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            assert await come_back(w, key) == "".join(WORDS)
            assert w.library.rows[0].unread, "it came while nobody looked"


async def test_what_cannot_be_followed_is_asked_for_until_it_has_ended(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    server.streams = False
    server.status = "queued"
    async with script_server(server.script) as s:
        key, seen = await leave(tmp_path, s.base_url)
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            await until(lambda: bool(w.library.sessions), w.library.busy_changed)
            session = w.library.sessions[-1]
            words: list[str] = []
            session.waiting_changed.connect(lambda turn, said: words.append(said))
            await until(lambda: "Waiting in the server’s queue …" in words, session.waiting_changed)
            server.status = "in_progress"
            await until(
                lambda: "The server is working on the answer …" in words, session.waiting_changed
            )
            assert session.turns[0].output_text == seen, "the server has told less by now"
            server.status = "completed"
            assert await come_back(w, key) == "".join(WORDS)
    assert words[-1] == ""


async def test_what_was_polled_and_has_no_more_marks_is_polled_again(tmp_path: Path) -> None:
    """To follow it from its beginning would take back what is on the screen."""
    server = Server(run_events(), 3)
    server.streams = False
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url)
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            await until(lambda: bool(w.library.sessions), w.library.busy_changed)
            session = w.library.sessions[-1]
            await until(
                lambda: bool(session.turns) and session.turns[0].output_text == "Hell",
                session.step_changed,
            )
        server.streams = True
        before = len(server.asked)
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            await until(lambda: bool(w.library.sessions), w.library.busy_changed)
            session = w.library.sessions[-1]
            await until(lambda: len(server.asked) > before + 2, session.step_changed)
            assert session.turns[0].output_text == "Hell"
            server.status = "completed"
            assert await come_back(w, key) == "".join(WORDS)
    assert not [one for one in server.asked[before:] if "stream=true" in one.target]


async def test_what_the_server_no_longer_has_is_interrupted_and_can_be_asked_again(
    tmp_path: Path,
) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, seen = await leave(tmp_path, s.base_url)
        server.gone = True
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            assert await come_back(w, key) == seen
            (turn,) = (await w.open(key)).turns
            assert turn.outcome is Outcome.INTERRUPTED
            assert not turn.resumable, "so that Retry is offered, and not Continue"
            assert turn.failure is not None
            assert "does not have this answer" in turn.failure.sentence
        before = len(server.asked)
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            await w.open(key)
            await asyncio.sleep(0.1)
            assert len(server.asked) == before, "nobody asks a second time"


async def test_without_a_connection_it_waits_for_the_next_start(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, seen = await leave(tmp_path, s.base_url)
        url = s.base_url
    async with world(tmp_path, url, settings=BACKGROUND) as w:
        assert await come_back(w, key) == seen
        assert not w.library.rows[0].unread, "nothing came"
        (turn,) = (await w.open(key)).turns
        assert turn.resumable
    async with script_server(server.script) as other, world(tmp_path, url) as w:
        await w.database.write(
            lambda db: db.execute("UPDATE interaction SET origin = ?", (other.base_url,))
        )
        w.preferences.update(base_url=other.base_url, background=True)
        await until(lambda: w.preferences.key_known, w.preferences.key_changed)
        w.use_key()
        assert await come_back(w, key) == "".join(WORDS)


async def test_a_server_that_is_busy_is_asked_again(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    busy = [True, True]

    async def script(request: Request, writer: Writer) -> None:
        if request.method == "GET" and busy:
            busy.pop()
            writer.write(answer(b"{}", "503 Service Unavailable"))
        else:
            await server.script(request, writer)

    async with script_server(script) as s:
        key, _ = await leave(tmp_path, s.base_url)
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            assert await come_back(w, key) == "".join(WORDS)


async def test_without_a_key_nothing_is_asked_and_with_one_it_is(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url)
        asked = len(server.asked)
        async with World(tmp_path, s.base_url, settings=BACKGROUND) as w:
            w.library.take_up()
            await asyncio.sleep(0.05)
            assert len(server.asked) == asked
            w.use_key()
            assert await come_back(w, key) == "".join(WORDS)


async def test_an_answer_in_the_foreground_is_taken_up_where_it_was_left(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, seen = await leave(tmp_path, s.base_url, DEFAULTS)
        async with world(tmp_path, s.base_url) as w:
            assert await come_back(w, key) == "".join(WORDS)
            assert [one.outcome for one in (await w.open(key)).turns] == [Outcome.COMPLETE]
    assert seen
    follow = [one.target for one in server.asked if "stream=true" in one.target]
    assert follow == ["/v1beta/interactions/v1?stream=true&last_event_id=e3"]
    assert [one.method for one in server.asked].count("POST") == 1


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
async def test_one_in_the_foreground_that_is_gone_is_interrupted_and_that_is_all(
    tmp_path: Path, status: str
) -> None:
    server = Server(run_events(), 4)

    async def script(request: Request, writer: Writer) -> None:
        if request.method == "GET":
            server.asked.append(request)
            writer.write(answer(b"{}", status))
        else:
            await server.script(request, writer)

    async with script_server(script) as s:
        key, seen = await leave(tmp_path, s.base_url, DEFAULTS)
        for _ in range(2):
            async with world(tmp_path, s.base_url) as w:
                session = await w.open(key)
                await until(lambda s=session: not s.busy, session.busy_changed)
                await asyncio.sleep(0.05)
                (turn,) = session.turns
                await until(lambda t=turn: not t.resumable, session.turn_changed)
                assert (turn.outcome, turn.output_text) == (Outcome.INTERRUPTED, seen)
                assert w.notices == []
    assert len(server.asked) == 2, "nobody asks a second time"


async def test_one_in_the_foreground_that_nobody_works_on_is_not_waited_for_for_ever(
    tmp_path: Path,
) -> None:
    server = Server(run_events(), 4)
    server.streams = False
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url, DEFAULTS)
        async with world(tmp_path, s.base_url) as w:
            await come_back(w, key)
            (turn,) = (await w.open(key)).turns
            assert turn.outcome is Outcome.INTERRUPTED
            assert turn.resumable, "so that Continue is offered"


async def test_what_broke_before_the_program_ended_is_continued_when_the_person_wants_it(
    tmp_path: Path,
) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url, DEFAULTS)
        broke = write_failure(Failure("cut_off", "The connection broke."))
        async with World(tmp_path, s.base_url) as w:
            await w.database.write(
                lambda db: db.execute("UPDATE interaction SET failure = ?", (broke,))
            )
        asked = len(server.asked)
        async with world(tmp_path, s.base_url) as w:
            session = await w.open(key)
            await asyncio.sleep(0.05)
            assert len(server.asked) == asked
            (turn,) = session.turns
            session.resume(turn.key)
            await until(lambda: not session.busy, session.busy_changed)
            assert turn.output_text == "".join(WORDS)


async def test_where_nothing_says_how_far_it_had_come_it_is_not_taken_up(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url, DEFAULTS)
        async with World(tmp_path, s.base_url) as w:
            await w.database.write(
                lambda db: db.execute("UPDATE interaction SET last_event_id = NULL")
            )
        asked = len(server.asked)
        async with world(tmp_path, s.base_url) as w:
            await w.open(key)
            await asyncio.sleep(0.05)
            assert len(server.asked) == asked


async def test_what_is_asked_again_is_stopped_first_at_the_server(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url)
        async with World(tmp_path, s.base_url, settings=BACKGROUND) as w:
            session = await w.open(key)
            (turn,) = session.turns
            assert turn.resumable
            server.gone = True
            session.retry(turn.key)
            await until(lambda: turn.outcome is Outcome.CANCELLED, session.turn_changed)
            await until(lambda: not session.busy, session.busy_changed)
            assert session.turns[0].output_text == "again"
            assert {row.outcome for row in await w.stored(session)} == {"cancelled", "complete"}
    assert len([one for one in server.asked if "cancel" in one.target]) == 1


async def test_what_is_in_the_trash_is_left_alone(tmp_path: Path) -> None:
    server = Server(run_events(), 4)
    async with script_server(server.script) as s:
        key, _ = await leave(tmp_path, s.base_url)
        asked = len(server.asked)
        async with World(tmp_path, s.base_url, settings=BACKGROUND) as w:
            w.library.trash(key)
            w.use_key()
            await asyncio.sleep(0.05)
    assert len(server.asked) == asked


async def test_a_run_that_is_begun_without_a_stream_is_waited_for(tmp_path: Path) -> None:
    replies = [
        answer(snapshot("v1", "queued")),
        answer(snapshot("v1", "in_progress", "Hel")),
        answer(b"{}", "400 Bad Request"),  # it cannot be followed
        answer(snapshot("v1", "in_progress", "Hello")),
        answer(snapshot("v1", "completed", "Hello you")),
    ]

    async def script(request: Request, writer: Writer) -> None:
        writer.write(replies.pop(0))

    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=BACKGROUND) as w,
    ):
        turn = await w.ask(await w.open(), "a poem")
        assert (turn.output_text, turn.outcome) == ("Hello you", Outcome.COMPLETE)
    assert replies == []


async def test_a_stream_that_drops_every_few_words_is_followed_to_its_end(tmp_path: Path) -> None:
    records = run_events(tuple(f"{n} " for n in range(40)))

    async def script(request: Request, writer: Writer) -> None:
        if request.method == "GET" and "stream=true" not in request.target:
            writer.write(answer(snapshot("v1", "in_progress")))
            return
        name = request.target.partition("last_event_id=e")[2]
        at = int(name) + 1 if name else 0
        writer.write(STREAM_HEAD + b"".join(records[at : at + 3]))
        writer.close()

    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=BACKGROUND) as w,
    ):
        turn = await w.ask(await w.open(), "count")
        assert turn.output_text == "".join(f"{n} " for n in range(40))
        assert turn.outcome is Outcome.COMPLETE


async def test_the_queue_is_said_until_the_answer_begins(tmp_path: Path) -> None:
    head = record(created("v1", "queued"))
    rest = b"".join(map(record, [started(), text("Hello"), completed("v1")]))
    go = asyncio.Event()

    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD + head)
        await writer.drain()
        await go.wait()
        writer.write(rest)
        writer.close()

    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=BACKGROUND) as w,
    ):
        session = await w.open()
        words: list[str] = []
        session.waiting_changed.connect(lambda turn, said: words.append(said))
        session.send("a poem")
        await until(lambda: bool(words), session.waiting_changed)
        go.set()
        await until(lambda: not session.busy, session.busy_changed)
    assert words == ["Waiting in the server’s queue …", ""]


class Interrupted:
    """A run that is followed up to the record `end` and no further, as long as Castor is open."""

    def __init__(self, records: list[bytes], repeats: bool) -> None:
        self.records = records
        self.repeats = repeats
        self.end = len(records)

    async def script(self, request: Request, writer: Writer) -> None:
        if request.method == "GET" and "stream=true" not in request.target:
            writer.write(answer(snapshot("v1", "in_progress")))
            return
        name = request.target.partition("last_event_id=e")[2]
        at = int(name) + (0 if self.repeats else 1) if name else 0
        writer.write(STREAM_HEAD + b"".join(self.records[at : self.end]))
        await writer.drain()
        if self.end < len(self.records):
            await asyncio.Event().wait()
        writer.close()


async def left_again_and_again(
    folder: Path, words: list[str], cuts: list[int], repeats: bool
) -> str:
    run = Interrupted(run_events(tuple(words)), repeats)
    ends = sorted({1 + cut % (len(run.records) - 1) for cut in cuts})
    async with script_server(run.script) as server:
        run.end = ends.pop(0)
        key, _ = await leave(folder, server.base_url)
        for end in ends:
            run.end = end
            async with world(folder, server.base_url, settings=BACKGROUND):
                await asyncio.sleep(0.03)
        run.end = len(run.records)
        async with world(folder, server.base_url, settings=BACKGROUND) as w:
            return await come_back(w, key)


@settings(max_examples=15)
@given(
    words=st.lists(st.text(max_size=6), max_size=8),
    cuts=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    repeats=st.booleans(),
)
def test_wherever_it_was_left_nothing_is_lost_and_nothing_is_said_twice(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], cuts: list[int], repeats: bool
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    folder = tmp_path_factory.mktemp("left")
    with asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
        text_at_the_end = runner.run(left_again_and_again(folder, words, cuts, repeats))
    assert text_at_the_end == "".join(words)
