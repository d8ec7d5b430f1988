"""Everything below the pixels on a stepped loop, disk and server: it can crash and start again."""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QCoreApplication, QEvent
from shiboken6 import isValid

from desktop_app.chat.session import ChatSession
from desktop_app.gemini.client import GeminiClient
from desktop_app.secret import Secret
from desktop_app.store import conversations as queries
from tests import world
from tests.faults.stepped_server import SteppedServer
from tests.faults.stepping import SteppedDatabase, SteppedLoop, WallClock

_MEMORY = Path("/dev/shm")
BASE_URL = "http://127.0.0.1:9"


class _World(world.World):
    """A program whose client is carried by the stepped server."""

    def __init__(self, folder: Path, server: SteppedServer) -> None:
        with mock.patch.object(world, "Database", SteppedDatabase):
            super().__init__(folder, BASE_URL)
        self._server = server
        self.connection.make = self._make  # type: ignore[method-assign]
        self.use_key()

    def _make(self, base_url: str, api_version: str, secret: Secret | None) -> GeminiClient:
        return GeminiClient(
            secret,
            base_url,
            api_version,
            open_attachment=self.attachments.open,
            transport=self._server,
        )


class SteppedWorld:
    """The program as it runs now, and what is needed to have it run again.

    `met` is called with every session, once.
    """

    def __init__(self, server: SteppedServer, met: Callable[[ChatSession], None]) -> None:
        self.server = server
        self.loop = SteppedLoop()
        self.clock = WallClock(self.loop)
        self._met = met
        self._seen: list[ChatSession] = []
        self._root = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
        self._starts = 0
        self.folder = self._root / "0"
        self.crashes: list[str] = []
        with self.wall_clock():
            self._start()

    @contextmanager
    def wall_clock(self) -> Generator[None]:
        """Have every module of the program read the wall clock of the test."""
        modules = [
            module
            for name, module in sys.modules.items()
            if name.startswith("desktop_app.") and vars(module).get("time") is time
        ]
        for module in modules:
            module.time = self.clock  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for module in modules:
                module.time = time  # type: ignore[attr-defined]

    def _start(self) -> None:
        made: list[_World] = []
        self.loop.call(lambda: made.append(_World(self.folder, self.server)))
        self.world = made[0]
        self._run(self._enter())
        self.settle()

    @property
    def database(self) -> SteppedDatabase:
        """The history of the program as it runs now."""
        database = self.world.database
        assert isinstance(database, SteppedDatabase)
        return database

    async def _enter(self) -> None:
        await self.world.database.write(queries.mark_interrupted)  # as the program's start does
        await self.world.__aenter__()
        self.world.library.opened.connect(self._meet)
        await self.world.library.open_now(None)
        self.world.library.take_up()

    def _meet(self, session: ChatSession) -> None:
        if session not in self._seen:
            self._seen.append(session)
            self._met(session)

    def _run(self, work: Coroutine[object, object, None]) -> None:
        task = self.loop.create_task(work)
        for _ in range(100_000):
            if task.done():
                break
            self.database.catch_up()
            if self.loop.idle:
                due = self.loop.next_timer()
                assert due is not None, "the program waits for nothing"
                self.loop.now = max(self.loop.now, due)
            self.loop.turn()
        task.result()

    # --- moving on ----------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything happen that waits for nothing but the loop and the disk."""
        for _ in range(100_000):
            if not self.database.catch_up() and self.loop.idle:
                break
            self.loop.turn()
        else:
            raise AssertionError("the program does not come to rest")
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self._note_bugs()

    def pass_time(self, seconds: float) -> None:
        """Let time pass, timer by timer."""
        end = self.loop.now + seconds
        while (due := self.loop.next_timer()) is not None and due <= end:
            self.loop.now = max(self.loop.now, due)
            self.loop.turn()
            self.settle()
        self.loop.now = end

    def _note_bugs(self) -> None:
        bugs = [notice.details for notice in self.world.notices if notice.topic == "crash"]
        bugs += [str(context) for context in self.loop.unhandled]
        self.world.notices.clear()
        self.loop.unhandled.clear()
        self.crashes.extend(bugs)

    # --- ending -------------------------------------------------------------------------------

    def quit(self) -> None:
        """Close the program in order, and start it again."""
        self.settle()
        self._run(self.world.__aexit__(None, None, None))
        self._note_bugs()
        self._start_again()

    def crash(self, *, disk_was_faster: bool) -> None:
        """End the program as kill -9 does, and start it again.

        What the program had handed to the disk is there or not; nobody has heard of it.
        """
        if disk_was_faster:
            self.database.catch_up()
        self.database.forget()
        following = self._root / str(self._starts + 1)
        shutil.copytree(self.folder, following)
        reach, self.server.out_of_reach = self.server.out_of_reach, True
        for run in self.server.runs:
            run.ready.cancel()
            for line in run.listeners:
                line.closed = True
        faults, asked = [*self.server.faults], self.server.asked
        self.server.asked = lambda run: None
        for session in filter(isValid, self._seen):
            session.blockSignals(True)  # whoever watched is gone
        self.database.slow = False
        self._run(self.world.__aexit__(None, None, None))
        self.world.notices.clear()
        self.loop.unhandled.clear()
        self.server.faults, self.server.asked = faults, asked
        self.server.out_of_reach = reach
        shutil.rmtree(self.folder)
        self.folder = following
        self._start_again()

    def _start_again(self) -> None:
        self._starts += 1
        self._seen.clear()
        self._start()

    def close(self) -> None:
        """End all of it."""
        self.database.slow = False
        self.settle()
        self._run(self.world.__aexit__(None, None, None))
        self._seen.clear()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        shutil.rmtree(self._root)
