"""The page of the backups: which there are, and putting one in the place of the history."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.chat.safekeeping import Safekeeping
from desktop_app.store.backups import Backup
from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.page import Page
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

TITLE: Final = "Backups"
_WORDS: Final = (
    "Castor copies the history once a day, when something has changed and the disk has room. It "
    "keeps the last seven days, the last four weeks, and what was there before an update or a "
    "restore. Attachments are not copied: they stay in the profile folder."
)
_BEFORE: Final = {
    "before-restore": "Made before a backup was restored",
    "": "Made by itself",
}


class BackupsPage(Page):
    """Lists the backups, the latest first."""

    restore_requested = Signal(object)
    """This `Backup` is to be restored; nobody has been asked yet."""

    def __init__(self, theme: Theme, safekeeping: Safekeeping) -> None:
        super().__init__(theme, TITLE, [])
        self.add(plain_label(theme, _WORDS, 12, 400, "quiet"))
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(0, 8, 0, 0)
        self._rows.setSpacing(0)
        self.add(self._list)
        safekeeping.listed.connect(self.show_backups)
        safekeeping.list()

    def show_backups(self, backups: list[Backup]) -> None:
        """Show these."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for backup in backups:
            self._rows.addWidget(self._row(backup))
        if not backups:
            words = "There is none yet."
            self._rows.addWidget(plain_label(self.theme, words, 13, 400, "text"))

    def _row(self, backup: Backup) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 6, 0, 6)
        across.setSpacing(24)
        words = QVBoxLayout()
        words.setSpacing(0)
        when = when_of(backup)
        words.addWidget(plain_label(self.theme, when, 13, 500, "text"))
        words.addWidget(plain_label(self.theme, words_of(backup), 12, 400, "quiet"))
        across.addLayout(words, 1)
        restore = Button(self.theme, "Restore", "plain", "undo-2")
        restore.setAccessibleName(f"Restore the backup of {when}")
        restore.setEnabled(backup.conversations is not None)
        restore.clicked.connect(lambda: self.restore_requested.emit(backup))
        across.addWidget(restore)
        return row


class RestoreDialog(SmallDialog):
    """Asks once before a backup takes the place of the history."""

    confirmed = Signal(object)
    """This `Backup` is to be restored."""

    def __init__(self, theme: Theme, backup: Backup, parent: QWidget) -> None:
        words = (
            "Castor closes and starts again with this backup. The history as it is now is kept as "
            "a backup too."
        )
        super().__init__(theme, "Restore this backup?", words, parent)
        self._backup = backup
        shown = f"{when_of(backup)}. {words_of(backup)}"
        self.body.addWidget(plain_label(theme, shown, 13, 400, "text"))
        cancel = Button(theme, "Cancel")
        accept = Button(theme, "Restore and restart", "primary", "undo-2")
        cancel.clicked.connect(self.close)
        accept.clicked.connect(self._confirm)
        self.add_buttons(cancel, accept)

    def _confirm(self) -> None:
        self.confirmed.emit(self._backup)
        self.close()


def when_of(backup: Backup) -> str:
    """When a backup was made, by the clock here."""
    return f"{backup.made.astimezone():%d %B %Y, %H:%M}"


def words_of(backup: Backup) -> str:
    """What is to be said of a backup beside its date."""
    why = _BEFORE.get(backup.label, "Made before an update")
    size = f"{backup.size / 1_000_000:,.1f} MB"
    if backup.conversations is None:
        return f"{why}. {size}. It cannot be read."
    count = f"{backup.conversations:,} conversation{'s' * (backup.conversations != 1)}"
    return f"{why}. {count}, {size}."
