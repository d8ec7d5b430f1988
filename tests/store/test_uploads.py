"""What was uploaded is remembered for as long as the server keeps it, and no longer."""

import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.store import conversations as queries
from desktop_app.store.database import open_connection
from desktop_app.store.deletions import Kind, list_deletions
from desktop_app.store.rows import ConversationRow, Draft, interaction_row
from desktop_app.store.uploads import (
    UploadRow,
    find_upload,
    forget_upload,
    save_upload,
)

HERE = "https://a.example"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    db = open_connection(tmp_path / "history.db")
    for digest in ("1", "2", "3", "4"):
        queries.add_attachment(db, digest * 64, 10)
    yield db
    db.close()


def row(digest: str, origin: str = HERE, expires: float = 1000.0) -> UploadRow:
    name = f"files/{digest}"
    return UploadRow(
        digest * 64, origin, name, f"{origin}/v1beta/{name}", "video/mp4", expires, True
    )


def attachment(digest: str) -> AttachmentContent:
    return AttachmentContent("video", digest * 64, f"{digest}.mp4", "video/mp4", 10)


def add_turn(db: apsw.Connection, key: str, *digests: str) -> None:
    content = (*map(attachment, digests), TextContent("x"))
    turn = Interaction(input=content, origin=HERE)
    queries.add_turn(db, ConversationRow(key, "t", HERE), interaction_row(turn, key, 1.0))


def test_an_upload_is_found_until_it_expires(db: apsw.Connection) -> None:
    save_upload(db, row("1"))
    assert find_upload(db, "1" * 64, HERE, 999) == row("1")
    assert find_upload(db, "1" * 64, HERE, 1000) is None
    assert find_upload(db, "2" * 64, HERE, 999) is None


def test_an_upload_belongs_to_one_origin(db: apsw.Connection) -> None:
    save_upload(db, row("1"))
    save_upload(db, row("1", "https://b.example"))
    assert find_upload(db, "1" * 64, "https://c.example", 0) is None
    forget_upload(db, "1" * 64, HERE)
    assert find_upload(db, "1" * 64, HERE, 0) is None
    assert find_upload(db, "1" * 64, "https://b.example", 0) is not None


def test_another_upload_of_the_same_file_takes_its_place(db: apsw.Connection) -> None:
    save_upload(db, row("1"))
    save_upload(db, row("1", expires=2000))
    assert find_upload(db, "1" * 64, HERE, 1500) == row("1", expires=2000)


def test_an_upload_goes_with_its_attachment(db: apsw.Connection) -> None:
    save_upload(db, row("1"))
    assert queries.forget_unused_attachments(db, time.time() + 1)
    assert find_upload(db, "1" * 64, HERE, 0) is None
    save_upload(db, row("1"))
    assert find_upload(db, "1" * 64, HERE, 0) is None


def test_uploads_are_to_be_deleted_when_their_attachment_is(db: apsw.Connection) -> None:
    later = time.time() + 1000
    for digest in ("1", "2", "3", "4"):
        save_upload(db, row(digest, expires=later))
    save_upload(db, row("1", "https://b.example", expires=later))
    save_upload(db, row("3", "https://b.example", expires=1))
    add_turn(db, "one", "1", "2")
    add_turn(db, "two", "2")
    queries.save_draft(db, "one", Draft("", (attachment("3"),)))

    def noted() -> list[tuple[Kind, str, str]]:
        return sorted((one.kind, one.id, one.origin) for one in list_deletions(db))

    assert sorted(queries.delete_conversations(db, ["one"])) == ["1" * 64, "3" * 64]
    assert noted() == [
        (Kind.FILE, "files/1", HERE),
        (Kind.FILE, "files/1", "https://b.example"),
        (Kind.FILE, "files/3", HERE),
    ]
    assert queries.forget_unused_attachments(db, later) == ["4" * 64]
    assert (Kind.FILE, "files/4", HERE) in noted()
