"""A conversation is searched in pieces, in a round that begins where its reader is."""

from collections.abc import Sequence
from pathlib import Path

from desktop_app.chat.session import ChatSession
from tests.chat.test_session import completed, streams
from tests.scriptserver import script_server
from tests.world import world


async def found(session: ChatSession, words: Sequence[str], begin: str = "") -> list[str]:
    return [one.key async for piece in session.search(words, begin) for one in piece]


async def test_the_round_begins_where_the_reader_is(tmp_path: Path) -> None:
    bodies = [completed("a stone"), completed("a tree"), completed("a stone")]
    async with script_server(streams(*bodies)) as server, world(tmp_path, server.base_url) as w:
        session = await w.open()
        keys = [(await w.ask(session, text)).key for text in ("1", "2", "3")]
        assert await found(session, ["stone"]) == [keys[0], keys[2]]
        assert await found(session, ["stone"], keys[1]) == [keys[2], keys[0]]
        assert await found(session, [], keys[1]) == [keys[1], keys[2], keys[0]]
        assert await found(session, ["river"], "nobody") == []


async def test_a_new_chat_has_nothing_to_be_found(tmp_path: Path) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        assert await found(await w.open(), ["stone"]) == []
