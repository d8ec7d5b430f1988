"""Castor's loop: asyncio's promises, kept on Qt's loop."""

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QEventLoop as QtEventLoop
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.eventloop import DaemonExecutor, EventLoop
from tests.conftest import LoopFactory


@pytest.fixture
def loop_factory(qapp: QApplication) -> LoopFactory:
    return lambda: EventLoop(qapp)


@pytest.mark.parametrize("seconds", [0.001, 0.01, 0.05, 0.2])
async def test_a_sleep_is_never_early(loop_factory: LoopFactory, seconds: float) -> None:
    began = time.monotonic()
    await asyncio.sleep(seconds)
    assert time.monotonic() - began >= seconds


async def test_callbacks_run_in_their_order(loop_factory: LoopFactory) -> None:
    loop = asyncio.get_running_loop()
    order: list[int] = []
    for number in range(2000):
        loop.call_soon(order.append, number)
    loop.call_later(0.02, order.append, -2)
    loop.call_later(0.01, order.append, -1)
    await asyncio.sleep(0.05)
    assert order == [*range(2000), -1, -2]


async def test_other_threads_can_call_in(loop_factory: LoopFactory) -> None:
    loop = asyncio.get_running_loop()
    order: list[int] = []

    def call_in() -> None:
        for number in range(1000):
            loop.call_soon_threadsafe(order.append, number)

    await asyncio.to_thread(call_in)
    await asyncio.sleep(0.01)
    assert order == list(range(1000))


async def test_cancelled_timers_leave_nothing(loop_factory: LoopFactory) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, EventLoop)
    for _ in range(5000):
        loop.call_later(300, print).cancel()
    assert len(loop._timers) < 200


async def test_a_cancelled_callback_does_not_run(loop_factory: LoopFactory) -> None:
    loop = asyncio.get_running_loop()
    ran: list[str] = []
    loop.call_soon(ran.append, "soon").cancel()
    loop.call_later(0.01, ran.append, "later").cancel()
    await asyncio.sleep(0.03)
    assert ran == []


async def test_qt_has_its_turn_between_callbacks(loop_factory: LoopFactory) -> None:
    loop = asyncio.get_running_loop()
    fired = asyncio.Event()
    QTimer.singleShot(5, fired.set)
    turns = 0

    def again() -> None:
        nonlocal turns
        turns += 1
        if not fired.is_set():
            loop.call_soon(again)

    again()
    await asyncio.wait_for(fired.wait(), 5)
    assert turns > 1


async def test_a_nested_loop_keeps_the_callbacks_running(loop_factory: LoopFactory) -> None:
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def drag() -> None:  # as QDrag.exec does, from an event of the mouse
        nested = QtEventLoop()
        loop.call_later(0.01, nested.quit)
        nested.exec()
        done.set()

    loop.call_soon(drag)
    await asyncio.wait_for(done.wait(), 5)


async def test_a_dropped_generator_is_closed_on_the_loop(loop_factory: LoopFactory) -> None:
    closed: list[bool] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(asyncio.get_running_loop().is_running())

    async for _ in numbers():
        break
    gc.collect()
    await asyncio.sleep(0.01)
    assert closed == [True]


async def test_processes_can_be_started(loop_factory: LoopFactory) -> None:
    process = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", "echo hi; exit 3", stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert (out, process.returncode) == (b"hi\n", 3)


def test_a_call_that_hangs_does_not_hold_the_end(qapp: QApplication) -> None:
    gate = threading.Event()

    async def main() -> None:
        asyncio.get_running_loop().run_in_executor(None, gate.wait)
        await asyncio.sleep(0.01)

    began = time.monotonic()
    with asyncio.Runner(loop_factory=lambda: EventLoop(qapp)) as runner:
        runner.run(main())
    gate.set()
    assert time.monotonic() - began < 5


def test_the_executor_hands_exceptions_over() -> None:
    def fail() -> None:
        raise OSError("x")

    future = DaemonExecutor().submit(fail)
    with pytest.raises(OSError, match="x"):
        future.result(5)


def test_cancelled_work_is_not_done() -> None:
    executor = DaemonExecutor()
    gate = threading.Event()
    assert executor.submit(gate.wait, 0.01).result(5) is False
    executor.shutdown()
