"""The pictures and other files of an input, right-aligned above its bubble."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.chat.media import MediaRef
from desktop_app.interactions.content import AttachmentContent
from desktop_app.overriding import override
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.chips import (
    CHIP,
    detail_words,
    kind_icon,
    kind_word,
    paint_chip,
    paint_progress,
    size_words,
)
from desktop_app.ui.menus import Menu
from desktop_app.ui.painting import paint_box, rounded_pixmap
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip
from desktop_app.ui.transcript.media_requests import SaveWanted, ViewWanted

ThumbnailSource = Callable[[AttachmentContent], bytes | None]

_ONE: Final = QSize(320, 240)
_SEVERAL: Final = QSize(152, 152)
_GAP: Final = 8
_RADIUS: Final = 12


class Picture(ThemedButton):
    """One attachment of an input: its thumbnail, which opens it, or its name where it has none."""

    save_requested = Signal()
    """It is to be saved as a file."""

    def __init__(
        self, theme: Theme, attachment: AttachmentContent, alone: bool, parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self.opens = attachment.width is not None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if self.opens else Qt.FocusPolicy.NoFocus)
        if self.opens:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAccessibleDescription("Opens the picture in a window of its own")
        self.attachment = attachment
        self._pixmap = QPixmap()
        self._rendered = QPixmap()
        self._icon = kind_icon(theme, attachment.kind)
        self._share = -1.0
        self.resize(self._size(alone))
        size = f", {attachment.width} × {attachment.height} pixels" if attachment.width else ""
        name = f"{kind_word(attachment.kind)} {attachment.name}"
        self.setAccessibleName(f"{name}{size or f', {detail_words(attachment)}'}")
        self.setToolTip(plain_tooltip(f"{attachment.name}, {size_words(attachment.size)}"))
        theme.changed.connect(self._forget)

    def add_entries(self, menu: Menu) -> None:
        """Offer in a menu what can be done with it."""
        if self.opens:
            menu.add("Open picture", self.click, icon_name="image")
        words = "Save picture…" if self.opens else "Save file…"
        menu.add(words, self.save_requested.emit, icon_name="download")

    def _size(self, alone: bool) -> QSize:
        attachment = self.attachment
        if attachment.width is None or attachment.height is None:
            return CHIP
        if not alone:
            return _SEVERAL
        size = QSize(attachment.width, attachment.height)
        if size.width() > _ONE.width() or size.height() > _ONE.height():
            size = size.scaled(_ONE, Qt.AspectRatioMode.KeepAspectRatio)
        return size.expandedTo(QSize(24, 24))

    def show_thumbnail(self, png: bytes) -> None:
        """Show the picture itself."""
        self._pixmap.loadFromData(png, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - PySide6 takes str here, its stubs say bytes
        self._forget()

    def show_upload(self, share: float) -> None:
        """Show how far the upload is, from 0 to 1; below 0 there is none."""
        self._share = share
        self.update()

    def _forget(self) -> None:
        self._rendered = QPixmap()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the thumbnail with an edge of one pixel, or the name."""
        painter = QPainter(self)
        self._paint_picture(painter)
        if self._share >= 0:
            rect = QRectF(self.rect()).adjusted(0, 0, 0, -1)
            paint_progress(painter, self._theme, rect, self._share)
        self.paint_focus(painter, _RADIUS)

    def _paint_picture(self, painter: QPainter) -> None:
        if self._pixmap.isNull():
            self._paint_name(painter)
            return
        scale = self.devicePixelRatioF()
        if self._rendered.isNull() or self._rendered.devicePixelRatio() != scale:
            edge = self._theme.color("on_accent" if self._theme.dark else "shadow")
            edge.setAlphaF(0.14 if self._theme.dark else 0.12)
            if self._theme.dark:
                edge.setRgbF(1, 1, 1, 0.14)
            self._rendered = rounded_pixmap(self._pixmap, self.size(), _RADIUS, scale, edge)
        painter.drawPixmap(0, 0, self._rendered)

    def _paint_name(self, painter: QPainter) -> None:
        attachment = self.attachment
        if attachment.width is not None:  # its thumbnail is on the way
            color = self._theme.color
            paint_box(painter, self.rect(), _RADIUS, color("sunken"), color("line"))
            return
        words = detail_words(attachment)
        paint_chip(painter, self._theme, self._icon, attachment.name, words, 12)


class PictureRow(QWidget):
    """All pictures of an input."""

    media_requested = Signal(object)
    """A picture is to be seen in a window, or a file to be saved: a `MediaRequest`."""

    def __init__(
        self,
        theme: Theme,
        attachments: list[AttachmentContent],
        thumbnail: ThumbnailSource,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        alone = len(attachments) == 1
        self.pictures = [Picture(theme, one, alone, self) for one in attachments]
        for picture in self.pictures:
            picture.clicked.connect(self._open)
            picture.save_requested.connect(self._save)
            png = thumbnail(picture.attachment)
            if png:
                picture.show_thumbnail(png)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [picture for picture in self.pictures if picture.opens]

    def _open(self) -> None:
        picture = self.sender()
        if isinstance(picture, Picture) and picture.opens:
            ref = MediaRef(picture.attachment.sha256, picture.attachment)
            self.media_requested.emit(ViewWanted(ref))

    def _save(self) -> None:
        picture = self.sender()
        if isinstance(picture, Picture):
            ref = MediaRef(picture.attachment.sha256, picture.attachment)
            self.media_requested.emit(SaveWanted(ref))

    def show_thumbnail(self, sha256: str, png: bytes) -> None:
        """Show a thumbnail that was made meanwhile."""
        for picture in self.pictures:
            if picture.attachment.sha256 == sha256 and png:
                picture.show_thumbnail(png)

    def show_upload(self, sha256: str, share: float) -> None:
        """Show how far the upload of one of them is."""
        for picture in self.pictures:
            if picture.attachment.sha256 == sha256:
                picture.show_upload(share)

    def fit(self, width: int) -> int:
        """Lay out from the right in a width; return and take the height it needs."""
        rows: list[list[Picture]] = [[]]
        used = 0
        for picture in self.pictures:
            if rows[-1] and used + picture.width() > width:
                rows.append([])
                used = 0
            rows[-1].append(picture)
            used += picture.width() + _GAP
        top = 0
        for row in rows:
            left = width - sum(p.width() for p in row) - _GAP * (len(row) - 1)
            for picture in row:
                picture.move(max(0, left), top)
                left += picture.width() + _GAP
            top += max(picture.height() for picture in row) + _GAP
        self.resize(width, top - _GAP)
        return top - _GAP
