"""Words that are never taken for markup, in lines of the height that the design gives them."""

from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel

from desktop_app.overriding import override
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip

_LINES: Final = {12: 18, 13: 20, 14: 20, 18: 26}
"""Height of a line by the size of its text (visual specification, section 2)."""

_WIDEST_HINT: Final = 400


class PlainLabel(QLabel):
    """A label that follows the theme; `token` names its colour.

    It wraps, or with `elides` is one line whose end gives way to an ellipsis where there is no
    room; the tooltip then says all of it.
    """

    def __init__(
        self,
        theme: Theme,
        text: str,
        size: int,
        weight: int,
        token: str,
        *,
        elides: bool = False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._token = token
        self._line = _LINES[size]
        self._elides = elides
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, weight))
        self.setWordWrap(not elides)
        self.setText(text)
        theme.changed.connect(self.update)

    def set_token(self, token: str) -> None:
        """Show it in another colour of the theme."""
        self._token = token
        self.update()

    # --- size ---------------------------------------------------------------------------------

    def _natural_width(self) -> int:
        metrics = QFontMetricsF(self.font())
        lines = self.text().split("\n")
        return max(int(metrics.horizontalAdvance(line)) + 1 for line in lines)

    def _lay_out(self, width: float) -> QTextLayout:
        text = self.text().replace("\n", "\u2028")
        if self._elides:
            metrics = QFontMetricsF(self.font())
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        layout = QTextLayout(text, self.font())
        wraps = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        option = QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        option.setWrapMode(wraps if self.wordWrap() else QTextOption.WrapMode.ManualWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        top = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width))
            line.setPosition(QPointF(0, top + (self._line - line.height()) / 2))
            top += self._line
        layout.endLayout()
        return layout

    @override
    def heightForWidth(self, width: int) -> int:
        """The lines that the words take in a width."""
        return max(1, self._lay_out(width).lineCount()) * self._line

    @override
    def sizeHint(self) -> QSize:
        """As wide as the words, up to where they are better wrapped."""
        width = self._natural_width()
        if self.wordWrap():
            width = min(width, _WIDEST_HINT)
        return QSize(width, self.heightForWidth(width))

    @override
    def minimumSizeHint(self) -> QSize:
        """One line; words that neither wrap nor give way are wanted whole."""
        gives_way = self.wordWrap() or self._elides
        return QSize(0 if gives_way else self._natural_width(), self._line)

    # --- pixels -------------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the tooltip say what has given way."""
        super().resizeEvent(event)
        if self._elides:
            whole = self._natural_width() <= self.width()
            self.setToolTip("" if whole else plain_tooltip(self.text()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines, in the middle of the height where there is more than they need."""
        painter = QPainter(self)
        painter.setPen(self._theme.color(self._token))
        layout = self._lay_out(self.width())
        spare = self.height() - layout.lineCount() * self._line
        upper = bool(self.alignment() & Qt.AlignmentFlag.AlignTop)
        layout.draw(painter, QPointF(0, 0 if upper else max(0, spare // 2)))


def plain_label(theme: Theme, text: str, size: int, weight: int, token: str) -> PlainLabel:
    """Make a `PlainLabel` that wraps."""
    return PlainLabel(theme, text, size, weight, token)
