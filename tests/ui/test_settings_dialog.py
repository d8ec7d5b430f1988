"""The settings: every control really changes what it says, at once, and on the disk."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import TypeVar, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QSlider, QWidget

from desktop_app.settings.settings import DEFAULTS, Settings
from desktop_app.ui.buttons import Switch
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.fields import Chooser, DecimalField, LineField, NumberField, TextField
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.conftest import LoopFactory
from tests.scriptserver import script_server
from tests.ui.answering import Tap
from tests.ui.windows import (
    CTRL,
    FOLDERS,
    button,
    click,
    eventually,
    in_front,
    main_window,
    press,
    type_text,
    words_of,
)
from tests.world import World, world

Key = Qt.Key
T = TypeVar("T", bound=QWidget)

pytestmark = pytest.mark.usefixtures("loop_factory")


@asynccontextmanager
async def opened(
    folder: Path, theme: Theme, page: str = ""
) -> AsyncGenerator[tuple[SettingsDialog, World, MainWindow]]:
    async with script_server(Tap().script) as server, world(folder, server.base_url) as w:
        async with main_window(w, theme) as window:
            press(window, Key.Key_Comma, CTRL)
            settings = await in_front(window, SettingsDialog)
            if page:
                click(button(settings, page))
            yield settings, w, window


def control(settings: QWidget, kind: type[T], name: str) -> T:
    """The control in sight that a screen reader calls so."""
    (found,) = [
        one
        for one in settings.findChildren(kind)
        if one.accessibleName() == name and one.isVisible()
    ]
    return found


def kept(w: World) -> dict[str, object]:
    """What stands in the settings file."""
    return cast("dict[str, object]", json.loads((w.folder / "settings.json").read_text()))


def pick(chooser: Chooser, words: str) -> None:
    """Choose from a list as the keyboard does."""
    chooser.setFocus()
    at = chooser.findText(words)
    assert at >= 0, words
    for _ in range(abs(at - chooser.currentIndex())):
        press(chooser, Key.Key_Down if chooser.currentIndex() < at else Key.Key_Up)
    assert chooser.currentText() == words


# --- general --------------------------------------------------------------------------------------


async def test_the_theme_is_changed_in_every_window_at_once(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (settings, w, window):
        for name, dark in (("Dark", True), ("Light", False)):
            click(button(settings, f"Theme: {name}"))
            assert w.preferences.settings.theme == name.lower()
            assert kept(w)["theme"] == name.lower()
            assert theme.dark is dark
            assert button(settings, f"Theme: {name}").isChecked()
            ground = QApplication.palette().color(QPalette.ColorRole.Window)
            assert ground == theme.color("window")
            corner = window.grab().toImage().pixelColor(window.width() - 3, window.height() // 2)
            assert corner == theme.color("window")
            other = settings.grab().toImage().pixelColor(100, 400)
            assert other == theme.color("sidebar")


async def test_the_size_of_the_text_is_changed_by_its_steps(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (settings, w, window):
        slider = control(settings, QSlider, "Text size")
        press(slider, Key.Key_Right)
        assert w.preferences.settings.zoom == 110
        assert "110 %" in words_of(settings)
        assert window.pane.composer.edit.font().pixelSize() == 15
        press(slider, Key.Key_End)
        assert kept(w)["zoom"] == 200
        w.preferences.update(zoom=120)  # written into the file by hand
        assert "120 %" in words_of(settings)
        assert w.preferences.settings.zoom == 120


async def test_the_key_that_sends_is_changed(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (settings, w, window):
        click(control(settings, Switch, "Enter sends"))
        assert kept(w)["enter_sends"] is False
        edit = window.pane.composer.edit
        type_text(edit, "one")
        press(edit, Key.Key_Return)
        type_text(edit, "two")
        assert edit.text == "one\ntwo"
        assert window.view.session is not None
        assert not window.view.session.busy
        click(control(settings, Switch, "Enter sends"))
        press(edit, Key.Key_Return)
        await eventually(lambda: window.view.session and window.view.session.running_turn)
        window.view.stop()
        await eventually(lambda: window.view.session and not window.view.session.busy)


# --- models ---------------------------------------------------------------------------------------


async def test_a_model_is_chosen_from_the_servers_list_and_a_new_chat_begins_with_it(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "Models") as (settings, w, window):
        assert "From the built-in list." in words_of(settings)
        await w.preferences.refresh_models()
        assert "From the server’s list." in words_of(settings)
        pick(control(settings, Chooser, "Model for new chats"), "Gemini X")
        assert kept(w)["model"] == "gemini-x"
        assert window.view.session is not None
        assert window.view.session.model == "gemini-x"
        assert window.pane.composer.model.accessibleName().startswith("Model Gemini X,")
        window.view.session.choose_model("gemini-3.8-flash", "low")
        pick(control(settings, Chooser, "Model for new chats"), "Gemini 3.8 Flash")
        pick(control(settings, Chooser, "Thinking level for new chats"), "High")
        assert window.view.session.thinking_level == "low", "a choice of its own stays"


async def test_only_levels_that_the_model_takes_can_be_chosen(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "Models") as (settings, w, _window):
        model = control(settings, Chooser, "Model for new chats")
        level = control(settings, Chooser, "Thinking level for new chats")
        pick(model, "Gemini 3.8 Flash")
        words = [level.itemText(number) for number in range(level.count())]
        assert words == ["Model’s default", "Low", "Medium", "High"]
        pick(level, "Medium")
        assert kept(w)["thinking_level"] == "medium"
        pick(model, "Gemini 3 Pro (preview)")
        words = [level.itemText(number) for number in range(level.count())]
        assert words == ["Model’s default", "Low", "High"]
        assert level.currentText() == "Model’s default"


async def test_the_temperature_is_the_models_own_or_up_to_the_most_it_takes(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "Models") as (settings, w, _window):
        await w.preferences.refresh_models()
        pick(control(settings, Chooser, "Model for new chats"), "Gemini X")
        field = control(settings, DecimalField, "Temperature")
        assert field.text() == "Model’s default"
        press(field, Key.Key_Up)
        assert kept(w)["temperature"] == 0.0
        field.selectAll()
        type_text(field, "1.2")
        press(field, Key.Key_Return)
        assert kept(w)["temperature"] == 1.2
        for _ in range(9):
            press(field, Key.Key_Up)
        assert kept(w)["temperature"] == 1.5, "the most that this model takes"
        for _ in range(30):
            press(field, Key.Key_Down)
        assert kept(w)["temperature"] is None
        assert field.text() == "Model’s default"
        assert settings.isVisible(), "Enter in a field closes nothing"


async def test_the_longest_answer_is_the_models_own_or_a_number_of_tokens(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "Models") as (settings, w, _window):
        field = control(settings, NumberField, "Longest answer in tokens")
        assert field.text() == "Model’s default"
        press(field, Key.Key_Up)
        assert kept(w)["max_output_tokens"] == 1024
        field.selectAll()
        type_text(field, "300")
        press(field, Key.Key_Return)
        assert kept(w)["max_output_tokens"] == 300
        press(field, Key.Key_Down)
        assert kept(w)["max_output_tokens"] is None


async def test_thought_summaries_and_system_instruction_are_kept(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "Models") as (settings, w, _window):
        click(control(settings, Switch, "Thought summaries"))
        assert kept(w)["thinking_summaries"] is False
        field = control(settings, TextField, "System instruction")
        type_text(field, "Be brief.")
        press(field, Key.Key_Return)
        type_text(field, "Be kind.")
        assert kept(w)["system_instruction"] == "Be brief.\nBe kind."
        assert field.textCursor().atEnd(), "what is typed stays where it is typed"


# --- privacy, network, about ----------------------------------------------------------------------


async def test_whether_google_keeps_conversations_is_changed_and_the_key_is_forgotten(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "Privacy and storage") as (settings, w, _window):
        click(control(settings, Switch, "Keep conversations at Google"))
        assert kept(w)["store"] is False
        assert "Used for this session only" in words_of(settings)
        click(button(settings, "Forget key"))
        await eventually(lambda: not w.preferences.has_key)
        assert "There is none. It would be kept in the test’s keychain." in words_of(settings)
        assert button(settings, "Enter key")
        forget = [
            one for one in settings.findChildren(QWidget) if one.accessibleName() == "Forget key"
        ]
        assert not any(one.isVisible() for one in forget)


async def test_folders_are_named_and_can_be_shown(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme, "Privacy and storage") as (settings, _w, _window):
        asked: list[str] = []
        settings.folder_requested.disconnect()
        settings.folder_requested.connect(asked.append)
        for name, folder in FOLDERS.items():
            assert folder in words_of(settings)
            click(button(settings, f"Show the folder: {name}"))
        assert asked == list(FOLDERS.values())


async def test_another_server_is_asked_and_a_bad_address_is_refused_in_words(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with (
        script_server(Tap().script) as other,
        opened(tmp_path, theme, "Network") as (settings, w, _window),
    ):
        field = control(settings, LineField, "Base URL")
        field.selectAll()
        type_text(field, "http://example.com")
        press(field, Key.Key_Return)
        assert kept_url(w) == DEFAULTS.base_url
        assert field.text() == "http://example.com", "what was typed is not taken away"
        refused = words_of(settings)
        assert "https" in refused
        field.selectAll()
        type_text(field, other.base_url)
        press(field, Key.Key_Return)
        assert kept_url(w) == other.base_url
        assert words_of(settings) != refused
        await eventually(lambda: w.preferences.key_known)
        assert not w.preferences.has_key, "a key belongs to one server"
        pick(control(settings, Chooser, "API version"), "v1")
        assert kept(w)["api_version"] == "v1"


def kept_url(w: World) -> str:
    return w.preferences.settings.base_url


async def test_about_says_which_version_this_is(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    from desktop_app import __version__

    async with opened(tmp_path, theme, "About") as (settings, _w, _window):
        assert f"Castor {__version__}" in words_of(settings)
        assert "Not made or endorsed by Google." in words_of(settings)


# --- all of them ----------------------------------------------------------------------------------


async def test_each_page_is_reset_by_itself_and_every_setting_is_on_one(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    changed = Settings(
        model="gemini-x",
        thinking_level="low",
        thinking_summaries=False,
        temperature=1.0,
        max_output_tokens=5,
        system_instruction="x",
        store=False,
        api_version="v1",
        theme="dark",
        zoom=150,
        enter_sends=False,
    )
    names = {field.name for field in fields(Settings)}
    async with opened(tmp_path, theme) as (settings, w, _window):
        seen: set[str] = set()
        for _, page in settings._pages:
            click(button(settings, page.title))
            w.preferences.update(**{name: getattr(changed, name) for name in names - {"base_url"}})
            if not page.names:
                continue
            click(button(settings, "Reset this page"))
            for name in names:
                wanted = DEFAULTS if name in page.names else changed
                if name != "base_url":
                    assert getattr(w.preferences.settings, name) == getattr(wanted, name), name
            seen.update(page.names)
        assert seen == names


async def test_a_change_from_elsewhere_is_shown(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (settings, w, window):
        window.keyboard["zoom_in"].trigger()
        assert "110 %" in words_of(settings)
        w.preferences.update(theme="dark")
        assert button(settings, "Theme: Dark").isChecked()


async def test_the_wheel_changes_nothing_by_the_way(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    async with opened(tmp_path, theme, "Models") as (settings, w, _window):
        before = w.preferences.settings
        down = QPoint(0, -240)
        none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        keys = Qt.KeyboardModifier.NoModifier
        kinds = (Chooser, DecimalField, NumberField)
        for one in [
            one for kind in kinds for one in settings.findChildren(kind) if one.isVisible()
        ]:
            at = QPointF(one.rect().center())
            event = QWheelEvent(at, one.mapToGlobal(at), QPoint(), down, none, keys, phase, False)
            QApplication.sendEvent(one, event)
        assert w.preferences.settings == before
