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


class DragOut(QObject):
    """Lets what a button shows be dragged out of it.

    `taken` gives that and its picture, or nothing where there is nothing yet.
    """

    def __init__(
        self,
        button: QAbstractButton,
        taken: Callable[[], tuple[QMimeData, QPixmap] | None],
        start: Carry = carry,
    ) -> None:
        super().__init__(button)
        self._button = button
        self._taken = taken
        self._start = start
        self._pressed: QPoint | None = None
        self._dragged = False
        button.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for a press that moves on."""
        if not isinstance(event, QMouseEvent):
            return False
        at = event.position().toPoint()
        match event.type():
            case QEvent.Type.MouseButtonPress:
                self._pressed = at if event.button() == Qt.MouseButton.LeftButton else None
                self._dragged = False
            case QEvent.Type.MouseMove if self._pressed is not None and is_far(self._pressed, at):
                self._pressed = None
                self._dragged = self._drag()
            case QEvent.Type.MouseButtonRelease:
                self._pressed = None
            case _:
                pass
        return self._dragged  # the button does not hear of what follows

    def _drag(self) -> bool:
        taken = self._taken()
        if taken is None:
            return False
        self._button.setDown(False)  # what is dragged has not been pressed
        self._start(self._button, *taken)
        return True
