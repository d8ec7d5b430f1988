"""What is deleted here for good is deleted at the server too, now or as soon as that can be."""

import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from desktop_app.chat.library import TRASH_SECONDS
from desktop_app.chat.session import ChatSession
from desktop_app.origin import GOOGLE_BASE_URL
from desktop_app.settings.settings import DEFAULTS
from desktop_app.store import conversations
from desktop_app.store import deletions as queue
from desktop_app.store.deletions import Deletion, Kind
from desktop_app.store.uploads import UploadRow, save_upload
from tests.chat.test_session import attach, completed
from tests.scriptserver import Request, Writer, answer, script_server
from tests.world import KEY, World, until, world

GONE = answer(b'{"error":{"code":"not_found","message":"x"}}', "404 Not Found")
BUSY = answer(b'{"error":{"code":"service_unavailable","message":"x"}}', "503 Busy")
REFUSED = answer(b'{"error":{"code":"authentication","message":"x"}}', "401 Unauthorized")
FORBIDDEN = answer(b'{"error":{"code":"permission_denied","message":"x"}}', "403 Forbidden")


class Server:
    """Answers every question, and every DELETE as the test wants it; notes what was deleted."""

    def __init__(self) -> None:
        self.answer = answer()
        self.deleted: list[str] = []
        self.keys: set[str] = set()
        self._made = 0

    async def script(self, request: Request, writer: Writer) -> None:
        if request.method == "DELETE":
            self.deleted.append(unquote(request.target.removeprefix("/v1beta/")))
            self.keys.add(request.headers["x-goog-api-key"])
            writer.write(self.answer)
        else:
            self._made += 1
            stream = completed("ok", f"v{self._made}")
            writer.write(answer(stream, media_type="text/event-stream"))


async def conversation(w: World, *questions: str) -> ChatSession:
    session = await w.open()
    for question in questions:
        await w.ask(session, question)
    w.library.trash(session.key)
    return session


async def delete(w: World, *sessions: ChatSession) -> None:
    """Delete for good, and wait until the server's part is over."""
    rested: list[bool] = []
    w.deletions.rested.connect(lambda: rested.append(True))
    w.library.delete([session.key for session in sessions])
    await until(lambda: bool(rested), w.deletions.rested)


async def work(w: World) -> None:
    rested: list[bool] = []
    w.deletions.rested.connect(lambda: rested.append(True))
    w.deletions.work()
    await until(lambda: bool(rested), w.deletions.rested)


async def waiting(w: World) -> list[str]:
    return [one.id for one in await w.database.read(queue.list_deletions)]


def said(w: World) -> list[str]:
    return [notice.text for notice in w.notices if notice.topic == "deleting"]


async def test_what_is_deleted_for_good_is_deleted_at_the_server(tmp_path: Path) -> None:
    server = Server()
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        first = await conversation(w, "a", "b")
        second = await conversation(w, "c")
        assert server.deleted == [], "the trash is not the end"
        await delete(w, first, second)
        assert sorted(server.deleted) == [f"interactions/v{n}" for n in (1, 2, 3)]
        assert server.keys == {KEY}
        assert await waiting(w) == []
        assert said(w) == []


async def test_what_was_not_stored_there_is_not_deleted_there(tmp_path: Path) -> None:
    server = Server()
    settings = replace(DEFAULTS, store=False)
    async with (
        script_server(server.script) as s,
        world(tmp_path, s.base_url, settings=settings) as w,
    ):
        await delete(w, await conversation(w, "a"))
        assert server.deleted == []
        assert said(w) == []


async def test_the_trash_of_a_month_ago_is_deleted_there_without_a_word(tmp_path: Path) -> None:
    server = Server()
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        session = await conversation(w, "a")
        then = time.time() - TRASH_SECONDS - 60
        await w.database.write(lambda db: conversations.set_trashed(db, session.key, then))
        server.answer = BUSY
        await w.library.tidy()
        await work(w)
        assert await waiting(w) == ["v1"]
        assert said(w) == []
        server.answer = answer()
        await work(w)
        assert await waiting(w) == []


async def test_without_a_connection_it_is_deleted_here_at_once_and_there_later(
    tmp_path: Path,
) -> None:
    server = Server()
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        session = await conversation(w, "a")
        url = s.base_url
    async with world(tmp_path, url) as w:
        await delete(w, session)
        left = await w.database.read(lambda db: conversations.list_conversations(db, trashed=True))
        assert left == []
        assert await waiting(w) == ["v1"]
        assert len(said(w)) == 1
        assert "still has a copy" in said(w)[0]


@pytest.mark.parametrize("refusal", [BUSY, REFUSED, FORBIDDEN], ids=["503", "401", "403"])
async def test_what_the_server_refuses_now_is_tried_again_at_the_next_start(
    tmp_path: Path, refusal: bytes
) -> None:
    server = Server()
    server.answer = refusal
    async with script_server(server.script) as s:
        async with world(tmp_path, s.base_url) as w:
            await delete(w, await conversation(w, "a", "b"))
            assert len(server.deleted) == 1, "the next one would fare no better"
            assert len(await waiting(w)) == 2
            assert len(said(w)) == 1
        server.answer = answer()
        async with World(tmp_path, s.base_url) as w:
            assert len(await waiting(w)) == 2
            rested: list[bool] = []
            w.deletions.rested.connect(lambda: rested.append(True))
            w.use_key()  # as a start does: the queue is worked through when there is a key
            await until(lambda: bool(rested), w.deletions.rested)
            assert await waiting(w) == []
            assert said(w) == []


async def test_what_is_not_there_any_more_is_done(tmp_path: Path) -> None:
    server = Server()
    server.answer = GONE
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        await delete(w, await conversation(w, "a", "b"))
        assert await waiting(w) == []
        assert said(w) == []


async def test_one_that_the_server_does_not_take_stops_no_other(tmp_path: Path) -> None:
    server = Server()

    async def script(request: Request, writer: Writer) -> None:
        refused = request.method == "DELETE" and request.target.endswith("/v1")
        server.answer = answer(b"{}", "400 Bad Request") if refused else answer()
        await server.script(request, writer)

    async with script_server(script) as s, world(tmp_path, s.base_url) as w:
        await delete(w, await conversation(w, "a", "b"))
        assert await waiting(w) == ["v1"]


async def test_no_key_goes_to_another_server_than_its_own(tmp_path: Path) -> None:
    server, other = Server(), Server()
    async with script_server(server.script) as s, script_server(other.script) as o:
        async with world(tmp_path, s.base_url) as w:
            session = await conversation(w, "a")
        async with world(tmp_path, o.base_url) as w:
            await delete(w, session)
            assert await waiting(w) == ["v1"]
            assert said(w) == [], "what an offline demo had is gone with it"
        async with world(tmp_path, s.base_url) as w:
            await work(w)
            assert await waiting(w) == []
    assert other.deleted == []
    assert server.deleted == ["interactions/v1"]


async def test_of_google_s_copy_one_is_told_while_another_server_is_in_use(
    tmp_path: Path,
) -> None:
    server = Server()
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        session = await conversation(w, "a")
        await w.database.write(
            lambda db: db.execute("UPDATE interaction SET origin = ?", (GOOGLE_BASE_URL,))
        )
        await delete(w, session)
        assert said(w) == [
            "Deleted here. Google still has a copy: it is deleted when Castor can reach it."
        ]
    assert server.deleted == []


async def test_without_a_key_nothing_is_asked_and_that_is_told(tmp_path: Path) -> None:
    server = Server()
    async with script_server(server.script) as s:
        async with world(tmp_path, s.base_url) as w:
            session = await conversation(w, "a")
        async with World(tmp_path, s.base_url) as w:
            await delete(w, session)
            assert await waiting(w) == ["v1"]
            assert len(said(w)) == 1
    assert server.deleted == []


async def test_an_answer_that_comes_shows_that_the_server_is_back(tmp_path: Path) -> None:
    server = Server()
    server.answer = BUSY
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        await delete(w, await conversation(w, "a"))
        server.answer = answer()
        rested: list[bool] = []
        w.deletions.rested.connect(lambda: rested.append(True))
        await w.ask(await w.open(), "b")
        await until(lambda: bool(rested), w.deletions.rested)
        assert await waiting(w) == []


async def test_files_are_deleted_by_their_name(tmp_path: Path) -> None:
    server = Server()
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        file = Deletion(Kind.FILE, "files/a b", str(w.preferences.origin))
        await w.database.write(lambda db: queue.note_deletions(db, [file]))
        server.answer = FORBIDDEN
        await work(w)
        assert await waiting(w) == ["files/a b"]
        server.answer = answer()
        await work(w)
        assert await waiting(w) == []
    assert set(server.deleted) == {"files/a b"}


async def test_what_is_deleted_during_a_pass_is_deleted_too(tmp_path: Path) -> None:
    server = Server()
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        first, second = await conversation(w, "a"), await conversation(w, "b")
        w.library.delete([first.key])
        w.library.delete([second.key])
        await until(
            lambda: len(server.deleted) == 2 and not w.deletions._working, w.deletions.rested
        )
        assert await waiting(w) == []


@pytest.mark.parametrize("shared", [False, True])
async def test_the_files_that_only_this_conversation_used_are_deleted_there_too(
    tmp_path: Path, shared: bool
) -> None:
    server = Server()
    async with script_server(server.script) as s, world(tmp_path, s.base_url) as w:
        first = await w.open()
        attachment = await attach(w, first)
        await w.ask(first, "what is this?")
        if shared:
            second = await w.open()
            await attach(w, second)
            await w.ask(second, "what is this?")
        here, later = str(w.preferences.origin), time.time() + 1000
        upload = UploadRow(
            attachment.sha256, here, "files/a", "https://x", "image/png", later, True
        )
        await w.database.write(lambda db: save_upload(db, upload))
        w.library.trash(first.key)
        await delete(w, first)
        deleted = ["interactions/v1"] if shared else ["files/a", "interactions/v1"]
        assert sorted(server.deleted) == deleted
        assert await waiting(w) == []
