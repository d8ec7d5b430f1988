"""Runs the benchmarks: `packaging/dev.py bench` starts it, with a screen of its own.

    python -m tests.benchmarks [--json] [start] [rest] [events] [gaps] [sending] [transcript]
                                    [streamed] [hostile]

Standard output is one table, or with --json one JSON object; progress goes to standard error.
Times depend on the machine and on what else it does: ratios and floors come from the same run.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.events import measure_events
from tests.benchmarks.figures import GOALS, Figures, merge, reached
from tests.benchmarks.hostile import measure_hostile
from tests.benchmarks.processes import Bench, benches
from tests.benchmarks.sending import measure_sending
from tests.benchmarks.transcript import measure_streamed, measure_transcript
from tests.benchmarks.windows import measure_gaps, measure_rest, measure_start

MEASURES: dict[str, Callable[[Bench], Figures]] = {
    "start": measure_start,
    "rest": measure_rest,
    "events": lambda _: measure_events(),
    "gaps": measure_gaps,
    "sending": lambda bench: measure_sending(bench.folder / "sending"),
    "transcript": measure_transcript,
    "streamed": measure_streamed,
    "hostile": measure_hostile,
}
ONLY_BY_NAME = ("streamed", "hostile")
"""What takes some minutes more."""


def main(words: Sequence[str], measures: Mapping[str, Callable[[Bench], Figures]]) -> int:
    """Run what the command line names, or everything."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure Castor.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(measures)}")
    options = parser.parse_args(words)
    unknown = sorted(set(options.names) - measures.keys())
    if unknown:
        parser.error(f"there is no benchmark named {unknown[0]}")
    with tempfile.TemporaryDirectory(prefix="castor-bench-") as folder:
        with benches(Path(folder)) as bench:
            names = options.names or [name for name in measures if name not in ONLY_BY_NAME]
            found = [_measure(name, measures[name], bench) for name in names]
    figures = merge(found)
    print(json.dumps(figures, ensure_ascii=False) if options.json else table(figures))
    return 0


def _measure(name: str, measure: Callable[[Bench], Figures], bench: Bench) -> Figures:
    sys.stderr.write(f"measuring {name} …\n")
    began = time.monotonic()
    found = measure(bench)
    sys.stderr.write(f"measured {name} in {time.monotonic() - began:.0f} s\n")
    return found


def table(figures: Figures) -> str:
    """The figures as lines, those that have a goal with it."""
    lines: list[str] = []
    for name, value in figures.items():
        if not isinstance(value, int | float):
            continue
        line = f"{name:26} {value:>12,}"
        if name in GOALS:
            word, goal = GOALS[name]
            line += f"   {'ok  ' if reached(name, value) else 'MISS'} {word} {goal:,}"
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], MEASURES))
