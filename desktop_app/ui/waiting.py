"""A few words in a small window while a start takes long: there is nothing else to show yet."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.mark import window_icon
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

_PADDING: Final = 24
_WIDTH: Final = 420


class WaitingWindow(QWidget):
    """Says what is being done. It goes away when that is done, and by nothing else."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.CustomizeWindowHint)
        self._theme = theme
        self.setWindowTitle("Castor")
        self.setWindowIcon(window_icon())
        self.setFixedWidth(_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_PADDING, _PADDING, _PADDING, _PADDING)
        layout.setSpacing(4)
        self.words = plain_label(theme, "", 14, 500, "text")
        layout.addWidget(self.words)
        layout.addWidget(plain_label(theme, "This may take a minute.", 12, 400, "quiet"))

    def say(self, words: str) -> None:
        """Say this from now on."""
        if words != self.words.text():
            self.words.setText(words)
            announce(self, words)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        QPainter(self).fillRect(self.rect(), self._theme.color("window"))
