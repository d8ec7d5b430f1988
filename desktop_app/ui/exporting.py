"""Asks where a conversation is to be exported to, and as what."""

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.chat.exporting import ENDINGS
from desktop_app.chat.library import Library
from desktop_app.file_names import safe_name
from desktop_app.ui.actions import Actions
from desktop_app.ui.chat_pane import ChatPane

FILTERS: Final = {
    "Markdown (*.md)": "markdown",
    "Web page (*.html)": "html",
    "Table (*.csv)": "csv",
    "Everything, as JSON (*.json)": "json",
}
"""The forms, by what the dialog calls them."""


class Exporting(QObject):
    """Listens to the menu and the key."""

    def __init__(
        self, library: Library, keyboard: Actions, pane: ChatPane, window: QWidget
    ) -> None:
        super().__init__(window)
        self._library = library
        self._window = window
        pane.header.export_requested.connect(self.ask)
        keyboard["export"].triggered.connect(self.ask)

    def ask(self) -> None:
        """Ask for a file, and export the conversation that is on screen."""
        session = self._library.current
        if session is None or not session.turns:
            return
        place = QStandardPaths.StandardLocation.DocumentsLocation
        folder = QStandardPaths.writableLocation(place) or str(Path.home())
        dialog = QFileDialog(self._window, "Export the conversation", folder)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(FILTERS))
        dialog.setDefaultSuffix("md")
        dialog.selectFile(safe_name(session.title, "Conversation", "md"))
        dialog.filterSelected.connect(partial(_follow, dialog))
        dialog.fileSelected.connect(partial(self._export, session.key, dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _export(self, conversation: str, dialog: QFileDialog, path: str) -> None:
        form = FILTERS.get(dialog.selectedNameFilter(), "markdown")
        self._library.exports.export(conversation, path, form)


def _follow(dialog: QFileDialog, chosen: str) -> None:
    """Give the name the ending of the form that was chosen."""
    dialog.setDefaultSuffix(ENDINGS[FILTERS.get(chosen, "markdown")])
    for file in dialog.selectedFiles():
        dialog.selectFile(Path(file).with_suffix(f".{dialog.defaultSuffix()}").name)
