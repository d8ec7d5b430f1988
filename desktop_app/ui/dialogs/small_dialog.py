"""A small window with a title, words, something in the middle, and buttons."""

from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.ui.buttons import Button
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

_PADDING: Final = 24
_WIDTH: Final = 480


class SmallDialog(QDialog):
    """Opened by `open()`; it deletes itself when it is closed."""

    def __init__(self, theme: Theme, title: str, words: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(f"{title} – Castor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(_PADDING, _PADDING - 4, _PADDING, _PADDING - 4)
        self.body.setSpacing(8)
        self.body.addWidget(plain_label(theme, title, 18, 600, "text"))
        self.words = plain_label(theme, "", 13, 400, "quiet")
        self.body.addWidget(self.words)
        self.show_words(words)

    def show_words(self, words: str) -> None:
        """Say something else under the title, or nothing."""
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def add_buttons(self, *buttons: Button) -> None:
        """Put buttons at the foot, the last one at the right."""
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self.body.addSpacing(8)
        self.body.addLayout(row)

    @override
    def event(self, event: QEvent) -> bool:
        """Be as high as the words need that are said now: a window does not follow by itself."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Polish):
            self.setFixedSize(_WIDTH, self.body.totalHeightForWidth(_WIDTH))
        return super().event(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        QPainter(self).fillRect(self.rect(), self.theme.color("window"))
