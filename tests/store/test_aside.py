"""The draft of a new chat is never off the disk, whoever has the composer."""

import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from desktop_app.interactions.content import AttachmentContent
from desktop_app.store import aside
from desktop_app.store import conversations as store
from desktop_app.store.database import FILE_NAME, open_connection
from desktop_app.store.rows import Draft


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    made = open_connection(tmp_path / FILE_NAME)
    yield made
    made.close()


def test_a_draft_set_aside_is_put_back_or_recovered_by_the_next_start(db: apsw.Connection) -> None:
    store.add_attachment(db, "a" * 64, 3)
    kept = Draft("half a thought", (AttachmentContent("text", "a" * 64, "a", "text/plain", 3),))
    store.save_draft(db, "", kept)
    assert aside.set_draft_aside(db) == kept
    assert store.load_draft(db, "") == Draft()
    assert store.forget_unused_attachments(db, time.time() + 1) == []
    aside.put_draft_back(db, kept)
    assert store.load_draft(db, "") == kept
    aside.recover_draft(db)
    assert store.load_draft(db, "") == kept  # it was not aside any more

    aside.set_draft_aside(db)
    store.save_draft(db, "", Draft("of the second start"))
    aside.keep_aside(db, Draft("half a thought, and more", kept.attachments))
    aside.recover_draft(db)  # the program ended meanwhile
    aside.recover_draft(db)
    assert store.load_draft(db, "") == Draft(
        "half a thought, and more\n\nof the second start", kept.attachments
    )


def test_nothing_is_set_aside_where_nothing_was_written(db: apsw.Connection) -> None:
    assert aside.set_draft_aside(db) == Draft()
    store.save_draft(db, "", Draft("new"))
    aside.recover_draft(db)
    assert store.load_draft(db, "") == Draft("new")
