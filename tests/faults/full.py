"""Four kinds of full disk: `faults full --count 10`.

The real chat layer asks, takes in, writes, deletes, exports and attaches while there is no room,
and goes on when there is. Nothing may be lost, nothing half written, and nothing needs a restart.
"""

import argparse
import asyncio
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication

from desktop_app.chat.full_disk import DISK_TOPIC
from desktop_app.chat.session import ChatSession
from desktop_app.eventloop import EventLoop
from desktop_app.interactions.outcome import Outcome
from desktop_app.overriding import override
from desktop_app.settings.file import SettingsFile
from desktop_app.store import conversations as queries
from desktop_app.store.errors import DiskFull, StoreError
from desktop_app.store.export import export
from desktop_app.store.handed_out import save
from tests.chat.events import completed, created, record, started, stopped, text
from tests.faults.filling import (
    Disk,
    FewPages,
    SmallDisk,
    SmallFiles,
    can_mount,
    small_file_system,
)
from tests.scriptserver import STREAM_HEAD, Request, Writer, answer, script_server
from tests.world import World, until, world

PAGES: Final = "the database takes no more pages"
MOUNT: Final = "a full file system"
LIMIT: Final = "files may not grow"
FILES: Final = "attachments, exports and settings find no room"
KINDS: Final = (PAGES, MOUNT, LIMIT, FILES)
_LEAST_FILE: Final = 100
OUT: Final = "export.json"
_DISK_MEGABYTES: Final = 24


@dataclass
class Report:
    """What was found."""

    runs: dict[str, int] = field(default_factory=dict[str, int])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[str] = field(default_factory=list[str])
    characters_kept: int = 0
    """Of answers that came in while the disk was full, and are on it now."""

    deleted_while_full: int = 0


class Told:
    """A server that says what it is told to, and the second half of it when it may."""

    def __init__(self) -> None:
        self.first = self.second = "words "
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def script(self, request: Request, writer: Writer) -> None:
        if request.method != "POST":
            writer.write(answer())
            return
        writer.write(STREAM_HEAD + record(created("i1")) + record(started()))
        writer.write(record(text(self.first)))
        await writer.drain()
        await self.may_go_on.wait()
        writer.write(record(text(self.second)) + record(stopped()))
        writer.write(record(completed("i1")))
        await writer.drain()
        writer.close()


class Scenario:
    """One profile through one full disk."""

    def __init__(self, w: World, told: Told, disk: Disk, chance: random.Random) -> None:
        self._w, self._told, self._disk, self._chance = w, told, disk, chance
        self.problems: list[str] = []
        self.characters_kept = 0
        self.deleted = 0

    def check(self, holds: object, what: str) -> None:
        if not holds:
            self.problems.append(what)

    async def run(self) -> None:
        w, told, chance = self._w, self._told, self._chance
        await w.writer.take_ballast()
        old = await self._say("an old conversation", "old " * chance.randint(10_000, 100_000))
        session = await w.open()
        told.first = "one " * chance.randint(1, 2_000)
        told.second = "two " * chance.randint(400_000, 500_000)
        told.may_go_on.clear()
        session.send("the question")
        await until(lambda: _has_text(session), session.step_changed)
        await w.database.read(lambda db: None)
        await self._disk.fill(w)
        told.may_go_on.set()
        await until(
            lambda: not session.busy and w.writer.is_full,
            w.writer.full_changed,
            session.busy_changed,
        )
        await self._while_full(session, old)
        await self._disk.free(w)
        await self._afterwards(session)

    async def _say(self, question: str, words: str) -> ChatSession:
        self._told.first, self._told.second = "an answer: ", words
        session = await self._w.open()
        await self._w.ask(session, question)
        return session

    async def _while_full(self, session: ChatSession, old: ChatSession) -> None:
        w, whole = self._w, self._told.first + self._told.second
        turn = session.turns[-1]
        self.check(turn.outcome is Outcome.COMPLETE, f"the answer is {turn.outcome}")
        self.check(turn.output_text == whole, "the answer in memory is not whole")
        bars = [notice for notice in w.notices if notice.topic == DISK_TOPIC]
        self.check(len(bars) == 1, f"it was said {len(bars)} times")
        self.check(not w.ballast.is_taken, "the ballast was not given up")
        await self._send_in_vain(session)
        await self._attach_in_vain(session)
        w.preferences.update(zoom=110 if w.preferences.settings.zoom == 100 else 100)
        key = session.key
        del turn
        await w.open()
        session = await w.open(key)
        self.check(session.turns[-1].output_text == whole, "the answer is not there any more")
        self.check(session.draft.text == "the next question", "the draft is not there any more")
        self._export()
        await self._delete(old)

    async def _send_in_vain(self, session: ChatSession) -> None:
        w, count = self._w, len(session.turns)
        refused: list[object] = []
        session.send_refused.connect(refused.append)
        session.write_draft("the next question")
        session.send("the next question")
        await until(lambda: bool(refused), session.send_refused)
        self.check(len(session.turns) == count, "a message was shown that is not saved")
        self.check(w.writer.is_full, "the disk is taken for one with room")

    async def _attach_in_vain(self, session: ChatSession) -> None:
        w = self._w
        before = _files_below(w.folder / "attachments")
        w.attachments.attach_bytes(session.key, "a.txt", b"words" * 1000, 0)
        await until(lambda: not w.attachments.working(session.key), w.attachments.working_changed)
        self.check([one.reason for one in w.refusals] == ["the disk is full"], "it was attached")
        self.check(_files_below(w.folder / "attachments") == before, "half a file is left")
        w.refusals.clear()

    def _export(self) -> None:
        out = io.StringIO()
        try:
            export(self._w.folder, out=out)
            self.check("the question" in out.getvalue(), "the export is not whole")
        except StoreError as error:
            self.problems.append(f"nothing can be exported: {error}")

    async def _delete(self, old: ChatSession) -> None:
        w = self._w
        w.library.trash(old.key)
        await w.library.delete_for_good([old.key])
        left = await w.database.read(lambda db: queries.load_interactions(db, old.key))
        self.check(not left, "a deleted conversation is there")
        self.deleted += 1

    async def _afterwards(self, session: ChatSession) -> None:
        w, whole = self._w, self._told.first + self._told.second
        self.check(await w.writer.has_room(), "the room is not seen")
        await w.database.read(lambda db: None)
        (row,) = await w.stored(session)
        self.check(row.outcome == "complete", f"the answer on the disk is {row.outcome}")
        kept = "".join(step.body for step in row.steps)
        self.check(self._told.second in kept, "the end of the answer is lost")
        self.characters_kept += len(whole)
        draft = await w.database.read(lambda db: queries.load_draft(db, session.key))
        self.check(draft.text == "the next question", "the draft is lost")
        self.check(DISK_TOPIC in {one.topic for one in w.notices}, "the end is not said")
        await w.writer.take_ballast()
        self.check(w.ballast.is_taken, "the ballast was not taken again")
        again = await self._say("after it", "more words")
        self.check(again.turns[-1].outcome is Outcome.COMPLETE, "nothing can be asked any more")
        found = await w.database.read(lambda db: db.execute("PRAGMA integrity_check").fetchall())
        self.check(found == [("ok",)], f"the history is damaged: {found[:2]}")
        crashes = [notice.text for notice in w.notices if notice.topic == "crash"]
        self.check(not crashes, f"{len(crashes)} bugs")


def _has_text(session: ChatSession) -> bool:
    return bool(session.turns) and bool(session.turns[-1].output_text)


def _files_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


class FilesInVain(Scenario):
    """Files that are written beside the history while it has no need of room."""

    @override
    async def run(self) -> None:
        w = self._w
        session = await self._say("the question", "words " * 10_000)
        w.preferences.update(zoom=110)
        await w.database.read(lambda db: db.wal_checkpoint())
        before = _files_below(w.folder)
        await self._disk.fill(w)
        w.notices.clear()
        await self._attach(session)
        await self._save_settings()
        self._save_file()
        self._export_in_vain()
        await self._disk.free(w)
        left = _files_below(w.folder) - {OUT}
        self.check(left == before, f"left behind: {sorted(left - before)}")
        self.check(not w.writer.is_full, "messages are refused though they could be saved")
        w.preferences_file.save_what_is_left()
        saved = SettingsFile(w.folder / "settings.json").load()
        self.check(saved.settings.zoom == 125, "the settings are lost")
        await self._say("after it", "more words")

    async def _attach(self, session: ChatSession) -> None:
        w = self._w
        w.attachments.attach_bytes(session.key, "a.txt", b"words " * 500_000, 0)
        w.attachments.attach_bytes(session.key, "b.txt", b"other " * 500_000, 0)
        await until(lambda: not w.attachments.working(session.key), w.attachments.working_changed)
        self.check([one.reason for one in w.refusals] == ["the disk is full"] * 2, "attached")
        said = {notice.text for notice in w.notices}
        self.check(len(said) == 1, f"of attachments {len(said)} things are said")

    async def _save_settings(self) -> None:
        w, file = self._w, self._w.folder / "settings.json"
        before = file.read_bytes()
        w.notices.clear()
        w.preferences.update(zoom=125)
        texts = [notice.text for notice in w.notices]
        self.check(len(texts) == 1 and "settings could not be saved" in texts[0], f"{texts}")
        self.check(file.read_bytes() == before, "half of the settings is written")
        self.check(w.preferences.settings.zoom == 125, "the settings do not hold")

    def _save_file(self) -> None:
        try:
            save(self._w.folder / "picture.png", b"pixels" * 500_000)
        except DiskFull:
            return
        self.problems.append("a file was saved on a full disk")

    def _export_in_vain(self) -> None:
        w = self._w
        with (w.folder / OUT).open("wb") as out:
            done = subprocess.run(
                [sys.executable, "-m", "desktop_app", "export", "--profile", str(w.folder)],
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        self.check(done.returncode == 2, f"an export that is not whole ended {done.returncode}")
        lines = done.stderr.splitlines()
        self.check(len(lines) == 1 and "The export is not whole" in lines[0], f"{lines[-3:]}")


async def _run(folder: Path, disk: Disk, seed: int, report: Report) -> None:
    told = Told()
    files = isinstance(disk, SmallFiles) and disk.is_tiny
    server = script_server(told.script)
    async with server as one, world(folder, one.base_url) as w:
        make = FilesInVain if files else Scenario
        scenario = make(w, told, disk, random.Random(seed))
        try:
            async with asyncio.timeout(60):
                await scenario.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a crash
            scenario.problems.append(f"{type(error).__name__}: {error}")
            await disk.free(w)
        report.problems += [f"--seed {seed}: {one}" for one in scenario.problems]
        report.characters_kept += scenario.characters_kept
        report.deleted_while_full += scenario.deleted


def run(kind: str, count: int, seed: int, folder: Path, report: Report) -> None:
    """Fill the disk of so many profiles, in this process."""
    application = QApplication.instance() or QApplication(["faults"])
    assert isinstance(application, QApplication)
    for number in range(seed, seed + count):
        place = folder / f"profile-{KINDS.index(kind)}-{number}"
        place.mkdir(mode=0o700)
        disk: Disk = FewPages() if kind == PAGES else SmallFiles(_LEAST_FILE * (kind == FILES))
        mounted = nullcontext()
        if kind == MOUNT:
            disk, mounted = SmallDisk(place), small_file_system(place, _DISK_MEGABYTES)
        with mounted, asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
            runner.run(_run(place, disk, number, report))
    report.runs[kind] = report.runs.get(kind, 0) + count


def run_apart(kind: str, count: int, seed: int, report: Report) -> None:
    """Do the same in a process of its own, which alone gets the limit."""
    words = ["full", "--only", kind, "--count", str(count), "--seed", str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        report.problems.append(f"{kind}: it ended with {done.returncode}: {done.stderr[-500:]}")
        return
    report.runs |= found["runs"]
    report.problems += [f"{kind}: {one}" for one in found["problems"]]
    report.characters_kept += found["characters_kept"]
    report.deleted_while_full += found["deleted_while_full"]


def main(words: Sequence[str]) -> int:
    """Run it at length, and print what was found."""
    reader = argparse.ArgumentParser(prog="faults full")
    reader.add_argument("--count", type=int, default=10, help="profiles for each kind")
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--only", choices=KINDS)
    asked = reader.parse_args(words)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    report = Report()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for kind in [asked.only] if asked.only else KINDS:
            if kind == MOUNT and not can_mount():
                report.left_out[kind] = "this process may not mount one"
            elif kind in (LIMIT, FILES) and asked.only is None:
                run_apart(kind, asked.count, asked.seed, report)
            else:
                run(kind, asked.count, asked.seed, Path(folder), report)
    found = asdict(report) | {
        "seed": asked.seed,
        "seconds": round(time.monotonic() - began, 1),
        "good": not report.problems,
    }
    print(json.dumps(found, indent=1))
    return 1 if report.problems else 0
