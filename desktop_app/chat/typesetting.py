"""The other end of the child that sets formulas: starts it, asks it, ends it."""

import json
import logging
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias, cast

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop_app.children import own_command
from desktop_app.formulas.picture import LONGEST, Outline, Picture, decode
from desktop_app.formulas.worker import ARGUMENT
from desktop_app.values import value_class

log = logging.getLogger(__name__)

FormulaKey: TypeAlias = tuple[str, bool]
"""A formula's source, and whether it is displayed on lines of its own."""

TIME_LIMIT: Final = 2.0
IDLE_SECONDS: Final = 30.0
_START_LIMIT: Final = 20.0
_BREAKS: Final = 2
"""How many children may end in a row without an answer, until no more is started."""

_END_MS: Final = 2000


@value_class
class Typeset:
    """What became of a formula: its picture and the outlines that are new, or no picture."""

    key: FormulaKey
    picture: Picture | None
    outlines: dict[int, Outline]


class Typesetter(QObject):
    """Has formulas set beside the program, one at a time and each in a limited time.

    To import what sets them takes 200 ms, in a thread too: the loop would stand still.
    """

    typeset = Signal(object)
    """One formula is done, or given up: a `Typeset`."""

    def __init__(
        self,
        command: list[str] | None = None,
        time_limit: float = TIME_LIMIT,
        idle: float = IDLE_SECONDS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._command = command or [*own_command(), ARGUMENT]
        self._time_limit = round(time_limit * 1000)
        self._child: QProcess | None = None
        self._waiting: deque[FormulaKey] = deque()
        self._asked: FormulaKey | None = None
        self._ready = False
        self._breaks = 0
        self._said = b""
        self._patience = self._timer("patience", self._give_up)
        self._idle = self._timer("idle", self._end)
        self._idle.setInterval(round(idle * 1000))
        self._soon = self._timer("soon", self._go_on)

    def _timer(self, name: str, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setObjectName(name)
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        return timer

    @property
    def is_running(self) -> bool:
        """Whether there is a child."""
        return self._child is not None

    def ask(self, key: FormulaKey) -> None:
        """Have a formula set; `typeset` says what became of it."""
        self._waiting.append(key)
        if self._asked is None:
            self._soon.start(0)

    def close(self) -> None:
        """End the child; what waits is forgotten."""
        self._waiting.clear()
        self._asked = None
        self._soon.stop()
        self._end()
        for child in self.findChildren(QProcess):
            child.waitForFinished(_END_MS)

    # --- one after the other ------------------------------------------------------------------

    def _go_on(self) -> None:
        """Ask for the next formula, or say of what cannot be asked that there is no picture."""
        if self._asked is not None:
            return
        if not self._waiting:
            self._idle.start()
            return
        key = self._waiting.popleft()
        if len(key[0]) > LONGEST or self._breaks >= _BREAKS:
            self._soon.start(0)
            self.typeset.emit(Typeset(key, None, {}))
            return
        self._idle.stop()
        self._asked = key
        child = self._running()
        self._patience.start(self._time_limit if self._ready else round(_START_LIMIT * 1000))
        request = {"source": key[0], "display": key[1]}
        child.write(json.dumps(request).encode() + b"\n")

    def _done(self, picture: Picture | None, outlines: dict[int, Outline]) -> None:
        key, self._asked = self._asked, None
        self._patience.stop()
        self._go_on()
        if key is not None:
            self.typeset.emit(Typeset(key, picture, outlines))

    def _read(self) -> None:
        child = self._child
        if child is None:
            return
        self._said += bytes(child.readAllStandardOutput().data())
        *lines, self._said = self._said.split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            answer = cast("dict[str, dict[str, list[list[float]]]]", json.loads(line))
            if not answer:
                self._ready = True
                self._patience.start(self._time_limit)
                return
            picture = decode(answer["picture"]) if "picture" in answer else None
            outlines = cast("dict[str, Outline]", answer.get("outlines", {}))
        except (ValueError, KeyError, TypeError):
            self._break("said what cannot be read")
            return
        self._breaks = 0
        self._done(picture, {int(number): outline for number, outline in outlines.items()})

    # --- the child ----------------------------------------------------------------------------

    def _running(self) -> QProcess:
        if self._child is None:
            child = QProcess(self)
            child.setProcessEnvironment(_environment())
            child.setStandardErrorFile(QProcess.nullDevice())
            child.readyReadStandardOutput.connect(self._read)
            child.finished.connect(self._note_end)
            child.errorOccurred.connect(self._note_error)
            self._ready = False
            self._said = b""
            self._child = child
            child.start(self._command[0], self._command[1:])
        return self._child

    def _note_end(self) -> None:
        self._break("ended")

    def _note_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._break("did not start")

    def _break(self, how: str) -> None:
        """The child is of no use: the formula it was at is given up, the next gets another."""
        self._breaks += 1
        log.warning("the child that sets formulas %s", how)
        self._end()
        self._done(None, {})

    def _give_up(self) -> None:
        """The formula takes too long; what has not even begun is a break."""
        if self._ready:
            self._end()
            self._done(None, {})
        else:
            self._break("did not begin")

    def _end(self) -> None:
        child, self._child = self._child, None
        self._patience.stop()
        self._idle.stop()
        if child is None:
            return
        for signal in (child.readyReadStandardOutput, child.finished, child.errorOccurred):
            signal.disconnect()
        child.finished.connect(child.deleteLater)
        child.kill()
        if child.state() == QProcess.ProcessState.NotRunning:
            child.deleteLater()


def _environment() -> QProcessEnvironment:
    # No key, no display; and the package where this process found it.
    environment = QProcessEnvironment.systemEnvironment()
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "DISPLAY", "WAYLAND_DISPLAY"):
        environment.remove(name)
    here = str(Path(__file__).parent.parent.parent)
    known = environment.value("PYTHONPATH")
    environment.insert("PYTHONPATH", f"{here}{os.pathsep}{known}" if known else here)
    return environment
