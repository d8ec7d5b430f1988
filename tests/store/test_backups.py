"""Backups: whole, private, of one state, rotated; and only what is Castor's is restored."""

import asyncio
import datetime as dt
import threading
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.store import backups
from desktop_app.store.backups import (
    DAILY,
    SPECIAL,
    WEEKLY,
    Backup,
    Stopped,
    back_up,
    check_backup,
    fingerprint,
    fingerprint_of,
    list_backups,
    superfluous,
    tidy,
)
from desktop_app.store.conversations import list_conversations, save_meta, set_trashed
from desktop_app.store.database import Database, open_connection, open_read_only
from desktop_app.store.errors import BackupRefused, DamagedCopy, DiskFull
from tests.faults.histories import read_rows, write_history

FILE = "history.db"


def made(day: dt.datetime, label: str = "") -> Backup:
    return Backup(Path(f"{day:%Y%m%d%H%M}{label}"), day, label, 1)


def test_a_backup_is_one_private_file_with_everything_in_it(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    file = back_up(db, tmp_path)
    db.close()
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert read_rows(file) == read_rows(tmp_path / FILE)
    assert check_backup(file) == len(read_rows(file)["conversation"])
    assert [one.name for one in file.parent.iterdir()] == [file.name], "nothing is made by reading"


async def test_a_writer_waits_for_no_backup_which_is_of_one_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_history(tmp_path, 1)
    before = read_rows(tmp_path / FILE)
    monkeypatch.setattr(backups, "_STEP_PAGES", 1)
    begun, go_on = threading.Event(), threading.Event()

    class Slow(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            begun.set()
            return not go_on.wait(20)

    def copy() -> Path:
        db = open_read_only(tmp_path / FILE)
        try:
            return back_up(db, tmp_path, stop=Slow())
        finally:
            db.close()

    database = Database(tmp_path / FILE)
    await database.write(lambda db: save_meta(db, "a", "b"))
    copying = asyncio.ensure_future(asyncio.to_thread(copy))
    await asyncio.to_thread(begun.wait, 20)
    await database.write(lambda db: db.execute("DELETE FROM step"))
    await database.write(lambda db: db.execute("DELETE FROM interaction"))
    go_on.set()
    file = await copying
    database.close()
    assert read_rows(file)["step"] == before["step"]
    assert read_rows(file)["interaction"] == before["interaction"]


def test_a_backup_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        back_up(db, tmp_path, stop=stop)
    assert list((tmp_path / "backups").iterdir()) == []
    assert db.get_autocommit()
    db.close()


def test_a_disk_that_is_nearly_full_gets_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    monkeypatch.setattr(backups, "_ROOM", 10**18)
    with pytest.raises(DiskFull, match="no room for a backup"):
        back_up(db, tmp_path)
    assert list((tmp_path / "backups").iterdir()) == []
    db.close()


def test_a_copy_of_a_damaged_history_is_not_kept(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    image = bytearray((tmp_path / FILE).read_bytes())
    for page in range(len(image) // 8192, len(image) // 4096):
        image[page * 4096 : page * 4096 + 4096] = b"?" * 4096
    (tmp_path / FILE).write_bytes(image)
    db = apsw.Connection(str(tmp_path / FILE))
    with pytest.raises(DamagedCopy):
        back_up(db, tmp_path)
    db.close()
    assert list((tmp_path / "backups").iterdir()) == []


# --- which are kept -------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=1, max_size=120), st.integers(1, 5))
def test_seven_days_and_four_weeks_are_kept_as_time_goes_by(gaps: list[int], daily: int) -> None:
    kept: list[Backup] = []
    now = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    for number, gap in enumerate(gaps):
        now += dt.timedelta(days=gap, minutes=number % daily, seconds=1)
        kept.append(made(now))
        drop = superfluous(kept)
        kept = [one for one in kept if one not in drop]
        assert max(kept, key=lambda one: one.made).made == now, "the latest is kept"
        days = {one.made.date() for one in kept}
        assert len(days) == len(kept) <= DAILY + WEEKLY
    assert superfluous(kept) == []


def test_a_backup_every_day_ends_in_seven_days_and_four_weeks_before() -> None:
    kept: list[Backup] = []
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for day in range(100):
        kept.append(made(first + dt.timedelta(days=day)))
        drop = superfluous(kept)
        kept = [one for one in kept if one not in drop]
    ages = sorted((kept[-1].made - one.made).days for one in kept)
    assert ages[:DAILY] == list(range(DAILY))
    assert len(ages) == DAILY + WEEKLY
    assert 7 * WEEKLY - 7 <= ages[-1] <= 7 * (WEEKLY + 2)


def test_those_made_before_a_change_are_kept_beside_them() -> None:
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    special = [made(first + dt.timedelta(minutes=n), "before-restore") for n in range(5)]
    assert superfluous(special) == special[: 5 - SPECIAL][::-1]


def test_tidying_deletes_what_is_too_much_and_what_was_not_finished(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    now = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    for minutes in (0, 1, 2):
        back_up(db, tmp_path, now=now + dt.timedelta(minutes=minutes))
    db.close()
    folder = tmp_path / "backups"
    (folder / "history-2026-01-01-000000.db.unfinished").write_bytes(b"x")
    (folder / "a note of mine.txt").write_text("x")
    tidy(tmp_path)
    assert sorted(one.name for one in folder.iterdir()) == [
        "a note of mine.txt",
        "history-2026-11-24-120200.db",
    ]


def test_the_list_says_when_how_large_and_how_many(tmp_path: Path) -> None:
    assert list_backups(tmp_path) == []
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    set_trashed(db, list_conversations(db)[0].key, 1.0)
    shown = len(list_conversations(db))
    now = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    file = back_up(db, tmp_path, now=now)
    db.close()
    (tmp_path / "backups" / "history-2026-11-23-120000.db").write_bytes(b"no database")
    (tmp_path / "backups" / "history-2026-99-99-999999.db").write_bytes(b"")
    latest, other = list_backups(tmp_path, count=True)
    assert latest == Backup(file, now, "", file.stat().st_size, shown)
    assert other.conversations is None


def test_what_has_changed_is_seen_and_a_moved_window_is_no_change(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    back_up(db, tmp_path)
    (backup,) = list_backups(tmp_path)
    save_meta(db, "geometry", "elsewhere")
    assert fingerprint_of(backup) == fingerprint(db)
    for change in (
        "UPDATE conversation SET title = title || '!'",
        "UPDATE draft SET text = text || '!'",
        "UPDATE interaction SET size = size + 1",
    ):
        before = fingerprint(db)
        db.execute(change)
        assert fingerprint(db) != before
    db.close()


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("PRAGMA application_id = 7", "no history of Castor"),
        ("PRAGMA user_version = 99", "newer Castor"),
        ("PRAGMA user_version = 0", "no history of Castor"),
        ("PRAGMA user_version = 2", "no history of Castor"),
        ("CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM step; END", "no history of"),
        ("CREATE VIEW v AS SELECT load_extension('x')", "no history of Castor"),
        ("ALTER TABLE meta ADD COLUMN more TEXT", "no history of Castor"),
        ("DROP INDEX interaction_outline", "no history of Castor"),
        ("DELETE FROM conversation", "damaged"),
    ],
)
def test_what_is_not_castors_is_not_restored(tmp_path: Path, change: str, said: str) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    file = back_up(db, tmp_path)
    db.close()
    db = apsw.Connection(str(file))
    db.execute(change)
    db.close()
    with pytest.raises(BackupRefused, match=said):
        check_backup(file)


def test_no_database_and_a_damaged_one_and_one_with_a_wal_are_refused(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    file = tmp_path / FILE
    image = file.read_bytes()
    other = tmp_path / "other.db"
    for content in (b"", b"no database at all" * 1000, image[: len(image) // 2]):
        other.write_bytes(content)
        with pytest.raises(BackupRefused):
            check_backup(other)
    db = open_connection(file)
    save_meta(db, "a", "b")
    with pytest.raises(BackupRefused, match="not whole by itself"):
        check_backup(file)
    db.close()
    with pytest.raises(BackupRefused):
        check_backup(tmp_path / "nowhere.db")
