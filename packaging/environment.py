"""The virtual environment at the repository's root: knows how it is made, kept and healed.

A stamp inside the environment says what went into it. The stamp is removed before anything
changes and written last, so an environment without one was interrupted: it is built anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "packaging" / "requirements"
VENV = ROOT / ".venv"
LOCK = ROOT / "build" / "setup.lock"

CORPUS = "corpus"
"""The set that is no list of packages: the examples of CommonMark. It needs the set "test"."""

RECIPE = 1
"""To be raised when what `prepare` does has changed so far that every environment is outdated."""

# The locks name all that is needed. Without --no-deps pip resolves extras anew, and refuses a lock
# as soon as something newer than it has been released.
PIP_INSTALL = (
    *("-m", "pip", "--disable-pip-version-check", "install", "--no-input", "--quiet"),
    *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
)


def program(name: str) -> Path:
    """Return where the environment keeps the program `name`."""
    if os.name == "nt":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


def prepare(sets: Sequence[str], say: Callable[[str], None]) -> None:
    """Install the requirement sets named in `sets` that the environment does not have as locked.

    Two starts at once wait for each other; one that finds everything in place takes no lock.
    Raises CalledProcessError when venv or pip fail; they have said why.
    """
    if not outdated(sets):
        return
    with locked(say) as lock:
        stale = outdated(sets)
        if not stale:
            return
        known = _installed()
        _stamp().unlink(missing_ok=True)
        if known is None:
            say(f"Making the virtual environment {VENV} …")
            _run([base_python(), "-m", "venv", "--clear", str(VENV)], lock)
        say(f"Installing the locked packages ({', '.join(stale)}) …")
        files = [f"--requirement={_requirements(name)}" for name in stale if name != CORPUS]
        if files:
            _run([str(program("python")), *PIP_INSTALL, *files], lock)
        if CORPUS in stale:
            corpus.fetch(
                program("python"),
                _requirements("runtime"),
                corpus.place(VENV),
                lambda command: _run(command, lock),
            )
        _write_stamp({**(known or {}), **{name: _digest(name) for name in stale}})


def outdated(sets: Sequence[str]) -> list[str]:
    """Return those of `sets` that are not installed as they are locked now."""
    known = _installed() or {}
    return [name for name in sets if known.get(name) != _digest(name)]


def base_python() -> str:
    """Return the interpreter below, when this one belongs to a virtual environment itself."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _installed() -> dict[str, str] | None:
    """Return each installed set with its digest, or None when the environment is of no use."""
    try:
        stamp = json.loads(_stamp().read_text("utf-8"))
        sets = cast("dict[str, str]", stamp["sets"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if stamp.get("made") != _made() or not os.access(program("python"), os.X_OK):
        return None
    return sets


def _write_stamp(sets: dict[str, str]) -> None:
    draft = _stamp().with_suffix(".new")
    draft.write_text(json.dumps({"made": _made(), "sets": sets}, indent=2) + "\n", "utf-8")
    draft.replace(_stamp())


def _made() -> list[str]:
    """Return what an environment depends on besides its packages; a moved one is outdated too."""
    return [f"recipe {RECIPE}", f"Python {sys.version_info[0]}.{sys.version_info[1]}", str(VENV)]


def _stamp() -> Path:
    return VENV / "castor-setup.json"


def _requirements(name: str) -> Path:
    return REQUIREMENTS / f"{name}.txt"


def _digest(name: str) -> str:
    if name == CORPUS:
        return corpus.digest(_requirements("runtime"))
    return hashlib.sha256(_requirements(name).read_bytes()).hexdigest()


def _run(command: Sequence[str], lock: int) -> None:
    """Run `command` with our standard error as its output; on POSIX it holds the lock with us.

    So a second start cannot meet the pip of a first one that was killed.
    """
    keep = () if os.name == "nt" else (lock,)
    subprocess.run(command, check=True, stdout=sys.stderr, pass_fds=keep)


@contextlib.contextmanager
def locked(say: Callable[[str], None]) -> Generator[int]:
    """Hold the set-up's lock, which the system gives back even when we are killed."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("a") as file:
        if not _try_lock(file.fileno()):
            say("Another set-up is under way; waiting for it …")
            _wait_for_lock(file.fileno())
        yield file.fileno()


if sys.platform == "win32":
    import msvcrt
    import time

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait_for_lock(file: int) -> None:
        while not _try_lock(file):
            time.sleep(0.2)

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _wait_for_lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)
