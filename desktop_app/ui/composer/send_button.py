"""The one button of the composer: Send, or Stop."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip

_RADIUS = 10


class SendButton(IconButton):
    """Filled with accent when there is something to send, grey when it stops."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "arrow-up", "Send", 32, parent)
        self._stop = False
        self._ready = icon(theme, "arrow-up", "on_accent", "on_accent", stroke=2)
        self._idle = icon(theme, "arrow-up", "disabled", "disabled", stroke=2)
        self._square = icon(theme, "square", "text", "text", filled=True)

    def show_state(self, *, stop: bool, ready: bool, blocked: str = "") -> None:
        """Show what a press would do; `blocked` says why nothing can be sent."""
        self._stop = stop
        self.setEnabled(stop or ready)
        self.setAccessibleName("Stop" if stop else "Send")
        self.setToolTip("Stop (Esc)" if stop else plain_tooltip(blocked or "Send"))
        self.setAccessibleDescription("" if stop else blocked)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box and icon."""
        painter = QPainter(self)
        color = self.theme.color
        if self._stop:
            surface, made = "pressed" if self.isDown() else "hover", self._square
            paint_box(painter, self.rect(), _RADIUS, color(surface))
            paint_icon(painter, made, 10, 10, 12)
        elif self.isEnabled():
            pressed = "accent_pressed" if self.isDown() else "accent"
            token = "accent_hover" if self.hovered and not self.isDown() else pressed
            paint_box(painter, self.rect(), _RADIUS, color(token))
            paint_icon(painter, self._ready, 8, 8, 16)
        else:
            paint_box(painter, self.rect(), _RADIUS, color("hover"))
            paint_icon(painter, self._idle, 8, 8, 16)
        if self.shows_focus and self.hasFocus():
            self.paint_focus(painter, _RADIUS)
