"""Drags text and pictures out of the window: always copies, never moves."""

from collections.abc import Callable
from typing import Final, TypeAlias

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QDrag, QMouseEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from desktop_app.overriding import override

_LARGEST: Final = 160
"""Pixels of the picture under the pointer."""

Carry: TypeAlias = Callable[[QWidget, QMimeData, QPixmap], None]
"""Starts a drag from a widget; the pixmap, which may be empty, is shown under the pointer."""


def carry(source: QWidget, data: QMimeData, pixmap: QPixmap) -> None:
    """Drag until the button is let go of. The loop goes on meanwhile: Qt runs one of its own."""
    drag = QDrag(source)
    drag.setMimeData(data)
    if not pixmap.isNull():
        size = pixmap.size() / pixmap.devicePixelRatio()
        if max(size.width(), size.height()) > _LARGEST:
            pixmap = pixmap.scaled(
                _LARGEST,
                _LARGEST,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            pixmap.setDevicePixelRatio(1)
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(8, 8))
    drag.exec(Qt.DropAction.CopyAction)


def is_far(begin: QPoint, now: QPoint) -> bool:
    """Whether the mouse has been moved so far that a drag is meant."""
    return (now - begin).manhattanLength() >= QApplication.startDragDistance()


class PictureDrag(QObject):
    """Lets a widget's picture be dragged out, also where the widget is a button.

    `pixmap` gives what is shown now; an empty one cannot be dragged.
    """

    def __init__(
        self, widget: QWidget, pixmap: Callable[[], QPixmap], start: Carry = carry
    ) -> None:
        super().__init__(widget)
        self._widget = widget
        self._pixmap = pixmap
        self._start = start
        self._pressed: QPoint | None = None
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for a press that moves on."""
        if isinstance(event, QMouseEvent) and watched is self._widget:
            return self._take(event)
        return False

    def _take(self, event: QMouseEvent) -> bool:
        at = event.position().toPoint()
        match event.type():
            case QEvent.Type.MouseButtonPress:
                left = event.button() == Qt.MouseButton.LeftButton
                self._pressed = at if left and not self._pixmap().isNull() else None
                # A plain widget has to take the press, or it would not see the mouse move.
                return self._pressed is not None and not isinstance(self._widget, QAbstractButton)
            case QEvent.Type.MouseMove if self._pressed is not None:
                if is_far(self._pressed, at):
                    self._drag()
                return True
            case QEvent.Type.MouseButtonRelease:
                self._pressed = None
            case _:
                pass
        return False

    def _drag(self) -> None:
        self._pressed = None
        if isinstance(self._widget, QAbstractButton):
            self._widget.setDown(False)  # what is dragged has not been pressed
        pixmap = self._pixmap()
        data = QMimeData()
        data.setImageData(pixmap.toImage())
        self._start(self._widget, data, pixmap)
