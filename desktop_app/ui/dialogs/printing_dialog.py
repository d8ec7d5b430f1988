"""How far a conversation is on its way to paper, and a way to stop it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.theme import Theme


class PrintingDialog(SmallDialog):
    """Closing it is stopping."""

    cancelled = Signal()
    """The person wants no more pages."""

    def __init__(self, theme: Theme, title: str, parent: QWidget) -> None:
        super().__init__(theme, title, "", parent)
        self._is_over = False
        cancel = Button(theme, "Cancel")
        cancel.clicked.connect(self.close)
        self.add_buttons(cancel)
        self.finished.connect(self._tell)

    def show_progress(self, pages: int, turns: int, of: int) -> None:
        """Say how many pages are done, and how many turns of how many."""
        self.show_words(f"Page {pages:,}. {turns:,} of {of:,} turns are done.")

    def end(self) -> None:
        """It is over, and nobody has stopped it."""
        self._is_over = True
        self.close()

    def _tell(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.cancelled.emit()
