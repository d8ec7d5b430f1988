"""The pictures of an input, right-aligned above its bubble."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from desktop_app.interactions.content import AttachmentContent
from desktop_app.overriding import override
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box, rounded_pixmap
from desktop_app.ui.theme import Theme

ThumbnailSource = Callable[[AttachmentContent], bytes | None]

_ONE: Final = QSize(320, 240)
_SEVERAL: Final = QSize(152, 152)
_GAP: Final = 8
_RADIUS: Final = 12


class Picture(QWidget):
    """One attachment of an input: its thumbnail, or its name where it has none."""

    def __init__(
        self, theme: Theme, attachment: AttachmentContent, alone: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.attachment = attachment
        self._pixmap = QPixmap()
        self._rendered = QPixmap()
        self._icon = icon(theme, "image")
        self.resize(self._size(alone))
        size = f", {attachment.width} × {attachment.height} pixels" if attachment.width else ""
        self.setAccessibleName(f"Picture {attachment.name}{size}")
        self.setToolTip(_tooltip(attachment))
        theme.changed.connect(self._forget)

    def _size(self, alone: bool) -> QSize:
        attachment = self.attachment
        if attachment.width is None or attachment.height is None:
            return QSize(220, 44)
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

    def _forget(self) -> None:
        self._rendered = QPixmap()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the thumbnail with an edge of one pixel, or the name."""
        painter = QPainter(self)
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
        color = self._theme.color
        paint_box(painter, self.rect(), _RADIUS, color("sunken"), color("line"))
        if self.attachment.width is not None:
            return  # its thumbnail is on the way
        paint_icon(painter, self._icon, 14, (self.height() - 16) / 2, 16)
        painter.setFont(self._theme.font(13, 500))
        painter.setPen(color("text"))
        room = self.width() - 52
        name = painter.fontMetrics().elidedText(
            self.attachment.name, Qt.TextElideMode.ElideMiddle, room
        )
        painter.drawText(QRectF(40, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, name)


class PictureRow(QWidget):
    """All pictures of an input."""

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
            png = thumbnail(picture.attachment)
            if png:
                picture.show_thumbnail(png)

    def show_thumbnail(self, sha256: str, png: bytes) -> None:
        """Show a thumbnail that was made meanwhile."""
        for picture in self.pictures:
            if picture.attachment.sha256 == sha256 and png:
                picture.show_thumbnail(png)

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


def _tooltip(attachment: AttachmentContent) -> str:
    """Name and size as plain text: a file's name may look like markup."""
    from html import escape

    size = (
        f"{attachment.size / 1000:.0f} kB"
        if attachment.size < 1_000_000
        else (f"{attachment.size / 1_000_000:.1f} MB")
    )
    return f"<qt>{escape(attachment.name)}<br>{size}</qt>"
