"""What the window does while the disk is full: it sends nothing, and does not close on what would
be lost.
"""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from desktop_app.chat.full_disk import DISK_TOPIC
from desktop_app.chat.library import Library
from desktop_app.chat.notices import Notice
from desktop_app.chat.writing import Unsaved
from desktop_app.ui.chat_pane import ChatPane
from desktop_app.ui.theme import Theme

if TYPE_CHECKING:
    from desktop_app.ui.dialogs.unsaved_dialog import UnsavedDialog

REASON: Final = (
    "The disk is full: your message cannot be saved, so it is not sent. It is kept here."
)


class FullDiskDesk(QObject):
    """Binds the pane and the window's closing to the state of the disk."""

    def __init__(self, theme: Theme, library: Library, pane: ChatPane, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._library = library
        self._composer = pane.composer
        self._window = window
        self._dialog: UnsavedDialog | None = None
        self._may_close = False
        library.disk_full_changed.connect(self._block)
        library.everything_saved.connect(self._go_on)
        pane.notices.acted.connect(self._act)
        pane.composer.submit_refused.connect(library.disk.look_again)

    def _block(self, full: bool) -> None:
        self._composer.set_blocked(REASON if full else "")

    def _act(self, notice: Notice) -> None:
        if notice.topic == DISK_TOPIC:
            self._library.disk.look_again()

    # --- closing --------------------------------------------------------------------------------

    def keeps_open(self, event: QCloseEvent) -> bool:
        """Refuse to close the window on what would be lost; say whether that is so.

        It is closed when all is saved, or when the person wants it all the same.
        """
        self._composer.flush_draft()
        if self._may_close or not self._library.unsaved:
            return False
        event.ignore()
        self._library.save_everything()
        return True

    def _go_on(self, unsaved: list[Unsaved]) -> None:
        if not unsaved:
            self._quit()
            return
        words = [self._words_of(one) for one in unsaved]
        if self._dialog is None or not isValid(self._dialog):
            from desktop_app.ui.dialogs.unsaved_dialog import UnsavedDialog

            dialog = UnsavedDialog(self._theme, words, self._window)
            dialog.try_again_requested.connect(self._library.save_everything)
            dialog.copy_requested.connect(self._copy)
            dialog.quit_requested.connect(self._quit)
            self._dialog = dialog
        self._dialog.show_unsaved(words)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _words_of(self, one: Unsaved) -> str:
        what = "What you wrote" if one.is_draft else "The end of the answer"
        return f"{what} in “{self._library.title_of(one.conversation)}”"

    def _copy(self) -> None:
        parts = [f"{self._words_of(one)}:\n\n{one.text}" for one in self._library.unsaved]
        QGuiApplication.clipboard().setText("\n\n".join(parts))

    def _quit(self) -> None:
        if self._dialog is not None and isValid(self._dialog):
            self._dialog.close()
        self._may_close = True
        self._window.close()
