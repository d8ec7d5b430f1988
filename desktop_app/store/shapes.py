"""Tells which table a row belongs to by the row alone, and makes it fit.

The shapes come from the migrations, so that rows of every schema that ever was are known.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import apsw

from desktop_app.interactions.jsonvalue import parse_json
from desktop_app.store.deletions import COPY, Kind
from desktop_app.store.migrations import MIGRATIONS, empty_history
from desktop_app.store.pages import Record, Value
from desktop_app.store.rows import write_text, write_text_step

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "TEXT": (str,),
    "INTEGER": (int,),
    "REAL": (float, int),  # SQLite keeps 1.0 as 1
    "BLOB": (bytes,),
}
_EMPTY: Final[dict[str, Value]] = {"TEXT": "", "INTEGER": 0, "REAL": 0.0, "BLOB": b""}
_DELETED: Final = frozenset((*Kind, COPY))
_LIKE: Final[dict[str, Callable[[Record], bool]]] = {
    "attachment_use": lambda row: _is_digest(row[1]),
    "meta": lambda row: not _is_digest(row[1]),
    "attachment": lambda row: _is_digest(row[0]),
    "upload": lambda row: _is_digest(row[0]),
    "deletion": lambda row: row[0] in _DELETED,
    "draft": lambda row: row[0] not in _DELETED,
}
"""What tells two tables apart whose rows have columns of the same types."""

_CACHES: Final = frozenset({"turn_heights"})
"""Tables that are made again by themselves, and mean nothing when a turn is gone."""


@dataclass(frozen=True)
class Column:
    """A column: may it be empty, and does it name the row or another one."""

    name: str
    type: str
    nullable: bool
    key: bool


@dataclass(frozen=True)
class Shape:
    """A table: its columns, and how many of them its rows had in each version."""

    table: str
    columns: tuple[Column, ...]
    counts: frozenset[int]

    def misfit(self, row: Record) -> int | None:
        """How many columns lack a value that they need; `None` where it is no row of this table."""
        if len(row) not in self.counts:
            return None
        missing = 0
        for column, value in zip(self.columns, row, strict=False):
            if value is None:
                if column.nullable:
                    continue
                if column.key:
                    return None
                missing += 1
            elif type(value) not in _TYPES[column.type]:
                return None
        like = _LIKE.get(self.table)
        return missing if like is None or like(row) else None


def shape_of(row: Record) -> Shape | None:
    """The table that a row is of."""
    fits = [
        (missing, number)
        for number, shape in enumerate(shapes())
        if (missing := shape.misfit(row)) is not None
    ]
    return shapes()[min(fits)[1]] if fits else None


@cache
def shapes() -> tuple[Shape, ...]:
    """Every table that is worth keeping, in the schema as it is now."""
    counts: dict[str, set[int]] = {}
    columns: dict[str, tuple[Column, ...]] = {}
    for version in range(1, len(MIGRATIONS) + 1):
        db = empty_history(version)
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            columns[str(table)] = _columns(db, str(table))
            counts.setdefault(str(table), set()).add(len(columns[str(table)]))
        db.close()
    return tuple(
        Shape(table, columns[table], frozenset(counts[table]))
        for table in columns
        if table not in _CACHES
    )


def _columns(db: apsw.Connection, table: str) -> tuple[Column, ...]:
    named = {str(row[3]) for row in db.execute(f"PRAGMA foreign_key_list({table})")}
    return tuple(
        Column(str(name), str(kind), not (needed or key), bool(key) or str(name) in named)
        for _, name, kind, needed, _, key in db.execute(f"PRAGMA table_info({table})")
    )


def _is_digest(value: Value) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


# --- JSON that is none any more -------------------------------------------------------------------


def fitted(shape: Shape, row: Record) -> Record:
    """The row as the schema allows it, and everything in it that is to be JSON is."""
    made: Record = []
    for column, value in zip(shape.columns, row, strict=False):
        wanted = _JSON.get((shape.table, column.name))
        there = _EMPTY[column.type] if value is None and not column.nullable else value
        made.append(there if wanted is None else wanted(there))
    return made


def _list(value: Value) -> Value:
    return value if _holds(value, list) else "[]"


def _object(value: Value) -> Value:
    return value if _holds(value, dict) else "{}"


def _list_or_nothing(value: Value) -> Value:
    return value if _holds(value, list) else None


def _object_or_nothing(value: Value) -> Value:
    return value if _holds(value, dict) else None


def _input(value: Value) -> Value:
    return value if _holds(value, list) else write_text(str(value or ""))


def _step(value: Value) -> Value:
    return value if _holds(value, dict) else write_text_step(str(value or ""))


_JSON: Final[dict[tuple[str, str], Callable[[Value], Value]]] = {
    ("interaction", "request"): _object,
    ("interaction", "input"): _input,
    ("interaction", "header"): _object,
    ("interaction", "hops"): _list,
    ("interaction", "failure"): _object_or_nothing,
    ("step", "body"): _step,
    ("step", "unknown"): _list_or_nothing,
    ("draft", "attachments"): _list,
}


def _holds(value: Value, kind: type) -> bool:
    try:
        return isinstance(value, str) and isinstance(parse_json(value), kind)
    except ValueError:
        return False
