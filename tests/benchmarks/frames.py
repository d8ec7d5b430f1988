"""When a window was painted, and whether what it painted is what it stays with."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from desktop_app.ui.main_window import MainWindow

_SMALL = (180, 120)
_LIKE = 0.97
"""A frame is the final one where this share of it looks as in the end; colours may come later."""


@dataclass(frozen=True)
class Frame:
    """A moment at which the window had been painted.

    `clean` says that the transcript had shown all that it was given, `seen` what was on screen.
    """

    at: float
    clean: bool
    seen: QImage | None


class FrameWatch(QObject):
    """Notes every frame of a window, and with `looks` what is to be seen in it above the composer.

    A frame is over when an event that was posted at its begin is handled.
    """

    def __init__(self, window: "MainWindow", *, looks: bool = True) -> None:
        super().__init__(window)
        self._window = window
        self._looks = looks
        self._waits = False
        self.frames: list[Frame] = []
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.UpdateRequest and not self._waits:
            self._waits = True
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))
        return False

    def customEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        self._waits = False
        now = time.perf_counter()
        seen = self.look() if self._looks else None
        self.frames.append(Frame(now, self._window.pane.transcript.is_clean, seen))

    def look(self) -> QImage:
        """What is on the screen above the composer, small and grey."""
        pane = self._window.pane
        at = pane.mapTo(self._window, QPoint(0, 0))
        height = pane.composer.mapTo(pane, QPoint(0, 0)).y()
        shot = self._window.screen().grabWindow(
            self._window.winId(), at.x(), at.y(), pane.width(), height
        )
        small = shot.toImage().scaled(
            *_SMALL,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        return small.convertToFormat(QImage.Format.Format_Grayscale8)

    def stop(self) -> None:
        """Watch no more."""
        self._window.removeEventFilter(self)
        self.deleteLater()


async def until_final(window: "MainWindow", act: Callable[[], object], wait: float) -> float:
    """Do something; return after how many milliseconds that was painted which then stayed."""
    watch = FrameWatch(window)
    began = time.perf_counter()
    act()
    window.update()
    await asyncio.sleep(wait)
    final = watch.look()
    watch.stop()
    found = (one.at for one in watch.frames if one.seen and likeness(one.seen, final) >= _LIKE)
    # The screen may show the last frame only after it was looked at.
    last = watch.frames[-1].at if watch.frames else began + wait
    return (next(found, last) - began) * 1000


def likeness(first: QImage, second: QImage) -> float:
    """The share of two grey pictures of the same size that is alike."""
    pairs = zip(bytes(first.constBits()), bytes(second.constBits()), strict=True)
    alike = [abs(a - b) <= 12 for a, b in pairs]
    return sum(alike) / max(1, len(alike))


def frame_ms(widget: QWidget, act: Callable[[], object]) -> float:
    """How long something takes with all the painting that it causes."""
    began = time.perf_counter()
    act()
    widget.update()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest.value)
    return (time.perf_counter() - began) * 1000
