"""The one place where a coroutine is started and not awaited."""

import asyncio
from collections.abc import Callable, Coroutine


class TaskScope:
    """Keeps tasks alive while they run, and reports each that fails.

    `report` is given every exception but cancellation; which of them a person should read is its
    decision.
    """

    def __init__(self, report: Callable[[BaseException], None]) -> None:
        self._report = report
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        """Run a coroutine until it ends or the scope is closed."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        return task

    async def aclose(self) -> None:
        """Cancel what still runs, and wait until it has ended."""
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(set(self._tasks))
            await asyncio.sleep(0)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(error)


class Work:
    """The tasks of one thing among those of a scope, which knows when all of them have ended."""

    def __init__(self, scope: TaskScope) -> None:
        self.scope = scope
        self._under_way: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        """Run a coroutine as the scope does."""
        task = self.scope.start(coroutine, name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is under way."""
        return not self._under_way
