"""Exporting the conversation on screen, from its menu, by its key and on the command line."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop_app.__main__ import main
from desktop_app.arguments import ExportArguments, read_arguments
from desktop_app.store.said import FORMS
from desktop_app.ui.theme import Theme
from tests.ui.opened import answered, opened
from tests.ui.windows import CTRL, SHIFT, choose, click, dialog, eventually, press

pytestmark = pytest.mark.usefixtures("loop_factory")


async def test_the_menu_exports_what_the_name_says(tmp_path: Path, theme: Theme) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        await answered(window, tap, "What is it?", "It is **this**.")
        click(window.pane.header._menu)
        choose("Export…")
        asked = dialog(window, QFileDialog)
        assert Path(asked.selectedFiles()[0]).name == "What is it.md"
        asked.selectNameFilter("Web page (*.html)")
        asked.filterSelected.emit("Web page (*.html)")
        assert Path(asked.selectedFiles()[0]).name == "What is it.html"
        asked.fileSelected.emit(str(tmp_path / "it.html"))
        await eventually(lambda: w.notices and w.notices[-1].text == "it.html is saved.")
        asked.reject()
        assert "It is **this**." in (tmp_path / "it.html").read_text("utf-8")
        assert (tmp_path / "it.html").read_text("utf-8").startswith("<!DOCTYPE html>")


async def test_the_key_exports_and_a_failure_is_said(tmp_path: Path, theme: Theme) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        press(window, Qt.Key.Key_E, CTRL | SHIFT)  # there is nothing to export yet
        assert window.findChildren(QFileDialog) == []
        key = await answered(window, tap, "What is it?", "This.")
        press(window, Qt.Key.Key_E, CTRL | SHIFT)
        dialog(window, QFileDialog).reject()
        w.library.exports.export(key, str(tmp_path / "no" / "it.csv"), "markdown")
        await eventually(lambda: w.notices and "could not be written" in w.notices[-1].text)
        w.library.exports.export(key, str(tmp_path / "it.txt"), "csv")
        await eventually((tmp_path / "it.txt").exists)
        assert "conversation,time" in (tmp_path / "it.txt").read_text("utf-8")


@pytest.mark.parametrize("form", [*FORMS, "json"])
def test_the_command_line_has_every_form(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", "--profile", str(tmp_path), "--format", form]
    assert read_arguments(words) == ExportArguments(tmp_path, None, form)
    monkeypatch.setattr("sys.argv", ["castor", *words])
    assert main() == 2
    assert "There is no history" in capsys.readouterr().err
