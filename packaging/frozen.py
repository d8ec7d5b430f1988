"""Freezes Castor into dist/castor and says what takes the room there; then tries and packs it."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import environment
import trial
from release import DIST, PROGRAM, ROOT, CannotPack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

WORK: Final = ROOT / "build" / "frozen"

LARGEST: Final = 175_000_000
"""Bytes that the folder may have."""

GROUPS: Final = {
    "Qt's libraries": r"/Qt/lib/libQt|/Qt[A-Z]\w+\.(dll|framework)|/Qt/lib/",
    "Qt's plugins": r"/plugins/",
    "Qt for Python": r"PySide6|shiboken6",
    "cryptography": r"cryptography|_cffi_backend",
    "SQLite": r"/apsw/",
    "Python": r"lib-dynload|libpython|python3\d+\.dll|base_library",
    "the two programs, with all modules": r"^castor(-gui)?(\.exe)?$",
    "fonts": r"fontpkg_",
    "licences": r"/licences/",
    "libraries of the system": r"/lib[^/]*\.(so|dylib)[^/]*$",
    "other": r"",
}
"""What the table counts together: the first that fits a file's path."""
ICU: Final = "Unicode's data (ICU)"


@dataclass(frozen=True)
class Options:
    """What is to happen when Castor is frozen."""

    test: bool
    packages: bool


def read_options(arguments: Sequence[str]) -> Options:
    """Read what follows the verb; ends the program for what it does not know."""
    parser = argparse.ArgumentParser(
        prog="dev.py build", usage="dev.py build [--test] [--packages]"
    )
    parser.add_argument("--test", action="store_true", help="try out what was built")
    parser.add_argument("--packages", action="store_true", help="pack it for this system")
    found = parser.parse_args(arguments)
    return Options(found.test, found.packages)


def build(options: Options) -> int:
    """Freeze Castor, show its size, and do what else was asked for; return the exit code."""
    start = time.monotonic()
    code = freeze()
    if code:
        return code
    print(f"\nBuilt in {time.monotonic() - start:.0f} s: {PROGRAM.relative_to(ROOT)}\n")
    total = print_sizes(PROGRAM)
    if total > LARGEST:
        print(f"That is more than {LARGEST // 1_000_000} MB.", file=sys.stderr)
        return 1
    if options.test:
        code = trial.try_out(PROGRAM)
    if options.packages and not code:
        code = pack()
    return code


def freeze() -> int:
    """Run PyInstaller from nothing, so that the same source gives the same program."""
    for folder in (WORK, PROGRAM):
        shutil.rmtree(folder, ignore_errors=True)
    return subprocess.run(
        [
            *(str(environment.program("python")), "-m", "PyInstaller", "build.spec"),
            *("--noconfirm", "--log-level", "ERROR"),
            *("--distpath", str(DIST), "--workpath", str(WORK)),
        ],
        check=False,
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONHASHSEED": "0",
            "PYINSTALLER_CONFIG_DIR": str(WORK / "cache"),
            "SOURCE_DATE_EPOCH": str(date_of_source()),
        },
        stdin=subprocess.DEVNULL,
    ).returncode


def date_of_source() -> int:
    """Return the time that everything made of this source bears: that of its last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdecimal():
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        told = subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout
    except (OSError, subprocess.CalledProcessError):
        return 1_577_836_800  # no repository: a date is needed, any will do
    return int(told)


def print_sizes(folder: Path) -> int:
    """Print what takes the room in `folder`, the largest first; return the bytes of it all."""
    sizes: dict[str, int] = {}
    for name, size in files_of(folder):
        sizes[group_of(name)] = sizes.get(group_of(name), 0) + size
    total = sum(sizes.values())
    for group, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
        print(f"{size / 1e6:7.1f} MB  {group}")
    print(f"{total / 1e6:7.1f} MB  in all")
    return total


def group_of(name: str) -> str:
    """Return what a file of the program belongs to; `name` is its path there."""
    if "icudata" in name:
        return ICU
    return next(group for group, pattern in GROUPS.items() if re.search(pattern, name))


def files_of(folder: Path) -> Iterator[tuple[str, int]]:
    """Give every file's path and size; links take no room."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path.stat().st_size


def pack() -> int:
    """Make the packages of this system out of what was built; return the exit code."""
    if sys.platform == "win32":
        from pack_windows import pack as make
    elif sys.platform == "darwin":
        from pack_macos import pack as make
    else:
        from pack_linux import pack as make
    try:
        make(date_of_source())
    except (CannotPack, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
