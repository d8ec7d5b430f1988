"""A profile with a history that a person has after a year of use; the same at every run."""

import base64
import random
from dataclasses import replace
from pathlib import Path

from desktop_app.interactions.content import AttachmentContent, ImageContent, TextContent
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.store import conversations as queries
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.database import FILE_NAME, DatabaseConnection, open_connection
from desktop_app.store.rows import ConversationRow, InteractionRow, interaction_row
from tests.benchmarks.content import (
    MODEL,
    SEED,
    answer_events,
    answer_text,
    mixed_text,
    question_text,
    title_text,
)
from tests.pictures import encoded
from tests.pictures import picture as picture_of

CONVERSATIONS = 200
SHORT, LONG = 0, 1
"""The two conversations of a mixed history, by their numbers."""

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


def write_mixed_history(profile: Path, turns: int, origin: str = ORIGIN) -> None:
    """Write two conversations: a short one, which is open, and one of so many mixed turns.

    In them are Markdown of all kinds, pictures of the model's and of the person's. There are 400
    different turns; what is beyond that begins anew.
    """
    rng = random.Random(SEED)
    picture = encoded(picture_of(480, 320, "#3060a0"))
    files = AttachmentStore(profile / "attachments")
    stored = files.add_bytes(picture, len(picture))
    attached = AttachmentContent(
        "image", stored.sha256, "photo.png", "image/png", stored.size, 480, 320
    )
    db = open_connection(profile / FILE_NAME)
    try:
        db.execute("BEGIN IMMEDIATE")
        queries.add_attachment(db, stored.sha256, stored.size)
        templates = [_mixed_turn(rng, number, attached, picture) for number in range(400)]
        _write_copies(db, templates, LONG, turns, origin)
        _write_copies(db, templates, SHORT, 2, origin)
        queries.save_meta(db, "conversation", conversation_key(SHORT))
        db.execute("COMMIT")
    finally:
        db.close()


def _mixed_turn(
    rng: random.Random, number: int, attached: AttachmentContent, picture: bytes
) -> InteractionRow:
    files = (attached,) if number % 40 == 7 else ()
    turn = _turn(rng, f"{number:032x}", None, mixed_text(rng), files)
    if number % 40 == 27:
        image = ImageContent(base64.b64encode(picture).decode(), mime_type="image/png")
        turn.restore_step(
            ModelOutputStep((image,)), index=len(turn.steps), seconds=None, whole=True
        )
    return interaction_row(turn, "", _BEGAN)


def _write_copies(
    db: DatabaseConnection, templates: list[InteractionRow], number: int, count: int, origin: str
) -> None:
    """Write a conversation of these turns, as often as it takes."""
    conversation = conversation_key(number)
    row = ConversationRow(
        conversation, title_text(random.Random(number)), origin, model=MODEL, created=_BEGAN
    )
    previous: str | None = None
    for at in range(count):
        key = f"{number:08x}{at:024x}"
        turn = replace(
            templates[at % len(templates)],
            key=key,
            conversation=conversation,
            previous=previous,
            id=f"v1_{key}",
            origin=origin,
            created=_BEGAN + at,
        )
        if at == 0 or at == count - 1:
            queries.add_turn(db, replace(row, head=key, updated=_BEGAN + at), turn)
        else:  # as it does, but without looking for the highest number among 50,000
            queries._insert_interaction(db, turn, at + 2)
            queries.save_steps(db, turn.key, turn.steps)
        previous = key


def _turn(
    rng: random.Random,
    key: str,
    previous: str | None,
    answer: str = "",
    files: tuple[AttachmentContent, ...] = (),
) -> Interaction:
    turn = Interaction(
        key,
        previous=previous,
        input=(TextContent(question_text(rng)), *files),
        request=InteractionRequest(model=MODEL),
        origin=ORIGIN,
        clock=lambda: 0.0,
    )
    for event in answer_events(rng, answer or answer_text(rng), f"v1_{key}"):
        turn.apply(event)
    return turn
