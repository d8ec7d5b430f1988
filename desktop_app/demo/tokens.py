"""Counts tokens: about four characters of text each, and a fixed number for every attachment.

The counts are plausible and consistent, not those of any real model (specification, section 11).
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Final, TypeAlias

from desktop_app.demo.errors import invalid
from desktop_app.interactions.content import Content, MediaContent, TextContent
from desktop_app.interactions.events import Usage
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import (
    FunctionCallStep,
    FunctionResultStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
    UserInputStep,
)

CHARACTERS_A_TOKEN: Final = 4
_MEDIA_TOKENS: Final = {"image": 258, "document": 258, "audio": 32, "video": 263}

ByModality: TypeAlias = Counter[str]


def of_text(text: str) -> int:
    """Count the tokens of a text."""
    return (len(text) + CHARACTERS_A_TOKEN - 1) // CHARACTERS_A_TOKEN


def of_contents(contents: Iterable[Content]) -> ByModality:
    """Count the tokens of content blocks, by modality."""
    tokens = ByModality()
    for content in contents:
        if isinstance(content, TextContent):
            tokens["text"] += of_text(content.text)
        elif isinstance(content, MediaContent):
            tokens[content.type] += _MEDIA_TOKENS[content.type]
    return tokens


def of_step(step: Step) -> ByModality:
    """Count the tokens of a step; of a thought, those of its summary."""
    match step:
        case UserInputStep(content) | ModelOutputStep(content):
            return of_contents(content or ())
        case ThoughtStep():
            return of_contents(step.summary or ())
        case ToolCallStep():
            return ByModality(text=of_json(step.arguments or {}))
        case ToolResultStep():
            return ByModality(text=of_json(step.result))
        case _:
            return ByModality()


def of_json(value: JsonValue) -> int:
    """Count the tokens of a JSON value."""
    return of_text(json.dumps(value, ensure_ascii=False))


def of_input(request: InteractionRequest, steps: Iterable[Step]) -> ByModality:
    """Count what a request brings in: the instruction, the tools and the whole conversation."""
    tokens = ByModality(text=of_text(request.system_instruction or ""))
    for tool in request.tools or ():
        tokens["text"] += of_json(tool)
    for step in steps:
        tokens.update(of_step(step))
    return tokens


def usage(tokens_in: ByModality, initial: int, steps: Iterable[Step], thoughts: int) -> Usage:
    """Add up an interaction: what came in, and the `steps` made of it.

    `thoughts` counts the thinking whether its summary is shown or not; `initial` is the input of
    the first hop where an answer was continued. The total is the sum of its four parts.
    """
    out, tools, searches = ByModality(), ByModality(), 0
    for step in steps:
        match step:
            case ModelOutputStep() | FunctionCallStep():
                out.update(of_step(step))
            case FunctionResultStep() | ThoughtStep():
                pass
            case ToolCallStep() | ToolResultStep():
                tools.update(of_step(step))
                searches += step.type == "google_search_call"
            case _:
                pass
    extra: dict[str, JsonValue] = {
        "input_tokens_by_modality": _modalities(tokens_in),
        "output_tokens_by_modality": _modalities(out),
        "tool_use_tokens_by_modality": _modalities(tools),
        "cached_tokens_by_modality": [],
    }
    if searches:
        extra["grounding_tool_count"] = [{"type": "google_search", "count": searches}]
    return Usage(
        total_tokens=tokens_in.total() + out.total() + tools.total() + thoughts,
        total_input_tokens=tokens_in.total(),
        total_output_tokens=out.total(),
        total_thought_tokens=thoughts,
        total_tool_use_tokens=tools.total(),
        total_cached_tokens=0,
        initial_input_tokens=initial,
        extra=extra,
    )


def count_tokens(body: JsonValue) -> JsonObject:
    """Answer countTokens, whose body is the older API's: contents of parts. Raises `Refused`."""
    if isinstance(body, dict) and isinstance(body.get("generateContentRequest"), dict):
        body = body["generateContentRequest"]
    contents = body.get("contents") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(contents, list):
        raise invalid("'contents' must be a list.")
    counted = ByModality()
    for content in [*contents, body.get("systemInstruction", {"parts": []})]:
        parts = content.get("parts") if isinstance(content, dict) else None
        if not isinstance(parts, list):
            raise invalid("Every content has a list of parts.")
        for part in parts:
            counted.update(_of_part(part))
    details: list[JsonValue] = [
        {"modality": name.upper(), "tokenCount": count} for name, count in counted.items() if count
    ]
    return {"totalTokens": counted.total(), "promptTokensDetails": details}


def _of_part(part: JsonValue) -> ByModality:
    if not isinstance(part, dict):
        raise invalid("A part must be an object.")
    text = part.get("text")
    if isinstance(text, str):
        return ByModality(text=of_text(text))
    media = part.get("inlineData") or part.get("fileData")
    kind = media.get("mimeType") if isinstance(media, dict) else None
    if not isinstance(kind, str):
        raise invalid("A part has a text, inlineData or fileData.")
    family = kind.partition("/")[0]
    modality = family if family in _MEDIA_TOKENS else "document"
    return ByModality({modality: _MEDIA_TOKENS[modality]})


def _modalities(tokens: ByModality) -> JsonValue:
    return [{"modality": name, "tokens": count} for name, count in tokens.items() if count]
