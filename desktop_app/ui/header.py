"""The header: the conversation's title, its tokens, its menu."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.overriding import override
from desktop_app.ui.badge import HEIGHT as BADGE
from desktop_app.ui.badge import Badge
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.menus import Menu
from desktop_app.ui.theme import Theme

HEIGHT: Final = 48
_LEFT: Final = 24
_BADGE_GAP: Final = 16
_LEAST_TITLE: Final = 120
"""Where the title would have less room, the badge is its icon alone."""
_LONGEST_NAME: Final = 24


def shortened(name: str) -> str:
    """Cut a file's name in its middle, so that a badge has room for it."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"


class Header(QWidget):
    """Names the conversation on screen; a double click on the title renames it."""

    rename_requested = Signal(str)
    """The conversation on screen is to have this title."""

    print_requested = Signal()
    """The conversation on screen is to be printed."""

    export_requested = Signal()
    """The conversation is to be exported."""

    pdf_requested = Signal()
    """The conversation on screen is to be saved as a PDF."""

    trash_requested = Signal()
    """The conversation on screen is to go into the trash."""

    sidebar_requested = Signal()
    """The sidebar is to be shown again."""

    left = Signal()
    """The title is edited no more, and the focus, which was there, belongs elsewhere."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ""
        self._figures = ""
        self._has_conversation = False
        self.setFixedHeight(HEIGHT)
        self._sidebar = IconButton(theme, "panel-left", "Show the sidebar (Ctrl+B)", 32, self)
        self._sidebar.clicked.connect(self.sidebar_requested)
        self._sidebar.hide()
        self._menu = IconButton(theme, "ellipsis", "Conversation menu", 32, self)
        self._menu.clicked.connect(self._open_menu)
        self._badge = Badge(theme, "cloud-off", self)
        self._own_ca: Badge | None = None
        self._editor = QLineEdit(self)
        self._editor.setAccessibleName("Title")
        self._editor.setMaxLength(200)
        self._editor.hide()
        self._editor.editingFinished.connect(self.finish_renaming)
        self._editor.installEventFilter(self)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self._editor.setFont(self._theme.font(14, 600))
        self._editor.setStyleSheet(
            f"border: 2px solid {self._theme.hex('accent')}; border-radius: 8px; padding: 0 6px;"
            f"background: {self._theme.hex('window')};"
        )
        self.update()

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [self._sidebar, self._editor, self._menu]

    def show_title(self, title: str, *, conversation: bool) -> None:
        """Show a title; without a conversation there is no line, and no menu."""
        self._title = title
        self._has_conversation = conversation
        self._menu.setVisible(conversation)
        self.setAccessibleName(title)
        self._place_badge()

    def show_tokens(self, tokens: int) -> None:
        """Show how many tokens the conversation has used; none for 0."""
        self._figures = f"{tokens:,} tokens" if tokens else ""
        self._place_badge()

    def show_badge(self, words: str, explanation: str) -> None:
        """Say in a badge what holds for the whole conversation; "" for nothing."""
        self._badge.show_words(words, explanation)
        self._place_badge()

    def show_own_ca(self, file_name: str) -> None:
        """Say on whose word servers are trusted beside the system's; "" for nobody's."""
        if self._own_ca is None:
            if not file_name:
                return
            self._own_ca = Badge(self._theme, "shield-alert", self)
        words = f"Own CA: {shortened(file_name)}" if file_name else ""
        explanation = f"Servers that {file_name} vouches for are trusted too."
        self._own_ca.show_words(words, f"{explanation} It is set under Network.")
        self._place_badge()

    @property
    def _badges(self) -> list[Badge]:
        return [self._badge] if self._own_ca is None else [self._badge, self._own_ca]

    def _place_badge(self) -> None:
        right = self._figures_left - _BADGE_GAP
        for badge in self._badges:
            width = badge.fit(right - self._title_left - _LEAST_TITLE)
            badge.move(right - width, (HEIGHT - BADGE) // 2)
            if not badge.isHidden():
                right -= width + _BADGE_GAP
        self.update()

    @property
    def _figures_left(self) -> int:
        if not self._has_conversation:
            return self.width() - _LEFT + _BADGE_GAP  # no figures and no menu
        right = self.width() - _LEFT - 24 - 12
        if not self._figures:
            return right
        metrics = QFontMetrics(self._theme.font(13, figures=True))
        return right - metrics.horizontalAdvance(self._figures)

    def show_sidebar_button(self, show: bool) -> None:
        """Offer to show the sidebar again."""
        self._sidebar.setVisible(show)
        self._place_badge()

    def rename(self) -> None:
        """Edit the title in place."""
        if self._has_conversation and self._editor.isHidden():
            self._editor.setText(self._title)
            self._editor.show()
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self._editor.selectAll()

    def finish_renaming(self) -> None:
        """Keep the title that is being edited, if one is: before another one is shown, too."""
        if not self._editor.isHidden():
            self._close_editor()
            self.rename_requested.emit(self._editor.text())

    def _close_editor(self) -> None:
        had_focus = self._editor.hasFocus()
        self._editor.hide()
        if had_focus:
            self.left.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape leaves the title as it was, and is not the one that stops the answer."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self._close_editor()
            return True
        return False

    def _open_menu(self) -> None:
        menu = Menu(self._theme, self)
        menu.add("Rename", self.rename, icon_name="pencil", shortcut="F2")
        menu.add("Print…", self.print_requested.emit, icon_name="printer", shortcut="Ctrl+P")
        menu.add(
            "Save as PDF…", self.pdf_requested.emit, icon_name="file-down", shortcut="Ctrl+Shift+P"
        )
        menu.add(
            "Export…", self.export_requested.emit, icon_name="download", shortcut="Ctrl+Shift+E"
        )
        menu.add("Move to trash", self.trash_requested.emit, icon_name="trash-2")
        width = menu.sizeHint().width()
        menu.popup(self._menu.mapToGlobal(QPoint(self._menu.width() - width, HEIGHT - 10)))

    @property
    def _title_left(self) -> int:
        return _LEFT if self._sidebar.isHidden() else 60

    @override
    def sizeHint(self) -> QSize:
        """48 high."""
        return QSize(400, HEIGHT)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the menu at the right."""
        self._menu.move(self.width() - _LEFT - 24, 8)
        self._sidebar.move(16, 8)
        left = self._title_left - 8
        self._editor.setGeometry(QRect(left, 8, min(420, self.width() - left - 200), 32))
        self._place_badge()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename."""
        self.rename()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint title, figures and line."""
        painter = QPainter(self)
        color = self._theme.color
        painter.fillRect(self.rect(), color("window"))
        middle = Qt.AlignmentFlag.AlignVCenter
        right = min(self._figures_left, self.width() - _LEFT)
        if self._figures and self._has_conversation:
            painter.setFont(self._theme.font(13, figures=True))
            painter.setPen(color("quiet"))
            width = self.width() - _LEFT - 24 - 12 - right
            painter.drawText(QRectF(right, 0, width + 1, HEIGHT), middle, self._figures)
            right -= 16
        for badge in self._badges:
            if not badge.isHidden():
                right = badge.x() - 16
        painter.setFont(self._theme.font(14, 600))
        painter.setPen(color("text"))
        left = self._title_left
        title = painter.fontMetrics().elidedText(
            self._title, Qt.TextElideMode.ElideRight, max(0, right - left)
        )
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # as the title is read
        at_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(QRectF(left, 0, max(0, right - left), HEIGHT), at_left | middle, title)
        if self._has_conversation:
            painter.setPen(QPen(color("line"), 1))
            painter.drawLine(0, HEIGHT - 1, self.width(), HEIGHT - 1)
