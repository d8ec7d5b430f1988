"""Has the system open what a person asks for: links, after a look at them, and our own folders."""

from typing import Final

from PySide6.QtCore import QObject, Signal

from desktop_app.ui.links import check_link, names_another_host, open_file, open_link
from desktop_app.ui.window_dialogs import WindowDialogs

_NOT_OPENED: Final = "This link cannot be opened: Castor opens web and mail addresses only."


class Opening(QObject):
    """Opens what may be opened, and says what cannot be."""

    failed = Signal(str)
    """Something cannot be opened: the sentence for the person."""

    def __init__(self, dialogs: WindowDialogs, parent: QObject) -> None:
        super().__init__(parent)
        self._dialogs = dialogs
        dialogs.link_confirmed.connect(self._open_checked)
        dialogs.folder_requested.connect(self._open_folder)

    def open_link(self, address: str, text: str) -> None:
        """Open a link that may be opened; ask first where its text names another host."""
        link = check_link(address)
        if link is None:
            self.failed.emit(_NOT_OPENED)
        elif names_another_host(text, link):
            self._dialogs.open_link(link.address, link.host)
        else:
            self._open_checked(link.address)

    def _open_checked(self, address: str) -> None:
        link = check_link(address)
        if link is not None and not open_link(link):
            self.failed.emit("The system has no program for this link.")

    def _open_folder(self, folder: str) -> None:
        if not open_file(folder):
            self.failed.emit("The system has no program to show folders.")
