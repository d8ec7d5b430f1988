"""A call of a function is refused by the person, or passed over; nothing is ever run."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.interactions.calls import PASSED_OVER, REFUSED, open_calls
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS
from desktop_app.store.rows import restore_interaction
from tests.chat.events import completed, created, record, started
from tests.chat.test_session import body, streams
from tests.chat.test_session import completed as whole_stream
from tests.demo.process import demo_process
from tests.scriptserver import answer, answers, script_server
from tests.world import until, world

UNSTORED = replace(DEFAULTS, store=False)
STORING = pytest.mark.parametrize("stored", [True, False])


def asks(*names: str, arguments: object = None) -> bytes:
    """The stream of an answer that calls functions."""
    calls = [
        started(
            "function_call",
            index,
            id=f"call-{name}",
            name=name,
            arguments={"city": name} if arguments is None else arguments,
        )
        for index, name in enumerate(names)
    ]
    return b"".join(map(record, [created("v1"), *calls, completed("v1", "requires_action")]))


def result(name: str, sentence: str = REFUSED) -> JsonObject:
    return {
        "type": "function_result",
        "call_id": f"call-{name}",
        "name": name,
        "result": sentence,
        "is_error": True,
    }


@STORING
async def test_every_open_call_is_refused_and_the_next_answer_comes(
    tmp_path: Path, stored: bool
) -> None:
    async with (
        script_server(streams(asks("Ulm", "Rome"), whole_stream("Then not.", "v2"))) as server,
        world(tmp_path, server.base_url, settings=DEFAULTS if stored else UNSTORED) as w,
    ):
        session = await w.open()
        turn = await w.ask(session, "weather?")
        assert turn.outcome is Outcome.NEEDS_ACTION
        assert [call.name for call in open_calls(turn)] == ["Ulm", "Rome"]
        session.write_draft("half a thought")
        session.refuse(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
        first, second = session.turns
        assert first is turn
        assert (second.output_text, second.outcome) == ("Then not.", Outcome.COMPLETE)
        assert session.draft.text == "half a thought"
        back = [restore_interaction(row) for row in await w.stored(session)]
        assert back[1].results == second.results
        assert back[1].input == ()
    sent = body(server.requests[1])
    results = [result("Ulm"), result("Rome")]
    if stored:
        assert sent["previous_interaction_id"] == "v1"
        assert sent["input"] == results
    else:
        steps = sent["input"]
        assert isinstance(steps, list)
        assert steps[-2:] == results
        kinds = [step["type"] for step in steps if isinstance(step, dict)]
        assert kinds == ["user_input", *["function_call"] * 2, *["function_result"] * 2]


async def test_the_tools_go_along_with_the_refusal(tmp_path: Path) -> None:
    tool: JsonObject = {"type": "function", "name": "Ulm"}
    async with (
        script_server(streams(asks("Ulm"), whole_stream("ok", "v2"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        turn = await w.ask(session, "weather?")
        turn.request = replace(turn.request, tools=(tool,))
        session.refuse(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
    assert body(server.requests[1])["tools"] == [tool]


@STORING
async def test_who_goes_on_without_an_answer_to_a_call_is_understood(
    tmp_path: Path, stored: bool
) -> None:
    bodies = (asks("Ulm"), whole_stream("two", "v2"), whole_stream("three", "v3"))
    async with (
        script_server(streams(*bodies)) as server,
        world(tmp_path, server.base_url, settings=DEFAULTS if stored else UNSTORED) as w,
    ):
        session = await w.open()
        await w.ask(session, "weather?")
        await w.ask(session, "never mind")
        await w.ask(session, "and now?")
    second, third = body(server.requests[1]), body(server.requests[2])
    input_step = {"type": "user_input", "content": [{"type": "text", "text": "never mind"}]}
    assert isinstance(second["input"], list)
    assert second["input"][-2:] == [result("Ulm", PASSED_OVER), input_step]
    if stored:
        assert second["previous_interaction_id"] == "v1"
        assert third["input"] == [{"type": "text", "text": "and now?"}]
    else:
        assert isinstance(third["input"], list)
        assert third["input"][1:4] == [
            {
                "type": "function_call",
                "id": "call-Ulm",
                "name": "Ulm",
                "arguments": {"city": "Ulm"},
            },
            result("Ulm", PASSED_OVER),
            input_step,
        ]


@STORING
async def test_a_refusal_that_failed_is_sent_again_as_it_was(tmp_path: Path, stored: bool) -> None:
    script = answers(
        answer(asks("Ulm"), media_type="text/event-stream"),
        answer(b"{}", "500 Internal Server Error"),
        answer(whole_stream("ok", "v2"), media_type="text/event-stream"),
    )
    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url, settings=DEFAULTS if stored else UNSTORED) as w,
    ):
        session = await w.open()
        turn = await w.ask(session, "weather?")
        session.refuse(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
        assert session.turns[1].outcome is Outcome.FAILED
        session.retry(session.turns[1].key)
        await until(lambda: not session.busy, session.busy_changed)
        assert session.turns[1].output_text == "ok"
    assert body(server.requests[2]) == body(server.requests[1])


async def test_a_call_whose_arguments_are_not_json_goes_back_without_them(tmp_path: Path) -> None:
    delta: JsonObject = {"type": "arguments_delta", "arguments": '{"city": "Ul'}
    stream = b"".join(
        map(
            record,
            [
                created("v1"),
                started("function_call", id="call-Ulm", name="Ulm"),
                {"event_type": "step.delta", "index": 0, "delta": delta},
                completed("v1", "requires_action"),
            ],
        )
    )
    async with (
        script_server(streams(stream, whole_stream("ok", "v2"))) as server,
        world(tmp_path, server.base_url, settings=UNSTORED) as w,
    ):
        session = await w.open()
        turn = await w.ask(session, "weather?")
        session.refuse(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
        assert session.turns[1].outcome is Outcome.COMPLETE
    call, refusal = body(server.requests[1])["input"][1:]  # type: ignore[index, misc]
    assert call == {"type": "function_call", "id": "call-Ulm", "name": "Ulm", "arguments": {}}
    assert refusal == result("Ulm")


async def test_only_the_last_turn_can_be_refused_and_only_once(tmp_path: Path) -> None:
    bodies = (asks("Ulm"), whole_stream("two", "v2"))
    async with (
        script_server(streams(*bodies)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        turn = await w.ask(session, "weather?")
        session.refuse(turn.key)
        session.refuse(turn.key)
        await until(lambda: not session.busy, session.busy_changed)
        session.refuse(turn.key)
        session.refuse(session.turns[1].key)
        assert not session.busy
    assert len(server.requests) == 2


async def test_an_action_that_is_no_call_is_nothing_to_refuse(tmp_path: Path) -> None:
    stream = record(created("v1")) + record(completed("v1", "requires_action"))
    async with (
        script_server(streams(stream)) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        turn = await w.ask(session, "weather?")
        assert turn.outcome is Outcome.NEEDS_ACTION
        session.refuse(turn.key)
        assert not session.busy


@STORING
async def test_the_demo_calls_a_function_unasked_and_takes_the_refusal(
    tmp_path: Path, stored: bool
) -> None:
    chosen = replace(DEFAULTS, store=stored, model="demo-function-call")
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        async with world(tmp_path, demo.url, settings=chosen) as w:
            session = await w.open()
            turn = await w.ask(session, "Will it rain?")
            assert turn.outcome is Outcome.NEEDS_ACTION
            (call,) = open_calls(turn)
            assert call.name == "get_weather"
            session.refuse(turn.key)
            await until(lambda: not session.busy, session.busy_changed)
            assert REFUSED in session.turns[1].output_text
            turn = await w.ask(session, "Will it snow?")
            assert turn.outcome is Outcome.NEEDS_ACTION
            turn = await w.ask(session, "Never mind. What did I ask first?")
            assert turn.outcome is Outcome.NEEDS_ACTION, json.dumps(turn.output_text)
