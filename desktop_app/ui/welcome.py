"""The first start: paste a key, or try the offline demo. History opens without either."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import Button, ThemedButton
from desktop_app.ui.fields import FieldFrame, LineField
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.mark import paint_mark
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme

WIDTH: Final = 480
KEY_PAGE: Final = "https://aistudio.google.com/apikey"
_CARD_HEIGHT: Final = 160
_HEIGHT: Final = 444


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
        self._lock = icon(theme, "lock")
        self._label = QLabel("Gemini API key", self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setFont(theme.font(13, 600))
        self.field = LineField(theme, "Gemini API key", "Paste your key")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self._frame = FieldFrame(theme, self.field, 36)
        self._frame.setParent(self)
        self._connect = Button(theme, "Connect", "primary", parent=self)
        self._connect.setFixedHeight(36)
        self._kept = QLabel("Checked with one call, then kept in the system’s keyring.", self)
        self._kept.setTextFormat(Qt.TextFormat.PlainText)
        self._kept.setFont(theme.font(13))
        self._kept.setWordWrap(True)
        self._link = _LinkButton(theme, "Get a key from Google AI Studio", self)
        self._demo = _DemoCard(theme, self)
        self.field.returnPressed.connect(self._enter)
        self._connect.clicked.connect(self._enter)
        self._link.clicked.connect(self._open_page)
        self._demo.clicked.connect(self.demo_requested)
        self._error = False
        self._restyle()
        theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        token = "danger" if self._error else "quiet"
        self._kept.setStyleSheet(f"color: {self._theme.hex(token)}")
        self.update()

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
        self._error = error
        self._kept.setText(words)
        self._kept.setAccessibleName(words)
        if error:
            announce(self, words)
        self._restyle()

    def clear(self) -> None:
        """Forget the key: it is where it belongs now."""
        self.field.clear()

    @override
    def sizeHint(self) -> QSize:
        """The column with room around it."""
        return QSize(WIDTH + 48, _HEIGHT + 48)

    def _origin(self) -> tuple[int, int, int]:
        width = min(WIDTH, self.width() - 48)
        return (self.width() - width) // 2, max(24, (self.height() - _HEIGHT) // 2 - 24), width

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything into the column."""
        left, top, width = self._origin()
        card = top + 162
        inner = width - 40
        self._label.setGeometry(left + 20, card + 14, inner, 22)
        button = 90
        self._frame.setGeometry(left + 20, card + 44, inner - button - 10, 36)
        self._connect.setGeometry(left + 20 + inner - button, card + 44, button, 36)
        self._kept.setGeometry(left + 42, card + 88, inner - 22, 38)
        self._link.move(left + 16, card + 124)
        self._demo.setGeometry(left, card + _CARD_HEIGHT + 56, width, 64)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint mark, words, card and lines."""
        painter = QPainter(self)
        theme = self._theme
        color = theme.color
        painter.fillRect(self.rect(), color("window"))
        left, top, width = self._origin()
        paint_mark(painter, QRectF(left + width / 2 - 28, top, 56, 56), theme)
        middle = Qt.AlignmentFlag.AlignCenter
        painter.setFont(theme.font(24, 600, spacing=-0.2))
        painter.setPen(color("text"))
        painter.drawText(QRectF(left, top + 76, width, 32), middle, "Welcome to Castor")
        painter.setFont(theme.font(14))
        painter.setPen(color("quiet"))
        sentence = "Chat with Gemini from your desktop, with your own key."
        painter.drawText(QRectF(left, top + 112, width, 22), middle, sentence)
        card = QRectF(left, top + 162, width, _CARD_HEIGHT)
        paint_box(painter, card, 12, color("sunken"), color("line"))
        paint_icon(painter, self._lock, left + 20, card.top() + 99, 16)
        y = card.bottom() + 28.5
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
        words = "Answers from this computer. No key, no network."
        painter.drawText(QRectF(64, 32, 340, 18), middle, words)
        paint_icon(painter, self._chevron, self.width() - 30, 24, 16, active=self.hovered)
        self.paint_focus(painter, 12)
