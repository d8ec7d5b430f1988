"""One run of the program under the driver: started, listened to, killed with all its children."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

from desktop_app.faultpoints import VARIABLE
from desktop_app.interactions.jsonvalue import JsonObject
from tests.faults.killing.driver import ORDERS, Orders
from tests.faults.killing.plans import Plan

ROOT = Path(__file__).parents[3]
_HIDDEN = ("CASTOR_", "XDG_", "DBUS_", "GEMINI_", "GOOGLE_", "DISPLAY", "WAYLAND_")


class Program:
    """A process group of its own; `take` is given everything that it says."""

    def __init__(
        self,
        profile: Path,
        server: str,
        take: Callable[[JsonObject], None],
        *,
        plan: Plan | None = None,
        arguments: Sequence[str] = (),
        fault: str = "",
        defect: str = "",
    ) -> None:
        self._take = take
        self._rest = b""
        self.said: set[str] = set()
        self.doing = "nothing"
        self.why = ""
        self._pipe, theirs = os.pipe()
        self._home = profile.parent / "home"
        self._home.mkdir(mode=0o700, exist_ok=True)
        orders = Orders(theirs, server, plan or [], defect)
        alone = arguments[:1] in (["export"], ["restore"])
        words = arguments if alone else ["--demo", *arguments]
        self._errors = profile.parent / f"{profile.name}.stderr"
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.faults.killing.driver"),
                    *words,
                    *("--profile", str(profile)),
                ],
                cwd=ROOT,
                env=self._environment(orders, fault),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs,),
                start_new_session=True,
            )
        os.close(theirs)

    def _environment(self, orders: Orders, fault: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
        own = {
            "HOME": str(self._home),
            "XDG_RUNTIME_DIR": str(self._home),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "QT_QPA_PLATFORM": "offscreen",
            ORDERS: orders.as_text(),
        }
        return {**kept, **own, **({VARIABLE: fault} if fault else {})}

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def code(self) -> int | None:
        return self._process.poll()

    @property
    def errors(self) -> str:
        """What all runs on this profile wrote to the terminal."""
        return self._errors.read_text("utf-8", "replace")

    def dump(self) -> str:
        """Have it write down what each of its threads does, where it hangs."""
        self._process.send_signal(signal.SIGUSR1)
        self.listen(2.0)
        return self.errors

    def listen(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Listen for some time, until something holds, or until the process has ended.

        Says whether it came to that.
        """
        deadline = time.monotonic() + seconds
        while not until():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if not select.select([self._pipe], [], [], left)[0]:
                continue
            data = os.read(self._pipe, 1 << 16)
            if not data:  # nobody is left who could say anything
                self._process.wait()
                return until()
            self._hear(data)
        return True

    def _hear(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            report = cast("JsonObject", json.loads(line))
            self.said.add(str(report["what"]))
            if report["what"] == "doing":
                self.doing = str(report["word"])
            self.why += str(report["why"]) if report["what"] == "failed" else ""
            self._take(report)

    def kill(self) -> bool:
        """Kill all of it, and hear its last words; say whether it was still running."""
        running = not self.ended
        with suppress(ProcessLookupError):  # none of them is left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.listen(5.0)
        os.close(self._pipe)
        return running
