"""A sound, a film, a document that the model gave: what it is, Open and Save.

The system's own players are better than one of ours would be, and weigh nothing.
"""

from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.media import MediaRef
from desktop_app.chat.media_files import kind_of_media, may_open, seconds_of, size_of
from desktop_app.interactions.content import MediaContent
from desktop_app.overriding import override
from desktop_app.ui.buttons import Button
from desktop_app.ui.chips import kind_icon, size_words
from desktop_app.ui.icons import paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.media_requests import OpenWanted, SaveWanted
from desktop_app.ui.transcript.quoting import host_of

_HEIGHT: Final = 56
_WIDTH: Final = 440
_PADDING: Final = 12
_TILE: Final = 32
_TEXT_LEFT: Final = 56
_GAP: Final = 8


class MediaCard(QWidget):
    """One piece of media that is not shown here."""

    media_requested = Signal(object)
    """Something is to be done with it: a `MediaRequest`."""

    def __init__(self, theme: Theme, ref: MediaRef, parent: QWidget) -> None:
        super().__init__(parent)
        assert isinstance(ref.content, MediaContent)
        self._theme = theme
        self._ref = ref
        self._content = ref.content
        self._icon = kind_icon(theme, self._content.type)
        self._reason = ""
        self._right = _WIDTH - _PADDING
        self._open = Button(theme, "Open", "plain", "external-link", self)
        self._save = Button(theme, "Save…", "plain", "download", self)
        self._open.clicked.connect(self._ask_open)
        self._save.clicked.connect(self._ask_save)
        self._update()
        theme.changed.connect(self.update)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [one for one in (self._open, self._save) if not one.isHidden()]

    @property
    def title(self) -> str:
        """What it is."""
        return kind_of_media(self._content)

    @property
    def detail(self) -> str:
        """How long it is, how large, and why it is not shown."""
        if not self._content.data:
            host = host_of(self._content.uri or "")
            return f"Only a link to {host}; Castor fetches nothing" if host else "Without data"
        words = [size_words(size_of(self._content))]
        seconds = seconds_of(self._content)
        if seconds is not None:
            words.insert(0, length_words(seconds))
        return ", ".join(words) + (f" – {self._reason}" if self._reason else "")

    def show_refusal(self, reason: str) -> None:
        """Say why it is not shown; the system would fare no better with it."""
        self._reason = reason
        self._update()
        self.update()

    def show_content(self, ref: MediaRef) -> None:
        """Show it as it is by now: a sound may come in pieces."""
        assert isinstance(ref.content, MediaContent)
        if ref.content is not self._content:
            self._ref, self._content = ref, ref.content
            self._update()
            self.update()

    def _update(self) -> None:
        self._open.setVisible(may_open(self._content) and not self._reason)
        self._save.setVisible(bool(self._content.data))
        self.setAccessibleName(f"{self.title}, {self.detail}")
        self._open.setAccessibleName(f"Open {self.title}")
        self._save.setAccessibleName(f"Save {self.title}")

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs."""
        self.resize(min(_WIDTH, width), _HEIGHT)
        right = self.width() - _PADDING
        for button in (self._save, self._open):
            if not button.isHidden():
                button.resize(button.sizeHint().width(), button.height())
                right -= button.width()
                button.move(QPoint(right, (_HEIGHT - button.height()) // 2))
                right -= _GAP
        self._right = right
        return _HEIGHT

    def _ask_open(self) -> None:
        self.media_requested.emit(OpenWanted(self._ref))

    def _ask_save(self) -> None:
        self.media_requested.emit(SaveWanted(self._ref))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card, its icon and its words."""
        painter = QPainter(self)
        color = self._theme.color
        paint_box(painter, self.rect(), 10, color("sunken"), color("line"))
        tile = QRectF(_PADDING, (_HEIGHT - _TILE) / 2, _TILE, _TILE)
        paint_box(painter, tile, 8, color("accent_soft"))
        paint_icon(painter, self._icon, tile.left() + 8, tile.top() + 8, 16)
        room = self._right - _TEXT_LEFT
        for words, font, token, top, height in (
            (self.title, self._theme.font(13, 500), "text", 9, 20),
            (self.detail, self._theme.font(12, figures=True), "quiet", 29, 18),
        ):
            painter.setFont(font)
            painter.setPen(color(token))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
            rect = QRectF(_TEXT_LEFT, top, room, height)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, shown)


def length_words(seconds: float) -> str:
    """A length as players write it: minutes and seconds."""
    whole = max(1, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
