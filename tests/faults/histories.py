"""A small history with everything in it that a history can have, and what must be there again."""

import random
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import apsw

from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.event_codec import decode_header
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.place import Place
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.store import conversations as queries
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.database import FILE_NAME, open_connection
from desktop_app.store.deletions import Deletion, Kind, note_deletions
from desktop_app.store.outlines import Heights, save_heights, save_place
from desktop_app.store.rows import ConversationRow, Draft, interaction_row
from desktop_app.store.soundness import MENDED
from desktop_app.store.uploads import UploadRow, save_upload

ORIGIN = "https://generativelanguage.googleapis.com"
TABLES = {
    "conversation": ("key", "title", "origin"),
    "interaction": ("key", "conversation", "id", "request", "input", "header"),
    "step": ("interaction", "position", "type", "body"),
    "attachment": ("sha256",),
    "draft": ("conversation", "text", "attachments"),
    "deletion": ("kind", "id", "origin"),
    "meta": ("name",),
}
"""What of a row must be there again; links to lost rows are made anew, outcomes change."""

_WORDS = ("ein", "Wort", "你好", "مرحبا", "naïve", "code()", "{x: 1}", "tree", "river", "👩‍💻")


def write_history(profile: Path, seed: int) -> None:
    """Write it. The last transactions are only in the WAL, as long as nobody closes it."""
    rng = random.Random(seed)
    db = open_connection(profile / FILE_NAME)
    try:
        db.execute("BEGIN IMMEDIATE")
        _write(db, profile, rng, 8)
        db.execute("COMMIT")
    finally:
        db.close()


@contextmanager
def left_open(profile: Path, seed: int) -> Generator[apsw.Connection]:
    """The history with a WAL of many transactions, as a killed program leaves it."""
    write_history(profile, seed)
    rng = random.Random(seed + 1)
    db = open_connection(profile / FILE_NAME)
    try:
        for number in range(100, 106):
            db.execute("BEGIN IMMEDIATE")
            _write_conversation(db, profile, rng, number)
            db.execute("COMMIT")
        yield db
    finally:
        db.close()


def _write(db: apsw.Connection, profile: Path, rng: random.Random, count: int) -> None:
    for number in range(count):
        _write_conversation(db, profile, rng, number)
    queries.save_draft(db, "", Draft("half a question " + text(rng, 30)))
    queries.save_meta(db, "conversation", f"{1:032x}")
    queries.save_meta(db, "geometry", "AdnQ" * 20)
    note_deletions(db, [Deletion(Kind.INTERACTION, "v1_gone", ORIGIN)])


def _write_conversation(
    db: apsw.Connection, profile: Path, rng: random.Random, number: int
) -> None:
    key = f"{number:032x}"
    row = ConversationRow(key, text(rng, 4), ORIGIN, created=1.0, updated=2.0)
    last: str | None = None
    turns = rng.randint(1, 7)
    name = ""
    for turn in range(turns):
        name = f"{number:016x}{turn:016x}"
        content: list[TextContent | AttachmentContent] = [TextContent(text(rng, 12))]
        if rng.random() < 0.3:
            content.append(_attachment(db, profile, rng))
        made = Interaction(name, previous=last, input=tuple(content), origin=ORIGIN)
        length = rng.choice((5, 50, 400, 3000))
        answer = ModelOutputStep((TextContent(text(rng, length)),))
        made.restore_step(answer, index=0, seconds=0.5, whole=True)
        header = decode_header({"id": f"v1_{name}", "status": "completed"})
        made.restore(header, Outcome.COMPLETE, None, None, ())
        row = replace(row, head=name)
        queries.add_turn(db, row, interaction_row(made, key, 3.0))
        last = name if rng.random() < 0.85 or last is None else last
    if rng.random() < 0.4:
        attached = (_attachment(db, profile, rng),)
        queries.save_draft(db, key, Draft(text(rng, 20), attached))
    save_place(db, key, Place(name, 0, 0, 0.5))
    save_heights(db, key, Heights(700, 100, (90,) * turns))


def _attachment(db: apsw.Connection, profile: Path, rng: random.Random) -> AttachmentContent:
    data = rng.randbytes(64)
    stored = AttachmentStore(profile / "attachments").add_bytes(data, 1000)
    queries.add_attachment(db, stored.sha256, stored.size)
    upload = UploadRow(stored.sha256, ORIGIN, "files/x", "https://x/files/x", "a/b", time.time())
    save_upload(db, upload)
    return AttachmentContent("image", stored.sha256, "a picture.png", "image/png", stored.size)


def text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(words))


def copy_profile(profile: Path, target: Path) -> None:
    """Copy a profile as it lies there, the WAL with it."""
    shutil.copytree(profile, target, ignore=shutil.ignore_patterns("*-shm"))


Rows = dict[str, set[tuple[object, ...]]]


def read_rows(file: Path) -> Rows:
    """Every row that SQLite still reads of a history, one by one; the file may be damaged."""
    found: Rows = {table: set() for table in TABLES}
    try:
        db = apsw.Connection(str(file))
    except apsw.Error:
        return found
    try:
        for table, columns in TABLES.items():
            found[table] = set(_read_table(db, table, ", ".join(columns)))
        found["meta"].discard((MENDED,))  # which no damaged one has
    finally:
        db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        db.close()
    return found


def _read_table(db: apsw.Connection, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    numbers: set[int] = set(range(1, 400))
    for order in ("ASC", "DESC"):
        try:
            for (number,) in db.execute(f"SELECT rowid FROM {table} ORDER BY rowid {order}"):
                numbers.add(int(str(number)))
        except apsw.Error:
            continue
    for number in sorted(numbers):
        try:
            yield from db.execute(f"SELECT {columns} FROM {table} WHERE rowid = ?", (number,))
        except (apsw.Error, UnicodeDecodeError):
            continue
