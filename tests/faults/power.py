"""Power cuts: `faults power --count 2000`.

The real store and the real saving of answers write to a disk whose power fails in an operation
drawn by lot. What is left is opened as Castor would open it, and compared with what had been
acknowledged: nothing of that may be missing, nothing may be damaged, and of an answer that was
coming in at most two seconds. Every cut is a life of one profile that goes on after it.
"""

import argparse
import asyncio
import json
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import apsw

from desktop_app.store.database import FILE_NAME, PlainOpener, open_connection
from tests.faults.clock import ClockLoop
from tests.faults.platter import Platter, PlatterVFS
from tests.faults.told import Told
from tests.faults.writing import Person, WatchedDatabase

_MOST_OPERATIONS: Final = 500
_LIVES: Final = 8
"""So many cuts one profile lives through before the next one begins."""


@dataclass
class Report:
    """What was found over all cuts."""

    seed: int
    cuts: int = 0
    operations: int = 0
    acknowledged: int = 0
    checked: int = 0
    lost: list[str] = field(default_factory=list[str])
    corrupt: list[str] = field(default_factory=list[str])
    longest_missing: float = 0.0

    @property
    def good(self) -> bool:
        """Whether nothing was lost."""
        return not self.lost and not self.corrupt and self.longest_missing <= 2


def run(count: int, seed: int, folder: Path, synchronous: str = "FULL") -> Report:
    """Cut the power so often; `synchronous` is for the proof that the harness sees losses."""
    report = Report(seed)
    while report.cuts < count:
        _lives(seed + report.cuts, min(_LIVES, count - report.cuts), folder, synchronous, report)
    return report


def _lives(seed: int, count: int, folder: Path, synchronous: str, report: Report) -> None:
    """One profile from its first start, over so many cuts."""
    survivors: dict[str, bytes] = {}
    told = Told()
    for number in range(count):
        chance = random.Random(f"{seed}+{number}")
        platter = Platter(chance.randrange(1 << 32), chance.randint(1, _MOST_OPERATIONS), survivors)
        _live(platter, chance, told, _lay_out(survivors, folder), synchronous)
        report.cuts += 1
        report.operations += platter.operations
        image = platter.image()
        where = f"--seed {seed} --count {number + 1}"
        survivors = _check(image, told, folder, where, report)
        if survivors and chance.random() < 0.5:
            survivors = image  # and the next start has the WAL to read
    report.acknowledged += told.acknowledged


def _live(
    platter: Platter, chance: random.Random, told: Told, place: Path, synchronous: str
) -> None:
    """Start, write until the power fails, and end."""
    with PlatterVFS(platter) as vfs:
        person = Person(
            *(lambda: _start(place / FILE_NAME, vfs), platter, chance, told, synchronous)
        )
        with asyncio.Runner(loop_factory=lambda: ClockLoop(person.settle)) as runner:
            runner.run(person.live())
        person.database.close()


def _start(file: Path, vfs: str) -> WatchedDatabase:
    return WatchedDatabase(file, PlainOpener(file, vfs))


def _check(
    image: dict[str, bytes], told: Told, folder: Path, where: str, report: Report
) -> dict[str, bytes]:
    """Open what is left, compare it, and return the files as they are after that start."""
    place = _lay_out(image, folder)
    try:
        db = open_connection(place / FILE_NAME)
    except Exception as error:  # noqa: BLE001 - whatever it is, the history does not open
        report.corrupt.append(f"{where}: {type(error).__name__} {error}")
        told.forget()
        return {}
    try:
        found = [str(row[0]) for row in db.execute("PRAGMA integrity_check")]
        found += [f"no parent: {row}" for row in db.execute("PRAGMA foreign_key_check")]
        if found != ["ok"]:
            report.corrupt.append(f"{where}: {found[:3]}")
        lost, missing = told.compare(db)
        report.lost += [f"{where}: {one}" for one in lost]
        report.longest_missing = max(report.longest_missing, missing)
        report.checked += 1
    except apsw.Error as error:
        report.corrupt.append(f"{where}: {type(error).__name__} {error}")
    finally:
        db.close()
    return {file.name: file.read_bytes() for file in place.iterdir() if file.suffix == ".db"}


def _lay_out(files: dict[str, bytes], folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def main(words: Sequence[str]) -> int:
    """Run it at length, and print what was found."""
    reader = argparse.ArgumentParser(prog="faults power")
    reader.add_argument("--count", type=int, default=2000)
    reader.add_argument("--seed", type=int, default=1)
    asked = reader.parse_args(words)
    began = time.monotonic()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        report = run(asked.count, asked.seed, Path(folder) / "profile")
    print(
        json.dumps(
            {
                "cuts": report.cuts,
                "seed": report.seed,
                "operations": report.operations,
                "acknowledged": report.acknowledged,
                "checked": report.checked,
                "lost": report.lost,
                "corrupt": report.corrupt,
                "longest_missing_seconds": round(report.longest_missing, 3),
                "seconds": round(time.monotonic() - began, 1),
                "good": report.good,
            },
            indent=1,
        )
    )
    return 0 if report.good else 1
