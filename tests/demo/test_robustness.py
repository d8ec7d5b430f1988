"""Nothing that is sent makes the server fail: at worst it refuses."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.demo.calling import Demo, text_block

LEAVES: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["text", "image", "user_input", "function_call", "auto", "demo-model", "AAAA"]),
)
KEYS = st.sampled_from(
    [
        "type", "text", "content", "data", "uri", "mime_type", "id", "call_id", "name", "result",
        "arguments", "signature", "summary", "annotations", "input", "tools", "generation_config",
        "parameters", "schema", "labels", "response_format", "agent", "environment", "store",
    ]
)  # fmt: skip


def deeper(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    lists: st.SearchStrategy[list[JsonValue]] = st.lists(inner, max_size=3)
    objects: st.SearchStrategy[JsonObject] = st.dictionaries(KEYS, inner, max_size=4)
    return st.one_of(lists, objects)


VALUES: st.SearchStrategy[JsonValue] = st.recursive(LEAVES, deeper, max_leaves=12)
FEW = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
PHRASES = st.sampled_from(
    [
        "what is ", "12*7", "**", "((", "count to ", "how many words: ", "my name is ", "go on ",
        "what did I say first", "a tour", "haiku", "long", "picture", "“", "{0}", "{asked}", "\n",
        "%s", "\\", "😀", "1e9", "0/0", "what is my name?", "use the tool",
    ]
)  # fmt: skip
QUESTIONS = st.lists(PHRASES | st.text(max_size=8), max_size=6).map("".join)


@FEW
@given(st.dictionaries(KEYS | st.sampled_from(["model", "stream"]), VALUES, max_size=5))
def test_no_body_makes_it_fail(demo: Demo, fields: JsonObject) -> None:
    body: JsonObject = {"model": "demo-model", "input": "hi", **fields}
    assert demo.post(body).status_code in (200, 400, 404)


@FEW
@given(VALUES)
def test_no_schema_makes_it_fail(demo: Demo, schema: JsonValue) -> None:
    body: JsonObject = {
        "model": "demo-model",
        "input": "hi",
        "response_format": {
            "type": "text",
            "mime_type": "application/json",
            "schema": {"type": "object", "properties": {"a": schema}, "required": ["a"]},
        },
    }
    assert demo.post(body).status_code == 200


@FEW
@given(st.lists(QUESTIONS, min_size=1, max_size=4), QUESTIONS)
def test_no_words_make_it_fail(demo: Demo, questions: list[str], instruction: str) -> None:
    previous: JsonValue = None
    for question in questions:
        chain: JsonObject = {} if previous is None else {"previous_interaction_id": previous}
        interaction = demo.create(question, system_instruction=instruction, **chain)
        assert interaction["status"] == "completed"
        previous = interaction["id"]


@pytest.mark.parametrize(
    "text",
    [
        "what " * 40_000,
        "(" * 100_000,
        "1" * 100_000 + "*2",
        "1+" * 50_000 + "1",
        "what is 9**9**9**9",
        "what is " + "9" * 60 + "**" + "99",
        " " * 200_000 + ".",
        "my name is " * 20_000,
        "https://" * 20_000,
        "a" * 300_000,
        "go on",
        "\u2028\u0085\x00\x1b[31m",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_no_long_text_keeps_it_busy(demo: Demo, text: str) -> None:
    began = time.monotonic()
    tools: list[JsonValue] = [{"type": "google_search"}, {"type": "url_context"}]
    first = demo.create([text_block(text), text_block(text)], tools=tools)
    demo.create("What did I say so far, and what is it?", previous_interaction_id=first["id"])
    assert time.monotonic() - began < 2


def test_deep_nesting_is_refused(demo: Demo) -> None:
    body = '{"model":"demo-model","input":' + "[" * 100_000 + "]" * 100_000 + "}"
    assert demo.http.post("/interactions", content=body).status_code == 400
    schema: JsonObject = {}
    for _ in range(200):
        schema = {"type": "array", "items": schema}
    format_: JsonObject = {"type": "text", "mime_type": "application/json", "schema": schema}
    assert json.loads(demo.text("hi", response_format=format_)) is not None
