"""The person's input: plain text in a tinted bubble, exactly as it was typed."""

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme, line_height
from desktop_app.ui.transcript.text_view import TextView

MAX_WIDTH: Final = 560
_MAX_SHARE: Final = 0.78
_PAD_X: Final = 16
_PAD_Y: Final = 10
_RADIUS: Final = 14
_LOW: Final = 2
"""Text stands at the foot of a line of fixed height, so much below its middle."""


class Bubble(QWidget):
    """Shows a text; as wide as the text, up to 560 pixels and 78 % of the column."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = TextView(theme, "Your message", self)
        self._text.setPlainText(text)
        self._text.read_out()
        self.link_clicked = self._text.link_clicked
        self._restyle()
        theme.changed.connect(self._restyle)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it."""
        return [self._text]

    def _restyle(self) -> None:
        size = self._theme.body_size()
        document = self._text.document()
        document.setDocumentMargin(0)
        document.setDefaultFont(self._theme.font(size))
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        form = QTextBlockFormat()
        fixed = QTextBlockFormat.LineHeightTypes.FixedHeight.value
        form.setLineHeight(line_height(size), fixed)
        cursor.mergeBlockFormat(form)
        self.update()

    def fit(self, column: int) -> QSize:
        """Lay out for a column of a width; return and take the size it needs."""
        widest = min(round(MAX_WIDTH * self._theme.body_size() / 14), round(column * _MAX_SHARE))
        document = self._text.document()
        document.setTextWidth(-1)
        if document.textWidth() != -1:
            document.setTextWidth(-1)  # Qt begins with the width that the view had
        ideal = round(document.idealWidth() + 1)
        inner = min(ideal, widest - 2 * _PAD_X)
        height = self._text.fit(inner)
        self._text.move(_PAD_X, _PAD_Y - _LOW)
        self.resize(inner + 2 * _PAD_X, height + 2 * _PAD_Y)
        return self.size()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bubble."""
        painter = QPainter(self)
        paint_box(painter, self.rect(), _RADIUS, self._theme.color("bubble"))
