"""State: chains of interactions, histories sent whole, signatures, functions, continuations."""

import base64

import pytest

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.demo.calling import (
    Demo,
    list_at,
    number_at,
    object_at,
    output_text,
    steps_of,
    string_at,
    taken,
    text_of_deltas,
    user_input,
)
from tests.samples import request_body

STRICT = "demo-strict-signatures"


def signature_of(interaction: JsonObject) -> str:
    return string_at(steps_of(interaction, "thought")[0], "signature")


def history(first: JsonObject, *later: JsonObject) -> list[JsonValue]:
    return [user_input("My name is Ada."), *steps_of(first), *later]


# --- chains ---------------------------------------------------------------------------------------


def test_a_chain_remembers_and_branches_do_not_disturb_each_other(demo: Demo) -> None:
    first = demo.create("My name is Ada.")
    second = demo.create("I like boats.", previous_interaction_id=first["id"])
    other = demo.create("I like trains.", previous_interaction_id=first["id"])
    asked = "What did I say so far?"
    in_second = demo.text(asked, previous_interaction_id=second["id"])
    assert "Ada" in in_second
    assert "boats" in in_second
    assert "trains" not in in_second
    assert "boats" not in demo.text(asked, previous_interaction_id=other["id"])


def test_the_previous_interaction_is_named_in_the_answer(demo: Demo) -> None:
    first = demo.create("hello")
    second = demo.create("hello", previous_interaction_id=first["id"])
    assert second["previous_interaction_id"] == first["id"]
    assert taken(demo.get(string_at(second, "id")))["previous_interaction_id"] == first["id"]


def test_an_unknown_or_deleted_predecessor_is_404_not_found(demo: Demo) -> None:
    first = demo.create("hello")
    demo.http.delete(f"/interactions/{first['id']}")
    assert demo.refused(404, previous_interaction_id=first["id"])["code"] == "not_found"


def test_one_that_was_not_stored_cannot_be_chained_on(demo: Demo) -> None:
    first = demo.create("hello", store=False)
    assert demo.refused(404, previous_interaction_id=first["id"])["code"] == "not_found"


def test_one_that_still_runs_cannot_be_chained_on(demo: Demo) -> None:
    running = demo.create("a poem", model="demo-slow", background=True)
    error = demo.refused(400, previous_interaction_id=running["id"])
    assert error["code"] == "failed_precondition"
    demo.http.delete(f"/interactions/{running['id']}")


def test_the_system_instruction_is_not_inherited(demo: Demo) -> None:
    first = demo.create("hello", system_instruction="End every answer with Ahoy!")
    assert output_text(first).endswith("Ahoy!")
    second = demo.create("hello", previous_interaction_id=first["id"])
    assert "Ahoy" not in output_text(second)


def test_steps_may_follow_a_predecessor(demo: Demo) -> None:
    first = demo.create("My name is Ada.")
    steps: list[JsonValue] = [
        user_input("And I like boats."),
        {"type": "model_output", "content": [{"type": "text", "text": "I see, bro"}]},
        user_input("What did I say so far?"),
    ]
    text = demo.text(steps, previous_interaction_id=first["id"])
    assert "Ada" in text
    assert "boats" in text


def test_all_that_was_put_in_is_left_out_where_that_is_asked_for(demo: Demo) -> None:
    first = demo.create("My name is Ada.")
    steps: list[JsonValue] = [
        user_input("And I like boats."),
        {"type": "model_output", "content": [{"type": "text", "text": "I see, bro"}]},
        user_input("What did I say so far?"),
    ]
    created = demo.create(steps, previous_interaction_id=first["id"])
    name = string_at(created, "id")
    assert steps_of(taken(demo.get(name)))[:3] == steps
    assert steps_of(taken(demo.get(name, include_input="false"))) == steps_of(created)


# --- histories sent whole -------------------------------------------------------------------------


def test_a_history_sent_whole_is_remembered(demo: Demo) -> None:
    first = demo.create("My name is Ada.", store=False)
    steps = history(first, user_input("What is my name?"))
    assert "**Ada**" in demo.text(steps, store=False)


def test_the_sample_history_is_answered_from(demo: Demo) -> None:
    body = request_body("09_stateless_history")
    steps = list_at(body, "input")
    steps[-1] = user_input("How many dogs do I have?")
    answer = taken(demo.post({**body, "input": [*steps]}))
    assert "I have 2 dogs." in output_text(answer)


def test_own_signatures_are_taken_back_by_the_strict_model(demo: Demo) -> None:
    first = demo.create("My name is Ada.", model=STRICT, store=False)
    steps = history(first, user_input("What is my name?"))
    assert "**Ada**" in demo.text(steps, model=STRICT, store=False)


def test_a_thought_without_its_signature_is_refused_by_the_strict_model_only(demo: Demo) -> None:
    first = demo.create("My name is Ada.", model=STRICT, store=False)
    steps = history(first, user_input("What is my name?"))
    bare: list[JsonValue] = [
        {"type": "thought"} if step_type(step) == "thought" else step for step in steps
    ]
    error = demo.refused(400, bare, model=STRICT, store=False)
    assert error["code"] == "missing_thought_signature"
    assert "**Ada**" in demo.text(bare, store=False)


def step_type(step: JsonValue) -> JsonValue:
    return step["type"] if isinstance(step, dict) else None


@pytest.mark.parametrize("change", ["flipped", "shortened", "foreign", "no base64"])
def test_a_forged_signature_is_refused_by_the_strict_model_only(demo: Demo, change: str) -> None:
    first = demo.create("My name is Ada.", model=STRICT, store=False)
    signature = signature_of(first)
    data = bytearray(base64.b64decode(signature))
    data[3] ^= 1
    forged = {
        "flipped": base64.b64encode(data).decode(),
        "shortened": base64.b64encode(data[:-1]).decode(),
        "foreign": "EpoGCpcGAXLI2nxBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh",
        "no base64": "§",
    }[change]
    steps = history(first, user_input("What is my name?"))
    changed: list[JsonValue] = [
        {**step, "signature": forged} if isinstance(step, dict) and "signature" in step else step
        for step in steps
    ]
    assert demo.refused(400, changed, model=STRICT, store=False)["code"] == "invalid_request"
    assert "**Ada**" in demo.text(changed, store=False)


def test_signatures_of_the_tools_are_looked_at_too(demo: Demo) -> None:
    tools: list[JsonValue] = [{"type": "google_search"}]
    first = demo.create("My name is Ada.", model=STRICT, store=False, tools=tools)
    assert [step["type"] for step in steps_of(first)] == [
        "thought",
        "google_search_call",
        "google_search_result",
        "model_output",
    ]
    steps = history(first, user_input("What is my name?"))
    assert "**Ada**" in demo.text(steps, model=STRICT, store=False)
    call = steps[2]
    assert isinstance(call, dict)
    call["signature"] = "AAAA"
    assert demo.refused(400, steps, model=STRICT, store=False)["code"] == "invalid_request"


# --- functions ------------------------------------------------------------------------------------

WEATHER = request_body("14_function_tool")
TOOLS = WEATHER["tools"]
RESULT: JsonObject = {"type": "function_result", "name": "get_weather", "result": {"temp": 21}}


def called(demo: Demo) -> tuple[JsonObject, JsonObject]:
    interaction = taken(demo.post(WEATHER))
    return interaction, steps_of(interaction, "function_call")[0]


def test_a_function_that_is_named_is_called_with_arguments_of_its_schema(demo: Demo) -> None:
    interaction, call = called(demo)
    assert interaction["status"] == "requires_action"
    assert call["name"] == "get_weather"
    assert call["arguments"] == {"location": "Zürich"}


def test_its_arguments_stream_in_pieces_of_json(demo: Demo) -> None:
    events = demo.events(WEATHER["input"], tools=TOOLS)
    pieces = [
        string_at(object_at(event, "delta"), "arguments")
        for event in events
        if event["event_type"] == "step.delta"
        and object_at(event, "delta")["type"] == "arguments_delta"
    ]
    assert len(pieces) > 1
    assert "".join(pieces) == '{"location": "Zürich"}'
    assert events[-2]["status"] == "requires_action"
    assert object_at(events[-1], "interaction")["status"] == "requires_action"


@pytest.mark.parametrize(
    "result", ["sunny", {"temp": 21}, [{"type": "text", "text": '{"temp": 21}'}]]
)
def test_the_result_goes_on_and_is_quoted(demo: Demo, result: JsonValue) -> None:
    interaction, call = called(demo)
    step: JsonObject = {**RESULT, "result": result, "call_id": call["id"]}
    text = demo.text([step], previous_interaction_id=interaction["id"], tools=TOOLS)
    assert "`get_weather`" in text
    assert ("sunny" if result == "sunny" else "21") in text


def test_the_round_trip_works_without_state_too(demo: Demo) -> None:
    question = user_input("Weather in Zürich?")
    first = demo.create([question], store=False, tools=TOOLS)
    call = steps_of(first, "function_call")[0]
    steps: list[JsonValue] = [question, *steps_of(first), {**RESULT, "call_id": call["id"]}]
    assert '"temp": 21' in demo.text(steps, store=False, tools=TOOLS)


def test_an_unanswered_call_is_refused(demo: Demo) -> None:
    interaction, _ = called(demo)
    error = demo.refused(400, previous_interaction_id=interaction["id"])
    assert "function_result" in string_at(error, "message")
    question = user_input("Weather in Zürich?")
    steps: list[JsonValue] = [question, *steps_of(interaction), user_input("Never mind.")]
    assert demo.refused(400, steps, store=False)["code"] == "invalid_request"


def test_a_result_that_answers_no_call_is_refused(demo: Demo) -> None:
    interaction, _ = called(demo)
    step: JsonObject = {**RESULT, "call_id": "nobody"}
    error = demo.refused(400, [step], previous_interaction_id=interaction["id"])
    assert error["code"] == "invalid_request"
    assert demo.refused(400, [step], store=False)["code"] == "invalid_request"


@pytest.mark.parametrize(
    ("choice", "calls"),
    [
        ("auto", 0),
        ("any", 1),
        ("none", 0),
        ("validated", 0),
        ({"allowed_tools": {"mode": "any", "tools": ["get_weather"]}}, 1),
        ({"allowed_tools": {"mode": "any", "tools": ["other"]}}, 0),
    ],
)
def test_tool_choice_is_obeyed(demo: Demo, choice: JsonValue, calls: int) -> None:
    config: JsonObject = {"tool_choice": choice}
    interaction = demo.create("hello", tools=TOOLS, generation_config=config)
    assert len(steps_of(interaction, "function_call")) == calls


def test_none_forbids_a_function_that_is_named(demo: Demo) -> None:
    config: JsonObject = {"tool_choice": "none"}
    interaction = demo.create("Weather?", tools=TOOLS, generation_config=config)
    assert interaction["status"] == "completed"


def test_two_functions_are_called_at_once(demo: Demo) -> None:
    tools: list[JsonValue] = [
        {"type": "function", "name": "get_weather"},
        {"type": "function", "name": "bookHotel", "parameters": {"type": "object"}},
    ]
    interaction = demo.create("The weather, and a hotel, please", tools=tools)
    calls = steps_of(interaction, "function_call")
    assert [call["name"] for call in calls] == ["get_weather", "bookHotel"]
    assert calls[0]["id"] != calls[1]["id"]


@pytest.mark.parametrize("store", [True, False])
def test_one_model_calls_a_function_unasked_and_takes_an_error_for_an_answer(
    demo: Demo, store: bool
) -> None:
    question = user_input("Will it rain?")
    first = demo.create([question], model="demo-function-call", store=store)
    assert first["status"] == "requires_action"
    (call,) = steps_of(first, "function_call")
    refusal: JsonObject = {
        "type": "function_result",
        "call_id": call["id"],
        "name": call["name"],
        "result": "The person refused this call.",
        "is_error": True,
    }
    if store:
        fields: JsonObject = {"previous_interaction_id": first["id"]}
        asked: list[JsonValue] = [refusal]
    else:
        fields, asked = {"store": False}, [question, *steps_of(first), refusal]
    text = demo.text(asked, model="demo-function-call", **fields)
    assert "`get_weather` gave back an error" in text
    assert "The person refused this call." in text


# --- continuations --------------------------------------------------------------------------------

LONG = "demo-continuation"


def test_a_stored_answer_is_continued_by_its_token_alone(demo: Demo) -> None:
    whole = demo.text("write a story")
    hop = demo.create("write a story", model=LONG)
    parts = [output_text(hop)]
    first_input = object_at(hop, "usage")["total_input_tokens"]
    while hop["status"] == "requires_continuation":
        hop = demo.create(
            None,
            model=LONG,
            previous_interaction_id=hop["id"],
            continuation_token=hop["continuation_token"],
        )
        assert object_at(hop, "usage")["initial_input_tokens"] == first_input
        assert number_at(object_at(hop, "usage"), "total_input_tokens") > int(str(first_input))
        parts.append(output_text(hop))
    assert len(parts) == 3
    assert "".join(parts) == whole
    assert "continuation_token" not in hop
    assert "story" in demo.text("What did I say?", previous_interaction_id=hop["id"])


def test_without_state_the_input_comes_again_with_the_token(demo: Demo) -> None:
    hop = demo.create("write a story", model=LONG, store=False)
    token = hop["continuation_token"]
    error = demo.refused(400, "another", model=LONG, store=False, continuation_token=token)
    assert error["code"] == "invalid_request"
    second = demo.create("write a story", model=LONG, store=False, continuation_token=token)
    assert second["continuation_token"] != token
    last = demo.create(
        "write a story", model=LONG, store=False, continuation_token=second["continuation_token"]
    )
    assert last["status"] == "completed"
    parts = (output_text(part) for part in (hop, second, last))
    assert "".join(parts) == demo.text("write a story")


def test_a_stream_says_that_it_wants_to_be_continued(demo: Demo) -> None:
    events = demo.events("write a story", model=LONG)
    completed = object_at(events[-1], "interaction")
    assert completed["status"] == events[-2]["status"] == "requires_continuation"
    assert completed["continuation_token"] == events[-2]["continuation_token"]
    assert text_of_deltas(events)


def test_a_token_belongs_to_its_interaction_and_model(demo: Demo) -> None:
    hop, other = demo.create("write a story", model=LONG), demo.create("hello")
    token = hop["continuation_token"]
    for fields in (
        {"previous_interaction_id": other["id"], "model": LONG},
        {"previous_interaction_id": hop["id"], "model": "demo-model"},
        {"model": LONG},
    ):
        error = demo.refused(400, None, continuation_token=token, **fields)
        assert error["code"] == "invalid_request"
    error = demo.refused(
        400, "again", model=LONG, previous_interaction_id=hop["id"], continuation_token=token
    )
    assert error["code"] == "invalid_request"
