"""Content blocks, annotations and steps as a request may have them (specification, 4 and 9).

The names of fields are those of the specification; where it has an ellipsis, those of the
official SDK 3.4.0. Steps that the server sent come back verbatim, so all it sends is in here.
"""

from typing import Final

from desktop_app.demo.errors import invalid
from desktop_app.demo.schema import (
    Check,
    any_object,
    base64_text,
    by_type,
    flag,
    list_of,
    matching,
    name,
    number,
    record,
    tagged,
    text,
    typed,
    whole,
    word,
)
from desktop_app.interactions.jsonvalue import JsonValue

_NOT_NEGATIVE: Final = whole(0)

# --- annotations ----------------------------------------------------------------------------------

_SPAN: Final[dict[str, Check]] = {"start_index": _NOT_NEGATIVE, "end_index": _NOT_NEGATIVE}
_REVIEWS: Final = list_of(record({"review_id": text, "title": text, "url": text}))

ANNOTATION: Final = tagged(
    {
        "url_citation": typed({**_SPAN, "url": text, "title": text}),
        "file_citation": typed(
            {
                **_SPAN,
                "file_name": text,
                "document_uri": text,
                "page_number": _NOT_NEGATIVE,
                "media_id": text,
                "source": text,
                "custom_metadata": any_object,
            }
        ),
        "place_citation": typed(
            {**_SPAN, "place_id": text, "name": text, "url": text, "review_snippets": _REVIEWS}
        ),
        "word_info": typed(
            {**_SPAN, "text": text, "speaker": text, "start_offset": text, "end_offset": text}
        ),
        "speech_metadata": typed({**_SPAN, "speaker": text, "style": text}),
    },
    "annotation",
)

# --- content --------------------------------------------------------------------------------------

RESOLUTION: Final = word("low", "medium", "high", "ultra_high")
_LAYERS: Final = list_of(text)
_STATIC: Final[dict[str, Check]] = {"start_offset": text, "end_offset": text}
_AUDIO_PROCESSING: Final = by_type(
    "'static' or an object", string=word("static"), fields=typed(_STATIC, ["type"])
)
_VIDEO_PROCESSING: Final = by_type(
    "'static', 'agentic' or an object",
    string=word("static", "agentic"),
    fields=typed({**_STATIC, "fps": number(0), "content_layers": _LAYERS}, ["type"]),
)
_PAGES: Final = record({"start_page": whole(0), "end_page": whole(0), "content_layers": _LAYERS})
_SHEETS: Final = record({"sheet_index": whole(0), "visible_cells": text, "content_layers": _LAYERS})
_DOCUMENT_PROCESSING: Final = by_type(
    "'static' or an object",
    string=word("static"),
    fields=typed({"page_options": _PAGES, "spreadsheet_options": _SHEETS}, ["type"]),
)


def _media(family: str, **further: Check) -> Check:
    fields = {
        "data": base64_text,
        "uri": name,
        "mime_type": matching(rf"(?:{family})/[\w.+-]+(?:;.*)?", f"a type of {family}"),
        **further,
    }
    shape = typed(fields, ["mime_type"])

    def check(value: JsonValue, path: str) -> None:
        shape(value, path)
        if isinstance(value, dict) and ("data" in value) == ("uri" in value):
            raise invalid(f"'{path}' needs exactly one of data and uri.")

    return check


_TEXT: Final = typed({"text": text, "annotations": list_of(ANNOTATION)}, ["text"])
_IMAGE: Final = _media("image", resolution=RESOLUTION)

_CONTENTS: Final[dict[str, Check]] = {
    "text": _TEXT,
    "image": _IMAGE,
    "audio": _media("audio", sample_rate=whole(1), channels=whole(1), processing=_AUDIO_PROCESSING),
    "video": _media("video", name=text, resolution=RESOLUTION, processing=_VIDEO_PROCESSING),
    "document": _media("application|text", resolution=RESOLUTION, processing=_DOCUMENT_PROCESSING),
}
CONTENT: Final = tagged(_CONTENTS, "content block")
_CONTENT_LIST: Final = list_of(CONTENT)
_RESULT: Final = by_type(
    "a string, an object or a list of content blocks",
    string=text,
    items=list_of(tagged({"text": _TEXT, "image": _IMAGE}, "content block of a result")),
    fields=any_object,
)

# --- steps ----------------------------------------------------------------------------------------

_STATUS: Final = record({"code": whole(), "message": text, "details": list_of(any_object)})
_QUERIES: Final = record({"queries": list_of(text)})
_PLACE: Final = record({"name": text, "place_id": text, "url": text, "review_snippets": _REVIEWS})


def _call(required: tuple[str, ...] = (), **fields: Check) -> Check:
    return typed({"id": name, "signature": text, **fields}, ["id", *required])


def _result(required: tuple[str, ...] = (), **fields: Check) -> Check:
    shape: dict[str, Check] = {"call_id": name, "signature": text, "is_error": flag, **fields}
    return typed(shape, ["call_id", *required])


def _one_or_more(check: Check) -> Check:
    # One documentation page prints a single object in place of the list (section 9).
    return by_type("a list or an object", items=list_of(check), fields=check)


_STEPS: Final[dict[str, Check]] = {
    "user_input": typed({"content": _CONTENT_LIST}),
    "model_output": typed({"content": _CONTENT_LIST, "error": _STATUS}),
    "thought": typed(
        {
            "signature": text,
            "summary": list_of(tagged({"text": _TEXT, "image": _IMAGE}, "part of a summary")),
        }
    ),
    "function_call": _call(("name", "arguments"), name=name, arguments=any_object),
    "function_result": _result(("result",), name=text, result=_RESULT),
    "google_search_call": _call(
        ("arguments",),
        arguments=_QUERIES,
        search_type=word("web_search", "image_search", "enterprise_web_search"),
    ),
    "google_search_result": _result(result=_one_or_more(record({"search_suggestions": text}))),
    "url_context_call": _call(("arguments",), arguments=record({"urls": list_of(text)})),
    "url_context_result": _result(result=list_of(record({"url": text, "status": text}))),
    "code_execution_call": _call(
        ("arguments",), arguments=record({"language": text, "code": text})
    ),
    "code_execution_result": _result(
        result=by_type("a string or a list", string=text, items=_CONTENT_LIST)
    ),
    "google_maps_call": _call(arguments=_QUERIES),
    "google_maps_result": _result(
        result=list_of(record({"places": list_of(_PLACE), "widget_context_token": text}))
    ),
    "file_search_call": _call(),
    "file_search_result": _result(result=list_of(any_object)),
    "mcp_server_tool_call": _call(
        ("name", "server_name", "arguments"), name=name, server_name=name, arguments=any_object
    ),
    "mcp_server_tool_result": _result(name=text, server_name=text, result=_RESULT),
    "retrieval_call": _call(("arguments",), arguments=_QUERIES, retrieval_type=text),
    "retrieval_result": _result(),
    "tool_search_call": _call(("arguments",), arguments=record({"function_names": list_of(text)})),
    "tool_search_result": _result(result=list_of(any_object)),
    "processing_call": _call(),
    "processing_result": _result(),
}
_STEP: Final = tagged(_STEPS, "step")


def input_of_create(value: JsonValue, path: str) -> None:
    """Take the input of create: a string, a block, or a list all of blocks or all of steps."""
    if isinstance(value, str):
        return
    if isinstance(value, dict):
        CONTENT(value, path)
        return
    if not isinstance(value, list):
        raise invalid(f"'{path}' must be a string, a content block or a list.")
    if not value:
        raise invalid(f"'{path}' must not be empty.")
    kinds = {str(item.get("type")) if isinstance(item, dict) else "" for item in value}
    contents = kinds & _CONTENTS.keys()
    if contents and kinds & _STEPS.keys():
        raise invalid(f"'{path}' is a list of content blocks or a list of steps, never both.")
    check = CONTENT if contents else _STEP
    for position, item in enumerate(value):
        check(item, f"{path}[{position}]")
