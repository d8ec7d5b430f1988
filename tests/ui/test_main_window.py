"""The main window: a person types, sends, stops, leaves, comes back, and nothing is lost."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from desktop_app.interactions.outcome import Outcome
from desktop_app.store import conversations as queries
from desktop_app.ui.chat_pane import Shown
from desktop_app.ui.dropping import Dropped
from desktop_app.ui.theme import Theme
from tests.conftest import LoopFactory
from tests.pictures import encoded, picture
from tests.scriptserver import script_server
from tests.ui.answering import Tap, answers_shown
from tests.ui.opened import answered, new_chat, opened
from tests.ui.windows import (
    CTRL,
    SHIFT,
    button,
    click,
    eventually,
    focus,
    main_window,
    press,
    send,
    type_text,
)
from tests.world import world

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("loop_factory")


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
