"""The list of conversations, which of them is open, and the trash."""

import asyncio
import time
from functools import partial
from pathlib import Path

from desktop_app.chat.library import TRASH_SECONDS
from desktop_app.interactions.outcome import Outcome
from desktop_app.store import conversations as queries
from desktop_app.store.rows import ConversationRow, Draft
from tests.chat.test_session import attach, completed, endless, streams
from tests.scriptserver import script_server
from tests.world import until, world


async def test_a_restart_finds_all_of_it_again(tmp_path: Path) -> None:
    async with script_server(streams(completed("one"), completed("two", "v1_b"))) as server:
        async with world(tmp_path, server.base_url) as w:
            first = await w.open()
            await w.ask(first, "a")
            await w.ask(first, "b")
            turns = [(t.input, t.output_text, t.outcome) for t in first.turns]
        async with world(tmp_path, server.base_url) as w:
            assert [row.title for row in w.library.rows] == ["a"]
            again = await w.open(w.library.rows[0].key)
            assert [(t.input, t.output_text, t.outcome) for t in again.turns] == turns


async def test_the_conversation_last_spoken_in_stands_first(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        first = await w.open()
        await w.ask(first, "first")
        second = await w.open()
        await w.ask(second, "second")
        assert [row.title for row in w.library.rows] == ["second", "first"]
        first = await w.open(first.key)
        await w.ask(first, "again")
        assert [row.title for row in w.library.rows] == ["first", "second"]


async def test_a_new_chat_is_no_conversation_before_something_was_said(tmp_path: Path) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        await w.open()
        w.library.new()
        assert w.library.rows == []


async def test_of_several_calls_to_open_the_last_one_counts(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        keys: list[str] = []
        for text in ("a", "b", "c"):
            session = await w.open()
            await w.ask(session, text)
            keys.append(session.key)
        await w.open()
        shown: list[str] = []
        w.library.opened.connect(lambda session: shown.append(session.key))
        w.library.open(keys[0])
        w.library.open(keys[1])
        await until(lambda: bool(shown), w.library.opened)
        await asyncio.sleep(0.05)
        assert shown == [keys[1]]


async def test_an_answer_that_ends_elsewhere_is_unread_until_it_is_opened(tmp_path: Path) -> None:
    started = asyncio.Event()
    async with script_server(endless(started)) as server, world(tmp_path, server.base_url) as w:
        first = await w.open()
        first.send("a")
        await started.wait()
        await w.open()
        assert w.library.is_busy(first.key)
        first.stop()
        await until(lambda: not first.busy, first.busy_changed)
        assert w.library.rows[0].unread
        await w.open(first.key)
        assert not w.library.rows[0].unread


async def test_two_conversations_stream_at_once_and_keep_their_own_text(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("one"), completed("two", "v1_b"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        first = await w.open()
        first.send("a")
        await until(lambda: bool(first.turns), first.turn_added)
        second = await w.open()
        second.send("b")
        await until(
            lambda: not first.busy and not second.busy, first.busy_changed, second.busy_changed
        )
        assert first.turns[0].output_text != second.turns[0].output_text
        assert {first.turns[0].output_text, second.turns[0].output_text} == {"one", "two"}


async def test_the_trash_can_be_undone(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        await w.ask(session, "keep me")
        trashed: list[ConversationRow] = []
        w.library.trashed.connect(trashed.append)
        w.library.trash(session.key)
        assert w.library.rows == []
        await until(
            lambda: w.library.current is not None and w.library.current.row is None,
            w.library.opened,
        )
        w.library.restore(trashed[0])
        await until(
            lambda: w.library.current is not None and bool(w.library.current.turns),
            w.library.opened,
        )
        assert [row.title for row in w.library.rows] == ["keep me"]
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        assert [row.title for row in w.library.rows] == ["keep me"]


async def test_an_input_on_its_way_into_the_trash_is_kept_there_and_asked_of_nobody(
    tmp_path: Path,
) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        await w.ask(session, "first")
        trashed: list[ConversationRow] = []
        w.library.trashed.connect(trashed.append)
        session.send("second")
        w.library.trash(session.key)
        session.send("third")  # it is on screen until the new chat is there
        await until(lambda: not session.busy, session.busy_changed)
        assert session.turns[-1].outcome is Outcome.CANCELLED
        assert w.library.rows == []
        listed = await w.database.read(lambda db: queries.list_conversations(db, trashed=True))
        assert [row.key for row in listed] == [session.key]
        w.library.restore(trashed[0])
        await until(lambda: bool(w.library.current and w.library.current.turns), w.library.opened)
        assert w.library.current is not None
        texts = [content.text for turn in w.library.current.turns for content in turn.input]  # type: ignore[union-attr]
        assert texts == ["first", "second"]
    assert len(server.requests) == 1


async def test_stop_is_heard_while_the_input_is_on_its_way_to_the_disk(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        session.send("never mind")
        session.stop()
        await until(lambda: not session.busy, session.busy_changed)
        (turn,) = session.turns
        assert turn.outcome is Outcome.CANCELLED
        (row,) = await w.stored(session)
        assert row.outcome == "cancelled"
    assert server.requests == []


async def test_what_is_deleted_for_good_takes_its_attachments_along(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        attachment = await attach(w, session)
        await w.ask(session, "hi")
        assert w.files.path(attachment.sha256).exists()
        w.library.trash(session.key)
        listed: list[list[ConversationRow]] = []
        w.library.trash_listed.connect(listed.append)
        w.library.list_trash()
        await until(lambda: bool(listed), w.library.trash_listed)
        assert [row.key for row in listed[0]] == [session.key]
        w.library.delete([session.key])
        await until(lambda: len(listed) == 2, w.library.trash_listed)
        assert listed[1] == []
        assert not w.files.path(attachment.sha256).exists()


async def test_a_month_old_trash_is_emptied_at_the_start(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        for text in ("old", "new"):
            session = await w.open()
            await w.ask(session, text)
            w.library.trash(session.key)
            if text == "old":
                key, then = session.key, time.time() - TRASH_SECONDS - 60
                await w.database.write(partial(queries.set_trashed, key=key, when=then))
        await w.library.tidy()
        left = await w.database.read(lambda db: queries.list_conversations(db, trashed=True))
        assert [row.title for row in left] == ["new"]


async def test_a_conversation_that_is_not_open_can_be_renamed(tmp_path: Path) -> None:
    async with (
        script_server(streams(completed("x"))) as server,
        world(tmp_path, server.base_url) as w,
    ):
        session = await w.open()
        await w.ask(session, "hi")
        key = session.key
        await w.open()
        w.library.rename(key, " new   title ")
        w.library.rename(key, "  ")
        w.library.rename("nobody", "x")
        assert [row.title for row in w.library.rows] == ["new title"]
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        assert [row.title for row in w.library.rows] == ["new title"]


async def test_a_program_that_ended_while_it_deleted_goes_on_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        attachment = await attach(w, await w.open())
        draft = Draft()
        await w.database.write(lambda db: queries.save_draft(db, "", draft))
        await w.database.write(lambda db: queries.forget_unused_attachments(db, time.time() + 1))
        assert w.files.path(attachment.sha256).exists()
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        await w.library.tidy()
        assert not w.files.path(attachment.sha256).exists()


async def test_where_the_last_conversation_is_gone_a_new_chat_is_shown(tmp_path: Path) -> None:
    async with world(tmp_path, "http://127.0.0.1:1") as w:
        await w.library.open_now("of a conversation in the trash")
        assert w.library.current is not None
        assert w.library.current.row is None
