"""Structured output, pictures and sounds."""

import base64
import io
import json
import wave

import pytest

from desktop_app.demo.filling import Filling
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.demo.calling import (
    Demo,
    contents,
    list_at,
    object_at,
    steps_of,
    string_at,
    taken,
)


def usage_of(interaction: JsonObject) -> JsonObject:
    return object_at(interaction, "usage")


SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "minutes": {"type": "integer", "minimum": 5, "maximum": 90},
        "score": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "kind": {"enum": ["soup", "tart"]},
        "vegan": {"type": "boolean"},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 2},
        "when": {"type": "string", "format": "date"},
        "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
    },
    "required": ["title", "minutes", "score", "kind", "vegan", "steps", "when", "note"],
    "$defs": {
        "step": {"type": "object", "properties": {"do": {"type": "string"}}, "required": ["do"]}
    },
}


def test_structured_output_is_valid_json_of_the_schema(demo: Demo) -> None:
    text = demo.text(
        "an onion tart, 200 minutes",
        response_format={"type": "text", "mime_type": "application/json", "schema": SCHEMA},
    )
    value = json.loads(text)
    assert value["title"]
    assert value["minutes"] == 90
    assert 0 < value["score"] <= 1
    assert value["kind"] == "tart"
    assert value["vegan"] is True
    assert [set(step) for step in value["steps"]] == [{"do"}, {"do"}]
    assert value["when"] == "2026-11-01"
    assert isinstance(value["note"], str)


def test_json_without_a_schema_is_json_too(demo: Demo) -> None:
    format_: JsonObject = {"type": "text", "mime_type": "application/json"}
    assert json.loads(demo.text("hello", response_format=format_))["offline_demo"] is True


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 10}, 10),
        ({"type": "integer", "exclusiveMinimum": 10}, 11),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "integer", "multipleOf": 5}, 5),
        ({"type": ["null", "boolean"]}, True),
        ({"const": 3}, 3),
        ({"type": "null"}, None),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 0}, []),
        ({"type": "array", "prefixItems": [{"type": "null"}, {"const": 1}]}, [None, 1]),
        ({"allOf": [{"type": "object"}, {"properties": {"a": {"const": 1}}}]}, {"a": 1}),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ({"type": "object"}, {}),
    ],
)
def test_a_value_is_made_up_for_every_kind_of_schema(
    schema: JsonObject, expected: JsonValue
) -> None:
    assert Filling(schema, "").value(schema) == expected


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    node: JsonObject = {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["next"],
    }
    assert isinstance(Filling(node, "").value(node), dict)
    endless: JsonObject = {"$ref": "#"}
    assert Filling(endless, "").value(endless) is not None


def test_a_picture_is_made_where_it_was_asked_for(demo: Demo) -> None:
    formats: list[JsonValue] = [{"type": "text"}, {"type": "image", "aspect_ratio": "16:9"}]
    interaction = demo.create("a sky", response_format=formats)
    text, image = contents(steps_of(interaction, "model_output")[0])
    assert text["type"] == "text"
    assert image["mime_type"] == "image/png"
    again = demo.text({**image})
    assert "PNG of 384 × 216 pixels" in again
    assert "blue" in again
    assert list_at(usage_of(interaction), "output_tokens_by_modality")[1]["modality"] == "image"


def test_a_jpeg_is_made_where_it_was_asked_for(demo: Demo) -> None:
    format_: JsonObject = {"type": "image", "mime_type": "image/jpeg"}
    interaction = demo.create("a sky", response_format=format_)
    (image,) = contents(steps_of(interaction, "model_output")[0])
    assert image["mime_type"] == "image/jpeg"
    assert base64.b64decode(string_at(image, "data")).startswith(b"\xff\xd8\xff")


def test_models_for_pictures_and_speech_make_them_unasked(demo: Demo) -> None:
    picture = demo.create("a sky", model="gemini-3.1-flash-image")
    kinds_of = [block["type"] for step in steps_of(picture) for block in contents(step)]
    assert kinds_of == ["text", "image"]
    speech = demo.create("a bell", model="gemini-3.8-flash-tts")
    kinds_of = [block["type"] for step in steps_of(speech) for block in contents(step)]
    assert kinds_of == ["audio"]


def test_sound_comes_in_several_deltas_whose_bytes_join_to_a_wav(demo: Demo) -> None:
    events = demo.events("a bell", response_format={"type": "audio"})
    deltas = [object_at(e, "delta") for e in events if e["event_type"] == "step.delta"]
    pieces = [delta for delta in deltas if delta["type"] == "audio"]
    assert len(pieces) > 1
    data = b"".join(base64.b64decode(string_at(piece, "data")) for piece in pieces)
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (24_000, 1)
        assert sound.getnframes() == 24_000
    name = string_at(object_at(events[0], "interaction"), "id")
    (block,) = contents(steps_of(taken(demo.get(name)), "model_output")[0])
    assert base64.b64decode(string_at(block, "data")) == data
