"""The test of the connection, as the running program has it: at most one, and it can be stopped."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.tasks import TaskScope

if TYPE_CHECKING:
    from desktop_app.chat.preferences import Preferences
    from desktop_app.gemini.diagnosis import Diagnosis


class ConnectionCheck(QObject):
    """Tests what the next request would use; it belongs to the `Preferences` that know."""

    begun = Signal()
    """A test is running."""

    ended = Signal(object)
    """The test has found this `Diagnosis`; `None` where it was stopped."""

    def __init__(self, preferences: "Preferences", tasks: TaskScope) -> None:
        super().__init__(preferences)
        self._preferences = preferences
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._found: Diagnosis | None = None

    @property
    def running(self) -> bool:
        """Whether a test is running."""
        return self._task is not None

    def start(self) -> None:
        """Begin a test, unless one is running."""
        if self._task is None:
            self._task = self._tasks.start(self._run(), "connection test")
            self._task.add_done_callback(self._finish)
            self.begun.emit()

    def stop(self) -> None:
        """Stop the test."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        from desktop_app.gemini.diagnosis import Subject, diagnose

        now = self._preferences
        settings, network = now.settings, now.networking.network
        subject = Subject(
            now.base_url, settings.api_version, now.key.secret, settings.model, network
        )
        self._found = await diagnose(subject)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._task = None
        found = None if task.cancelled() or task.exception() is not None else self._found
        self.ended.emit(found)
