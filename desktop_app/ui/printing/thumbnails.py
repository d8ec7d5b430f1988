"""The pictures of inputs for paper: their thumbnails, which are made elsewhere, in their time."""

import time
from typing import Final

from PySide6.QtGui import QImage

from desktop_app.interactions.content import AttachmentContent
from desktop_app.ui.transcript.pictures import ThumbnailSource

_PATIENCE: Final = 10.0
"""Seconds after which a picture is not waited for any more."""


class Thumbnails:
    """Asks for each, and knows how long ago."""

    def __init__(self, thumbnail: ThumbnailSource) -> None:
        self._thumbnail = thumbnail
        self._asked: dict[str, float] = {}

    def picture(self, attachment: AttachmentContent) -> QImage | None:
        """The picture of a file, a null one where it has none, `None` while it is being made."""
        if attachment.width is None:
            return QImage()
        png = self._thumbnail(attachment)
        if png is not None:
            return QImage.fromData(png, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - PySide6 takes str here, its stubs say bytes
        since = self._asked.setdefault(attachment.sha256, time.monotonic())
        return QImage() if time.monotonic() - since > _PATIENCE else None
