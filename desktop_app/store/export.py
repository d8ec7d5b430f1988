"""`castor export`: the history in a form, read over a connection of its own that cannot write."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

import apsw

from desktop_app import faultpoints
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.store.conversations import each_interaction, list_conversations
from desktop_app.store.database import FILE_NAME, open_read_only
from desktop_app.store.errors import DiskFull, StoreError
from desktop_app.store.outlines import load_outline
from desktop_app.store.rows import ConversationRow, InteractionRow, restore_interaction
from desktop_app.store.said import FORMS, Form, said_in

JSON: Final = "json"


def export(
    profile: Path, key: str | None = None, out: TextIO | None = None, form: str = JSON
) -> None:
    """Write the conversations of a profile, or one of them; `form` is JSON or one of `FORMS`.

    JSON has everything: every turn, its steps and inputs as the wire spoke them. The other forms
    have what is on screen. Raises `StoreError` where there is no history or no such conversation,
    and where the disk that it goes to is full.
    """
    db = open_read_only(profile / FILE_NAME)
    try:
        rows = list_conversations(db) + list_conversations(db, trashed=True)
        chosen = [row for row in rows if key is None or row.key == key]
        if key is not None and not chosen:
            raise StoreError(f"There is no conversation {key}.")
        if out is None:
            _write_out(db, chosen, form)
        else:
            _write_form(db, chosen, out, form)
    finally:
        db.close()


def _write_form(
    db: apsw.Connection, rows: Sequence[ConversationRow], out: TextIO, form: str
) -> None:
    if form == JSON:
        _write(db, rows, out)
        return
    out.writelines(_said(db, rows, FORMS[form]))
    out.flush()


def _write_out(db: apsw.Connection, rows: Sequence[ConversationRow], form: str) -> None:
    out = _standard_output()
    try:
        _write_form(db, rows, out, form)
    except BrokenPipeError:
        raise
    except OSError as error:
        with suppress(OSError):
            out.close()  # or it would try once more when nobody can say so
        raise DiskFull(f"The export is not whole: {error.strerror}.", "Make room.") from error


def export_to(file: Path, profile: Path, key: str, form: str) -> None:
    """Write one conversation into a file of the person's, whole or not at all.

    Raises `StoreError`.
    """
    temporary = file.with_name(f".castor-{os.urandom(8).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        try:
            descriptor = os.open(temporary, flags, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
                export(profile, key, out, form)
                os.fsync(descriptor)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or "the disk refuses"
        raise DiskFull(f"The file could not be written: {reason}.") from error


def _standard_output() -> TextIO:
    # Whatever the terminal's encoding is, what is written is UTF-8.
    return open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", closefd=False)


def _said(db: apsw.Connection, rows: Sequence[ConversationRow], form: Form) -> Iterator[str]:
    yield form.begin
    for row in rows:
        yield form.title(row.title)
        shown = _shown(db, row)
        for turn in each_interaction(db, row.key):
            if turn.key in shown:
                for said in said_in(restore_interaction(turn), row.title, turn.created):
                    yield form.turn(said)
    yield form.end


def _shown(db: apsw.Connection, row: ConversationRow) -> set[str]:
    """The keys of the turns that are on screen: the last one, and what it follows."""
    outline = load_outline(db, row.key)
    previous = dict(zip(outline.keys, outline.previous, strict=True))
    shown: set[str] = set()
    at = row.head
    while at is not None and at in previous and at not in shown:
        shown.add(at)
        at = previous[at]
    return shown


def _write(db: apsw.Connection, rows: Sequence[ConversationRow], out: TextIO) -> None:
    # One turn at a time: a conversation may be larger than memory.
    out.write('{"format": "castor-export", "version": 1, "conversations": [')
    for number, row in enumerate(rows):
        head = json.dumps(_conversation(row), ensure_ascii=False, indent=1)
        out.write(",\n" if number else "\n")
        out.write(head.removesuffix("\n}") + ',\n "turns": [')
        for position, turn in enumerate(each_interaction(db, row.key)):
            faultpoints.reach("export.turn")
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
