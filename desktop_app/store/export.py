"""`castor export`: the history as JSON, read over a connection of its own that cannot write."""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import apsw

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.store.conversations import each_interaction, list_conversations
from desktop_app.store.database import FILE_NAME, open_read_only
from desktop_app.store.errors import DiskFull, StoreError
from desktop_app.store.rows import ConversationRow, InteractionRow


def export(profile: Path, key: str | None = None, out: TextIO | None = None) -> None:
    """Write the conversations of a profile, or one of them, as one JSON object.

    The steps and inputs are as the wire spoke them. Raises `StoreError` where there is no history
    or no such conversation, and where the disk it goes to is full.
    """
    db = open_read_only(profile / FILE_NAME)
    try:
        rows = list_conversations(db) + list_conversations(db, trashed=True)
        chosen = [row for row in rows if key is None or row.key == key]
        if key is not None and not chosen:
            raise StoreError(f"There is no conversation {key}.")
        _write_all(db, chosen, out or _standard_output())
    finally:
        db.close()


def _write_all(db: apsw.Connection, rows: Sequence[ConversationRow], out: TextIO) -> None:
    try:
        _write(db, rows, out)
    except BrokenPipeError:
        raise
    except OSError as error:
        with suppress(OSError):
            out.close()  # or it would try once more when nobody can say so
        raise DiskFull(f"The export is not whole: {error.strerror}.", "Make room.") from error


def _standard_output() -> TextIO:
    # Whatever the terminal's encoding is, JSON is UTF-8.
    return open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False)


def _write(db: apsw.Connection, rows: Sequence[ConversationRow], out: TextIO) -> None:
    # One turn at a time: a conversation may be larger than memory.
    out.write('{"format": "castor-export", "version": 1, "conversations": [')
    for number, row in enumerate(rows):
        head = json.dumps(_conversation(row), ensure_ascii=False, indent=1)
        out.write(",\n" if number else "\n")
        out.write(head.removesuffix("\n}") + ',\n "turns": [')
        for position, turn in enumerate(each_interaction(db, row.key)):
            out.write(",\n" if position else "\n")
            json.dump(_turn(turn), out, ensure_ascii=False, indent=1)
        out.write("]\n}")
    out.write("\n]}\n")
    out.flush()


def _conversation(row: ConversationRow) -> JsonObject:
    return {
        "key": row.key,
        "title": row.title,
        "origin": row.origin,
        "model": row.model,
        "thinking_level": row.thinking_level,
        "created": row.created,
        "updated": row.updated,
        "trashed": row.trashed,
        "head": row.head,
    }


def _turn(row: InteractionRow) -> JsonValue:
    request = parse_json(row.request)
    return {
        "key": row.key,
        "previous": row.previous,
        "id": row.id,
        "status": row.status,
        "outcome": row.outcome,
        "created": row.created,
        "request": request,
        "interaction": parse_json(row.header),
        "earlier_interactions": parse_json(row.hops),
        "input": parse_json(row.input),
        "steps": [parse_json(step.body) for step in row.steps],
        "failure": None if row.failure is None else parse_json(row.failure),
    }
