"""While the disk is full nothing that was said is lost, and nothing needs a restart."""

import asyncio
from pathlib import Path

import pytest

from desktop_app.chat.full_disk import DISK_TOPIC, WORDS
from desktop_app.chat.notices import NoticeKind
from desktop_app.chat.writing import PROBE_SECONDS
from desktop_app.interactions.outcome import Outcome
from desktop_app.store import conversations as queries
from desktop_app.store.ballast import write_and_erase
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import ConversationRow, Draft
from tests.faults.filling import FewPages
from tests.faults.full import Told
from tests.scriptserver import script_server
from tests.world import World, until, world

BIG = "words " * 100_000


async def full(w: World) -> None:
    """Have the disk full, and known to be."""
    await w.writer.take_ballast()
    await FewPages().fill(w)
    w.writer.write(lambda db: write_and_erase(db, 1 << 20), "much")
    await until(lambda: w.writer.is_full, w.writer.full_changed)
    w.writer.forget("much")


async def room(w: World) -> None:
    await FewPages().free(w)
    assert await w.writer.has_room()
    await w.database.read(lambda db: None)


async def rows(w: World, *, trashed: bool = False) -> list[ConversationRow]:
    return await w.database.read(lambda db: queries.list_conversations(db, trashed=trashed))


async def draft_of(w: World, key: str) -> str:
    return (await w.database.read(lambda db: queries.load_draft(db, key))).text


@pytest.fixture
def told() -> Told:
    return Told()


async def test_it_is_said_once_and_taken_back(tmp_path: Path, told: Told) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        await full(w)
        for number in range(3):
            w.writer.write(lambda db: db.execute("DELETE FROM meta"), f"{number}")
        assert [(n.text, n.kind, n.action) for n in w.notices] == [
            (WORDS, NoticeKind.WARN, "Try again")
        ]
        await room(w)
        assert [n.topic for n in w.notices] == [DISK_TOPIC] * 2
        assert w.notices[-1].kind is NoticeKind.OK
        assert not w.writer.is_full


async def test_it_is_seen_by_itself_that_there_is_room(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.chat.writing.PROBE_SECONDS", PROBE_SECONDS / 100)
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        await full(w)
        await FewPages().free(w)
        await until(lambda: not w.writer.is_full, w.writer.full_changed)


async def test_trying_again_in_vain_says_it_again(tmp_path: Path, told: Told) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        await full(w)
        w.library.disk.look_again()
        await until(lambda: len(w.notices) == 2, w.board.posted)
        assert w.notices[1].text == WORDS


async def test_the_ballast_is_given_up_and_taken_again(tmp_path: Path, told: Told) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        await full(w)
        assert not w.ballast.is_taken
        await w.writer.has_room()
        assert not w.ballast.is_taken, "a look for room has kept it"
        await room(w)
        assert w.ballast.is_taken


async def test_a_message_is_refused_and_goes_out_later(tmp_path: Path, told: Told) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        await full(w)
        refused: list[DiskFull] = []
        session.send_refused.connect(refused.append)
        session.send("hello")
        await until(lambda: bool(refused), session.send_refused)
        assert (list(session.turns), one.requests) == ([], [])
        await room(w)
        turn = await w.ask(session, "hello")
        assert turn.outcome is Outcome.COMPLETE


async def test_a_message_that_was_refused_is_back_in_its_composer(
    tmp_path: Path, told: Told
) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        await w.ask(session, "hello")
        key = session.key
        await full(w)
        refused: list[DiskFull] = []
        session.send_refused.connect(refused.append)
        session.send("typed and sent at once")
        await until(lambda: bool(refused), session.send_refused)
        await w.open()
        assert (await w.open(key)).draft == Draft("typed and sent at once")
        await room(w)
        assert await draft_of(w, key) == "typed and sent at once"


async def test_a_draft_is_back_in_its_composer_and_on_the_disk_later(
    tmp_path: Path, told: Told
) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        await w.ask(session, "hello")
        key = session.key
        await full(w)
        for text in ("a", "a draft"):
            session.write_draft(text)
        new = await w.open()
        new.write_draft("another")
        assert await draft_of(w, key) == ""
        assert (await w.open(key)).draft == Draft("a draft")
        assert (await w.open()).draft == Draft("another")
        await room(w)
        assert (await draft_of(w, key), await draft_of(w, "")) == ("a draft", "another")


async def test_the_end_of_an_answer_waits_though_its_conversation_is_closed(
    tmp_path: Path, told: Told
) -> None:
    told.second = BIG
    told.may_go_on.clear()
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        session.send("hello")
        await until(lambda: bool(session.turns), session.turn_added)
        await full(w)
        told.may_go_on.set()
        await until(lambda: not session.busy, session.busy_changed)
        await w.open()
        again = await w.open(session.key)
        assert again.turns[-1].output_text == told.first + BIG
        (unsaved,) = w.library.unsaved
        assert (unsaved.text, unsaved.is_draft) == (told.first + BIG, False)
        await w.open()
        await room(w)
        (row,) = await w.stored(session)
        assert row.outcome == "complete"
        assert BIG in row.steps[0].body
        assert w.library.unsaved == []


async def test_what_is_deleted_meanwhile_does_not_come_back(tmp_path: Path, told: Told) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        await w.ask(session, "hello")
        key = session.key
        await full(w)
        w.library.rename(key, "another name")
        session.write_draft("a draft")
        w.library.trash(key)
        await w.library.delete_for_good([key])
        await room(w)
        assert await rows(w) == await rows(w, trashed=True) == []
        assert await draft_of(w, key) == ""


async def test_what_is_put_in_the_trash_meanwhile_stays_there(tmp_path: Path, told: Told) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        await w.ask(session, "hello")
        await full(w)
        w.library.rename(session.key, "another name")
        w.library.trash(session.key)
        await w.database.read(lambda db: None)
        assert [row.key for row in await rows(w, trashed=True)] == [session.key]
        await room(w)
        assert [row.title for row in await rows(w, trashed=True)] == ["another name"]


async def test_a_conversation_larger_than_the_room_is_deleted_bit_by_bit(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.second = BIG
    delete, tries = queries.delete_conversations, 0

    def first_in_vain(db: object, keys: object) -> list[str]:
        nonlocal tries
        tries += 1
        if tries <= 2:
            raise DiskFull("The disk is full.")
        return delete(db, keys)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "delete_conversations", first_in_vain)
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        for _ in range(3):
            await w.ask(session, "hello")
        await w.library.delete_for_good([session.key])
        assert (tries, await w.stored(session), await rows(w)) == (3, [], [])
        noted = await w.database.read(
            lambda db: db.execute("SELECT count(*) FROM deletion").fetchall()
        )
        assert noted == [(1,)], "the server keeps what nobody deletes there"


async def test_nothing_is_attached_and_nothing_left_of_it(tmp_path: Path, told: Told) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        await FewPages().fill(w)
        for name in ("before.txt", "after.txt"):  # it is known that the disk is full, and not
            w.attachments.attach_bytes(session.key, name, b"words", 0)
            await until(
                lambda: not w.attachments.working(session.key), w.attachments.working_changed
            )
            if not w.writer.is_full:
                await full(w)
        kept = {one.sha256 for one in session.draft.attachments}
        left = {one.name for one in (tmp_path / "attachments").rglob("*") if one.is_file()}
        assert w.refusals[-1].reason == "the disk is full"
        assert left == kept


async def test_a_file_that_cannot_be_noted_is_not_left(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise DiskFull("The disk is full.")

    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        monkeypatch.setattr(queries, "add_attachment", no_room)
        w.attachments.attach_bytes(session.key, "a.txt", b"words", 0)
        await until(lambda: bool(w.refusals), w.attachments.refused)
        assert not [one for one in (tmp_path / "attachments").rglob("*") if one.is_file()]


async def test_an_attachment_is_taken_out_though_nothing_can_be_saved(
    tmp_path: Path, told: Told
) -> None:
    async with script_server(told.script) as one, world(tmp_path, one.base_url) as w:
        session = await w.open()
        w.attachments.attach_bytes(session.key, "a.txt", b"words", 0)
        await until(lambda: bool(session.draft.attachments), session.attachments_changed)
        await full(w)
        changed = asyncio.Event()
        session.attachments_changed.connect(changed.set)
        session.detach(session.draft.attachments[0].sha256)
        await asyncio.wait_for(changed.wait(), 20)
        assert session.draft == Draft()


async def test_what_waits_is_written_into_the_ballasts_room_at_the_end(
    tmp_path: Path, told: Told
) -> None:
    async with script_server(told.script) as one:
        async with world(tmp_path, one.base_url) as w:
            session = await w.open()
            await full(w)
            session.write_draft("a draft")
            await FewPages().free(w)
        async with world(tmp_path, one.base_url) as w:
            assert (await w.open()).draft == Draft("a draft")
