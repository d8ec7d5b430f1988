"""The conversations as rows of a list, with a heading for each span of time."""

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_app.overriding import override
from desktop_app.store.rows import ConversationRow

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()


class Role(IntEnum):
    """What a row says besides its title."""

    KEY = Qt.ItemDataRole.UserRole + 1
    GROUP = Qt.ItemDataRole.UserRole + 2
    UNREAD = Qt.ItemDataRole.UserRole + 3
    BUSY = Qt.ItemDataRole.UserRole + 4
    WAITING = Qt.ItemDataRole.UserRole + 5


@dataclass(frozen=True)
class _Entry:
    """A heading, or a conversation."""

    group: str = ""
    row: ConversationRow | None = None


def group_of(when: float, today: dt.date) -> str:
    """The heading that a conversation of a time (seconds of Unix time) stands under."""
    date = dt.datetime.fromtimestamp(when).astimezone().date()
    days = (today - date).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if days <= 7:
        return "Previous 7 days"
    return f"{date:%B}" if date.year == today.year else f"{date:%B %Y}"


class ConversationListModel(QAbstractListModel):
    """Holds what the list shows; it is given the rows and never asks for them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[_Entry] = []
        self._busy: set[str] = set()
        self._waiting: set[str] = set()

    def set_rows(self, rows: list[ConversationRow], today: dt.date | None = None) -> None:
        """Show these conversations, in this order."""
        today = today or dt.datetime.now().astimezone().date()
        entries: list[_Entry] = []
        group = ""
        for row in rows:
            if group_of(row.updated, today) != group:
                group = group_of(row.updated, today)
                entries.append(_Entry(group=group))
            entries.append(_Entry(row=row))
        if [self._shape(e) for e in entries] == [self._shape(e) for e in self._entries]:
            changed = [i for i, e in enumerate(entries) if e != self._entries[i]]
            self._entries = entries
            for number in changed:
                self.dataChanged.emit(self.index(number), self.index(number))
            return
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    @staticmethod
    def _shape(entry: _Entry) -> str:
        return entry.row.key if entry.row is not None else f"/{entry.group}"

    def set_busy(self, key: str, busy: bool) -> None:
        """Show that an answer comes in, or has ended."""
        if busy:
            self._busy.add(key)
        else:
            self._busy.discard(key)
        index = self.index_of(key)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def set_waiting(self, key: str, waiting: bool) -> None:
        """Show that an input waits to be sent, or that none does."""
        if waiting:
            self._waiting.add(key)
        else:
            self._waiting.discard(key)
        index = self.index_of(key)
        if index.isValid():
            self.dataChanged.emit(index, index)

    @property
    def busy_keys(self) -> list[str]:
        """The conversations in which an answer is coming in."""
        return list(self._busy)

    def index_of(self, key: str) -> QModelIndex:
        """Where a conversation stands; an invalid index where it does not."""
        for number, entry in enumerate(self._entries):
            if entry.row is not None and entry.row.key == key:
                return self.index(number)
        return QModelIndex()

    def conversation_keys(self) -> list[str]:
        """The conversations in the order of the list."""
        return [entry.row.key for entry in self._entries if entry.row is not None]

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """How many rows there are, headings included."""
        return 0 if parent.isValid() else len(self._entries)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        if not index.isValid() or self._entries[index.row()].row is None:
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a row shows and says."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        row = entry.row
        if row is None:
            return entry.group if role in (Qt.ItemDataRole.DisplayRole, Role.GROUP) else None
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                notes = [row.title]
                notes += ["unread"] if row.unread else []
                notes += ["answer coming in"] if row.key in self._busy else []
                notes += ["waiting to be sent"] if row.key in self._waiting else []
                return ", ".join(notes)
            case Role.KEY:
                return row.key
            case Role.UNREAD:
                return row.unread
            case Role.WAITING:
                return row.key in self._waiting
            case Role.BUSY:
                return row.key in self._busy
            case _:
                return None
