"""Damages histories in every way that disks do, and opens each as the program does.

    python -m tests.faults damage [--count 300] [--seed 1] [--only NUMBER]

What SQLite can still read row by row must be there again, a file that was replaced must be kept
byte for byte and told of, and nothing may end in anything but a sentence.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from desktop_app.errors import AppError
from desktop_app.store import conversations as queries
from desktop_app.store.conversations import list_conversations, load_draft
from desktop_app.store.database import FILE_NAME, Database
from desktop_app.store.errors import DatabaseTooNew, StoreError
from desktop_app.store.integrity import is_whole
from desktop_app.store.mending import Opener
from desktop_app.store.outlines import load_outline, load_reading
from desktop_app.store.rows import ConversationRow, restore_interaction
from tests.faults.histories import Rows, copy_profile, left_open, read_rows, write_history

PAGE = 4096
WAL = "history.db-wal"
FRAME = PAGE + 24


@dataclass
class Bytes:
    """A history as bytes, to be damaged."""

    main: bytearray
    log: bytearray
    rng: random.Random

    @property
    def pages(self) -> int:
        return max(1, len(self.main) // PAGE)

    def page(self) -> int:
        """Where some page begins."""
        return self.rng.randrange(self.pages) * PAGE


# --- the kinds of damage --------------------------------------------------------------------------


def truncated(one: Bytes) -> None:
    size = one.rng.randrange(len(one.main))
    if one.rng.random() < 0.5:
        size = size // PAGE * PAGE
    del one.main[size:]


def random_bytes(one: Bytes) -> None:
    for _ in range(one.rng.choice((1, 4, 64))):
        one.main[one.rng.randrange(len(one.main))] = one.rng.randrange(256)


def header_flipped(one: Bytes) -> None:
    one.main[one.rng.randrange(100)] ^= 1 << one.rng.randrange(8)


def first_page_flipped(one: Bytes) -> None:
    for _ in range(one.rng.choice((1, 8))):
        one.main[100 + one.rng.randrange(PAGE - 100)] ^= 1 << one.rng.randrange(8)


def page_of_text(one: Bytes) -> None:
    at = one.page()
    one.main[at : at + PAGE] = (b"What somebody else has written here. " * 200)[:PAGE]


def page_of_zeros(one: Bytes) -> None:
    for _ in range(one.rng.choice((1, 2, 5))):
        at = one.page()
        one.main[at : at + PAGE] = bytes(PAGE)


def page_of_noise(one: Bytes) -> None:
    at = one.page()
    one.main[at : at + PAGE] = one.rng.randbytes(PAGE)


def swapped(one: Bytes) -> None:
    a, b = one.page(), one.page()
    first = bytes(one.main[a : a + PAGE])
    one.main[a : a + PAGE] = one.main[b : b + PAGE]
    one.main[b : b + PAGE] = first


def page_twice(one: Bytes) -> None:
    a, b = one.page(), one.page()
    one.main[a : a + PAGE] = one.main[b : b + PAGE]


def sector_lost(one: Bytes) -> None:
    at = one.rng.randrange(len(one.main) // 512) * 512
    one.main[at : at + 512] = bytes(512)


def log_damaged(one: Bytes) -> None:
    if not one.log:
        return page_of_zeros(one)
    kind = one.rng.randrange(6)
    frames = (len(one.log) - 32) // FRAME
    at = 32 + one.rng.randrange(frames) * FRAME
    if kind == 0:
        one.log[one.rng.randrange(32)] ^= 1 << one.rng.randrange(8)
    elif kind == 1:
        one.log[at + one.rng.randrange(24)] ^= 1 << one.rng.randrange(8)
    elif kind == 2:
        one.log[at + 24 : at + FRAME] = bytes(PAGE)
    elif kind == 3:
        one.log[at + 24 + one.rng.randrange(PAGE)] ^= 1 << one.rng.randrange(8)
    elif kind == 4:
        del one.log[one.rng.randrange(len(one.log)) :]
    else:
        one.log[:32] = bytes(32)
    return None


def log_alone(one: Bytes) -> None:
    one.main.clear()


KINDS: dict[str, Callable[[Bytes], None]] = {
    kind.__name__: kind
    for kind in (
        *(truncated, random_bytes, header_flipped, first_page_flipped, page_of_text),
        *(page_of_zeros, page_of_noise, swapped, page_twice, sector_lost, log_damaged, log_alone),
    )
}


# --- opening it as the program does ---------------------------------------------------------------


@dataclass
class Life:
    """What came of one damaged history."""

    ends: list[str] = field(default_factory=list[str])
    notices: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])


def run_program(profile: Path, life: Life) -> bool:
    """One run on a profile: open, read all of it, write, check; say whether all was well."""
    before = images(profile)
    opener = Opener(profile / FILE_NAME)
    database = Database(profile / FILE_NAME, opener)
    try:
        asyncio.run(_use(database, life))
        well = not database.damaged
    except DatabaseTooNew:
        life.ends.append("newer")
        database.close()
        if images(profile) != before:
            life.wrong.append("a newer history was touched")
        return True
    except AppError as error:
        life.ends.append(f"refused: {error}")
        life.wrong.append(f"it was not opened: {error} {error.__cause__!r}")
        database.close()
        return True
    if well and not is_whole(profile / FILE_NAME, thorough=True):
        database.note_damage()
        well = False
    database.close()
    _check_kept(profile, before, opener, life)
    return well


async def _use(database: Database, life: Life) -> None:
    def begin(db: apsw.Connection) -> list[ConversationRow]:
        queries.mark_interrupted(db)
        queries.load_meta(db)
        return list_conversations(db)

    rows = await database.begin(begin)
    for row in rows:
        try:
            outline = await database.read(lambda db, row=row: load_outline(db, row.key))
            await database.read(lambda db, row=row: load_draft(db, row.key))
            await database.read(lambda db, row=row: load_reading(db, row.key))
            assert len(outline.keys) == len(outline.previous)
            for key in outline.keys:
                turn = database.read_here(lambda db, key=key: queries.load_interaction(db, key))
                if turn is not None:  # else the loader says: it is not there any more
                    restore_interaction(turn)
        except (StoreError, ValueError):  # the loader says: this message is damaged
            continue
    try:
        await database.write(lambda db: queries.save_meta(db, "conversation", "x"))
    except StoreError:
        life.ends.append("not written")


def images(profile: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes()
        for file in profile.iterdir()
        if file.is_file() and not file.name.endswith(("-shm", "-damaged"))
    }


def _check_kept(profile: Path, before: dict[str, bytes], opener: Opener, life: Life) -> None:
    after = images(profile)
    new = sorted(set(after) - set(before) - {FILE_NAME, WAL})
    life.notices += opener.notices
    kept = [name for name in new if ".damaged.db" in name]
    if not opener.notices:
        if new:
            life.wrong.append(f"nothing was said of {new}")
        return
    if len(opener.notices) != 1 or not any(name in opener.notices[0] for name in kept):
        life.wrong.append(f"it was said wrongly: {opener.notices} of {kept}")
    for ending in ("", "-wal"):
        was = before.get(FILE_NAME + ending)
        name = next((one for one in new if one.endswith(f".damaged.db{ending}")), None)
        if was is not None and (name is None or after[name] != was):
            life.wrong.append(f"history.db{ending} was not kept byte for byte")
    for name, content in before.items():
        if ".damaged.db" in name and after.get(name) != content:
            life.wrong.append(f"{name} was changed")


# --- one example ----------------------------------------------------------------------------------


def damage(source: Path, kind: str, rng: random.Random, profile: Path) -> None:
    """Make a damaged copy of a profile."""
    copy_profile(source, profile)
    log = profile / WAL
    one = Bytes(
        bytearray((profile / FILE_NAME).read_bytes()),
        bytearray(log.read_bytes() if log.exists() else b""),
        rng,
    )
    KINDS[kind](one)
    if one.main or kind != "log_alone":
        (profile / FILE_NAME).write_bytes(one.main)
    else:
        (profile / FILE_NAME).unlink()
    if log.exists():
        log.write_bytes(one.log)


def live(profile: Path, whole: Rows, folder: Path) -> Life:
    """Let the program run on a damaged profile until all is well, and compare."""
    apart = folder / "apart"
    copy_profile(profile, apart)
    readable = read_rows(apart / FILE_NAME)
    attached = {file.name for file in (profile / "attachments").rglob("*") if file.is_file()}
    life = Life()
    for _ in range(3):
        if run_program(profile, life):
            break
    else:
        life.wrong.append("it is damaged still")
    if "newer" in life.ends or life.wrong:
        return life
    there = read_rows(profile / FILE_NAME)
    for table, rows in readable.items():
        lost = {row for row in rows & whole[table] if not _is_there(row, there[table])}
        if lost:
            life.wrong.append(f"{len(lost)} rows of {table} were lost, such as {min(lost)!r:.200}")
    left = {file.name for file in (profile / "attachments").rglob("*") if file.is_file()}
    if left != attached:
        life.wrong.append("attachments were touched")
    life.ends.append("mended" if life.notices else "opened")
    if not life.notices and any(whole[table] - there[table] for table in ("interaction", "step")):
        life.ends.append("unnoticed")
    return life


def _is_there(row: tuple[object, ...], rows: set[tuple[object, ...]]) -> bool:
    return row in rows or row[0] == "conversation"


class Sources:
    """Whole histories, each closed and left open, made once."""

    def __init__(self, folder: Path, seeds: Sequence[int]) -> None:
        self._made: list[tuple[Path, Rows]] = []
        for seed in seeds:
            closed = folder / f"closed-{seed}"
            write_history(closed, seed)
            killed = folder / f"killed-{seed}"
            with left_open(folder / f"open-{seed}", seed):
                copy_profile(folder / f"open-{seed}", killed)
            for profile in (closed, killed):
                apart = folder / f"apart-{profile.name}"
                copy_profile(profile, apart)
                self._made.append((profile, read_rows(apart / FILE_NAME)))

    def pick(self, rng: random.Random, *, log: bool) -> tuple[Path, Rows]:
        return rng.choice([one for one in self._made if not log or "killed" in one[0].name])


def example(sources: Sources, number: int, seed: int) -> tuple[str, Life]:
    """Make and try the damaged history of a number."""
    rng = random.Random(seed * 1_000_003 + number)
    kind = list(KINDS)[number % len(KINDS)]
    source, whole = sources.pick(rng, log=kind.startswith("log"))
    with tempfile.TemporaryDirectory(prefix="castor-damage-") as folder:
        profile = Path(folder, "profile")
        damage(source, kind, rng, profile)
        try:
            return kind, live(profile, whole, Path(folder))
        except Exception:  # noqa: BLE001 - that is the crash this looks for
            return kind, Life(wrong=[traceback.format_exc()])


def main(words: Sequence[str]) -> int:
    """Try many; print the counts and whatever went wrong."""
    parser = argparse.ArgumentParser(prog="faults damage")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one example")
    asked = parser.parse_args(words)
    numbers = range(asked.count) if asked.only is None else [asked.only]
    ends: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="castor-histories-") as folder:
        sources = Sources(Path(folder), (asked.seed, asked.seed + 1, asked.seed + 2))
        for number in numbers:
            kind, life = example(sources, number, asked.seed)
            ends.update(life.ends)
            if "unnoticed" in life.ends:
                ends[f"unnoticed: {kind}"] += 1
            for what in life.wrong:
                again = f"--seed {asked.seed} --only {number}"
                sys.stderr.write(f"{kind} ({again}): {what}\n{life.notices}\n")
                wrong.append(f"{kind}, {again}")
    found = {"damaged": len(numbers), "wrong": wrong, **dict(sorted(ends.items()))}
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if wrong else 0
