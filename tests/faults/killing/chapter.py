"""A chapter: one profile through several kills, each looked into, and a start that ends well."""

import random
import shutil
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.store.migrations import MIGRATIONS
from tests.faults.killing.checking import (
    Findings,
    check,
    check_at_rest,
    check_restored,
    turns_of,
)
from tests.faults.killing.ledger import Ledger
from tests.faults.killing.older import make_backup, make_older
from tests.faults.killing.plans import Kill, Writer, plan_for, rest_plan
from tests.faults.killing.program import Program
from tests.faults.killing.server import RecordingServer

_PATIENCE = 60.0
_AFTERGLOW = 1.5
"""Seconds that a point may still be reached in, when all of a plan is done."""

_RESTART_EVERY = 5


@dataclass
class Tally:
    """What has been done and found so far."""

    kills: int = 0
    at_random: int = 0
    too_late: int = 0
    at_points: Counter[str] = field(default_factory=Counter[str])
    not_reached: list[str] = field(default_factory=list[str])
    areas: Counter[str] = field(default_factory=Counter[str])
    restarts: int = 0
    acknowledged: int = 0
    drafts_checked: int = 0
    findings: Findings = field(default_factory=Findings)

    def add(self, other: "Tally") -> None:
        self.kills += other.kills
        self.at_random += other.at_random
        self.too_late += other.too_late
        self.at_points += other.at_points
        self.not_reached += other.not_reached
        self.areas += other.areas
        self.restarts += other.restarts
        self.acknowledged += other.acknowledged
        self.drafts_checked += other.drafts_checked
        self.findings.add(other.findings)


class Scene:
    """One profile with what it owes."""

    def __init__(self, profile: Path, ledger: Ledger) -> None:
        self.profile = profile
        self.ledger = ledger


class Chapter:
    """Plays one chapter; the same seed and number play the same."""

    def __init__(
        self,
        number: int,
        kills: Sequence[Kill],
        seed: int,
        folder: Path,
        server: RecordingServer,
        defect: str = "",
    ) -> None:
        self._name = f"{seed}.{number}"
        self._kills = kills
        self._rng = random.Random(self._name)
        self._folder = folder / str(number)
        self._folder.mkdir()
        self._server = server
        self._defect = defect
        self._writer = Writer(self._rng, self._folder, self._name)
        self.tally = Tally()

    def play(self) -> Tally:
        """Play it from the first kill to the last."""
        scene = Scene(self._folder / "profile", Ledger())
        for number, kill in enumerate(self._kills, 1):
            if kill.area == "migrate":
                version = 1 if kill.passing > 1 else self._rng.randint(1, len(MIGRATIONS) - 1)
                old = self._older(f"older-{number}", version)
                self._kill(old, kill)
                self._rest(old)
                continue
            if kill.area == "restore":
                self._kill_restore(self._older(f"restored-{number}", len(MIGRATIONS)), kill)
                continue
            self._kill(scene, kill)
            if number % _RESTART_EVERY == 0:
                self._rest(scene)
        self._rest(scene)
        return self.tally

    def _older(self, name: str, version: int) -> Scene:
        profile = self._folder / name
        return Scene(profile, make_older(profile, version, self._rng, self._writer))

    # --- one kill -----------------------------------------------------------------------------

    def _kill(self, scene: Scene, kill: Kill) -> None:
        before = scene.ledger.acknowledged
        if kill.area == "export" and (kill.point or not scene.ledger.shown):
            self._rest(scene)  # there must be something to be exported
        programs = [self._start(scene, kill)]
        if kill.area == "handover":
            seen = self._rng.choice(("window", "done", "done"))
            programs[0].listen(_PATIENCE, lambda: seen in programs[0].said)
            programs.append(self._start_second(scene))
        self._wait(programs[0], kill)
        self._note(kill, programs[0])
        for program in programs:
            program.kill()
        self.tally.acknowledged += scene.ledger.acknowledged - before
        self._look(scene, str(kill))

    def _kill_restore(self, scene: Scene, kill: Kill) -> None:
        """Kill `castor restore`, and run it once more: all of before, or all of the backup."""
        backup = turns_of(scene.profile)
        name = make_backup(scene.profile, scene.ledger, self._rng, self._writer)
        before = turns_of(scene.profile)
        program = self._program(scene, arguments=["restore", name], fault=_fault(kill))
        self._wait(program, kill)
        self._note(kill, program)
        program.kill()
        self._add(check_restored(scene.profile, before, backup), str(kill))
        again = self._program(scene, arguments=["restore", name])
        again.listen(_PATIENCE)
        self.tally.restarts += 1
        if again.code != 0 or turns_of(scene.profile) != backup:
            self.tally.findings.stuck.append(f"{self._name}: it cannot be restored ({kill})")
        again.kill()
        self._add(check_restored(scene.profile, before, backup), "restored")

    def _start(self, scene: Scene, kill: Kill) -> Program:
        fault = _fault(kill)
        if kill.area == "backup":  # one is due at the next start
            shutil.rmtree(scene.profile / "backups", ignore_errors=True)
        if kill.area == "export":
            return self._program(scene, arguments=["export"], fault=fault)
        if kill.area == "handover" and not kill.point and self._rng.random() < 0.5:
            return self._program(scene, arguments=self._question(scene))
        plan = plan_for(kill.area, self._rng, self._writer)
        return self._program(scene, plan=plan, fault=fault)

    def _start_second(self, scene: Scene) -> Program:
        return self._program(scene, arguments=self._question(scene))

    def _question(self, scene: Scene) -> list[str]:
        """What a command line asks, at times with a file."""
        words = self._writer.words("asked")
        scene.ledger.tries[words] += 1
        files = [self._writer.file("txt")[0]] if self._rng.random() < 0.4 else []
        return ["--ask", words, *files]

    def _program(
        self,
        scene: Scene,
        *,
        plan: list[list[str]] | None = None,
        arguments: Sequence[str] = (),
        fault: str = "",
    ) -> Program:
        return Program(
            scene.profile,
            self._server.url,
            scene.ledger.take,
            plan=plan,
            arguments=arguments,
            fault=fault,
            defect=self._defect,
        )

    def _wait(self, program: Program, kill: Kill) -> None:
        """Wait for the moment of the kill."""
        if not kill.point:
            program.listen(_PATIENCE, lambda: kill.after in program.said)
            program.listen(kill.milliseconds / 1000)
            return
        waits = kill.area in ("handover", "export", "restore")  # for what the plan does not bring
        program.listen(_PATIENCE, lambda: not waits and "done" in program.said)
        program.listen(_AFTERGLOW)

    def _note(self, kill: Kill, program: Program) -> None:
        self.tally.kills += 1
        self.tally.areas[kill.area] += 1
        if not kill.point and program.ended:
            self.tally.too_late += 1
        elif not kill.point:
            self.tally.at_random += 1
        elif program.code == -signal.SIGKILL:
            self.tally.at_points[kill.point] += 1
        else:
            doing = f"{program.doing}, ended with {program.code}"
            self.tally.not_reached.append(f"{self._name}: {kill} (it was at {doing})")

    def _look(self, scene: Scene, when: str) -> None:
        self.tally.drafts_checked += len(scene.ledger.drafts)
        self._add(check(scene.profile, scene.ledger, self._server), when)

    def _add(self, found: Findings, when: str) -> None:
        for kind, sentences in vars(found).items():
            told = [f"{self._name}: {sentence} ({when})" for sentence in sentences]
            getattr(self.tally.findings, kind).extend(told)

    # --- a start that ends well ---------------------------------------------------------------

    def _rest(self, scene: Scene) -> None:
        self.tally.restarts += 1
        before = scene.ledger.acknowledged
        program = self._program(scene, plan=rest_plan(self._writer))
        program.listen(_PATIENCE)
        left: list[str] = []
        if program.code != 0:
            hung = program.dump() if program.code is None else ""
            why = f"at {program.doing} {program.why} {hung}"
            left.append(f"a start ended with {program.code}, {why}")
        program.kill()
        left += check_at_rest(scene.profile)
        if program.errors:
            left.append(f"it wrote to the terminal: {program.errors[-500:]}")
        self.tally.acknowledged += scene.ledger.acknowledged - before
        self.tally.findings.stuck += [f"{self._name}: {sentence} (at rest)" for sentence in left]
        self._look(scene, "at rest")


def _fault(kill: Kill) -> str:
    return f"{kill.point}:{kill.passing}:kill" if kill.point else ""
