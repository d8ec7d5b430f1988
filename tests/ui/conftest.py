"""One application and its loop, and a theme for whoever paints."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.eventloop import EventLoop
from desktop_app.ui.theme import Theme
from tests.conftest import LoopFactory


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
