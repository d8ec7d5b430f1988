"""Where the reader was and how high the turns were is there again when a conversation is opened."""

import asyncio
from pathlib import Path

import pytest

from desktop_app.chat import reading
from desktop_app.interactions.place import Place
from desktop_app.store import outlines
from desktop_app.store.database import DatabaseConnection
from tests.chat.test_session import completed, streams
from tests.scriptserver import script_server
from tests.world import World, until, world


async def three_turns(w: World) -> tuple[str, list[str]]:
    session = await w.open()
    return session.key, [(await w.ask(session, text)).key for text in ("1", "2", "3")]


async def test_place_and_heights_are_kept_when_the_conversation_is_left(tmp_path: Path) -> None:
    server = script_server(streams(*[completed("a stone")] * 3))
    async with server as one, world(tmp_path, one.base_url) as w:
        key, turns = await three_turns(w)
        first = w.library.sessions[0].reading
        assert first.place is None, "a new conversation is followed at its end"
        assert first.heights(720, 100) == ()
        first.keep_place(Place(turns[1], 2, 3, 0.5))
        first.keep_heights(720, 100, {turns[0]: 90, turns[2]: 1000, "nobody": 7})
        first.keep_heights(720, 100, {turns[2]: 1100})
        await w.open()
        back = (await w.open(key)).reading
        assert back is not first
        assert back.place == Place(turns[1], 2, 3, 0.5)
        assert list(back.heights(720, 100)) == [90, 0, 1100]
        assert back.heights(720, 125) == ()
        assert back.heights(640, 100) == ()


async def test_they_are_kept_when_the_program_ends(tmp_path: Path) -> None:
    server = script_server(streams(*[completed("a stone")] * 3))
    async with server as one, world(tmp_path, one.base_url) as w:
        key, turns = await three_turns(w)
        w.library.sessions[0].reading.keep_place(Place(turns[0], -1))
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        session = await w.open(key)
        assert session.reading.place == Place(turns[0], -1)
        session.reading.keep_place(None)
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        assert (await w.open(key)).reading.place is None


async def test_they_are_written_now_and_then_and_not_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PLACE_SECONDS", 0.05)
    monkeypatch.setattr(reading, "HEIGHTS_SECONDS", 0.06)
    written: list[Place | None] = []
    save = outlines.save_place

    def note(db: DatabaseConnection, key: str, place: Place | None) -> None:
        written.append(place)
        save(db, key, place)

    monkeypatch.setattr(outlines, "save_place", note)
    server = script_server(streams(*[completed("a stone")] * 3))
    async with server as one, world(tmp_path, one.base_url) as w:
        key, turns = await three_turns(w)
        session = w.library.sessions[0]
        for block in range(100):
            session.reading.keep_place(Place(turns[0], 0, block))
            session.reading.keep_heights(720, 100, {turns[0]: block})
        await asyncio.sleep(0.2)
        assert written == [Place(turns[0], 0, 99)]
        stored = await w.database.read(lambda db: outlines.load_reading(db, key))
        assert stored.place == Place(turns[0], 0, 99)
        assert list(stored.heights.heights) == [99, 0, 0]
        session.reading.keep_place(Place(turns[0], 0, 99))
        session.reading.flush()
        assert len(written) == 1, "nothing has changed"


async def test_another_width_begins_anew(tmp_path: Path) -> None:
    server = script_server(streams(*[completed("a stone")] * 3))
    async with server as one, world(tmp_path, one.base_url) as w:
        _, turns = await three_turns(w)
        kept = w.library.sessions[0].reading
        kept.keep_heights(720, 100, {turns[0]: 90})
        kept.keep_heights(640, 100, {turns[1]: 80})
        assert list(kept.heights(640, 100)) == [0, 80, 0]
        assert kept.heights(720, 100) == ()


async def test_a_place_that_is_not_on_the_path_is_the_end(tmp_path: Path) -> None:
    server = script_server(streams(*[completed("a stone")] * 4))
    async with server as one, world(tmp_path, one.base_url) as w:
        _, turns = await three_turns(w)
        session = w.library.sessions[0]
        session.reading.keep_place(Place(turns[2]))
        session.reading.keep_heights(720, 100, dict(zip(turns, (1, 2, 3), strict=True)))
        session.retry(turns[2])
        await until(lambda: not session.busy, session.busy_changed)
        assert session.reading.place is None
        assert list(session.reading.heights(720, 100)) == [1, 2, 0], "the fourth was never shown"
        assert session.turns[-1].key not in turns


async def test_a_new_chat_keeps_nothing(tmp_path: Path) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        session = await w.open()
        session.reading.keep_place(Place("nobody"))
        session.reading.keep_heights(720, 100, {"nobody": 9})
        session.reading.flush()
        assert session.reading.place is None
        assert session.reading.heights(720, 100) == []
        counts = await w.database.read(
            lambda db: db.execute("SELECT count(*) FROM reading_place").fetchall()
        )
        assert counts == [(0,)]
