"""What is seen while a start takes long."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app import app
from desktop_app.arguments import Arguments
from desktop_app.profile import Profile
from desktop_app.store.database import DatabaseConnection
from desktop_app.store.errors import DatabaseTooNew
from desktop_app.store.mending import UPDATING
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.refusal import show_refusal, tell_refusal
from desktop_app.ui.theme import Theme
from desktop_app.ui.waiting import WaitingWindow
from tests.ui.windows import button, click, eventually, words_of

pytestmark = pytest.mark.usefixtures("loop_factory")


def waiting_windows() -> list[WaitingWindow]:
    found = QApplication.topLevelWidgets()
    return [one for one in found if isinstance(one, WaitingWindow) and one.isVisible()]


async def test_a_history_that_takes_long_is_waited_for_with_words(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_LONG_START", 0.01)
    profile = Profile(Arguments(profile=tmp_path / "profile"))
    profile.wait()
    begun: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    waiting = asyncio.ensure_future(app._wait_for_history(begun, profile, theme, tell=True))
    await asyncio.sleep(0.05)
    assert waiting_windows() == [], "nothing is being done that has words"
    profile.opener.doing = UPDATING
    await eventually(waiting_windows)
    (window,) = waiting_windows()
    assert UPDATING in words_of(window)
    begun.set_result(None)
    await waiting
    assert waiting_windows() == []
    profile.close()


async def test_a_history_that_opens_at_once_shows_no_window_before_its_own(
    tmp_path: Path, theme: Theme
) -> None:
    profile = Profile(Arguments(profile=tmp_path / "profile"))
    begun = asyncio.ensure_future(profile.database.begin(_nothing))
    await app._wait_for_history(begun, profile, theme, tell=True)
    assert begun.done()
    assert profile.opener.doing == ""
    profile.close()


async def test_who_has_no_terminal_is_told_why_there_is_no_window(theme: Theme) -> None:
    error = DatabaseTooNew("It was made by a newer Castor.", "It was not changed.")
    shown = asyncio.ensure_future(show_refusal(theme, error))
    found: list[SmallDialog] = []

    def look() -> bool:
        found[:] = [
            one
            for one in QApplication.topLevelWidgets()
            if isinstance(one, SmallDialog) and one.isVisible()
        ]
        return bool(found)

    await eventually(look)
    assert "It was made by a newer Castor. It was not changed." in words_of(found[0])
    click(button(found[0], "Close"))
    await shown
    await tell_refusal(theme, error)  # nobody sees an offscreen window: it waits for none


def _nothing(_db: DatabaseConnection) -> None:
    return None
