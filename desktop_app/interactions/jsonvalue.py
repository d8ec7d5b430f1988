"""The type of parsed JSON, and the one parser that refuses what JSON does not have."""

import json
from typing import NoReturn, TypeAlias, Union

JsonValue: TypeAlias = Union[bool, int, float, str, "list[JsonValue]", "dict[str, JsonValue]", None]
JsonObject: TypeAlias = dict[str, JsonValue]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)


def parse_json(text: str) -> JsonValue:
    """Parse one JSON document so that every string in it can reach SQLite and Qt.

    Lone surrogates (`"\\ud800"`) become U+FFFD. Raises `ValueError` for everything that is not
    JSON: NaN and Infinity, integers of more than 4,300 digits, and nesting that exhausts the
    stack (reliability, section 3: `json.loads` raises three kinds of exception for these).
    """
    try:
        value: JsonValue = _decoder.decode(text)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    if "\\ud" in text or "\\uD" in text:
        return _without_surrogates(value)
    return value


def _without_surrogates(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8") if _has_surrogate(value) else value
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {
            str(_without_surrogates(key)): _without_surrogates(item) for key, item in value.items()
        }
    return value


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
