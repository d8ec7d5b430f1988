"""Kills the real program a thousand times, and looks whether anything is lost.

    python -m tests.faults kill [--count 1000] [--seed N] [--workers 2] [--chapter K]

Six tenths of the kills come at random times, four tenths at the fault points. The program runs with
a profile of its own and the demo's server; the kill is SIGKILL for its whole process group. What
was acknowledged is known from outside: what a pipe told before the kill, and what the server was
asked. Standard output is one JSON object; 0 is returned when nothing was lost.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop_app.faultpoints import POINTS
from tests.faults.killing.chapter import Chapter, Tally
from tests.faults.killing.plans import Kill, draw_kills
from tests.faults.killing.server import RecordingServer

KILLS_OF_CHAPTER = 10
_TOKENS_PER_SECOND = 200.0


def main(words: Sequence[str]) -> int:
    """Kill, print what came of it, and return 0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="faults kill")
    parser.add_argument("--count", type=int, default=1000, help="kills in all")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)), metavar="N")
    parser.add_argument("--workers", type=int, default=2, help="profiles at a time")
    parser.add_argument("--chapter", type=int, metavar="K", help="this part only, to repeat it")
    options = parser.parse_args(words)
    kills = draw_kills(random.Random(options.seed), options.count, sorted(POINTS))
    began = time.monotonic()
    tally = campaign(kills, options.seed, workers=options.workers, only=options.chapter)
    result = report(tally)
    repeat = f"faults kill --count {options.count} --seed {options.seed} --chapter K"
    result |= {
        "seed": options.seed,
        "seconds": round(time.monotonic() - began),
        "to_repeat": f"{repeat}, where a finding begins with {options.seed}.K",
    }
    sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return 1 if tally.findings else 0


def campaign(
    kills: Sequence[Kill],
    seed: int,
    *,
    workers: int = 2,
    only: int | None = None,
    size: int = KILLS_OF_CHAPTER,
    defect: str = "",
) -> Tally:
    """Play all chapters of a size, some at a time; return what they found together."""
    parts = [kills[at : at + size] for at in range(0, len(kills), size)]
    waiting = [(number, part) for number, part in enumerate(parts) if only in (None, number)]
    total, lock = Tally(), threading.Lock()
    with tempfile.TemporaryDirectory(prefix="castor-kill-") as folder:
        with RecordingServer(seed, _TOKENS_PER_SECOND) as server:

            def work() -> None:
                while True:
                    with lock:
                        if not waiting:
                            return
                        number, part = waiting.pop(0)
                    tally = Chapter(number, part, seed, Path(folder), server, defect).play()
                    with lock:
                        total.add(tally)
                        _show(total, len(waiting))

            threads = [_Worker(work) for _ in range(workers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    for thread in threads:
        if thread.error is not None:
            raise thread.error
    return total


class _Worker(threading.Thread):
    """A thread whose failure is not lost."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(name="killer")
        self._work = work
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised by the campaign
            self.error = error


def report(tally: Tally) -> dict[str, object]:
    """The counts, as they are printed."""
    findings = tally.findings
    return {
        "kills": tally.kills,
        "at_random": tally.at_random,
        "too_late": tally.too_late,
        "at_points": tally.at_points.total(),
        "not_reached": tally.not_reached,
        "restarts": tally.restarts,
        "acknowledged": tally.acknowledged,
        "lost": len(findings.lost),
        "integrity_failures": len(findings.damaged),
        "drafts_checked": tally.drafts_checked,
        "drafts_lost": len(findings.drafts),
        "wrong": len(findings.wrong),
        "stuck": len(findings.stuck),
        "points": dict(sorted(tally.at_points.items())),
        "areas": dict(sorted(tally.areas.items())),
        "findings": vars(findings),
    }


def _show(total: Tally, left: int) -> None:
    found = sum(len(sentences) for sentences in vars(total.findings).values())
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{total.kills} kills, {found} findings, {left} chapters left ")
