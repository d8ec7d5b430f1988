"""What the benchmarks of the transcript do in a real window, each in a process of its own."""

import asyncio
import random
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollBar, QWidget

from desktop_app.store.database import FILE_NAME
from desktop_app.store.pages import WAL
from tests.benchmarks.content import SEED, worst_blocks
from tests.benchmarks.driving import FRAME, GapMeter, _press, _wheel, give_key
from tests.benchmarks.feeding import Feeder, ask, deltas, feeder
from tests.benchmarks.frames import FrameWatch, frame_ms, until_final
from tests.benchmarks.history import LONG, SHORT, conversation_key
from tests.benchmarks.sampling import Sampler
from tests.benchmarks.tasks import Plan, Report, memory_mb
from tests.world import until

if TYPE_CHECKING:
    from desktop_app.ui.main_window import MainWindow

Found = dict[str, object]

_STILL = 5.0
"""Seconds without an answer, in which Castor looks for garbage (`desktop_app.collecting`)."""


def read(window: "MainWindow", plan: Plan, report: Report) -> None:
    """Do what the plan names; what it finds out, or why it failed, is reported."""

    async def run() -> Found:
        await give_key(window)
        await asyncio.sleep(plan.settle)
        return await TASKS[plan.task](window, plan)

    def ended(task: asyncio.Task[Found]) -> None:
        error = task.exception()
        report(task.result() if error is None else {"error": repr(error)})

    asyncio.get_running_loop().create_task(run(), name="read").add_done_callback(ended)


# --- going about ----------------------------------------------------------------------------------


async def go_to(window: "MainWindow", number: int, pace: float) -> None:
    """Open a conversation, and wait until it is on screen for good."""
    key = conversation_key(number)
    window._library.open(key)
    await until(
        lambda: window.view.session is not None and window.view.session.key == key,
        window._library.opened,
    )
    await asyncio.sleep(0.7 * pace)


async def go_to_new(window: "MainWindow", pace: float) -> None:
    """Go to an empty conversation."""
    window._library.new()
    await until(
        lambda: window.view.session is not None and not len(window.view.session.turns),
        window._library.opened,
    )
    await asyncio.sleep(0.5 * pace)


def bar_of(window: "MainWindow") -> QScrollBar:
    """The bar that scrolls the transcript."""
    bars = window.pane.transcript.findChildren(QScrollBar)
    return max((bar for bar in bars if not bar.isHidden()), key=lambda bar: bar.maximum())


def bar_or_none(window: "MainWindow") -> QScrollBar | None:
    """The bar, where there is something to scroll."""
    bars = window.pane.transcript.findChildren(QScrollBar)
    return bar_of(window) if any(not bar.isHidden() for bar in bars) else None


# --- opening --------------------------------------------------------------------------------------


async def _visit(window: "MainWindow", plan: Plan) -> Found:
    """Read in the middle of the long conversation, and leave it, so that its place is known."""
    await go_to(window, LONG, plan.pace)
    bar = bar_of(window)
    bar.setValue(bar.maximum() // 2)
    await asyncio.sleep(2 * plan.pace)
    session = window.view.session
    assert session is not None
    turns = len(session.turns)
    await go_to(window, SHORT, plan.pace)
    await asyncio.sleep(1 * plan.pace)
    return {"turns": turns}


async def _open(window: "MainWindow", plan: Plan) -> Found:
    """Open the long conversation, and an empty one to compare, some times in turn."""
    opened: list[float] = []
    floors: list[float] = []
    sampler = Sampler()
    long = conversation_key(LONG)
    for number in range(plan.runs + 1):
        await go_to_new(window, plan.pace)
        assert long not in {one.key for one in window._library.sessions}
        if number == plan.runs:
            sampler.start()
        took = await until_final(window, lambda: window._library.open(long), 1.2 * plan.pace)
        if number < plan.runs:
            opened.append(took)
            await go_to(window, SHORT, plan.pace)
            floors.append(await until_final(window, window._library.new, 0.6 * plan.pace))
    sampler.begin(keep=True)
    sampler.stop()
    return {"open": opened, "floor": floors, "profile": sampler.profile()}


# --- streams --------------------------------------------------------------------------------------


async def _stream(window: "MainWindow", plan: Plan) -> Found:
    """Take in an answer in the long conversation, then one of which nothing is seen."""
    made = feeder(window) if plan.task == "fed" else None
    pieces = deltas(plan.length)
    found: Found = {"runs": [], "floor": []}
    for where in ["runs"] * plan.runs + ["floor", "sampled"]:
        if made is not None:
            made.feed(pieces, 1000)
        await go_to(window, LONG, plan.pace)
        _press(window.pane.transcript, Qt.Key.Key_End)
        await asyncio.sleep(1 * plan.pace)
        sampler = Sampler() if where == "sampled" else None
        one = await _measured(window, made, where == "floor", sampler)
        if sampler is not None:
            found["profile"] = sampler.profile()
            continue
        runs = found[where]
        assert isinstance(runs, list)
        runs.append(one)
    return found


async def _measured(
    window: "MainWindow", made: Feeder | None, hidden: bool, sampler: Sampler | None
) -> Found:
    meter, watch = GapMeter(sampler), FrameWatch(window, looks=False)
    if sampler is not None:
        sampler.start()
    processor, began = _processor_seconds(), time.perf_counter()
    meter.start()
    session = await ask(window, leave=hidden)
    ended = time.perf_counter()
    gap = meter.stop()
    await asyncio.sleep(0.3)
    used = _processor_seconds() - processor
    watch.stop()
    if sampler is not None:
        sampler.stop()
    last = made.last if made is not None else ended
    painted = next((one.at for one in watch.frames if one.clean and one.at > last), last)
    return {
        "cpu_s": used,
        "seconds": ended - began,
        "gap_ms": gap["ms"],
        "gap_processor_ms": gap["processor_ms"],
        "last_painted_ms": (painted - last) * 1000,
        "length": len(session.turns[-1].output_text),
    }


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


# --- hard blocks ----------------------------------------------------------------------------------


async def _blocks(window: "MainWindow", plan: Plan) -> Found:
    """Take in the worst blocks, one each, and look at their beginning, middle and end."""
    made = feeder(window)
    found: Found = {}
    sampler = Sampler()
    sampler.start()
    for name, whole in worst_blocks().items():
        text = whole[: plan.length or len(whole)]
        pieces = [text[at : at + 500] for at in range(0, len(text), 500)]
        made.feed(pieces, 500)
        await go_to_new(window, plan.pace)
        meter = GapMeter(sampler)
        meter.start()
        await ask(window)
        await asyncio.sleep(0.5 * plan.pace)
        growing = {**meter.stop(), "profile": sampler.profile()}
        meter.start()
        for share in (0.0, 0.5, 1.0, 0.25):
            if (bar := bar_or_none(window)) is not None:
                bar.setValue(round(share * bar.maximum()))
            await asyncio.sleep(0.3 * plan.pace)
        looking = {**meter.stop(), "profile": sampler.profile()}
        found[name] = {"growing": growing, "looking": looking}
    sampler.stop()
    made.feed(["word "] * 400, 500)
    await go_to(window, SHORT, plan.pace)
    meter = GapMeter()
    meter.start()
    await ask(window, leave=True)
    found["floor"] = {"growing": meter.stop()}
    return found


# --- scrolling ------------------------------------------------------------------------------------


async def _scroll(window: "MainWindow", plan: Plan) -> Found:
    """Scroll by the wheel in ten places, jump anywhere, make the window another size."""
    transcript = window.pane.transcript
    found: Found = {}
    sampler = Sampler()
    for name, number in (("", LONG), ("floor_", None), ("sampled_", LONG)):
        if name == "sampled_":
            sampler.start()
        await (go_to_new(window, plan.pace) if number is None else go_to(window, number, plan.pace))
        bar = bar_or_none(window)
        frames: list[float] = []
        for place in range(10):
            if bar is not None:
                bar.setValue(round((place + 0.5) / 10 * bar.maximum()))
            await asyncio.sleep(0.4 * plan.pace)
            for step in range(plan.steps):
                notches = -3 if step % 50 < 40 else 4
                viewport = transcript.viewport()
                sampler.begin(keep=False)
                took = frame_ms(viewport, lambda: _wheel(viewport, notches))  # noqa: B023
                sampler.begin(keep=took > max(frames, default=0.0))
                frames.append(took)
                await asyncio.sleep(FRAME)
        found[f"{name}frames"] = frames
        found["profile"] = sampler.profile()
        wait = 0.6 * plan.pace
        jumps: list[float] = []
        for at in _places(plan.runs):
            sampler.begin(keep=False)
            took = await _jump(window, bar, at, wait)
            sampler.begin(keep=took > max(jumps, default=0.0))
            jumps.append(took)
        found[f"{name}jumps"] = jumps
        found["jump_profile"] = sampler.profile()
        if name != "sampled_":
            widths = (1000, 1280) * 3
            found[f"{name}resizes"] = [await _resize(window, width, wait) for width in widths]
    sampler.stop()
    return found


def _places(count: int) -> list[float]:
    rng = random.Random(SEED)
    return [rng.random() for _ in range(count)]


async def _jump(window: "MainWindow", bar: QScrollBar | None, share: float, wait: float) -> float:
    def act() -> None:
        if bar is not None:
            bar.setValue(round(share * bar.maximum()))

    return await until_final(window, act, wait)


async def _resize(window: "MainWindow", width: int, wait: float) -> float:
    height = window.height()
    return await until_final(window, lambda: window.resize(width, height), wait)


# --- finding --------------------------------------------------------------------------------------


async def _find(window: "MainWindow", plan: Plan) -> Found:
    """Look for a word that is in many turns, in the long conversation and in an empty one."""
    if "find" not in window.keyboard._actions:
        return {}
    found: Found = {}
    await go_to(window, LONG, plan.pace)
    words = ("harbour", "memory", "machine", "winter", "signal")
    found["find"] = [await _first_hit(window, word, plan.pace) for word in words]
    await go_to(window, SHORT, plan.pace)
    found["floor"] = [await _first_hit(window, word, plan.pace) for word in ("the", "a", "of")]
    return found


async def _first_hit(window: "MainWindow", word: str, pace: float) -> float:
    window.keyboard["find"].trigger()
    await asyncio.sleep(0.3 * pace)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    field.setText("")
    await asyncio.sleep(0.3 * pace)
    bar = _above(field, "Find")
    began = time.perf_counter()
    field.setText(word)
    async with asyncio.timeout(30):
        while not any(one in "123456789" for one in bar.accessibleDescription()):  # noqa: ASYNC110
            await asyncio.sleep(0)
    return (time.perf_counter() - began) * 1000


def _above(widget: QWidget, name: str) -> QWidget:
    above = widget.parentWidget()
    while above is not None:
        if above.accessibleName() == name:
            return above
        above = above.parentWidget()
    raise AssertionError(f"nothing is named {name}")


# --- memory ---------------------------------------------------------------------------------------


async def _grow(window: "MainWindow", plan: Plan) -> Found:
    """Take in many long answers; memory at rest after each tenth of them, the WAL after each."""
    made = feeder(window)
    text = "".join(deltas(16_000))
    pieces = [text[at : at + 4_000] for at in range(0, len(text), 4_000)]
    await go_to_new(window, plan.pace)
    profile = Path(sys.argv[sys.argv.index("--profile") + 1])
    wal = profile / f"{FILE_NAME}{WAL}"
    sizes: list[float] = []
    length = most = 0
    for number in range(plan.runs):
        made.feed(pieces, 0)
        await ask(window)
        length += len(text)
        most = max(most, wal.stat().st_size)
        if number % max(1, plan.runs // 10) == 0:
            await asyncio.sleep(_STILL * plan.pace)
            sizes.append(memory_mb())
    await asyncio.sleep(_STILL * plan.pace)
    return {"memory_mb": [*sizes, memory_mb()], "length": length, "wal": most}


TASKS: dict[str, Callable[["MainWindow", Plan], Awaitable[Found]]] = {
    "visit": _visit,
    "open": _open,
    "fed": _stream,
    "socket": _stream,
    "blocks": _blocks,
    "scroll": _scroll,
    "find": _find,
    "grow": _grow,
}
