"""The mechanism of the codec: a table of fields turns an object into a value and back.

A field the table does not name, or whose JSON has another type than the table says, is kept in
the value's `extra` and written back as it was. So decoding never fails and loses nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol, TypeAlias

from desktop_app.interactions.content import Extra
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue


class Mismatch:
    """Says that a reader could not use the JSON it was given."""


MISMATCH: Final = Mismatch()

Reader: TypeAlias = Callable[[JsonValue], object]


class HasExtra(Protocol):
    """A value that keeps what it does not know."""

    @property
    def extra(self) -> Extra:
        """The unknown fields, by name."""
        ...


def string(value: JsonValue) -> object:
    """Read a string."""
    return value if isinstance(value, str) else MISMATCH


def boolean(value: JsonValue) -> object:
    """Read true or false."""
    return value if isinstance(value, bool) else MISMATCH


def integer(value: JsonValue) -> object:
    """Read a whole number; true and false are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else MISMATCH


def lenient_integer(value: JsonValue) -> object:
    """Read a whole number that may be written as a string, as int64 is (section 1)."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        return int(value)
    return integer(value)


def number(value: JsonValue) -> object:
    """Read a number; true and false are none."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else MISMATCH


def json_object(value: JsonValue) -> object:
    """Read an object, kept as it is."""
    return value if isinstance(value, dict) else MISMATCH


def anything(value: JsonValue) -> object:
    """Read whatever is there except null, which stays in `extra`."""
    return MISMATCH if value is None else value


def list_of(read: Callable[[JsonObject], object]) -> Reader:
    """Read a list of objects as a tuple of values."""

    def read_list(value: JsonValue) -> object:
        if not isinstance(value, list):
            return MISMATCH
        values: list[object] = []
        for item in value:
            if not isinstance(item, dict):
                return MISMATCH
            values.append(read(item))
        return tuple(values)

    return read_list


class Shape:
    """One type of object: how its fields are read and written.

    `fields` maps a field's name, on the wire and in the value alike, to its reader; `writers`
    names those whose value is not JSON already; an object without all `required` fields is not
    of this shape.
    """

    def __init__(
        self,
        make: Callable[..., HasExtra],
        fields: Mapping[str, Reader],
        *,
        writers: Mapping[str, Callable[..., JsonValue]] | None = None,
        required: Iterable[str] = (),
        type_name: str | None = None,
    ) -> None:
        self.make = make
        self.fields = dict(fields)
        self.writers = dict(writers or {})
        self.required = frozenset(required)
        self.type_name = type_name

    def decode(self, data: JsonObject) -> HasExtra | Mismatch:
        """Make the value; `MISMATCH` where a required field is missing or of another type."""
        known: dict[str, object] = {}
        extra: dict[str, JsonValue] = {}
        for name, item in data.items():
            if name == "type" and item == self.type_name:
                continue
            reader = self.fields.get(name)
            value = MISMATCH if reader is None else reader(item)
            if value is MISMATCH:
                extra[name] = item
            else:
                known[name] = value
        if not self.required <= known.keys():
            return MISMATCH
        return self.make(**known, extra=extra)

    def encode(self, value: HasExtra) -> JsonObject:
        """Write the value as `decode` found it."""
        data: JsonObject = {} if self.type_name is None else {"type": self.type_name}
        for name in self.fields:
            item = getattr(value, name)
            if item is None:
                continue
            writer = self.writers.get(name)
            data[name] = item if writer is None else writer(item)
        data.update(value.extra)
        return data
