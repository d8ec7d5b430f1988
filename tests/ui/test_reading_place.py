"""A conversation opens where its reader was: after another one, and after a restart."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.turn_view import TurnView
from tests.conftest import LoopFactory
from tests.scriptserver import script_server
from tests.ui.answering import Tap
from tests.ui.opened import answered, new_chat, opened
from tests.ui.windows import CTRL, eventually, main_window, press, send
from tests.world import World, world

pytestmark = pytest.mark.usefixtures("loop_factory")

LONG = "\n\n".join(f"Paragraph {number} of a long answer, with *words*." for number in range(40))


def seen(window: MainWindow) -> dict[str, int]:
    """Where the turns in sight stand, by their keys."""
    transcript = window.pane.transcript
    views = transcript.viewport().findChildren(TurnView)
    shown = [view for view in views if view.isVisible()]
    below = [view for view in shown if view.y() + view.height() > 0]
    return {view.turn.key: view.y() for view in below if view.y() < transcript.height()}


async def show(window: MainWindow, w: World, key: str) -> None:
    w.library.open(key)
    await eventually(lambda: window.view.session and window.view.session.key == key)


async def test_one_comes_back_to_the_line_that_one_has_left(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        key = ""
        for number in range(4):
            key = await answered(window, tap, f"question {number}", LONG)
        window.pane.transcript.scroll_by(-1500)
        before = seen(window)
        await new_chat(window)
        assert window.pane.transcript.place is None
        await show(window, w, key)
        assert seen(window) == before
        press(window, Qt.Key.Key_Q, CTRL)
    tap = Tap()
    async with script_server(tap.script) as server, world(tmp_path, server.base_url) as w:
        async with main_window(w, theme, key) as window:
            assert seen(window) == before
            window.pane.transcript.jump_to_end()
            await new_chat(window)
            await show(window, w, key)
            assert window.pane.transcript.place is None


async def test_the_place_of_a_moment_is_on_the_disk_without_a_farewell(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "question", LONG)
        session = window.view.session
        assert session is not None
        assert session.reading.place is None
        window.pane.transcript.scroll_by(-300)
        await eventually(lambda: session.reading.place)
        assert session.reading.place == window.pane.transcript.place


async def test_what_is_new_is_shown_first(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        await answered(window, tap, "question", LONG)
        session = send(window, "another")
        await eventually(lambda: len(tap.flows) == 2)
        tap.flows[1].say(LONG)
        await eventually(lambda: session.turns[-1].output_text)
        window.pane.transcript.flush()
        window.pane.transcript.scroll_by(-1200)
        assert window.pane.transcript.place is not None
        await new_chat(window)
        tap.flows[1].end()
        await eventually(lambda: not session.busy)
        await show(window, w, session.key)
        assert window.pane.transcript.place is None


async def test_heights_are_remembered_across_starts(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        key = ""
        for number in range(6):
            key = await answered(window, tap, f"question {number}", LONG)
        end = window.pane.transcript._bar.maximum()
        press(window, Qt.Key.Key_Q, CTRL)
    tap = Tap()
    async with script_server(tap.script) as server, world(tmp_path, server.base_url) as w:
        async with main_window(w, theme, key) as window:
            views = window.pane.transcript.viewport().findChildren(TurnView)
            assert len(views) < 6, "not all have been laid out again"
            assert window.pane.transcript._bar.maximum() == end
