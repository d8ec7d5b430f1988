"""What is to be deleted at a server, and which files here: queues that survive the program.

They are written in the same transaction as the deletion here. That of a server is emptied when it
can be reached with the key of its origin, that of our files at once, or at the next start.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import apsw

from desktop_app.interactions.jsonvalue import parse_json
from desktop_app.store.rows import read_hops
from desktop_app.values import value_class

_DAY: Final = 24 * 3600.0
COPY: Final = "copy"
"""Beside the kinds of what servers keep: a file in the store of attachments, by its digest."""


class Kind(StrEnum):
    """What a server keeps for us."""

    INTERACTION = "interaction"
    FILE = "file"


KEPT_SECONDS: Final = {Kind.INTERACTION: 56 * _DAY, Kind.FILE: 3 * _DAY}
"""After this time the server has deleted it by itself (specification, sections 8 and 13)."""


@dataclass(frozen=True)
class Deletion:
    """Something to be deleted: `id` is the server's name for it, `origin` says at which server."""

    kind: Kind
    id: str
    origin: str


def note_deletions(db: apsw.Connection, deletions: Iterable[Deletion]) -> None:
    """Put these into the queue."""
    now = time.time()
    db.executemany(
        "INSERT OR IGNORE INTO deletion (kind, id, origin, created) VALUES (?, ?, ?, ?)",
        [(one.kind.value, one.id, one.origin, now) for one in deletions],
    )


def note_interactions(db: apsw.Connection, conversation: str) -> None:
    """Put everything into the queue that a server stored of a conversation."""
    found: dict[Deletion, None] = {}
    for name, origin, request, hops in db.execute(
        "SELECT id, origin, request, hops FROM interaction WHERE conversation = ?", (conversation,)
    ):
        asked = parse_json(str(request))
        if isinstance(asked, dict) and asked.get("store") is False:
            continue
        for one in (*(hop.header.id for hop in read_hops(str(hops))), name):
            if one is not None:
                found[Deletion(Kind.INTERACTION, str(one), str(origin))] = None
    note_deletions(db, found)


@value_class
class StoredStep:
    """A step of an answer by the turn's key and its position, and of how many characters it is."""

    interaction: str
    position: int
    size: int


def list_steps(db: apsw.Connection, conversations: Iterable[str]) -> list[StoredStep]:
    """All steps of conversations, in each turn the last one first."""
    return [
        StoredStep(str(interaction), int(position), int(size))
        for key in conversations
        for interaction, position, size in db.execute(
            "SELECT interaction, position, length(body) FROM step JOIN interaction "
            "ON interaction.key = step.interaction WHERE conversation = ? "
            "ORDER BY interaction, position DESC",
            (key,),
        )
    ]


def note_uploads(db: apsw.Connection, sha256: str) -> None:
    """Put what was uploaded of an attachment into the queue, as far as it may still be there."""
    now = time.time()
    found = db.execute(
        "SELECT name, origin FROM upload WHERE sha256 = ? AND expires > ?", (sha256, now)
    ).fetchall()
    note_deletions(db, (Deletion(Kind.FILE, str(name), str(origin)) for name, origin in found))


def list_deletions(db: apsw.Connection) -> list[Deletion]:
    """Everything in the queue, the oldest first."""
    known = set(Kind)
    return [
        Deletion(Kind(kind), str(name), str(origin))
        for kind, name, origin in db.execute(
            "SELECT kind, id, origin FROM deletion ORDER BY created, id"
        )
        if kind in known
    ]


def forget_deletions(db: apsw.Connection, deletions: Iterable[Deletion]) -> None:
    """Take these out of the queue: they are deleted."""
    db.executemany(
        "DELETE FROM deletion WHERE kind = ? AND id = ? AND origin = ?",
        [(one.kind.value, one.id, one.origin) for one in deletions],
    )


def forget_lapsed_deletions(db: apsw.Connection, now: float) -> None:
    """Take out of the queue what the servers have deleted by themselves."""
    db.executemany(
        "DELETE FROM deletion WHERE kind = ? AND created < ?",
        [(kind.value, now - seconds) for kind, seconds in KEPT_SECONDS.items()],
    )


# --- copies of files ------------------------------------------------------------------------------


def note_copy(db: apsw.Connection, sha256: str) -> None:
    """Have the copy of an attachment deleted that nobody uses any more."""
    db.execute(
        "INSERT OR IGNORE INTO deletion (kind, id, origin, created) VALUES (?, ?, '', ?)",
        (COPY, sha256, time.time()),
    )


def keep_copy(db: apsw.Connection, sha256: str) -> None:
    """Have it kept: it is attached again."""
    db.execute("DELETE FROM deletion WHERE kind = ? AND id = ?", (COPY, sha256))


def delete_copies(db: apsw.Connection, delete: Callable[[str], bool]) -> None:
    """Delete the copies that were noted; what cannot be deleted now stays in the queue.

    `delete` says whether the file of a digest is gone. It is called here, so that no file which is
    attached again meanwhile is deleted.
    """
    rows = db.execute(
        "SELECT id FROM deletion WHERE kind = ? AND id NOT IN "
        "(SELECT sha256 FROM attachment UNION SELECT sha256 FROM attachment_use)",
        (COPY,),
    ).fetchall()
    for (sha256,) in rows:
        if delete(str(sha256)):
            keep_copy(db, str(sha256))
