"""Asks for a key: when the server refused the one in use, or when there is none."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.fields import FieldFrame, LineField
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme
from desktop_app.ui.welcome import WHERE_KEPT, WHERE_NOT_KEPT


class KeyDialog(SmallDialog):
    """Takes a key; its owner checks it and says how that went."""

    key_entered = Signal(str)
    """This text is to be checked and kept as the key."""

    def __init__(self, theme: Theme, words: str, parent: QWidget, *, keeps: bool = True) -> None:
        super().__init__(theme, "Gemini API key", words, parent)
        self.field = LineField(theme, "Gemini API key", "Paste your key")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        frame = FieldFrame(theme, self.field, 36)
        self.body.addWidget(frame)
        self._message = plain_label(
            theme, WHERE_KEPT if keeps else WHERE_NOT_KEPT, 12, 400, "quiet"
        )
        self.body.addWidget(self._message)
        cancel = Button(theme, "Cancel")
        self._accept = Button(theme, "Check and keep" if keeps else "Check and use", "primary")
        cancel.clicked.connect(self.close)
        self._accept.clicked.connect(self._enter)
        self.field.returnPressed.connect(self._enter)
        self.add_buttons(cancel, self._accept)
        self.field.setFocus()

    def _enter(self) -> None:
        self.key_entered.emit(self.field.text())

    def set_checking(self, checking: bool) -> None:
        """Show that the key is being checked."""
        self.field.setEnabled(not checking)
        self._accept.setEnabled(not checking)
        if checking:
            self.show_message("Checking the key …")
            announce(self, "Checking the key.")
        else:
            self.field.setFocus()

    def show_message(self, words: str, *, error: bool = False) -> None:
        """Say how it went."""
        self._message.set_token("danger" if error else "quiet")
        self._message.setText(words)
        self._message.setAccessibleName(words)
        if error:
            announce(self, words)
