"""What a drop would do, over the whole window while something is dragged."""

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.chips import kind_icon
from desktop_app.ui.dropping import Dropped, words_of
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import Shadow, paint_box
from desktop_app.ui.theme import Theme

_CARD: Final = 480
_REFUSAL_LEFT: Final = 38
_REFUSAL_PADDING: Final = 10
_LONGEST_NAME: Final = 40


def short_name(name: str) -> str:
    """A file's name, or its beginning and end."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half:]}"


class DropOverlay(QWidget):
    """Covers the window; takes no events, the window under it does."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = kind_icon(theme, "image", 1.75)
        self._warn = icon(theme, "triangle-alert", "warn", "warn")
        self._title = ""
        self._help = ""
        self._refusal = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_drop(self, dropped: Dropped, picture: bool) -> None:
        """Say what would happen to what is dragged; `picture`: bytes of one come along."""
        thing, it, kind = words_of(dropped, picture=picture)
        self._title = f"Drop {thing} to ask about {it}" if thing else "This cannot be attached"
        goes = "It goes" if it == "it" else "They go"
        self._help = f"{goes} out with your next message." if thing else ""
        self._icon = kind_icon(self._theme, kind or "document", 1.75)
        self._refusal = ""
        if dropped.refused:
            first = dropped.refused[0]
            name = short_name(first.name)
            self._refusal = f"{name} cannot be attached: {first.reason}."
        self.setAccessibleName(f"{self._title}. {self._refusal}")
        self.show()
        self.raise_()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the veil, the dashed line and the card."""
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(self.rect(), theme.with_alpha("window", 0.72))
        inner = QRectF(self.rect()).adjusted(12, 12, -12, -12)
        paint_box(painter, inner, 14, theme.with_alpha("accent", 0.08 if theme.dark else 0.05))
        pen = QPen(theme.color("accent"), 2)
        pen.setDashPattern([3.5, 4.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(inner.adjusted(1, 1, -1, -1), 13, 13)
        self._paint_card(painter)

    def _paint_card(self, painter: QPainter) -> None:
        theme = self._theme
        color = theme.color
        width = min(_CARD, self.width() - 48)
        words = _refusal_rect(theme, self._refusal, width) if self._refusal else QRect()
        height = 110 + (24 if self._help else 0)
        height += words.height() + 2 * _REFUSAL_PADDING + 32 if self._refusal else 24
        card = QRectF(0, 0, width, height)
        card.moveCenter(QRectF(self.rect()).center().toPoint().toPointF())
        shadow = Shadow(theme.with_alpha("shadow", 0.45 if theme.dark else 0.10), 24, 8, 14)
        shadow.paint(painter, card)
        border = color("line_strong" if theme.dark else "line")
        paint_box(painter, card, 14, color("raised"), border)
        tile = QRectF(card.center().x() - 24, card.top() + 24, 48, 48)
        paint_box(painter, tile, 10, color("accent_soft"))
        paint_icon(painter, self._icon, tile.left() + 12, tile.top() + 12, 24)
        middle = Qt.AlignmentFlag.AlignCenter
        painter.setFont(theme.font(18, 600))
        painter.setPen(color("text"))
        painter.drawText(QRectF(card.left(), tile.bottom() + 12, width, 26), middle, self._title)
        painter.setFont(theme.font(14))
        painter.setPen(color("quiet"))
        painter.drawText(QRectF(card.left(), tile.bottom() + 40, width, 22), middle, self._help)
        if self._refusal:
            self._paint_refusal(painter, card, words)

    def _paint_refusal(self, painter: QPainter, card: QRectF, words: QRect) -> None:
        color = self._theme.color
        height = words.height() + 2 * _REFUSAL_PADDING
        line = QRectF(card.left() + 16, card.bottom() - 16 - height, card.width() - 32, height)
        paint_box(painter, line, 8, color("warn_soft"), color("warn_line"))
        paint_icon(painter, self._warn, line.left() + 12, line.top() + (height - 16) // 2, 16)
        painter.setFont(self._theme.font(13))
        painter.setPen(color("text"))
        place = line.adjusted(_REFUSAL_LEFT, 0, -12, 0)
        flags = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(place.toRect(), flags, self._refusal)


def _refusal_rect(theme: Theme, words: str, width: int) -> QRect:
    """How much room the refusal takes in a card of a width."""
    room = QRect(0, 0, width - 32 - _REFUSAL_LEFT - 12, 200)
    flags = Qt.TextFlag.TextWordWrap.value
    return QFontMetrics(theme.font(13)).boundingRect(room, flags, words)
