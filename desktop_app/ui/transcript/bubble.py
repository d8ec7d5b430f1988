"""The person's input: plain text in a tinted bubble, exactly as it was typed."""

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView

MAX_WIDTH: Final = 560
_MAX_SHARE: Final = 0.78
_PAD_X: Final = 16
_PAD_Y: Final = 10
_RADIUS: Final = 14


class Bubble(QWidget):
    """Shows a text; as wide as the text, up to 560 pixels and 78 % of the column."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text_view = BlocksView(theme, "Your message", self)
        self.text_view.show_plain(text)
        self.link_clicked = self.text_view.link_clicked
        self.height_changed = self.text_view.height_changed
        theme.changed.connect(self.update)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it."""
        return self.text_view.stops

    def fit(self, column: int) -> QSize:
        """Lay out for a column of a width; return and take the size it needs."""
        widest = min(round(MAX_WIDTH * self._theme.body_size() / 14), round(column * _MAX_SHARE))
        inner = self.text_view.natural_width(widest - 2 * _PAD_X)
        height = self.text_view.fit_whole(inner)
        self.text_view.move(_PAD_X, _PAD_Y)
        self.resize(inner + 2 * _PAD_X, height + 2 * _PAD_Y)
        return self.size()

    def lay_out(self, top: int, bottom: int) -> bool:
        """Lay out what is between two heights; say whether the height is another one now."""
        return self.text_view.lay_out(top - _PAD_Y, bottom - _PAD_Y)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bubble."""
        painter = QPainter(self)
        paint_box(painter, self.rect(), _RADIUS, self._theme.color("bubble"))
