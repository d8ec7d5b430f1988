"""The round button that leads back to the end of the conversation."""

from typing import Final

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme

SIDE: Final = 36


class JumpButton(IconButton):
    """Goes to the latest turn."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "arrow-down", "Jump to the latest", SIDE, parent)
        self._arrow = icon(theme, "arrow-down")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a raised disc and the arrow."""
        painter = QPainter(self)
        color = self.theme.color
        surface = "pressed" if self.isDown() else "hover" if self.hovered else "raised"
        paint_box(painter, self.rect(), SIDE / 2, color(surface), color("line_strong"))
        paint_icon(painter, self._arrow, 10, 10, 16, active=self.hovered)
        self.paint_focus(painter, SIDE / 2)
