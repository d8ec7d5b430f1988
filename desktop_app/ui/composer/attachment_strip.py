"""The attachments of the next input: a chip for each, and one for each refusal."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop_app.chat.attaching import Copying, Refusal
from desktop_app.interactions.content import AttachmentContent
from desktop_app.overriding import override
from desktop_app.ui.activity import ActivityRing
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.chips import CHIP, THUMB, detail_words, kind_icon, paint_chip
from desktop_app.ui.composer.copying_chip import CopyingChip
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box, rounded_pixmap
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip

GAP: Final = 8
MOST_ROWS: Final = 3
"""With more of them the strip scrolls: the text below stays in sight."""

_LINE: Final = 18
_REFUSAL_LEFT: Final = 38
_REFUSAL_RIGHT: Final = 36
_BAR: Final = 14
_REFUSAL_MS: Final = 20_000

ThumbnailSource = Callable[[AttachmentContent], bytes | None]


class Chip(QWidget):
    """One attachment: its thumbnail, its name, its size, and a button to remove it."""

    removed = Signal(str)
    """The attachment of this digest is to be taken out."""

    def __init__(self, theme: Theme, attachment: AttachmentContent, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.attachment = attachment
        self._pixmap = QPixmap()
        self._icon = kind_icon(theme, attachment.kind)
        self._detail = detail_words(attachment)
        self.setFixedSize(CHIP)
        self.setAccessibleName(f"Attachment {attachment.name}, {self._detail}")
        self.setToolTip(plain_tooltip(attachment.name))
        self.button = IconButton(theme, "x", f"Remove {attachment.name}", 28, self)
        self.button.move(CHIP.width() - 32, 8)
        self.button.clicked.connect(self._remove)

    def _remove(self) -> None:
        self.removed.emit(self.attachment.sha256)

    def show_thumbnail(self, png: bytes) -> None:
        """Show the picture itself."""
        self._pixmap.loadFromData(png, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType] - PySide6 takes str here, its stubs say bytes
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint chip, thumbnail or icon, name and size."""
        painter = QPainter(self)
        paint_chip(painter, self._theme, self._icon, self.attachment.name, self._detail, 36)
        if not self._pixmap.isNull():
            scale = self.devicePixelRatioF()
            small = rounded_pixmap(self._pixmap, QSize(THUMB, THUMB), 5, scale)
            painter.drawPixmap(4, 4, small)


class RefusalChip(QWidget):
    """A file that was not attached, and why; it goes by itself after a while."""

    dismissed = Signal()
    """It was read, or its time is over."""

    def __init__(self, theme: Theme, refusal: Refusal, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._refusal = refusal
        self._icon = icon(theme, "triangle-alert", "warn", "warn")
        self._reason = refusal.reason[:1].upper() + refusal.reason[1:]
        words = f"{refusal.name} was not attached: {refusal.reason}."
        self.setAccessibleName(words)
        self.setToolTip(plain_tooltip(words))
        self.button = IconButton(theme, "x", f"Dismiss: {words}", 28, self)
        self.button.setToolTip("Dismiss")
        self.button.clicked.connect(self.dismissed)
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self.dismissed)
        timer.start(_REFUSAL_MS)

    def fit(self, width: int) -> None:
        """Be as wide as the reason, and no wider than a width: there it wraps."""
        taken = _REFUSAL_LEFT + _REFUSAL_RIGHT
        metrics = QFontMetrics(self._theme.font(12))
        needed = metrics.horizontalAdvance(self._reason) + taken + 2
        fitted = min(max(needed, CHIP.width()), width)
        room = QRect(0, 0, fitted - taken, 1000)
        flags = Qt.TextFlag.TextWordWrap.value
        lines = round(metrics.boundingRect(room, flags, self._reason).height() / metrics.height())
        self.resize(fitted, CHIP.height() + (lines - 1) * _LINE)
        self.button.move(fitted - 32, 8)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint chip, icon, name and reason."""
        painter = QPainter(self)
        color = self._theme.color
        paint_box(painter, self.rect(), 8, color("warn_soft"), color("warn_line"))
        paint_icon(painter, self._icon, 12, 14, 16)
        room = self.width() - _REFUSAL_LEFT - _REFUSAL_RIGHT
        painter.setFont(self._theme.font(13, 500))
        painter.setPen(color("text"))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(self._refusal.name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(38, 3, room, 20), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(self._theme.font(12))
        flags = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(QRect(38, 22, room, self.height() - 26), flags, self._reason)


class AttachmentStrip(QScrollArea):
    """All chips of a composer, in rows, of which three are in sight."""

    removed = Signal(str)
    """The attachment of this digest is to be taken out."""

    copy_stopped = Signal(int)
    """The copy of this number is to be stopped."""

    height_changed = Signal()
    """It needs another height."""

    stops_changed = Signal()
    """There is one button more to stop at."""

    def __init__(self, theme: Theme, thumbnail: ThumbnailSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnail = thumbnail
        self._chips: list[Chip] = []
        self._refusals: list[RefusalChip] = []
        self._copying: CopyingChip | None = None
        self._newest: QWidget | None = None
        self._content = QWidget()
        self.setWidget(self._content)
        self._content.setAutoFillBackground(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QScrollArea { background: transparent; }")
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Attachments")
        self._ring = ActivityRing(theme, 16, self._content)
        self._ring.setAccessibleName("Files are being copied")
        self._ring.hide()

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        copying = [] if self._copying is None else [self._copying]
        return [chip.button for chip in (*self._chips, *copying, *self._refusals)]

    def set_attachments(self, attachments: tuple[AttachmentContent, ...]) -> None:
        """Show these attachments."""
        wanted = {one.sha256 for one in attachments}
        for chip in [chip for chip in self._chips if chip.attachment.sha256 not in wanted]:
            self._chips.remove(chip)
            chip.hide()
            chip.deleteLater()
        shown = {chip.attachment.sha256 for chip in self._chips}
        for attachment in attachments:
            if attachment.sha256 not in shown:
                self._add_chip(attachment)
        self.height_changed.emit()

    def _add_chip(self, attachment: AttachmentContent) -> None:
        chip = Chip(self._theme, attachment, self._content)
        chip.removed.connect(self.removed)
        png = self._thumbnail(attachment)
        if png:
            chip.show_thumbnail(png)
        chip.show()
        self._chips.append(chip)
        self._newest = chip
        self.stops_changed.emit()

    def show_thumbnail(self, sha256: str, png: bytes) -> None:
        """Show a thumbnail that was made meanwhile."""
        for chip in self._chips:
            if chip.attachment.sha256 == sha256 and png:
                chip.show_thumbnail(png)

    def show_refusal(self, refusal: Refusal) -> None:
        """Say what was not attached, and why."""
        chip = RefusalChip(self._theme, refusal, self._content)
        chip.dismissed.connect(self._dismiss)
        chip.show()
        self._refusals.append(chip)
        self._newest = chip
        self.stops_changed.emit()
        self.height_changed.emit()

    def _dismiss(self) -> None:
        chip = self.sender()
        if isinstance(chip, RefusalChip) and chip in self._refusals:
            self._refusals.remove(chip)
            chip.hide()
            chip.deleteLater()
            self.height_changed.emit()

    def clear_refusals(self) -> None:
        """Say nothing of refusals any more."""
        for chip in self._refusals:
            chip.hide()
            chip.deleteLater()
        self._refusals.clear()
        self.height_changed.emit()

    def set_working(self, count: int) -> None:
        """Show that files are being copied."""
        if (count > 0) == self._ring.isHidden():
            self._ring.setVisible(count > 0)
            self.height_changed.emit()

    def set_copying(self, copying: Copying | None) -> None:
        """Show the copy that is under way, or none."""
        if self._copying is not None and (
            copying is None or copying.number != self._copying.number
        ):
            self._copying.hide()
            self._copying.deleteLater()
            self._copying = None
            self.height_changed.emit()
        if copying is None:
            return
        if self._copying is None:
            self._copying = CopyingChip(self._theme, copying, self._content)
            self._copying.stopped.connect(self.copy_stopped)
            self._copying.show()
            self._newest = self._copying
            self.stops_changed.emit()
            self.height_changed.emit()
        self._copying.show_copying(copying)

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs."""
        needed = self._lay_out(width)
        most = MOST_ROWS * CHIP.height() + (MOST_ROWS - 1) * GAP
        if needed > most:
            needed = self._lay_out(width - _BAR)
        self._content.resize(width - _BAR if needed > most else width, needed)
        self.resize(width, min(needed, most))
        newest, self._newest = self._newest, None
        if newest in (*self._chips, self._copying, *self._refusals) and newest is not None:
            self.ensureWidgetVisible(newest, 0, 0)  # refusals stand behind what came after them
        return self.height()

    def _lay_out(self, width: int) -> int:
        """Put everything in rows of a width; return the height of all of them."""
        copying = [] if self._copying is None else [self._copying]
        items: list[QWidget] = [*self._chips, *copying, *self._refusals]
        if copying == [] and not self._ring.isHidden():
            items.append(self._ring)
        left = top = 0
        row = CHIP.height()
        for item in items:
            if isinstance(item, RefusalChip):
                item.fit(width)
            if left and left + item.width() > width:
                left = 0
                top += row + GAP
                row = CHIP.height()
            ring = item is self._ring
            item.move(left + (6 if ring else 0), top + (14 if ring else 0))
            left += item.width() + GAP
            row = max(row, item.height())
        return top + row if items else 0
