"""The one loop that runs Qt and asyncio on the GUI thread.

qasync 0.28 gives every callback and timer a Qt timer of its own, never removes a cancelled one
(111,000 of them after 100,000 timeouts) and lets them fire up to 5 % early. Here asyncio's ready
queue and timer heap are kept as asyncio keeps them, and one Qt timer wakes them, precisely and
never early. Everything else is qasync's. Work handed to the default executor runs in daemon
threads, so that a call that hangs (a name look-up, a keychain prompt) cannot hold the exit.
"""

import asyncio
import heapq
import math
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context
from threading import Thread
from typing import Final, TypeVarTuple

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimerEvent
from qasync import QEventLoop

from desktop_app.overriding import override

Ts = TypeVarTuple("Ts")

_NEVER: Final = math.inf
_MAX_DELAY_MS: Final = 2**31 - 1


class _Waker(QObject):
    """Holds the one Qt timer; each start is for one tick."""

    def __init__(self, tick: Callable[[], None]) -> None:
        super().__init__()
        self._tick = tick
        self._timer = 0

    def start(self, milliseconds: int) -> None:
        self.stop()
        self._timer = self.startTimer(milliseconds, Qt.TimerType.PreciseTimer)

    def stop(self) -> None:
        if self._timer:
            self.killTimer(self._timer)
            self._timer = 0

    @override
    def timerEvent(self, event: QTimerEvent) -> None:
        # Stopped first: a callback may run a nested loop (a drag), in which this must tick again.
        self.stop()
        self._tick()


class DaemonExecutor:
    """Runs every call in a daemon thread of its own; nothing waits for them at the exit."""

    def submit(self, call: Callable[[*Ts], object], *args: *Ts) -> Future[object]:
        """Start `call(*args)`; the future has its result or exception."""
        future: Future[object] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = call(*args)
            except BaseException as error:  # noqa: BLE001 - it is raised where the future is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        Thread(target=work, name=getattr(call, "__name__", "work"), daemon=True).start()
        return future

    def shutdown(self, wait: bool = True) -> None:
        """Leave the threads alone; the process ends without them."""


class EventLoop(QEventLoop):
    """qasync's loop with asyncio's own scheduling.

    Pass it as `loop_factory` to `asyncio.Runner`. The application object must exist.
    """

    def __init__(self, application: QCoreApplication | None = None) -> None:
        self._soon: deque[asyncio.Handle] = deque()
        self._from_threads: deque[asyncio.Handle] = deque()
        self._timers: list[asyncio.TimerHandle] = []
        self._cancelled_timers = 0
        self._armed = _NEVER
        self._waker = _Waker(self._tick)
        super().__init__(application or QCoreApplication.instance())
        self.set_default_executor(DaemonExecutor())

    @override
    def run_forever(self) -> None:
        """Run until `stop`. qasync forgets asyncio's hooks, without which an async generator that
        is dropped half-way is torn down outside the loop.
        """
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*before)

    @override
    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Run a callback in the next tick."""
        handle = asyncio.Handle(callback, args, self, context)
        self._soon.append(handle)
        self._arm(0.0)
        return handle

    @override
    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run a callback `delay` seconds from now, never earlier."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    @override
    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run a callback at a time of the loop's clock, never earlier."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, handle)
        handle._scheduled = True
        self._arm(when)
        return handle

    @override
    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Run a callback in the next tick; may be called from any thread.

        qasync emits a Qt signal here. A daemon thread that is in the middle of that when the
        process ends takes it down ("FATAL: exception not rethrown"), so asyncio's own pipe wakes
        the loop instead, where it has one.
        """
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        handle = asyncio.Handle(callback, args, self, context)
        self._from_threads.append(handle)
        if sys.platform == "win32":
            super().call_soon_threadsafe(self._take_from_threads)
        else:
            self._write_to_self()
        return handle

    def _process_self_data(self, data: bytes) -> None:
        del data  # asyncio calls this with what came through the pipe: one byte a call
        self._take_from_threads()

    def _take_from_threads(self) -> None:
        while self._from_threads:
            self._soon.append(self._from_threads.popleft())
        self._arm(0.0)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        # asyncio calls this; dead timers are swept out before they are the half.
        if handle._scheduled:
            self._cancelled_timers += 1
            if self._cancelled_timers > 64 and self._cancelled_timers * 2 > len(self._timers):
                self._timers = [timer for timer in self._timers if not timer.cancelled()]
                heapq.heapify(self._timers)
                self._cancelled_timers = 0

    def _arm(self, when: float) -> None:
        if when >= self._armed or self.is_closed():
            return
        self._armed = when
        delay = 0 if when == 0.0 else math.ceil(max(0.0, when - self.time()) * 1000)
        self._waker.start(min(delay, _MAX_DELAY_MS))

    def _tick(self) -> None:
        self._armed = _NEVER
        now = self.time()
        while self._timers and (self._timers[0].when() <= now or self._timers[0].cancelled()):
            timer = heapq.heappop(self._timers)
            timer._scheduled = False
            if timer.cancelled():
                self._cancelled_timers = max(0, self._cancelled_timers - 1)
            else:
                self._soon.append(timer)
        for _ in range(len(self._soon)):  # what these add runs in the next tick
            if not self._soon:  # a nested loop has run them
                break
            handle = self._soon.popleft()
            if not handle.cancelled():
                handle._run()
        if self._soon:
            self._arm(0.0)
        elif self._timers:
            self._arm(self._timers[0].when())

    @override
    def close(self) -> None:
        """Forget all callbacks and close."""
        self._waker.stop()
        self._soon.clear()
        self._timers.clear()
        super().close()
