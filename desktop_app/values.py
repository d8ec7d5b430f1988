"""Frozen dataclasses that are quick to define.

`dataclass` writes the text of six methods for every class and compiles it: 67 ms of each start
for 95 classes, of which most are never used in it. Here all classes share five of the methods,
and the sixth is written when the first value of a class is made.
"""

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import NoReturn, TypeVar, cast, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(cls: type[T]) -> type[T]:
    """Make a class what `dataclass(frozen=True)` makes it; its subclasses need the same.

    Fields may have defaults and no other option, and `__post_init__` is not called.
    """
    made = dataclass(init=False, repr=False, eq=False)(cls)

    def begin(self: object, *args: object, **named: object) -> None:
        # Two threads that both make the first value write the same text, and no harm is done.
        write = _write_init(made)
        _put(made, {"__init__": write})
        write(self, *args, **named)

    _put(made, {"__init__": begin, **_SHARED})
    return made


def _put(made: type, methods: dict[str, Callable[..., object]]) -> None:
    for name, method in methods.items():
        setattr(made, name, method)


def _write_init(made: type) -> Callable[..., None]:
    """Write `__init__` as `dataclass` does."""
    scope: dict[str, object] = {"_put": object.__setattr__, "_missing": MISSING}
    parameters = ["self"]
    lines = ["pass"]
    for one in fields(made):
        if not (one.init and one.repr and one.compare) or one.kw_only:
            raise TypeError(f"the field {one.name!r} asks for more than a value class has")
        name, given = one.name, one.name
        if one.default is not MISSING:
            scope[f"_of_{name}"] = one.default
            parameters.append(f"{name}=_of_{name}")
        elif one.default_factory is not MISSING:
            scope[f"_of_{name}"] = one.default_factory
            parameters.append(f"{name}=_missing")
            given = f"_of_{name}() if {name} is _missing else {name}"
        else:
            parameters.append(name)
        lines.append(f"_put(self, {name!r}, {given})")
    text = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines)
    exec(text, scope)  # noqa: S102 - the names are those of our own fields
    return cast("Callable[..., None]", scope["__init__"])


def _equal(self: object, other: object) -> object:
    if type(other) is not type(self):
        return NotImplemented
    return vars(self) == vars(other)


def _hash(self: object) -> int:
    return hash(tuple(vars(self).values()))


def _repr(self: object) -> str:
    shown = ", ".join(f"{name}={item!r}" for name, item in vars(self).items())
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: object, name: str, _value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"{name!r} of a {type(self).__name__} cannot be changed")


_SHARED: dict[str, Callable[..., object]] = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
}
