"""The text of the next input: grows with what is written, and never sends half of a character."""

from typing import Final

from PySide6.QtCore import QMimeData, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QFrame, QTextEdit, QWidget

from desktop_app.overriding import override
from desktop_app.ui.dropping import has_files_or_picture
from desktop_app.ui.menus import Menu
from desktop_app.ui.theme import Theme, line_height

PLACEHOLDER: Final = "Ask anything"
_PLACEHOLDER_LEFT: Final = 3
LARGEST_PASTE: Final = 256_000
"""Characters; more of them go along as a file: a text edit takes minutes for some such texts
(reliability, section 1.6)."""

FLASHES_FOR: Final = 10_000
"""Milliseconds for which the caret flashes after the last key, as GTK has it
(gtk-cursor-blink-timeout); then it stands still, and nothing wakes up for it."""


class MessageEdit(QTextEdit):
    """Plain text. Enter sends, or Ctrl+Enter, as the person has chosen."""

    submitted = Signal()
    """The key that sends was pressed."""

    pasted = Signal(object)
    """Files, a picture or a very long text was pasted: the `QMimeData`."""

    height_changed = Signal()
    """The text needs another height."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.enter_sends = True
        self._composing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptRichText(False)
        self.setAccessibleName("Message")
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCursorWidth(0)  # painted below, in the accent colour
        self.viewport().setAutoFillBackground(False)
        # It fills its own ground: else each flash of the caret would repaint all that is behind.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setStyleSheet("QTextEdit { background: transparent; }")
        self.setAcceptDrops(False)  # the window takes drops, wherever they fall
        self.document().setDocumentMargin(0)
        self.textChanged.connect(self._grow)
        self._caret = QTimer(self)
        self._caret.timeout.connect(self._flash)
        self._caret_shown = True
        self._flashes_left = 0
        self._flash_ms = 0
        self.cursorPositionChanged.connect(self._show_caret)
        self._restyle()
        theme.changed.connect(self._restyle)

    # --- text ---------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What is written."""
        return self.toPlainText()

    def set_text(self, text: str) -> None:
        """Write something else, with the cursor at its end."""
        if text != self.text:
            self.setPlainText(text)  # never clear(): the lines would lose their height
            self._style_lines()
        self.moveCursor(QTextCursor.MoveOperation.End)

    def _restyle(self) -> None:
        self.document().setDefaultFont(self._theme.font(self._theme.body_size()))
        self.setFont(self._theme.font(self._theme.body_size()))
        self._style_lines()
        self._grow()

    def _style_lines(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        form = QTextBlockFormat()
        fixed = QTextBlockFormat.LineHeightTypes.FixedHeight.value
        form.setLineHeight(line_height(self._theme.body_size()), fixed)
        cursor.mergeBlockFormat(form)
        self.document().clearUndoRedoStacks()  # a line's height is nothing to be undone

    def _grow(self) -> None:
        self.height_changed.emit()
        if not self.text:
            self.viewport().update()

    def wanted_height(self, width: int) -> int:
        """The height that all of the text needs in a width, in pixels."""
        self.document().setTextWidth(width)
        return max(line_height(self._theme.body_size()), round(self.document().size().height()))

    @override
    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(200, line_height(self._theme.body_size()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, or the placeholder to the right of the cursor."""
        painter = QPainter(self.viewport())
        ground = "raised" if self._theme.dark else "window"
        painter.fillRect(event.rect(), self._theme.color(ground))
        painter.end()  # two at once crash under xcb
        super().paintEvent(event)
        painter.begin(self.viewport())
        size = self._theme.body_size()
        empty = self.document().isEmpty() and not self._composing
        if empty and event.rect().right() >= _PLACEHOLDER_LEFT:
            painter.setFont(self.font())
            painter.setPen(self._theme.color("quiet"))
            bottom = Qt.AlignmentFlag.AlignBottom
            painter.drawText(
                _PLACEHOLDER_LEFT, 0, self.width(), line_height(size), bottom.value, PLACEHOLDER
            )
        if self.hasFocus() and self._caret_shown and not self._composing:
            painter.fillRect(self._caret_rect(), self._theme.color("accent"))

    # --- the caret ----------------------------------------------------------------------------

    def _caret_rect(self) -> QRect:
        rect = self.cursorRect()
        return QRect(rect.left(), rect.top() - 1, 2, rect.height() + 2)

    def _flash(self) -> None:
        self._flashes_left -= 1
        if self._flashes_left <= 0:
            self._caret.stop()
        self._caret_shown = not self._caret_shown or not self._caret.isActive()
        self.viewport().update(self._caret_rect())  # it flashes all day: no more than that

    def _show_caret(self) -> None:
        self._caret_shown = True
        if self.hasFocus() and self._flash_ms > 0:
            self._flashes_left = FLASHES_FOR // max(1, self._flash_ms // 2)
            self._caret.start(self._flash_ms // 2)
        self.viewport().update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the caret.

        Qt would flash its own too, which is 0 wide: with the focus here, nothing else flashes.
        """
        self._flash_ms = QApplication.cursorFlashTime() or self._flash_ms
        QApplication.setCursorFlashTime(0)
        super().focusInEvent(event)
        self._show_caret()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the caret."""
        super().focusOutEvent(event)
        QApplication.setCursorFlashTime(self._flash_ms)
        self._caret.stop()
        self.viewport().update()

    # --- keys ---------------------------------------------------------------------------------

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether an input method is composing: Enter then belongs to it."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        self.viewport().update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send on the key that sends; leave Escape to the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._composing:
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            sends = Qt.KeyboardModifier.ControlModifier
            if modifiers == sends or (
                self.enter_sends and modifiers == Qt.KeyboardModifier.NoModifier
            ):
                self.submitted.emit()
                return
            if modifiers == Qt.KeyboardModifier.ShiftModifier:
                self.textCursor().insertBlock()  # a line of its own, not U+2028
                self.ensureCursorVisible()
                return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    # --- pasting ------------------------------------------------------------------------------

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text, files and pictures."""
        return has_files_or_picture(source) or source.hasText()

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert text; hand files, pictures and very long texts on."""
        if has_files_or_picture(source) or len(source.text()) > LARGEST_PASTE:
            self.pasted.emit(source)
        else:
            self.insertPlainText(source.text())

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with text."""
        menu = Menu(self._theme, self)
        chosen = self.textCursor().hasSelection()
        menu.add("Cut", self.cut, shortcut="Ctrl+X").setEnabled(chosen)
        menu.add("Copy", self.copy, icon_name="copy", shortcut="Ctrl+C").setEnabled(chosen)
        menu.add("Paste", self.paste, shortcut="Ctrl+V").setEnabled(self.canPaste())
        menu.addSeparator()
        menu.add("Select all", self.selectAll, shortcut="Ctrl+A")
        menu.popup(event.globalPos())
