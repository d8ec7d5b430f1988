"""Answers that are JSON: written so that they can be read, as code or as a table.

Whether an answer is JSON is told by the answer itself, when it has ended: a server may send JSON
unasked, or something else though it was asked for it (specification, section 11).
"""

import json
import re
from functools import lru_cache
from typing import Final

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.markdown.pieces import CHUNK
from desktop_app.markdown.stream import CODE_LIMIT, LIMIT
from desktop_app.ui.transcript.quoting import as_code, escaped
from desktop_app.values import value_class

_FENCED: Final = re.compile(r"\s*(`{3,}|~{3,})[ \t]*(?:json)?[ \t]*\n(.*)\n\1[ \t]*\s*", re.DOTALL)
_MOST: Final = 2_000_000
"""Characters that are looked at; parsing more would be felt."""

_MOST_ROWS: Final = 5_000
_MOST_COLUMNS: Final = 40
_LONGEST_CELL: Final = 300
_SHORTEST_CELL: Final = 4
_LONGEST_NAME: Final = 60
_BREAKS: Final = re.compile(r"\s+")


@value_class
class JsonAnswer:
    """The Markdown of an answer that is JSON; `table` is empty where it is no list of rows."""

    code: str
    table: str = ""


@lru_cache(maxsize=4)
def json_answer(text: str) -> JsonAnswer | None:
    """Read an answer that is an object or a list and nothing else; `None` for all others."""
    if len(text) > _MOST:
        return None
    fenced = _FENCED.fullmatch(text)
    bare = (fenced[2] if fenced is not None else text).strip()
    if not (bare.startswith(("{", "[")) and bare.endswith(("}", "]"))):
        return None
    try:
        value = parse_json(bare)
        pretty = json.dumps(value, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return None
    if len(pretty) >= CODE_LIMIT:
        return None
    if not isinstance(value, dict | list) or (fenced is not None and not isinstance(value, list)):
        return None
    rows = flat_rows(value)
    if fenced is not None and not rows:
        return None  # it is code already, and there is no table
    return JsonAnswer(as_code(pretty, "json"), _table(rows) if rows else "")


def flat_rows(value: JsonValue) -> list[JsonObject]:
    """The rows of a list of flat objects, also of one that is all that an object holds."""
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_ROWS:
        return []
    rows = [item for item in value if isinstance(item, dict) and item]
    flat = all(not isinstance(cell, dict | list) for row in rows for cell in row.values())
    return rows if len(rows) == len(value) and flat and len(_columns(rows)) <= _MOST_COLUMNS else []


def _columns(rows: list[JsonObject]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _table(rows: list[JsonObject]) -> str:
    """Write rows as a table of Markdown; columns of numbers stand at the right."""
    columns = _columns(rows)
    aligns = ["--:" if _is_numbers(rows, name) else "---" for name in columns]
    longest = _LONGEST_CELL
    while True:
        lines = [_row([_cell(row.get(name), longest) for name in columns]) for row in rows]
        lengths = [len(line) + 1 for line in lines]
        most = max(sum(lengths[at : at + 2 * CHUNK]) for at in range(0, len(lines), CHUNK))
        if most < LIMIT // 2 or longest <= _SHORTEST_CELL:
            break
        longest //= 2
    head = _row([_cell(name, _LONGEST_NAME) for name in columns])
    return "\n".join([head, _row(aligns), *lines])


def _is_numbers(rows: list[JsonObject], name: str) -> bool:
    cells = [row[name] for row in rows if row.get(name) is not None]
    return bool(cells) and all(
        isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells
    )


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(value: JsonValue, longest: int) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = _BREAKS.sub(" ", text).strip()
    if len(line) > longest:
        line = f"{line[:longest].rstrip()}…"
    return escaped(line)
