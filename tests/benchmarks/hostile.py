"""How long the window cannot answer while documents that mean harm are shown."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import cast

from tests.benchmarks.figures import Figures
from tests.benchmarks.processes import ROOT, Bench

_WORST = 5


def measure_hostile(bench: Bench, names: Sequence[str] = ()) -> Figures:
    """Show each document, or those named; the floor is an ordinary answer, shown the same way."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.showing", "steps", *names],
        env=bench.variables,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        timeout=600,
    )
    found = cast("dict[str, dict[str, float]]", json.loads(done.stdout))
    floor = found.pop("ordinary")
    worst = sorted(found, key=lambda name: -found[name]["processor_ms"])
    return {
        "hostile_gap_ms": round(max(one["ms"] for one in found.values()), 1),
        "hostile_gap_processor_ms": round(found[worst[0]]["processor_ms"], 1),
        "floor_hostile_gap_ms": round(floor["ms"], 1),
        "floor_hostile_gap_processor_ms": round(floor["processor_ms"], 1),
        "hostile_worst": worst[:_WORST],
        "hostile_steps": {
            name: {kind: round(value, 1) for kind, value in found[name].items()} for name in worst
        },
    }
