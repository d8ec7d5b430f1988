"""A badge in the header: something that is out of the ordinary, for as long as it is."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip

HEIGHT: Final = 24
_PADDING: Final = 8
_ICON: Final = 16
_GAP: Final = 4
_WIDEST: Final = 200
_NARROWEST: Final = 72


class Badge(ThemedButton):
    """An icon and a few words; a click leads to where they can be changed. Hidden at first."""

    def __init__(self, theme: Theme, icon_name: str, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._icon = icon(theme, icon_name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    def show_words(self, words: str, explanation: str) -> None:
        """Show these words, or nothing without any."""
        self.setText(words)
        self.setAccessibleName(words)
        self.setAccessibleDescription(explanation)
        self.setToolTip(plain_tooltip(f"{words}\n{explanation}" if words else ""))
        self.setVisible(bool(words))

    def fit(self, room: int) -> None:
        """Take this much room at most; where that is too little for words, the icon's alone."""
        width = min(room, self.sizeHint().width())
        self.resize(width if width >= _NARROWEST else _ICON + 2 * _PADDING, HEIGHT)

    @override
    def sizeHint(self) -> QSize:
        """Room for icon and words, within limits."""
        width = QFontMetrics(self.theme.font(12, 500)).horizontalAdvance(self.text())
        return QSize(min(_WIDEST, width + _ICON + _GAP + 2 * _PADDING), HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, icon, words and ring."""
        painter = QPainter(self)
        color = self.theme.color
        surface = "pressed" if self.isDown() else "hover" if self.hovered else "window"
        paint_box(painter, self.rect(), HEIGHT / 2, color(surface), color("line_strong"))
        paint_icon(painter, self._icon, _PADDING, (HEIGHT - _ICON) / 2, _ICON, active=self.hovered)
        painter.setFont(self.theme.font(12, 500))
        painter.setPen(color("text"))
        left = _PADDING + _ICON + _GAP
        room = self.width() - left - _PADDING
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(left, 0, room + 1, HEIGHT), Qt.AlignmentFlag.AlignVCenter, words)
        self.paint_focus(painter, HEIGHT / 2)
