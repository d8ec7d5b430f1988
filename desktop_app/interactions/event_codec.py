"""Deltas, events and whole interactions as JSON, and back (specification, sections 6 and 2)."""

from collections.abc import Callable
from typing import cast

from desktop_app.interactions.codec import (
    TOOL_STEP_TYPES,
    decode_annotation,
    decode_content,
    decode_step,
    decode_usage,
    encode_annotations,
    encode_content,
    encode_step,
    encode_usage,
)
from desktop_app.interactions.content import (
    Annotation,
    AudioContent,
    DocumentContent,
    ImageContent,
    UnknownContent,
    VideoContent,
)
from desktop_app.interactions.events import (
    ApiError,
    ArgumentsDelta,
    ContentDelta,
    Delta,
    ErrorEvent,
    Event,
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    InteractionSnapshot,
    InteractionStatusUpdate,
    StepDelta,
    StepStart,
    StepStop,
    TextAnnotationDelta,
    TextDelta,
    ThoughtSignatureDelta,
    ThoughtSummaryDelta,
    ToolDelta,
    UnknownDelta,
    UnknownEvent,
    UnreadableEvent,
)
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.shapes import MISMATCH, Mismatch, Shape, list_of, string
from desktop_app.interactions.steps import Step, UnknownStep, UserInputStep

# --- deltas -------------------------------------------------------------------------------------


def decode_delta(data: JsonObject) -> Delta:
    """Read one delta; a type that is missing is inferred from the fields (section 6)."""
    kind = data.get("type")
    if kind == "text" or kind is None:
        text = data.get("text")
        if isinstance(text, str):
            if len(data) <= (1 if kind is None else 2):
                return TextDelta(text)
            return TextDelta(text, _extra(data, "text"))
    if kind is None:
        kind = _infer_delta_type(data)
    decoder = _DELTAS.get(kind) if isinstance(kind, str) else None
    delta = None if decoder is None else decoder(data)
    return UnknownDelta(data) if delta is None else delta


def _extra(data: JsonObject, own: str) -> JsonObject | None:
    return {name: item for name, item in data.items() if name not in ("type", own)} or None


def _infer_delta_type(data: JsonObject) -> str | None:
    if "content" in data:
        return "thought_summary"
    if "annotations" in data:
        return "text_annotation_delta"
    if isinstance(data.get("arguments"), str):
        return "arguments_delta"
    if "data" in data or "uri" in data:
        family = str(data.get("mime_type", "")).partition("/")[0]
        return family if family in ("image", "audio", "video") else "document"
    return "thought_signature" if data.keys() == {"signature"} else None


_ANNOTATION_LIST = list_of(decode_annotation)


def _annotation_delta(data: JsonObject) -> Delta | None:
    annotations = _ANNOTATION_LIST(data.get("annotations"))
    if isinstance(annotations, Mismatch):
        return None
    known = cast("tuple[Annotation, ...]", annotations)
    return TextAnnotationDelta(known, _extra(data, "annotations"))


def _summary_delta(data: JsonObject) -> Delta | None:
    content = data.get("content")
    if content is None:
        return ThoughtSummaryDelta(None, _extra(data, "content"))
    if not isinstance(content, dict):
        return None
    if "type" not in content and isinstance(content.get("text"), str):
        content = {"type": "text"} | content
    return ThoughtSummaryDelta(decode_content(content), _extra(data, "content"))


def _signature_delta(data: JsonObject) -> Delta | None:
    signature = data.get("signature")
    if not isinstance(signature, str):
        return None
    return ThoughtSignatureDelta(signature, _extra(data, "signature"))


def _arguments_delta(data: JsonObject) -> Delta | None:
    arguments = data.get("arguments")
    if not isinstance(arguments, str):
        return None
    return ArgumentsDelta(arguments, _extra(data, "arguments"))


def _content_delta(data: JsonObject) -> Delta | None:
    typed = data if "type" in data else {"type": _infer_delta_type(data)} | data
    content = decode_content(typed)
    return None if isinstance(content, UnknownContent) else ContentDelta(content)


def _tool_delta(data: JsonObject) -> Delta | None:
    step = decode_step(data)
    return None if isinstance(step, UnknownStep) else ToolDelta(step)


_DELTAS: dict[str, Callable[[JsonObject], Delta | None]] = {
    "text_annotation_delta": _annotation_delta,
    "thought_summary": _summary_delta,
    "thought_signature": _signature_delta,
    "arguments_delta": _arguments_delta,
    **dict.fromkeys(
        (t.type for t in (ImageContent, AudioContent, VideoContent, DocumentContent)),
        _content_delta,
    ),
    **dict.fromkeys(TOOL_STEP_TYPES, _tool_delta),
}


def encode_delta(delta: Delta) -> JsonObject:
    """Write one delta."""
    data: JsonObject
    match delta:
        case UnknownDelta(raw):
            return raw
        case ContentDelta(content):
            return encode_content(content)
        case ToolDelta(step):
            return encode_step(step)
        case TextDelta(text):
            data = {"type": "text", "text": text}
        case TextAnnotationDelta(annotations):
            data = {
                "type": "text_annotation_delta",
                "annotations": encode_annotations(annotations),
            }
        case ThoughtSummaryDelta(content):
            data = {"type": "thought_summary"}
            data |= {} if content is None else {"content": encode_content(content)}
        case ThoughtSignatureDelta(signature):
            data = {"type": "thought_signature", "signature": signature}
        case ArgumentsDelta(arguments):
            data = {"type": "arguments_delta", "arguments": arguments}
    return data | dict(delta.extra or {})


# --- headers and whole interactions -------------------------------------------------------------


def _usage(value: JsonValue) -> object:
    return decode_usage(value) or MISMATCH


_HEADER = Shape(
    InteractionHeader,
    dict.fromkeys(
        (
            "id",
            "status",
            "object",
            "model",
            "agent",
            "created",
            "updated",
            "service_tier",
            "previous_interaction_id",
            "continuation_token",
        ),
        string,
    )
    | {"usage": _usage},
    writers={"usage": encode_usage},
)


def decode_header(data: JsonObject) -> InteractionHeader:
    """Read what is said of an interaction besides its steps; `name` stands in for `id`."""
    raw = {name: item for name, item in data.items() if name != "steps"}
    name = raw.get("name")
    if "id" not in raw and isinstance(name, str):
        raw["id"] = name.rpartition("/")[2]
    return cast("InteractionHeader", _HEADER.decode(raw))


def encode_header(header: InteractionHeader) -> JsonObject:
    """Write what is said of an interaction besides its steps."""
    return _HEADER.encode(header)


def decode_interaction(data: JsonObject) -> InteractionSnapshot:
    """Read the answer of create without stream, of get and of cancel."""
    return InteractionSnapshot(decode_header(data), _decode_steps(data) or ())


def encode_interaction(header: InteractionHeader, steps: tuple[Step, ...]) -> JsonObject:
    """Write a whole interaction."""
    encoded: list[JsonValue] = [encode_step(step) for step in steps]
    return {**encode_header(header), "steps": encoded}


def _decode_steps(data: JsonObject) -> tuple[Step, ...] | None:
    # A create echoes the input on one documentation page; what leads with user_input is not output.
    raw = data.get("steps")
    if not isinstance(raw, list):
        return None
    steps = [decode_step(item) for item in raw if isinstance(item, dict)]
    while steps and isinstance(steps[0], UserInputStep):
        del steps[0]
    return tuple(steps)


# --- events -------------------------------------------------------------------------------------


def decode_event_object(kind: str, data: JsonObject) -> Event:
    """Read one event of type `kind`; what is not an event of that type is kept unknown."""
    event_id = data.get("event_id")
    if not isinstance(event_id, str) or not event_id:
        event_id = None
    if kind == "step.delta":  # nine of ten events: no table, no further call
        index = data.get("index")
        delta = data.get("delta")
        if type(index) is int and index >= 0 and type(delta) is dict:
            metadata = data.get("metadata")
            usage = (
                decode_usage(metadata.get("total_usage")) if isinstance(metadata, dict) else None
            )
            return StepDelta(index, decode_delta(delta), usage, event_id)
        return UnknownEvent(data, event_id)
    decoder = _EVENTS.get(kind)
    event = None if decoder is None else decoder(data, event_id)
    return UnknownEvent(data, event_id) if event is None else event


def _created(data: JsonObject, event_id: str | None) -> Event | None:
    interaction = data.get("interaction")
    if not isinstance(interaction, dict):
        return None
    return InteractionCreated(decode_header(interaction), event_id)


def _status_update(data: JsonObject, event_id: str | None) -> Event:
    status = data.get("status")
    if not isinstance(status, str):
        # `interaction.in_progress` and `interaction.requires_action` say it in their name.
        word = str(data.get("event_type") or data.get("type") or "").rpartition(".")[2]
        status = word if word in ("in_progress", "requires_action") else None
    interaction_id = data.get("interaction_id")
    token = data.get("continuation_token")
    return InteractionStatusUpdate(
        status,
        interaction_id if isinstance(interaction_id, str) else None,
        decode_usage(data.get("usage")),
        token if isinstance(token, str) else None,
        event_id,
    )


def _step_start(data: JsonObject, event_id: str | None) -> Event | None:
    index = data.get("index")
    step = data.get("step")
    if type(index) is not int or index < 0 or not isinstance(step, dict):
        return None
    return StepStart(index, decode_step(step), event_id)


def _step_stop(data: JsonObject, event_id: str | None) -> Event | None:
    index = data.get("index")
    if type(index) is not int or index < 0:
        return None
    usage = decode_usage(data.get("usage"))
    return StepStop(index, usage, decode_usage(data.get("step_usage")), event_id)


def _completed(data: JsonObject, event_id: str | None) -> Event | None:
    interaction = data.get("interaction")
    if not isinstance(interaction, dict):
        return None
    return InteractionCompleted(decode_header(interaction), _decode_steps(interaction), event_id)


def _error(data: JsonObject, event_id: str | None) -> Event:
    error = data.get("error")
    if not isinstance(error, dict):
        error = data
    code = error.get("code")
    message = error.get("message")
    return ErrorEvent(
        ApiError(
            str(code) if isinstance(code, str | int) else "unknown",
            message if isinstance(message, str) else "",
        ),
        event_id,
    )


_EVENTS: dict[str, Callable[[JsonObject, str | None], Event | None]] = {
    "interaction.created": _created,
    "interaction.status_update": _status_update,
    "interaction.in_progress": _status_update,
    "interaction.requires_action": _status_update,
    "step.start": _step_start,
    "step.stop": _step_stop,
    "interaction.completed": _completed,
    "error": _error,
}


EVENT_TYPES = frozenset({"step.delta", *_EVENTS})
"""The types of event that are documented; one that is none of its type is kept unknown."""


def encode_event(event: Event) -> JsonObject:
    """Write one event as the server sends it."""
    data: JsonObject
    match event:
        case InteractionCreated(interaction):
            data = {"interaction": encode_header(interaction), "event_type": "interaction.created"}
        case InteractionStatusUpdate(status, interaction_id, usage, token):
            data = {"interaction_id": interaction_id, "status": status}
            data |= {} if usage is None else {"usage": encode_usage(usage)}
            data |= {} if token is None else {"continuation_token": token}
            data["event_type"] = "interaction.status_update"
        case StepStart(index, step):
            data = {"index": index, "step": encode_step(step), "event_type": "step.start"}
        case StepDelta(index, delta, usage):
            data = {"index": index, "delta": encode_delta(delta), "event_type": "step.delta"}
            data |= {} if usage is None else {"metadata": {"total_usage": encode_usage(usage)}}
        case StepStop(index, usage, step_usage):
            data = {"index": index, "event_type": "step.stop"}
            data |= {} if usage is None else {"usage": encode_usage(usage)}
            data |= {} if step_usage is None else {"step_usage": encode_usage(step_usage)}
        case InteractionCompleted(interaction, steps):
            data = {"interaction": encode_header(interaction)}
            if steps is not None:
                data["interaction"] = encode_interaction(interaction, steps)
            data["event_type"] = "interaction.completed"
        case ErrorEvent(error):
            data = {
                "error": {"code": error.code, "message": error.message},
                "event_type": "error",
            }
        case InteractionSnapshot() | UnreadableEvent():
            raise TypeError(f"{type(event).__name__} is not sent in a stream")
        case UnknownEvent(raw):
            return raw
    if event.event_id is not None:
        data["event_id"] = event.event_id
    return data
