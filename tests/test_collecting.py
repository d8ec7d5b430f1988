"""Garbage is looked for when it is still, and no later than memory allows."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app import collecting as module
from desktop_app.collecting import Collecting


class Full:
    """Counts the times that all objects were looked through."""

    def __init__(self) -> None:
        self.count = 0

    def note(self, phase: str, about: dict[str, int]) -> None:
        self.count += phase == "stop" and about["generation"] == 2


@pytest.fixture
def full() -> Iterator[Full]:
    found = Full()
    gc.collect()
    gc.callbacks.append(found.note)
    yield found
    gc.callbacks.remove(found.note)


@pytest.fixture
def busy() -> list[bool]:
    return [False]


@pytest.fixture
def collecting(
    qapp: QApplication, busy: list[bool], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Collecting]:
    thresholds = gc.get_threshold()
    monkeypatch.setattr(module, "_STILL_MS", 20)
    made = Collecting(lambda: busy[0], qapp)
    made.start()
    yield made
    made.stop()
    made.deleteLater()
    assert gc.get_threshold() == thresholds


def make(times: int) -> None:
    """Make enough for a collection of the middle generation, so many times."""
    for _ in range(times):
        gc.collect(1)


def test_all_is_looked_through_when_it_is_still(
    collecting: Collecting, full: Full, qtbot: QtBot
) -> None:
    make(12)
    assert full.count == 0
    qtbot.waitUntil(lambda: full.count == 1)
    assert not collecting._timer.isActive(), "it looks again though nothing has come"


def test_it_waits_while_an_answer_comes(
    collecting: Collecting, full: Full, busy: list[bool], qtbot: QtBot
) -> None:
    busy[0] = True
    make(12)
    qtbot.wait(100)
    assert (full.count, collecting._timer.isActive()) == (0, True)
    busy[0] = False
    qtbot.waitUntil(lambda: full.count == 1)


def test_little_is_not_looked_for(collecting: Collecting, full: Full, qtbot: QtBot) -> None:
    make(3)
    qtbot.waitUntil(lambda: not collecting._timer.isActive())
    assert full.count == 0


def test_much_is_looked_for_between_two_other_things_however_busy_it_is(
    collecting: Collecting, full: Full, busy: list[bool], qtbot: QtBot
) -> None:
    busy[0] = True
    make(160)
    assert full.count == 0
    qtbot.waitUntil(lambda: full.count == 1)
    assert not collecting._timer.isActive()


def test_where_the_loop_never_turns_garbage_does_not_grow_without_bound(
    collecting: Collecting, full: Full, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ALL", 50)
    collecting.stop()
    collecting.start()
    kept: list[list[object]] = []
    for _ in range(1_000_000):
        circle: list[object] = []
        circle.append(circle)
        kept.append(circle)
        if len(kept) == 20_000:
            kept.clear()
    assert full.count > 0
