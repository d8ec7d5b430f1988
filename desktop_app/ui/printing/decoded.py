"""Pictures for paper, which are decoded elsewhere, in their time."""

import time
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from desktop_app.chat.media import Media, MediaRef
from desktop_app.images.pixels import Pixels

_LONGEST: Final = 1200
"""Pixels a side, at most: 300 to the inch and more at the size that pictures have on paper."""

_PATIENCE: Final = 10.0
"""Seconds after which a picture is not waited for any more."""


class DecodedPictures(QObject):
    """Has each picture decoded when it is asked for first, and holds the last one only."""

    def __init__(self, media: Media, parent: QObject) -> None:
        super().__init__(parent)
        self._media = media
        self._wanted = ""
        self._since = 0.0
        self._made: QImage | None = None
        media.pixels_ready.connect(self._take)

    def picture(self, ref: MediaRef) -> QImage | None:
        """The picture, a null one where there is none, `None` while it is being made."""
        if ref.key != self._wanted:
            self._wanted, self._since, self._made = ref.key, time.monotonic(), None
            self._media.show(ref, _LONGEST)
        if self._made is None and time.monotonic() - self._since > _PATIENCE:
            self._made = QImage()
        return self._made

    def _take(self, key: str, longest: int, made: Pixels | str) -> None:
        if (key, longest) == (self._wanted, _LONGEST):
            self._made = QImage() if isinstance(made, str) else _image_of(made)


def _image_of(pixels: Pixels) -> QImage:
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, pixels.across, pixels.down, 4 * pixels.across, form).copy()
