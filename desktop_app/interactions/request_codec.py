"""The body of create as JSON, and back; and the reasons why a body is refused.

The reasons are those the server and the official SDK give (specification, section 4), found
before anything is sent.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Final, cast

from desktop_app.interactions.codec import decode_content, decode_step, encode_content, encode_step
from desktop_app.interactions.content import (
    AttachmentContent,
    Content,
    MediaContent,
    TextContent,
    UnknownContent,
)
from desktop_app.interactions.generation import GenerationConfig, Input, InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.shapes import (
    MISMATCH,
    HasExtra,
    Shape,
    anything,
    boolean,
    integer,
    json_object,
    number,
    string,
)
from desktop_app.interactions.steps import (
    FunctionCallStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
    UnknownStep,
    UserInputStep,
)


class RequestRefused(ValueError):
    """The body is not one that the API takes; `code` is the word the server would use."""

    def __init__(self, message: str, code: str = "invalid_request") -> None:
        super().__init__(message)
        self.code = code


def _strings(value: JsonValue) -> object:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return MISMATCH


def _objects(value: JsonValue) -> object:
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return tuple(value)
    return MISMATCH


def _string_or_object(value: JsonValue) -> object:
    return value if isinstance(value, str | dict) else MISMATCH


def _list(value: Iterable[JsonValue]) -> JsonValue:
    return list(value)


_CONFIG = Shape(
    GenerationConfig,
    {
        "temperature": number,
        "top_p": number,
        "max_output_tokens": integer,
        "stop_sequences": _strings,
        "seed": integer,
        "thinking_level": string,
        "thinking_summaries": string,
        "tool_choice": _string_or_object,
        "speech_config": anything,
    },
    writers={"stop_sequences": _list},
)

# Fields of generation_config that we never send but the API takes.
_FURTHER_CONFIG: Final = frozenset({"image_config", "transcription_config", "video_config"})


def decode_generation_config(data: JsonObject) -> GenerationConfig:
    """Read a generation_config; what is not understood stays in `extra`."""
    return cast("GenerationConfig", _CONFIG.decode(data))


def encode_generation_config(config: GenerationConfig) -> JsonObject:
    """Write a generation_config."""
    return _CONFIG.encode(config)


def _config(value: JsonValue) -> object:
    return decode_generation_config(value) if isinstance(value, dict) else MISMATCH


def _input(value: JsonValue) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return decode_content(value)
    if not isinstance(value, list):
        return MISMATCH
    items = [item for item in value if isinstance(item, dict)]
    if len(items) < len(value):
        return MISMATCH
    steps = [decode_step(item) for item in items]
    if any(not isinstance(step, UnknownStep) for step in steps):
        return tuple(steps)
    return tuple(decode_content(item) for item in items)


def _encode_input(value: Input) -> JsonValue:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [_encode_item(item) for item in value]
    return encode_content(value)


def _encode_item(item: Content | Step) -> JsonValue:
    if isinstance(item, TextContent | MediaContent | AttachmentContent | UnknownContent):
        return encode_content(item)
    return encode_step(item)


_REQUEST = Shape(
    InteractionRequest,
    {
        "model": string,
        "agent": string,
        "input": _input,
        "stream": boolean,
        "store": boolean,
        "background": boolean,
        "previous_interaction_id": string,
        "continuation_token": string,
        "system_instruction": string,
        "generation_config": _config,
        "tools": _objects,
        "response_format": anything,
        "agent_config": json_object,
        "environment": _string_or_object,
        "service_tier": string,
        "labels": json_object,
    },
    writers={
        "input": _encode_input,
        "generation_config": encode_generation_config,
        "tools": _list,
    },
)

# Fields of the body that we never send but the API takes.
_FURTHER_FIELDS: Final = frozenset(
    {"safety_settings", "webhook_config", "cached_content", "response_modalities"}
)


def decode_request(data: JsonObject) -> InteractionRequest:
    """Read a body as it is; `check_request` says whether the API would take it."""
    return cast("InteractionRequest", _REQUEST.decode(data))


def encode_request(request: InteractionRequest) -> JsonObject:
    """Write a body. An `AttachmentContent` in it is written as itself: see `gemini.wire`."""
    return _REQUEST.encode(request)


def map_content(value: Input | None, change: Callable[[Content], Content]) -> Input | None:
    """Put every content block of an input through `change`, those of `user_input` steps too."""
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, tuple):
        return change(value)
    items = [_map_item(item, change) for item in value]
    return cast("Input", tuple(items))


def _map_item(item: Content | Step, change: Callable[[Content], Content]) -> Content | Step:
    if isinstance(item, TextContent | MediaContent | AttachmentContent | UnknownContent):
        return change(item)
    if isinstance(item, UserInputStep) and item.content is not None:
        return replace(item, content=tuple(change(content) for content in item.content))
    return item


def is_content(value: object) -> bool:
    """Whether an item of an input is a content block, not a step."""
    return isinstance(value, TextContent | MediaContent | AttachmentContent | UnknownContent)


# --- what is refused ----------------------------------------------------------------------------


def check_request(request: InteractionRequest) -> None:
    """Raise `RequestRefused` where the API would not take the request, with the reason."""
    _check_fields(request, _REQUEST, _FURTHER_FIELDS, "")
    if (request.model is None) == (request.agent is None):
        raise RequestRefused("Exactly one of model and agent is required.")
    if request.agent is not None and request.generation_config is not None:
        raise RequestRefused("generation_config is for models; an agent takes agent_config.")
    if request.model is not None and request.agent_config is not None:
        raise RequestRefused("agent_config is for agents.")
    if request.background and request.store is False:
        raise RequestRefused("background needs store=true.")
    if request.store is False and request.previous_interaction_id is not None:
        raise RequestRefused("previous_interaction_id needs store=true.")
    if request.generation_config is not None:
        _check_fields(request.generation_config, _CONFIG, _FURTHER_CONFIG, "generation_config.")
    formats = request.response_format
    for item in formats if isinstance(formats, list) else [formats]:
        if item is not None and not (isinstance(item, dict) and isinstance(item.get("type"), str)):
            raise RequestRefused("response_format must have a type.")
    if request.input is None:
        if request.continuation_token is None:
            raise RequestRefused("input is required.")
    else:
        _check_input(request.input)


def _check_fields(value: HasExtra, shape: Shape, further: frozenset[str], where: str) -> None:
    for name in value.extra:
        if name in shape.fields:
            raise RequestRefused(f"{where}{name} has the wrong type.")
        if name not in further:
            raise RequestRefused(f"Unknown parameter: {where}{name}", "parameter_unknown")


def _check_input(value: Input) -> None:
    if isinstance(value, str):
        return
    if not isinstance(value, tuple):
        _check_content(value)
        return
    if not value:
        raise RequestRefused("input must not be empty.")
    contents = [is_content(item) for item in value]
    if any(contents) and not all(contents):
        raise RequestRefused("input is a list of content or a list of steps, never both.")
    for item in value:
        if is_content(item):
            _check_content(cast("Content", item))
        else:
            _check_step(cast("Step", item))


def _check_content(content: Content) -> None:
    if isinstance(content, UnknownContent):
        kind = content.raw.get("type")
        if not isinstance(kind, str):
            raise RequestRefused("Every content block needs a type.")
        if kind == "text":
            raise RequestRefused("A text block needs its text.")
        raise RequestRefused(f"Unknown content type: {kind}")
    if isinstance(content, AttachmentContent):
        return
    fields = {field.name for field in dataclass_fields(content)} - {"extra"}
    for name in content.extra:
        if name in fields:
            raise RequestRefused(f"{content.type}.{name} has the wrong type.")
        if name != "processing":
            raise RequestRefused(f"Unknown parameter: {content.type}.{name}", "parameter_unknown")
    if isinstance(content, MediaContent) and (content.data is None) == (content.uri is None):
        raise RequestRefused(f"{content.type} needs exactly one of data and uri.")


def _check_step(step: Step) -> None:
    match step:
        case UserInputStep() | ModelOutputStep() if "content" in step.extra:
            raise RequestRefused(f"{step.type}.content must be a list of content blocks.")
        case UserInputStep(content):
            for block in content or ():
                _check_content(block)
        case FunctionCallStep() if step.arguments is None or step.id is None or step.name is None:
            raise RequestRefused("function_call needs id, name and arguments as an object.")
        case ToolResultStep(type="function_result") if step.call_id is None or step.result is None:
            raise RequestRefused("function_result needs call_id and result.")
        case UnknownStep(raw):
            kind = raw.get("type")
            if not isinstance(kind, str):
                raise RequestRefused("Every step needs a type.")
            if is_content(decode_content(dict(raw))) and kind in ("text", "image", "document"):
                raise RequestRefused("input is a list of content or a list of steps, never both.")
        case ModelOutputStep() | ThoughtStep() | ToolCallStep() | ToolResultStep():
            pass
