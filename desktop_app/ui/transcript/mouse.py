"""What the mouse does with text: it selects, drags what is selected, and opens links."""

import time
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.transcript.bounds import Unit
from desktop_app.ui.transcript.dragging import is_far
from desktop_app.ui.transcript.pointing import Pointing
from desktop_app.ui.transcript.selection import Selection

_SCROLL_MS: Final = 33
_SLOWEST: Final = 4
_FASTEST: Final = 120
"""Pixels that the text moves at a time while the mouse is held beyond an edge."""


class Scrolled(Protocol):
    """What scrolls: the transcript, as far as the mouse needs it."""

    def viewport(self) -> QWidget:
        """Where the text stands."""
        ...

    def scroll_by(self, step: int, /) -> None:
        """Scroll by pixels downwards."""
        ...


class MouseSelecting(QObject):
    """Follows the mouse from a press of its left button to the release.

    A double click selects words, a third click paragraphs. A press on what is selected may become
    a drag; it ends the selection if it does not.
    """

    changed = Signal()
    """Something else is selected."""

    finished = Signal()
    """Something was selected, and the button is let go of."""

    drag_begun = Signal()
    """What is selected is to be dragged away."""

    def __init__(
        self, window: Scrolled, pointing: Pointing, selection: Selection, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._pointing = pointing
        self._selection = selection
        self._pressed: QPoint | None = None
        self._at = QPoint()
        self._link = ""
        self._may_drag = False
        self._double: tuple[float, QPoint] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_SCROLL_MS)
        self._timer.timeout.connect(self._scroll_on)

    @property
    def holds(self) -> bool:
        """Whether the button is held."""
        return self._pressed is not None

    def stop(self) -> None:
        """Let go of the text, whatever the button does."""
        self._timer.stop()
        self._pointing.let_go()
        self._window.viewport().setMouseTracking(False)
        self._pressed = None
        self._link = ""
        self._may_drag = False

    def take(self, event: QMouseEvent) -> bool:
        """Take an event in the viewport; say whether it was for here."""
        left = event.button() == Qt.MouseButton.LeftButton
        match event.type():
            case QEvent.Type.MouseButtonPress if left:
                self._press(event)
            case QEvent.Type.MouseButtonDblClick if left:
                self._press_twice(event.position().toPoint())
            case QEvent.Type.MouseMove if self.holds:
                self._move(event)
            case QEvent.Type.MouseButtonRelease if left and self.holds:
                self._release(event.position().toPoint())
            case _:
                return False
        return True

    # --- press --------------------------------------------------------------------------------

    def _press(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        goes_on = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        third = self._is_third(point) and not goes_on
        self._hold(point)
        self._link = self._pointing.link_at(point)
        self._may_drag = (
            not third and not goes_on and self._pointing.is_selected(self._selection, point)
        )
        if not self._may_drag:
            self._begin("paragraph" if third else "character", goes_on=goes_on)

    def _press_twice(self, point: QPoint) -> None:
        self._double = time.monotonic(), point
        self._hold(point)
        self._begin("word", goes_on=False)

    def _is_third(self, point: QPoint) -> bool:
        double, self._double = self._double, None
        if double is None:
            return False
        soon = time.monotonic() - double[0] < QApplication.doubleClickInterval() / 1000
        return soon and not is_far(double[1], point)

    def _hold(self, point: QPoint) -> None:
        self._pressed = self._at = point
        self._pointing.hold(point)
        self._window.viewport().setMouseTracking(True)  # to notice a release that went elsewhere
        self._link, self._may_drag = "", False

    def _begin(self, unit: Unit, *, goes_on: bool) -> None:
        spot = self._pointing.spot_at(self._at)
        if spot is None:
            self.stop()
        elif goes_on:
            self._selection.extend_to(spot)
        else:
            self._selection.begin(spot, unit)
        self.changed.emit()

    # --- move ---------------------------------------------------------------------------------

    def _move(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self.stop()  # the release went elsewhere, as to a menu
        elif not self._may_drag:
            self._at = point
            self._extend()
            self._scroll_if_beyond()
        elif self._pressed is not None and is_far(self._pressed, point):
            self.stop()
            self.drag_begun.emit()

    def _extend(self) -> None:
        bottom = self._window.viewport().height() - 1
        point = QPoint(self._at.x(), min(max(self._at.y(), 0), bottom))
        spot = self._pointing.spot_at(point)
        if spot is not None:
            self._selection.extend(spot)
            self.changed.emit()

    def _scroll_if_beyond(self) -> None:
        if not self._beyond:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    @property
    def _beyond(self) -> int:
        """How far the mouse is below the window, or, less than 0, above it."""
        return max(0, self._at.y() - self._window.viewport().height()) + min(0, self._at.y())

    def _scroll_on(self) -> None:
        """Scroll while the mouse is held beyond an edge: the further, the faster."""
        speed = min(max(abs(self._beyond) // 3, _SLOWEST), _FASTEST)
        self._window.scroll_by(speed if self._beyond > 0 else -speed)
        self._extend()

    # --- release ------------------------------------------------------------------------------

    def _release(self, point: QPoint) -> None:
        link = self._link
        if self._may_drag:
            self._selection.clear()
            self.changed.emit()
        self.stop()
        if self._selection.extent is not None:
            self.finished.emit()
        elif link == self._pointing.link_at(point):
            self._pointing.click(point)
