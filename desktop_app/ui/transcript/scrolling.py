"""How far the transcript scrolls: for a key, a wheel, and for what the keyboard has reached."""

from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

LINE: Final = 22
_MARGIN: Final = 16
_NOTCH: Final = 120


def wheel_step(event: QWheelEvent) -> int:
    """Pixels upwards: what the device gives, else three lines a notch."""
    return event.pixelDelta().y() or event.angleDelta().y() * 3 * LINE // _NOTCH


class ZoomWheel:
    """Counts the steps of the zoom that a wheel asks for: one a notch, also in small pieces."""

    def __init__(self) -> None:
        self._turned = 0

    def turn(self, event: QWheelEvent) -> int:
        """Take a turn of the wheel; return the steps that are complete, upwards."""
        delta = event.angleDelta().y()
        if self._turned * delta < 0:
            self._turned = 0
        steps = int((self._turned + delta) / _NOTCH)
        self._turned += delta - steps * _NOTCH
        return steps


def turn_step(event: QKeyEvent) -> int:
    """Turns downwards for a key, 0 for one that does not go by turns."""
    if event.modifiers() != Qt.KeyboardModifier.ControlModifier:
        return 0
    return {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)


def key_step(event: QKeyEvent, height: int) -> int | None:
    """Pixels downwards for a key, in a window of a height; `None` for one that does not scroll."""
    page = height - 60
    if event.key() == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        return -page
    steps = {
        Qt.Key.Key_Up: -2 * LINE,
        Qt.Key.Key_Down: 2 * LINE,
        Qt.Key.Key_PageUp: -page,
        Qt.Key.Key_PageDown: page,
        Qt.Key.Key_Space: page,
    }
    return steps.get(Qt.Key(event.key()))


def has_button_in_use(view: QWidget) -> bool:
    """Whether a button in a view has the focus, or the pointer: it may have been pressed."""
    used = (QApplication.focusWidget(), QApplication.widgetAt(QCursor.pos()))
    return any(isinstance(one, QAbstractButton) and view.isAncestorOf(one) for one in used)


def step_to_show(widget: QWidget | None, viewport: QWidget) -> int:
    """Pixels downwards until a widget that has got the focus is in sight, or its beginning is.

    What the mouse has pressed is in sight already, and must not move under it.
    """
    if widget is None or not viewport.isAncestorOf(widget):
        return 0
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        return 0
    top = widget.mapTo(viewport, QPoint()).y()
    below = top + widget.height() - viewport.height()
    if top >= 0 and below <= 0:
        return 0
    return min(top - _MARGIN, below + _MARGIN) if top > 0 else top - _MARGIN
