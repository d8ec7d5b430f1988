"""A new chat: the mark, one line, and starting points that really work."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.mark import paint_mark
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.column_area import column_width

_CARD_HEIGHT: Final = 64
_GAP: Final = 12
_HEIGHT: Final = 260
_NARROW: Final = 520
_NARROW_CARD: Final = 40
_NARROW_HEIGHT: Final = 290
_QUESTION: Final = "What are you working on?"


@dataclass(frozen=True)
class Start:
    """A starting point: `text` goes into the composer; an empty one picks a file."""

    icon: str
    title: str
    help: str
    text: str


STARTS: Final = (
    Start("file-text", "Ask about a file", "A picture, a PDF, a recording", ""),
    Start("pencil", "Write something", "A letter, a text, a reply", "Help me write "),
    Start("code-xml", "Explain some code", "Paste it and ask", "Explain this code:\n\n"),
    Start(
        "lightbulb",
        "Think something through",
        "Step by step, with reasons",
        "Help me think through this decision, step by step: ",
    ),
)


class EmptyState(QWidget):
    """Stands on the transcript's left edge."""

    start_chosen = Signal(object)
    """This `Start` was chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(_QUESTION)
        self._cards = [_StartCard(theme, start, self) for start in STARTS]
        for card in self._cards:
            card.clicked.connect(partial(self._choose, card.start))
        theme.changed.connect(self.update)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [*self._cards]

    def _choose(self, start: Start, _checked: bool = False) -> None:
        self.start_chosen.emit(start)

    @property
    def _narrow(self) -> bool:
        """Whether two cards beside each other have no room for their words."""
        return column_width(self.width()) < _NARROW

    def _origin(self) -> tuple[int, int, int]:
        width = column_width(self.width())
        height = _NARROW_HEIGHT if self._narrow else _HEIGHT
        top = max(16 if self._narrow else 24, (self.height() - height) // 2 - 20)
        return (self.width() - width) // 2, top, width

    @property
    def _shows_mark(self) -> bool:
        """Where there is little height, the mark goes first."""
        return not self._narrow or self.height() >= _NARROW_HEIGHT

    @override
    def sizeHint(self) -> QSize:
        """The column."""
        return QSize(720, _HEIGHT)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the cards two by two, or one under the other."""
        left, top, width = self._origin()
        top += 110 if self._shows_mark else 48
        columns = 1 if self._narrow else 2
        height = _NARROW_CARD if self._narrow else _CARD_HEIGHT
        gap = 4 if self._narrow else _GAP
        each = (width - (columns - 1) * _GAP) // columns
        for number, card in enumerate(self._cards):
            row, column = divmod(number, columns)
            x = left + column * (each + _GAP)
            card.setGeometry(x, top + row * (height + gap), each, height)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint mark and line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("window"))
        left, top, width = self._origin()
        if self._shows_mark:
            paint_mark(painter, QRectF(left, top, 40, 40), self._theme)
            top += 56
        painter.setFont(self._theme.font(24, 600, spacing=-0.2))
        painter.setPen(self._theme.color("text"))
        line = QRectF(left, top, width, 36)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, _QUESTION)


class _StartCard(ThemedButton):
    """One starting point."""

    def __init__(self, theme: Theme, start: Start, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.start = start
        self._icon = icon(theme, start.icon, "accent", "accent")
        self.setText(start.title)
        self.setAccessibleName(f"{start.title}: {start.help}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @override
    def sizeHint(self) -> QSize:
        """64 high."""
        return QSize(354, _CARD_HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint card, icon and words."""
        painter = QPainter(self)
        color = self.theme.color
        surface = "pressed" if self.isDown() else "hover" if self.hovered else "window"
        border = "line_strong" if self.hovered else "line"
        paint_box(painter, self.rect(), 10, color(surface), color(border))
        paint_icon(painter, self._icon, 18, (self.height() - 20) // 2, 20)
        middle = Qt.AlignmentFlag.AlignVCenter
        room = self.width() - 54 - 12
        painter.setFont(self.theme.font(14, 500))
        painter.setPen(color("text"))
        if self.height() < _CARD_HEIGHT:
            painter.drawText(QRectF(54, 0, room, self.height()), middle, self.start.title)
            self.paint_focus(painter, 10)
            return
        painter.drawText(QRectF(54, 11, room, 22), middle, self.start.title)
        painter.setFont(self.theme.font(12))
        painter.setPen(color("quiet"))
        painter.drawText(QRectF(54, 32, room, 18), middle, self.start.help)
        self.paint_focus(painter, 10)
