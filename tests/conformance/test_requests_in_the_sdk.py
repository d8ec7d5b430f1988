"""Every body that Castor can write is one that the SDK's types know, and that the demo takes."""

import base64
import dataclasses
from collections.abc import Callable
from typing import cast

import pytest
from google.genai.interactions import CreateAgentInteraction, CreateModelInteraction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.gemini.wire import encode_body
from desktop_app.interactions.content import (
    Annotation,
    AudioContent,
    Content,
    DocumentContent,
    ImageContent,
    PlaceCitation,
    TextContent,
    UrlCitation,
    VideoContent,
)
from desktop_app.interactions.generation import GenerationConfig, Input, InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.interactions.request_codec import (
    RequestRefused,
    check_request,
    decode_request,
    encode_request,
)
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    FunctionResultStep,
    GoogleSearchCallStep,
    GoogleSearchResultStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    UrlContextCallStep,
    UrlContextResultStep,
    UserInputStep,
)
from tests.conformance.sdk import assert_known
from tests.demo.calling import Demo, text_block
from tests.samples import INVALID_REQUESTS, VALID_REQUESTS, request_body

NEEDS_ANOTHER = (
    "08_previous_interaction",
    "15_function_result",
    "22_continuation_stateful",
    "23_continuation_stateless",
)


def in_the_sdk(body: JsonObject) -> JsonValue:
    """Read a body with the SDK's types, strictly, and write it again."""
    kind = CreateAgentInteraction if "agent" in body else CreateModelInteraction
    model = kind.model_validate(body)
    assert_known(model)
    return cast("JsonValue", model.model_dump(mode="json", by_alias=True, exclude_unset=True))


def on_the_wire(request: InteractionRequest) -> JsonObject:
    body = encode_body(request)
    assert body.length == len(b"".join(piece for piece in body.pieces if isinstance(piece, bytes)))
    data = parse_json(b"".join(p for p in body.pieces if isinstance(p, bytes)).decode())
    assert isinstance(data, dict)
    return data


# --- the samples ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VALID_REQUESTS)
def test_a_sample_body_is_known_to_the_sdk_and_written_back_as_it_was(name: str) -> None:
    body = request_body(name)
    request = decode_request(body)
    check_request(request)
    assert on_the_wire(request) == body
    expected = body
    if name == "21_antigravity":  # the SDK writes int64 as a string (specification, section 1)
        config = body["agent_config"]
        assert isinstance(config, dict)
        expected = {**body, "agent_config": {**config, "max_total_tokens": "200000"}}
    assert in_the_sdk(body) == expected


@pytest.mark.parametrize("name", [n for n in VALID_REQUESTS if n not in NEEDS_ANOTHER])
def test_a_sample_body_is_taken_by_the_demo(demo: Demo, name: str) -> None:
    assert demo.post(request_body(name)).status_code == 200


@pytest.mark.parametrize("name", INVALID_REQUESTS)
def test_an_invalid_sample_is_refused_by_our_client_and_by_the_demo(demo: Demo, name: str) -> None:
    body = request_body(name)
    with pytest.raises(RequestRefused) as refused:
        check_request(decode_request(body))
    assert refused.value.code in ("invalid_request", "parameter_unknown")
    assert demo.post(body).status_code == 400


# --- generated ------------------------------------------------------------------------------------

NO_SURROGATES = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(NO_SURROGATES, max_size=40)
NAMES = st.text(NO_SURROGATES, min_size=1, max_size=12)
BASE64 = st.binary(min_size=1, max_size=40).map(lambda data: base64.b64encode(data).decode())
URIS = st.sampled_from(["https://example.com/a", "https://x.test/files/abc-1"])
RESOLUTIONS = st.none() | st.sampled_from(["low", "medium", "high", "ultra_high"])
INDEXES = st.none() | st.integers(0, 10_000)

ANNOTATIONS: st.SearchStrategy[Annotation] = st.one_of(
    st.builds(UrlCitation, INDEXES, INDEXES, url=URIS, title=TEXTS),
    st.builds(PlaceCitation, INDEXES, INDEXES, place_id=TEXTS, name=TEXTS),
)


def media(
    make: Callable[..., Content], mime_types: list[str], **further: st.SearchStrategy[object]
) -> st.SearchStrategy[Content]:
    types = st.sampled_from(mime_types)
    return st.one_of(
        st.builds(make, data=BASE64, mime_type=types, **further),
        st.builds(make, uri=URIS, mime_type=types, **further),
    )


IMAGES = media(
    ImageContent, ["image/png", "image/jpeg", "image/webp", "image/heic"], resolution=RESOLUTIONS
)
OTHERS = st.one_of(
    media(AudioContent, ["audio/wav", "audio/mpeg"]),
    media(VideoContent, ["video/mp4", "video/webm"], resolution=RESOLUTIONS),
    media(DocumentContent, ["application/pdf", "text/csv"], resolution=RESOLUTIONS),
)
PLAIN_TEXT: st.SearchStrategy[Content] = st.builds(TextContent, TEXTS)
CITED_TEXT: st.SearchStrategy[Content] = st.builds(
    TextContent, TEXTS, st.none() | st.lists(ANNOTATIONS, max_size=2).map(tuple)
)
CONTENTS = st.one_of(PLAIN_TEXT, IMAGES, OTHERS)


def some(
    items: st.SearchStrategy[Content], least: int = 1
) -> st.SearchStrategy[tuple[Content, ...]]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


# --- histories ------------------------------------------------------------------------------------

SIGNATURES = st.none() | BASE64
PLAIN_JSON: st.SearchStrategy[JsonObject] = st.dictionaries(
    NAMES, TEXTS | st.integers(-9, 9) | st.booleans(), max_size=3
)
SUMMARIES = st.none() | some(PLAIN_TEXT)
TEXT_BLOCKS: st.SearchStrategy[JsonValue] = TEXTS.map(text_block)
BLOCK_LISTS: st.SearchStrategy[list[JsonValue]] = st.lists(TEXT_BLOCKS)
RESULTS: st.SearchStrategy[JsonValue] = st.one_of(TEXTS, PLAIN_JSON, BLOCK_LISTS)


@st.composite
def tool_use(draw: st.DrawFn) -> tuple[Step, ...]:
    """A call and its result, as a server gave them."""
    name, signature = draw(NAMES), draw(SIGNATURES)
    match draw(st.integers(0, 3)):
        case 0:
            call = FunctionCallStep(id=name, arguments=draw(PLAIN_JSON), name=draw(NAMES))
            error = draw(st.none() | st.booleans())
            return call, FunctionResultStep(call_id=name, result=draw(RESULTS), is_error=error)
        case 1:
            return (
                GoogleSearchCallStep(
                    id=name, arguments={"queries": [draw(TEXTS)]}, signature=signature
                ),
                GoogleSearchResultStep(
                    call_id=name,
                    result=[{"search_suggestions": draw(TEXTS)}],
                    signature=signature,
                ),
            )
        case 2:
            return (
                UrlContextCallStep(id=name, arguments={"urls": [draw(URIS)]}, signature=signature),
                UrlContextResultStep(
                    call_id=name,
                    result=[{"url": draw(URIS), "status": "success"}],
                    signature=signature,
                ),
            )
        case _:
            return (
                CodeExecutionCallStep(
                    id=name,
                    arguments={"language": "python", "code": draw(TEXTS)},
                    signature=signature,
                ),
                CodeExecutionResultStep(call_id=name, result=draw(TEXTS), signature=signature),
            )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Step, ...]:
    """Turns as they were, thoughts with their signatures, and what is asked now."""
    steps: list[Step] = []
    for _ in range(draw(st.integers(0, 3))):
        steps.append(UserInputStep(draw(some(CONTENTS))))
        if draw(st.booleans()):
            steps.append(ThoughtStep(draw(SIGNATURES), draw(SUMMARIES)))
        if draw(st.booleans()):
            steps.extend(draw(tool_use()))
        steps.append(ModelOutputStep(draw(some(st.one_of(CITED_TEXT, IMAGES)))))
    steps.append(UserInputStep(draw(some(CONTENTS))))
    return tuple(steps)


INPUTS: st.SearchStrategy[Input] = st.one_of(TEXTS, CONTENTS, some(CONTENTS), histories())

# --- the rest of a request ------------------------------------------------------------------------

CONFIGS = st.builds(
    GenerationConfig,
    temperature=st.none() | st.floats(0, 2),
    top_p=st.none() | st.floats(0, 1),
    max_output_tokens=st.none() | st.integers(1, 65_536),
    stop_sequences=st.none() | st.lists(NAMES, max_size=5).map(tuple),
    seed=st.none() | st.integers(-(2**31), 2**31 - 1),
    thinking_level=st.none() | st.sampled_from(["minimal", "low", "medium", "high"]),
    thinking_summaries=st.none() | st.sampled_from(["auto", "none"]),
    tool_choice=st.none() | st.sampled_from(["auto", "any", "none", "validated"]),
    speech_config=st.none() | st.builds(lambda voice: [{"voice": voice}], TEXTS),
)
TOOLS: st.SearchStrategy[JsonObject] = st.sampled_from(
    [
        {"type": "google_search"},
        {"type": "google_search", "search_types": ["web_search"]},
        {"type": "url_context"},
        {"type": "code_execution"},
        {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}},
    ]
)
FORMATS: st.SearchStrategy[JsonValue] = st.sampled_from(
    [
        {"type": "text"},
        {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}},
        [{"type": "text"}, {"type": "image", "aspect_ratio": "1:1"}],
    ]
)
REQUESTS = st.builds(
    InteractionRequest,
    model=st.sampled_from(["demo-model", "gemini-3.5-flash"]),
    input=INPUTS,
    stream=st.none() | st.booleans(),
    store=st.just(False),
    system_instruction=st.none() | TEXTS,
    generation_config=st.none() | CONFIGS,
    tools=st.none() | st.lists(TOOLS, max_size=3).map(tuple),
    response_format=st.none() | FORMATS,
    service_tier=st.none() | st.sampled_from(["flex", "standard", "priority"]),
    labels=st.none() | st.just({"client": "castor", "run": "a_1"}),
)


@given(REQUESTS)
def test_every_body_we_can_write_is_known_to_the_sdk(request: InteractionRequest) -> None:
    check_request(request)
    body = on_the_wire(request)
    assert body == encode_request(request)
    assert decode_request(body) == request
    assert in_the_sdk(body) == body


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(REQUESTS)
def test_every_body_we_can_write_is_taken_by_the_demo(
    demo: Demo, request: InteractionRequest
) -> None:
    response = demo.post(encode_request(request))
    assert response.status_code == 200, response.text


FIELDS = [*(field.name for field in dataclasses.fields(InteractionRequest)), "top_k"]
UNFIT: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(), st.booleans(), st.integers(), TEXTS, st.lists(st.none()), PLAIN_JSON
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FIELDS), UNFIT, max_size=2))
def test_what_our_client_refuses_the_demo_refuses_too(
    demo: Demo, fields: dict[str, JsonValue]
) -> None:
    body: JsonObject = {"model": "demo-model", "input": "hi", "store": False, **fields}
    try:
        check_request(decode_request(body))
    except RequestRefused:
        assert demo.post(body).status_code in (400, 404)
