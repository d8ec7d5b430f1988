"""A small ring that turns while something is coming in."""

from typing import Final

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.painting import paint_arc
from desktop_app.ui.theme import Theme

ARC_DEGREES: Final = 110
STEP_MS: Final = 80
STEP_DEGREES: Final = 24


class ActivityRing(QWidget):
    """Turns while it is shown: twelve small steps a second, which cost next to nothing."""

    def __init__(self, theme: Theme, diameter: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._angle = 0
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._turn)
        self.setFixedSize(diameter, diameter)
        self.setAccessibleName("An answer is coming in")

    def _turn(self) -> None:
        self._angle = (self._angle + STEP_DEGREES) % 360
        self.update()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Begin to turn."""
        self._timer.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still."""
        self._timer.stop()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring and its arc."""
        painter = QPainter(self)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        paint_ring(painter, rect, self._theme, self._angle)


def paint_ring(painter: QPainter, rect: QRectF, theme: Theme, angle: float) -> None:
    """Paint an activity ring."""
    paint_arc(painter, rect, theme.color("line_strong"), 0, 360)
    paint_arc(painter, rect, theme.color("accent"), angle, ARC_DEGREES)
