"""Everything below the pixels, on a profile of its own and a server of the test's."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from PySide6.QtCore import QObject, SignalInstance

from desktop_app.chat.attaching import Attachments, Refusal
from desktop_app.chat.connection import Connection
from desktop_app.chat.deleting import ServerDeletions
from desktop_app.chat.demo_server import DemoServer
from desktop_app.chat.library import Library
from desktop_app.chat.notices import Notice, NoticeBoard
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.safekeeping import Safekeeping
from desktop_app.chat.saving import Writer
from desktop_app.chat.session import ChatSession
from desktop_app.chat.tasks import TaskScope
from desktop_app.images.process import DecoderProcess
from desktop_app.interactions.interaction import Interaction
from desktop_app.origin import Origin
from desktop_app.secret import Secret
from desktop_app.settings.api_key import ApiKey, Keychain, KeychainState, KeySource
from desktop_app.settings.file import SettingsFile
from desktop_app.settings.settings import Settings
from desktop_app.store import conversations as queries
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.ballast import Ballast
from desktop_app.store.database import FILE_NAME, Database
from desktop_app.store.rows import InteractionRow

KEY = os.environ.pop("CASTOR_CANARY", "canary-key-0123456789-abcdef")
"""The canary's where the harness of that name runs the tests; no child is told."""


class MemoryKeychain(Keychain):
    """A keychain of the test's own; `fails` is raised by every call."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.kept: dict[Origin, Secret] = {}
        self.fails = fails

    def state(self, origin: Origin) -> KeychainState:
        return KeychainState("a test")

    def read(self, origin: Origin) -> ApiKey:
        if self.fails is not None:
            raise self.fails
        secret = self.kept.get(origin)
        return ApiKey(secret, KeySource.KEYCHAIN, "a test") if secret else ApiKey()

    def write(self, origin: Origin, secret: Secret) -> ApiKey:
        if self.fails is not None:
            raise self.fails
        self.kept[origin] = secret
        return ApiKey(secret, KeySource.KEYCHAIN, "a test")

    def delete(self, origin: Origin) -> None:
        if self.fails is not None:
            raise self.fails
        self.kept.pop(origin, None)


class World:
    """A running program without a window. Use it as an async context."""

    def __init__(
        self,
        folder: Path,
        base_url: str,
        keychain: Keychain | None = None,
        settings: Settings | None = None,
        key_places: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.notices: list[Notice] = []
        self.withdrawn: list[str] = []
        self.refusals: list[Refusal] = []
        self.database = Database(folder / FILE_NAME)
        self.board = NoticeBoard()
        self.board.posted.connect(self.notices.append)
        self.board.withdrawn.connect(self.withdrawn.append)
        self.tasks = TaskScope(self.board.report)
        self.files = AttachmentStore(folder / "attachments")
        self.decoder = DecoderProcess()
        self.attachments = Attachments(
            self.files, self.database, self.decoder, self.board, self.tasks
        )
        self.attachments.refused.connect(self._note_refusal)
        self.connection = Connection(self.attachments.open, self.attachments.uploads)
        self.demo = DemoServer(0)
        self.keychain = keychain or MemoryKeychain()
        file = self.preferences_file = SettingsFile(folder / "settings.json")
        self.preferences = Preferences(
            settings or file.load().settings,
            file,
            self.keychain,
            self.connection,
            self.board,
            self.tasks,
            self.demo,
            base_url,
            key_places or {},
        )
        self.ballast = Ballast(self.database.file)
        self.writer = Writer(self.database, self.board.report, self.ballast)
        self.safekeeping = Safekeeping(self.writer, self.board, self.tasks)

    def _note_refusal(self, _key: str, refusal: Refusal) -> None:
        self.refusals.append(refusal)

    async def __aenter__(self) -> Self:
        rows = await self.database.read(queries.list_conversations)
        self.library = Library(
            rows,
            self.writer,
            self.files,
            self.attachments,
            self.connection,
            self.preferences,
            self.board,
            self.tasks,
        )
        self.deletions = ServerDeletions(
            self.writer, self.connection, self.preferences, self.board, self.tasks
        )
        self.library.deleted.connect(self.deletions.work_and_tell)
        self.library.busy_changed.connect(self.deletions.note_answered)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in self.library.sessions:
            session.interrupt()
        await self.tasks.aclose()
        self.writer.close()
        await self.safekeeping.aclose()
        await self.connection.aclose()
        await self.demo.aclose()
        self.decoder.close()
        self.database.close()

    def use_key(self, text: str = KEY) -> None:
        """Have a key without asking anybody."""
        self.preferences._set_key(ApiKey(Secret(text), KeySource.SESSION, "a test"))

    async def open(self, key: str | None = None) -> ChatSession:
        """Open a conversation, or a new chat."""
        await self.library.open_now(key)
        assert self.library.current is not None
        return self.library.current

    async def ask(self, session: ChatSession, text: str) -> Interaction:
        """Send, and wait until the answer has ended."""
        session.send(text)
        await until(lambda: not session.busy, session.busy_changed)
        return session.turns[-1]

    async def stored(self, session: ChatSession) -> list[InteractionRow]:
        """What of a conversation is on the disk."""
        key = session.key
        return await self.database.read(lambda db: queries.load_interactions(db, key))


async def until(
    condition: Callable[[], bool], *signals: SignalInstance, patience: float = 20
) -> None:
    """Wait until a condition holds that these signals can bring about; at most so many seconds."""
    changed = asyncio.Event()

    def note(*_values: object) -> None:
        changed.set()

    connections = [signal.connect(note) for signal in signals]
    try:
        async with asyncio.timeout(patience):
            while not condition():
                changed.clear()
                await changed.wait()
    finally:
        for connection in connections:
            QObject.disconnect(connection)


@asynccontextmanager
async def world(
    folder: Path,
    base_url: str,
    keychain: Keychain | None = None,
    settings: Settings | None = None,
) -> AsyncGenerator[World, None]:
    """A running program with a key."""
    async with World(folder, base_url, keychain, settings) as made:
        made.use_key()
        yield made
