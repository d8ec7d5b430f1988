"""Looks for words in what was stored, by SQLite itself: it reads 100 MB in a tenth of a second.

What is found is more than what is meant: JSON is searched as it stands, letters beyond ASCII match
anything. Bold letters are part of their word, as in `**C**entral`. Whoever asked looks at the
texts themselves.
"""

import json
import re
import time
from collections.abc import Sequence
from typing import Final

import apsw

_AT_ONCE: Final = 100
_MOST_WORDS: Final = 8
_MOST_LETTERS: Final = 1000
_ANYTHING: Final = re.compile(r'[^ -~]+|["\\%_]+')
_QUERY: Final = """
    SELECT interaction.key
    FROM json_each(?1) AS wanted CROSS JOIN interaction ON interaction.key = wanted.value
    WHERE NOT EXISTS (
        SELECT 1 FROM json_each(?2) AS word
        WHERE NOT (input LIKE word.value OR EXISTS (
            SELECT 1 FROM step WHERE interaction = interaction.key AND (
                body LIKE word.value
                OR instr(body, '**') AND replace(body, '**', '') LIKE word.value
            )
        ))
    )
    ORDER BY wanted.key
"""


def turns_with(
    db: apsw.Connection, keys: Sequence[str], words: Sequence[str], seconds: float
) -> tuple[list[str], int]:
    """Find the turns that may have all these words in them, by their keys in the order of `keys`.

    After so many seconds it stops; the number says how many of the keys were looked at. Without
    words all turns are found.
    """
    words = sorted(words, key=len)[-_MOST_WORDS:]  # the long ones are rare
    found: list[str] = []
    end = time.monotonic() + seconds
    done = 0
    while done < len(keys) and (not done or time.monotonic() < end):
        some = keys[done : done + _AT_ONCE]
        found += _look(db, some, words)
        done += len(some)
    return found, done


def _look(db: apsw.Connection, keys: Sequence[str], words: Sequence[str]) -> list[str]:
    patterns = json.dumps([_pattern(word) for word in words])
    return [str(key) for (key,) in db.execute(_QUERY, (json.dumps(list(keys)), patterns))]


def _pattern(word: str) -> str:
    """Match a word in JSON: what is escaped there, or has two cases, may be anything."""
    parts = _ANYTHING.split(word[:_MOST_LETTERS])
    return f"%{'%'.join(parts)}%"
