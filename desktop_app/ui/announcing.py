"""Says aloud what appears by itself, for who cannot see it appear."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say these words when it has said what it is saying."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
