"""A file that is still being copied into the profile: how far, how fast, and a button to stop."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.attaching import Copying
from desktop_app.overriding import override
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.chips import CHIP, kind_icon, paint_chip, paint_progress, size_words
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip


class CopyingChip(QWidget):
    """Shows one copy; its owner says when it has come further."""

    stopped = Signal(int)
    """The copy of this number is to be stopped."""

    def __init__(self, theme: Theme, copying: Copying, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._copying = copying
        self._icon = kind_icon(theme, "document")
        self.setFixedSize(CHIP)
        self.button = IconButton(theme, "x", f"Stop copying {copying.name}", 28, self)
        self.button.move(CHIP.width() - 32, 8)
        self.button.clicked.connect(self._stop)
        self.setAccessibleName(f"{copying.name} is being copied, {size_words(copying.total)}")
        self.setToolTip(plain_tooltip(f"{copying.name}, {size_words(copying.total)}"))

    @property
    def number(self) -> int:
        """Which copy it shows."""
        return self._copying.number

    def show_copying(self, copying: Copying) -> None:
        """Show how far the copy is now."""
        self._copying = copying
        self.update()

    def _stop(self) -> None:
        self.stopped.emit(self._copying.number)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint chip, name, figures and the bar along the foot."""
        painter = QPainter(self)
        copying = self._copying
        paint_chip(painter, self._theme, self._icon, copying.name, copying_words(copying), 36)
        share = copying.done / copying.total
        paint_progress(painter, self._theme, QRectF(self.rect()).adjusted(0, 0, 0, -1), share)


def copying_words(copying: Copying) -> str:
    """How far a copy is, and how fast it goes."""
    return f"{copying.done / copying.total:.0%}, {copying.speed / 1_000_000:,.0f} MB/s"
