"""What keeps the history safe while the program runs."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.chat import safekeeping as module
from desktop_app.chat.notices import NoticeKind
from desktop_app.chat.safekeeping import CHECKED, Safekeeping
from desktop_app.store import backups
from desktop_app.store.backups import Backup, list_backups
from desktop_app.store.conversations import list_conversations, load_meta, save_meta, set_trashed
from desktop_app.store.database import open_connection
from desktop_app.store.mending import Opener
from desktop_app.store.soundness import damage_mark, log_of
from tests.faults.histories import copy_profile, left_open, write_history
from tests.world import World, until

NOWHERE = "http://127.0.0.1:1"
FILE = "history.db"


@asynccontextmanager
async def kept(
    folder: Path, *, left_open: bool = False, checked: float | None = None
) -> AsyncGenerator[tuple[Safekeeping, World]]:
    """The safekeeping of a world, which has not begun."""
    async with World(folder, NOWHERE) as w:
        when = time.time() if checked is None else checked
        made = Safekeeping(w.writer, w.board, w.tasks, left_open=left_open, checked=when)
        yield made, w
        await made.aclose()


async def eventually(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a thread brings it about
            await asyncio.sleep(0.005)


def harm_quietly(folder: Path) -> None:
    """Damage that nothing but a look at all pages finds."""
    image = bytearray((folder / FILE).read_bytes())
    for page in range(len(image) // 8192, len(image) // 4096):
        image[page * 4096 : page * 4096 + 4096] = b"?" * 4096
    (folder / FILE).write_bytes(image)


async def test_a_backup_is_made_once_a_day_when_something_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_history(tmp_path, 1)
    async with kept(tmp_path) as (made, w):
        made.start()
        await eventually(lambda: len(list_backups(tmp_path)) == 1)
        await made.aclose()
    monkeypatch.setattr(module, "DAY", 0.0)
    async with kept(tmp_path) as (made, w):
        await w.writer.database.write(lambda db: save_meta(db, "geometry", "elsewhere"))
        assert not await asyncio.to_thread(made._back_up_if_due), "nothing was said"
        await w.writer.database.write(
            lambda db: set_trashed(db, list_conversations(db)[0].key, 1.0)
        )
        assert await asyncio.to_thread(made._back_up_if_due)
    monkeypatch.setattr(module, "DAY", 3600.0)
    async with kept(tmp_path) as (made, w):
        await w.writer.database.write(
            lambda db: set_trashed(db, list_conversations(db)[0].key, 1.0)
        )
        assert not await asyncio.to_thread(made._back_up_if_due), "there is one of today"


async def test_after_an_unclean_end_damage_is_found_and_told(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    harm_quietly(tmp_path)
    async with kept(tmp_path, left_open=True) as (made, w):
        made.start()
        await until(lambda: bool(w.notices), w.board.posted)
        (notice,) = w.notices
        assert notice.kind is NoticeKind.DANGER
        assert notice.text.startswith("The history is damaged.")
        assert notice.action == "Restart"
        made.act(notice)
        assert made.restarts
    assert damage_mark(tmp_path / FILE).exists()
    opener = Opener(tmp_path / FILE)
    opener.open().close()
    assert len(opener.notices) == 1


async def test_after_a_clean_end_and_within_a_week_nothing_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_history(tmp_path, 1)
    looked: list[bool] = []

    def look(*_values: object, thorough: bool = False, **_named: object) -> bool:
        looked.append(thorough)
        return True

    monkeypatch.setattr(module, "is_whole", look)
    async with kept(tmp_path) as (made, _):
        made.start()
        await eventually(lambda: list_backups(tmp_path))
    assert looked == []
    async with kept(tmp_path, checked=time.time() - 8 * 86400, left_open=True) as (made, w):
        made.start()
        await eventually(lambda: len(looked) == 2)
        await asyncio.sleep(0.05)
        meta = await w.writer.database.read(load_meta)
    assert looked == [False, True]
    assert abs(float(meta[CHECKED]) - time.time()) < 60


async def test_the_weekly_look_finds_a_lost_row_of_an_index(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("DELETE FROM conversation WHERE key = (SELECT min(key) FROM conversation)")
    db.close()
    async with kept(tmp_path, checked=0.0) as (made, w):
        made.start()
        await until(lambda: bool(w.notices), w.board.posted)
    assert damage_mark(tmp_path / FILE).exists()


async def test_a_sound_history_that_was_left_open_loses_its_old_wal(tmp_path: Path) -> None:
    with left_open(tmp_path / "open", 2):
        copy_profile(tmp_path / "open", tmp_path / "killed")
    profile = tmp_path / "killed"
    async with kept(profile, left_open=True) as (made, w):
        await w.writer.database.read(list_conversations)
        assert (profile / f"{FILE}-wal").stat().st_size > 0
        made.start()
        await eventually(lambda: (profile / f"{FILE}-wal").stat().st_size == 0)
        assert not w.writer.database.damaged


async def test_a_restore_is_noted_and_the_program_starts_again(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    backups.back_up(db, tmp_path)
    db.close()
    async with kept(tmp_path) as (made, _):
        listed: list[list[Backup]] = []
        made.listed.connect(listed.append)
        made.list()
        await until(lambda: bool(listed), made.listed)
        (backup,) = listed[0]
        assert (backup.conversations or 0) > 1
        made.restore(backup)
        await until(lambda: made.restarts, made.restart_wanted)
    opener = Opener(tmp_path / FILE)
    opener.open().close()
    assert opener.notices == [
        "The backup was restored. What was there before is kept as a backup too."
    ]


async def test_a_damaged_backup_is_refused_with_a_sentence(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / FILE)
    file = backups.back_up(db, tmp_path)
    db.close()
    file.write_bytes(file.read_bytes()[:9000])
    async with kept(tmp_path) as (made, w):
        made.restore(list_backups(tmp_path)[0])
        await until(lambda: bool(w.notices), w.board.posted)
        assert "damaged and cannot be restored" in w.notices[0].text
        assert not made.restarts
    opener = Opener(tmp_path / FILE)
    opener.open().close()
    assert opener.notices == []


async def test_closing_waits_for_no_look_at_a_large_history(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    async with kept(tmp_path, checked=0.0) as (made, _):
        made.start()
        await asyncio.sleep(0)
    assert not log_of(tmp_path / FILE).exists(), "nobody else has it open at the end"
