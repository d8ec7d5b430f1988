"""Keys, zoom, starting points and drops: the window is used without thinking about it."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from desktop_app.chat.session import ChatSession
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.dialogs.shortcuts_dialog import ShortcutsDialog
from desktop_app.ui.dropping import Dropped
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from tests.conftest import LoopFactory
from tests.pictures import encoded, picture
from tests.ui.answering import Tap, clipboard
from tests.ui.opened import answered, opened
from tests.ui.windows import (
    CTRL,
    SHIFT,
    ask,
    button,
    click,
    dialog,
    dialogs,
    eventually,
    focus,
    in_front,
    press,
    wheel,
    words_of,
)

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("loop_factory")


# --- keys -----------------------------------------------------------------------------------------


def name_of(widget: QWidget) -> str:
    """The name of a widget, without the text that a reader is told after it."""
    return widget.name if isinstance(widget, BlocksView) else widget.accessibleName()


async def test_tab_goes_the_way_one_reads(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "first", "```\ncode\n```")
        await answered(window, tap, "second", "words")
        names: list[str] = []
        for _ in range(17):
            press(focus(), Key.Key_Tab)
            names.append(name_of(focus()))
        assert names == [
            "Attach files (Ctrl+Shift+A)",
            window.pane.composer.model.accessibleName(),
            "Hide the sidebar (Ctrl+B)",
            "New chat",
            "Conversations",
            "Settings",
            "Trash",
            "Conversation menu",
            "Conversation",
            *("Your message", "Answer", "Copy code", "Copy answer"),
            *("Your message", "Answer", "Copy answer"),
            "Message",
        ]
        for name in reversed(names[:-1]):
            press(focus(), Key.Key_Backtab, SHIFT)
            assert name_of(focus()) == name


async def test_what_is_typed_in_the_conversation_is_written_into_the_message(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "first", "words")
        window.pane.transcript.setFocus()
        QTest.keyClicks(window.pane.transcript, "W")
        assert focus() is window.pane.composer.edit
        QTest.keyClicks(focus(), "hy?")
        assert window.pane.composer.edit.text == "Why?"


async def test_keys_that_are_no_text_stay_in_the_conversation(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "first", "words")
        transcript = window.pane.transcript
        transcript.setFocus()
        for key in (Key.Key_Space, Key.Key_Home, Key.Key_F5, Key.Key_Return):
            press(transcript, key)
        press(transcript, Key.Key_X, CTRL)
        assert focus() is transcript
        assert window.pane.composer.edit.text == ""


async def test_tab_finds_what_is_attached_before_the_message(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture()))
    async with opened(tmp_path, theme) as (window, _w, _tap):
        window.attach(Dropped(files=[photo, tmp_path / "gone.png"]))
        await eventually(lambda: len(window.pane.composer.strip.stops) == 2)
        press(focus(), Key.Key_Backtab, SHIFT)
        assert focus().accessibleName().startswith("Dismiss: gone.png was not attached")
        press(focus(), Key.Key_Backtab, SHIFT)
        assert focus().accessibleName() == "Remove photo.png"
        press(focus(), Key.Key_Space)
        await eventually(lambda: len(window.pane.composer.strip.stops) == 1)


async def test_the_focus_is_never_lost(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "hi", "hello")
        for name in ("Settings", "New chat", "Copy answer"):
            button(window, name).setFocus()
            press(window, Key.Key_L, CTRL)
            assert focus() is window.pane.composer.edit
        window.sidebar.list.setFocus()
        press(window, Key.Key_B, CTRL)
        assert window.sidebar.isHidden()
        assert window.isAncestorOf(focus())
        assert focus().isVisible()
        click(button(window, "Show the sidebar (Ctrl+B)"))
        assert window.sidebar.isVisible()


async def test_keys_open_settings_and_the_list_of_keys_and_escape_closes_them(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, _tap):
        press(window, Key.Key_Comma, CTRL)
        settings = await in_front(window, SettingsDialog)
        press(window, Key.Key_Comma, CTRL)
        assert dialog(window, SettingsDialog) is settings
        press(settings, Key.Key_Escape)
        assert dialogs(window, SettingsDialog) == []
        window.activateWindow()
        await eventually(window.isActiveWindow)
        press(window, Key.Key_Slash, CTRL)
        listed = await in_front(window, ShortcutsDialog)
        for words, keys in window.keyboard.listed():
            assert words in words_of(listed)
            assert keys in words_of(listed)
        press(listed, Key.Key_Escape)
        assert dialogs(window, ShortcutsDialog) == []


async def test_no_key_means_two_things(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, _tap):
        keys = [key.toString() for action in window.actions() for key in action.shortcuts()]
        assert len(keys) == len(set(keys))


async def test_the_last_answer_is_copied_as_it_was_written(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        press(window, Key.Key_C, CTRL | SHIFT)
        await answered(window, tap, "hi", "**bold**\u202e and `code`")
        press(window, Key.Key_C, CTRL | SHIFT)
        assert clipboard() == "**bold** and `code`"
        QApplication.clipboard().clear()
        click(button(window, "Copy answer"))
        assert clipboard() == "**bold** and `code`"


async def test_zoom_changes_by_steps_and_is_kept(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, _tap):
        height = window.pane.composer.height()
        for _ in range(3):
            press(window, Key.Key_Plus, CTRL)
        assert w.preferences.settings.zoom == 150
        assert window.pane.composer.height() > height
        for _ in range(20):
            press(window, Key.Key_Minus, CTRL)
        assert w.preferences.settings.zoom == 70
        press(window, Key.Key_0, CTRL)
        assert w.preferences.settings.zoom == 100
        assert window.pane.composer.height() == height


async def test_the_wheel_with_ctrl_zooms_the_conversation_it_is_over(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        await answered(window, tap, "first", "words")
        wheel(window.pane.transcript.viewport(), 120, CTRL)
        assert w.preferences.settings.zoom == 110
        wheel(window.pane.transcript.viewport(), -240, CTRL)
        assert w.preferences.settings.zoom == 90


# --- an empty window ------------------------------------------------------------------------------


async def test_the_starting_points_really_start_something(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, _tap):
        cards = [stop for stop in window.pane.empty.stops if stop.isVisible()]
        for card in cards[1:]:
            click(card)
            assert window.pane.composer.edit.text
            assert focus() is window.pane.composer.edit
            window.pane.composer.edit.set_text("")
        click(cards[0])
        picker = dialog(window, QFileDialog)
        assert picker.fileMode() is QFileDialog.FileMode.ExistingFiles
        picker.close()


async def test_files_that_were_picked_are_attached(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture()))
    async with opened(tmp_path, theme) as (window, _w, tap):
        press(window, Key.Key_A, CTRL | SHIFT)
        picker = dialog(window, QFileDialog)
        picker.filesSelected.emit([str(photo)])
        picker.close()
        await eventually(lambda: window.pane.composer.strip.stops)
        session = await ask_and_end(window, tap, "What is it?")
        sent = tap.flows[0].body["input"]
        assert [block["type"] for block in sent] == ["image", "text"]  # type: ignore[index, union-attr, call-overload]
        assert session.draft.attachments == ()
        assert window.pane.composer.strip.stops == []


async def ask_and_end(window: MainWindow, tap: Tap, text: str) -> ChatSession:
    count = len(tap.flows)

    async def end() -> None:
        await eventually(lambda: len(tap.flows) > count)
        tap.flows[-1].end()

    ending = asyncio.ensure_future(end())
    session = await ask(window, text)
    await ending
    return session


async def test_what_is_dropped_anywhere_is_attached_and_what_cannot_be_is_refused(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture()))
    async with opened(tmp_path, theme) as (window, _w, _tap):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(photo)), QUrl("https://example.com/cat.png")])
        drop(window, data)
        await eventually(lambda: len(window.pane.composer.strip.stops) == 2)
        names = [stop.accessibleName() for stop in window.pane.composer.strip.stops]
        assert names[0] == "Remove photo.png"
        assert "cat.png was not attached: it is an address on the web" in names[1]


def drop(window: MainWindow, data: QMimeData) -> None:
    """Drag something over the middle of the window, and let go."""
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    at = QPoint(600, 300)
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, actions, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert enter.dropAction() is Qt.DropAction.CopyAction
    assert "to ask about it" in window._overlay.accessibleName()
    assert window._overlay.isVisible()
    dropped = QDropEvent(at, actions, data, left, none)
    window.dropEvent(dropped)
    assert dropped.dropAction() is Qt.DropAction.CopyAction
    assert window._overlay.isHidden()
