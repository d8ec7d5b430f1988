"""A conversation is opened without its texts, and each turn is read when it is looked at."""

import gc
import json
import weakref
from pathlib import Path

import pytest

from desktop_app.chat.full_disk import WORDS
from desktop_app.chat.loading import TurnLoader
from desktop_app.chat.session import ChatSession
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.store import conversations as queries
from desktop_app.store.errors import DiskFull, StoreError
from tests.chat.test_session import body, completed, streams
from tests.scriptserver import script_server
from tests.world import World, world


async def damage(w: World, sql: str, key: str) -> None:
    await w.database.write(lambda db: db.execute(sql, (key,)))


async def said_before(w: World, *texts: str) -> tuple[ChatSession, list[str]]:
    """A conversation of several turns, closed and opened again."""
    session = await w.open()
    keys = [(await w.ask(session, text)).key for text in texts]
    key = session.key
    await w.open()
    return await w.open(key), keys


async def test_what_is_read_later_is_what_was_acknowledged(tmp_path: Path) -> None:
    server = script_server(streams(completed("one"), completed("two")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session, keys = await said_before(w, "a", "b")
        assert list(session.turns.keys) == keys
        assert [turn.output_text for turn in session.turns] == ["one", "two"]
        assert session.conversation.is_stored


async def test_opening_reads_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def load(self: TurnLoader, key: str) -> tuple[Interaction, int]:
        read.append(key)
        return Interaction(key), 0

    server = script_server(streams(completed("one"), completed("two"), completed("three")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session, keys = await said_before(w, "a", "b", "c")
        await w.open()
        monkeypatch.setattr(TurnLoader, "load", load)
        session = await w.open(session.key)
        assert len(session.turns) == 3
        assert min(session.turns.sizes) > 0
        assert session.conversation.tokens == 0
        assert read == []
        assert session.turns[1].key == keys[1]
        assert read == [keys[1]]


async def test_an_answer_that_has_ended_is_forgotten_and_read_again(tmp_path: Path) -> None:
    server = script_server(streams(completed("one"), completed("two")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        first = await w.ask(session, "a")
        gone, key = weakref.ref(first), first.key
        assert session.conversation[key] is first
        del first
        second = await w.ask(session, "b")
        gc.collect()
        assert gone() is None
        assert second is session.conversation[second.key]
        assert session.turns[0].output_text == "one"
        assert session.turns[0] is session.turns[0]


async def test_an_answer_that_could_not_be_kept_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull("The disk is full.")

    server = script_server(streams(completed("one")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        session.turn_added.connect(
            lambda _: monkeypatch.setattr(queries, "update_interaction", full)
        )
        key = (await w.ask(session, "a")).key
        await w.database.read(lambda db: None)
        gc.collect()
        assert session.conversation[key].output_text == "one"
        assert [notice.text for notice in w.notices] == [WORDS]


@pytest.mark.parametrize(
    "how",
    [
        "UPDATE step SET body = '{' WHERE interaction = ?",
        "UPDATE step SET body = CAST(x'22ff22' AS TEXT) WHERE interaction = ?",
        "UPDATE interaction SET input = 'no JSON' WHERE key = ?",
        "UPDATE interaction SET header = '[NaN]' WHERE key = ?",
    ],
)
async def test_a_conversation_opens_though_a_turn_of_it_is_damaged(
    tmp_path: Path, how: str
) -> None:
    server = script_server(streams(completed("one"), completed("two")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session, keys = await said_before(w, "a", "b")
        await damage(w, how, keys[0])
        shown, whole = session.turns
        assert shown.failure is not None
        assert (shown.key, shown.outcome) == (keys[0], Outcome.FAILED)
        assert shown.failure.sentence == "This message is damaged and cannot be read."
        assert whole.output_text == "two"


async def test_a_damaged_turn_is_not_left_out_of_what_is_sent(tmp_path: Path) -> None:
    server = script_server(streams(completed("one"), completed("two")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session, keys = await said_before(w, "a")
        await damage(w, "UPDATE step SET body = '{' WHERE interaction = ?", keys[0])
        w.preferences.update(store=False)
        asked = await w.ask(session, "b")
        assert asked.outcome is Outcome.FAILED
        assert asked.failure is not None
        assert asked.failure.sentence == "This message is damaged and cannot be read."
        assert len(one.requests) == 1


async def test_a_damaged_turn_is_not_asked_again_and_that_is_said(tmp_path: Path) -> None:
    server = script_server(streams(completed("one")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session, keys = await said_before(w, "a")
        await damage(w, "UPDATE interaction SET header = '' WHERE key = ?", keys[0])
        session.retry(keys[0])
        session.resume(keys[0])
        session.refuse(keys[0])
        assert not session.busy
        assert [notice.text for notice in w.notices] == [
            "This message is damaged and cannot be read. The others are not touched."
        ] * 3


async def test_a_turn_that_is_gone_says_so(tmp_path: Path) -> None:
    server = script_server(streams(completed("one")))
    async with server as one, world(tmp_path, one.base_url) as w:
        session, keys = await said_before(w, "a")
        await damage(w, "DELETE FROM interaction WHERE key = ?", keys[0])
        with pytest.raises(StoreError, match="not in the history"):
            session.conversation[keys[0]]


async def test_a_long_conversation_is_sent_whole_where_nothing_is_stored(tmp_path: Path) -> None:
    answers = [completed(f"answer {number}", f"v1_{number}") for number in range(12)]
    async with script_server(streams(*answers)) as one, world(tmp_path, one.base_url) as w:
        session, _ = await said_before(w, *(f"question {number}" for number in range(11)))
        w.preferences.update(store=False)
        await w.ask(session, "last")
        sent = json.dumps(body(one.requests[-1]))
        for number in range(11):
            assert sent.count(f'"question {number}"') == 1
            assert sent.count(f'"answer {number}"') == 1
