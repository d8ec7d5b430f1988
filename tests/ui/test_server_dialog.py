"""A server that looks like Google's is used only where the person has seen its true name."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop_app import app
from desktop_app.origin import GOOGLE_BASE_URL
from desktop_app.settings.settings import DEFAULTS
from desktop_app.ui.dialogs.network_page import NetworkPage
from desktop_app.ui.dialogs.server_dialog import ServerDialog
from desktop_app.ui.theme import Theme
from tests.ui.test_network_page import enter, field, page_of
from tests.ui.windows import button, click, dialogs, eventually, press, words_of
from tests.world import MemoryKeychain, World

pytestmark = pytest.mark.usefixtures("loop_factory")

HOST = "generativelanguage.googleapis.com.evil.test"
LOOKS = f"https://{HOST}"


async def asked(page: NetworkPage, url: str) -> ServerDialog:
    """Enter an address as the base URL, and wait for the question about it."""
    enter(page, "Base URL", url)
    window = page.window()
    await eventually(lambda: dialogs(window, ServerDialog))
    (found,) = dialogs(window, ServerDialog)
    return found


async def test_the_question_names_the_true_host_and_no_leaves_everything(
    tmp_path: Path, theme: Theme
) -> None:
    async with World(tmp_path, "", MemoryKeychain(), DEFAULTS) as w, page_of(w, theme) as page:
        question = await asked(page, LOOKS)
        assert HOST in words_of(question).split("\n")
        assert w.preferences.base_url == GOOGLE_BASE_URL
        click(button(question, "Keep the one in use"))
        await eventually(lambda: not dialogs(page.window(), ServerDialog))
        assert w.preferences.base_url == GOOGLE_BASE_URL
        assert field(page, "Base URL").text() == GOOGLE_BASE_URL


async def test_yes_uses_the_server_and_it_is_not_asked_again(tmp_path: Path, theme: Theme) -> None:
    keychain = MemoryKeychain()
    async with World(tmp_path, "", keychain, DEFAULTS) as w, page_of(w, theme) as page:
        w.use_key()
        question = await asked(page, LOOKS)
        click(button(question, "Use this server"))
        await eventually(lambda: w.preferences.base_url == LOOKS)
        assert not w.preferences.has_key, "the key of the other server stays with it"
        await eventually(lambda: not dialogs(page.window(), ServerDialog))
        enter(page, "Base URL", LOOKS)
        assert dialogs(page.window(), ServerDialog) == []


async def test_an_ordinary_server_is_used_at_once(tmp_path: Path, theme: Theme) -> None:
    async with World(tmp_path, "", MemoryKeychain(), DEFAULTS) as w, page_of(w, theme) as page:
        enter(page, "Base URL", "https://llm.corp.example")
        assert w.preferences.base_url == "https://llm.corp.example"
        assert dialogs(page.window(), ServerDialog) == []


@pytest.mark.parametrize(("name", "used"), [("Quit", False), ("Use this server", True)])
async def test_a_start_with_such_a_server_asks_before_anything_else(
    theme: Theme, name: str, used: bool
) -> None:
    task = asyncio.create_task(app._is_meant(theme, LOOKS))
    found: list[ServerDialog] = []

    def shown() -> bool:
        windows = theme._application.topLevelWidgets()
        found[:] = [one for one in windows if isinstance(one, ServerDialog) and one.isVisible()]
        return bool(found)

    await eventually(shown)
    assert HOST in words_of(found[0])
    click(button(found[0], name))
    assert await task is used


async def test_closing_the_question_is_a_no(theme: Theme) -> None:
    question = ServerDialog(theme, "It looks odd.", HOST, "Quit", None)
    said: list[bool] = []
    question.decided.connect(said.append)
    question.show()
    question.close()
    await eventually(lambda: said == [False])


async def test_an_ordinary_start_asks_nothing(theme: Theme) -> None:
    for url in ("", GOOGLE_BASE_URL, "http://127.0.0.1:1", "https://llm.corp.example"):
        assert await app._is_meant(theme, url)


def test_enter_is_no_yes(theme: Theme) -> None:
    question = ServerDialog(theme, "It looks odd.", HOST, "Quit", None)
    said: list[bool] = []
    question.decided.connect(said.append)
    question.show()
    press(question, Qt.Key.Key_Return)
    assert said in ([], [False])
    question.close()
