"""An answer can be stopped at any byte of it."""

import asyncio
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop_app.eventloop import EventLoop
from tests.faults.cancels import cancel_many


def test_stopping_leaves_what_came_and_nothing_else(tmp_path: Path, qapp: QApplication) -> None:
    with asyncio.Runner(loop_factory=partial(EventLoop, qapp)) as runner:
        found = runner.run(cancel_many(tmp_path, 40, seed=20_261_124))
    assert found.lost == []
    assert (found.count, found.tasks_left) == (40, 0)
    assert found.descriptors_left <= 0
    assert found.stopped > 30
