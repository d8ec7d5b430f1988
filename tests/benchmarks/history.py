"""A profile with a history that a person has after a year of use; the same at every run."""

import random
from pathlib import Path

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.store import conversations as queries
from desktop_app.store.database import FILE_NAME, DatabaseConnection, open_connection
from desktop_app.store.rows import ConversationRow, interaction_row
from tests.benchmarks.content import (
    MODEL,
    SEED,
    answer_events,
    answer_text,
    question_text,
    title_text,
)

CONVERSATIONS = 200
ORIGIN = "https://generativelanguage.googleapis.com"
_BEGAN = 1_780_000_000.0


def conversation_key(number: int) -> str:
    """The key of a conversation of the history."""
    return f"{number:032x}"


def write_history(profile: Path, turns_of_last: int, opened: int = CONVERSATIONS - 1) -> None:
    """Write the history; all conversations but the last have two turns.

    `opened` is the number of the one that is open at the start.
    """
    db = open_connection(profile / FILE_NAME)
    try:
        rng = random.Random(SEED)
        db.execute("BEGIN IMMEDIATE")
        for number in range(CONVERSATIONS):
            last = number == CONVERSATIONS - 1
            _write_conversation(db, rng, number, turns_of_last if last else 2)
        queries.save_meta(db, "conversation", conversation_key(opened))
        db.execute("COMMIT")
    finally:
        db.close()


def _write_conversation(
    db: DatabaseConnection, rng: random.Random, number: int, count: int
) -> None:
    key = conversation_key(number)
    when = _BEGAN + 90_000.0 * number
    previous: str | None = None
    for turn_number in range(count):
        turn = _turn(rng, f"{number:016x}{turn_number:016x}", previous)
        row = ConversationRow(
            key,
            title_text(random.Random(number)),
            ORIGIN,
            model=MODEL,
            head=turn.key,
            created=when,
            updated=when,
        )
        queries.add_turn(db, row, interaction_row(turn, key, when))
        previous = turn.key


def _turn(rng: random.Random, key: str, previous: str | None) -> Interaction:
    turn = Interaction(
        key,
        previous=previous,
        input=(TextContent(question_text(rng)),),
        request=InteractionRequest(model=MODEL),
        origin=ORIGIN,
        clock=lambda: 0.0,
    )
    for event in answer_events(rng, answer_text(rng), f"v1_{key}"):
        turn.apply(event)
    return turn
