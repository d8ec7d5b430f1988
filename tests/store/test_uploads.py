"""What was uploaded is remembered for as long as the server keeps it, and no longer."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.store import conversations as queries
from desktop_app.store.database import open_connection
from desktop_app.store.rows import ConversationRow, Draft, interaction_row
from desktop_app.store.uploads import (
    UploadRow,
    find_upload,
    forget_upload,
    save_upload,
    uploads_of,
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
    assert queries.forget_unused_attachments(db)
    assert find_upload(db, "1" * 64, HERE, 0) is None
    save_upload(db, row("1"))
    assert find_upload(db, "1" * 64, HERE, 0) is None


def test_the_uploads_of_a_conversation_are_those_that_only_it_uses(db: apsw.Connection) -> None:
    for digest in ("1", "2", "3", "4"):
        save_upload(db, row(digest))
    add_turn(db, "one", "1", "2")
    add_turn(db, "two", "2")
    queries.save_draft(db, "one", Draft("", (attachment("3"),)))
    queries.save_draft(db, "", Draft("", (attachment("4"),)))

    def names(*keys: str) -> list[str]:
        return sorted(found.name for found in uploads_of(db, keys))

    assert names("one") == ["files/1", "files/3"]
    assert names("two") == []
    assert names("one", "two") == ["files/1", "files/2", "files/3"]
    assert names() == []
