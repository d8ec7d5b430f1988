"""A page of the settings: a title, and rows with words at the left and a control at the right."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

ROW: Final = 56
CONTROL_WIDTH: Final = 208
PADDING_X: Final = 28
PADDING_Y: Final = 22


class Row(QWidget):
    """One setting, with a line above it."""

    def __init__(
        self, theme: Theme, title: str, help_text: str, control: QWidget, *, below: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self.line_above = True
        self.help = plain_label(theme, help_text, 12, 400, "quiet")
        words = QVBoxLayout()
        words.setSpacing(0)
        label = plain_label(theme, title, 13, 500, "text")
        label.setBuddy(control)  # on Linux a list to choose from is named by its label alone
        words.addWidget(label)
        words.addWidget(self.help)
        self.help.setVisible(bool(help_text))
        (control.focusProxy() or control).setAccessibleDescription(help_text)
        if below:
            outer = QVBoxLayout(self)
            outer.addLayout(words)
            outer.addSpacing(4)
            outer.addWidget(control)
        else:
            across = QHBoxLayout(self)
            across.setSpacing(24)
            across.addLayout(words, 1)
            across.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(0, 9, 0, 9)
        self.setMinimumHeight(ROW)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        if self.line_above:
            painter = QPainter(self)
            painter.setPen(QPen(self._theme.color("line"), 1))
            painter.drawLine(0, 0, self.width(), 0)


class Page(QWidget):
    """Rows under a title. `names` are the settings that "Reset this page" resets."""

    def __init__(self, theme: Theme, title: str, names: list[str]) -> None:
        super().__init__()
        self.theme = theme
        self.title = title
        self.names = names
        self.setAccessibleName(title)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(PADDING_X, PADDING_Y, PADDING_X, PADDING_Y)
        self._layout.setSpacing(0)
        self._layout.addWidget(plain_label(theme, title, 18, 600, "text"))
        self._layout.addSpacing(12)
        self._first = True

    def add_row(self, title: str, help_text: str, control: QWidget, *, below: bool = False) -> Row:
        """Add a setting."""
        row = Row(self.theme, title, help_text, control, below=below)
        row.line_above = not self._first
        self._first = False
        self._layout.addWidget(row)
        return row

    def add(self, widget: QWidget) -> None:
        """Add something that is no row."""
        self._first = True
        self._layout.addWidget(widget)

    def finish(self) -> None:
        """Leave the rest of the page empty."""
        self._layout.addStretch(1)
