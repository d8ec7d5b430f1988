"""Finds what a start goes on with: inputs that wait to be sent, and answers that were coming in.

Each function takes the connection, and runs on the database's thread.
"""

import apsw

from desktop_app.interactions.outcome import PROGRAM_ENDED, Outcome
from desktop_app.store.rows import failed_by, is_background, is_stored


def waiting_conversations(db: apsw.Connection) -> list[str]:
    """The keys of conversations in which something waits to be sent, as they began to wait."""
    rows = db.execute(
        "SELECT conversation.key, min(waiting.sequence) AS first FROM conversation "
        "JOIN interaction ON interaction.key = conversation.head "
        "JOIN interaction AS waiting ON waiting.conversation = conversation.key "
        "WHERE trashed IS NULL AND interaction.outcome = ?1 AND waiting.outcome = ?1 "
        "GROUP BY conversation.key ORDER BY first",
        (Outcome.WAITING.value,),
    )
    return [str(key) for key, _ in rows]


def waiting_turns(db: apsw.Connection, conversation: str) -> list[str]:
    """The keys of the turns at the end of a conversation that wait to be sent, in their order."""
    rows = db.execute(
        "WITH RECURSIVE late (key, previous, outcome, depth) AS ("
        "SELECT interaction.key, previous, outcome, 0 FROM conversation "
        "JOIN interaction ON interaction.key = head WHERE conversation.key = ?1 AND outcome = ?2 "
        "UNION ALL SELECT before.key, before.previous, before.outcome, depth + 1 FROM late "
        "JOIN interaction AS before ON before.key = late.previous "
        "WHERE before.outcome IN (?2, ?3)"
        ") SELECT key FROM late WHERE outcome = ?2 ORDER BY depth DESC",
        (conversation, Outcome.WAITING.value, Outcome.CANCELLED.value),
    )
    return [str(key) for (key,) in rows]


def unfinished_runs(db: apsw.Connection, origin: str) -> list[tuple[str, str]]:
    """The answers that a server may have gone on with while nobody listened, as the keys of their
    conversation and turn. Each is the last that is on screen in its conversation.

    They are those in the background, and those that were coming in when the program ended and can
    be followed from the last event on.
    """
    return [
        (str(conversation), str(key))
        for conversation, key, request, failure, can_follow in db.execute(
            "SELECT conversation.key, interaction.key, request, failure, last_event_id IS NOT NULL "
            "OR NOT EXISTS (SELECT 1 FROM step WHERE interaction = interaction.key) "
            "FROM conversation JOIN interaction ON interaction.key = conversation.head "
            "WHERE trashed IS NULL AND outcome = ? AND interaction.origin = ? "
            "AND interaction.id IS NOT NULL AND NOT expired ORDER BY interaction.sequence",
            (Outcome.INTERRUPTED.value, origin),
        )
        if is_background(str(request))
        or (can_follow and is_stored(str(request)) and failed_by(failure) == PROGRAM_ENDED.code)
    ]
