"""Looks for words in what was stored, by SQLite itself: it reads 100 MB in a tenth of a second.

What is found is more than what is meant: JSON is searched as it stands, letters beyond ASCII match
anything. Whoever asked looks at the texts.
"""

import json
import re
import time
from collections.abc import Sequence
from typing import Final

import apsw

from desktop_app.interactions.jsonvalue import JsonValue, parse_json
from desktop_app.values import value_class

_AT_ONCE: Final = 100
_MOST_WORDS: Final = 8
_MOST_LETTERS: Final = 1000
_ANYTHING: Final = re.compile(r'[^ -~]+|["\\%_]+')
_QUERY: Final = """
    SELECT interaction.key, input
    FROM json_each(?1) AS wanted CROSS JOIN interaction ON interaction.key = wanted.value
    WHERE NOT EXISTS (
        SELECT 1 FROM json_each(?2) AS word
        WHERE NOT (input LIKE word.value OR EXISTS (
            SELECT 1 FROM step WHERE interaction = interaction.key AND body LIKE word.value
        ))
    )
    ORDER BY wanted.key
"""
_KINDS: Final = {"model_output": "answer", "thought": "thought"}


@value_class
class TurnTexts:
    """What a turn says: pairs of a kind and a text, in the order of its parts.

    The kinds are those of a part on screen: `input` (as it was typed), `result`, `thought` and
    `answer` (Markdown), `step` (JSON). A text that a limit has cut comes in two.
    """

    key: str
    texts: tuple[tuple[str, str], ...]


def turns_with(
    db: apsw.Connection, keys: Sequence[str], words: Sequence[str], seconds: float
) -> tuple[list[TurnTexts], int]:
    """Find the turns that may have all these words in them, in the order of `keys`.

    After so many seconds it stops; the number says how many of the keys were looked at. Without
    words all turns are found.
    """
    words = sorted(words, key=len)[-_MOST_WORDS:]  # the long ones are rare
    found: list[TurnTexts] = []
    end = time.monotonic() + seconds
    done = 0
    while done < len(keys) and (not done or time.monotonic() < end):
        some = keys[done : done + _AT_ONCE]
        found += _look(db, some, words)
        done += len(some)
    return found, done


def _look(db: apsw.Connection, keys: Sequence[str], words: Sequence[str]) -> list[TurnTexts]:
    patterns = json.dumps([_pattern(word) for word in words])
    rows = db.execute(_QUERY, (json.dumps(list(keys)), patterns)).fetchall()
    return [_texts(db, str(key), str(asked)) for key, asked in rows]


def _pattern(word: str) -> str:
    """Match a word in JSON: what is escaped there, or has two cases, may be anything."""
    parts = _ANYTHING.split(word[:_MOST_LETTERS])
    return f"%{'%'.join(parts)}%"


def _texts(db: apsw.Connection, key: str, asked: str) -> TurnTexts:
    texts: list[tuple[str, str]] = []
    typed = _parse(asked)
    said = "\n\n".join(_texts_in(typed))
    if said:
        texts.append(("input", said))
    texts.extend(
        ("result", json.dumps(one, ensure_ascii=False))
        for one in _list(typed)
        if isinstance(one, dict) and one.get("type") == "function_result"
    )
    for kind, body in db.execute(
        "SELECT type, body FROM step WHERE interaction = ? ORDER BY position", (key,)
    ).fetchall():
        texts.append(_text_of(str(kind), str(body)))
    return TurnTexts(key, tuple(texts))


def _text_of(kind: str, body: str) -> tuple[str, str]:
    shown = _KINDS.get(kind, "step")
    if shown == "step":
        return shown, body
    value = _parse(body)
    step = value if isinstance(value, dict) else {}
    if shown == "thought":
        return shown, "\n\n".join(_texts_in(step.get("summary"))).strip()
    return shown, "".join(_texts_in(step.get("content")))


def _texts_in(value: JsonValue) -> list[str]:
    texts: list[str] = []
    for one in _list(value):
        if isinstance(one, dict) and one.get("type") == "text":
            text = one.get("text")
            if isinstance(text, str):
                texts.append(text)
    return texts


def _parse(text: str) -> JsonValue:
    try:
        return parse_json(text)
    except ValueError:  # it is damaged; whoever opens it is told
        return None


def _list(value: JsonValue) -> list[JsonValue]:
    return list(value) if isinstance(value, list) else []
