"""What the benchmarks find, and what of it is wanted."""

import statistics
from collections.abc import Sequence
from typing import TypeAlias

Figures: TypeAlias = dict[str, object]

GOALS: dict[str, tuple[str, float]] = {
    "start_ratio": ("at most", 2.0),
    "events_per_second": ("at least", 80_000),
    "fold_linear": ("at most", 1.2),
    "idle_cpu_percent": ("at most", 0.1),
    "gap_500_ms": ("at most", 50),
    "bytes_per_turn_growth": ("at most", 1.1),
    "open_5000_ms": ("at most", 60),
    "open_50000_ms": ("at most", 150),
    "stream_cpu_s": ("at most", 2.0),
    "stream_socket_cpu_s": ("at most", 4.0),
    "stream_gap_ms": ("at most", 16),
    "stream_gap_worst_ms": ("at most", 33),
    "stream_last_painted_ms": ("at most", 50),
    "block_gap_ms": ("at most", 33),
    "scroll_p99_ms": ("at most", 12),
    "jump_ms": ("at most", 50),
    "resize_ms": ("at most", 100),
    "rss_5000_over_floor_mb": ("at most", 40),
    "find_ms": ("at most", 100),
    "hostile_gap_ms": ("at most", 100),
    "rss_streamed_per_10_mb": ("at most", 1.0),
    "streamed_wal_mb": ("at most", 64),
}
"""The figures that have a goal."""


def median(values: Sequence[float]) -> float:
    """The middle of some measurements."""
    return statistics.median(values)


def share_of(values: Sequence[float], share: float) -> float:
    """The measurement below which this share of them is."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def spread(values: Sequence[float], digits: int) -> list[float]:
    """The lowest and the highest of some measurements."""
    return [round(min(values), digits), round(max(values), digits)]


def merge(figures: Sequence[Figures]) -> Figures:
    """Put what several benchmarks have found into one object."""
    merged: Figures = {}
    spreads: dict[str, object] = {}
    for one in figures:
        merged.update(one)
        found = one.get("spread")
        if isinstance(found, dict):
            spreads.update(found)
    merged["spread"] = spreads
    return merged


def reached(name: str, value: float) -> bool:
    """Whether a figure is as good as wanted."""
    word, goal = GOALS[name]
    return value <= goal if word == "at most" else value >= goal
