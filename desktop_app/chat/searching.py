"""Searches turns on the database's thread, in pieces: nothing waits for all of it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.tasks import TaskScope
from desktop_app.store.database import Database, DatabaseConnection
from desktop_app.store.errors import StoreError
from desktop_app.store.search import turns_with

_SECONDS: Final = 0.01
"""How long a piece may take: what is to be written meanwhile waits that long."""

_KEYS_AT_ONCE: Final = 1000


class TextSearch(QObject):
    """Finds the turns that may have all of some words in them, as they are on the disk.

    An answer that is coming in may be a second ahead of that. More is found than meant: Markdown
    is searched as it is written, ASCII letters match in both cases, all others match anything.
    Without words all turns are found.
    """

    looked = Signal(object, object)
    """The turns of these keys, and no others, were looked at now; with the keys of those that were
    found."""

    def __init__(
        self, database: Database, tasks: TaskScope, keys: Sequence[str], words: Sequence[str]
    ) -> None:
        super().__init__()
        self._database = database
        self._tasks = tasks
        self._keys = list(keys)
        self._words = list(words)
        self._at = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether all turns were looked at, or the history could not be read."""
        return self._at >= len(self._keys)

    def look(self) -> None:
        """Look at some more turns, in their order; `looked` says which. Once at a time."""
        if self._task is None and not self.is_over:
            self._task = self._tasks.start(self._look(), "search")

    def stop(self) -> None:
        """Look at no more turns."""
        self._at = len(self._keys)
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        """Look at some turns. A failure is told to the person; nothing more is found then."""
        keys = self._keys[self._at : self._at + _KEYS_AT_ONCE]

        def work(db: DatabaseConnection) -> tuple[list[str], int]:
            return turns_with(db, keys, self._words, _SECONDS)

        try:
            found, done = await self._database.read(work)
        except StoreError:
            rest, self._at = self._keys[self._at :], len(self._keys)
            self._task = None
            self.looked.emit(rest, [])
            raise
        self._task = None
        self._at += done
        self.looked.emit(keys[:done], found)
