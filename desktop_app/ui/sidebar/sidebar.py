"""The sidebar: the mark, New chat, the conversations, Settings and Trash."""

from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from desktop_app.chat.library import Library
from desktop_app.overriding import override
from desktop_app.store.rows import ConversationRow
from desktop_app.ui.activity import STEP_DEGREES, STEP_MS
from desktop_app.ui.buttons import KEYBOARD_REASONS, IconButton, ThemedButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.mark import paint_mark
from desktop_app.ui.menus import Menu
from desktop_app.ui.painting import paint_box
from desktop_app.ui.sidebar.conversation_list_model import ConversationListModel, Role
from desktop_app.ui.sidebar.row_delegate import MENU_ZONE, RowDelegate
from desktop_app.ui.theme import Theme

WIDTH: Final = 264
_LEFT: Final = 12
_INNER: Final = 239
_TOP_ROW: Final = 48
_FOOT: Final = 49
_NONE_YET: Final = "Conversations appear here."


class Sidebar(QWidget):
    """Shows the conversations and says which of them the person wants, and what done to it."""

    new_requested = Signal()
    """A new chat is wanted."""

    open_requested = Signal(str)
    """The conversation of this key is to be shown."""

    rename_requested = Signal(str, str)
    """The conversation of this key is to have this title."""

    trash_requested = Signal(str)
    """The conversation of this key is to go into the trash."""

    collapse_requested = Signal()
    """The sidebar is to be hidden."""

    settings_requested = Signal()
    """The settings are to be shown."""

    trash_view_requested = Signal()
    """What is in the trash is to be shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Conversations")
        self._collapse = IconButton(theme, "panel-left", "Hide the sidebar (Ctrl+B)", 32, self)
        self._collapse.clicked.connect(self.collapse_requested)
        self._new = _NewButton(theme, self)
        self._new.clicked.connect(self.new_requested)
        self.list_model = ConversationListModel(self)
        self.list = ConversationList(theme, self.list_model, self)
        self.list.open_requested.connect(self.open_requested)
        self.list.rename_requested.connect(self.rename_requested)
        self.list.trash_requested.connect(self.trash_requested)
        self._settings = _FootButton(theme, "settings", "Settings", self)
        self._settings.clicked.connect(self.settings_requested)
        self._trash = IconButton(theme, "trash-2", "Trash", 32, self)
        self._trash.clicked.connect(self.trash_view_requested)
        theme.changed.connect(self.update)
        QWidget.setTabOrder(self._collapse, self._new)
        QWidget.setTabOrder(self._new, self.list)
        QWidget.setTabOrder(self.list, self._settings)
        QWidget.setTabOrder(self._settings, self._trash)

    def set_rows(self, rows: list[ConversationRow], current: str) -> None:
        """Show these conversations; the one of the key `current` is on screen."""
        self.list_model.set_rows(rows)
        self.list.setAccessibleDescription("" if rows else _NONE_YET)
        self.show_current(current)
        self.update()

    def show_current(self, key: str) -> None:
        """Mark the conversation that is on screen; none where the key is of no row."""
        self.list.show_current(key)

    def set_busy(self, key: str, busy: bool) -> None:
        """Show that an answer comes in there, or has ended."""
        self.list_model.set_busy(key, busy)
        self.list.turn_rings(bool(self.list_model.busy_keys))

    def follow(self, library: Library) -> None:
        """Show in which conversations something is coming in, and in which it waits."""
        library.busy_changed.connect(self.set_busy)
        library.outbox.waiting_changed.connect(self.set_waiting)

    def set_waiting(self, key: str, waiting: bool) -> None:
        """Show that an input waits there to be sent, or that none does."""
        self.list_model.set_waiting(key, waiting)

    @override
    def sizeHint(self) -> QSize:
        """264 wide."""
        return QSize(WIDTH, 400)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything on the two lines that all of it hangs on."""
        self._collapse.move(_LEFT + _INNER - 36, 8)
        self._new.setGeometry(_LEFT, _TOP_ROW + 8, _INNER, 36)
        top = _TOP_ROW + 8 + 36 + 8
        self.list.setGeometry(QRect(_LEFT, top, WIDTH - _LEFT - 1, self.height() - top - _FOOT))
        foot = self.height() - _FOOT + 9
        self._settings.move(_LEFT, foot)
        self._trash.move(_LEFT + _INNER - 32, foot)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, lines, mark and name."""
        painter = QPainter(self)
        color = self._theme.color
        painter.fillRect(self.rect(), color("sidebar"))
        painter.setPen(QPen(color("line"), 1))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        foot = self.height() - _FOOT
        painter.drawLine(0, foot, self.width(), foot)
        paint_mark(painter, QRectF(24, 14, 20, 20), self._theme)
        painter.setFont(self._theme.font(14, 600))
        painter.setPen(color("text"))
        painter.drawText(QRectF(52, 0, 120, _TOP_ROW), Qt.AlignmentFlag.AlignVCenter, "Castor")
        if not self.list_model.rowCount():
            painter.setFont(self._theme.font(13))
            painter.setPen(color("quiet"))
            place = QRectF(24, _TOP_ROW + 8 + 36 + 20, 215, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, _NONE_YET)


class ConversationList(QListView):
    """The list itself: mouse, keyboard, menu, renaming in place."""

    open_requested = Signal(str)
    """The conversation of this key is to be shown."""

    rename_requested = Signal(str, str)
    """The conversation of this key is to have this title."""

    trash_requested = Signal(str)
    """The conversation of this key is to go into the trash."""

    def __init__(self, theme: Theme, list_model: ConversationListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = list_model
        self._delegate = RowDelegate(theme, self)
        self._delegate.renamed.connect(self.rename_requested)
        self.setModel(list_model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Conversations")
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(False)
        self.setViewportMargins(0, 0, 12, 0)
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("QListView { background: transparent; }")
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._turn)
        theme.changed.connect(self.viewport().update)

    def show_current(self, key: str) -> None:
        """Select the conversation that is on screen."""
        index = self._model.index_of(key)
        flag = QItemSelectionModel.SelectionFlag
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect)
        else:
            self.selectionModel().clear()

    def turn_rings(self, turn: bool) -> None:
        """Let the rings of busy rows turn, or stand."""
        if turn and not self._timer.isActive():
            self._timer.start()
        elif not turn:
            self._timer.stop()
            self.viewport().update()

    def _turn(self) -> None:
        self._delegate.angle = (self._delegate.angle + STEP_DEGREES) % 360
        for key in self._model.busy_keys:  # they are few, the rows may be thousands
            index = self._model.index_of(key)
            if index.isValid():
                self.update(index)

    def rename_current(self) -> None:
        """Edit the title of the row that has the focus."""
        index = self.currentIndex()
        if index.isValid():
            self.edit(index)

    def _key(self, index: QModelIndex) -> str:
        return str(index.data(Role.KEY) or "")

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the conversation, or its menu where the pointer is on the button."""
        index = self.indexAt(event.position().toPoint())
        key = self._key(index) if index.isValid() else ""
        if not key:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            rect = self.visualRect(index)
            if event.position().x() > rect.right() - MENU_ZONE:
                self._open_menu(index, event.globalPosition().toPoint())
            else:
                self.open_requested.emit(key)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select by opening, not by pressing: the selected row is the one on screen."""
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.RightButton and index.isValid() and self._key(index):
            self._open_menu(index, event.globalPosition().toPoint())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete puts into the trash, Menu opens the menu."""
        if self.state() is QAbstractItemView.State.EditingState:
            return  # a title's field lets keys through: its Enter is not one that opens
        index = self.currentIndex()
        key = self._key(index) if index.isValid() else ""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if key:
                self.open_requested.emit(key)
            case Qt.Key.Key_Delete if key:
                self.trash_requested.emit(key)
            case Qt.Key.Key_Menu if key:
                self._open_menu(index, self.mapToGlobal(self.visualRect(index).bottomLeft()))
            case Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_Home | Qt.Key.Key_End:
                self._delegate.keyboard = True
                self._move(index, event.key())
            case _:
                event.ignore()

    def _move(self, index: QModelIndex, key: int) -> None:
        keys = self._model.conversation_keys()
        if not keys:
            return
        here = self._key(index)
        at = keys.index(here) if here in keys else -1
        target = {
            Qt.Key.Key_Up: max(0, at - 1),
            Qt.Key.Key_Down: min(len(keys) - 1, at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(keys) - 1,
        }[Qt.Key(key)]
        flag = QItemSelectionModel.SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(self._model.index_of(keys[target]), flag)
        self.scrollTo(self.currentIndex())

    def _open_menu(self, index: QModelIndex, at: QPoint) -> None:
        key = self._key(index)
        menu = Menu(self._theme, self)
        menu.add("Rename", lambda: self.edit(index), icon_name="pencil", shortcut="F2")
        menu.add(
            "Move to trash",
            lambda: self.trash_requested.emit(key),
            icon_name="trash-2",
            shortcut="Delete",
        )
        menu.popup(at)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring where the keyboard brought the focus."""
        self._delegate.keyboard = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Repaint the row that was hovered."""
        self.viewport().update()
        super().leaveEvent(event)


class _NewButton(ThemedButton):
    """New chat, with its icon and shortcut."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._icon = icon(theme, "square-pen", "text", "text")
        self.setText("New chat")
        self.setAccessibleName("New chat")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @override
    def sizeHint(self) -> QSize:
        """As wide as the list."""
        return QSize(_INNER, 36)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, icon, words and shortcut."""
        painter = QPainter(self)
        color = self.theme.color
        surface = "pressed" if self.isDown() else "hover" if self.hovered else "raised"
        paint_box(painter, self.rect(), 8, color(surface), color("line_strong"))
        paint_icon(painter, self._icon, 12, 10, 16)
        painter.setFont(self.theme.font(13, 500))
        painter.setPen(color("text"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(36, 0, 120, 36), middle, "New chat")
        painter.setFont(self.theme.font(12))
        painter.setPen(color("quiet"))
        right = middle | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, 0, self.width() - 12, 36), right, "Ctrl+N")
        self.paint_focus(painter)


class _FootButton(ThemedButton):
    """An icon and a word at the foot."""

    def __init__(self, theme: Theme, icon_name: str, text: str, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._icon = icon(theme, icon_name)
        self.setText(text)
        self.setAccessibleName(text)
        self.setFixedSize(110, 32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @override
    def sizeHint(self) -> QSize:
        """Fixed."""
        return self.minimumSize()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint surface, icon and word."""
        painter = QPainter(self)
        color = self.theme.color
        if self.isDown() or self.hovered:
            paint_box(painter, self.rect(), 8, color("pressed" if self.isDown() else "hover"))
        paint_icon(painter, self._icon, 12, 8, 16, active=self.hovered)
        painter.setFont(self.theme.font(13, 500))
        painter.setPen(color("text"))
        painter.drawText(QRectF(36, 0, 80, 32), Qt.AlignmentFlag.AlignVCenter, self.text())
        self.paint_focus(painter)
