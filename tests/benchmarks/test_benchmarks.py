"""The benchmarks themselves: they are the same at every run, and measure what they say."""

import importlib.util
import io
import json
import random
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from desktop_app.interactions.content import AttachmentContent
from desktop_app.store import conversations as queries
from desktop_app.store.database import FILE_NAME, open_read_only
from desktop_app.store.rows import restore_interaction
from tests.benchmarks.__main__ import MEASURES, main
from tests.benchmarks.content import SEED, answer_text, long_text, stream_records, worst_blocks
from tests.benchmarks.events import fold, measure_events
from tests.benchmarks.figures import GOALS, Figures, reached, share_of
from tests.benchmarks.frames import likeness
from tests.benchmarks.history import (
    CONVERSATIONS,
    LONG,
    conversation_key,
    write_history,
    write_mixed_history,
)
from tests.benchmarks.hostile import measure_hostile
from tests.benchmarks.processes import Bench
from tests.benchmarks.sending import measure_sending
from tests.benchmarks.transcript import Scale, measure_streamed, measure_transcript
from tests.benchmarks.windows import measure_gaps, measure_rest, measure_start, top_imports

SMALL = Scale(
    *(12, 12),
    opens=1,
    streams=1,
    sockets=1,
    deltas=60,
    block_length=2_000,
    steps=2,
    jumps=2,
    answers=1,
    settle=0.4,
    watch=0.2,
    pace=0.2,
)
QUICK: Mapping[str, Callable[[Bench], Figures]] = {
    "start": lambda bench: measure_start(bench, pairs=1, settle=0.2),
    "rest": lambda bench: measure_rest(bench, settle=0.4, watch=0.2),
    "events": lambda _: measure_events(pairs=1, size=20_000),
    "gaps": lambda bench: measure_gaps(
        bench, runs=1, turns=3, length=2000, per_second=0, settle=0.4, steps=2
    ),
    "sending": lambda bench: measure_sending(bench.folder / "sending", turns=4),
    "transcript": lambda bench: measure_transcript(bench, SMALL),
    "streamed": lambda bench: measure_streamed(bench, SMALL),
    "hostile": lambda bench: measure_hostile(bench, ["nested tables", "brackets"]),
}


@pytest.fixture(scope="module")
def printed(qapp: QApplication) -> str:
    """What a quick run of everything writes to standard output.

    `qapp` comes first: a benchmark takes the application that is there, and would else make one
    without windows for all the tests after it.
    """
    if sys.platform != "linux":
        pytest.skip("memory is read from /proc")
    with redirect_stdout(io.StringIO()) as out:
        assert main(["--json", *QUICK], QUICK) == 0
    return out.getvalue()


@pytest.fixture(scope="module")
def figures(printed: str) -> Figures:
    return cast("Figures", json.loads(printed))


def test_a_run_prints_one_json_object_and_nothing_else(printed: str) -> None:
    assert isinstance(json.loads(printed), dict)
    assert printed.count("\n") == 1


def test_every_benchmark_can_be_run_in_a_quick_form() -> None:
    assert QUICK.keys() == MEASURES.keys()


NOT_HERE = {"rss_5000_over_floor_mb", "find_ms"}
"""What a dozen turns do not tell, and what only a window has that can find."""


@pytest.mark.parametrize(
    "name", [*sorted(GOALS.keys() - NOT_HERE), "rss_mb", "floor_rss_mb", "start_ms", "floor_gap_ms"]
)
def test_a_figure_is_a_number_that_is_not_negative(figures: Figures, name: str) -> None:
    value = figures[name]
    assert isinstance(value, int | float)
    assert not isinstance(value, bool)
    assert value >= 0


def test_castor_takes_longer_to_start_than_an_empty_window(figures: Figures) -> None:
    assert cast("float", figures["start_ratio"]) > 1


def test_castor_needs_more_memory_than_its_imports_alone(figures: Figures) -> None:
    assert cast("float", figures["rss_mb"]) > cast("float", figures["floor_rss_mb"]) > 10


def test_the_profile_of_the_imports_names_the_slowest_first(figures: Figures) -> None:
    imports = cast("list[dict[str, object]]", figures["start_imports_ms"])
    times = [cast("float", one["ms"]) for one in imports]
    assert times == sorted(times, reverse=True)
    assert any(str(one["module"]).startswith("desktop_app") for one in imports)


def test_no_widget_moves_after_the_first_paint(figures: Figures) -> None:
    assert figures["start_moved_widgets"] == []


def test_gaps_are_told_by_phase(figures: Figures) -> None:
    phases = cast("dict[str, dict[str, float]]", figures["gap_500_phases"])
    assert phases.keys() == {"open", "stream", "scroll"}
    assert max(phase["ms"] for phase in phases.values()) == figures["gap_500_ms"]


def test_finding_is_measured_where_the_window_can_find(figures: Figures) -> None:
    can_find = importlib.util.find_spec("desktop_app.ui.find_bar") is not None
    assert ("find_ms" in figures) == can_find


def test_each_figure_of_the_transcript_stands_beside_that_of_an_empty_view(
    figures: Figures,
) -> None:
    for name in ("open_5000_ms", "stream_cpu_s", "block_gap_ms", "scroll_p99_ms", "jump_ms"):
        assert cast("float", figures[f"floor_{name}"]) >= 0
    assert cast("float", figures["stream_cpu_s"]) > 0


def test_the_hostile_documents_are_told_from_the_slowest(figures: Figures) -> None:
    steps = cast("dict[str, dict[str, float]]", figures["hostile_steps"])
    assert steps.keys() == {"nested tables", "brackets"}
    assert figures["hostile_worst"] == list(steps)
    times = [one["processor_ms"] for one in steps.values()]
    assert times == sorted(times, reverse=True)
    assert figures["hostile_gap_processor_ms"] == times[0]
    assert cast("float", figures["floor_hostile_gap_ms"]) > 0


def test_the_worst_blocks_are_as_large_as_they_are_said_to_be() -> None:
    blocks = worst_blocks()
    assert len(blocks["latin"]) == 100_000
    assert len(blocks["asian"].encode()) > 95_000
    assert blocks["list"].count("\n") == 2_000
    assert blocks["table"].count("\n") == 5_002
    assert 19_990 < blocks["code"].count("\n") < 20_010
    assert blocks["math"].count("$$") == 400


def test_memory_is_told_beside_the_text_that_came(figures: Figures) -> None:
    assert cast("float", figures["rss_streamed_text_mb"]) > 0.4
    assert len(cast("list[float]", figures["rss_streamed_mb"])) == 2
    assert cast("float", figures["streamed_wal_mb"]) > 0


def test_a_mixed_history_has_all_that_an_answer_can_have(tmp_path: Path) -> None:
    write_mixed_history(tmp_path, 450)
    db = open_read_only(tmp_path / FILE_NAME)
    try:
        rows = queries.load_interactions(db, conversation_key(LONG))
        turns = [restore_interaction(row) for row in rows]
    finally:
        db.close()
    assert len(turns) == 450
    text = "".join(turn.output_text for turn in turns)
    for part in ("```python", "|---|", "$$", "\\sqrt", "\u3002", "\n- ", "\n> ", "## "):
        assert part in text
    assert any(isinstance(one, AttachmentContent) for turn in turns for one in turn.input)
    assert any("image" in step.body for row in rows for step in row.steps)


def test_a_share_of_measurements_is_below_what_is_told() -> None:
    assert share_of([3.0, 1.0, 2.0], 0.0) == 1.0
    assert share_of([float(number) for number in range(100)], 0.99) == 99.0
    assert share_of([5.0], 0.95) == 5.0


def test_two_pictures_are_alike_by_the_share_that_is_the_same() -> None:
    black, grey = (QImage(20, 10, QImage.Format.Format_Grayscale8) for _ in range(2))
    black.fill(0)
    grey.fill(0)
    assert likeness(black, grey) == 1
    for column in range(20):
        grey.setPixel(column, 0, 0xFF808080)
    assert likeness(black, grey) == pytest.approx(0.9)


def test_a_turn_sends_no_more_for_the_turns_before_it(figures: Figures) -> None:
    assert figures["bytes_per_turn_growth"] == pytest.approx(1, abs=0.01)


def test_imports_after_the_first_paint_are_not_in_the_profile() -> None:
    said = (
        "import time: 30 | 30 |   a.b\nimport time:  20 |  50 | a\n"
        "first paint\nimport time: 9 | 9 | c"
    )
    assert top_imports(said) == [
        {"module": "a.b", "ms": 0.03, "all_ms": 0.03},
        {"module": "a", "ms": 0.02, "all_ms": 0.05},
    ]


def test_the_content_is_the_same_at_every_run() -> None:
    assert answer_text(random.Random(SEED)) == answer_text(random.Random(SEED))
    assert stream_records(long_text(5000)) == stream_records(long_text(5000))


def test_a_stream_of_the_benchmark_folds_to_its_text() -> None:
    turn = fold(stream_records(long_text(5000)))
    assert turn.output_text == long_text(5000)
    assert turn.outcome == "complete"


def test_the_history_has_the_turns_that_were_asked_for(tmp_path: Path) -> None:
    write_history(tmp_path, 7)
    db = open_read_only(tmp_path / FILE_NAME)
    try:
        rows = queries.list_conversations(db)
        last = queries.load_interactions(db, conversation_key(CONVERSATIONS - 1))
        opened = queries.load_meta(db)["conversation"]
    finally:
        db.close()
    assert len(rows) == CONVERSATIONS
    assert rows[0].key == opened == conversation_key(CONVERSATIONS - 1)
    assert [restore_interaction(row).outcome for row in last] == ["complete"] * 7


def test_a_goal_is_reached_from_the_right_side() -> None:
    assert reached("start_ratio", 2.0)
    assert not reached("start_ratio", 2.1)
    assert reached("events_per_second", 80_000)
    assert not reached("events_per_second", 79_999)
