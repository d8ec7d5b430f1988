"""Asks before a server is used that may not be the one that was meant."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

_SENT: Final = "What you write and attach, and the key that you enter for it, would be sent to:"
_LONGEST: Final = 253
"""Letters of a host."""


class ServerDialog(SmallDialog):
    """Shows which host it really is; until the person has decided, nothing is sent there."""

    decided = Signal(bool)
    """Whether the server is to be used."""

    def __init__(
        self, theme: Theme, doubt: str, host: str, no: str, parent: QWidget | None
    ) -> None:
        super().__init__(theme, "Use this server?", f"{doubt} {_SENT}", parent)
        self.body.addWidget(plain_label(theme, host[:_LONGEST], 14, 600, "text"))
        refuse = Button(theme, no)
        accept = Button(theme, "Use this server", "plain")
        refuse.clicked.connect(self.reject)
        accept.clicked.connect(self.accept)
        self.finished.connect(self._tell)
        self.add_buttons(accept, refuse)
        refuse.setFocus()

    def _tell(self, result: int) -> None:
        self.decided.emit(bool(result))
