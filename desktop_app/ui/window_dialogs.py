"""The windows that the main window opens: one of each kind at a time, none of them modal.

Each is imported when it is first opened: together they would take 15 ms of the start.
"""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget
from shiboken6 import isValid

from desktop_app.chat.library import Library
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.safekeeping import Safekeeping
from desktop_app.errors import AppError
from desktop_app.interactions.interaction import Interaction
from desktop_app.store.backups import Backup
from desktop_app.store.rows import ConversationRow
from desktop_app.ui.key_rejection import words_of_rejection
from desktop_app.ui.theme import Theme


class WindowDialogs(QObject):
    """Knows which windows are open."""

    link_confirmed = Signal(str)
    """This address is to be opened."""

    folder_requested = Signal(str)
    """This folder is to be shown by the system."""

    retry_requested = Signal(str)
    """There is a key now: the turn of this key, which failed for want of it, is to be retried."""

    def __init__(
        self,
        theme: Theme,
        library: Library,
        preferences: Preferences,
        safekeeping: Safekeeping,
        folders: dict[str, str],
        keychain: str,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._library = library
        self._preferences = preferences
        self._safekeeping = safekeeping
        self._folders = folders
        self._keychain = keychain
        self._window = window
        self._open: dict[type[QDialog], QDialog] = {}
        self._refused_turn = ""
        preferences.key_checking.connect(self._show_checking)
        preferences.key_rejected.connect(self._show_rejection)
        preferences.key_accepted.connect(self._close_key)
        library.trash_listed.connect(self._show_trash)

    def _find(self, kind: type[QDialog]) -> QDialog | None:
        dialog = self._open.get(kind)
        return dialog if dialog is not None and isValid(dialog) else None

    def _show(self, dialog: QDialog) -> None:
        self._open[type(dialog)] = dialog
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    # --- the key ------------------------------------------------------------------------------

    def open_key(self, words: str) -> None:
        """Ask for a key; `words` say why."""
        from desktop_app.ui.dialogs.key_dialog import KeyDialog

        dialog = self._find(KeyDialog)
        if not isinstance(dialog, KeyDialog):
            keeps = self._preferences.keeps_keys
            dialog = KeyDialog(self._theme, words, self._window, keeps=keeps)
            dialog.key_entered.connect(self._preferences.enter_key)
        dialog.show_words(words)
        self._show(dialog)

    def key_refused(self, turn: Interaction, sentence: str) -> None:
        """Ask for another key: the server said this of the one in use."""
        self._refused_turn = turn.key
        self.open_key(f"The server said: {sentence} Your message is kept.")

    def _show_checking(self, checking: bool) -> None:
        from desktop_app.ui.dialogs.key_dialog import KeyDialog

        dialog = self._find(KeyDialog)
        if isinstance(dialog, KeyDialog):
            dialog.set_checking(checking)

    def _show_rejection(self, error: AppError) -> None:
        from desktop_app.ui.dialogs.key_dialog import KeyDialog

        dialog = self._find(KeyDialog)
        if isinstance(dialog, KeyDialog):
            dialog.show_message(words_of_rejection(error), error=True)
            dialog.field.setFocus()

    def _close_key(self, _words: str) -> None:
        from desktop_app.ui.dialogs.key_dialog import KeyDialog

        dialog = self._find(KeyDialog)
        if dialog is not None:
            dialog.close()
        turn, self._refused_turn = self._refused_turn, ""
        if turn:
            self.retry_requested.emit(turn)

    # --- the others ---------------------------------------------------------------------------

    def open_settings(self, page: str = "") -> None:
        """Show the settings, and the page of a title."""
        from desktop_app.ui.dialogs.backups_page import BackupsPage
        from desktop_app.ui.dialogs.settings_dialog import SettingsDialog

        dialog = self._find(SettingsDialog)
        if not isinstance(dialog, SettingsDialog):
            backups = BackupsPage(self._theme, self._safekeeping)
            backups.restore_requested.connect(self._ask_to_restore)
            dialog = SettingsDialog(
                self._theme,
                self._preferences,
                self._folders,
                self._keychain,
                self._window,
                [("history", backups)],
            )
            dialog.key_dialog_requested.connect(partial(self.open_key, ""))
            dialog.forget_key_requested.connect(self._preferences.drop_key)
            dialog.folder_requested.connect(self.folder_requested)
        if page:
            dialog.open_page(page)
        self._show(dialog)

    def _ask_to_restore(self, backup: Backup) -> None:
        from desktop_app.ui.dialogs.backups_page import RestoreDialog

        former = self._find(RestoreDialog)
        if former is not None:
            former.close()  # it asks about another one
        dialog = RestoreDialog(self._theme, backup, self._window)
        dialog.confirmed.connect(self._safekeeping.restore)
        self._show(dialog)

    def open_trash(self) -> None:
        """Show what is in the trash."""
        from desktop_app.ui.dialogs.trash_dialog import TrashDialog

        dialog = self._find(TrashDialog)
        if dialog is None:
            dialog = TrashDialog(self._theme, self._window)
            dialog.restore_requested.connect(self._restore)
            dialog.delete_requested.connect(self._library.delete)
        self._library.list_trash()
        self._show(dialog)

    def _show_trash(self, rows: list[ConversationRow]) -> None:
        from desktop_app.ui.dialogs.trash_dialog import TrashDialog

        dialog = self._find(TrashDialog)
        if isinstance(dialog, TrashDialog):
            dialog.show_rows(rows)

    def _restore(self, row: ConversationRow) -> None:
        self._library.restore(row)
        self._library.list_trash()

    def open_link(self, address: str, host: str) -> None:
        """Ask before a link is opened whose text names another host."""
        from desktop_app.ui.dialogs.link_dialog import LinkDialog

        former = self._find(LinkDialog)
        if former is not None:
            former.close()  # it asks about another link
        dialog = LinkDialog(self._theme, address, host, self._window)
        dialog.confirmed.connect(self.link_confirmed)
        self._show(dialog)

    def open_shortcuts(self, keys: list[tuple[str, str]]) -> None:
        """List all keys."""
        from desktop_app.ui.dialogs.shortcuts_dialog import ShortcutsDialog

        dialog = self._find(ShortcutsDialog)
        self._show(dialog or ShortcutsDialog(self._theme, keys, self._window))
