"""The history: durable, private, migrated with a copy, refused when it is newer."""

import asyncio
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outline import TurnFacts
from desktop_app.store import backups, migrations
from desktop_app.store import conversations as queries
from desktop_app.store.database import (
    OLDEST_SQLITE,
    Database,
    open_connection,
    open_read_only,
    translate,
)
from desktop_app.store.errors import (
    DatabaseDamaged,
    DatabaseTooNew,
    DiskFull,
    ProfileUnwritable,
    StoreError,
)
from desktop_app.store.rows import ConversationRow, interaction_row


def test_the_bundled_sqlite_has_no_wal_reset_bug() -> None:
    parts = [int(part) for part in apsw.sqlite_lib_version().split(".")]
    assert parts[0] * 1_000_000 + parts[1] * 1000 + parts[2] >= OLDEST_SQLITE


@pytest.mark.parametrize("umask", ["000", "022", "077"])
def test_folder_and_files_are_ours_alone(tmp_path: Path, umask: str) -> None:
    code = (
        "import os, sys; from pathlib import Path; os.umask(int(sys.argv[2], 8));"
        "from desktop_app.store.database import open_connection;"
        "db = open_connection(Path(sys.argv[1]) / 'deep' / 'history.db');"
        "db.execute('INSERT INTO meta VALUES (1, 2)');"
        "print(sorted((p.name, oct(p.stat().st_mode)[-3:]) for p in Path(sys.argv[1], 'deep')"
        ".iterdir()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), umask],
        capture_output=True,
        text=True,
        check=True,
    )
    names = "[('history.db', '600'), ('history.db-shm', '600'), ('history.db-wal', '600')]"
    assert done.stdout.strip() == names
    assert stat.S_IMODE((tmp_path / "deep").stat().st_mode) == 0o700


def test_a_folder_that_others_could_enter_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    open_connection(folder / "history.db").close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_writing_is_durable(tmp_path: Path) -> None:
    db = open_connection(tmp_path / "history.db")
    assert db.pragma("journal_mode") == "wal"
    assert db.pragma("synchronous") == 2
    assert db.pragma("foreign_keys") == 1
    assert db.pragma("application_id") == migrations.APPLICATION_ID
    db.close()


async def test_what_was_written_is_read(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")
    await database.write(lambda db: db.execute("INSERT INTO meta VALUES ('a', 'b')"))
    rows = await database.read(lambda db: db.execute("SELECT * FROM meta").fetchall())
    assert rows == [("a", "b")]
    database.close()


async def test_a_write_that_fails_writes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")

    def half(db: apsw.Connection) -> None:
        db.execute("INSERT INTO meta VALUES ('a', 'b')")
        raise KeyError("x")

    with pytest.raises(KeyError):
        await database.write(half)
    assert await database.read(lambda db: db.execute("SELECT * FROM meta").fetchall()) == []
    with pytest.raises(StoreError):
        await database.write(lambda db: db.execute("INSERT INTO nothing VALUES (1)"))
    database.close()


async def test_closing_does_what_was_handed_over(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")
    for number in range(50):
        database.write_and_forget(
            lambda db, number=number: db.execute(f"INSERT INTO meta VALUES ('{number}', '')")
        )
    database.close()
    db = open_read_only(tmp_path / "history.db")
    assert db.execute("SELECT count(*) FROM meta").fetchone() == (50,)
    db.close()
    with pytest.raises(StoreError):
        await database.read(lambda db: None)
    database.close()


async def test_everything_runs_on_one_thread(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")
    names = {await database.read(lambda db: threading.current_thread().name) for _ in range(5)}
    assert names == {"history"}
    database.close()


async def test_a_cancelled_read_is_not_done(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")
    gate = threading.Event()
    first = asyncio.ensure_future(database.read(lambda db: gate.wait(5)))
    ran: list[bool] = []
    second = asyncio.ensure_future(database.read(lambda db: ran.append(True)))
    await asyncio.sleep(0.01)
    second.cancel()
    gate.set()
    await first
    database.close()
    assert ran == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileUnwritable, match="cannot be written"):
        open_connection(tmp_path / "file" / "profile" / "history.db")


async def test_a_database_that_does_not_open_refuses_everything(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database(tmp_path / "file" / "history.db")
    with pytest.raises(ProfileUnwritable):
        await database.read(lambda db: None)
    with pytest.raises(ProfileUnwritable):
        database.opened.result(5)
    database.close()


def test_a_damaged_history_is_said_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseDamaged):
        open_connection(file)
    assert file.read_bytes() == b"not a database at all" * 100


def test_a_newer_history_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    db = open_connection(file)
    db.execute("PRAGMA user_version = 99")
    db.close()
    before = file.read_bytes()
    with pytest.raises(DatabaseTooNew, match="newer"):
        open_connection(file)
    assert file.read_bytes() == before


def test_a_backup_is_made_before_the_first_migration(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    version = len(migrations.MIGRATIONS) - 1
    old = apsw.Connection(str(file))
    migrations.migrate(old, file, migrations.MIGRATIONS[:version])
    old.execute("INSERT INTO meta VALUES ('a', 'b')")
    old.close()
    told: list[bool] = []
    open_connection(file, lambda: told.append(True)).close()
    assert told == [True]
    (kept,) = backups.list_backups(tmp_path)
    assert kept.label == f"version-{version}"
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.file.parent.stat().st_mode) == 0o700
    copy = apsw.Connection(str(kept.file))
    assert migrations.version_of(copy) == version
    assert copy.execute("SELECT * FROM meta").fetchall() == [("a", "b")]
    copy.close()
    open_connection(file, lambda: told.append(True)).close()
    assert told == [True], "there is nothing to bring up to date"


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    db = open_connection(file)

    def broken(db: apsw.Connection) -> None:
        db.execute("DROP TABLE meta")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        migrations.migrate(db, file, (*migrations.MIGRATIONS, broken))
    assert migrations.version_of(db) == len(migrations.MIGRATIONS)
    assert db.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    db.close()


def test_an_older_history_is_migrated_with_all_that_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    db = apsw.Connection(str(file))
    migrations.migrate(db, file, migrations.MIGRATIONS[:1])
    conversation = ConversationRow("c1", "a", "http://127.0.0.1:1")
    queries.save_conversation(db, conversation)
    turn = interaction_row(Interaction("t1", input=(TextContent("hi"),)), "c1")
    later = ("hops", "facts", "attachments", "steps")
    columns = [name for name in vars(turn) if name not in later]
    db.execute(
        f"INSERT INTO interaction ({', '.join(columns)}, sequence) "
        f"VALUES ({', '.join('?' * len(columns))}, 1)",
        [getattr(turn, name) for name in columns],
    )
    db.close()
    with pytest.raises(StoreError, match="older"):
        open_read_only(file)
    db = open_connection(file)
    guessed = TurnFacts(size=29)  # of older turns by their JSON
    assert queries.load_interactions(db, "c1") == [replace(turn, facts=guessed, steps=())]
    db.close()
    open_read_only(file).close()


def test_a_history_of_the_first_schema_keeps_every_row(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    db = apsw.Connection(str(file))
    migrations.migrate(db, file, migrations.MIGRATIONS[:1])
    digest = "a" * 64
    contents = f'[{{"type": "image", "sha256": "{digest}"}}]'
    rows: dict[str, tuple[str | float | None, ...]] = {
        "conversation": ("c", 1, "t", 1, "o", "m", "low", "i", 1.0, 2.0, 0, None),
        "interaction": (
            *("i", "c", 2, None, "v1", "completed", "complete", "o", 0),
            *("{}", contents, '{"id": "v1"}', None, "e9", 3.0),
        ),
        "step": ("i", 0, 0, "model_output", '{"type": "model_output"}', 1, 0.5, None),
        "attachment": (digest, 3, 4.0),
        "attachment_use": ("i", digest),
        "draft": ("c", "half a question", "[]", 5.0),
        "meta": ("geometry", "1"),
    }
    for table, row in rows.items():
        db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    tables = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    assert set(rows) == {name for (name,) in tables}, "a table of the first schema is not tried"
    db.close()
    db = open_connection(file)
    for table, row in rows.items():
        (kept,) = db.execute(f"SELECT * FROM {table}").fetchall()
        assert kept[: len(row)] == row
    (turn,) = queries.load_interactions(db, "c")
    assert (turn.id, turn.hops, len(turn.steps)) == ("v1", "[]", 1)
    db.close()


def test_a_full_disk_is_said_and_what_was_there_can_be_read(tmp_path: Path) -> None:
    db = open_connection(tmp_path / "history.db")
    db.execute("INSERT INTO meta VALUES ('a', 'b')")
    db.execute("PRAGMA max_page_count = 30")
    with pytest.raises(apsw.FullError) as caught:
        db.execute("INSERT INTO meta VALUES ('c', hex(zeroblob(1000000)))")
    assert isinstance(translate(caught.value, tmp_path), DiskFull)
    assert db.execute("SELECT * FROM meta").fetchall() == [("a", "b")]
    db.close()


def test_the_history_can_be_read_while_it_is_open_and_when_it_is_not(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    db = open_connection(file)
    db.execute("INSERT INTO meta VALUES ('a', 'b')")
    for still_open in (True, False):
        if not still_open:
            db.close()
        reader = open_read_only(file)
        assert reader.execute("SELECT * FROM meta").fetchall() == [("a", "b")]
        with pytest.raises(apsw.ReadOnlyError):
            reader.execute("DELETE FROM meta")
        reader.close()


def test_reading_what_is_not_there_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no history"):
        open_read_only(tmp_path / "history.db")
    assert list(tmp_path.iterdir()) == []


def test_a_history_of_every_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    whole = open_connection(tmp_path / "new.db")
    schema = whole.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
    whole.close()
    for version in range(1, len(migrations.MIGRATIONS)):
        file = tmp_path / f"old-{version}.db"
        old = apsw.Connection(str(file))
        migrations.migrate(old, file, migrations.MIGRATIONS[:version])
        old.execute("INSERT INTO meta VALUES ('a', 'b')")
        old.close()
        db = open_connection(file)
        assert db.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall() == schema
        assert db.execute("SELECT * FROM meta").fetchall() == [("a", "b")]
        db.close()


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_what_is_committed_is_read_at_once_and_nothing_is_written_so(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")
    for number in range(3):
        await database.write(lambda db, n=number: db.execute(f"INSERT INTO meta VALUES ({n}, '')"))
        rows = database.read_here(lambda db: db.execute("SELECT * FROM meta").fetchall())
        assert len(rows) == number + 1
    with pytest.raises(StoreError):
        database.read_here(lambda db: db.execute("DELETE FROM meta"))
    database.close()
    assert names_in(tmp_path) == ["history.db"], "the WAL is emptied"
    with pytest.raises(StoreError, match="closed"):
        database.read_here(lambda db: None)


async def test_reading_at_once_goes_on_while_something_is_written(tmp_path: Path) -> None:
    database = Database(tmp_path / "history.db")
    await database.write(lambda db: db.execute("INSERT INTO meta VALUES ('a', 'b')"))
    begun, gate = threading.Event(), threading.Event()

    def slow(db: apsw.Connection) -> None:
        db.execute("DELETE FROM meta")
        begun.set()
        gate.wait(5)

    writing = asyncio.ensure_future(database.write(slow))
    await asyncio.sleep(0)
    assert begun.wait(5)
    rows = database.read_here(lambda db: db.execute("SELECT * FROM meta").fetchall())
    gate.set()
    await writing
    assert rows == [("a", "b")], "what is not committed is not seen"
    assert database.read_here(lambda db: db.execute("SELECT * FROM meta").fetchall()) == []
    database.close()


@pytest.mark.parametrize("written", [True, False])
def test_a_torn_header_of_the_wal_is_damage_only_where_something_is_missing(
    tmp_path: Path, written: bool
) -> None:
    file = tmp_path / "running" / "history.db"
    db = open_connection(file)
    db.execute("INSERT INTO meta VALUES ('a', 'b')")
    if written:  # then SQLite writes a new header, in which the power fails
        db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    left = tmp_path / "left"
    left.mkdir()
    for name in ("history.db", "history.db-wal"):
        (left / name).write_bytes((file.parent / name).read_bytes())
    db.close()
    with (left / "history.db-wal").open("r+b") as log:
        log.seek(12)
        log.write(b"torn here")
    if written:
        again = open_connection(left / "history.db")
        assert again.execute("SELECT value FROM meta WHERE name = 'a'").fetchall() == [("b",)]
        again.close()
    else:
        with pytest.raises(DatabaseDamaged):
            open_connection(left / "history.db")
