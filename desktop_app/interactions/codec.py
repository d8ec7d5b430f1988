"""Content, steps and usage as JSON, and back: lossless, and it never raises.

`encode_step(decode_step(data)) == data` for every object `data`.
"""

from collections.abc import Callable, Iterable
from typing import cast

from desktop_app.interactions import steps
from desktop_app.interactions.content import (
    Annotation,
    AttachmentContent,
    AudioContent,
    Content,
    DocumentContent,
    FileCitation,
    ImageContent,
    PlaceCitation,
    SpeechMetadata,
    TextContent,
    UnknownAnnotation,
    UnknownContent,
    UrlCitation,
    VideoContent,
    WordInfo,
)
from desktop_app.interactions.events import Usage
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.shapes import (
    MISMATCH,
    HasExtra,
    Mismatch,
    Reader,
    Shape,
    anything,
    boolean,
    integer,
    json_object,
    lenient_integer,
    list_of,
    string,
)

# --- annotations --------------------------------------------------------------------------------

_SPAN: dict[str, Reader] = {"start_index": integer, "end_index": integer}


def _annotation_shape(
    make: type[UrlCitation | FileCitation | PlaceCitation | WordInfo | SpeechMetadata],
    **fields: Reader,
) -> Shape:
    return Shape(make, fields | _SPAN, type_name=make.type)


_ANNOTATIONS: dict[str, Shape] = {
    shape.type_name or "": shape
    for shape in (
        _annotation_shape(UrlCitation, url=string, title=string),
        _annotation_shape(
            FileCitation,
            file_name=string,
            document_uri=string,
            page_number=integer,
            media_id=string,
            source=string,
        ),
        _annotation_shape(PlaceCitation, place_id=string, name=string, url=string),
        _annotation_shape(WordInfo),
        _annotation_shape(SpeechMetadata),
    )
}


def decode_annotation(data: JsonObject) -> Annotation:
    """Read one annotation of a text block."""
    value = _decode(_ANNOTATIONS, data)
    return UnknownAnnotation(data) if isinstance(value, Mismatch) else cast("Annotation", value)


def encode_annotation(annotation: Annotation) -> JsonObject:
    """Write one annotation of a text block."""
    if isinstance(annotation, UnknownAnnotation):
        return dict(annotation.raw)
    return _ANNOTATIONS[annotation.type].encode(annotation)


def encode_annotations(annotations: Iterable[Annotation]) -> JsonValue:
    """Write the annotations of a text block."""
    return [encode_annotation(annotation) for annotation in annotations]


# --- content ------------------------------------------------------------------------------------

_MEDIA: dict[str, Reader] = {"data": string, "uri": string, "mime_type": string}

_CONTENTS: dict[str, Shape] = {
    shape.type_name or "": shape
    for shape in (
        Shape(
            TextContent,
            {"text": string, "annotations": list_of(decode_annotation)},
            writers={"annotations": encode_annotations},
            required=("text",),
            type_name="text",
        ),
        Shape(ImageContent, _MEDIA | {"resolution": string}, type_name="image"),
        Shape(
            AudioContent,
            _MEDIA | {"sample_rate": integer, "channels": integer},
            type_name="audio",
        ),
        Shape(VideoContent, _MEDIA | {"name": string, "resolution": string}, type_name="video"),
        Shape(DocumentContent, _MEDIA | {"resolution": string}, type_name="document"),
    )
}

_ATTACHMENT: dict[str, Reader] = {
    "kind": string,
    "sha256": string,
    "name": string,
    "mime_type": string,
    "size": integer,
    "width": integer,
    "height": integer,
}


def decode_content(data: JsonObject) -> Content:
    """Read one content block."""
    value = _decode(_CONTENTS, data)
    return UnknownContent(data) if isinstance(value, Mismatch) else cast("Content", value)


def decode_stored_content(data: JsonObject) -> Content:
    """Read one content block of our own database, where attachments are references.

    A server's block is never read as a reference: it could name any file.
    """
    if data.get("type") != AttachmentContent.type:
        return decode_content(data)
    fields = {name: read(data.get(name)) for name, read in _ATTACHMENT.items()}
    sizes = {name: fields.pop(name) for name in ("width", "height")}
    if MISMATCH in fields.values() or not _is_sha256(fields["sha256"]):
        return UnknownContent(data)
    make = cast("Callable[..., AttachmentContent]", AttachmentContent)
    return make(**fields, **{name: item for name, item in sizes.items() if item is not MISMATCH})


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def encode_content(content: Content) -> JsonObject:
    """Write one content block."""
    match content:
        case UnknownContent(raw):
            return dict(raw)
        case AttachmentContent():
            fields = {name: getattr(content, name) for name in _ATTACHMENT}
            return {"type": content.type} | {k: v for k, v in fields.items() if v is not None}
        case _:
            return _CONTENTS[content.type].encode(content)


def encode_contents(contents: Iterable[Content]) -> JsonValue:
    """Write a list of content blocks."""
    return [encode_content(content) for content in contents]


# --- steps --------------------------------------------------------------------------------------

_CONTENT_LIST = list_of(decode_content)
_CALL: dict[str, Reader] = {"id": string, "arguments": json_object, "signature": string}
_RESULT: dict[str, Reader] = {
    "call_id": string,
    "result": anything,
    "is_error": boolean,
    "signature": string,
}


def _call_shape(make: type[steps.ToolCallStep], **fields: Reader) -> Shape:
    return Shape(make, _CALL | fields, type_name=make.type)


def _result_shape(make: type[steps.ToolResultStep], **fields: Reader) -> Shape:
    return Shape(make, _RESULT | fields, type_name=make.type)


_STEPS: dict[str, Shape] = {
    shape.type_name or "": shape
    for shape in (
        Shape(
            steps.UserInputStep,
            {"content": _CONTENT_LIST},
            writers={"content": encode_contents},
            type_name="user_input",
        ),
        Shape(
            steps.ModelOutputStep,
            {"content": _CONTENT_LIST, "error": json_object},
            writers={"content": encode_contents},
            type_name="model_output",
        ),
        Shape(
            steps.ThoughtStep,
            {"signature": string, "summary": _CONTENT_LIST},
            writers={"summary": encode_contents},
            type_name="thought",
        ),
        _call_shape(steps.FunctionCallStep, name=string),
        _result_shape(steps.FunctionResultStep, name=string),
        _call_shape(steps.GoogleSearchCallStep, search_type=string),
        _result_shape(steps.GoogleSearchResultStep),
        _call_shape(steps.UrlContextCallStep),
        _result_shape(steps.UrlContextResultStep),
        _call_shape(steps.CodeExecutionCallStep),
        _result_shape(steps.CodeExecutionResultStep),
        _call_shape(steps.GoogleMapsCallStep),
        _result_shape(steps.GoogleMapsResultStep),
        _call_shape(steps.FileSearchCallStep),
        _result_shape(steps.FileSearchResultStep),
        _call_shape(steps.McpServerToolCallStep, name=string, server_name=string),
        _result_shape(steps.McpServerToolResultStep, name=string, server_name=string),
        _call_shape(steps.RetrievalCallStep),
        _result_shape(steps.RetrievalResultStep),
        _call_shape(steps.ToolSearchCallStep),
        _result_shape(steps.ToolSearchResultStep),
        _call_shape(steps.ProcessingCallStep),
        _result_shape(steps.ProcessingResultStep),
    )
}

TOOL_STEP_TYPES = frozenset(_STEPS) - {"user_input", "model_output", "thought"}


def decode_step(data: JsonObject) -> steps.Step:
    """Read one step."""
    value = _decode(_STEPS, data)
    return steps.UnknownStep(data) if isinstance(value, Mismatch) else cast("steps.Step", value)


def encode_step(step: steps.Step) -> JsonObject:
    """Write one step."""
    if isinstance(step, steps.UnknownStep):
        return dict(step.raw)
    return _STEPS[step.type].encode(step)


# --- usage --------------------------------------------------------------------------------------

_USAGE = Shape(
    Usage,
    dict.fromkeys(
        (
            "total_tokens",
            "total_input_tokens",
            "total_output_tokens",
            "total_thought_tokens",
            "total_tool_use_tokens",
            "total_cached_tokens",
            "initial_input_tokens",
        ),
        lenient_integer,
    ),
)


def decode_usage(data: JsonValue) -> Usage | None:
    """Read a count of tokens; `None` where there is none or it is empty."""
    if not isinstance(data, dict) or not data:
        return None
    return cast("Usage", _USAGE.decode(data))


def encode_usage(usage: Usage) -> JsonObject:
    """Write a count of tokens."""
    return _USAGE.encode(usage)


def _decode(table: dict[str, Shape], data: JsonObject) -> HasExtra | Mismatch:
    kind = data.get("type")
    shape = table.get(kind) if isinstance(kind, str) else None
    return MISMATCH if shape is None else shape.decode(data)
