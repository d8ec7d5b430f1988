"""One application and its loop, and a theme for whoever paints."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.eventloop import EventLoop
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript import column_area
from tests.conftest import LoopFactory


@pytest.fixture(autouse=True)
def time_for_every_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each frame show all that is in sight, also on a slow machine; what a frame leaves for
    the next is asked for by a test of its own.
    """
    monkeypatch.setattr(column_area, "_FRAME_SECONDS", float("inf"))


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.fixture
def loop_factory(qapp: QApplication) -> LoopFactory:
    """For the tests that are coroutines: windows live on Castor's loop, as the program sets it."""
    qapp.setQuitOnLastWindowClosed(False)
    return lambda: EventLoop(qapp)
