"""Start, memory, rest and gaps of the window, each beside those of an empty one."""

import json
import re
from pathlib import Path
from typing import cast

from tests.benchmarks.figures import Figures, median, spread
from tests.benchmarks.history import CONVERSATIONS, write_history
from tests.benchmarks.processes import Bench
from tests.benchmarks.tasks import Plan

_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \| *(\S+)")
NOBODY = "http://127.0.0.1:9"
"""Nothing listens there: a start that is over with its first paint asks nobody."""


def _history(bench: Bench, name: str, turns: int, opened: int = CONVERSATIONS - 1) -> Path:
    folder = bench.folder / name
    if not folder.exists():
        folder.mkdir()
        write_history(folder, turns, opened)
    return folder


def _number(found: Figures, name: str) -> float:
    return float(cast("float", found[name]))


# --- start ----------------------------------------------------------------------------------------


def measure_start(bench: Bench, pairs: int = 15, settle: float = 2.0) -> Figures:
    """Time Castor and an empty window in turn, from the start to the first paint.

    `start_processor_ratio` compares what both have computed by then, and is less moved by others.
    """
    history = _history(bench, "history", 24)

    def castor(task: str, *options: str) -> tuple[Figures, str]:
        arguments = ("--profile", str(bench.copy_profile(history)), "--base-url", NOBODY)
        return bench.run(Plan("castor", task, settle), arguments, options=options)

    bench.run(Plan("empty", "paint"))  # the first ones read the disk
    castor("paint")
    floors: list[Figures] = []
    starts: list[Figures] = []
    for _ in range(pairs):
        floors.append(bench.run(Plan("empty", "paint"))[0])
        starts.append(castor("paint")[0])
    ratios = _ratios(starts, floors, "seconds")
    milliseconds = [_number(start, "seconds") * 1000 for start in starts]
    floor_milliseconds = [_number(floor, "seconds") * 1000 for floor in floors]
    layout, _ = castor("layout")
    _, said = castor("paint", "-X", "importtime")
    return {
        "start_ratio": round(median(ratios), 3),
        "start_processor_ratio": round(median(_ratios(starts, floors, "processor")), 3),
        "start_ms": round(median(milliseconds), 1),
        "floor_start_ms": round(median(floor_milliseconds), 1),
        "start_moved_widgets": layout["moved"],
        "start_changed_pixels": layout["changed_pixels"],
        "start_imports_ms": top_imports(said),
        "spread": {
            "start_ratio": spread(ratios, 3),
            "start_ms": spread(milliseconds, 1),
            "floor_start_ms": spread(floor_milliseconds, 1),
        },
    }


def _ratios(ours: list[Figures], floors: list[Figures], name: str) -> list[float]:
    pairs = zip(ours, floors, strict=True)
    return [_number(one, name) / _number(floor, name) for one, floor in pairs]


def top_imports(said: str, count: int = 40) -> list[dict[str, object]]:
    """The slowest imports up to the first paint, by what each alone took.

    `ms` is its own time, `all_ms` with all that it was the first to import.
    """
    found = _IMPORT.findall(said.partition("first paint")[0])
    slowest = sorted(found, key=lambda one: -int(one[0]))[:count]
    return [
        {"module": name, "ms": int(own) / 1000, "all_ms": int(whole) / 1000}
        for own, whole, name in slowest
    ]


# --- at rest --------------------------------------------------------------------------------------


def measure_rest(bench: Bench, settle: float = 5.0, watch: float = 20.0) -> Figures:
    """Measure memory and idle time, then those of an empty window with the same imports."""
    profile = bench.copy_profile(_history(bench, "history", 24))
    with bench.server(1000, 0) as url:
        castor, _ = bench.run(
            Plan("castor", "rest", settle, watch),
            ("--profile", str(profile), "--base-url", url),
        )
    modules = bench.folder / "modules.json"
    modules.write_text(json.dumps(castor["modules"]))
    floor, _ = bench.run(Plan("empty", "rest", settle, watch, str(modules)))
    return {
        "rss_mb": round(_number(castor, "memory_mb"), 1),
        "floor_rss_mb": round(_number(floor, "memory_mb"), 1),
        "idle_cpu_percent": round(_number(castor, "idle_percent"), 4),
        "floor_idle_cpu_percent": round(_number(floor, "idle_percent"), 4),
        "idle_focus": [castor["focus"], floor["focus"]],
    }


# --- gaps -----------------------------------------------------------------------------------------


def measure_gaps(
    bench: Bench,
    runs: int = 3,
    turns: int = 500,
    length: int = 60_000,
    per_second: int = 1000,
    settle: float = 3.0,
    steps: int = 50,
) -> Figures:
    """Open a long conversation, stream an answer, scroll; the longest gap of the loop in each."""
    history = _history(bench, f"history{turns}", turns, CONVERSATIONS - 2)
    gaps: list[float] = []
    floors: list[float] = []
    by_phase: dict[str, list[dict[str, float]]] = {"open": [], "stream": [], "scroll": []}
    with bench.server(length, per_second) as url:
        for _ in range(runs):
            floor, _ = bench.run(Plan("empty", "gaps", watch=settle))
            floors.append(cast("dict[str, float]", floor["rest"])["ms"])
            profile = bench.copy_profile(history)
            found, _ = bench.run(
                Plan("castor", "gaps", settle, steps=steps),
                ("--profile", str(profile), "--base-url", url),
            )
            assert "error" not in found, found["error"]
            assert found["turns"] == turns + 1, found
            assert found["outcome"] == "complete", found
            assert found["answer_length"] == length, found
            for phase, measured in by_phase.items():
                measured.append(cast("dict[str, float]", found[phase]))
            gaps.append(max(measured[-1]["ms"] for measured in by_phase.values()))
        sampled, _ = bench.run(
            Plan("castor", "gaps", settle, steps=steps, runs=1),
            ("--profile", str(bench.copy_profile(history)), "--base-url", url),
        )
    return {
        "gap_500_ms": round(median(gaps), 1),
        "floor_gap_ms": round(median(floors), 1),
        "gap_500_phases": {
            phase: {
                "ms": round(median([one["ms"] for one in measured]), 1),
                "processor_ms": round(median([one["processor_ms"] for one in measured]), 1),
            }
            for phase, measured in by_phase.items()
        },
        "gap_500_profiles": sampled["profiles"],
        "spread": {"gap_500_ms": spread(gaps, 1), "floor_gap_ms": spread(floors, 1)},
    }
