"""What an attachment looks like: the same in the composer and above the bubble it went out with."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter

from desktop_app.chat.file_kinds import kind_label
from desktop_app.interactions.content import AttachmentContent
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme

CHIP: Final = QSize(220, 44)
THUMB: Final = 36
_BAR: Final = 2
_TEXT_LEFT: Final = 50
_KIND_WORDS: Final = {"image": "Picture", "audio": "Recording", "video": "Film"}
_KIND_ICONS: Final = {"image": "image", "audio": "audio-lines", "video": "video"}


def kind_icon(theme: Theme, kind: str, stroke: float = 1.5) -> QIcon:
    """The icon of a kind of attachment."""
    return icon(theme, _KIND_ICONS.get(kind, "file-text"), "link", "link", stroke=stroke)


def kind_word(kind: str) -> str:
    """What a screen reader calls an attachment of a kind."""
    return _KIND_WORDS.get(kind, "Document")


def detail_words(attachment: AttachmentContent) -> str:
    """Kind and size."""
    return f"{kind_label(attachment)}, {size_words(attachment.size)}"


def size_words(size: int) -> str:
    """A size in bytes as a person reads it."""
    if size < 1000:
        return f"{size} bytes"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    if size < 1_000_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1_000_000_000:.2f} GB"


def paint_chip(
    painter: QPainter, theme: Theme, kind_icon: QIcon, name: str, detail: str, right: int
) -> None:
    """Paint a chip with its icon and words, which leave so much room at the right."""
    color = theme.color
    rect = QRectF(0, 0, CHIP.width(), CHIP.height())
    paint_box(painter, rect, 8, color("sunken"), color("line"))
    paint_box(painter, QRectF(4, 4, THUMB, THUMB), 5, color("accent_soft"))
    paint_icon(painter, kind_icon, 14, 14, 16)
    paint_words(painter, theme, name, detail, right)


def paint_words(painter: QPainter, theme: Theme, name: str, detail: str, right: int) -> None:
    """Paint a chip's name, and the line under it."""
    room = CHIP.width() - _TEXT_LEFT - right
    painter.setFont(theme.font(13, 500))
    painter.setPen(theme.color("text"))
    elided = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room)
    painter.drawText(QRectF(_TEXT_LEFT, 3, room, 20), Qt.AlignmentFlag.AlignVCenter, elided)
    painter.setFont(theme.font(12, figures=True))
    painter.setPen(theme.color("quiet"))
    words = painter.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRectF(_TEXT_LEFT, 22, room, 18), Qt.AlignmentFlag.AlignVCenter, words)


def paint_progress(painter: QPainter, theme: Theme, rect: QRectF, share: float) -> None:
    """Paint how far something is, from 0 to 1: a bar along the foot of a box."""
    inner = rect.adjusted(8, 0, -8, 0)
    groove = QRectF(inner.left(), rect.bottom() - _BAR, inner.width(), _BAR)
    painter.fillRect(groove, theme.color("line_strong"))
    groove.setWidth(inner.width() * max(0.0, min(1.0, share)))
    painter.fillRect(groove, theme.color("accent"))
