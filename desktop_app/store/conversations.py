"""The queries on the history. Each takes the connection, and runs on the database's thread."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apsw

from desktop_app import faultpoints
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.outcome import PROGRAM_ENDED, Outcome
from desktop_app.interactions.outline import TurnFacts
from desktop_app.store.columns import CONVERSATION, INTERACTION, STEP, expect
from desktop_app.store.deletions import keep_copy, note_copy, note_interactions, note_uploads
from desktop_app.store.rows import (
    ConversationRow,
    Draft,
    InteractionRow,
    StepRow,
    read_contents,
    write_contents,
    write_failure,
)

_CONVERSATION = (
    "key, title, origin, sequence, named, model, thinking_level, head, created, updated, unread, "
    "trashed"
)
_INTERACTION = (
    "key, conversation, previous, id, status, outcome, origin, expired, request, input, header, "
    "failure, last_event_id, created, hops, kept, tokens, size"
)
# With another word for `streaming`, such as a parameter, the index of those is not used.
_INTERRUPT = "UPDATE interaction SET outcome = ?, failure = ? WHERE outcome = 'streaming'"
_STEP = "position, wire_index, type, body, whole, seconds, unknown"


# --- conversations --------------------------------------------------------------------------------


def list_conversations(db: apsw.Connection, *, trashed: bool = False) -> list[ConversationRow]:
    """All conversations that are, or are not, in the trash; the latest first."""
    where = "IS NOT NULL" if trashed else "IS NULL"
    rows = db.execute(
        f"SELECT {_CONVERSATION} FROM conversation WHERE trashed {where} ORDER BY sequence DESC"  # noqa: S608 - constants
    )
    return [_conversation(row) for row in rows]


def _conversation(row: Sequence[Any]) -> ConversationRow:
    expect(row, CONVERSATION)
    values = list(row)
    values[4], values[10] = bool(values[4]), bool(values[10])
    return ConversationRow(*values)


def save_conversation(db: apsw.Connection, row: ConversationRow) -> None:
    """Write a conversation's own columns; a new one comes to the top of the list.

    Whether it is in the trash is not changed: a late write would take it out.
    """
    db.execute(
        "INSERT INTO conversation (key, sequence, title, named, origin, model, thinking_level, "
        "head, created, updated, unread, trashed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
        "?11, ?12) ON CONFLICT (key) DO UPDATE SET title = ?3, named = ?4, origin = ?5, "
        "model = ?6, thinking_level = ?7, head = ?8, updated = ?10, unread = ?11",
        (
            row.key,
            row.sequence or next_sequence(db),
            row.title,
            row.named,
            row.origin,
            row.model,
            row.thinking_level,
            row.head,
            row.created,
            row.updated,
            row.unread,
            row.trashed,
        ),
    )


def next_sequence(db: apsw.Connection) -> int:
    """A number larger than every one before it; order never depends on the clock."""
    (highest,) = db.execute(
        "SELECT max(coalesce((SELECT max(sequence) FROM conversation), 0),"
        " coalesce((SELECT max(sequence) FROM interaction), 0))"
    ).fetchone() or (0,)
    return int(highest) + 1


def set_trashed(db: apsw.Connection, key: str, when: float | None) -> None:
    """Put a conversation in the trash, or take it out."""
    db.execute("UPDATE conversation SET trashed = ? WHERE key = ?", (when, key))


def take_out_of_trash(db: apsw.Connection, key: str) -> ConversationRow | None:
    """Take a conversation out of the trash; return it as it is, `None` where it is gone.

    Something may have come to it after it was put there.
    """
    set_trashed(db, key, None)
    row = db.execute(f"SELECT {_CONVERSATION} FROM conversation WHERE key = ?", (key,)).fetchone()  # noqa: S608 - constants
    return None if row is None else _conversation(row)


def delete_conversations(db: apsw.Connection, keys: Iterable[str]) -> list[str]:
    """Delete conversations for good; return the digests of attachments nobody uses any more.

    What the server has of them is noted, to be deleted there, and so are those files here. An
    attachment that they never had stays: it may be one that is being attached right now.
    """
    used: dict[str, None] = {}
    for key in keys:
        note_interactions(db, key)
        used |= dict.fromkeys(_attachments_of(db, key))
        db.execute(
            "DELETE FROM attachment_use WHERE owner = 'draft:' || ?1 OR owner IN "
            "(SELECT key FROM interaction WHERE conversation = ?1)",
            (key,),
        )
        db.execute("DELETE FROM draft WHERE conversation = ?", (key,))
        db.execute("DELETE FROM conversation WHERE key = ?", (key,))
    return [digest for digest in used if _forget_if_unused(db, digest)]


def _attachments_of(db: apsw.Connection, conversation: str) -> list[str]:
    rows = db.execute(
        "SELECT DISTINCT sha256 FROM attachment_use WHERE owner = 'draft:' || ?1 OR owner IN "
        "(SELECT key FROM interaction WHERE conversation = ?1)",
        (conversation,),
    )
    return [str(digest) for (digest,) in rows]


def expired_trash(db: apsw.Connection, before: float) -> list[str]:
    """The keys of conversations put in the trash before a time."""
    return [
        key for (key,) in db.execute("SELECT key FROM conversation WHERE trashed < ?", (before,))
    ]


# --- interactions ---------------------------------------------------------------------------------


def load_interactions(db: apsw.Connection, conversation: str) -> list[InteractionRow]:
    """The interactions of a conversation with their steps, in the order of their making."""
    return list(each_interaction(db, conversation))


def each_interaction(db: apsw.Connection, conversation: str) -> Iterator[InteractionRow]:
    """Give these one by one, as they all were when it began."""
    rows = db.execute(
        f"SELECT {_INTERACTION} FROM interaction WHERE conversation = ? ORDER BY sequence",  # noqa: S608 - constants
        (conversation,),
    )
    for values in rows:
        yield _interaction(db, values)


def load_interaction(db: apsw.Connection, key: str) -> InteractionRow | None:
    """One interaction with its steps; `None` where there is none of this key."""
    values = db.execute(f"SELECT {_INTERACTION} FROM interaction WHERE key = ?", (key,)).fetchone()  # noqa: S608 - constants
    return None if values is None else _interaction(db, values)


def _interaction(db: apsw.Connection, values: Sequence[Any]) -> InteractionRow:
    expect(values, INTERACTION)
    key, *between = values[:15]
    between[6] = bool(between[6])
    kept, *facts = values[15:]
    steps = db.execute(
        f"SELECT {_STEP} FROM step WHERE interaction = ? ORDER BY position",  # noqa: S608 - constants
        (key,),
    )
    return InteractionRow(
        key,
        *between,
        facts=TurnFacts(bool(kept), *facts),
        steps=tuple(_step(step) for step in steps),
    )


def _step(values: Sequence[Any]) -> StepRow:
    expect(values, STEP)
    position, index, kind, body, whole, seconds, unknown = values
    return StepRow(position, index, kind, body, bool(whole), seconds, unknown)


def add_turn(db: apsw.Connection, conversation: ConversationRow, turn: InteractionRow) -> int:
    """Write a new turn and its conversation, and empty the draft it came from.

    The conversation comes to the top of the list; its new sequence is returned.
    """
    sequence = next_sequence(db)
    save_conversation(db, conversation)
    db.execute("UPDATE conversation SET sequence = ? WHERE key = ?", (sequence, conversation.key))
    _insert_interaction(db, turn, sequence)
    save_steps(db, turn.key, turn.steps)
    return sequence


def _insert_interaction(db: apsw.Connection, row: InteractionRow, sequence: int) -> None:
    facts = row.facts
    marks = ", ".join("?" * 19)
    db.execute(
        f"INSERT INTO interaction ({_INTERACTION}, sequence) VALUES ({marks})",  # noqa: S608 - constants
        (
            row.key,
            row.conversation,
            row.previous,
            row.id,
            row.status,
            row.outcome,
            row.origin,
            row.expired,
            row.request,
            row.input,
            row.header,
            row.failure,
            row.last_event_id,
            row.created,
            row.hops,
            facts.kept,
            facts.tokens,
            facts.size,
            sequence,
        ),
    )
    use_attachments(db, row.key, row.attachments)


def update_interaction(db: apsw.Connection, row: InteractionRow, steps: Iterable[StepRow]) -> None:
    """Write what has changed of a turn: its own columns, and the steps given.

    Of a turn that was deleted meanwhile nothing is written.
    """
    facts = row.facts
    written = db.execute(
        "UPDATE interaction SET id = ?, status = ?, outcome = ?, expired = ?, request = ?, "
        "header = ?, failure = ?, last_event_id = ?, hops = ?, kept = ?, tokens = ?, "
        "size = ? WHERE key = ? RETURNING 1",
        (
            row.id,
            row.status,
            row.outcome,
            row.expired,
            row.request,
            row.header,
            row.failure,
            row.last_event_id,
            row.hops,
            facts.kept,
            facts.tokens,
            facts.size,
            row.key,
        ),
    ).fetchall()
    if written:
        save_steps(db, row.key, steps)


def mark_interrupted(db: apsw.Connection) -> None:
    """Say of every answer that nobody takes in any more that it is interrupted: at the start."""
    db.execute(_INTERRUPT, (Outcome.INTERRUPTED.value, write_failure(PROGRAM_ENDED)))


def delete_turn(db: apsw.Connection, key: str) -> None:
    """Delete a turn that nothing follows; its attachments stay."""
    db.execute("DELETE FROM attachment_use WHERE owner = ?", (key,))
    db.execute("DELETE FROM interaction WHERE key = ?", (key,))


def save_steps(db: apsw.Connection, interaction: str, steps: Iterable[StepRow]) -> None:
    """Write steps over those of the same position."""
    db.executemany(
        f"INSERT OR REPLACE INTO step (interaction, {_STEP}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
        [
            (
                interaction,
                step.position,
                step.wire_index,
                step.type,
                step.body,
                step.whole,
                step.seconds,
                step.unknown,
            )
            for step in steps
        ],
    )


def drop_steps_from(db: apsw.Connection, interaction: str, position: int) -> None:
    """Delete the steps from a position on: a snapshot had fewer."""
    db.execute("DELETE FROM step WHERE interaction = ? AND position >= ?", (interaction, position))


# --- attachments and drafts -----------------------------------------------------------------------


def add_attachment(db: apsw.Connection, sha256: str, size: int) -> None:
    """Note that a file is in the store of attachments, or is just coming there."""
    db.execute(
        "INSERT INTO attachment (sha256, size, created) VALUES (?, ?, ?) "
        "ON CONFLICT (sha256) DO UPDATE SET created = excluded.created",
        (sha256, size, time.time()),
    )
    keep_copy(db, sha256)


def use_attachments(db: apsw.Connection, owner: str, digests: Iterable[str]) -> None:
    """Note which attachments a turn or a draft (`draft:KEY`) uses, and no others."""
    db.execute("DELETE FROM attachment_use WHERE owner = ?", (owner,))
    db.executemany(
        "INSERT OR IGNORE INTO attachment_use (owner, sha256) VALUES (?, ?)",
        [(owner, digest) for digest in digests],
    )


def forget_unused_attachments(db: apsw.Connection, older_than: float) -> list[str]:
    """Delete the rows of attachments nobody uses; return their digests. The files are noted."""
    digests = [
        str(digest)
        for (digest,) in db.execute(
            "SELECT sha256 FROM attachment WHERE created < ? "
            "AND sha256 NOT IN (SELECT sha256 FROM attachment_use)",
            (older_than,),
        )
    ]
    return [digest for digest in digests if _forget_if_unused(db, digest)]


def _forget_if_unused(db: apsw.Connection, sha256: str) -> bool:
    use = db.execute("SELECT 1 FROM attachment_use WHERE sha256 = ? LIMIT 1", (sha256,))
    if use.fetchone() is not None:
        return False
    note_uploads(db, sha256)
    note_copy(db, sha256)
    db.execute("DELETE FROM attachment WHERE sha256 = ?", (sha256,))
    return True


def load_draft(db: apsw.Connection, conversation: str) -> Draft:
    """What stood in the composer of a conversation; the key of a new chat is empty."""
    row = db.execute(
        "SELECT text, attachments FROM draft WHERE conversation = ?", (conversation,)
    ).fetchone()
    if row is None:
        return Draft()
    try:
        contents = read_contents(str(row[1]))
    except ValueError:  # damaged: the text is still the person's
        contents = ()
    return Draft(str(row[0]), tuple(c for c in contents if isinstance(c, AttachmentContent)))


def save_draft(db: apsw.Connection, conversation: str, draft: Draft) -> None:
    """Write what stands in the composer of a conversation; an empty draft is none."""
    owner = f"draft:{conversation}"
    use_attachments(db, owner, dict.fromkeys(a.sha256 for a in draft.attachments))
    faultpoints.reach("draft.saving")
    if draft == Draft():
        db.execute("DELETE FROM draft WHERE conversation = ?", (conversation,))
        return
    db.execute(
        "INSERT OR REPLACE INTO draft (conversation, text, attachments, updated) "
        "VALUES (?, ?, ?, ?)",
        (conversation, draft.text, write_contents(draft.attachments), time.time()),
    )


# --- what the window remembers --------------------------------------------------------------------


def load_meta(db: apsw.Connection) -> dict[str, str]:
    """Small things by name, such as the window's geometry."""
    return {str(name): str(value) for name, value in db.execute("SELECT name, value FROM meta")}


def forget_meta(db: apsw.Connection, name: str) -> None:
    """Remember it no more."""
    db.execute("DELETE FROM meta WHERE name = ?", (name,))


def save_meta(db: apsw.Connection, name: str, value: str) -> None:
    """Remember a small thing."""
    db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
