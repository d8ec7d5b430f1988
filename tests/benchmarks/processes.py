"""Starts the children of the benchmarks: real processes on a real screen."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from tests.benchmarks.figures import Figures
from tests.benchmarks.tasks import Plan

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("child.py")
PATIENCE = 100.0


@dataclass(frozen=True)
class Bench:
    """Where the benchmarks put their files, and the variables of every child."""

    folder: Path
    variables: dict[str, str]

    def run(
        self,
        plan: Plan,
        arguments: Sequence[str] = (),
        *,
        options: Sequence[str] = (),
        patience: float = PATIENCE,
    ) -> tuple[Figures, str]:
        """Run one child to its end; return what it reported and what it said on stderr.

        `options` are the interpreter's.
        """
        result = self.folder / "result.json"
        result.unlink(missing_ok=True)
        command = [sys.executable, *options, str(CHILD), "", str(result), json.dumps(asdict(plan))]
        began = command.index("")
        command[began] = repr(time.monotonic())
        done = subprocess.run(
            [*command, *arguments],
            env=self.variables,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=patience,
        )
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode or not result.is_file():
            raise RuntimeError(f"the child for {plan} ended with {done.returncode}:\n{said}")
        return cast("Figures", json.loads(result.read_text())), said

    def copy_profile(self, history: Path) -> Path:
        """A copy of a history, so that every run begins with the same."""
        profile = self.folder / "profile"
        shutil.rmtree(profile, ignore_errors=True)
        shutil.copytree(history, profile, ignore=shutil.ignore_patterns("*.socket"))
        return profile

    @contextmanager
    def server(self, length: int, per_second: int) -> Generator[str]:
        """The server of a long answer, in a process of its own; gives its address."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.server", str(length), str(per_second)],
            env=self.variables,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready = process.stdout.readline().decode()
            assert ready.startswith("READY "), "the server did not start"
            yield ready.split()[1]
        finally:
            process.stdin.close()
            process.stdout.close()
            process.terminate()
            process.wait()


@contextmanager
def benches(folder: Path) -> Generator[Bench]:
    """Give the benchmarks a home of nobody's, and windows that can have the focus."""
    home = folder / "home"
    home.mkdir()
    unwanted = (
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "PYTHONDONTWRITEBYTECODE",  # with it every start would compile what has changed
    )
    variables = {name: value for name, value in os.environ.items() if name not in unwanted}
    variables |= {
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    with ExitStack() as stack:
        if variables.get("QT_QPA_PLATFORM") == "xcb" and shutil.which("openbox"):
            manager = subprocess.Popen(
                ["openbox", "--sm-disable"],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(manager.wait)
            stack.callback(manager.terminate)
            time.sleep(0.5)
        yield Bench(folder, variables)
