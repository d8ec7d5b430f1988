"""The first start: paste a key, or try the offline demo. History opens without either."""

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import Button, ThemedButton
from desktop_app.ui.fields import FieldFrame, LineField
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.mark import paint_mark
from desktop_app.ui.painting import paint_box
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

WIDTH: Final = 480
KEY_PAGE: Final = "https://aistudio.google.com/apikey"
SENTENCE: Final = "Chat with Gemini from your desktop, with your own key."
WHERE_KEPT: Final = "Checked with one call, then kept in the system’s keyring."
WHERE_NOT_KEPT: Final = (
    "Checked with one call, then used until Castor is closed: "
    "this computer has no keyring to keep it in."
)
_MARGIN: Final = 24
_PADDING: Final = 20
_CONNECT: Final = 90
_OR: Final = 28
_HEIGHT: Final = 440


@dataclass(frozen=True)
class _Place:
    """Where things stand: the column, the mark's top if there is room for it, the title's top, the
    height of the sentence under it, the card.
    """

    left: int = 0
    width: int = 0
    mark: int | None = None
    title: int = 0
    sentence: int = 0
    card: QRect = field(default_factory=QRect)


class Welcome(QWidget):
    """A column in the middle: the mark, the key, the demo."""

    key_entered = Signal(str)
    """This text is to be checked and kept as the key."""

    demo_requested = Signal()
    """The offline demo is to answer."""

    link_clicked = Signal(str, str)
    """A link is to be opened."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Welcome to Castor")
        self._place = _Place()
        self._or = 0
        self._lock = icon(theme, "lock")
        self._label = plain_label(theme, "Gemini API key", 13, 600, "text")
        self._label.setParent(self)
        self.field = LineField(theme, "Gemini API key", "Paste your key")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self._frame = FieldFrame(theme, self.field, 36)
        self._frame.setParent(self)
        self._connect = Button(theme, "Connect", "primary", parent=self)
        self._connect.setFixedHeight(36)
        self._kept = plain_label(theme, WHERE_KEPT, 13, 400, "quiet")
        self._kept.setParent(self)
        self._link = _LinkButton(theme, "Get a key from Google AI Studio", self)
        self._demo = _DemoCard(theme, self)
        self.field.returnPressed.connect(self._enter)
        self._connect.clicked.connect(self._enter)
        self._link.clicked.connect(self._open_page)
        self._demo.clicked.connect(self.demo_requested)
        theme.changed.connect(self.update)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [self.field, self._connect, self._link, self._demo]

    def _enter(self) -> None:
        self.key_entered.emit(self.field.text())

    def _open_page(self) -> None:
        self.link_clicked.emit(KEY_PAGE, KEY_PAGE)

    def set_checking(self, checking: bool) -> None:
        """Show that the key is being checked."""
        self.field.setEnabled(not checking)
        self._connect.setEnabled(not checking)
        if checking:
            self.show_message("Checking the key …")
            announce(self, "Checking the key.")
        elif self.isVisible():
            self.field.setFocus()

    def show_message(self, words: str, *, error: bool = False) -> None:
        """Say how it went."""
        self._kept.set_token("danger" if error else "quiet")
        self._kept.setText(words)
        self._kept.setAccessibleName(words)
        if error:
            announce(self, words)
        self._lay_out()

    def show_keeping(self, *, keeps: bool) -> None:
        """Say whether the key will be kept, unless there is something else to say."""
        if self._kept.text() in (WHERE_KEPT, WHERE_NOT_KEPT):
            self.show_message(WHERE_KEPT if keeps else WHERE_NOT_KEPT)

    def clear(self) -> None:
        """Forget the key: it is where it belongs now."""
        self.field.clear()

    @override
    def sizeHint(self) -> QSize:
        """The column with room around it."""
        return QSize(WIDTH + 48, _HEIGHT + 48)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything into the column."""
        self._lay_out()

    def _lay_out(self) -> None:
        width = min(WIDTH, self.width() - 2 * _MARGIN)
        inner = width - 2 * _PADDING
        words = self._kept.heightForWidth(inner - 22)
        wide = QFontMetrics(self._theme.font(14)).horizontalAdvance(SENTENCE) <= width
        sentence = 22 if wide else 44
        card = 92 + words + 2 + 28 + 16
        column = 56 + 20 + 32 + 4 + sentence + 28 + card + 2 * _OR + 64
        has_mark = column + 2 * _MARGIN <= self.height()
        gap = _OR if has_mark else _OR // 2
        column -= 0 if has_mark else 76 + 2 * (_OR - gap)
        top = max(8, (self.height() - column) // 2 - (_MARGIN if has_mark else 0))
        left = (self.width() - width) // 2
        title = top + (76 if has_mark else 0)
        at = title + 36 + sentence + 28
        self._place = _Place(
            left, width, top if has_mark else None, title, sentence, QRect(left, at, width, card)
        )
        self._place_card(QRect(left + _PADDING, at, inner, card), words)
        self._or = at + card + gap
        self._demo.setGeometry(left, self._or + gap, width, 64)
        self.update()

    def _place_card(self, inner: QRect, words: int) -> None:
        left, top, width = inner.left(), inner.top(), inner.width()
        self._label.setGeometry(left, top + 14, width, 22)
        self._frame.setGeometry(left, top + 44, width - _CONNECT - 10, 36)
        self._connect.setGeometry(left + width - _CONNECT, top + 44, _CONNECT, 36)
        self._kept.setGeometry(left + 22, top + 92, width - 22, words)
        self._link.move(left - 4, top + 92 + words + 2)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint mark, words, card and lines."""
        painter = QPainter(self)
        theme, place = self._theme, self._place
        color = theme.color
        painter.fillRect(self.rect(), color("window"))
        left, width = place.left, place.width
        if place.mark is not None:
            paint_mark(painter, QRectF(left + width / 2 - 28, place.mark, 56, 56), theme)
        middle = Qt.AlignmentFlag.AlignCenter
        painter.setFont(theme.font(24, 600, spacing=-0.2))
        painter.setPen(color("text"))
        painter.drawText(QRectF(left, place.title, width, 32), middle, "Welcome to Castor")
        painter.setFont(theme.font(14))
        painter.setPen(color("quiet"))
        words = QRect(left, place.title + 36, width, place.sentence)
        painter.drawText(words, middle.value | Qt.TextFlag.TextWordWrap.value, SENTENCE)
        paint_box(painter, place.card, 12, color("sunken"), color("line"))
        paint_icon(painter, self._lock, left + _PADDING, place.card.top() + 94, 16)
        y = self._or + 0.5
        painter.setPen(QPen(color("line"), 1))
        painter.drawLine(QPointF(left, y), QPointF(left + width / 2 - 22, y))
        painter.drawLine(QPointF(left + width / 2 + 22, y), QPointF(left + width, y))
        painter.setFont(theme.font(13))
        painter.setPen(color("quiet"))
        painter.drawText(QRectF(left, y - 11, width, 22), middle, "or")


class _LinkButton(ThemedButton):
    """A link with the icon that says that it leaves the program."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._icon = icon(theme, "external-link", "link", "link")
        self.setText(text)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(260, 28)

    @override
    def sizeHint(self) -> QSize:
        """Fixed."""
        return self.minimumSize()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon and words."""
        painter = QPainter(self)
        paint_icon(painter, self._icon, 4, 6, 16)
        font = self.theme.font(13, 500)
        painter.setFont(font)
        painter.setPen(self.theme.color("link"))
        painter.drawText(QRectF(26, 0, 240, 28), Qt.AlignmentFlag.AlignVCenter, self.text())
        self.paint_focus(painter, 6)


class _DemoCard(ThemedButton):
    """Starts the offline demo."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._icon = icon(theme, "message-square", "link", "link")
        self._chevron = icon(theme, "chevron-right")
        self.setText("Try the offline demo")
        self.setAccessibleName("Try the offline demo: answers from this computer, no key needed")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @override
    def sizeHint(self) -> QSize:
        """64 high."""
        return QSize(WIDTH, 64)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint tile, words and chevron."""
        painter = QPainter(self)
        color = self.theme.color
        surface = "pressed" if self.isDown() else "hover" if self.hovered else "window"
        paint_box(painter, self.rect(), 12, color(surface), color("line_strong"))
        paint_box(painter, QRectF(14, 14, 36, 36), 8, color("accent_soft"))
        paint_icon(painter, self._icon, 24, 24, 16)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self.theme.font(14, 500))
        painter.setPen(color("text"))
        painter.drawText(QRectF(64, 11, 340, 22), middle, self.text())
        painter.setFont(self.theme.font(12))
        painter.setPen(color("quiet"))
        room = self.width() - 64 - 40
        words = "Answers from this computer. No key, no network."
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(64, 32, room, 18), middle, words)
        paint_icon(painter, self._chevron, self.width() - 30, 24, 16, active=self.hovered)
        self.paint_focus(painter, 12)
