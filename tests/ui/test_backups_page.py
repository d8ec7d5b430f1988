"""The page of the backups, as a person uses it."""

from pathlib import Path

import pytest

from desktop_app.store.backups import back_up, list_backups
from desktop_app.store.database import open_connection
from desktop_app.store.mending import Opener
from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.backups_page import BackupsPage, RestoreDialog, when_of
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.faults.histories import write_history
from tests.ui.windows import button, click, dialog, eventually, main_window, words_of
from tests.world import world

pytestmark = pytest.mark.usefixtures("loop_factory")

NOWHERE = "http://127.0.0.1:1"


def page_of(window: MainWindow) -> BackupsPage:
    window._dialogs.open_settings("Backups")
    settings = dialog(window, SettingsDialog)
    settings.resize(760, 900)
    (page,) = settings.findChildren(BackupsPage)
    return page


async def test_without_backups_that_is_said(tmp_path: Path, theme: Theme) -> None:
    async with world(tmp_path, NOWHERE) as w, main_window(w, theme) as window:
        page = page_of(window)
        await eventually(lambda: "There is none yet." in words_of(page))
        assert "Attachments are not copied" in words_of(page)


async def test_a_backup_is_restored_after_one_question(tmp_path: Path, theme: Theme) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / "history.db")
    back_up(db, tmp_path)
    back_up(db, tmp_path, "version-3")
    db.close()
    newest, older = list_backups(tmp_path, count=True)
    (tmp_path / "backups" / "history-2026-01-01-000000.db").write_bytes(b"nothing")
    async with world(tmp_path, NOWHERE) as w, main_window(w, theme) as window:
        page = page_of(window)
        await eventually(lambda: when_of(older) in words_of(page))
        said = words_of(page)
        assert f"Made before an update. {newest.conversations} conversations" in said
        assert "It cannot be read." in said
        buttons = [one for one in page.findChildren(Button) if one.text() == "Restore"]
        assert [one.isEnabled() for one in buttons] == [True, True, False]
        click(buttons[1])
        question = dialog(window, RestoreDialog)
        assert when_of(older) in words_of(question)
        click(button(question, "Cancel"))
        assert not w.safekeeping.restarts
        click(buttons[1])
        asked: list[bool] = []
        w.safekeeping.restart_wanted.connect(lambda: asked.append(True))
        click(button(dialog(window, RestoreDialog), "Restore and restart"))
        await eventually(lambda: asked)
    opener = Opener(tmp_path / "history.db")
    opener.open().close()
    assert "The backup was restored." in opener.notices[0]
