"""The body of create as a table (specification, sections 4, 5, 9, 11 and 12)."""

from typing import Final

from desktop_app.demo.errors import Refused, invalid
from desktop_app.demo.schema import (
    Check,
    any_object,
    anything,
    by_type,
    flag,
    list_of,
    map_of,
    matching,
    name,
    number,
    record,
    tagged,
    text,
    typed,
    whole,
    word,
    wrong,
)
from desktop_app.demo.step_schema import input_of_create
from desktop_app.interactions.jsonvalue import JsonValue

_INT32_MAX: Final = 2**31 - 1
_LABEL_LENGTH: Final = 63

# --- tools (section 9) ----------------------------------------------------------------------------

_MODE: Final = word("auto", "any", "none", "validated")
_ALLOWED_TOOLS: Final = record({"mode": _MODE, "tools": list_of(text)})


def _allowed_tool(value: JsonValue, path: str) -> None:
    # A list of {mode, tools} in the SDK, a list of names on a page of the documentation.
    by_type("a name or an object", string=name, fields=_ALLOWED_TOOLS)(value, path)


TOOL: Final = tagged(
    {
        "function": typed(
            {
                "name": name,
                "description": text,
                "short_description": text,
                "parameters": any_object,
                "defer_loading": flag,
            },
            ["name"],
        ),
        "google_search": typed(
            {"search_types": list_of(word("web_search", "image_search", "enterprise_web_search"))}
        ),
        "url_context": typed({}),
        "code_execution": typed({}),
        "google_maps": typed(
            {
                "latitude": number(-90, 90),
                "longitude": number(-180, 180),
                "enable_widget": flag,
            }
        ),
        "file_search": typed(
            {
                "file_search_store_names": list_of(text),
                "top_k": whole(1),
                "metadata_filter": text,
            }
        ),
        "mcp_server": typed(
            {
                "name": text,
                "url": text,
                "headers": map_of(text),
                "allowed_tools": list_of(_allowed_tool),
            }
        ),
        "computer_use": typed(
            {
                "environment": word("browser", "mobile", "desktop"),
                "excluded_predefined_functions": list_of(text),
                "disabled_safety_policies": list_of(text),
                "enable_prompt_injection_detection": flag,
            }
        ),
        "retrieval": typed(
            {
                "retrieval_types": list_of(text),
                "vertex_ai_search_config": any_object,
                "rag_store_config": any_object,
                "exa_ai_search_config": any_object,
                "parallel_ai_search_config": any_object,
            }
        ),
        "tool_search": typed(
            {
                "name": text,
                "description": text,
                "parameters": any_object,
                "execution": word("server", "client"),
            }
        ),
    },
    "tool",
)

# --- generation_config (section 5) ----------------------------------------------------------------

_SPEECH: Final = record({"voice": text, "language": text, "speaker": text})
_ASPECT_RATIO: Final = matching(r"[1-9][0-9]?:[1-9][0-9]?", "a ratio such as 16:9")
_IMAGE_SIZE: Final = word("512", "1K", "2K", "4K")
_TRANSCRIPTION_MODE: Final = by_type("a word or an object", string=text, fields=any_object)

GENERATION_CONFIG: Final = record(
    {
        "temperature": number(0, 2),
        "top_p": number(0, 1),
        "max_output_tokens": whole(1, _INT32_MAX),
        "stop_sequences": list_of(name, at_most=5),
        "seed": whole(-_INT32_MAX - 1, _INT32_MAX),
        "thinking_level": word("minimal", "low", "medium", "high", "xhigh"),
        "thinking_summaries": word("auto", "none"),
        "tool_choice": by_type(
            "a word or an object",
            string=_MODE,
            fields=record({"allowed_tools": _ALLOWED_TOOLS}, ["allowed_tools"]),
        ),
        "speech_config": by_type(
            "a list or an object",
            items=list_of(_SPEECH),
            fields=record({"speakers": list_of(_SPEECH)}),
        ),
        "transcription_config": record(
            {
                "adaptation_phrases": list_of(text),
                "custom_vocabulary": list_of(text),
                "diarization_mode": text,
                "language_codes": list_of(text),
                "language_hints": list_of(text),
                "mode": _TRANSCRIPTION_MODE,
                "timestamp_granularities": list_of(text),
            }
        ),
        "video_config": record({"task": text}),
        "image_config": record({"aspect_ratio": _ASPECT_RATIO, "image_size": _IMAGE_SIZE}),
    }
)

# --- response_format (section 11) -----------------------------------------------------------------

_DELIVERY: Final = word("inline", "uri")

RESPONSE_FORMAT: Final = tagged(
    {
        "text": typed({"mime_type": word("application/json", "text/plain"), "schema": any_object}),
        "image": typed(
            {
                "mime_type": matching(r"image/[\w.+-]+", "a type of image"),
                "aspect_ratio": _ASPECT_RATIO,
                "image_size": _IMAGE_SIZE,
                "delivery": _DELIVERY,
            }
        ),
        "audio": typed(
            {
                "mime_type": matching(r"audio/[\w.+-]+", "a type of audio"),
                "sample_rate": whole(1),
                "bit_rate": whole(1),
                "delivery": _DELIVERY,
            }
        ),
        "video": typed(
            {
                "aspect_ratio": _ASPECT_RATIO,
                "resolution": text,
                "duration": text,
                "gcs_uri": text,
                "delivery": _DELIVERY,
            }
        ),
    },
    "response format",
)

# --- agents (section 12) --------------------------------------------------------------------------

AGENT_CONFIG: Final = tagged(
    {
        "deep-research": typed(
            {
                "thinking_summaries": word("auto", "none"),
                "visualization": word("auto", "off"),
                "collaborative_planning": flag,
                "enable_bigquery_tool": flag,
            }
        ),
        "antigravity": typed({"model": name, "max_total_tokens": whole(1, or_text=True)}),
        "code-mender": typed(
            {
                "model": text,
                "session_id": text,
                "session_config": any_object,
                "find_request": any_object,
                "fix_request": any_object,
            }
        ),
        "dynamic": any_object,
    },
    "agent_config",
)

_SOURCE: Final = record(
    {
        "type": word("gcs", "inline", "repository", "skill_registry"),
        "source": text,
        "target": text,
        "content": text,
        "encoding": text,
    }
)

ENVIRONMENT: Final = by_type(
    "an id, 'remote' or an object",
    string=name,
    fields=record(
        {
            "type": word("remote"),
            "environment_id": name,
            "sources": list_of(_SOURCE),
            "network": anything,
            "env": map_of(anything),
        }
    ),
)

# --- the body (section 4) -------------------------------------------------------------------------


def _label_text(value: JsonValue, path: str) -> None:
    if not isinstance(value, str):
        raise wrong(path, value, "a string")
    # "International characters are allowed" (SDK): a letter without case is a small letter too.
    right = all(c.isdigit() or c in "_-" or (c.isalpha() and c == c.lower()) for c in value)
    if not right or len(value) > _LABEL_LENGTH:
        raise invalid(f"'{path}' has at most 63 characters: small letters, digits, _ and -.")


def _label_key(value: JsonValue, path: str) -> None:
    _label_text(value, path)
    if not (isinstance(value, str) and value[:1].isalpha()):
        raise invalid(f"'{path}' must start with a letter.")


_SAFETY_SETTING: Final = record({"type": text, "threshold": text, "method": text}, ["threshold"])

_BODY: Final[dict[str, Check]] = {
    "model": name,
    "agent": name,
    "input": input_of_create,
    "stream": flag,
    "store": flag,
    "background": flag,
    "previous_interaction_id": name,
    "system_instruction": text,
    "generation_config": GENERATION_CONFIG,
    "tools": list_of(TOOL),
    "response_format": by_type(
        "an object or a list", items=list_of(RESPONSE_FORMAT), fields=RESPONSE_FORMAT
    ),
    "agent_config": AGENT_CONFIG,
    "environment": ENVIRONMENT,
    "continuation_token": name,
    "service_tier": word("flex", "standard", "priority", "deferred"),
    "labels": map_of(_label_text, key=_label_key),
    "safety_settings": list_of(_SAFETY_SETTING),
    "webhook_config": record({"uris": list_of(text), "user_metadata": any_object}),
    "response_modalities": list_of(word("text", "image", "audio", "video", "document")),
}
_CHECK_BODY: Final = record(_BODY)


def check_body(value: JsonValue) -> None:
    """Raise `Refused` where a body is not of the shape that create takes.

    What depends on more than one field is the business of `validation`.
    """
    if not isinstance(value, dict):
        raise invalid("The body must be a JSON object.")
    if "cached_content" in value:
        # Deprecated, and it names a cache: this server has none.
        raise Refused(404, "not_found", "The cached content was not found.")
    _CHECK_BODY(value, "")
