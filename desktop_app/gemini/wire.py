"""From what the server sends to values, and from values to what it takes.

The JSON itself is read and written by `interactions.codec` and its neighbours; here is what
belongs to HTTP: records of a stream, whole bodies, the list of models, and the body of create in
pieces, so that the bytes of attachments never have to be in memory at once.
"""

import json
import os
from dataclasses import dataclass, replace
from typing import Final

from desktop_app.gemini.errors import ProtocolError
from desktop_app.gemini.sse import ServerSentEvent
from desktop_app.interactions.content import (
    AttachmentContent,
    AudioContent,
    Content,
    DocumentContent,
    ImageContent,
    MediaContent,
    VideoContent,
)
from desktop_app.interactions.event_codec import decode_event_object, decode_interaction
from desktop_app.interactions.events import Event, InteractionSnapshot, UnreadableEvent
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.interactions.models import Model, built_in
from desktop_app.interactions.request_codec import encode_request, map_content

_DONE: Final = "[DONE]"


def decode_event(event: ServerSentEvent) -> Event | None:
    """Read one record of a stream; `None` for the end marker. Never raises.

    The type is `event_type`, else `type`, else the record's own name (section 6).
    """
    data = event.data
    try:
        value = parse_json(data)
    except ValueError:
        return None if data.strip() in ("", _DONE) else UnreadableEvent(data)
    if type(value) is not dict:
        return UnreadableEvent(data)
    kind = value.get("event_type") or value.get("type") or event.event
    if type(kind) is not str:
        return UnreadableEvent(data)
    return decode_event_object(kind, value)


def read_json_object(body: bytes) -> JsonObject:
    """Read a whole body that must be a JSON object. Raises `ProtocolError`."""
    try:
        value = parse_json(body.decode("utf-8", "replace"))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ProtocolError(
            "The server’s answer could not be read.",
            code="bad_json",
            details=f"a body of {len(body)} bytes that is not a JSON object",
        )
    return value


def read_interaction(body: bytes) -> InteractionSnapshot:
    """Read the answer of create, get or cancel. Raises `ProtocolError`."""
    return decode_interaction(read_json_object(body))


def read_models(body: bytes) -> tuple[list[Model], str | None]:
    """Read a page of the list of models, and the token of the next page (section 2).

    Only models that generate content are listed. Raises `ProtocolError`.
    """
    data = read_json_object(body)
    entries = data.get("models")
    models = [
        model
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and (model := _read_model(entry)) is not None
    ]
    token = data.get("nextPageToken")
    return models, token if isinstance(token, str) and token else None


def _read_model(entry: JsonObject) -> Model | None:
    name = entry.get("name")
    methods = entry.get("supportedGenerationMethods")
    if not isinstance(name, str) or (
        isinstance(methods, list) and "generateContent" not in methods
    ):
        return None
    name = name.removeprefix("models/")
    known = built_in(name) or Model(name, name)
    display_name = entry.get("displayName")
    return replace(
        known,
        display_name=display_name if isinstance(display_name, str) else known.display_name,
        input_token_limit=_whole(entry.get("inputTokenLimit")) or known.input_token_limit,
        output_token_limit=_whole(entry.get("outputTokenLimit")) or known.output_token_limit,
        max_temperature=_number(entry.get("maxTemperature")) or known.max_temperature,
        thinking_levels=() if entry.get("thinking") is False else known.thinking_levels,
    )


def _whole(value: JsonValue) -> int | None:
    if isinstance(value, str) and value.isdigit():
        return int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


# --- the body of create ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """A request body in pieces: bytes as they are, and attachments to be put in as base64.

    `length` is the number of bytes on the wire.
    """

    pieces: tuple[bytes | AttachmentContent, ...]

    @property
    def attachments(self) -> tuple[AttachmentContent, ...]:
        """The attachments in it, in order; one that is used twice is here twice."""
        return tuple(piece for piece in self.pieces if isinstance(piece, AttachmentContent))

    @property
    def length(self) -> int:
        """The Content-Length."""
        return sum(
            len(piece) if isinstance(piece, bytes) else base64_length(piece.size)
            for piece in self.pieces
        )


def base64_length(size: int) -> int:
    """The length in base64 of `size` bytes."""
    return (size + 2) // 3 * 4


def encode_body(request: InteractionRequest) -> Body:
    """Write the body of create; every attachment in it becomes a content block with its bytes."""
    marker = f"<{os.urandom(16).hex()}>"
    attachments: list[AttachmentContent] = []

    def marked(content: Content) -> Content:
        if not isinstance(content, AttachmentContent):
            return content
        attachments.append(content)
        return _MEDIA[content.kind](data=marker, mime_type=content.mime_type)

    data = encode_request(replace(request, input=map_content(request.input, marked)))
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    pieces: list[bytes | AttachmentContent] = []
    for number, piece in enumerate(text.split(marker)):
        if number:
            pieces.append(attachments[number - 1])
        pieces.append(piece.encode("utf-8", "replace"))
    return Body(tuple(pieces))


_MEDIA: Final[dict[str, type[MediaContent]]] = {
    kind.type: kind for kind in (ImageContent, AudioContent, VideoContent, DocumentContent)
}
