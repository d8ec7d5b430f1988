"""What a screen reader is told that our own widgets are; Qt knows it of its own ones only.

A widget that is no button and no field is mere filling for a reader, which then leaves out its
name: the words that such a widget paints.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QWidget

from desktop_app.ui.transcript.accessibility import BlocksInterface
from desktop_app.ui.transcript.blocks_view import BlocksView

_ROLES: Final = {
    "ActivityRing": QAccessible.Role.Animation,
    "Chip": QAccessible.Role.Grouping,
    "CitationCard": QAccessible.Role.ToolTip,
    "Composer": QAccessible.Role.Grouping,
    "DropOverlay": QAccessible.Role.Notification,
    "EmptyState": QAccessible.Role.Grouping,
    "FailureCard": QAccessible.Role.Grouping,
    "Header": QAccessible.Role.Heading,
    "MediaCard": QAccessible.Role.Grouping,
    "NoticeBar": QAccessible.Role.Notification,
    "Page": QAccessible.Role.Grouping,
    "Picture": QAccessible.Role.Graphic,
    "RefusalChip": QAccessible.Role.Notification,
    "Sidebar": QAccessible.Role.Grouping,
    "SourceList": QAccessible.Role.Grouping,
    "SourceRow": QAccessible.Role.StaticText,
    "ThemeChoice": QAccessible.Role.Grouping,
    "Transcript": QAccessible.Role.Grouping,
    "TurnView": QAccessible.Role.Grouping,
    "Welcome": QAccessible.Role.Grouping,
    "StatusLine": QAccessible.Role.StaticText,
}
"""By the name of the class. A button that can be pressed stays one."""


def install_roles() -> None:
    """Have Qt ask here first. Nothing asks before a reader runs."""
    QAccessible.installFactory(_interface_of)


def read_in_order(widgets: Sequence[QWidget]) -> None:
    """Have a reader go through the children of one widget in this order, not as they were made."""
    parent = widgets[0].parentWidget() if widgets else None
    if parent is None:
        return
    if [child for child in parent.children() if child in widgets] != list(widgets):
        for widget in widgets:
            widget.raise_()


def _interface_of(name: str, thing: QObject) -> QAccessibleWidget | None:
    if isinstance(thing, BlocksView):
        return BlocksInterface(thing)
    role = _ROLES.get(name)
    if role is None or not isinstance(thing, QWidget):
        return None
    if isinstance(thing, QAbstractButton) and thing.focusPolicy() != Qt.FocusPolicy.NoFocus:
        return None
    return QAccessibleWidget(thing, role)
