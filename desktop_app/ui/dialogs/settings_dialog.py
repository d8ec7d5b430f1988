"""The settings: a list of pages at the left, changes that apply at once."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.chat.preferences import Preferences
from desktop_app.overriding import override
from desktop_app.ui.buttons import Button, ThemedButton
from desktop_app.ui.dialogs.network_page import NetworkPage
from desktop_app.ui.dialogs.page import Page
from desktop_app.ui.dialogs.settings_pages import (
    AboutPage,
    GeneralPage,
    ModelsPage,
    PrivacyPage,
)
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.page_area import PageArea
from desktop_app.ui.painting import paint_box
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

SIZE: Final = QSize(760, 560)
_LIST: Final = 200


class SettingsDialog(QDialog):
    """Shows what there is to set. Nothing has to be saved.

    `more` are pages of others, each with the name of its icon; they come before the last one.
    """

    key_dialog_requested = Signal()
    """Another key is to be entered."""

    forget_key_requested = Signal()
    """The key is to be forgotten."""

    folder_requested = Signal(str)
    """This folder is to be shown by the system."""

    def __init__(
        self,
        theme: Theme,
        preferences: Preferences,
        folders: dict[str, str],
        keychain: str,
        parent: QWidget,
        more: Sequence[tuple[str, Page]] = (),
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._preferences = preferences
        self.setWindowTitle("Settings – Castor")
        self.resize(SIZE)
        self.setMinimumSize(640, 420)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        privacy = PrivacyPage(theme, preferences, folders, keychain)
        privacy.key_dialog_requested.connect(self.key_dialog_requested)
        privacy.forget_key_requested.connect(self.forget_key_requested)
        privacy.folder_requested.connect(self.folder_requested)
        self._pages: list[tuple[str, Page]] = [
            ("sliders-horizontal", GeneralPage(theme, preferences)),
            ("cpu", ModelsPage(theme, preferences)),
            ("shield-check", privacy),
            ("globe", NetworkPage(theme, preferences)),
            ("info", AboutPage(theme)),
        ]
        self._pages[-1:-1] = more
        self._stack = QStackedWidget()
        self._list = QWidget()
        self._build()

    def _build(self) -> None:
        theme = self._theme
        entries = QVBoxLayout(self._list)
        entries.setContentsMargins(12, 12, 12, 12)
        entries.setSpacing(2)
        group = QButtonGroup(self)
        for number, (name, page) in enumerate(self._pages):
            entry = _Entry(theme, name, page.title)
            entry.setChecked(number == 0)
            entry.toggled.connect(self._open_checked)  # a screen reader does not click
            entry.setProperty("page", number)
            group.addButton(entry)
            entries.addWidget(entry)
            page.finish()
            self._stack.addWidget(PageArea(page))
        entries.addStretch(1)
        self._list.setFixedWidth(_LIST)
        self._reset = Button(theme, "Reset this page")
        self._reset.clicked.connect(self._reset_page)
        close = Button(theme, "Close")
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(28, 12, 28, 16)
        foot.setSpacing(8)
        foot.addWidget(plain_label(theme, "Changes apply at once.", 12, 400, "quiet"), 1)
        foot.addWidget(self._reset)
        foot.addWidget(close)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addLayout(foot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._list)
        layout.addLayout(right, 1)

    def _open_checked(self) -> None:
        entry = self.sender()
        if isinstance(entry, _Entry) and entry.isChecked():
            self._open(int(entry.property("page")))

    def _open(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        self._reset.setVisible(bool(self._pages[number][1].names))

    def open_page(self, title: str) -> None:
        """Show the page of this title."""
        for number, (_, page) in enumerate(self._pages):
            if page.title == title:
                self._open(number)
                for entry in self._list.findChildren(_Entry):
                    entry.setChecked(entry.property("page") == number)

    def _reset_page(self) -> None:
        self._preferences.reset(self._pages[self._stack.currentIndex()][1].names)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field does not close the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return
        super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the grounds of list and page."""
        painter = QPainter(self)
        color = self._theme.color
        painter.fillRect(self.rect(), color("window"))
        painter.fillRect(0, 0, _LIST, self.height(), color("sidebar"))
        painter.setPen(QPen(color("line"), 1))
        painter.drawLine(_LIST - 1, 0, _LIST - 1, self.height())


class _Entry(ThemedButton):
    """A page in the list."""

    def __init__(self, theme: Theme, icon_name: str, text: str) -> None:
        super().__init__(theme)
        self._icon = icon(theme, icon_name)
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setAutoExclusive(True)  # a reader then says that it is one of several
        self.setFixedHeight(34)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        """34 high."""
        return QSize(_LIST - 24, 34)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint surface, icon and title."""
        painter = QPainter(self)
        color = self.theme.color
        chosen = self.isChecked()
        if chosen or self.hovered:
            paint_box(painter, self.rect(), 8, color("selected" if chosen else "hover"))
        paint_icon(painter, self._icon, 14, 9, 16, active=chosen)
        painter.setFont(self.theme.font(13, 500 if chosen else 400))
        painter.setPen(color("text"))
        place = QRectF(42, 0, self.width() - 48, 34)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.text())
        self.paint_focus(painter)
