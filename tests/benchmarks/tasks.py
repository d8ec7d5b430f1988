"""What a child of the benchmarks does after its first paint. The task ends the process."""

import asyncio
import importlib
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QWidget

if TYPE_CHECKING:
    from desktop_app.ui.main_window import MainWindow


@dataclass(frozen=True)
class Plan:
    """What a child is to do; times in seconds.

    `modules` is a file with the names of what an empty window is to import, `pace` how long it is
    waited for a window to come to rest. `runs` of a task "gaps" says whether it is sampled.
    """

    window: str
    task: str
    settle: float = 0.0
    watch: float = 0.0
    modules: str = ""
    steps: int = 0
    runs: int = 0
    length: int = 0
    pace: float = 1.0


_KEPT: list[asyncio.Task[None]] = []

Report = Callable[[dict[str, object]], None]


def after_first_paint(window: QMainWindow, seconds: float, result: str, plan: str) -> None:
    """Begin the task; what it finds out goes to the file `result`."""
    processor = time.process_time()
    planned = Plan(**json.loads(plan))

    def report(found: dict[str, object]) -> None:
        times = {"seconds": seconds, "processor": processor}
        Path(result).write_text(json.dumps({**times, **found}))
        os._exit(0)  # what closing takes is nobody's question here

    tasks = {"paint": _report_paint, "layout": _watch_layout, "rest": _rest, "gaps": _gaps}
    try:
        tasks.get(planned.task, _read)(window, planned, report)
    except BaseException:  # noqa: BLE001 - Qt would only print it, and the window would stay
        traceback.print_exc()
        os._exit(1)


def _report_paint(window: QMainWindow, plan: Plan, report: Report) -> None:
    # The profile of the imports, on stderr, ends here.
    sys.stderr.write("first paint\n")
    report({})


# --- whether the first paint was the final layout -------------------------------------------------


def _watch_layout(window: QMainWindow, plan: Plan, report: Report) -> None:
    first, before = _seen(window), _layout(window)

    def look_again() -> None:
        after = _layout(window)
        moved = [
            name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
        ]
        report({"moved": sorted(moved), "changed_pixels": _difference(first, _seen(window))})

    QTimer.singleShot(round(plan.settle * 1000), look_again)


def _seen(window: QMainWindow) -> QImage:
    screen = window.screen()
    return screen.grabWindow(window.winId()).toImage()


def _layout(window: QMainWindow) -> dict[str, tuple[int, int, int, int]]:
    """Where every widget in sight is, by its place in the tree."""
    found: dict[str, tuple[int, int, int, int]] = {}

    def visit(widget: QWidget, path: str) -> None:
        numbers: dict[str, int] = {}
        for child in widget.children():
            if not isinstance(child, QWidget) or child.isWindow():
                continue
            if child.visibleRegion().isEmpty():
                continue  # hidden, or a turn that is made ahead and not in the window yet
            kind = type(child).__name__
            numbers[kind] = numbers.get(kind, 0) + 1
            name = f"{path}/{kind}{numbers[kind]}"
            rect = child.geometry()
            found[name] = (rect.x(), rect.y(), rect.width(), rect.height())
            visit(child, name)

    visit(window, "")
    return found


def _difference(first: QImage, second: QImage) -> int:
    """How many pixels are of another colour."""
    a, b = (
        bytes(image.convertToFormat(QImage.Format.Format_RGB32).constBits())
        for image in (first, second)
    )
    if len(a) != len(b):
        return max(len(a), len(b)) // 4
    return sum(a[at : at + 4] != b[at : at + 4] for at in range(0, len(a), 4)) if a != b else 0


# --- at rest --------------------------------------------------------------------------------------


def _rest(window: QMainWindow, plan: Plan, report: Report) -> None:
    """Memory once all is settled, then the processor's time while nothing happens."""
    if plan.modules:
        _import_same(Path(plan.modules))
    if plan.window == "empty":
        field = QLineEdit(window)  # with a cursor that blinks
        window.setCentralWidget(field)
        field.setFocus()
    else:
        from tests.benchmarks.driving import give_key

        giving = give_key(cast("MainWindow", window))
        task = asyncio.get_running_loop().create_task(giving, name="key")
        task.add_done_callback(_KEPT.remove)
        _KEPT.append(task)
    QTimer.singleShot(300, window.activateWindow)

    def settled() -> None:
        modules = sorted(sys.modules)
        memory = memory_mb()
        focus = QApplication.focusWidget() if window.isActiveWindow() else None

        def watch() -> None:
            before, began = _processor_seconds(), time.monotonic()
            time.sleep(plan.watch)
            used, lasted = _processor_seconds() - before, time.monotonic() - began
            report(
                {
                    "memory_mb": memory,
                    "idle_percent": 100 * used / lasted,
                    "modules": modules,
                    "focus": "" if focus is None else type(focus).__name__,
                }
            )

        Thread(target=watch, daemon=True).start()

    QTimer.singleShot(round(plan.settle * 1000), settled)


def memory_mb() -> float:
    """The resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _import_same(file: Path) -> None:
    for name in json.loads(file.read_text()):
        if name.startswith(("desktop_app.__main__", "tests.", "__")):
            continue
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # a name that a module gave itself


# --- gaps -----------------------------------------------------------------------------------------


def _gaps(window: QMainWindow, plan: Plan, report: Report) -> None:
    from tests.benchmarks.driving import drive, drive_empty

    if plan.window == "empty":
        drive_empty(plan.watch, report)
    else:
        drive(window, plan.settle, plan.steps, report, sampled=bool(plan.runs))


# --- the transcript -------------------------------------------------------------------------------


def _read(window: QMainWindow, plan: Plan, report: Report) -> None:
    from tests.benchmarks.reading import read

    read(cast("MainWindow", window), plan, report)
