"""Menus: raised, rounded, with icons and shortcuts; opened by `popup`, never by `exec`."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.overriding import override
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import Theme

RADIUS: Final = 10


def _call(slot: Callable[[], object], _checked: bool = False) -> None:
    slot()


class Menu(QMenu):
    """A menu that deletes itself when it is closed."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFont(theme.font(13))
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        self.aboutToHide.connect(self.deleteLater)

    def add(
        self,
        text: str,
        slot: Callable[[], object],
        *,
        icon_name: str = "",
        shortcut: str = "",
        checked: bool | None = None,
    ) -> QAction:
        """Add an entry; `checked` makes it one of several."""
        action = QAction(text.replace("&", "&&"), self)  # no letter of a name is a key
        if icon_name:
            action.setIcon(icon(self._theme, icon_name))
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutVisibleInContextMenu(True)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(partial(_call, slot))
        self.addAction(action)
        return action

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the corners: not every screen has a compositor for see-through ones."""
        super().resizeEvent(event)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        self.setMask(QRegion(path.toFillPolygon().toPolygon()))
