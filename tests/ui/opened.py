"""The main window over a server that answers when the test says so."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import Qt

from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.scriptserver import script_server
from tests.ui.answering import Tap
from tests.ui.windows import (
    CTRL,
    eventually,
    main_window,
    press,
    send,
)
from tests.world import World, world

Key = Qt.Key


@asynccontextmanager
async def opened(folder: Path, theme: Theme) -> AsyncGenerator[tuple[MainWindow, World, Tap]]:
    """The window over a world whose server is a tap."""
    tap = Tap()
    async with script_server(tap.script) as server, world(folder, server.base_url) as w:
        async with main_window(w, theme) as window:
            yield window, w, tap


async def answered(window: MainWindow, tap: Tap, question: str, words: str) -> str:
    """Ask, let the whole answer come, and return the key of the conversation."""
    session = send(window, question)
    count = len(tap.flows)
    await eventually(lambda: len(tap.flows) > count)
    tap.flows[-1].say(words)
    tap.flows[-1].end()
    await eventually(lambda: session.turns and not session.busy)
    return session.key


async def new_chat(window: MainWindow) -> None:
    press(window, Key.Key_N, CTRL)
    await eventually(lambda: window.view.session and window.view.session.row is None)
