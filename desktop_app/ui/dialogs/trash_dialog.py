"""What is in the trash: restore it, or delete it for good."""

import datetime as dt
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.store.rows import ConversationRow
from desktop_app.ui.buttons import Button, IconButton
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.page_area import PageArea
from desktop_app.ui.plain_label import PlainLabel, plain_label
from desktop_app.ui.theme import Theme

_LIST_HEIGHT: Final = 240


class TrashDialog(SmallDialog):
    """Lists the conversations in the trash, the latest first."""

    restore_requested = Signal(object)
    """This `ConversationRow` is to be restored."""

    delete_requested = Signal(list)
    """The conversations of these keys are to be deleted for good."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        words = "Conversations are deleted for good 30 days after they were put here."
        super().__init__(theme, "Trash", words, parent)
        self._rows: list[ConversationRow] = []
        self._list = QWidget()
        self._entries = QVBoxLayout(self._list)
        self._entries.setContentsMargins(0, 0, 0, 0)
        self._entries.setSpacing(2)
        area = PageArea(self._list)
        area.setFixedHeight(_LIST_HEIGHT)
        self.body.addWidget(area)
        self._empty = Button(theme, "Empty the trash")
        self._sure = Button(theme, "Delete all for good", "plain", "trash-2")
        self._sure.hide()
        close = Button(theme, "Close")
        self._empty.clicked.connect(self._ask)
        self._sure.clicked.connect(self._delete_all)
        close.clicked.connect(self.close)
        self.add_buttons(self._empty, self._sure, close)

    def show_rows(self, rows: list[ConversationRow]) -> None:
        """Show these conversations."""
        self._rows = rows
        while (item := self._entries.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row in rows:
            self._entries.addWidget(self._entry(row))
        if not rows:
            label = plain_label(self.theme, "The trash is empty.", 13, 400, "quiet")
            self._entries.addWidget(label)
        self._entries.addStretch(1)
        self._empty.setEnabled(bool(rows))
        self._empty.show()
        self._sure.hide()

    def _entry(self, row: ConversationRow) -> QWidget:
        entry = QWidget()
        layout = QHBoxLayout(entry)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(PlainLabel(self.theme, row.title, 13, 500, "text", elides=True))
        when = dt.datetime.fromtimestamp(row.trashed or 0).astimezone()
        words.addWidget(plain_label(self.theme, f"{when:%d %B %Y}", 12, 400, "quiet"))
        layout.addLayout(words, 1)
        restore = Button(self.theme, "Restore", "plain", "undo-2")
        restore.setAccessibleName(f"Restore {row.title}")
        restore.clicked.connect(lambda: self.restore_requested.emit(row))
        layout.addWidget(restore)
        delete = IconButton(self.theme, "x", f"Delete {row.title} for good", 32)
        delete.clicked.connect(lambda: self.delete_requested.emit([row.key]))
        layout.addWidget(delete)
        return entry

    def _ask(self) -> None:
        self._empty.hide()
        self._sure.show()

    def _delete_all(self) -> None:
        self.delete_requested.emit([row.key for row in self._rows])
