"""Stop ends an answer here; what the server makes of it is known as far as it says so."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.chat import stopping
from desktop_app.chat.session import ChatSession
from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS, Settings
from tests.chat.events import created, record, snapshot, started, text
from tests.chat.test_session import body, completed
from tests.scriptserver import STREAM_HEAD, Request, Writer, answer, script_server
from tests.world import World, until, world

BACKGROUND = replace(DEFAULTS, background=True)
BEGUN = b"".join(map(record, [created("v1"), started(), text("half an ans")]))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "_LAG_SECONDS", (0.0, 0.0))


class Server:
    """Begins one answer and never ends it; `cancels` is what it answers to a cancel."""

    def __init__(self, cancels: bytes = b"", later: str = "cancelled") -> None:
        self.asked: list[str] = []
        self.bodies: list[Request] = []
        self.cancels = cancels or answer(snapshot("v1", "cancelled"))
        self.later = later

    async def script(self, request: Request, writer: Writer) -> None:
        self.asked.append(f"{request.method} {request.target.removeprefix('/v1beta/')}")
        if "cancel" in request.target:
            writer.write(self.cancels)
        elif request.method == "GET":
            writer.write(answer(snapshot("v1", self.later)))
        elif self.bodies:
            self.bodies.append(request)
            writer.write(answer(completed("ok", "v2"), media_type="text/event-stream"))
        else:
            self.bodies.append(request)
            writer.write(STREAM_HEAD + BEGUN)
            await writer.drain()
            await asyncio.Event().wait()


async def stopped(w: World) -> ChatSession:
    session = await w.open()
    session.send("a poem")
    await until(
        lambda: bool(session.turns) and bool(session.turns[0].output_text),
        session.turn_added,
        session.step_changed,
    )
    session.stop()
    await until(lambda: not session.busy, session.busy_changed)
    assert session.turns[0].outcome is Outcome.CANCELLED
    return session


async def test_what_runs_in_the_background_is_stopped_at_the_server(tmp_path: Path) -> None:
    server = Server()
    async with (
        script_server(server.script) as s,
        world(tmp_path, s.base_url, settings=BACKGROUND) as w,
    ):
        session = await stopped(w)
        (turn,) = session.turns
        await until(lambda: turn.status == "cancelled", session.turn_changed)
        assert turn.output_text == "half an ans"
        (stored,) = await w.stored(session)
        assert (stored.status, stored.outcome) == ("cancelled", "cancelled")
    assert server.asked[1:] == ["POST interactions/v1/cancel"]


async def test_a_status_that_lags_is_asked_for_again(tmp_path: Path) -> None:
    server = Server(answer(snapshot("v1", "in_progress")))
    async with (
        script_server(server.script) as s,
        world(tmp_path, s.base_url, settings=BACKGROUND) as w,
    ):
        session = await stopped(w)
        await until(lambda: session.turns[0].status == "cancelled", session.turn_changed)


async def test_what_had_ended_before_it_was_stopped_is_not_chained_on(tmp_path: Path) -> None:
    server = Server(answer(snapshot("v1", "completed", "half an answer and more")))
    async with (
        script_server(server.script) as s,
        world(tmp_path, s.base_url, settings=BACKGROUND) as w,
    ):
        session = await stopped(w)
        await until(lambda: session.turns[0].status == "completed", session.turn_changed)
        assert session.turns[0].outcome is Outcome.CANCELLED
        assert session.turns[0].output_text == "half an ans"
        await w.ask(session, "go on")
    sent = body(server.bodies[1])
    assert "previous_interaction_id" not in sent
    assert "half an ans" in json.dumps(sent["input"])


async def test_a_server_that_does_not_answer_a_cancel_changes_nothing(tmp_path: Path) -> None:
    server = Server(answer(b"{}", "500 Internal Server Error"))
    async with (
        script_server(server.script) as s,
        world(tmp_path, s.base_url, settings=BACKGROUND) as w,
    ):
        session = await stopped(w)
        await w.ask(session, "on")
        assert session.turns[0].status == "in_progress"
        assert session.turns[0].outcome is Outcome.CANCELLED


async def test_a_conversation_may_be_left_while_its_run_is_stopped(tmp_path: Path) -> None:
    server = Server()
    let, asked = asyncio.Event(), asyncio.Event()

    async def script(request: Request, writer: Writer) -> None:
        if "cancel" in request.target:
            asked.set()
            await let.wait()
        await server.script(request, writer)

    async with (
        script_server(script) as s,
        world(tmp_path, s.base_url, settings=BACKGROUND) as w,
    ):
        session = await stopped(w)
        await asked.wait()
        w.library.new()
        await until(lambda: w.library.current is not session, w.library.opened)
        let.set()
        await until(lambda: session.turns[0].status == "cancelled", session.turn_changed)
        assert w.notices == []


async def test_a_run_is_stopped_at_its_own_server_only(tmp_path: Path) -> None:
    server = Server()
    async with (
        script_server(server.script) as s,
        script_server(server.script) as other,
        world(tmp_path, s.base_url, settings=BACKGROUND) as w,
    ):
        session = await w.open()
        session.send("a poem")
        await until(
            lambda: bool(session.turns) and bool(session.turns[0].output_text),
            session.turn_added,
            session.step_changed,
        )
        w.preferences.update(base_url=other.base_url)
        session.stop()
        await until(lambda: not session.busy, session.busy_changed)
        await asyncio.sleep(0.1)
        assert not any("cancel" in request.target for request in other.requests)
        assert session.turns[0].outcome is Outcome.CANCELLED


@pytest.mark.parametrize("chosen", [DEFAULTS, replace(DEFAULTS, store=False)])
async def test_what_runs_in_the_foreground_cannot_be_stopped_there(
    tmp_path: Path, chosen: Settings
) -> None:
    server = Server()
    async with (
        script_server(server.script) as s,
        world(tmp_path, s.base_url, settings=chosen) as w,
    ):
        session = await stopped(w)
        await w.ask(session, "on")
    assert [one for one in server.asked if "cancel" in one] == []


async def test_quitting_does_not_stop_what_runs_in_the_background(tmp_path: Path) -> None:
    server = Server()
    async with script_server(server.script) as s:
        async with world(tmp_path, s.base_url, settings=BACKGROUND) as w:
            session = await w.open()
            session.send("a poem")
            await until(
                lambda: bool(session.turns) and bool(session.turns[0].output_text),
                session.turn_added,
                session.step_changed,
            )
        assert [one for one in server.asked if "cancel" in one] == []


async def test_the_trash_stops_what_runs_in_the_background(tmp_path: Path) -> None:
    server = Server()
    async with (
        script_server(server.script) as s,
        world(tmp_path, s.base_url, settings=BACKGROUND) as w,
    ):
        session = await w.open()
        session.send("a poem")
        await until(
            lambda: bool(session.turns) and bool(session.turns[0].output_text),
            session.turn_added,
            session.step_changed,
        )
        w.library.trash(session.key)
        await until(lambda: session.turns[0].status == "cancelled", session.turn_changed)
        assert w.library.rows == []
