"""Says what would be lost if the program ended now, and keeps it from ending."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

_MOST: Final = 6
_WORDS: Final = (
    "The disk is full. If Castor quits now, what is listed here is lost. Make room and try again, "
    "or copy it to another place."
)


class UnsavedDialog(SmallDialog):
    """Lists what is in memory only; closing it goes on with the program."""

    try_again_requested = Signal()
    """Try again to save, and quit."""

    copy_requested = Signal()
    """Put all of it on the clipboard."""

    quit_requested = Signal()
    """Quit, whatever is lost."""

    def __init__(self, theme: Theme, unsaved: Sequence[str], parent: QWidget) -> None:
        super().__init__(theme, "Not everything is saved", _WORDS, parent)
        self._list = plain_label(theme, "", 13, 400, "text")
        self.body.addWidget(self._list)
        self._copy = Button(theme, "Copy")
        leave = Button(theme, "Quit anyway")
        again = Button(theme, "Try again", "primary")
        self._copy.clicked.connect(self._say_copied)
        leave.clicked.connect(self.quit_requested)
        again.clicked.connect(self.try_again_requested)
        self.add_buttons(self._copy, leave, again)
        again.setFocus()
        self.show_unsaved(unsaved)

    def show_unsaved(self, unsaved: Sequence[str]) -> None:
        """List what would be lost now."""
        lines = [f"• {words}" for words in unsaved[:_MOST]]
        if len(unsaved) > _MOST:
            lines.append(f"• and {len(unsaved) - _MOST} more")
        self._list.setText("\n".join(lines))

    def _say_copied(self) -> None:
        self.copy_requested.emit()
        self._copy.setText("Copied")
