"""What the server says goes back to it verbatim."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.codec import (
    decode_content,
    decode_step,
    decode_stored_content,
    decode_usage,
    encode_content,
    encode_step,
    encode_usage,
)
from desktop_app.interactions.content import (
    AttachmentContent,
    ImageContent,
    TextContent,
    UnknownContent,
    UrlCitation,
)
from desktop_app.interactions.event_codec import (
    decode_delta,
    decode_event_object,
    decode_header,
    decode_interaction,
    encode_delta,
    encode_event,
    encode_header,
)
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.interactions.request_codec import (
    RequestRefused,
    check_request,
    decode_request,
    encode_request,
)
from desktop_app.interactions.steps import (
    FunctionCallStep,
    ModelOutputStep,
    ThoughtStep,
    ToolResultStep,
    UnknownStep,
)
from tests.samples import (
    INVALID_REQUESTS,
    STREAMS,
    VALID_REQUESTS,
    request_body,
    stream_expected,
)

JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3)
    ),
    max_leaves=8,
)
STEP_TYPES = (
    st.sampled_from(["user_input", "model_output", "thought", "function_call", "function_result"])
    | st.sampled_from(["google_search_call", "google_search_result", "code_execution_result"])
    | st.sampled_from(["mcp_server_tool_call", "mcp_server_tool_result", "never_heard_of"])
)
FIELDS = st.sampled_from(
    ["content", "summary", "signature", "arguments", "id", "call_id", "result", "is_error"]
) | st.sampled_from(
    ["name", "server_name", "error", "text", "annotations", "data", "mime_type", "future"]
)
CONTENT = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image", "audio", "video", "document", "hologram"])},
    optional={"text": JSON, "annotations": JSON, "data": JSON, "mime_type": JSON, "new": JSON},
)
STEPS = st.builds(
    lambda kind, fields: {"type": kind, **fields},
    STEP_TYPES,
    st.dictionaries(FIELDS, JSON | st.lists(CONTENT, max_size=3), max_size=6),
)


@given(STEPS)
def test_any_step_is_written_back_as_it_was_read(data: JsonObject) -> None:
    assert encode_step(decode_step(data)) == data


@given(CONTENT)
def test_any_content_is_written_back_as_it_was_read(data: JsonObject) -> None:
    assert encode_content(decode_content(data)) == data


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_an_object_that_is_nothing_known_is_kept_whole(data: JsonObject) -> None:
    assert encode_step(decode_step(data)) == data
    assert encode_content(decode_content(data)) == data


DELTA_TYPES = st.sampled_from(
    ["text", "text_annotation_delta", "thought_signature", "arguments_delta", "image", "future"]
)


@given(DELTA_TYPES | STEP_TYPES, st.dictionaries(FIELDS, JSON, max_size=5))
def test_any_delta_is_written_back_as_it_was_read(kind: str, fields: JsonObject) -> None:
    data: JsonObject = {"type": kind, **fields}
    assert encode_delta(decode_delta(data)) == data


@pytest.mark.parametrize("name", STREAMS)
def test_every_event_of_the_samples_is_written_back_as_it_was_read(name: str) -> None:
    events = stream_expected(name)["events"]
    assert isinstance(events, list)
    for record in events:
        assert isinstance(record, dict)
        data = record["data"]
        assert isinstance(data, dict)
        kind = data.get("event_type") or data.get("type")
        if not isinstance(kind, str) or "event_type" not in data or kind.endswith("in_progress"):
            continue
        written = encode_event(decode_event_object(kind, data))
        if "_delta_without_type" not in name:
            assert written == data, name


@pytest.mark.parametrize("name", STREAMS)
def test_every_step_of_the_samples_is_known(name: str) -> None:
    final = stream_expected(name)["final"]
    assert isinstance(final, dict)
    for step in decode_interaction(final).steps:
        assert not isinstance(step, UnknownStep)
        if isinstance(step, ModelOutputStep):
            assert not any(isinstance(block, UnknownContent) for block in step.content or ())


def test_known_fields_become_values() -> None:
    step = decode_step(
        {
            "type": "model_output",
            "content": [
                {
                    "type": "text",
                    "text": "a",
                    "annotations": [{"type": "url_citation", "url": "https://x", "end_index": 1}],
                },
                {"type": "image", "data": "AA==", "mime_type": "image/png"},
            ],
        }
    )
    assert step == ModelOutputStep(
        (
            TextContent("a", (UrlCitation(url="https://x", end_index=1),)),
            ImageContent("AA==", None, "image/png"),
        )
    )


def test_a_field_of_another_type_is_kept_and_not_believed() -> None:
    step = decode_step({"type": "thought", "signature": 7, "summary": "no list"})
    assert isinstance(step, ThoughtStep)
    assert step.signature is None
    assert step.summary is None
    assert encode_step(step) == {"type": "thought", "signature": 7, "summary": "no list"}


def test_arguments_as_a_string_are_no_arguments() -> None:
    step = decode_step({"type": "function_call", "id": "f", "name": "n", "arguments": "{}"})
    assert isinstance(step, FunctionCallStep)
    assert step.arguments is None


def test_a_result_may_be_text_an_object_or_a_list() -> None:
    results: list[JsonValue] = ["ok", {"a": 1}, [{"type": "text", "text": "x"}], 0, False]
    for result in results:
        step = decode_step({"type": "function_result", "call_id": "f", "result": result})
        assert isinstance(step, ToolResultStep)
        assert step.result == result


def test_a_server_cannot_name_a_file_of_ours() -> None:
    attachment = AttachmentContent("image", "ab" * 32, "x.png", "image/png", 3, 1, 1)
    data = encode_content(attachment)
    assert isinstance(decode_content(data), UnknownContent)
    assert decode_stored_content(data) == attachment


@pytest.mark.parametrize("name", ["../../etc/passwd", "AB" * 32, "ab" * 31, ""])
def test_a_stored_attachment_needs_the_name_of_a_digest(name: str) -> None:
    data = encode_content(AttachmentContent("image", name, "x.png", "image/png", 3))
    assert isinstance(decode_stored_content(data), UnknownContent)


def test_an_attachment_without_a_size_in_pixels_comes_back_without_one() -> None:
    attachment = AttachmentContent("image", "cd" * 32, "x.heic", "image/heic", 3)
    assert decode_stored_content(encode_content(attachment)) == attachment


def test_token_counts_may_be_written_as_strings() -> None:
    usage = decode_usage({"total_tokens": "12", "total_input_tokens": 5, "by": [1]})
    assert usage is not None
    assert (usage.total_tokens, usage.total_input_tokens) == (12, 5)
    assert encode_usage(usage) == {"total_tokens": 12, "total_input_tokens": 5, "by": [1]}


def test_an_empty_count_is_no_count() -> None:
    assert decode_usage({}) is None
    assert decode_usage([1]) is None


def test_the_last_part_of_a_name_stands_in_for_the_id() -> None:
    assert decode_header({"name": "interactions/v1_a", "status": "completed"}).id == "v1_a"
    assert decode_header({"id": "v1_b", "name": "interactions/v1_a"}).id == "v1_b"


def test_a_header_keeps_what_it_does_not_know() -> None:
    data: JsonObject = {"id": "v1_a", "environment_id": "e", "usage": {"total_tokens": 1}}
    assert encode_header(decode_header(data)) == data


def test_the_echo_of_the_input_is_not_output() -> None:
    data: JsonObject = {
        "id": "v1_a",
        "steps": [{"type": "user_input", "content": []}, {"type": "thought"}, "no step"],
    }
    assert decode_interaction(data).steps == (ThoughtStep(),)


@pytest.mark.parametrize("name", VALID_REQUESTS)
def test_a_valid_body_is_taken_and_written_back_as_it_was_read(name: str) -> None:
    body = request_body(name)
    request = decode_request(body)
    check_request(request)
    assert encode_request(request) == body


@pytest.mark.parametrize("name", INVALID_REQUESTS)
def test_an_invalid_body_is_refused_before_it_is_sent(name: str) -> None:
    with pytest.raises(RequestRefused):
        check_request(decode_request(request_body(name)))


@pytest.mark.parametrize(
    "value",
    [
        [],
        [{"type": "user_input", "content": "hi"}],
        [{"type": "model_output", "content": {"type": "text", "text": "hi"}}],
        [{"type": "function_result", "call_id": "c1", "name": "f"}],
        [{"type": "image", "data": "aGk=", "mime_type": "image/png", "sample_rate": 8000}],
        [{"type": "audio", "data": "aGk=", "mime_type": "audio/wav", "sample_rate": "8000"}],
    ],
)
def test_an_input_that_the_server_would_refuse_is_not_sent(value: JsonValue) -> None:
    with pytest.raises(RequestRefused):
        check_request(decode_request({"model": "m", "input": value}))


def test_json_with_lone_surrogates_can_reach_sqlite_and_qt() -> None:
    value = parse_json('{"a\\ud800": ["\\udc00x", "\\ud83d\\ude00"]}')
    text = json.dumps(value, ensure_ascii=False)
    assert text.encode("utf-8").decode("utf-8") == text
    assert value == {"a?": ["?x", "😀"]}


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", "[" * 100_000, '{"a":' + "9" * 5000 + "}", "", "{", "nul"]
)
def test_what_is_not_json_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the contract
        parse_json(text)
