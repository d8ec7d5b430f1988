"""Histories that were made elsewhere: a few turns in the schema of some version."""

import json
import random
import time
from pathlib import Path

import apsw

from desktop_app.store.backups import back_up
from desktop_app.store.migrations import APPLICATION_ID, MIGRATIONS
from tests.faults.killing.ledger import Ledger, Shown, Written
from tests.faults.killing.plans import Writer


def make_older(profile: Path, version: int, rng: random.Random, writer: Writer) -> Ledger:
    """Make the history of a profile as `version` had it; return what it owes."""
    ledger = Ledger()
    profile.mkdir(mode=0o700)
    db = apsw.Connection(str(profile / "history.db"))
    try:
        db.execute("PRAGMA journal_mode = WAL")
        for number in range(version):
            MIGRATIONS[number](db)
        db.execute(f"PRAGMA user_version = {version}")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        _add_chats(db, range(rng.randint(2, 4)), ledger, rng, writer)
    finally:
        db.close()
    (profile / "history.db").chmod(0o600)
    return ledger


def make_backup(profile: Path, ledger: Ledger, rng: random.Random, writer: Writer) -> str:
    """Make a backup of a profile's history, and add to the history; return the backup's name."""
    db = apsw.Connection(str(profile / "history.db"))
    try:
        made = back_up(db, profile)
        _add_chats(db, range(10, 12), ledger, rng, writer)
    finally:
        db.close()
    return made.name


def _add_chats(
    db: apsw.Connection, numbers: range, ledger: Ledger, rng: random.Random, writer: Writer
) -> None:
    db.execute("BEGIN")
    for number in numbers:
        _add_chat(db, f"old-chat-{number}", number, ledger, rng, writer)
    db.execute("COMMIT")


def _add_chat(
    db: apsw.Connection,
    chat: str,
    number: int,
    ledger: Ledger,
    rng: random.Random,
    writer: Writer,
) -> None:
    now, origin, head = time.time(), "https://generativelanguage.googleapis.com", None
    turns = rng.randint(1, 8)
    db.execute(
        "INSERT INTO conversation (key, sequence, title, named, origin, head, created, updated, "
        "unread) VALUES (?, ?, ?, 1, ?, ?, ?, ?, 0)",
        (chat, number + 1, chat, origin, f"{chat}-{turns - 1}", now, now),
    )
    for place in range(turns):
        key, text, answer = f"{chat}-{place}", writer.words("old"), writer.words("answer")
        blocks = json.dumps([{"type": "text", "text": text}])
        db.execute(
            "INSERT INTO interaction (key, conversation, sequence, previous, status, outcome, "
            "origin, expired, request, input, header, created) VALUES (?, ?, ?, ?, 'completed', "
            "'complete', ?, 0, '{}', ?, '{}', ?)",
            (key, chat, 10 * (number + 1) + place, head, origin, blocks, now),
        )
        output = {"type": "model_output", "content": [{"type": "text", "text": answer}]}
        db.execute(
            "INSERT INTO step (interaction, position, type, body, whole) "
            "VALUES (?, 0, 'model_output', ?, 1)",
            (key, json.dumps(output)),
        )
        ledger.shown[key] = Shown(chat, text, ())
        ledger.ended[key] = "complete", answer
        ledger.tries[text] += 1
        head = key
    ledger.where[chat] = ["listed"]
    ledger.titles[chat] = [chat]
    db.execute(
        "INSERT INTO draft (conversation, text, attachments, updated) VALUES (?, ?, '[]', ?)",
        (chat, f"draft of {chat}", now),
    )
    ledger.drafts[chat] = [Written(f"draft of {chat}")]
