"""An answer that reaches the limit of one request is gone on with to its end, in the same turn."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from desktop_app.chat import answer as answer_module
from desktop_app.chat import taking_up
from desktop_app.eventloop import EventLoop
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS
from desktop_app.store.rows import restore_interaction
from tests.chat.events import completed, created, record, started, status_update, stopped, text
from tests.chat.test_session import body, streams
from tests.chat.test_session import completed as whole_stream
from tests.demo.process import demo_process
from tests.scriptserver import STREAM_HEAD, Request, Writer, answer, script_server
from tests.world import until, world

UNSTORED = replace(DEFAULTS, store=False)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_up, "WAITS", (0.0, 0.0, 0.0))


def hop(number: int, *texts: str, token: str | None = None) -> bytes:
    """The whole stream of one request."""
    name = f"v{number}"
    usage = {"total_tokens": 10 + number, "total_input_tokens": 6 + number}
    status = "completed" if token is None else "requires_continuation"
    fields = {} if token is None else {"continuation_token": token}
    return b"".join(
        map(
            record,
            [
                created(name),
                started(),
                *map(text, texts),
                stopped(),
                completed(name, status, usage=usage, **fields),
            ],
        )
    )


@pytest.mark.parametrize("stored", [True, False])
async def test_the_rest_of_an_answer_comes_in_the_same_turn(tmp_path: Path, stored: bool) -> None:
    bodies = (hop(1, "one ", token="a"), hop(2, "two ", token="b"), hop(3, "three"))
    async with (
        script_server(streams(*bodies)) as server,
        world(tmp_path, server.base_url, settings=DEFAULTS if stored else UNSTORED) as w,
    ):
        session = await w.open()
        turn = await w.ask(session, "count")
        assert turn.outcome is Outcome.COMPLETE
        assert turn.output_text == "one two three"
        assert turn.ids == ("v1", "v2", "v3")
        assert turn.usage is not None
        assert (turn.usage.total_tokens, turn.usage.initial_input_tokens) == (36, 7)
        (stored_turn,) = await w.stored(session)
        back = restore_interaction(stored_turn)
    assert (back.output_text, back.ids, back.usage) == (turn.output_text, turn.ids, turn.usage)
    first, second, third = map(body, server.requests)
    assert "continuation_token" not in first
    if stored:
        expected: JsonObject = {k: v for k, v in first.items() if k != "input"}
        assert second == expected | {"previous_interaction_id": "v1", "continuation_token": "a"}
        assert third == expected | {"previous_interaction_id": "v2", "continuation_token": "b"}
    else:
        assert second == first | {"continuation_token": "a"}
        assert third == first | {"continuation_token": "b"}


async def test_the_next_question_follows_the_last_part(tmp_path: Path) -> None:
    bodies = (hop(1, "one ", token="a"), hop(2, "two"), whole_stream("three", "v3"))
    async with (
        script_server(streams(*bodies)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        await w.ask(session, "count")
        await w.ask(session, "and then?")
    assert body(server.requests[2])["previous_interaction_id"] == "v2"
    assert "continuation_token" not in body(server.requests[2])


async def test_without_store_the_next_question_tells_all_parts(tmp_path: Path) -> None:
    bodies = (hop(1, "one ", token="a"), hop(2, "two"), whole_stream("three", "v3"))
    async with (
        script_server(streams(*bodies)) as server,
        world(tmp_path, server.base_url, settings=UNSTORED) as w,
    ):
        session = await w.open()
        await w.ask(session, "count")
        await w.ask(session, "and then?")
    sent = json.dumps(body(server.requests[2])["input"])
    assert all(word in sent for word in ("count", "one ", "two", "and then?"))


async def test_a_token_that_comes_twice_ends_the_answer_with_a_word(tmp_path: Path) -> None:
    bodies = (hop(1, "one ", token="a"), hop(2, "two", token="a"), hop(3, "never"))
    async with (
        script_server(streams(*bodies)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        turn = await w.ask(await w.open(), "count")
    assert len(server.requests) == 2
    assert turn.output_text == "one two"
    assert turn.outcome is Outcome.NEEDS_CONTINUATION
    assert turn.failure is not None
    assert "did not get any further" in turn.failure.sentence


async def test_an_endless_answer_is_ended_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_module, "MOST_REQUESTS", 4)
    bodies = [hop(n, f"{n} ", token=f"t{n}") for n in range(1, 9)]
    async with (
        script_server(streams(*bodies)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        turn = await w.ask(await w.open(), "count")
    assert len(server.requests) == 4
    assert turn.output_text == "1 2 3 4 "
    assert turn.failure is not None
    assert "4 requests" in turn.failure.sentence


async def test_an_end_that_asks_to_be_continued_without_a_token_is_an_end(tmp_path: Path) -> None:
    stream = b"".join(
        map(
            record,
            [
                created("v1"),
                status_update("in_progress", continuation_token="old"),
                started(),
                text("one"),
                completed("v1", "requires_continuation"),
            ],
        )
    )
    async with (
        script_server(streams(stream)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        turn = await w.ask(await w.open(), "count")
    assert len(server.requests) == 1
    assert turn.outcome is Outcome.NEEDS_CONTINUATION


# --- what breaks ----------------------------------------------------------------------------------


async def test_a_part_that_cannot_be_fetched_is_fetched_with_continue_after_a_restart(
    tmp_path: Path,
) -> None:
    answers = [answer(hop(1, "one ", token="a"), media_type="text/event-stream")]
    answers += [answer(b"", "500 Internal Server Error")]
    answers += [answer(hop(2, "two"), media_type="text/event-stream")]

    async def script(request: Request, writer: Writer) -> None:
        writer.write(answers.pop(0))

    async with script_server(script) as server:
        async with world(tmp_path, server.base_url) as w:
            session = await w.open()
            turn = await w.ask(session, "count")
            assert turn.outcome is Outcome.INTERRUPTED
            assert turn.resumable
            key = session.key
        async with world(tmp_path, server.base_url) as w:
            session = await w.open(key)
            (turn,) = session.turns
            assert turn.resumable
            session.resume(turn.key)
            await until(lambda: not session.busy, session.busy_changed)
            assert (turn.output_text, turn.outcome) == ("one two", Outcome.COMPLETE)
    assert body(server.requests[2]) == body(server.requests[1])


@pytest.mark.parametrize("stored", [True, False])
async def test_a_stream_that_breaks_at_a_token_goes_on_from_it(
    tmp_path: Path, stored: bool
) -> None:
    broken = b"".join(
        map(
            record,
            [
                created("v1"),
                started(),
                text("one "),
                status_update("in_progress", continuation_token="mid"),
            ],
        )
    )

    async def script(request: Request, writer: Writer) -> None:
        if request.method == "GET":
            writer.write(answer(b"{}", "404 Not Found"))
        elif "continuation_token" in body(request):
            writer.write(answer(hop(2, "two"), media_type="text/event-stream"))
        else:
            writer.write(STREAM_HEAD + broken)
            writer.close()

    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=DEFAULTS if stored else UNSTORED) as w,
    ):
        turn = await w.ask(await w.open(), "count")
        assert (turn.output_text, turn.outcome) == ("one two", Outcome.COMPLETE)
    last = body(server.requests[-1])
    assert last["continuation_token"] == "mid"
    assert last.get("previous_interaction_id") == ("v1" if stored else None)


async def test_what_came_after_a_token_is_never_said_twice(tmp_path: Path) -> None:
    broken = b"".join(
        map(
            record,
            [
                created("v1"),
                started(),
                text("one "),
                status_update("in_progress", continuation_token="mid"),
                text("two"),
            ],
        )
    )

    async def script(request: Request, writer: Writer) -> None:
        writer.write(STREAM_HEAD + broken)
        writer.close()

    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=UNSTORED) as w,
    ):
        turn = await w.ask(await w.open(), "count")
    assert len(server.requests) == 1
    assert (turn.output_text, turn.outcome) == ("one two", Outcome.INTERRUPTED)


async def test_a_part_that_always_breaks_before_it_begins_is_not_asked_for_for_ever(
    tmp_path: Path,
) -> None:
    async def script(request: Request, writer: Writer) -> None:
        if "continuation_token" in body(request):
            writer.write(STREAM_HEAD + record(created("v2")))
            writer.close()
        else:
            writer.write(answer(hop(1, "one ", token="a"), media_type="text/event-stream"))

    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=UNSTORED) as w,
    ):
        turn = await w.ask(await w.open(), "count")
    assert len(server.requests) == 1 + 1 + 3
    assert (turn.output_text, turn.outcome) == ("one ", Outcome.INTERRUPTED)


# --- any split ------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(parts=st.lists(st.lists(st.text(max_size=6), max_size=3), min_size=1, max_size=6))
def test_any_split_gives_the_text_of_one_piece(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[str]]
) -> None:
    async def run(stored: bool) -> str:
        last = len(parts) - 1
        bodies = [hop(n, *p, token=None if n == last else f"t{n}") for n, p in enumerate(parts)]
        folder = tmp_path_factory.mktemp("split")
        async with (
            script_server(streams(*bodies)) as server,
            world(folder, server.base_url, settings=DEFAULTS if stored else UNSTORED) as w,
        ):
            turn = await w.ask(await w.open(), "count")
            assert turn.outcome is Outcome.COMPLETE
            assert len(server.requests) == len(parts)
            return turn.output_text

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    for stored in (True, False):
        with asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
            assert runner.run(run(stored)) == "".join(t for part in parts for t in part)


@pytest.mark.parametrize("stored", [True, False])
async def test_the_demo_s_long_answer_is_the_same_as_its_short_one(
    tmp_path: Path, stored: bool
) -> None:
    texts: list[str] = []
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        for model in ("demo-model", "demo-continuation"):
            chosen = replace(DEFAULTS, store=stored, model=model)
            async with world(tmp_path / model, demo.url, settings=chosen) as w:
                session = await w.open()
                turn = await w.ask(session, "write a poem")
                assert turn.outcome is Outcome.COMPLETE
                texts.append(turn.output_text)
                again = await w.ask(session, "What did I say first?")
                assert again.outcome is Outcome.COMPLETE
    assert texts[0] == texts[1]
    assert len(turn.ids) == 3
