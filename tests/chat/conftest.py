"""Sessions run on Castor's loop."""

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.eventloop import EventLoop
from tests.conftest import LoopFactory


@pytest.fixture(autouse=True)
def loop_factory(qapp: QApplication) -> LoopFactory:
    return lambda: EventLoop(qapp)
