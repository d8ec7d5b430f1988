"""A small sign in the header: an icon and a few words, with the reason on hover."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.overriding import override
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip

HEIGHT: Final = 24
_RADIUS: Final = 12
_ICON: Final = 16
_PADDING: Final = 8
_GAP: Final = 6


class Badge(QLabel):
    """Says something that holds for all that is on screen. Where there is no room for its words
    it is the icon alone; a screen reader is told the words in either case.
    """

    def __init__(self, theme: Theme, icon_name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon(theme, icon_name)
        self._compact = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()
        theme.changed.connect(self.update)

    def show_words(self, words: str, explanation: str) -> None:
        """Say something, or nothing."""
        self.setText(words)
        self.setAccessibleName(words)
        self.setAccessibleDescription(explanation)
        self.setToolTip(plain_tooltip(explanation))
        self.setVisible(bool(words))

    def fit(self, room: int) -> int:
        """Take the words where they have room, else the icon alone; return the width."""
        words = QFontMetrics(self._theme.font(12, 500)).horizontalAdvance(self.text())
        width = 2 * _PADDING + _ICON + _GAP + words + 2
        self._compact = width > room
        self.resize(2 * _PADDING + _ICON if self._compact else width, HEIGHT)
        self.update()
        return self.width()

    @override
    def sizeHint(self) -> QSize:
        """What it was laid out to."""
        return self.size()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint border, icon and words."""
        painter = QPainter(self)
        color = self._theme.color
        paint_box(painter, self.rect(), _RADIUS, None, color("line_strong"))
        paint_icon(painter, self._icon, _PADDING, (HEIGHT - _ICON) / 2, _ICON)
        if not self._compact:
            painter.setFont(self._theme.font(12, 500))
            painter.setPen(color("quiet"))
            left = _PADDING + _ICON + _GAP
            rect = QRectF(left, 0, self.width() - left, HEIGHT)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self.text())
