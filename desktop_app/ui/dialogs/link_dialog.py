"""Asks before a link is opened whose text names another host than its address."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme


class LinkDialog(SmallDialog):
    """Shows where a link really leads."""

    confirmed = Signal(str)
    """This address is to be opened."""

    def __init__(self, theme: Theme, address: str, host: str, parent: QWidget) -> None:
        words = f"The text of this link names another place. It leads to {host}."
        super().__init__(theme, "Open this link?", words, parent)
        self._address = address
        shown = plain_label(theme, address[:300], 13, 400, "text")
        self.body.addWidget(shown)
        cancel = Button(theme, "Cancel")
        accept = Button(theme, "Open", "primary", "external-link")
        cancel.clicked.connect(self.close)
        accept.clicked.connect(self._confirm)
        self.add_buttons(cancel, accept)

    def _confirm(self) -> None:
        self.confirmed.emit(self._address)
        self.close()
