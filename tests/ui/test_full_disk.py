"""With a full disk nothing is sent, the reason is said, and the window closes on no loss."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop_app.chat.full_disk import DISK_TOPIC, WORDS
from desktop_app.store.rows import Draft
from desktop_app.ui.dialogs.unsaved_dialog import UnsavedDialog
from desktop_app.ui.full_disk import REASON
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.chat.test_full_disk import full, room
from tests.conftest import LoopFactory
from tests.faults.filling import FewPages
from tests.faults.full import Told
from tests.scriptserver import ScriptServer, script_server
from tests.ui.windows import (
    ask,
    button,
    click,
    dialogs,
    eventually,
    in_front,
    main_window,
    press,
    type_text,
    words_of,
)
from tests.world import World, world

pytestmark = pytest.mark.usefixtures("loop_factory")

LONG = "a long draft " * 20_000


@asynccontextmanager
async def window_on_full_disk(
    folder: Path, theme: Theme
) -> AsyncGenerator[tuple[MainWindow, World, ScriptServer]]:
    """A conversation is on screen, and the disk is full."""
    async with script_server(Told().script) as one, world(folder, one.base_url) as w:
        async with main_window(w, theme) as window:
            await ask(window, "What is a tide?")
            await full(w)
            yield window, w, one
            await FewPages().free(w)
            await w.writer.has_room()


async def test_nothing_is_sent_and_the_button_says_why(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with window_on_full_disk(tmp_path, theme) as (window, w, server):
        edit = window.pane.composer.edit
        type_text(edit, "And a wave?")
        send = button(window.pane.composer, "Send")
        assert not send.isEnabled()
        assert send.toolTip() == send.accessibleDescription() == REASON
        assert window.pane.notices.current is not None
        assert window.pane.notices.current.text == WORDS
        asked = len(server.requests)
        press(edit, Qt.Key.Key_Return)
        await w.writer.has_room()
        assert (edit.text, len(server.requests)) == ("And a wave?", asked)
        await room(w)
        assert (send.isEnabled(), send.toolTip()) == (True, "Send")
        session = window.view.session
        assert session is not None
        press(edit, Qt.Key.Key_Return)
        await eventually(lambda: len(session.turns) == 2 and not session.busy)
        assert edit.text == ""


async def test_the_bar_is_back_when_somebody_tries_to_send(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with window_on_full_disk(tmp_path, theme) as (window, _, _):
        click(button(window.pane.notices, "Dismiss"))
        assert window.pane.notices.isHidden()
        type_text(window.pane.composer.edit, "And a wave?")
        press(window.pane.composer.edit, Qt.Key.Key_Return)
        await eventually(window.pane.notices.isVisible)


async def test_trying_again_finds_the_room_there_is(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with window_on_full_disk(tmp_path, theme) as (window, w, _):
        click(button(window.pane.notices, "Try again"))
        await eventually(window.pane.notices.isVisible)
        assert w.writer.is_full
        await FewPages().free(w)
        click(button(window.pane.notices, "Try again"))
        await eventually(lambda: not w.writer.is_full)
        assert [notice.topic for notice in w.notices][-1] == DISK_TOPIC


async def test_the_window_closes_at_once_where_the_rest_of_the_room_is_enough(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with window_on_full_disk(tmp_path, theme) as (window, w, _):
        type_text(window.pane.composer.edit, "short")
        session = window.view.session
        assert session is not None
        window.close()
        await eventually(lambda: not window.isVisible())
        assert dialogs(window, UnsavedDialog) == []
        assert w.library.unsaved == []


async def test_the_window_does_not_close_on_what_would_be_lost(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with window_on_full_disk(tmp_path, theme) as (window, w, _):
        window.pane.composer.edit.set_text(LONG)
        window.close()
        dialog = await in_front(window, UnsavedDialog)
        assert "What you wrote in “What is a tide?”" in words_of(dialog)
        click(button(dialog, "Copy"))
        assert LONG in QGuiApplication.clipboard().text()
        press(dialog, Qt.Key.Key_Escape)
        await eventually(lambda: not dialogs(window, UnsavedDialog))
        assert window.isVisible()
        assert window.view.session is not None, "the program goes on"
        assert window.pane.composer.edit.text == LONG
        window.close()
        click(button(await in_front(window, UnsavedDialog), "Quit anyway"))
        await eventually(lambda: not window.isVisible())
        assert w.library.unsaved


async def test_the_window_closes_when_there_is_room_for_all(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with window_on_full_disk(tmp_path, theme) as (window, w, _):
        session = window.view.session
        assert session is not None
        window.pane.composer.edit.set_text(LONG)
        window.close()
        dialog = await in_front(window, UnsavedDialog)
        click(button(dialog, "Try again"))
        await w.database.read(lambda db: None)
        assert window.isVisible()
        await FewPages().free(w)
        click(button(dialog, "Try again"))
        await eventually(lambda: not window.isVisible())
        await w.open()
        assert (await w.open(session.key)).draft == Draft(LONG)
