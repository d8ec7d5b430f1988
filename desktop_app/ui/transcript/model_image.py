"""A picture that the model gave, in its place in the answer. It is decoded elsewhere.

It has its room before it is decoded, and lets go of its pixels when it is out of sight.
"""

from math import ceil
from typing import Final

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.media import MediaRef
from desktop_app.chat.media_files import bytes_of, kind_of_media, picture_size
from desktop_app.images.pixels import Pixels
from desktop_app.interactions.content import ImageContent
from desktop_app.overriding import override
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.menus import Menu
from desktop_app.ui.painting import paint_box, rounded_pixmap
from desktop_app.ui.pixmaps import pixmap_of
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip
from desktop_app.ui.transcript.audio_card import MediaCard
from desktop_app.ui.transcript.dragging import DragOut
from desktop_app.ui.transcript.media_requests import PixelsWanted, SaveWanted, ViewWanted

HIGHEST: Final = 480
_SMALLEST: Final = 24
_RADIUS: Final = 12
_STEP: Final = 64
"""Sizes are asked for in steps, so that a window may change a little without a new picture."""


class _Picture(ThemedButton):
    """The picture itself, which is pressed to be seen in a window."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(plain_tooltip("Open the picture"))
        self.setAccessibleDescription("Opens the picture in a window of its own")
        self.pixmap = QPixmap()
        self._rendered = QPixmap()
        theme.changed.connect(self.forget)

    def show_pixmap(self, pixmap: QPixmap) -> None:
        """Show a picture, or none."""
        self.pixmap = pixmap
        self.forget()

    def forget(self) -> None:
        """Paint it anew: its size or the theme has changed."""
        self._rendered = QPixmap()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """What it was laid out to."""
        return self.size()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture with round corners and an edge of one pixel."""
        painter = QPainter(self)
        color = self.theme.color
        if self.pixmap.isNull():
            paint_box(painter, self.rect(), _RADIUS, color("sunken"), color("line"))
        else:
            scale = self.devicePixelRatioF()
            if self._rendered.size() != self.size() * scale:
                edge = QColor(255, 255, 255, 36) if self.theme.dark else QColor(0, 0, 0, 31)
                self._rendered = rounded_pixmap(self.pixmap, self.size(), _RADIUS, scale, edge)
            painter.drawPixmap(0, 0, self._rendered)
        self.paint_focus(painter, _RADIUS)


class ModelImage(QWidget):
    """A picture of an answer; what it is in words, where it cannot be shown."""

    media_requested = Signal(object)
    """Something is to be done with it: a `MediaRequest`."""

    height_changed = Signal()
    """It has another size than was thought."""

    def __init__(self, theme: Theme, ref: MediaRef, parent: QWidget) -> None:
        super().__init__(parent)
        assert isinstance(ref.content, ImageContent)
        self._theme = theme
        self.ref = ref
        self._measured = picture_size(ref.content) or (0, 0)
        self._asked = 0
        self._picture = _Picture(theme, self)
        self._picture.clicked.connect(self._ask_view)
        DragOut(self._picture, self.taken)
        self._card = MediaCard(theme, ref, self)
        self._card.media_requested.connect(self.media_requested)
        self._card.hide()
        if not ref.content.data:
            self._show_card("")
        self._describe()

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return self._card.stops if self.broken else [self._picture]

    @property
    def broken(self) -> bool:
        """Whether there is nothing to be seen but what it is."""
        return not self._card.isHidden()

    def _describe(self) -> None:
        content = self.ref.content
        assert isinstance(content, ImageContent)
        width, height = self._measured
        size = f", {width} × {height} pixels" if width else ""
        words = f"{kind_of_media(content)} of the answer{size}"
        self._picture.setAccessibleName(words)

    def show_content(self, ref: MediaRef) -> bool:
        """Show a picture as it is by now, if more of it has come; say whether it has."""
        if ref.key == self.ref.key or not isinstance(ref.content, ImageContent):
            return False
        self.ref = ref
        self._card.show_content(ref)
        self._measured = picture_size(ref.content) or self._measured
        self._asked = 0
        self._card.hide()
        self._picture.show()
        self._describe()
        if self.isVisible():
            self._ask_pixels()
        return True

    # --- pixels in and out --------------------------------------------------------------------

    def show_pixels(self, key: str, made: Pixels | str) -> None:
        """Show the picture, or say why it cannot be shown; those of others are passed over."""
        if key != self.ref.key or self.broken:
            return
        if isinstance(made, str):
            self._show_card("cannot be shown")
            self.height_changed.emit()
            return
        if not self.isHidden():
            self._picture.show_pixmap(pixmap_of(made))
        if (made.width, made.height) != self._measured:
            self._measured = made.width, made.height
            self._describe()
            self.height_changed.emit()

    def _show_card(self, reason: str) -> None:
        if reason:
            self._card.show_refusal(reason)
        self._card.show()
        self._picture.hide()
        self._picture.show_pixmap(QPixmap())

    def _ask_view(self) -> None:
        self.media_requested.emit(ViewWanted(self.ref))

    def add_entries(self, menu: Menu) -> None:
        """Offer in a menu what can be done with the picture."""
        if not self.broken:
            menu.add("Open picture", self._ask_view, icon_name="image")
            menu.add("Save picture…", self._ask_save, icon_name="download")

    def _ask_save(self) -> None:
        self.media_requested.emit(SaveWanted(self.ref))

    def taken(self) -> tuple[QMimeData, QPixmap] | None:
        """The picture to be dragged away, once it is shown: as it came, and as its pixels."""
        content, pixmap = self.ref.content, self._picture.pixmap
        if pixmap.isNull() or not isinstance(content, ImageContent):
            return None
        data = QMimeData()
        data.setImageData(pixmap.toImage())
        data.setData(content.mime_type or "image/png", bytes_of(content))
        return data, pixmap

    def _ask_pixels(self) -> None:
        size = self._picture.size() * self.devicePixelRatioF()
        longest = ceil(max(size.width(), size.height()) / _STEP) * _STEP
        have = max(self._picture.pixmap.width(), self._picture.pixmap.height())
        if longest and not self.broken and (self._picture.pixmap.isNull() or longest > self._asked):
            if have and have >= max(self._measured):
                return  # all of it is here
            self._asked = longest
            self.media_requested.emit(PixelsWanted(self.ref, longest))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """It is near the window: get its pixels."""
        self._ask_pixels()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """It is out of sight: let go of them."""
        self._picture.show_pixmap(QPixmap())
        self._asked = 0

    # --- layout -------------------------------------------------------------------------------

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs."""
        if self.broken:
            self.resize(width, self._card.fit(width))
            return self.height()
        size = QSize(*(self._measured if all(self._measured) else (4, 3)))
        room = QSize(width, self._theme.zoomed(HIGHEST))
        known = all(self._measured)
        if not known or size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        size = size.expandedTo(QSize(_SMALLEST, _SMALLEST)).boundedTo(room)
        if size != self._picture.size():
            self._picture.resize(size)
            self._picture.forget()
        self.resize(width, size.height())
        if self.isVisible():
            self._ask_pixels()
        return size.height()
