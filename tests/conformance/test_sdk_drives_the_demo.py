"""The official SDK drives the demo server and cannot tell it from Google."""

import base64

import pytest

from desktop_app.demo.media import sky
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.conformance.sdk import Sdk
from tests.demo.calling import (
    contents,
    event_ids,
    kinds,
    list_at,
    number_at,
    object_at,
    output_text,
    steps_of,
    string_at,
    strings_at,
    text_block,
    text_of_deltas,
    thoughts,
    user_input,
)
from tests.samples import request_body

SUMMARIES: JsonObject = {"thinking_summaries": "auto"}
PICTURE: JsonObject = {
    "type": "image",
    "data": base64.b64encode(sky("4:3", 1)).decode(),
    "mime_type": "image/png",
    "resolution": "high",
}
TOOLS = request_body("14_function_tool")["tools"]


# --- models ---------------------------------------------------------------------------------------


def test_it_lists_the_models_page_by_page(sdk: Sdk) -> None:
    models = {model.name: model for model in sdk.client.models.list(config={"page_size": 4})}
    ours = models["models/demo-model"]
    assert ours.display_name == "Castor demo"
    assert ours.input_token_limit == 1_048_576
    assert ours.max_temperature == 2
    assert ours.thinking is True
    assert "generateContent" in (ours.supported_actions or [])
    assert len(models) > 15


def test_it_looks_up_a_model(sdk: Sdk) -> None:
    assert sdk.client.models.get(model="gemini-3.8-flash").name == "models/gemini-3.8-flash"


def test_the_other_version_of_the_api_works_too(demo_url: str) -> None:
    sdk = Sdk(demo_url, version="v1")
    assert output_text(sdk.create("hello"))
    assert sdk.client.models.get(model="demo-model").display_name == "Castor demo"
    sdk.close()


# --- create ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "input",
    [
        "What is 12 * 7?",
        text_block("What is 12 * 7?"),
        [text_block("What is"), text_block("12 * 7?")],
        [user_input("What is 12 * 7?")],
    ],
    ids=["string", "content", "contents", "steps"],
)
def test_it_sends_the_four_forms_of_input(sdk: Sdk, input: JsonValue) -> None:  # noqa: A002
    interaction = sdk.create(input)
    assert interaction["status"] == "completed"
    if not isinstance(input, list) or len(input) == 1:
        assert "**84**" in output_text(interaction)


def test_it_sends_a_picture(sdk: Sdk) -> None:
    text = output_text(sdk.create([text_block("What is this?"), PICTURE]))
    assert "384 × 288 pixels" in text


def test_it_reads_the_answer_with_its_own_shortcut(sdk: Sdk) -> None:
    interaction = sdk.call("create", model="demo-model", input="What is 12 * 7?")
    assert "**84**" in str(getattr(interaction, "output_text", None))


def test_it_streams(sdk: Sdk) -> None:
    events = sdk.stream("a poem", generation_config=SUMMARIES)
    assert kinds(events)[0] == "interaction.created"
    assert kinds(events)[-1] == "interaction.completed"
    whole = sdk.get(object_at(events[0], "interaction")["id"])
    assert text_of_deltas(events) == output_text(whole)
    assert thoughts(whole).startswith("**Reading the question**")
    usage = object_at(object_at(events[-1], "interaction"), "usage")
    assert usage == whole["usage"]


def test_it_resumes_after_every_event(sdk: Sdk) -> None:
    events = sdk.stream("hello", generation_config={"thinking_level": "low"})
    name = object_at(events[0], "interaction")["id"]
    assert sdk.events("get", id=name, stream=True) == events
    for position, event_id in enumerate(event_ids(events)):
        assert sdk.resume(name, event_id) == events[position + 1 :]


def test_it_gets_an_interaction_with_its_input(sdk: Sdk) -> None:
    created = sdk.create("hello")
    with_input = sdk.get(created["id"])
    assert steps_of(with_input)[0] == user_input("hello")
    assert steps_of(sdk.get(created["id"], include_input=False)) == steps_of(created)


def test_it_deletes(sdk: Sdk) -> None:
    created = sdk.create("hello")
    sdk.delete(created["id"])
    with pytest.raises(Exception, match="not_found") as caught:
        sdk.get(created["id"])
    assert type(caught.value).__name__ == "NotFoundError"


# --- in the background ----------------------------------------------------------------------------


def test_it_runs_something_in_the_background_and_polls(sdk: Sdk) -> None:
    interaction = sdk.create("a poem", background=True)
    while interaction["status"] == "in_progress":
        interaction = sdk.get(interaction["id"])
    assert interaction["status"] == "completed"


def test_it_cancels_what_runs_in_the_background(sdk: Sdk) -> None:
    running = sdk.create("a poem", model="demo-slow", background=True)
    assert sdk.cancel(running["id"])["status"] == "cancelled"
    events = sdk.events("get", id=running["id"], stream=True)
    assert object_at(events[-1], "interaction")["status"] == "cancelled"


def test_it_asks_the_agents(sdk: Sdk) -> None:
    body = request_body("20_deep_research")
    del body["stream"]
    assert kinds(sdk.events("create", **body, stream=True))[-1] == "interaction.completed"
    assert sdk.create(**request_body("21_antigravity"))["status"] == "in_progress"


# --- conversations --------------------------------------------------------------------------------


def test_it_chains(sdk: Sdk) -> None:
    first = sdk.create("My name is Ada.")
    second = sdk.create("What is my name?", previous_interaction_id=first["id"])
    assert "**Ada**" in output_text(second)


def test_it_sends_a_history_with_its_signatures(sdk: Sdk) -> None:
    model = "demo-strict-signatures"
    first = sdk.create("My name is Ada.", model=model, store=False)
    steps: list[JsonValue] = [
        user_input("My name is Ada."),
        *steps_of(first),
        user_input("What is my name?"),
    ]
    assert "**Ada**" in output_text(sdk.create(steps, model=model, store=False))


def test_it_answers_the_call_of_a_function(sdk: Sdk) -> None:
    asked = sdk.create("Weather in Zürich?", tools=TOOLS)
    assert asked["status"] == "requires_action"
    (call,) = steps_of(asked, "function_call")
    assert call["arguments"] == {"location": "Zürich"}
    result: JsonObject = {
        "type": "function_result",
        "name": call["name"],
        "call_id": call["id"],
        "result": {"temp": 21},
    }
    done = sdk.create([result], tools=TOOLS, previous_interaction_id=asked["id"])
    assert '"temp": 21' in output_text(done)
    assert steps_of(sdk.get(done["id"]))[0] == result


def test_it_streams_the_call_of_a_function(sdk: Sdk) -> None:
    events = sdk.stream("Weather in Zürich?", tools=TOOLS)
    assert object_at(events[-1], "interaction")["status"] == "requires_action"


def test_it_continues_an_answer_by_itself(sdk: Sdk) -> None:
    story = output_text(sdk.create("write a story"))
    for store in (True, False):
        merged = sdk.create("write a story", model="demo-continuation", store=store)
        assert merged["status"] == "completed"
        assert output_text(merged) == story
        assert len(strings_at(merged, "continuation_ids")) == 3
        events = sdk.stream("write a story", model="demo-continuation", store=store)
        assert text_of_deltas(events) == story


# --- everything a model can say -------------------------------------------------------------------


def test_it_knows_every_step_of_the_servers_tools(sdk: Sdk) -> None:
    tools = request_body("13_server_tools")["tools"]
    text = "Search, read https://example.org/ and run some code."
    streamed = sdk.stream(text, tools=tools)
    whole = sdk.get(object_at(streamed[0], "interaction")["id"])
    assert [step["type"] for step in steps_of(whole)] == [
        "user_input",
        "thought",
        "google_search_call",
        "google_search_result",
        "url_context_call",
        "url_context_result",
        "code_execution_call",
        "code_execution_result",
        "model_output",
    ]
    (block,) = contents(steps_of(whole, "model_output")[0])
    assert list_at(block, "annotations")[0]["type"] == "url_citation"
    again: list[JsonValue] = [*steps_of(whole), user_input("What did I say?")]
    assert "Search, read" in output_text(sdk.create(again, store=False, tools=tools))


def test_it_reads_structured_output(sdk: Sdk) -> None:
    body = request_body("16_structured_output")
    text = output_text(sdk.create(body["input"], response_format=body["response_format"]))
    assert '"minutes": 1' in text


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", ["image", "audio"])
def test_it_reads_pictures_and_sounds(sdk: Sdk, kind: str, stream: bool) -> None:
    format_: list[JsonValue] = [{"type": "text"}, {"type": kind}]
    if stream:
        events = sdk.stream("something nice", response_format=format_)
        types = [object_at(e, "delta")["type"] for e in events if e["event_type"] == "step.delta"]
        assert kind in types
    else:
        interaction = sdk.create("something nice", response_format=format_)
        blocks = contents(steps_of(interaction, "model_output")[0])
        assert [block["type"] for block in blocks] == ["text", kind]


@pytest.mark.parametrize("stream", [True, False])
def test_it_reads_an_answer_with_sources_tools_and_media(sdk: Sdk, stream: bool) -> None:
    if stream:
        events = sdk.stream("Show me sources and media")
        whole = sdk.get(object_at(events[0], "interaction")["id"])
    else:
        whole = sdk.create("Show me sources and media")
    blocks = contents(steps_of(whole, "model_output")[0])
    assert [block["type"] for block in blocks] == ["text", "image", "text", "audio"]
    cited = [annotation["type"] for annotation in list_at(blocks[0], "annotations")]
    assert set(cited) == {"url_citation", "file_citation", "place_citation"}
    assert len(steps_of(whole, "code_execution_result")) == 1


@pytest.mark.parametrize("name", ["demo-failed", "demo-incomplete"])
def test_it_reads_other_ends(sdk: Sdk, name: str) -> None:
    status = name.removeprefix("demo-")
    assert sdk.create("a poem", model=name)["status"] == status
    assert object_at(sdk.stream("a poem", model=name)[-1], "interaction")["status"] == status


def test_it_counts_the_same_tokens(sdk: Sdk) -> None:
    interaction = sdk.create([text_block("hello"), PICTURE], tools=[{"type": "google_search"}])
    usage = object_at(interaction, "usage")
    parts = [number_at(usage, f"total_{p}_tokens") for p in ("input", "output", "thought")]
    assert number_at(usage, "total_tokens") == sum(parts) + number_at(
        usage, "total_tool_use_tokens"
    )
    assert {"modality": "image", "tokens": 258} in list_at(usage, "input_tokens_by_modality")


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "name", "status"),
    [
        ("demo-error-400", "BadRequestError", 400),
        ("demo-error-401", "AuthenticationError", 401),
        ("demo-error-403", "PermissionDeniedError", 403),
        ("demo-error-404", "NotFoundError", 404),
        ("gemini-nobody", "NotFoundError", 404),
        ("demo-error-409", "ConflictError", 409),
        ("demo-error-429", "RateLimitError", 429),
        ("demo-error-429-daily", "RateLimitError", 429),
        ("demo-error-500", "InternalServerError", 500),
        ("demo-error-503", "InternalServerError", 503),
        ("demo-error-list", "PermissionDeniedError", 403),
        ("demo-error-html", "InternalServerError", 502),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_it_raises_its_own_exception_for_every_error(
    sdk: Sdk, model: str, name: str, status: int, stream: bool
) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its class is private to the SDK
        sdk.call("create", model=model, input="hi", stream=stream)
    assert type(caught.value).__name__ == name
    assert getattr(caught.value, "status_code", None) == status


@pytest.mark.parametrize(("key", "status"), [("demo-bad", 401), ("demo-old", 400)])
def test_it_raises_for_a_key_that_is_not_accepted(demo_url: str, key: str, status: int) -> None:
    sdk = Sdk(demo_url, key)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its class is private to the SDK
        sdk.create("hello")
    assert getattr(caught.value, "status_code", None) == status
    sdk.close()


@pytest.mark.parametrize("model", ["demo-error-429-once", "demo-error-503-once"])
def test_it_tries_again_when_it_may(demo_url: str, model: str) -> None:
    once, twice = Sdk(demo_url, "sdk-once"), Sdk(demo_url, "sdk-twice", tries=2)
    with pytest.raises(Exception, match=r"rate_limit_exceeded|service_unavailable"):
        once.create("hello", model=model)
    assert twice.create("hello", model=model)["status"] == "completed"
    once.close()
    twice.close()


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("demo-error-stream", "gateway_timeout"),
        ("demo-error-stream-first", "api_error"),
        ("demo-blocked", "safety"),
    ],
)
def test_it_reads_an_error_inside_a_stream(sdk: Sdk, model: str, code: str) -> None:
    events = sdk.stream("a poem", model=model)
    assert events[-1]["event_type"] == "error"
    assert object_at(events[-1], "error")["code"] == code
    assert string_at(object_at(events[-1], "error"), "message")
