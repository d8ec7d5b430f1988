"""Makes a history of salvaged rows whole: what they refer to and is lost is made up for.

An answer without its question, a turn without the one before it, a conversation without its title:
each keeps what is left of it, in an order that holds.
"""

import time
from pathlib import Path
from typing import Final

import apsw

from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.store.migrations import FACTS
from desktop_app.store.rows import read_contents, write_failure

LOST: Final = Failure(
    "damaged",
    "A part of this message was lost when the history was damaged.",
    "What is shown was saved.",
)
RECOVERED: Final = "recovered"
"""The key of the conversation that takes in what belongs to no other any more."""

_RECOVERED_TITLE: Final = "Recovered messages"
_UNTITLED: Final = "Recovered conversation"
_TITLE_LENGTH: Final = 60
_LOST_STEPS: Final = "interaction NOT IN (SELECT key FROM interaction)"
_LOST_CONVERSATIONS: Final = "conversation NOT IN (SELECT key FROM conversation)"
_FOLLOWS_NOTHING: Final = """
    previous IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM interaction AS before WHERE before.key = interaction.previous
        AND before.conversation = interaction.conversation
        AND before.sequence < interaction.sequence
    )
"""
_HEADLESS: Final = """
    head IS NOT NULL AND head NOT IN (
        SELECT key FROM interaction WHERE interaction.conversation = conversation.key
    )
"""


def dangles(db: apsw.Connection) -> bool:
    """Whether a row refers to one that is lost."""
    return any(
        db.execute(f"SELECT 1 FROM {table} WHERE {where} LIMIT 1").fetchone()  # noqa: S608 - constants
        for table, where in (
            ("step", _LOST_STEPS),
            ("interaction", _LOST_CONVERSATIONS),
            ("interaction", _FOLLOWS_NOTHING),
            ("conversation", _HEADLESS),
        )
    )


def relink(db: apsw.Connection, attachments: Path) -> None:
    """Make it whole, in a transaction of the caller's."""
    made = _make_turns(db)
    _make_conversations(db)
    _relink_turns(db, made)
    _relink_heads(db)
    _relink_attachments(db, attachments)
    db.execute(
        "DELETE FROM reading_place WHERE turn NOT IN (SELECT key FROM interaction) "
        "OR conversation NOT IN (SELECT key FROM conversation)"
    )
    db.execute(f"DELETE FROM turn_heights WHERE {_LOST_CONVERSATIONS}")  # noqa: S608 - constants
    db.execute(f"{FACTS} WHERE NOT kept AND NOT tokens AND NOT size")
    failed = db.execute("PRAGMA foreign_key_check").fetchall()
    assert not failed, f"rows refer to nothing: {failed[:3]}"


def _make_turns(db: apsw.Connection) -> list[str]:
    """Make a turn for the steps of each lost one, beside those that knew it."""
    keys = [
        str(key)
        for (key,) in db.execute(
            f"SELECT DISTINCT interaction FROM step WHERE {_LOST_STEPS} ORDER BY rowid"  # noqa: S608 - constants
        ).fetchall()
    ]
    for key in keys:
        conversation, sequence, origin, created = _neighbour(db, key)
        db.execute(
            "INSERT INTO interaction (key, conversation, sequence, outcome, origin, expired, "
            "request, input, header, failure, created) "
            "VALUES (?, ?, ?, ?, ?, 1, '{}', '[]', '{}', ?, ?)",
            (
                *(key, conversation, sequence, Outcome.INTERRUPTED.value, origin),
                *(write_failure(LOST), created),
            ),
        )
    return keys


def _neighbour(db: apsw.Connection, key: str) -> tuple[str, int, str, float]:
    """The conversation of a lost turn, and its place in it: before the turn that followed it."""
    after = db.execute(
        "SELECT conversation, sequence - 1, origin, created FROM interaction WHERE previous = ? "
        "ORDER BY sequence LIMIT 1",
        (key,),
    ).fetchone()
    if after is None:
        after = db.execute(
            "SELECT key, sequence, origin, updated FROM conversation WHERE head = ?", (key,)
        ).fetchone()
    if after is None:
        ((last,),) = db.execute(
            "SELECT 1 + coalesce(max(sequence), 0) FROM interaction WHERE conversation = ?",
            (RECOVERED,),
        ).fetchall()
        return RECOVERED, int(last), "", time.time()
    conversation, sequence, origin, created = after
    return str(conversation), int(sequence), str(origin), float(created)


def _make_conversations(db: apsw.Connection) -> None:
    lost = db.execute(
        f"SELECT conversation, max(sequence), min(created), max(created) FROM interaction "  # noqa: S608 - constants
        f"WHERE {_LOST_CONVERSATIONS} GROUP BY conversation"
    ).fetchall()
    for key, sequence, created, updated in lost:
        ((first, origin),) = db.execute(
            "SELECT input, origin FROM interaction WHERE conversation = ? "
            "ORDER BY input = '[]', sequence LIMIT 1",
            (key,),
        ).fetchall()
        title = _RECOVERED_TITLE if key == RECOVERED else _title(str(first))
        db.execute(
            "INSERT INTO conversation (key, sequence, title, named, origin, created, updated, "
            "unread) VALUES (?, ?, ?, 0, ?, ?, ?, 0)",
            (key, sequence, title, origin, created, updated),
        )
        _lead_to_last(db, str(key))


def _title(text: str) -> str:
    for block in read_contents(text):
        if isinstance(block, TextContent) and block.text.strip():
            line = " ".join(block.text.strip().splitlines()[0].split())
            return line if len(line) <= _TITLE_LENGTH else f"{line[: _TITLE_LENGTH - 1].rstrip()}…"
    return _UNTITLED


def _relink_turns(db: apsw.Connection, made: list[str]) -> None:
    """Let each turn that follows a lost one follow the one that was made before it."""
    for key in made:
        db.execute("UPDATE interaction SET previous = '' WHERE key = ?", (key,))
    db.execute(
        f"""
        UPDATE interaction SET previous = (
            SELECT before.key FROM interaction AS before
            WHERE before.conversation = interaction.conversation
            AND before.sequence < interaction.sequence
            ORDER BY before.sequence DESC LIMIT 1
        ) WHERE {_FOLLOWS_NOTHING}
        """  # noqa: S608 - constants
    )


def _relink_heads(db: apsw.Connection) -> None:
    headless = db.execute(f"SELECT key FROM conversation WHERE {_HEADLESS}").fetchall()  # noqa: S608 - constants
    for (key,) in headless:
        _lead_to_last(db, str(key))


def _lead_to_last(db: apsw.Connection, conversation: str) -> None:
    db.execute(
        "UPDATE conversation SET head = (SELECT key FROM interaction WHERE conversation = ?1 "
        "ORDER BY sequence DESC LIMIT 1) WHERE key = ?1",
        (conversation,),
    )


# --- attachments ----------------------------------------------------------------------------------


def _relink_attachments(db: apsw.Connection, folder: Path) -> None:
    """Know every file again that something uses, and let no other one be tidied away."""
    used: list[tuple[str, str, int]] = []
    for owner, text in db.execute(
        "SELECT key, input FROM interaction UNION ALL "
        "SELECT 'draft:' || conversation, attachments FROM draft"
    ):
        used += [(str(owner), one.sha256, one.size) for one in _attached(str(text))]
    now = time.time()
    for owner, digest, size in used:
        _know(db, digest, _size(folder, digest, size), now)
        db.execute("INSERT OR IGNORE INTO attachment_use VALUES (?, ?)", (owner, digest))
    for (digest,) in db.execute(
        "SELECT DISTINCT sha256 FROM attachment_use "
        "WHERE sha256 NOT IN (SELECT sha256 FROM attachment)"
    ).fetchall():
        _know(db, str(digest), _size(folder, str(digest), 0), now)
    db.execute(
        "INSERT INTO attachment_use SELECT 'damaged', sha256 FROM attachment "
        "WHERE sha256 NOT IN (SELECT sha256 FROM attachment_use)"
    )
    db.execute("DELETE FROM upload WHERE sha256 NOT IN (SELECT sha256 FROM attachment)")


def _attached(text: str) -> list[AttachmentContent]:
    if '"sha256"' not in text:
        return []
    return [one for one in read_contents(text) if isinstance(one, AttachmentContent)]


def _know(db: apsw.Connection, digest: str, size: int, now: float) -> None:
    db.execute("INSERT OR IGNORE INTO attachment VALUES (?, ?, ?)", (digest, size, now))


def _size(folder: Path, digest: str, said: int) -> int:
    try:
        return (folder / digest[:2] / digest).stat().st_size
    except OSError:
        return said
