"""Uses a window as a person does, and notes the longest time for which its loop was not there."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from tests.benchmarks.history import CONVERSATIONS, conversation_key
from tests.benchmarks.sampling import Sampler
from tests.world import until

if TYPE_CHECKING:
    from desktop_app.ui.main_window import MainWindow

Report = Callable[[dict[str, object]], None]

TICK_MS = 4
FRAME = 0.016


class GapMeter(QObject):
    """A timer that ought to fire every 4 ms; a gap is the time between two of its firings.

    `processor_ms` is what this thread itself computed in the longest gap: the rest of it went to
    other programs, or to waiting. A sampler keeps what was seen in the longest one.
    """

    def __init__(self, sampler: Sampler | None = None) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self.processor_ms = 0.0
        self._last = (time.perf_counter(), time.thread_time())
        self._sampler = sampler
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin anew."""
        self.longest_ms = self.processor_ms = 0.0
        self._last = (time.perf_counter(), time.thread_time())
        self._timer.start()

    def stop(self) -> dict[str, float]:
        """End, and give what was found."""
        self._tick()
        self._timer.stop()
        return {"ms": round(self.longest_ms, 2), "processor_ms": round(self.processor_ms, 2)}

    def _tick(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        gap = (now[0] - self._last[0]) * 1000
        if self._sampler is not None:
            self._sampler.begin(keep=gap > self.longest_ms)
        if gap > self.longest_ms:
            self.longest_ms, self.processor_ms = gap, (now[1] - self._last[1]) * 1000
        self._last = now


def drive_empty(seconds: float, report: Report) -> None:
    """Measure a loop that has nothing to do."""
    meter = GapMeter()
    meter.start()
    QTimer.singleShot(round(seconds * 1000), lambda: report({"rest": meter.stop()}))


async def give_key(window: "MainWindow") -> None:
    """Have a key, once Castor has looked for one: keys of the environment go to Google alone."""
    from desktop_app.secret import Secret
    from desktop_app.settings.api_key import ApiKey, KeySource

    key = ApiKey(Secret("benchmark-key-0123456789"), KeySource.SESSION, "a benchmark")
    preferences = window._preferences
    await until(lambda: preferences.key_known, preferences.key_changed)
    preferences._set_key(key)
    preferences.fetch_models()


def drive(window: QMainWindow, settle: float, steps: int, report: Report, *, sampled: bool) -> None:
    """Open the long conversation, ask in it, and scroll through it, `steps` steps each way."""

    def ended(task: asyncio.Task[dict[str, object]]) -> None:
        error = task.exception()
        report(task.result() if error is None else {"error": repr(error)})

    drive = _drive(cast("MainWindow", window), settle, steps, Sampler() if sampled else None)
    asyncio.get_running_loop().create_task(drive, name="drive").add_done_callback(ended)


async def _drive(
    window: "MainWindow", settle: float, steps: int, sampler: Sampler | None
) -> dict[str, object]:
    await give_key(window)
    await asyncio.sleep(settle)
    meter = GapMeter(sampler)
    found: dict[str, object] = {}
    profiles: dict[str, object] = {}
    phases = {"open": _open, "stream": _stream, "scroll": partial(_scroll, steps=steps)}
    if sampler is not None:
        sampler.start()
    for name, phase in phases.items():
        meter.start()
        await phase(window)
        found[name] = meter.stop()
        if sampler is not None:
            profiles[name] = sampler.profile()
    if sampler is not None:
        sampler.stop()
    found["profiles"] = profiles
    session = window.view.session
    assert session is not None
    found["turns"] = len(session.turns)
    found["answer_length"] = len(session.turns[-1].output_text)
    found["outcome"] = str(session.turns[-1].outcome)
    return found


async def _open(window: "MainWindow") -> None:
    key = conversation_key(CONVERSATIONS - 1)
    window._library.open(key)

    def shown() -> bool:
        return window.view.session is not None and window.view.session.key == key

    await until(shown, window._library.opened)
    await asyncio.sleep(1.0)


async def _stream(window: "MainWindow") -> None:
    session = window.view.session
    assert session is not None
    count = len(session.turns)
    window.pane.composer.edit.set_text("Tell me all of it, please.")
    window.pane.composer.submit()
    await until(
        lambda: len(session.turns) > count and not session.busy,
        session.turn_added,
        session.busy_changed,
    )
    await asyncio.sleep(0.5)


async def _scroll(window: "MainWindow", steps: int) -> None:
    """Wheel up, wheel down, page through, and to both ends."""
    transcript = window.pane.transcript
    for notches in (3, 3, 12, -6):
        for _ in range(steps):
            _wheel(transcript.viewport(), notches)
            await asyncio.sleep(FRAME)
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        for _ in range(steps):
            _press(transcript, key)
            await asyncio.sleep(2 * FRAME)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        _press(transcript, key)
        await asyncio.sleep(0.5)


def _wheel(widget: QWidget, notches: int) -> None:
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QCoreApplication.sendEvent(widget, event)


def _press(widget: QWidget, key: Qt.Key) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier))
