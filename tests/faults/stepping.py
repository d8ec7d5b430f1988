"""A loop, a disk and a clock that do nothing by themselves: a test moves each of them on.

So what happens is the same every time, whatever the machine is busy with, and three minutes of
silence cost nothing.
"""

import asyncio
import concurrent.futures
import contextvars
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from desktop_app.overriding import override
from desktop_app.store.database import Database
from desktop_app.store.errors import StoreError

T = TypeVar("T")


class NeverWritten(StoreError):
    """The program crashed before this was on the disk."""


class SteppedLoop(asyncio.SelectorEventLoop):
    """asyncio's loop with a clock that only `pass_time` moves; work for threads is done at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.unhandled: list[dict[str, Any]] = []
        self.set_exception_handler(lambda _loop, context: self._note(context))

    def _note(self, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), NeverWritten):
            self.unhandled.append(context)

    @override
    def time(self) -> float:
        return self.now

    @override
    def run_in_executor(  # type: ignore[override]
        self, executor: concurrent.futures.Executor | None, func: Callable[..., T], *args: object
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is raised where the future is awaited
            future.set_exception(error)
        return future

    def turn(self) -> None:
        """Run what is ready now, once."""
        self.stop()
        self.run_forever()

    @property
    def idle(self) -> bool:
        """Whether nothing is ready to run."""
        return not self._ready  # type: ignore[attr-defined]

    def call(self, function: Callable[[], None]) -> None:
        """Run a function on the loop, in one turn. What it raises is raised here."""
        failed: list[BaseException] = []

        def run() -> None:
            try:
                function()
            except BaseException as error:  # noqa: BLE001 - it is raised outside of the loop
                failed.append(error)

        self.call_soon(run, context=contextvars.Context())
        self.turn()
        if failed:
            raise failed[0]

    def next_timer(self) -> float | None:
        """When the next timer is due."""
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return min((timer.when() for timer in timers if not timer.cancelled()), default=None)


class SteppedDatabase(Database):
    """The real history; what is handed over is done at once, or waits while `slow` holds.

    `refusing` is raised by every write in the place of what it would have done.
    """

    def __init__(self, file: Path) -> None:
        self.slow = False
        self.waiting: list[Any] = []
        self.refusing: Exception | None = None
        super().__init__(file)
        self.opened.result()

    @override
    def _submit(self, job: Any) -> concurrent.futures.Future[Any]:
        if self.slow:
            self.waiting.append(job)
        else:
            self._pass_on(job)
        return job.future

    def _pass_on(self, job: Any) -> None:
        if job.write and self.refusing is not None:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(self.refusing)
            return
        super()._submit(job)
        concurrent.futures.wait([job.future])

    def catch_up(self) -> bool:
        """Do all that waits; say whether there was anything."""
        jobs, self.waiting = self.waiting, []
        for job in jobs:
            self._pass_on(job)
        return bool(jobs)

    def forget(self) -> None:
        """Drop what waits, as a crash does."""
        for job in self.waiting:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(NeverWritten("It never came to the disk."))
        self.waiting.clear()

    @override
    def close(self) -> None:
        self.slow = False
        self.catch_up()
        super().close()


class WallClock(ModuleType):
    """Stands in for the module `time` where the program reads the wall clock."""

    def __init__(self, loop: SteppedLoop) -> None:
        super().__init__("time")
        self.__dict__.update(vars(time))
        self.offset = 1_790_000_000.0
        self.__dict__["time"] = lambda: self.offset + loop.time()
