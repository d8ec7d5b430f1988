"""Makes up a value for a JSON Schema: for structured output, and for the arguments of functions.

Understood is what the specification calls a subset (section 11): types, `enum`, `const`,
`properties`, `required`, `items`, `anyOf` and its like, `$ref` into the schema itself, limits of
numbers and lists, and the common formats.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue

_DEEPEST: Final = 12
_FORMATS: Final = {
    "date": "2026-11-01",
    "time": "12:00:00Z",
    "date-time": "2026-11-01T12:00:00Z",
    "duration": "PT1H",
    "email": "castor@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_PLACES: Final = ("location", "city", "place", "town", "where", "destination")


@dataclass(frozen=True)
class Filling:
    """Fills in schemas of one request; `text` is the person's, for values to be taken from."""

    root: JsonObject
    text: str

    def value(self, schema: JsonValue, name: str = "", depth: int = 0) -> JsonValue:
        """Make a value that is valid against `schema`; `name` is the property it is for."""
        if not isinstance(schema, dict):
            return f"{name or 'value'} (offline demo)"
        schema = self._resolved(schema, depth)
        if "const" in schema:
            return schema["const"]
        choices = schema.get("enum")
        if isinstance(choices, list) and choices:
            return self._chosen(choices)
        match _type_of(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "integer":
                return math.floor(self._number(schema, whole=True))
            case "number":
                return self._number(schema, whole=False)
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return self._string(schema, name)

    def _resolved(self, schema: JsonObject, depth: int) -> JsonObject:
        for _ in range(_DEEPEST):
            reference = schema.get("$ref")
            if isinstance(reference, str):
                schema = self._referred(reference)
                continue
            for word in ("anyOf", "oneOf"):
                options = schema.get(word)
                if isinstance(options, list) and options:
                    schema = {k: v for k, v in schema.items() if k != word} | self._pick(
                        options, depth
                    )
                    break
            else:
                parts = schema.get("allOf")
                if not isinstance(parts, list):
                    return schema
                merged: JsonObject = {k: v for k, v in schema.items() if k != "allOf"}
                for part in parts:
                    if isinstance(part, dict):
                        merged |= self._resolved(part, depth)
                schema = merged
        return schema

    def _pick(self, options: list[JsonValue], depth: int) -> JsonObject:
        # Deep down, the option without further references ends a schema that refers to itself.
        objects = [option for option in options if isinstance(option, dict)]
        objects.sort(key=lambda option: option.get("type") == "null")
        if depth > _DEEPEST // 2:
            objects.sort(key=lambda option: "$ref" in option or _type_of(option) == "object")
        return objects[0] if objects else {}

    def _referred(self, reference: str) -> JsonObject:
        at: JsonValue = self.root
        for part in reference.removeprefix("#").strip("/").split("/"):
            if part and isinstance(at, dict):
                at = at.get(part.replace("~1", "/").replace("~0", "~"))
        return at if isinstance(at, dict) else {}

    def _object(self, schema: JsonObject, depth: int) -> JsonObject:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return {}
        required = schema.get("required")
        needed = required if isinstance(required, list) else []
        names = [
            name for name in properties if name in needed or (not needed and depth < _DEEPEST // 2)
        ]
        if depth >= _DEEPEST:
            return {}
        # Optional properties are filled in where the person names a value for them.
        names += [
            name
            for name, part in properties.items()
            if name not in names and isinstance(part, dict) and self._mentioned(part)
        ]
        return {name: self.value(properties[name], name, depth + 1) for name in names}

    def _mentioned(self, schema: JsonObject) -> bool:
        choices = schema.get("enum")
        return isinstance(choices, list) and any(
            isinstance(choice, str) and choice.lower() in self.text.lower() for choice in choices
        )

    def _chosen(self, choices: list[JsonValue]) -> JsonValue:
        for choice in choices:
            if isinstance(choice, str) and choice and choice.lower() in self.text.lower():
                return choice
        return choices[0]

    def _array(self, schema: JsonObject, name: str, depth: int) -> JsonValue:
        prefix = schema.get("prefixItems")
        if isinstance(prefix, list) and prefix:
            return [self.value(item, name, depth + 1) for item in prefix]
        least = schema.get("minItems")
        count = least if isinstance(least, int) else 1
        most = schema.get("maxItems")
        if isinstance(most, int):
            count = min(count, most)
        if depth >= _DEEPEST and not least:
            return []
        return [self.value(schema.get("items"), name, depth + 1) for _ in range(min(count, 50))]

    def _number(self, schema: JsonObject, *, whole: bool) -> float:
        found = re.search(r"-?\d{1,9}", self.text)
        value = float(found[0]) if found else 1.0
        step = 1.0 if whole else 0.5
        low, high = _limits(schema, step)
        if low is not None:
            value = max(value, math.ceil(low) if whole else low)
        if high is not None:
            value = min(value, math.floor(high) if whole else high)
        multiple = schema.get("multipleOf")
        if isinstance(multiple, int | float) and multiple > 0:
            value = math.ceil(value / multiple) * multiple
        return int(value) if value == int(value) else value

    def _string(self, schema: JsonObject, name: str) -> str:
        kind = schema.get("format")
        if isinstance(kind, str) and kind in _FORMATS:
            return _FORMATS[kind]
        if any(word in name.lower() for word in _PLACES):
            found = re.search(r"\b(?:in|at|for|near|to)\s+([^\W\d_a-z][\w'-]*)", self.text)
            capitals = re.findall(r"(?<!^)\b[^\W\d_a-z][\w'-]+", self.text)
            return found[1] if found else capitals[0] if capitals else "Berlin"
        return f"{name or 'text'} (offline demo)"


def _type_of(schema: JsonObject) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((item for item in kind if item != "null"), "null")
    if isinstance(kind, str):
        return kind.lower()
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _limits(schema: JsonObject, step: float) -> tuple[float | None, float | None]:
    """Read the limits of a number; of one that is excluded, the value is a `step` away."""
    low = (_plain(schema, "minimum"), _plain(schema, "exclusiveMinimum", step))
    high = (_plain(schema, "maximum"), _plain(schema, "exclusiveMaximum", -step))
    return (
        max((value for value in low if value is not None), default=None),
        min((value for value in high if value is not None), default=None),
    )


def _plain(schema: JsonObject, name: str, step: float = 0.0) -> float | None:
    value = schema.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value + step
