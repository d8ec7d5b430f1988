"""The main window: a person types, sends, stops, leaves, comes back, and nothing is lost."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from desktop_app.chat.session import ChatSession
from desktop_app.interactions.outcome import Outcome
from desktop_app.store import conversations as queries
from desktop_app.ui.chat_pane import Shown
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.dialogs.shortcuts_dialog import ShortcutsDialog
from desktop_app.ui.dropping import Dropped
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.text_view import TextView
from tests.conftest import LoopFactory
from tests.pictures import encoded, picture
from tests.scriptserver import script_server
from tests.ui.answering import Tap, answers_shown, clipboard
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
    main_window,
    press,
    send,
    type_text,
    words_of,
)
from tests.world import World, world

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("loop_factory")


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


# --- asking ---------------------------------------------------------------------------------------


async def test_what_is_typed_is_sent_and_answered_in_the_window(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        assert window.pane.shown is Shown.EMPTY
        session = send(window, "What is a tide?")
        await eventually(lambda: tap.flows)
        assert window.pane.shown is Shown.TRANSCRIPT
        assert window.pane.composer.edit.text == ""
        assert tap.flows[0].body["input"] == [{"type": "text", "text": "What is a tide?"}]
        tap.flows[0].say("The sea ")
        await eventually(lambda: answers_shown(window) == ["The sea"])
        tap.flows[0].say("rises.")
        tap.flows[0].end(tokens=1234)
        await eventually(lambda: not session.busy)
        assert answers_shown(window) == ["The sea rises."]
        assert window.pane.header.accessibleName() == "What is a tide?"
        assert [row.title for row in w.library.rows] == ["What is a tide?"]
        selected = window.sidebar.list.selectionModel().selectedIndexes()
        assert [index.data() for index in selected] == ["What is a tide?"]
        assert focus() is window.pane.composer.edit


@pytest.mark.parametrize("how", ["key", "button"])
async def test_an_answer_is_stopped_and_what_came_is_kept(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory, how: str
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        session = send(window, "hi")
        await eventually(lambda: tap.flows)
        tap.flows[0].say("half of")
        await eventually(lambda: answers_shown(window) == ["half of"])
        if how == "key":
            press(focus(), Key.Key_Escape)
        else:
            click(button(window, "Stop"))
        await eventually(lambda: not session.busy)
        assert session.turns[0].outcome is Outcome.CANCELLED
        assert answers_shown(window) == ["half of"]
        assert button(window, "Send")
        tap.flows[0].cut()


async def test_while_an_answer_comes_the_next_message_can_be_written(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        session = send(window, "hi")
        await eventually(lambda: tap.flows)
        type_text(window.pane.composer.edit, "next")
        press(window.pane.composer.edit, Key.Key_Return)
        assert window.pane.composer.edit.text == "next"
        tap.flows[0].end()
        await eventually(lambda: not session.busy)
        press(window.pane.composer.edit, Key.Key_Return)
        await eventually(lambda: len(tap.flows) == 2)
        assert tap.flows[1].body["input"] == [{"type": "text", "text": "next"}]
        tap.flows[1].end()
        await eventually(lambda: not session.busy)


async def test_enter_of_an_input_method_sends_nothing(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        edit = window.pane.composer.edit
        QApplication.sendEvent(edit, QInputMethodEvent("にほん", []))
        press(edit, Key.Key_Return)
        await asyncio.sleep(0.05)
        assert tap.flows == []
        assert window.view.session is not None
        assert not window.view.session.busy


# --- several conversations ------------------------------------------------------------------------


async def test_an_answer_goes_on_while_another_conversation_is_on_screen(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        first = send(window, "first question")
        await eventually(lambda: tap.flows)
        tap.flows[0].say("one ")
        await new_chat(window)
        second = send(window, "second question")
        await eventually(lambda: len(tap.flows) == 2)
        tap.flows[1].say("2 ")
        tap.flows[0].say("two ")
        tap.flows[1].say("3")
        await eventually(lambda: answers_shown(window) == ["2 3"])
        assert set(window.sidebar.list_model.busy_keys) == {first.key, second.key}
        tap.flows[0].say("three")
        tap.flows[0].end()
        await eventually(lambda: not first.busy)
        assert answers_shown(window) == ["2 3"]
        unread = {row.title: row.unread for row in w.library.rows}
        assert unread == {"first question": True, "second question": False}
        w.library.open(first.key)
        await eventually(lambda: window.view.session is first)
        assert answers_shown(window) == ["one two three"]
        assert not any(row.unread for row in w.library.rows)
        tap.flows[1].end()
        await eventually(lambda: not second.busy)
        assert answers_shown(window) == ["one two three"]


async def test_each_conversation_has_its_own_draft_and_attachments(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture()))
    async with opened(tmp_path, theme) as (window, w, tap):
        key = await answered(window, tap, "hi", "hello")
        composer = window.pane.composer
        type_text(composer.edit, "half a thought")
        window.attach(Dropped(files=[photo]))
        await eventually(lambda: composer.strip.stops)
        await new_chat(window)
        assert composer.edit.text == ""
        assert composer.strip.stops == []
        type_text(composer.edit, "another")
        w.library.open(key)
        await eventually(lambda: composer.edit.text == "half a thought")
        names = [stop.accessibleName() for stop in composer.strip.stops]
        assert names == ["Remove photo.png"]
        await new_chat(window)
        assert composer.edit.text == "another"
        stored = await w.database.read(lambda db: queries.load_draft(db, key))
        assert stored.text == "half a thought"
        assert [one.name for one in stored.attachments] == ["photo.png"]


async def test_a_file_that_is_copied_while_one_looks_elsewhere_goes_where_it_was_dropped(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture(800, 600)))
    async with opened(tmp_path, theme) as (window, w, tap):
        key = await answered(window, tap, "hi", "hello")
        window.attach(Dropped(files=[photo]))
        await new_chat(window)
        await eventually(lambda: not w.attachments.working(key))
        assert window.pane.composer.strip.stops == []
        w.library.open(key)
        await eventually(lambda: window.pane.composer.strip.stops)


async def test_keys_lead_from_one_conversation_to_the_next(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        keys: list[str] = []
        for number in range(3):
            await new_chat(window)
            keys.insert(0, await answered(window, tap, f"question {number}", "x"))

        def on_screen(key: str) -> bool:
            return window.view.session is not None and window.view.session.key == key

        for key in (keys[1], keys[2], keys[0]):
            press(window, Key.Key_Tab, CTRL)
            await eventually(lambda key=key: on_screen(key))
        press(window, Key.Key_Backtab, CTRL | SHIFT)
        await eventually(lambda: on_screen(keys[2]))


async def test_a_restart_shows_the_same_conversation_and_draft(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        key = await answered(window, tap, "hi", "hello **there**")
        type_text(window.pane.composer.edit, "and")
        closed: list[bool] = []
        window.closed.connect(lambda: closed.append(True))
        press(window, Key.Key_Q, CTRL)
        assert closed == [True]
    tap = Tap()
    async with script_server(tap.script) as server, world(tmp_path, server.base_url) as w:
        async with main_window(w, theme, key) as window:
            assert answers_shown(window) == ["hello there"]
            assert window.pane.composer.edit.text == "and"


# --- keys -----------------------------------------------------------------------------------------


def name_of(widget: QWidget) -> str:
    """The name of a widget, without the text that a reader is told after it."""
    return widget.name if isinstance(widget, TextView) else widget.accessibleName()


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
