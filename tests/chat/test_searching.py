"""Turns are searched piece by piece, in the order that is asked for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from desktop_app.chat.session import ChatSession
from desktop_app.store.errors import StoreError
from tests.chat.test_session import completed, streams
from tests.scriptserver import script_server
from tests.world import world


async def found(
    session: ChatSession, keys: Sequence[str], words: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The keys that were looked at, and those of the turns that were found."""
    search = session.search(keys, words)
    looked: list[str] = []
    matches: list[str] = []
    over = asyncio.Event()

    def note(some: list[str], texts: list[str]) -> None:
        looked.extend(some)
        matches.extend(texts)
        if search.is_over:
            over.set()
        search.look()

    search.looked.connect(note)
    search.look()
    search.look()
    await asyncio.wait_for(over.wait(), 20)
    return looked, matches


async def test_turns_are_found_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    bodies = [completed("a stone"), completed("a tree"), completed("a stone")]
    async with script_server(streams(*bodies)) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        keys = [(await w.ask(session, text)).key for text in ("1", "2", "3")]
        assert await found(session, keys, ["stone"]) == (keys, [keys[0], keys[2]])
        turned = [keys[2], keys[1], keys[0]]
        assert await found(session, turned, ["stone"]) == (turned, [keys[2], keys[0]])
        assert await found(session, keys, []) == (keys, keys)
        assert await found(session, keys, ["river"]) == (keys, [])


async def test_a_search_that_is_stopped_finds_nothing_more(tmp_path: Path) -> None:
    async with script_server(streams(completed("a stone"))) as server:
        async with world(tmp_path, server.base_url) as w:
            session = await w.open()
            turn = await w.ask(session, "1")
            search = session.search([turn.key], ["stone"])
            told: list[object] = []
            search.looked.connect(lambda _keys, texts: told.append(texts))
            search.look()
            search.stop()
            assert search.is_over
            await w.database.read(lambda _db: None)
            assert told == []


async def test_a_history_that_cannot_be_read_ends_the_search_with_one_notice(
    tmp_path: Path,
) -> None:
    async with script_server(streams(completed("a stone"))) as server:
        async with world(tmp_path, server.base_url) as w:
            session = await w.open()
            turn = await w.ask(session, "1")
            w.database.close()
            search = session.search([turn.key], ["stone"])
            search.look()
            async with asyncio.timeout(20):
                while not search.is_over:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.002)
            assert [notice.topic for notice in w.notices] == [StoreError.__name__]
