"""Says what a turn waits for before it is tried, and offers to have it now or not at all."""

import math
import time
from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.pause import Pause
from desktop_app.overriding import override
from desktop_app.ui.activity import ActivityRing
from desktop_app.ui.buttons import HEIGHT as BUTTON_HEIGHT
from desktop_app.ui.buttons import Button
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.theme import Theme

_SIGN: Final = 22
"""The clock or the ring, and the gap behind it."""

_GAP: Final = 4
_LINE: Final = 20
_LEAST: Final = 160
"""Words that have less room than this stand above the buttons."""


class PauseLine(QWidget):
    """A few quiet words and two buttons: under the input that waits, at its side of the column, or
    in the place of the answer that is tried again.
    """

    hurried = Signal()
    """It is to be tried now."""

    withdrawn = Signal()
    """It is not to be tried."""

    asked = Signal()
    """What was not sent is to be sent after all."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pause: Pause | None = None
        self._right = False
        self._words = ""
        self._place = QRect()
        self._clock = icon(theme, "clock", "quiet", "quiet")
        self._ring = ActivityRing(theme, 14, self)
        self._hurry = Button(theme, "Try now", "quiet", "", self)
        self._withdraw = Button(theme, "Cancel", "quiet", "", self)
        self._ask = Button(theme, "Send", "quiet", "", self)
        self._hurry.clicked.connect(self.hurried)
        self._withdraw.clicked.connect(self.withdrawn)
        self._ask.clicked.connect(self.asked)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return list(self._buttons)

    @property
    def _buttons(self) -> tuple[Button, Button, Button]:
        return self._hurry, self._withdraw, self._ask

    def show_pause(self, pause: Pause, *, sent: bool) -> None:
        """Say what is waited for; `sent` says that it was refused once, and has left its input."""
        self._pause = pause
        self._right = not sent
        hurry = (self._hurry,) if pause.hurries else ()
        self._show(pause.why, ring=sent, buttons=(*hurry, self._withdraw))
        self.tick()

    def show_not_sent(self, *, last: bool) -> None:
        """Say that an input was called off; the last one can be sent after all."""
        self._pause = None
        self._right = True
        self._words = "Not sent"
        self._show(self._words, ring=False, buttons=(self._ask,) if last else ())

    def _show(self, name: str, *, ring: bool, buttons: tuple[Button, ...]) -> None:
        self.setAccessibleName(name)  # no reader is told of each second
        self._ring.setVisible(ring)
        for button in self._buttons:
            button.setVisible(button in buttons)
        self.show()
        self.update()

    def tick(self) -> None:
        """Count down."""
        if self._pause is None:
            return
        self._words = self._pause.why
        if self._pause.until is not None:
            left = math.ceil(self._pause.until - time.monotonic())
            self._words = f"{self._words} Trying again in {max(1, left)} s"
        self.update()

    # --- pixels -------------------------------------------------------------------------------

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs."""
        shown = [button for button in self._buttons if not button.isHidden()]
        taken = sum(button.sizeHint().width() + _GAP for button in shown)
        room = width - _SIGN - taken
        metrics = QFontMetrics(self._theme.font(13, figures=True))
        beside = room >= min(_LEAST, metrics.horizontalAdvance(self._words) + 2)
        if not beside:
            room = width - _SIGN
        wanted = metrics.horizontalAdvance(self._words) + 2
        lines = 1 if wanted <= room else self._lines(metrics, room)
        words = min(wanted, room)
        text = max(lines * _LINE, BUTTON_HEIGHT if beside and shown else _LINE)
        left = width - words - _SIGN - (taken if beside else 0) if self._right else 0
        self._place = QRect(left + _SIGN, 0, words, text)
        self._ring.move(left + 1, (text - 14) // 2)
        top = (text - BUTTON_HEIGHT) // 2 if beside else text
        at = self._place.right() + 1 + _GAP if beside else _SIGN
        if self._right and not beside:
            at = width - taken + _GAP
        for button in shown:
            button.setGeometry(at, top, button.sizeHint().width(), BUTTON_HEIGHT)
            at += button.width() + _GAP
        height = text if beside or not shown else text + BUTTON_HEIGHT
        self.resize(width, height)
        return height

    def _lines(self, metrics: QFontMetrics, room: int) -> int:
        flags = Qt.TextFlag.TextWordWrap.value
        rect = metrics.boundingRect(QRect(0, 0, max(1, room), 10_000), flags, self._words)
        return max(1, round(rect.height() / metrics.height()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the clock and the words."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(13, figures=True))
        painter.setPen(self._theme.color("quiet"))
        place = self._place
        if self._ring.isHidden():
            paint_icon(painter, self._clock, place.left() - _SIGN + 2, place.center().y() - 6, 14)
        flags = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(QRectF(place), flags, self._words)
