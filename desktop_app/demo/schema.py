"""The mechanism of the validation: small checks that are put together into a table.

A check takes a value and its path and raises `Refused`; what it does not refuse is right. The
server has its own, stricter than the codec of `interactions`, so that a fault there is found here.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from desktop_app.demo.errors import Refused, invalid, unknown_parameter
from desktop_app.interactions.jsonvalue import JsonValue

Check: TypeAlias = Callable[[JsonValue, str], None]

_INT64: Final = 2**63 - 1


def wrong(path: str, value: JsonValue, wanted: str) -> Refused:
    """Say that a value is not of the type that is wanted."""
    return invalid(f"'{path}' must be {wanted}, not {_kind(value)}.")


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case dict():
            return "an object"


def text(value: JsonValue, path: str) -> None:
    """Take any string."""
    if not isinstance(value, str):
        raise wrong(path, value, "a string")


def name(value: JsonValue, path: str) -> None:
    """Take a string that is not empty."""
    text(value, path)
    if not value:
        raise invalid(f"'{path}' must not be empty.")


def flag(value: JsonValue, path: str) -> None:
    """Take true or false."""
    if not isinstance(value, bool):
        raise wrong(path, value, "true or false")


def whole(low: int = -_INT64 - 1, high: int = _INT64, *, or_text: bool = False) -> Check:
    """Take a whole number from `low` to `high`; `or_text`: int64 may be a string (section 1)."""

    def check(value: JsonValue, path: str) -> None:
        if or_text and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong(path, value, "a whole number")
        if not low <= value <= high:
            raise invalid(f"'{path}' must be from {low} to {high}.")

    return check


def number(low: float | None = None, high: float | None = None) -> Check:
    """Take a number from `low` to `high`."""

    def check(value: JsonValue, path: str) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong(path, value, "a number")
        if (low is not None and value < low) or (high is not None and value > high):
            raise invalid(f"'{path}' must be from {low:g} to {high:g}.")

    return check


def word(*words: str) -> Check:
    """Take one of some words."""

    def check(value: JsonValue, path: str) -> None:
        text(value, path)
        if value not in words:
            raise invalid(f"'{path}' must be one of {', '.join(words)}; it is '{value}'.")

    return check


def matching(pattern: str, wanted: str) -> Check:
    """Take a string that is all of `pattern`."""
    compiled = re.compile(pattern)

    def check(value: JsonValue, path: str) -> None:
        if not isinstance(value, str):
            raise wrong(path, value, "a string")
        if compiled.fullmatch(value) is None:
            raise invalid(f"'{path}' must be {wanted}; it is '{value[:80]}'.")

    return check


def base64_text(value: JsonValue, path: str) -> None:
    """Take the base64 of at least one byte, in the standard alphabet, with its padding."""
    if not isinstance(value, str):
        raise wrong(path, value, "a string")
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"'{path}' is not valid base64.") from None
    if not data:
        raise invalid(f"'{path}' must not be empty.")


def anything(value: JsonValue, path: str) -> None:
    """Take everything but null, which never stands for an absent field (section 4)."""
    if value is None:
        raise wrong(path, value, "present or left out")


def any_object(value: JsonValue, path: str) -> None:
    """Take any object: its shape belongs to somebody else."""
    if not isinstance(value, dict):
        raise wrong(path, value, "an object")


def list_of(check: Check, *, at_least: int = 0, at_most: int | None = None) -> Check:
    """Take a list whose items all pass `check`."""

    def check_list(value: JsonValue, path: str) -> None:
        if not isinstance(value, list):
            raise wrong(path, value, "a list")
        if len(value) < at_least:
            raise invalid(f"'{path}' must have at least {at_least} of its items.")
        if at_most is not None and len(value) > at_most:
            raise invalid(f"'{path}' must have at most {at_most} items.")
        for position, item in enumerate(value):
            check(item, f"{path}[{position}]")

    return check_list


def map_of(check: Check, *, key: Check = text) -> Check:
    """Take an object whose keys and values all pass their checks."""

    def check_map(value: JsonValue, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong(path, value, "an object")
        for field, item in value.items():
            key(field, f"{path}.{field[:80]}")
            check(item, f"{path}.{field[:80]}")

    return check_map


def by_type(
    wanted: str,
    *,
    string: Check | None = None,
    items: Check | None = None,
    fields: Check | None = None,
) -> Check:
    """Take a string, a list or an object, each with its own check, as far as it has one."""

    def check(value: JsonValue, path: str) -> None:
        match value:
            case str() if string is not None:
                string(value, path)
            case list() if items is not None:
                items(value, path)
            case dict() if fields is not None:
                fields(value, path)
            case _:
                raise wrong(path, value, wanted)

    return check


def record(fields: Mapping[str, Check], required: Iterable[str] = ()) -> Check:
    """Take an object that has no other fields than `fields`, and all the `required` ones."""
    needed = tuple(required)

    def check(value: JsonValue, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong(path, value, "an object")
        prefix = f"{path}." if path else ""
        for field, item in value.items():
            of_field = fields.get(field)
            if of_field is None:
                raise unknown_parameter(f"{prefix}{field[:80]}")
            of_field(item, f"{prefix}{field}")
        for field in needed:
            if field not in value:
                raise invalid(f"'{prefix}{field}' is required.")

    return check


def tagged(records: Mapping[str, Check], what: str) -> Check:
    """Take an object whose `type` is one of `records`, and that passes its check."""

    def check(value: JsonValue, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong(path, value, "an object")
        kind = value.get("type")
        if not isinstance(kind, str):
            raise invalid(f"'{path}' needs a type: every {what} says its own.")
        of_kind = records.get(kind)
        if of_kind is None:
            raise invalid(f"'{path}.type' is '{kind[:80]}', which is not a type of {what}.")
        of_kind(value, path)

    return check


def typed(fields: Mapping[str, Check], required: Iterable[str] = ()) -> Check:
    """Make the check of one type of a tagged object: `type` is one of its fields."""
    return record({"type": text, **fields}, required)
