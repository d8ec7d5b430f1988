"""Chooses the theme among three drawn previews."""

from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.painting import paint_box, paint_ring
from desktop_app.ui.theme import Theme
from desktop_app.ui.tokens import DARK, LIGHT

_NAMES: Final = {"system": "System", "light": "Light", "dark": "Dark"}


class ThemeChoice(QWidget):
    """Three previews, of which one is chosen."""

    chosen = Signal(str)
    """The theme of this name: system, light or dark."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._buttons: dict[str, _Preview] = {}
        self.setAccessibleName("Theme")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 12)
        layout.setSpacing(14)
        group = QButtonGroup(self)
        for choice, name in _NAMES.items():
            button = _Preview(theme, choice, name)
            button.toggled.connect(partial(self._choose, choice))
            group.addButton(button)
            layout.addWidget(button)
            self._buttons[choice] = button
        layout.addStretch(1)

    def _choose(self, choice: str, checked: bool) -> None:
        if checked:
            self.chosen.emit(choice)

    def show_choice(self, choice: str) -> None:
        """Show which one is chosen."""
        self._buttons[choice].setChecked(True)


class _Preview(ThemedButton):
    """One preview with its name."""

    def __init__(self, theme: Theme, choice: str, name: str) -> None:
        super().__init__(theme)
        self._choice = choice
        self.setText(name)
        self.setAccessibleName(f"Theme: {name}")
        self.setCheckable(True)
        self.setAutoExclusive(True)  # a reader then says that it is one of several
        self.setFixedSize(132, 110)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        """Fixed."""
        return self.minimumSize()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint picture, ring and name."""
        painter = QPainter(self)
        picture = QRectF(4, 4, 124, 76)
        _paint_preview(painter, picture, self._choice, self.theme)
        if self.isChecked() or (self.shows_focus and self.hasFocus()):
            ring = picture.adjusted(-3, -3, 3, 3)
            paint_ring(painter, ring, 11, self.theme.color("accent"))
        painter.setFont(self.theme.font(13, 600 if self.isChecked() else 400))
        painter.setPen(self.theme.color("text"))
        painter.drawText(QRectF(4, 84, 124, 22), Qt.AlignmentFlag.AlignCenter, self.text())


def _paint_preview(painter: QPainter, rect: QRectF, choice: str, theme: Theme) -> None:
    """Paint a window in small, in the light theme, the dark one, or half and half."""

    def draw(tokens: dict[str, str]) -> None:
        def fill(x: float, y: float, w: float, h: float, token: str, radius: float = 1.5) -> None:
            box = QRectF(rect.left() + x, rect.top() + y, w, h)
            paint_box(painter, box, radius, QColor(tokens[token]))

        fill(0, 0, rect.width(), rect.height(), "window", 8)
        fill(0, 0, 36, rect.height(), "sidebar", 8)
        for number, width in enumerate((20, 15, 20, 15)):
            fill(8, 12 + 10 * number, width, 3, "quiet")
        fill(92, 10, 26, 12, "bubble", 4)
        fill(46, 30, 60, 3, "text")
        fill(46, 38, 48, 3, "text")
        card = QRectF(rect.left() + 46, rect.top() + 54, 66, 14)
        paint_box(painter, card, 5, QColor(tokens["raised"]), QColor(tokens["line_strong"]))
        fill(102, 57, 8, 8, "accent", 3)

    clip = QPainterPath()
    clip.addRoundedRect(rect, 8, 8)
    painter.setClipPath(clip)
    draw(DARK if choice == "dark" else LIGHT)
    if choice == "system":
        half = QRectF(rect)
        half.setLeft(rect.center().x())
        painter.setClipRect(half, Qt.ClipOperation.IntersectClip)
        draw(DARK)
    painter.setClipping(False)
    paint_box(painter, rect, 8, None, theme.color("line_strong"))
