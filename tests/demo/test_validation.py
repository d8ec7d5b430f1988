"""What create refuses, at every depth, and what it takes."""

import base64

import pytest

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.demo.calling import Demo, error_of, string_at, text_block, user_input
from tests.samples import INVALID_REQUESTS, VALID_REQUESTS, request_body

NEEDS_ANOTHER = {
    "08_previous_interaction": (404, "not_found"),
    "15_function_result": (404, "not_found"),
    "22_continuation_stateful": (404, "not_found"),
    "23_continuation_stateless": (400, "invalid_request"),
}
TAKEN = [name for name in VALID_REQUESTS if name not in NEEDS_ANOTHER]
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
IMAGE: JsonObject = {"type": "image", "data": PNG, "mime_type": "image/png"}
FUNCTION: JsonObject = {"type": "function", "name": "f"}


@pytest.mark.parametrize("name", TAKEN)
def test_a_valid_body_is_taken(demo: Demo, name: str) -> None:
    assert demo.post(request_body(name)).status_code == 200


@pytest.mark.parametrize("name", NEEDS_ANOTHER)
def test_a_body_that_names_what_is_not_here_is_refused(demo: Demo, name: str) -> None:
    status, code = NEEDS_ANOTHER[name]
    assert error_of(demo.post(request_body(name)), status)["code"] == code


@pytest.mark.parametrize("name", INVALID_REQUESTS)
def test_an_invalid_body_is_refused(demo: Demo, name: str) -> None:
    error = error_of(demo.post(request_body(name)), 400)
    assert error["code"] in ("invalid_request", "parameter_unknown")


def step(kind: str, **fields: JsonValue) -> JsonObject:
    return {"type": kind, **fields}


UNKNOWN_FIELDS: list[tuple[str, JsonObject]] = [
    ("top_k", {"top_k": 4}),
    ("response_mime_type", {"response_mime_type": "text/plain"}),
    ("generation_config.top_k", {"generation_config": {"top_k": 4}}),
    ("generation_config.thinking_budget", {"generation_config": {"thinking_budget": 1}}),
    (
        "generation_config.tool_choice.mode",
        {"generation_config": {"tool_choice": {"mode": "any"}}},
    ),
    (
        "generation_config.speech_config[0].pitch",
        {"generation_config": {"speech_config": [{"voice": "Kore", "pitch": 1}]}},
    ),
    ("input.lang", {"input": {"type": "text", "text": "hi", "lang": "en"}}),
    ("input[0].mimeType", {"input": [{**IMAGE, "mimeType": "image/png"}]}),
    ("input[0].sample_rate", {"input": [{**IMAGE, "sample_rate": 1}]}),
    ("input[0].role", {"input": [{**user_input("hi"), "role": "user"}]}),
    (
        "input[0].content[0].annotations[0].link",
        {
            "input": [
                user_input(
                    {**text_block("hi"), "annotations": [{"type": "url_citation", "link": "x"}]}
                )
            ]
        },
    ),
    (
        "input[0].arguments.query",
        {"input": [step("google_search_call", id="a", arguments={"query": "x"})]},
    ),
    ("tools[0].parameter", {"tools": [{**FUNCTION, "parameter": {}}]}),
    ("tools[0].top_k", {"tools": [{"type": "google_search", "top_k": 1}]}),
    ("response_format.scheme", {"response_format": {"type": "text", "scheme": {}}}),
    ("response_format[1].size", {"response_format": [{"type": "text"}, step("image", size=1)]}),
    ("webhook_config.url", {"webhook_config": {"url": "https://example.com/"}}),
    ("environment.image", {"environment": {"type": "remote", "image": "x"}}),
]


@pytest.mark.parametrize(("path", "fields"), UNKNOWN_FIELDS, ids=[p for p, _ in UNKNOWN_FIELDS])
def test_an_unknown_field_is_refused_at_every_depth(
    demo: Demo, path: str, fields: JsonObject
) -> None:
    error = error_of(demo.post({"model": "demo-model", "input": "hi", **fields}), 400)
    assert error == {"code": "parameter_unknown", "message": f"Unknown parameter: '{path}'."}


WRONG: list[tuple[str, JsonObject]] = [
    ("'model'", {"model": 3}),
    ("'model'", {"model": ""}),
    ("'stream'", {"stream": "true"}),
    ("'store'", {"store": None}),
    ("'system_instruction'", {"system_instruction": {"parts": []}}),
    ("'system_instruction'", {"system_instruction": None}),
    ("'generation_config'", {"generation_config": None}),
    ("'generation_config.temperature'", {"generation_config": {"temperature": 2.1}}),
    ("'generation_config.temperature'", {"generation_config": {"temperature": -0.1}}),
    ("'generation_config.temperature'", {"generation_config": {"temperature": True}}),
    ("'generation_config.top_p'", {"generation_config": {"top_p": 1.5}}),
    ("'generation_config.max_output_tokens'", {"generation_config": {"max_output_tokens": 0}}),
    ("'generation_config.max_output_tokens'", {"generation_config": {"max_output_tokens": 1.5}}),
    ("'generation_config.seed'", {"generation_config": {"seed": 2**31}}),
    ("'generation_config.stop_sequences[0]'", {"generation_config": {"stop_sequences": [1]}}),
    ("'generation_config.stop_sequences'", {"generation_config": {"stop_sequences": [*"abcdef"]}}),
    ("'generation_config.thinking_level'", {"generation_config": {"thinking_level": "huge"}}),
    ("'generation_config.thinking_level'", {"generation_config": {"thinking_level": None}}),
    ("'generation_config.thinking_summaries'", {"generation_config": {"thinking_summaries": True}}),
    ("'generation_config.tool_choice'", {"generation_config": {"tool_choice": "maybe"}}),
    ("'service_tier'", {"service_tier": "gold"}),
    ("'labels.Team'", {"labels": {"Team": "a"}}),
    ("'labels.1st'", {"labels": {"1st": "a"}}),
    ("'labels.team'", {"labels": {"team": "A b"}}),
    ("'labels.team'", {"labels": {"team": "a" * 64}}),
    ("'labels.team'", {"labels": {"team": 1}}),
    ("'input'", {"input": []}),
    ("'input'", {"input": True}),
    ("'input[0]'", {"input": ["hi"]}),
    ("'input[0]'", {"input": [None]}),
    ("'input.type'", {"input": {"type": "hologram"}}),
    ("'input.type'", {"input": user_input("a step is not one of the single forms")}),
    ("'input[0].type'", {"input": [{"type": "unheard_of"}]}),
    ("'input[0].resolution'", {"input": [{**IMAGE, "resolution": "8k"}]}),
    ("'input[0].data'", {"input": [{**IMAGE, "data": "not base64!"}]}),
    ("'input[0].data'", {"input": [{**IMAGE, "data": "iVBORw0KGgo"}]}),
    ("'input[0].data'", {"input": [{**IMAGE, "data": ""}]}),
    ("'input[0].mime_type'", {"input": [{**IMAGE, "mime_type": "application/pdf"}]}),
    ("'input[0].mime_type'", {"input": [{"type": "image", "data": PNG}]}),
    ("'input[0]' needs exactly one", {"input": [{**IMAGE, "uri": "https://example.com/a.png"}]}),
    ("'input[0]' needs exactly one", {"input": [{"type": "image", "mime_type": "image/png"}]}),
    ("'input[0].content'", {"input": [{"type": "user_input", "content": "hi"}]}),
    ("'input[0].content[0]'", {"input": [{"type": "user_input", "content": ["hi"]}]}),
    ("'input[0].summary[0].type'", {"input": [step("thought", summary=[{"type": "audio"}])]}),
    ("'input[0].name'", {"input": [step("function_call", id="a", arguments={})]}),
    ("'input[0].result'", {"input": [step("function_result", call_id="a")]}),
    ("'input[0].result'", {"input": [step("function_result", call_id="a", result=None)]}),
    ("'tools'", {"tools": FUNCTION}),
    ("'tools[0].name'", {"tools": [{"type": "function"}]}),
    ("'tools[0].parameters'", {"tools": [{**FUNCTION, "parameters": "{}"}]}),
    ("'tools[0].type'", {"tools": [{"type": "telepathy"}]}),
    ("'tools[0].search_types[0]'", {"tools": [step("google_search", search_types=["deep"])]}),
    ("'tools[0].latitude'", {"tools": [{"type": "google_maps", "latitude": 91}]}),
    ("'response_format'", {"response_format": {}}),
    ("'response_format.schema'", {"response_format": {"type": "text", "schema": "{}"}}),
    ("'response_format.aspect_ratio'", {"response_format": step("image", aspect_ratio="wide")}),
    ("'response_modalities[0]'", {"response_modalities": ["smell"]}),
    ("'safety_settings[0].threshold'", {"safety_settings": [{"type": "harassment"}]}),
    ("'agent_config' is for agents", {"agent_config": {"type": "dynamic"}}),
    ("needs 'store'", {"store": False, "previous_interaction_id": "v1_a"}),
    ("'input' is required", {"input": None}),
]


@pytest.mark.parametrize(("path", "fields"), WRONG, ids=[f"{p} {f}"[:70] for p, f in WRONG])
def test_a_wrong_value_is_refused_and_named(demo: Demo, path: str, fields: JsonObject) -> None:
    body: JsonObject = {"model": "demo-model", "input": "hi", **fields}
    if fields == {"input": None}:
        del body["input"]
    error = error_of(demo.post(body), 400)
    assert error["code"] == "invalid_request"
    assert path in string_at(error, "message")


RIGHT: list[JsonObject] = [
    {"labels": {"team": "", "größe-2_a": "grün-1", "名前": "値"}},
    {"generation_config": {"temperature": 0, "top_p": 1}},
    {"generation_config": {"temperature": 2}},
    {"generation_config": {"tool_choice": {"allowed_tools": {"mode": "auto", "tools": ["f"]}}}},
    {"generation_config": {"speech_config": {"speakers": [{"voice": "Kore", "speaker": "A"}]}}},
    {"generation_config": {"image_config": {"aspect_ratio": "16:9", "image_size": "1K"}}},
    {"service_tier": "flex"},
    {"safety_settings": [{"type": "harassment", "threshold": "off"}]},
    {"webhook_config": {"uris": ["https://example.com/"], "user_metadata": {"a": None}}},
    {"response_modalities": ["text"]},
    {"environment": "remote"},
    {"input": ""},
    {"input": [{"type": "user_input"}]},
    {"input": [{**IMAGE, "resolution": "ultra_high"}]},
    {"input": {"type": "audio", "data": "AAAA", "mime_type": "audio/wav", "sample_rate": 8000}},
    {
        "input": {
            "type": "video",
            "uri": "https://example.com/a.mp4",
            "mime_type": "video/mp4",
            "processing": {"type": "static", "fps": 0.5, "start_offset": "1s"},
        }
    },
    {
        "input": {
            "type": "document",
            "data": "JVBERi0=",
            "mime_type": "application/pdf",
            "processing": {"type": "static", "page_options": {"start_page": 1, "end_page": 2}},
        }
    },
    {"tools": [{"type": "mcp_server", "name": "a", "url": "https://x/", "allowed_tools": ["b"]}]},
    {"tools": [{"type": "computer_use", "environment": "browser"}, {"type": "tool_search"}]},
]


@pytest.mark.parametrize("fields", RIGHT, ids=[str(f)[:60] for f in RIGHT])
def test_what_the_specification_allows_is_taken(demo: Demo, fields: JsonObject) -> None:
    assert demo.post({"model": "demo-model", "input": "hi", **fields}).status_code == 200


# --- models and agents ----------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["gemini-9-ultra", "gpt", "gemini-embedding-001", "models/x"])
def test_a_model_that_does_not_exist_is_404_model_not_found(demo: Demo, model: str) -> None:
    assert demo.refused(404, model=model)["code"] == "model_not_found"


@pytest.mark.parametrize("model", ["demo-anything-at-all", "gemini-flash-latest", "gemini-2.5-pro"])
def test_every_demo_model_and_the_built_in_ones_exist(demo: Demo, model: str) -> None:
    assert demo.create(model=model)["status"] == "completed"


@pytest.mark.parametrize(
    ("model", "level"),
    [
        ("gemini-3.8-flash", "minimal"),
        ("gemini-3-pro-preview", "medium"),
        ("gemini-pro-latest", "medium"),
        ("demo-model", "xhigh"),
        ("demo-no-thinking", "low"),
    ],
)
def test_a_level_that_the_model_does_not_take_is_refused(
    demo: Demo, model: str, level: str
) -> None:
    error = demo.refused(400, model=model, generation_config={"thinking_level": level})
    assert error["code"] == "invalid_request"
    assert "thinking_level" in string_at(error, "message")


def test_a_model_may_refuse_temperature(demo: Demo) -> None:
    config: JsonObject = {"temperature": 1}
    error = demo.refused(400, model="demo-no-temperature", generation_config=config)
    assert "temperature" in string_at(error, "message")
    assert demo.create(model="demo-no-temperature")["status"] == "completed"


AGENT = "deep-research-preview-04-2026"
ANTIGRAVITY = "antigravity-preview-09-2026"
BAD_AGENTS: list[tuple[str, JsonObject]] = [
    ("background", {"agent": AGENT}),
    ("store", {"agent": AGENT, "background": True, "store": False}),
    ("function", {"agent": AGENT, "background": True, "tools": [FUNCTION]}),
    ("response_format", {"agent": AGENT, "background": True, "response_format": {"type": "text"}}),
    ("deep-research", {"agent": AGENT, "background": True, "agent_config": step("antigravity")}),
    ("environment", {"agent": ANTIGRAVITY}),
    (
        "antigravity",
        {"agent": ANTIGRAVITY, "environment": "remote", "agent_config": step("deep-research")},
    ),
    (
        "small letters",
        {
            "agent": ANTIGRAVITY,
            "environment": "remote",
            "tools": [{"type": "mcp_server", "name": "Tracker"}],
        },
    ),
    (
        "max_total_tokens",
        {
            "agent": ANTIGRAVITY,
            "environment": "remote",
            "agent_config": step("antigravity", max_total_tokens="many"),
        },
    ),
]


@pytest.mark.parametrize(("word", "fields"), BAD_AGENTS, ids=[str(w) for w, _ in BAD_AGENTS])
def test_an_agent_refuses_what_it_does_not_take(demo: Demo, word: str, fields: JsonObject) -> None:
    error = error_of(demo.post({"input": "hi", **fields}), 400)
    assert error["code"] == "invalid_request"
    assert word in string_at(error, "message")


def test_an_agent_that_does_not_exist_is_404(demo: Demo) -> None:
    assert demo.refused(404, agent="nobody")["code"] == "not_found"


def test_cached_content_is_not_found_here(demo: Demo) -> None:
    assert demo.refused(404, cached_content="cachedContents/x")["code"] == "not_found"
