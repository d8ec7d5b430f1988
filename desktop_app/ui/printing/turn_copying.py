"""Copies a turn as a picture, a slice at a time."""

import time
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage

from desktop_app.chat.media import Media
from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.printing.decoded import DecodedPictures
from desktop_app.ui.printing.turn_picture import HIGHEST, turn_picture
from desktop_app.ui.theme import Theme

_SLICE: Final = 0.008
_PAUSE_MS: Final = 4

TOO_HIGH: Final = f"This turn is too long for a picture: it would be over {HIGHEST:,} pixels high."


class TurnCopying(QObject):
    """Puts one picture on the clipboard at a time; another one that is begun takes its place."""

    finished = Signal(str)
    """It is over: "" where the picture is on the clipboard, else why there is none."""

    def __init__(self, theme: Theme, media: Media, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures = DecodedPictures(media, self)
        self._made: Iterator[QImage | None] = iter(())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    def copy(self, turn: Interaction, scale: float) -> None:
        """Copy a turn as it is now, in pixels of a screen of a scale."""
        self._made = turn_picture(self._theme, turn, self._pictures.picture, scale)
        self._go_on()

    def _go_on(self) -> None:
        end = time.monotonic() + _SLICE
        image = next(self._made, QImage())
        while image is None and time.monotonic() < end:
            image = next(self._made, QImage())
        if image is None:
            self._timer.start(_PAUSE_MS)
            return
        self._timer.stop()
        self._made = iter(())
        if image.isNull():
            self.finished.emit(TOO_HIGH)
            return
        QGuiApplication.clipboard().setImage(image)
        self.finished.emit("")
