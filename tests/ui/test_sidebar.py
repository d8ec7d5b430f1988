"""The sidebar: conversations are opened, renamed, thrown away and taken back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop_app.store import conversations as queries
from desktop_app.ui.dialogs.trash_dialog import TrashDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.conftest import LoopFactory
from tests.scriptserver import script_server
from tests.ui.answering import Tap
from tests.ui.windows import (
    button,
    choose,
    click,
    eventually,
    focus,
    in_front,
    main_window,
    menu,
    press,
    send,
    type_text,
    words_of,
)
from tests.world import World, world

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("loop_factory")


@asynccontextmanager
async def opened(
    folder: Path, theme: Theme, *questions: str
) -> AsyncGenerator[tuple[MainWindow, World]]:
    """The window with a conversation for each question; the last one is on screen."""
    tap = Tap()
    async with script_server(tap.script) as server, world(folder, server.base_url) as w:
        async with main_window(w, theme) as window:
            for question in questions:
                window.keyboard["new_chat"].trigger()
                await eventually(lambda: window.view.session and window.view.session.row is None)
                session = send(window, question)
                count = len(tap.flows)
                await eventually(lambda count=count: len(tap.flows) > count)
                tap.flows[-1].say("An answer.")
                tap.flows[-1].end()
                await eventually(lambda session=session: session.turns and not session.busy)
            yield window, w


def titles(window: MainWindow) -> list[str]:
    model = window.sidebar.list_model
    return [str(model.index_of(key).data()) for key in model.conversation_keys()]


def place_of(window: MainWindow, title: str) -> QPoint:
    """The middle of the row of this title."""
    rows = window.sidebar.list
    for number in range(rows.model().rowCount()):
        index = rows.model().index(number, 0)
        if index.data() == title:
            return rows.visualRect(index).center()
    raise AssertionError(title)


def shown_title(window: MainWindow) -> str:
    return window.view.session.title if window.view.session is not None else ""


def editor(window: MainWindow) -> QLineEdit:
    """The field in which a title is being edited."""
    widget = focus()
    assert isinstance(widget, QLineEdit)
    assert widget.accessibleName() == "Title"
    return widget


# --- opening --------------------------------------------------------------------------------------


async def test_a_click_opens_a_conversation_and_leaves_the_composer_ready(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two") as (window, _w):
        assert titles(window) == ["two", "one"]
        click(window.sidebar.list.viewport(), place_of(window, "one"))
        await eventually(lambda: shown_title(window) == "one")
        assert focus() is window.pane.composer.edit


async def test_arrow_keys_move_and_enter_opens(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two", "three") as (window, _w):
        rows = window.sidebar.list
        rows.setFocus(Qt.FocusReason.TabFocusReason)
        for key in (Key.Key_Down, Key.Key_Down, Key.Key_Down):
            press(rows, key)
        assert rows.currentIndex().data() == "one"
        assert shown_title(window) == "three"
        press(rows, Key.Key_Home)
        assert rows.currentIndex().data() == "three"
        press(rows, Key.Key_Down)
        press(rows, Key.Key_Return)
        await eventually(lambda: shown_title(window) == "two")


async def test_new_chat_is_pressed_and_used_only_once(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one") as (window, w):
        click(button(window, "New chat"))
        await eventually(lambda: shown_title(window) == "New chat")
        session = window.view.session
        click(button(window, "New chat"))
        assert window.view.session is session
        assert [row.title for row in w.library.rows] == ["one"]
        assert window.sidebar.list.selectionModel().selectedIndexes() == []


# --- renaming -------------------------------------------------------------------------------------


# On the offscreen platform a menu that closes takes the focus of the window with it.
BY_MENU = pytest.param(
    "menu of the row",
    marks=pytest.mark.qt_log_ignore("commitData", "^This plugin does not support"),
)


@pytest.mark.parametrize("way", ["key", "list", BY_MENU, "header", "menu of the header"])
async def test_a_conversation_is_renamed(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory, way: str
) -> None:
    async with opened(tmp_path, theme, "one", "two") as (window, w):
        rows, header = window.sidebar.list, window.pane.header
        match way:
            case "key":
                press(window, Key.Key_F2)
            case "list":
                rows.setFocus()
                press(rows, Key.Key_F2)
            case "menu of the row":
                place = place_of(window, "two")
                click(rows.viewport(), QPoint(rows.viewport().width() - 20, place.y()))
                choose("Rename")
            case "header":
                at = QPoint(60, 24)
                QTest.mouseDClick(header, Qt.MouseButton.LeftButton, pos=at)
            case _:
                click(button(window, "Conversation menu"))
                choose("Rename")
        assert editor(window).text() == "two"
        assert editor(window).selectedText() == "two"
        type_text(editor(window), "  three   four ")
        press(editor(window), Key.Key_Return)
        await eventually(lambda: titles(window) == ["three four", "one"])
        assert header.accessibleName() == "three four"
        await eventually(lambda: window.isAncestorOf(QApplication.focusWidget() or window))
        stored = await w.database.read(queries.list_conversations)
        assert [row.title for row in stored] == ["three four", "one"]


@pytest.mark.parametrize("way", ["header", "list"])
async def test_escape_leaves_a_title_as_it_was_and_an_empty_one_is_none(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory, way: str
) -> None:
    async with opened(tmp_path, theme, "one") as (window, _w):
        for keys, last in (("other", Key.Key_Escape), ("   ", Key.Key_Return)):
            (window.sidebar.list if way == "list" else window.pane.composer).setFocus()
            press(focus(), Key.Key_F2)
            type_text(editor(window), keys)
            press(editor(window), last)
            await eventually(lambda: not isinstance(focus(), QLineEdit))
            assert titles(window) == ["one"]


async def test_a_title_that_is_being_edited_is_kept_when_another_conversation_is_opened(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two") as (window, _w):
        press(window, Key.Key_F2)
        type_text(editor(window), "second")
        click(window.sidebar.list.viewport(), place_of(window, "one"))
        await eventually(lambda: shown_title(window) == "one")
        assert titles(window) == ["second", "one"]


async def test_a_row_that_is_not_on_screen_is_renamed_too(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two") as (window, w):
        rows = window.sidebar.list
        rows.setFocus()
        press(rows, Key.Key_End)
        press(rows, Key.Key_F2)
        type_text(editor(window), "first")
        press(editor(window), Key.Key_Return)
        await eventually(lambda: titles(window) == ["two", "first"])
        await eventually(lambda: focus() is rows)
        await w.database.read(queries.list_conversations)  # what Enter had opened would be open
        assert shown_title(window) == "two"
        stored = await w.database.read(queries.list_conversations)
        assert [row.title for row in stored] == ["two", "first"]


# --- the trash ------------------------------------------------------------------------------------


async def test_delete_puts_a_conversation_in_the_trash_and_undo_takes_it_back(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two") as (window, w):
        rows = window.sidebar.list
        rows.setFocus()
        press(rows, Key.Key_Delete)
        await eventually(lambda: shown_title(window) == "New chat")
        assert titles(window) == ["one"]
        notice = window.pane.notices.current
        assert notice is not None
        assert notice.text == "“two” is in the trash."
        click(button(window, "Undo"))
        await eventually(lambda: shown_title(window) == "two")
        assert titles(window) == ["two", "one"]
        assert window.pane.notices.current is None
        stored = await w.database.read(queries.list_conversations)
        assert [row.title for row in stored] == ["two", "one"]


async def test_the_header_puts_what_is_on_screen_in_the_trash(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two") as (window, _w):
        click(button(window, "Conversation menu"))
        choose("Move to trash")
        await eventually(lambda: shown_title(window) == "New chat")
        assert titles(window) == ["one"]


async def test_what_is_in_the_trash_is_listed_restored_and_deleted_for_good(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two", "three") as (window, w):
        for key in window.sidebar.list_model.conversation_keys():
            w.library.trash(key)
        click(button(window, "Trash"))
        trash = await in_front(window, TrashDialog)
        await eventually(lambda: "three" in words_of(trash))
        click(button(trash, "Restore two"))
        await eventually(lambda: titles(window) == ["two"])
        await eventually(lambda: "two" not in words_of(trash))
        click(button(trash, "Delete one for good"))
        await eventually(lambda: "one" not in words_of(trash))
        click(button(trash, "Empty the trash"))
        assert "three" in words_of(trash)  # it asks first
        click(button(trash, "Delete all for good"))
        await eventually(lambda: "The trash is empty." in words_of(trash))
        assert not button(trash, "Empty the trash").isEnabled()
        left = await w.database.read(lambda db: queries.list_conversations(db, trashed=True))
        assert left == []
        assert titles(window) == ["two"]
        trash.close()


async def test_a_long_title_in_the_trash_leaves_room_for_the_buttons(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    long = "W" * 59
    async with opened(tmp_path, theme, long) as (window, w):
        w.library.trash(w.library.rows[0].key)
        click(button(window, "Trash"))
        trash = await in_front(window, TrashDialog)
        await eventually(lambda: long in words_of(trash))
        delete = button(trash, f"Delete {long} for good")
        right = delete.mapTo(trash, delete.rect().topRight()).x()
        assert right < trash.width() - 20
        label = next(one for one in trash.findChildren(type(trash.words)) if one.text() == long)
        assert label.toolTip() == long
        trash.close()


async def test_a_conversation_that_is_being_answered_can_be_thrown_away(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    tap = Tap()
    async with script_server(tap.script) as server, world(tmp_path, server.base_url) as w:
        async with main_window(w, theme) as window:
            session = send(window, "hi")
            await eventually(lambda: tap.flows)
            tap.flows[0].say("half")
            await eventually(lambda: session.turns[0].output_text == "half")
            window.sidebar.list.setFocus()
            press(window.sidebar.list, Key.Key_Delete)
            await eventually(lambda: shown_title(window) == "New chat")
            assert window.sidebar.list_model.busy_keys == []
            click(button(window, "Undo"))
            await eventually(lambda: shown_title(window) == "hi")
            assert window.view.session is not None
            assert window.view.session.turns[0].output_text == "half"


# --- the sidebar itself ---------------------------------------------------------------------------


async def test_the_menu_of_a_row_is_opened_by_the_right_button_and_the_menu_key(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one") as (window, _w):
        rows = window.sidebar.list
        rows.setFocus()
        press(rows, Key.Key_Menu)
        assert [action.text() for action in menu().actions()] == ["Rename", "Move to trash"]
        menu().close()
        at = place_of(window, "one")
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.RightButton, pos=at)
        choose("Move to trash")
        await eventually(lambda: titles(window) == [])


async def test_the_measures_are_those_of_the_design(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one", "two") as (window, _w):
        sidebar, pane = window.sidebar, window.pane
        assert sidebar.width() == 264
        assert pane.header.height() == 48
        new = button(window, "New chat")
        assert (new.x(), new.y(), new.width(), new.height()) == (12, 56, 239, 36)
        model = sidebar.list_model
        first, second = (
            sidebar.list.visualRect(model.index_of(key)) for key in model.conversation_keys()
        )
        assert (first.width(), first.height() - 2) == (239, 34)
        assert second.top() - first.top() == 36
        assert sidebar.list.viewport().mapTo(window, first.topLeft()).x() == 12
        trash = button(window, "Trash")
        assert trash.geometry().right() == 12 + 239 - 1
        window.resize(1280, 820)
        assert pane.composer.width() == 752
        assert pane.composer.height() == 82
        left = pane.mapTo(window, pane.composer.pos()).x()
        assert left == 264 + (1016 - 752) // 2
        assert pane.height() - pane.composer.geometry().bottom() - 1 == 16


async def test_whether_it_is_shown_is_remembered(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "one") as (window, _w):
        remembered: list[tuple[str, str]] = []
        window.remembered.connect(lambda name, value: remembered.append((name, value)))
        click(button(window, "Hide the sidebar (Ctrl+B)"))
        assert window.sidebar.isHidden()
        click(button(window, "Show the sidebar (Ctrl+B)"))
        assert window.sidebar.isVisible()
        assert [value for name, value in remembered if name == "sidebar"] == ["hidden", "shown"]
