"""The test of the connection, as the running program has it: at most one, and it can be stopped."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.tasks import TaskScope

if TYPE_CHECKING:
    from desktop_app.gemini.diagnosis import Subject


class ConnectionCheck(QObject):
    """Tests what the next request would use; `subject` says what that is."""

    begun = Signal()
    """A test is running."""

    ended = Signal(object)
    """The test has found this `Diagnosis`; `None` where it was stopped."""

    def __init__(
        self, subject: "Callable[[], Subject]", tasks: TaskScope, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._subject = subject
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None

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
        from desktop_app.gemini.diagnosis import diagnose

        self._found = await diagnose(self._subject())

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._task = None
        found = None if task.cancelled() or task.exception() is not None else self._found
        self.ended.emit(found)
