"""Too many requests: counted down and tried again, unless waiting is of no use."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from desktop_app.chat.pause import Pause
from desktop_app.chat.session import ChatSession
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.store.rows import Draft
from tests.chat.test_session import completed
from tests.scriptserver import answer, answers, script_server
from tests.world import World, until, world

FINE = answer(completed("ok"), media_type="text/event-stream")


def refused(seconds: float | None = None, message: str = "Slow down.", **fields: object) -> bytes:
    error = {"code": "rate_limit_exceeded", "message": message, **fields}
    wait = {} if seconds is None else {"retry_after_ms": str(round(seconds * 1000))}
    return answer(json.dumps({"error": error}).encode(), "429 Too Many Requests", **wait)


async def paused(w: World, text: str = "hi") -> tuple[ChatSession, Interaction, Pause]:
    """Ask, and wait until there is a pause before the next try."""
    session = await w.open()
    session.send(text)
    await until(lambda: bool(session.turns), session.turn_added)
    turn = session.turns[-1]
    await until(lambda: session.pause(turn.key) is not None, session.pause_changed)
    pause = session.pause(turn.key)
    assert pause is not None
    return session, turn, pause


async def test_the_wait_that_the_server_asks_for_is_told_and_kept(tmp_path: Path) -> None:
    script = answers(refused(0.6), FINE)
    async with script_server(script) as server, world(tmp_path, server.base_url) as w:
        began = time.monotonic()
        session, turn, pause = await paused(w)
        assert pause.why == "Too many requests for this key."
        assert pause.until is not None
        assert pause.until >= began + 0.6
        assert (turn.outcome, session.busy) == (Outcome.STREAMING, True)
        await until(lambda: not session.busy, session.busy_changed)
        assert time.monotonic() - began >= 0.6
        assert session.pause(turn.key) is None
        assert turn.output_text == "ok"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "said",
    [
        refused(message="Quota exceeded. Please retry in 36.4s."),
        refused(details=[{"@type": "RetryInfo", "retryDelay": "36.4s"}]),
        refused(36.4),
    ],
)
async def test_wherever_the_wait_is_said_it_is_found_and_can_be_cut_short(
    tmp_path: Path, said: bytes
) -> None:
    async with (
        script_server(answers(said, FINE)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session, turn, pause = await paused(w)
        assert pause.until is not None
        assert 30 < pause.until - time.monotonic() < 40
        session.hurry(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
        assert turn.outcome is Outcome.COMPLETE
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (refused(36, code="quota_exceeded"), "The daily quota of this key is used up."),
        (
            refused(
                message="Please retry in 36s.",
                details=[{"violations": [{"quotaId": "RequestsPerDayPerProject"}]}],
            ),
            "The daily quota of this key is used up.",
        ),
        (
            refused(message="limit: 0, model: x. Please retry in 36s."),
            "This key has no quota for this model.",
        ),
        (
            refused(details=[{"violations": [{"quotaId": "PerMinute", "quotaValue": "0"}]}]),
            "This key has no quota for this model.",
        ),
        (refused(300), "Too many requests for this key."),
    ],
)
async def test_where_waiting_is_of_no_use_it_is_said_once_and_nothing_is_tried_again(
    tmp_path: Path, said: bytes, sentence: str
) -> None:
    async with script_server(answers(said, FINE)) as server, world(tmp_path, server.base_url) as w:
        turn = await w.ask(await w.open(), "hi")
        assert (turn.outcome, turn.failure and turn.failure.sentence) == (Outcome.FAILED, sentence)
        assert w.notices == []
    assert len(server.requests) == 1


async def test_after_three_more_tries_it_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        script_server(answers(refused(0.01))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        turn = await w.ask(await w.open(), "hi")
        assert turn.outcome is Outcome.FAILED
    assert len(server.requests) == 4


async def test_what_is_called_off_meanwhile_is_the_draft_again(tmp_path: Path) -> None:
    async with (
        script_server(answers(refused(50), FINE)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session, turn, _ = await paused(w, "not now")
        assert session.withdraw(turn.key)
        await until(lambda: not session.turns, session.turn_removed)
        assert session.draft == Draft("not now")
        assert await w.stored(session) == []
        assert not session.busy
        await asyncio.sleep(0.05)
        assert len(server.requests) == 1


async def test_a_pause_outlives_the_program(tmp_path: Path) -> None:
    async with script_server(answers(refused(50), FINE)) as server:
        async with world(tmp_path, server.base_url) as w:
            session, _, _ = await paused(w)
            key = session.key
        async with world(tmp_path, server.base_url) as w:
            await w.library.send_what_waits()
            session = await w.open(key)
            await until(
                lambda: not session.busy and not session.queue.keys,
                session.busy_changed,
                session.queue.changed,
            )
            assert session.turns[0].output_text == "ok"
    assert len(server.requests) == 2


async def test_stopped_meanwhile_it_ends_and_is_not_tried_again(tmp_path: Path) -> None:
    async with (
        script_server(answers(refused(50), FINE)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session, turn, _ = await paused(w)
        session.stop()
        await until(lambda: not session.busy, session.busy_changed)
        assert turn.outcome is Outcome.CANCELLED
        assert session.pause(turn.key) is None
    assert len(server.requests) == 1
