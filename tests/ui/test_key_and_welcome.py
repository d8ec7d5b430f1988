"""The key: asked for at the first start, when it is missing, and when it is refused."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.api_key import KeySource
from desktop_app.ui.chat_pane import Shown
from desktop_app.ui.dialogs.key_dialog import KeyDialog
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.welcome import KEY_PAGE
from tests.conftest import LoopFactory
from tests.scriptserver import script_server
from tests.ui.answering import Tap, answers_shown, failure_shown
from tests.ui.windows import (
    CTRL,
    SHIFT,
    button,
    click,
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
from tests.world import KEY, World, world

Key = Qt.Key

WRONG = "wrong-key-0123456789-abcdef"
RIGHT = "right-key-0123456789-abcdef"

pytestmark = pytest.mark.usefixtures("loop_factory")


@asynccontextmanager
async def first_start(folder: Path, theme: Theme) -> AsyncGenerator[tuple[MainWindow, World, Tap]]:
    """The window of a profile that has no key."""
    tap = Tap(bad_key=WRONG)
    async with script_server(tap.script) as server, World(folder, server.base_url) as w:
        await w.preferences.load_key()
        async with main_window(w, theme) as window:
            yield window, w, tap


@asynccontextmanager
async def started(folder: Path, theme: Theme) -> AsyncGenerator[tuple[MainWindow, World, Tap]]:
    """The window of a profile that has a key."""
    tap = Tap()
    async with script_server(tap.script) as server, world(folder, server.base_url) as w:
        async with main_window(w, theme) as window:
            yield window, w, tap


# --- the first start ------------------------------------------------------------------------------


async def test_the_first_start_asks_for_a_key_and_its_field_has_the_focus(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with first_start(tmp_path, theme) as (window, _w, _tap):
        assert window.pane.shown is Shown.WELCOME
        assert window.pane.composer.isHidden()
        assert focus().accessibleName() == "Gemini API key"
        assert window.pane.welcome.field.echoMode() is QLineEdit.EchoMode.Password
        names: list[str] = []
        for _ in range(3):
            press(focus(), Key.Key_Tab)
            names.append(focus().accessibleName())
        assert names[:2] == ["Connect", "Get a key from Google AI Studio"]
        assert names[2].startswith("Try the offline demo")


async def test_a_wrong_key_is_refused_in_the_servers_words_and_stays_in_the_field(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with first_start(tmp_path, theme) as (window, w, _tap):
        welcome = window.pane.welcome
        type_text(welcome.field, WRONG)
        press(welcome.field, Key.Key_Return)
        assert "Checking the key …" in words_of(welcome)
        assert not welcome.field.isEnabled()
        await eventually(welcome.field.isEnabled)
        assert "The server said: API key not valid." in words_of(welcome)
        assert "message" not in words_of(welcome), "there is none yet"
        assert welcome.field.text() == WRONG
        assert focus() is welcome.field
        assert not w.preferences.has_key
        welcome.field.selectAll()
        type_text(welcome.field, RIGHT)
        click(button(window, "Connect"))
        await eventually(lambda: w.preferences.has_key)
        await eventually(lambda: window.pane.shown is Shown.EMPTY)
        assert focus() is window.pane.composer.edit
        assert welcome.field.text() == "", "a key does not stand about"
        await eventually(lambda: window.pane.notices.current)
        assert window.pane.notices.current is not None
        assert window.pane.notices.current.text == "The key is kept in a test."
        await eventually(lambda: w.preferences.models_are_live)
        assert w.preferences.key.source is KeySource.KEYCHAIN


@pytest.mark.parametrize("typed", ["", "   ", "short", "a key with spaces in it and more"])
async def test_what_cannot_be_a_key_is_refused_without_asking_anybody(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory, typed: str
) -> None:
    async with first_start(tmp_path, theme) as (window, w, _tap):
        welcome = window.pane.welcome
        before = words_of(welcome)
        type_text(welcome.field, typed)
        press(welcome.field, Key.Key_Return)
        await eventually(lambda: welcome.field.isEnabled() and words_of(welcome) != before)
        assert "key" in words_of(welcome).lower()
        assert welcome.field.text() == typed
        assert not w.preferences.has_key


async def test_the_link_leads_to_where_keys_are_given_out(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with first_start(tmp_path, theme) as (window, _w, _tap):
        asked: list[tuple[str, str]] = []
        window.pane.welcome.link_clicked.disconnect()
        window.pane.welcome.link_clicked.connect(lambda *link: asked.append(link))
        click(button(window, "Get a key from Google AI Studio"))
        assert asked == [(KEY_PAGE, KEY_PAGE)]


async def test_the_demo_answers_without_a_key(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with first_start(tmp_path, theme) as (window, w, _tap):
        click(next(s for s in window.pane.welcome.stops if "demo" in s.accessibleName()))
        await eventually(lambda: w.preferences.uses_demo)
        assert window.pane.shown is Shown.EMPTY
        session = send(window, "What is 6 times 7?")
        await eventually(lambda: session.turns and not session.busy)
        assert any("42" in text for text in answers_shown(window))


async def test_welcome_fits_into_the_smallest_window(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with first_start(tmp_path, theme) as (window, _w, _tap):
        window.resize(window.minimumSize())
        window.pane.welcome.show_message("A sentence that is rather long. " * 3, error=True)
        for stop in window.pane.welcome.stops:
            corner = stop.mapTo(window.pane, stop.rect().bottomRight())
            assert window.pane.rect().contains(corner), stop.accessibleName()
        window.resize(1280, 820)
        assert window.pane.welcome._demo.width() == 480
        middle = window.pane.welcome._demo.geometry().center().x()
        assert abs(middle - window.pane.welcome.width() / 2) <= 1


# --- a key that is missing or refused -------------------------------------------------------------


async def test_who_sends_without_a_key_is_asked_for_one_and_keeps_the_text(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with started(tmp_path, theme) as (window, w, tap):
        session = send(window, "hi")
        await eventually(lambda: tap.flows)
        tap.flows[0].end()
        await eventually(lambda: not session.busy)
        await w.preferences.forget_key()
        assert window.pane.shown is Shown.TRANSCRIPT, "history needs no key"
        send(window, "a question")
        asking = await in_front(window, KeyDialog)
        assert "Your message is kept." in words_of(asking)
        assert window.pane.composer.edit.text == "a question"
        assert focus() is asking.field
        type_text(asking.field, RIGHT)
        press(asking.field, Key.Key_Return)
        await eventually(lambda: not dialogs(window, KeyDialog))
        assert window.pane.composer.edit.text == "a question"


async def test_a_key_that_is_refused_is_asked_for_again_and_the_turn_is_tried_again(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with started(tmp_path, theme) as (window, w, tap):
        tap.bad_key = KEY
        session = send(window, "a question")
        asking = await in_front(window, KeyDialog)
        assert "The server said: API key not valid. Your message is kept." in words_of(asking)
        assert session.turns[0].outcome is Outcome.FAILED
        assert failure_shown(window)
        tap.bad_key = WRONG
        type_text(asking.field, WRONG)
        click(button(asking, "Check and keep"))
        await eventually(asking.field.isEnabled)
        assert "The server said: API key not valid." in words_of(asking)
        assert asking.field.text() == WRONG
        asking.field.selectAll()
        type_text(asking.field, RIGHT)
        press(asking.field, Key.Key_Return)
        await eventually(lambda: tap.flows)
        assert dialogs(window, KeyDialog) == []
        assert tap.flows[0].body["input"] == [{"type": "text", "text": "a question"}]
        tap.flows[0].say("An answer.")
        tap.flows[0].end()
        await eventually(lambda: answers_shown(window) == ["An answer."])
        await eventually(lambda: not session.busy)
        assert len(session.turns) == 1
        assert w.preferences.key.source is KeySource.KEYCHAIN


async def test_the_key_dialog_is_left_without_one(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with started(tmp_path, theme) as (window, w, _tap):
        press(window, Key.Key_Comma, CTRL)
        settings = await in_front(window, SettingsDialog)
        click(button(settings, "Privacy and storage"))
        click(button(settings, "Change key"))
        asking = await in_front(window, KeyDialog)
        press(asking.field, Key.Key_Backtab, SHIFT)
        press(asking, Key.Key_Escape)
        assert dialogs(window, KeyDialog) == []
        assert w.preferences.has_key


async def test_a_dialog_is_as_high_as_its_words(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with started(tmp_path, theme) as (window, _w, _tap):
        window._dialogs.open_key("")
        asking = await in_front(window, KeyDialog)
        small = asking.height()
        asking.show_message("A sentence that the server has written. " * 5, error=True)
        await eventually(lambda: asking.height() > small)
        label = asking._message
        assert label.height() >= label.heightForWidth(label.width())
        assert asking.rect().contains(label.geometry())
        asking.close()
