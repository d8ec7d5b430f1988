"""What was deleted here is remembered until it is deleted at the server."""

import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.store import conversations as queries
from desktop_app.store import deletions as store
from desktop_app.store.database import FILE_NAME, open_connection
from desktop_app.store.deletions import Deletion, Kind
from desktop_app.store.rows import ConversationRow, interaction_row

HERE = "https://here.example"
THERE = "https://there.example"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    made = open_connection(tmp_path / FILE_NAME)
    yield made
    made.close()


def add(
    db: apsw.Connection, conversation: str, name: str | None, origin: str = HERE, *, stored: bool
) -> None:
    turn = Interaction(
        input=(TextContent("hi"),),
        origin=origin,
        request=InteractionRequest(store=None if stored else False),
    )
    if name is not None:
        for part in name.split("+"):
            if turn.ids:
                turn.begin_rest()
            status = "completed" if name.endswith(part) else "requires_continuation"
            header = InteractionHeader(part, status, continuation_token=f"after {part}")
            turn.apply(InteractionCompleted(header))
    row = ConversationRow(conversation, "a", origin)
    queries.add_turn(db, row, interaction_row(turn, conversation))


def test_everything_stored_of_a_deleted_conversation_is_noted_and_nothing_else(
    db: apsw.Connection,
) -> None:
    add(db, "c1", "v1", stored=True)
    add(db, "c1", "v2+v3", stored=True)
    add(db, "c1", "v4", stored=False)
    add(db, "c1", None, stored=True)
    add(db, "c1", "v5", THERE, stored=True)
    add(db, "c2", "v6", stored=True)
    queries.delete_conversations(db, ["c1"])
    assert store.list_deletions(db) == [
        Deletion(Kind.INTERACTION, name, THERE if name == "v5" else HERE)
        for name in ("v1", "v2", "v3", "v5")
    ]


def test_what_is_deleted_at_the_server_is_forgotten(db: apsw.Connection) -> None:
    one = Deletion(Kind.INTERACTION, "v1", HERE)
    same_name = Deletion(Kind.FILE, "v1", HERE)
    elsewhere = Deletion(Kind.INTERACTION, "v1", THERE)
    store.note_deletions(db, [one, same_name, elsewhere])
    store.note_deletions(db, [one])
    store.forget_deletions(db, [one])
    assert store.list_deletions(db) == [same_name, elsewhere]


def test_what_the_server_has_deleted_by_itself_is_forgotten(db: apsw.Connection) -> None:
    file = Deletion(Kind.FILE, "files/a", HERE)
    interaction = Deletion(Kind.INTERACTION, "v1", HERE)
    store.note_deletions(db, [file, interaction])
    ((made,),) = db.execute("SELECT DISTINCT created FROM deletion").fetchall()
    store.forget_lapsed_deletions(db, made + store.KEPT_SECONDS[Kind.FILE])
    assert len(store.list_deletions(db)) == 2
    store.forget_lapsed_deletions(db, made + store.KEPT_SECONDS[Kind.FILE] + 1)
    assert store.list_deletions(db) == [interaction]
    store.forget_lapsed_deletions(db, made + store.KEPT_SECONDS[Kind.INTERACTION] + 1)
    assert store.list_deletions(db) == []


def test_a_kind_of_a_newer_castor_is_left_alone(db: apsw.Connection) -> None:
    db.execute("INSERT INTO deletion VALUES ('dream', 'd1', ?, 1.0)", (HERE,))
    assert store.list_deletions(db) == []


def test_a_copy_that_is_used_no_more_is_deleted_even_by_the_next_start(tmp_path: Path) -> None:
    db = open_connection(tmp_path / FILE_NAME)
    queries.add_attachment(db, "a" * 64, 3)
    queries.add_attachment(db, "b" * 64, 3)
    assert queries.forget_unused_attachments(db, time.time() + 1) == ["a" * 64, "b" * 64]
    db.close()  # and the program ends here
    db = open_connection(tmp_path / FILE_NAME)
    gone: list[str] = []

    def delete(sha256: str) -> bool:
        gone.append(sha256)
        return sha256[0] == "a"

    store.delete_copies(db, delete)
    assert sorted(gone) == ["a" * 64, "b" * 64]
    store.delete_copies(db, delete)
    assert gone[2:] == ["b" * 64]  # that one could not be deleted the first time
    assert store.list_deletions(db) == []  # no server is told of them
    db.close()


def test_a_copy_that_is_attached_again_is_kept(db: apsw.Connection) -> None:
    queries.add_attachment(db, "a" * 64, 3)
    queries.forget_unused_attachments(db, time.time() + 1)
    queries.add_attachment(db, "a" * 64, 3)
    gone: list[str] = []
    store.delete_copies(db, lambda sha256: not gone.append(sha256))
    assert gone == []


def test_an_attachment_that_is_attached_again_is_as_new(db: apsw.Connection) -> None:
    queries.add_attachment(db, "a" * 64, 3)
    db.execute("UPDATE attachment SET created = 0")
    queries.add_attachment(db, "a" * 64, 3)
    assert queries.forget_unused_attachments(db, 1.0) == []
