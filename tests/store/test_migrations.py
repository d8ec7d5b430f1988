"""Histories of every schema that has landed, as the program of that time wrote them."""

from pathlib import Path

import apsw
import pytest

from desktop_app.store import conversations as queries
from desktop_app.store.backups import check_backup, list_backups
from desktop_app.store.database import open_connection
from desktop_app.store.errors import DatabaseTooNew
from desktop_app.store.mending import Opener, mend
from desktop_app.store.migrations import MIGRATIONS, empty_history, schema_of, version_of
from desktop_app.store.rows import restore_interaction
from desktop_app.store.soundness import MENDED
from tests.conftest import DATA

VERSIONS = range(1, len(MIGRATIONS) + 1)
MADE = ("damaged", MENDED)
Tables = dict[str, list[tuple[object, ...]]]


def fixture(version: int, file: Path) -> Path:
    db = apsw.Connection(str(file))
    db.execute((DATA / "histories" / f"version-{version}.sql").read_text("utf-8"))
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
    return file


def tables_of(db: apsw.Connection) -> Tables:
    names = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    return {
        str(name): db.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()
        for (name,) in names.fetchall()
    }


def read_apart(file: Path) -> Tables:
    db = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    found = tables_of(db)
    db.close()
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_a_history_of_each_landed_version_keeps_every_value(version: int, tmp_path: Path) -> None:
    file = fixture(version, tmp_path / "history.db")
    before = read_apart(file)
    assert all(before.values()), "each table of that version has a row"
    db = open_connection(file)
    after = tables_of(db)
    for table, rows in before.items():
        width = len(rows[0])
        assert [row[:width] for row in after[table]] == rows, table
    assert version_of(db) == len(MIGRATIONS)
    newest = empty_history()
    assert schema_of(db) == schema_of(newest)
    newest.close()
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    turns = [restore_interaction(row) for row in queries.load_interactions(db, "c1")]
    assert [turn.output_text[:5] for turn in turns] == ["It is", "long ", "cut o"]
    assert [row.facts.tokens for row in queries.load_interactions(db, "c1")] == [42, 42, 42]
    assert queries.load_draft(db, "c1").text == "half a question"
    db.close()


@pytest.mark.parametrize("version", list(VERSIONS)[:-1])
def test_a_backup_of_the_older_history_can_be_restored(version: int, tmp_path: Path) -> None:
    file = fixture(version, tmp_path / "history.db")
    before = read_apart(file)
    open_connection(file).close()
    (backup,) = list_backups(tmp_path, count=True)
    assert (backup.label, backup.conversations) == (f"version-{version}", 1)
    assert read_apart(backup.file) == before
    assert check_backup(backup.file) == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_a_damaged_history_of_each_version_is_saved_into_the_present_one(
    version: int, tmp_path: Path
) -> None:
    file = fixture(version, tmp_path / "history.db")
    before = read_apart(file)
    image = bytearray(file.read_bytes())
    image[:200] = bytes(200)
    file.write_bytes(image)
    kept, salvaged = mend(file)
    assert (tmp_path / kept).read_bytes() == image
    assert (salvaged.conversations, salvaged.turns) == (2, 4)
    db = open_connection(file)
    after = tables_of(db)
    for table in set(before) - {"turn_heights"}:
        width = len(before[table][0])
        assert sorted(row[:width] for row in after[table] if row[0] not in MADE) == sorted(
            before[table]
        )
    assert [row.facts.tokens for row in queries.load_interactions(db, "c1")] == [42, 42, 42]
    db.close()


@pytest.mark.parametrize("left_open", [False, True])
def test_nothing_of_a_newer_history_is_touched_and_nothing_is_made_beside_it(
    tmp_path: Path, left_open: bool
) -> None:
    file = fixture(len(MIGRATIONS), tmp_path / "history.db")
    db = apsw.Connection(str(file))
    db.execute("PRAGMA user_version = 99; CREATE TABLE newer (x ANY) STRICT")
    if left_open:
        elsewhere = tmp_path / "killed"
        elsewhere.mkdir()
        for part in tmp_path.glob("history.db*"):
            if not part.name.endswith("-shm"):
                (elsewhere / part.name).write_bytes(part.read_bytes())
        file = elsewhere / "history.db"
        assert (elsewhere / "history.db-wal").stat().st_size > 0
    db.close()
    before = {part.name: part.read_bytes() for part in file.parent.iterdir() if part.is_file()}
    with pytest.raises(DatabaseTooNew, match="made by a newer Castor"):
        Opener(file).open()
    after = {part.name: part.read_bytes() for part in file.parent.iterdir() if part.is_file()}
    assert after == before
