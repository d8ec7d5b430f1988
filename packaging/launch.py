"""Starts programs in the foreground, with an X server of our own where there is no screen.

Knows the one question that the demo is asked there, for all to see.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from typing import IO, TYPE_CHECKING, cast

from environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

QUESTION = "What is in this picture?"
PICTURE = ROOT / "resources" / "demo" / "harbour.png"
SCREENSHOT = ROOT / "build" / "run" / "castor.png"
XVFB = ("Xvfb", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset")


class NoScreen(Exception):
    """The X server did not start."""


def in_our_place(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `command` instead of us: signals and the exit code are its own. Windows cannot."""
    if os.name == "nt":
        return in_foreground(command, environment)
    return os.execve(command[0], list(command), environment)  # noqa: S606 the command is ours


def in_foreground(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None
) -> int:
    """Run `command` until it ends and return its exit code; it does not outlive us."""
    with subprocess.Popen(command, env=environment, cwd=folder) as child:
        try:
            return _exit_code(child.wait())
        except KeyboardInterrupt:
            return _exit_code(child.wait())  # Ctrl-C reached it too: it ends in its own way.
        finally:
            child.terminate()


def screen_is_missing() -> bool:
    """Return whether a window would have nowhere to open."""
    if sys.platform != "linux":
        return False
    return not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")))


@contextlib.contextmanager
def own_screen(environment: Mapping[str, str]) -> Generator[dict[str, str]]:
    """Start an X server on a free display and yield `environment` with that display in it.

    Raises NoScreen with what the server said when it does not come up.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said, _start_server(said) as server:
        try:
            assert server.stdout
            display = server.stdout.readline().strip()  # "" when the server has ended instead
            if not display:
                server.wait()
                said.seek(0)
                raise NoScreen(f"Xvfb did not start:\n{said.read().strip()}")
            yield {**environment, "DISPLAY": f":{display}"}
        finally:
            server.terminate()


@contextlib.contextmanager
def runtime_folder(environment: Mapping[str, str]) -> Generator[dict[str, str]]:
    """Yield `environment` with a private XDG_RUNTIME_DIR when it has none; Qt warns without."""
    with contextlib.ExitStack() as stack:
        ready = dict(environment)
        if sys.platform == "linux" and not ready.get("XDG_RUNTIME_DIR"):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="castor-run-"))
            ready["XDG_RUNTIME_DIR"] = folder
        yield ready


def ask_about_the_picture(app: Sequence[str], environment: Mapping[str, str]) -> int:
    """Ask the demo one question, print its answer and where the screenshot lies.

    `app` is the command that starts Castor. Returns the exit code: that of the program when it
    failed, with what it said on standard error.
    """
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="castor-demo-") as profile:
        ask = ["--demo", "--profile", profile, "--ask", QUESTION, str(PICTURE)]
        _, code = _output([*app, *ask, "--screenshot", str(SCREENSHOT)], environment)
        if code:
            return code
        export = ["export", "--profile", profile, "--format", "json"]
        exported, code = _output([*app, *export], environment)
        if code:
            return code
    answer = answer_text(exported)
    if not answer:
        print("The demo's answer has no text.", file=sys.stderr)
        return 1
    print(f"{QUESTION}\n\n{answer}\n\nScreenshot: {SCREENSHOT.relative_to(ROOT)}")
    return 0


def answer_text(exported: str) -> str:
    """Return the text that the model gave in an export, or "" where there is none."""
    try:
        export: object = json.loads(exported)
    except ValueError:
        return ""
    steps = [
        step
        for conversation in _objects(export, "conversations")
        for turn in _objects(conversation, "turns")
        for step in _objects(turn, "steps")
    ]
    return "\n\n".join(
        str(block.get("text"))
        for step in steps
        if step.get("type") == "model_output"
        for block in _objects(step, "content")
        if block.get("type") == "text"
    )


def _start_server(said: IO[str]) -> subprocess.Popen[str]:
    """Start Xvfb, which chooses a free display and prints its number."""
    command = [*XVFB, "-displayfd", "1"]
    try:
        # A session of its own keeps Ctrl-C from ending the screen before the program on it.
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
            start_new_session=True,
        )
    except FileNotFoundError:
        raise NoScreen("There is no screen here, and no Xvfb to stand in for one.") from None


def _objects(parent: object, name: str) -> list[dict[str, object]]:
    """Return the objects in the list `name` of `parent`; what is not as expected is left out."""
    if not isinstance(parent, dict):
        return []
    members = cast("dict[str, object]", parent).get(name)
    if not isinstance(members, list):
        return []
    listed = cast("list[object]", members)
    return [cast("dict[str, object]", entry) for entry in listed if isinstance(entry, dict)]


def _output(command: Sequence[str], environment: Mapping[str, str]) -> tuple[str, int]:
    """Run `command`; return its standard output and its exit code, 0 for success."""
    done = subprocess.run(
        command,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        print(done.stdout, done.stderr, sep="", end="", file=sys.stderr)
    return done.stdout, _exit_code(done.returncode)


def _exit_code(returned: int) -> int:
    """Return what a shell says of a program that a signal ended, else its own code."""
    return returned if returned >= 0 else 128 - returned
