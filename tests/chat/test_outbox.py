"""What cannot be sent waits: it is on the disk, in its order, and goes out once, by itself."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.chat import outbox as outbox_module
from desktop_app.chat.outbox import MOST_STREAMS
from desktop_app.chat.pause import Pause
from desktop_app.chat.queue import QUEUED
from desktop_app.chat.session import ChatSession
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import HELD_BACK, Outcome
from desktop_app.store import conversations as queries
from desktop_app.store import unfinished
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import Draft
from tests.chat.test_session import attach, body, completed
from tests.scriptserver import (
    STREAM_HEAD,
    Request,
    ScriptServer,
    Writer,
    answer,
    script_server,
)
from tests.world import World, until, world


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "PROBE_SECONDS", (0.01, 0.02))
    monkeypatch.setattr("desktop_app.gemini.retry._CONNECT_WAITS", ())


@pytest.fixture
def port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def url_of(port: int) -> str:
    return f"http://127.0.0.1:{port}"


async def say_again(request: Request, writer: Writer) -> None:
    """Answer with the input; whoever only looks whether somebody is there is told so."""
    if request.method == "POST":
        said = completed(f"You said: {input_of(request)}", f"v1_{input_of(request)}")
        writer.write(answer(said, media_type="text/event-stream"))
    else:
        writer.write(answer(b"{}", "404 Not Found"))


def input_of(request: Request) -> str:
    """The text of the newest input of a request."""
    sent = body(request)["input"]
    while isinstance(sent, list):
        last = sent[-1]
        assert isinstance(last, dict)
        sent = last.get("content", last.get("text"))
    return str(sent.get("text") if isinstance(sent, dict) else sent)


def inputs(server: ScriptServer) -> list[str]:
    """What was asked, in this order."""
    return [input_of(request) for request in server.requests if request.method == "POST"]


async def wait_with(session: ChatSession, text: str) -> Interaction:
    """Send what has to wait, and wait until it does."""
    count = len(session.queue.keys)
    session.send(text)
    await until(lambda: len(session.queue.keys) > count, session.queue.changed)
    await until(lambda: not session.busy, session.busy_changed)
    return session.turns[-1]


async def all_sent(*sessions: ChatSession) -> None:
    """Wait until nothing waits and nothing is coming in."""
    for session in sessions:
        await until(
            lambda s=session: not s.busy and not s.queue.keys,
            session.busy_changed,
            session.queue.changed,
        )


def answers_of(session: ChatSession) -> list[str]:
    return [turn.output_text for turn in session.turns]


async def test_without_a_network_an_input_waits_and_goes_out_once_when_it_is_back(
    tmp_path: Path, port: int
) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        seen: list[tuple[str, str]] = []

        def look(turn: Interaction, pause: Pause | None) -> None:
            # Whoever reads of the wait can be sure that it is on the disk.
            row = w.database.read_here(lambda db: queries.load_interaction(db, turn.key))
            if pause is not None and row is not None:
                seen.append((row.outcome, pause.why))

        session.pause_changed.connect(look)
        turn = await wait_with(session, "hello")
        assert turn.outcome is Outcome.WAITING
        assert turn.failure is None
        assert seen[-1] == ("waiting", "Waiting for the network. 127.0.0.1 could not be reached.")
        assert not session.at_rest
        async with script_server(say_again, port=port) as server:
            await all_sent(session)
            assert inputs(server) == ["hello"]
    assert turn.outcome is Outcome.COMPLETE
    assert turn.output_text == "You said: hello"


async def test_what_is_said_meanwhile_waits_behind_and_the_order_is_kept(
    tmp_path: Path, port: int
) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        for text in ("one", "two", "three"):
            await wait_with(session, text)
        first, *others = session.queue.keys
        assert [session.pause(key) for key in others] == [QUEUED, QUEUED]
        assert session.pause(first) != QUEUED
        async with script_server(say_again, port=port) as server:
            await all_sent(session)
            assert inputs(server) == ["one", "two", "three"]
            chained = [body(r).get("previous_interaction_id") for r in server.requests[-2:]]
            assert chained == ["v1_one", "v1_two"], "each was sent when the one before had ended"
        assert answers_of(session) == ["You said: one", "You said: two", "You said: three"]
        assert {row.outcome for row in await w.stored(session)} == {"complete"}


async def test_several_conversations_go_out_as_they_began_to_wait(
    tmp_path: Path, port: int
) -> None:
    async with world(tmp_path, url_of(port)) as w:
        sessions: list[ChatSession] = []
        for text in ("a", "b", "c"):
            sessions.append(await w.open())
            await wait_with(sessions[-1], text)
        began: list[str] = []
        for session, text in zip(sessions, "abc", strict=True):
            session.busy_changed.connect(lambda busy, text=text: began.extend(text * busy))
        async with script_server(say_again, port=port) as server:
            await all_sent(*sessions)
            assert sorted(inputs(server)) == ["a", "b", "c"]
        # They go out side by side, and may overtake one another on the way.
        assert list(dict.fromkeys(began)) == ["a", "b", "c"]
        assert [answers_of(one) for one in sessions] == [[f"You said: {c}"] for c in "abc"]
        # The one on screen has no news to be looked at; each of the others has.
        assert [row.unread for row in w.library.rows] == [False, True, True]


async def test_what_waits_survives_a_restart_with_its_files(tmp_path: Path, port: int) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        file = await attach(w, session)
        await wait_with(session, "look")
        await wait_with(session, "and then")
        other = await w.open()
        await wait_with(other, "another")
        key = session.key
    async with script_server(say_again, port=port) as server, world(tmp_path, url_of(port)) as w:
        await w.library.send_what_waits()
        await all_sent(*w.library.sessions)
        assert sorted(inputs(server)) == ["and then", "another", "look"]
        assert inputs(server).index("look") < inputs(server).index("and then")
        (sent,) = [r for r in server.requests if r.method == "POST" and input_of(r) == "look"]
        assert b'"image"' in sent.body
        again = await w.open(key)
        assert [turn.outcome for turn in again.turns] == [Outcome.COMPLETE] * 2
        assert file in again.turns[0].input


async def test_who_is_killed_after_it_was_taken_does_not_send_it_twice(
    tmp_path: Path, port: int
) -> None:
    taken = asyncio.Event()

    async def hold(request: Request, writer: Writer) -> None:
        if request.method == "POST":
            taken.set()
            await asyncio.Event().wait()
        await say_again(request, writer)

    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        await wait_with(session, "pay once")
        async with script_server(hold, port=port) as server:
            await taken.wait()
            (row,) = await w.stored(session)
            assert row.outcome == "streaming", "nobody takes it for one that waits"
            # A kill leaves exactly this behind, and the next start does this with it.
            await w.database.write(queries.mark_interrupted)
            (row,) = await w.stored(session)
            assert row.outcome == "interrupted"
            assert await w.database.read(unfinished.waiting_conversations) == []
            assert inputs(server) == ["pay once"]


async def test_without_a_key_it_waits_for_one(tmp_path: Path, port: int) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        await wait_with(session, "hello")
        key = session.key
    async with script_server(say_again, port=port) as server, World(tmp_path, url_of(port)) as w:
        await w.library.send_what_waits()
        session = await w.open(key)
        assert session.pause(session.turns[-1].key) == QUEUED
        assert server.requests == []
        w.use_key()
        await all_sent(session)
        assert inputs(server) == ["hello"]


# --- called off -----------------------------------------------------------------------------------


async def test_what_is_called_off_is_the_draft_again_with_its_files(
    tmp_path: Path, port: int
) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        file = await attach(w, session)
        turn = await wait_with(session, "not yet")
        removed: list[str] = []
        session.turn_removed.connect(removed.append)
        assert session.withdraw(turn.key)
        await until(lambda: bool(removed), session.turn_removed)
        assert removed == [turn.key]
        assert session.draft == Draft("not yet", (file,))
        assert list(session.turns) == []
        assert await w.stored(session) == []
        key = session.key
        assert await w.database.read(lambda db: queries.load_draft(db, key)) == session.draft
        async with script_server(say_again, port=port) as server:
            session.send("something else")
            await until(lambda: bool(session.turns), session.turn_added)
            await all_sent(session)
            assert inputs(server) == ["something else"]
        assert session.title == "something else"
        again = await w.open(key)
        assert again.turns[0].input[0] == file


async def test_beside_a_draft_it_stays_as_not_sent_and_never_reaches_the_server(
    tmp_path: Path, port: int
) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        first = await wait_with(session, "a secret")
        second = await wait_with(session, "the weather")
        session.write_draft("half a thought")
        assert session.withdraw(first.key)
        await until(lambda: first.outcome is Outcome.CANCELLED, session.turn_changed)
        assert first.unsent
        assert session.draft.text == "half a thought"
        assert session.queue.keys == [second.key]
        assert session.pause(first.key) is None
        assert not session.withdraw(first.key), "there is nothing to be called off any more"
        async with script_server(say_again, port=port) as server:
            await all_sent(session)
            assert inputs(server) == ["the weather"]
            assert all(b"a secret" not in request.body for request in server.requests)
        assert [turn.outcome for turn in session.turns] == [Outcome.CANCELLED, Outcome.COMPLETE]


async def test_what_was_called_off_can_be_asked_after_all(tmp_path: Path, port: int) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        turn = await wait_with(session, "hello")
        session.write_draft("another")
        session.withdraw(turn.key)
        await until(lambda: turn.outcome is Outcome.CANCELLED, session.turn_changed)
        async with script_server(say_again, port=port) as server:
            session.retry(turn.key)
            await until(lambda: session.turns[-1].key != turn.key, session.turn_replaced)
            await all_sent(session)
            assert inputs(server) == ["hello"]


async def test_in_the_trash_nothing_goes_out_and_out_of_it_it_does(
    tmp_path: Path, port: int
) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        await wait_with(session, "hello")
        key, row = session.key, w.library.rows[0]
        w.library.trash(key)
        async with script_server(say_again, port=port) as server:
            other = await w.open()
            other.send("still here")
            await until(lambda: bool(other.turns), other.turn_added)
            await all_sent(other)
            assert inputs(server) == ["still here"]
            w.library.restore(row)
            await until(
                lambda: w.library.current is not None and w.library.current.key == key,
                w.library.opened,
            )
            assert w.library.current is not None
            await all_sent(w.library.current)
            assert inputs(server) == ["still here", "hello"]


# --- what goes wrong ------------------------------------------------------------------------------


async def test_behind_a_question_that_fails_nothing_is_sent_and_that_is_said(
    tmp_path: Path, port: int
) -> None:
    async def refuse(request: Request, writer: Writer) -> None:
        writer.write(answer(b'{"error":{"code":"invalid_request","message":"no"}}', "400 Bad"))

    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        for text in ("bad", "next", "last"):
            await wait_with(session, text)
        async with script_server(refuse, port=port) as server:
            await all_sent(session)
            assert inputs(server) == ["bad"]
        assert [turn.outcome for turn in session.turns] == [Outcome.FAILED] * 3
        assert [turn.failure for turn in session.turns[1:]] == [HELD_BACK] * 2
        await w.database.write(lambda db: None)
        assert [row.outcome for row in await w.stored(session)] == ["failed"] * 3
        async with script_server(say_again, port=port) as server:
            session.retry(session.turns[-1].key)
            await until(lambda: session.busy, session.busy_changed)
            await all_sent(session)
            assert inputs(server) == ["last"]
            assert b"bad" in server.requests[-1].body, "it was sent before, and is on screen"


async def test_where_it_cannot_be_written_down_nothing_is_sent(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        turn = await wait_with(session, "hello")
        full = [True]
        write = w.database.write

        async def fail(work: object) -> object:
            if full:
                raise DiskFull("The disk is full.")
            return await write(work)  # type: ignore[arg-type]

        monkeypatch.setattr(w.database, "write", fail)
        async with script_server(say_again, port=port) as server:
            await until(
                lambda: session.pause(turn.key) == Pause("Queued. The disk is full."),
                session.pause_changed,
            )
            assert inputs(server) == []
            assert turn.outcome is Outcome.WAITING
            full.clear()
            await all_sent(session)
            assert inputs(server) == ["hello"]


async def test_a_stranger_in_place_of_the_server_is_sent_nothing(tmp_path: Path, port: int) -> None:
    asked: list[bytes] = []

    async def speak_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1000))
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        turn = await wait_with(session, "hello")
        stranger = await asyncio.start_server(speak_nonsense, "127.0.0.1", port)
        while len(asked) < 2:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)
        stranger.close()
        await stranger.wait_closed()
        assert turn.outcome is Outcome.WAITING
        assert all(b"hello" not in one and b"goog" not in one for one in asked)
        async with script_server(say_again, port=port) as server:
            await all_sent(session)
            assert inputs(server) == ["hello"]


async def test_somebody_who_looks_is_reason_enough_to_try_at_once(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PROBE_SECONDS", (3600.0,))
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        turn = await wait_with(session, "hello")
        async with script_server(say_again, port=port) as server:
            session.hurry(turn.key)
            await all_sent(session)
            assert inputs(server) == ["hello"]


async def test_after_a_sleep_the_network_is_looked_at_at_once(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PROBE_SECONDS", (3600.0,))
    monkeypatch.setattr(outbox_module, "_SLICE_SECONDS", 0.01)
    async with world(tmp_path, url_of(port)) as w:
        session = await w.open()
        await wait_with(session, "hello")
        async with script_server(say_again, port=port):
            await asyncio.sleep(0.05)
            assert session.queue.keys, "the hour has not passed"
            monkeypatch.setattr(outbox_module.Clocks, "slept", lambda _clocks: True)
            await all_sent(session)


# --- how many at once -----------------------------------------------------------------------------


class Slow:
    """Begins every answer and ends it when it is told to."""

    def __init__(self) -> None:
        self.goes: dict[str, asyncio.Event] = {}
        self.begun = asyncio.Event()

    async def script(self, request: Request, writer: Writer) -> None:
        name = input_of(request)
        go = self.goes[name] = asyncio.Event()
        whole = completed(f"answer to {name}", f"v1_{name}")
        head, mark, rest = whole.partition(b'data: {"event_type": "step.stop"')
        writer.write(STREAM_HEAD + head)
        await writer.drain()
        self.begun.set()
        await go.wait()
        writer.write(mark + rest)
        await writer.drain()
        writer.close()

    async def until_begun(self, count: int) -> None:
        while len(self.goes) < count:
            self.begun.clear()
            await self.begun.wait()


@asynccontextmanager
async def eight_streams(w: World, slow: Slow) -> AsyncGenerator[list[ChatSession], None]:
    sessions: list[ChatSession] = []
    for number in range(MOST_STREAMS):
        session = await w.open()
        session.send(f"q{number}")
        await until(lambda s=session: bool(s.turns), session.turn_added)
        sessions.append(session)
    await slow.until_begun(MOST_STREAMS)
    for session in sessions:
        turn = session.turns[0]
        await until(lambda t=turn: bool(t.output_text), session.step_changed, session.turn_changed)
    yield sessions


async def test_eight_conversations_stream_at_once_and_a_ninth_waits_for_one_to_end(
    tmp_path: Path,
) -> None:
    slow = Slow()
    async with (
        script_server(slow.script) as server,
        world(tmp_path, server.base_url) as w,
        eight_streams(w, slow) as sessions,
    ):
        assert all(session.busy for session in sessions)
        ninth = await w.open()
        turn = await wait_with(ninth, "q8")
        assert ninth.pause(turn.key) == outbox_module.FULL
        assert [one.turns[0].output_text for one in sessions] == [
            f"answer to q{number}" for number in range(MOST_STREAMS)
        ]
        slow.goes["q3"].set()
        await slow.until_begun(MOST_STREAMS + 1)
        assert ninth.busy
        for go in slow.goes.values():
            go.set()
        await all_sent(ninth, *sessions)
        assert turn.output_text == "answer to q8"
        assert sum(request.method == "POST" for request in server.requests) == MOST_STREAMS + 1


async def test_an_answer_is_not_continued_as_the_ninth_and_that_is_said(tmp_path: Path) -> None:
    slow = Slow()
    async with script_server(slow.script) as server, world(tmp_path, server.base_url) as w:
        broken = await w.open()
        broken.send("broken")
        await slow.until_begun(1)
        turn = broken.turns[0]
        await until(lambda: bool(turn.output_text), broken.step_changed)
        broken.interrupt()
        await until(lambda: not broken.busy, broken.busy_changed)
        assert turn.resumable
        async with eight_streams(w, slow) as sessions:
            broken.resume(turn.key)
            assert w.notices[-1].text == outbox_module.NO_ROOM
            assert turn.outcome is Outcome.INTERRUPTED
            for go in slow.goes.values():
                go.set()
            await all_sent(*sessions)
