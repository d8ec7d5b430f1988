"""The transcript of long conversations: opening, streams, hard blocks, scrolling, memory, finding.

Each `floor_` is of the same program in the same run with an empty conversation on screen, each
`_profile` of the worst that was seen, in a run of its own.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Final, cast

from desktop_app.store import conversations as queries
from desktop_app.store.database import FILE_NAME, open_connection
from tests.benchmarks.figures import Figures, median, share_of, spread
from tests.benchmarks.history import LONG, conversation_key, write_mixed_history
from tests.benchmarks.processes import Bench
from tests.benchmarks.tasks import Plan
from tests.benchmarks.windows import NOBODY

PATIENCE: Final = 900.0


@dataclass(frozen=True)
class Scale:
    """How much is measured; the names of the figures are those of the full sizes."""

    turns: int = 5_000
    most_turns: int = 50_000
    opens: int = 5
    streams: int = 3
    sockets: int = 2
    deltas: int = 8_000
    block_length: int = 0
    steps: int = 60
    jumps: int = 20
    answers: int = 200
    settle: float = 2.0
    watch: float = 10.0
    pace: float = 1.0

    def plan(self, task: str, *, steps: int = 0, runs: int = 0, length: int = 0) -> Plan:
        """What a child is to do at this scale."""
        return Plan(
            "castor", task, self.settle, steps=steps, runs=runs, length=length, pace=self.pace
        )


FULL: Final = Scale()


def measure_transcript(bench: Bench, scale: Scale = FULL) -> Figures:
    """Measure all of it."""
    histories = {turns: _history(bench, turns, scale) for turns in {scale.turns, scale.most_turns}}
    parts = [
        _opening(bench, histories, scale),
        _streams(bench, histories[scale.turns], scale),
        _blocks(bench, histories[scale.turns], scale),
        _scrolling(bench, histories[scale.turns], scale),
        _finding(bench, histories[scale.most_turns], scale),
        _memory(bench, histories[scale.turns], scale),
    ]
    figures: Figures = {}
    spreads: dict[str, object] = {}
    for part in parts:
        spreads.update(cast("dict[str, object]", part.pop("spread", {})))
        figures.update(part)
    return {**figures, "spread": spreads}


def _history(bench: Bench, turns: int, scale: Scale) -> Path:
    """A profile whose long conversation was read in the middle and left."""
    folder = bench.folder / f"mixed{turns}"
    folder.mkdir()
    write_mixed_history(folder, turns, NOBODY)
    found = _run(bench, scale.plan("visit"), folder)
    assert found["turns"] == turns, found
    return folder


def _run(bench: Bench, plan: Plan, profile: Path, url: str = NOBODY) -> Figures:
    arguments = ("--profile", str(profile), "--base-url", url)
    began = time.monotonic()
    found, _ = bench.run(plan, arguments, patience=PATIENCE)
    assert "error" not in found, found["error"]
    sys.stderr.write(f"  {plan.task} took {time.monotonic() - began:.0f} s\n")
    return found


def _numbers(found: Figures, name: str) -> list[float]:
    return [float(one) for one in cast("list[float]", found[name])]


# --- opening --------------------------------------------------------------------------------------


def _opening(bench: Bench, histories: dict[int, Path], scale: Scale) -> Figures:
    figures: Figures = {}
    spreads: dict[str, object] = {}
    for name, turns in (("open_5000_ms", scale.turns), ("open_50000_ms", scale.most_turns)):
        plan = scale.plan("open", runs=scale.opens)
        found = _run(bench, plan, bench.copy_profile(histories[turns]))
        opened, floors = _numbers(found, "open"), _numbers(found, "floor")
        figures[name] = round(median(opened), 1)
        figures[f"floor_{name}"] = round(median(floors), 1)
        figures[name.replace("_ms", "_profile")] = found["profile"]
        spreads[name] = spread(opened, 1)
    return {**figures, "spread": spreads}


# --- streams --------------------------------------------------------------------------------------


def _streams(bench: Bench, history: Path, scale: Scale) -> Figures:
    plan = scale.plan("fed", runs=scale.streams, length=scale.deltas)
    fed = _run(bench, plan, bench.copy_profile(history))
    length = scale.deltas * 32  # as many events of this content
    with bench.server(length, 1000) as url:
        profile = bench.copy_profile(history)
        _move(profile, url)
        plan = scale.plan("socket", runs=scale.sockets, length=scale.deltas)
        sent = _run(bench, plan, profile, url)
    lengths = {one["length"] for one in _runs(sent, "runs")}
    assert lengths == {float(length)}, lengths
    gaps = [one["gap_ms"] for one in _runs(fed, "runs")]
    used = [one["cpu_s"] for one in _runs(fed, "runs")]
    late = [one["last_painted_ms"] for one in _runs(fed, "runs")]
    (floor,), (socket_floor,) = _runs(fed, "floor"), _runs(sent, "floor")
    return {
        "stream_cpu_s": round(median(used), 2),
        "floor_stream_cpu_s": round(floor["cpu_s"], 2),
        "stream_seconds": round(median([one["seconds"] for one in _runs(fed, "runs")]), 2),
        "stream_socket_cpu_s": round(median([one["cpu_s"] for one in _runs(sent, "runs")]), 2),
        "floor_stream_socket_cpu_s": round(socket_floor["cpu_s"], 2),
        "stream_gap_ms": round(median(gaps), 1),
        "stream_gap_worst_ms": round(max(gaps), 1),
        "stream_gap_processor_ms": round(
            max(one["gap_processor_ms"] for one in _runs(fed, "runs")), 1
        ),
        "floor_stream_gap_ms": round(floor["gap_ms"], 1),
        "floor_stream_gap_worst_ms": round(floor["gap_ms"], 1),
        "stream_last_painted_ms": round(median(late), 1),
        "stream_gap_profile": fed["profile"],
        "spread": {"stream_cpu_s": spread(used, 2), "stream_gap_ms": spread(gaps, 1)},
    }


def _runs(found: Figures, name: str) -> list[dict[str, float]]:
    return cast("list[dict[str, float]]", found[name])


def _move(profile: Path, url: str) -> None:
    """Let a history be of another server, so that it is not sent there as a whole."""
    db = open_connection(profile / FILE_NAME)
    try:
        for table in ("conversation", "interaction"):
            db.execute(f"UPDATE {table} SET origin = ?", (url,))
    finally:
        db.close()


# --- hard blocks and scrolling --------------------------------------------------------------------


def _blocks(bench: Bench, history: Path, scale: Scale) -> Figures:
    plan = scale.plan("blocks", length=scale.block_length)
    found = _run(bench, plan, bench.copy_profile(history))
    phases: dict[str, dict[str, dict[str, float]]] = {
        name: cast("dict[str, dict[str, float]]", value)
        for name, value in found.items()
        if isinstance(value, dict)
    }
    floor = phases.pop("floor")
    return {
        "block_gap_ms": max(gap["ms"] for one in phases.values() for gap in one.values()),
        "block_gap_processor_ms": max(
            gap["processor_ms"] for one in phases.values() for gap in one.values()
        ),
        "block_gaps": phases,
        "floor_block_gap_ms": floor["growing"]["ms"],
    }


def _scrolling(bench: Bench, history: Path, scale: Scale) -> Figures:
    plan = scale.plan("scroll", steps=scale.steps, runs=scale.jumps)
    found = _run(bench, plan, bench.copy_profile(history))

    def worst(values: Sequence[float]) -> float:
        return share_of(values, 0.95)

    measures: dict[str, tuple[str, Callable[[Sequence[float]], float]]] = {
        "scroll_p99_ms": ("frames", lambda values: share_of(values, 0.99)),
        "jump_ms": ("jumps", worst),
        "resize_ms": ("resizes", worst),
    }
    figures: Figures = {}
    for name, (kind, of) in measures.items():
        figures[name] = round(of(_numbers(found, kind)), 1)
        figures[f"floor_{name}"] = round(of(_numbers(found, f"floor_{kind}")), 1)
    figures["scroll_profile"], figures["jump_profile"] = found["profile"], found["jump_profile"]
    spreads = {name: spread(_numbers(found, kind), 1) for name, (kind, _) in measures.items()}
    return {**figures, "spread": spreads}


# --- finding and memory ---------------------------------------------------------------------------


def _finding(bench: Bench, history: Path, scale: Scale) -> Figures:
    found = _run(bench, scale.plan("find"), bench.copy_profile(history))
    if "find" not in found:
        return {}
    times, floors = _numbers(found, "find"), _numbers(found, "floor")
    return {
        "find_ms": round(median(times), 1),
        "floor_find_ms": round(median(floors), 1),
        "spread": {"find_ms": spread(times, 1)},
    }


def _memory(bench: Bench, history: Path, scale: Scale) -> Figures:
    """The long conversation at rest beside an empty one."""
    profile = bench.copy_profile(history)
    _show_at_start(profile, LONG)
    rest = Plan("castor", "rest", scale.settle, scale.watch)
    castor = _run(bench, rest, profile)
    modules = bench.folder / "modules.json"
    modules.write_text(json.dumps(castor["modules"]))
    _show_at_start(profile, None)
    empty = _run(bench, Plan("castor", "rest", scale.settle, scale.watch, str(modules)), profile)
    over = float(cast("float", castor["memory_mb"])) - float(cast("float", empty["memory_mb"]))
    return {
        "rss_5000_mb": round(float(cast("float", castor["memory_mb"])), 1),
        "floor_rss_5000_mb": round(float(cast("float", empty["memory_mb"])), 1),
        "rss_5000_over_floor_mb": round(over, 1),
        "idle_cpu_percent": round(float(cast("float", castor["idle_percent"])), 4),
        "floor_idle_cpu_percent": round(float(cast("float", empty["idle_percent"])), 4),
    }


def measure_streamed(bench: Bench, scale: Scale = FULL) -> Figures:
    """Measure memory and the WAL while many answers of half a megabyte each come into one
    conversation; the slope of memory is that after the first fifth.
    """
    history = bench.folder / "mixed"
    history.mkdir()
    write_mixed_history(history, scale.turns, NOBODY)
    found = _run(bench, scale.plan("grow", runs=scale.answers), bench.copy_profile(history))
    sizes = _numbers(found, "memory_mb")
    text = float(cast("float", found["length"])) / 1e6
    warm = len(sizes) // 5
    after = [text * number / (len(sizes) - 1) for number in range(len(sizes))]
    slope, _ = linear_regression(after[warm:], sizes[warm:])
    return {
        "rss_streamed_growth_mb": round(sizes[-1] - sizes[0], 1),
        "rss_streamed_per_10_mb": round(10 * slope, 2),
        "rss_streamed_text_mb": round(text, 1),
        "streamed_wal_mb": round(float(cast("float", found["wal"])) / 2**20, 1),
        "rss_streamed_mb": [round(size) for size in sizes],
    }


def _show_at_start(profile: Path, number: int | None) -> None:
    shown = conversation_key(number) if number is not None else ""
    db = open_connection(profile / FILE_NAME)
    try:
        queries.save_meta(db, "conversation", shown)
    finally:
        db.close()
