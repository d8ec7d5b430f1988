"""The notice bar: one line under the header about the program, with at most one action.

It pushes the transcript and never covers it.
"""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.notices import Notice, NoticeKind
from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import Button, IconButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip

HEIGHT: Final = 40
_PASSING_MS: Final = 12_000

_LOOKS: Final = {
    NoticeKind.INFO: ("info", "quiet", "sunken", "line"),
    NoticeKind.OK: ("check", "ok", "ok_soft", "line"),
    NoticeKind.WARN: ("triangle-alert", "warn", "warn_soft", "warn_line"),
    NoticeKind.DANGER: ("circle-alert", "danger", "danger_soft", "danger_line"),
}


class NoticeBar(QWidget):
    """Shows the latest notice; the ones before it wait behind it."""

    acted = Signal(object)
    """The action of this `Notice` was pressed."""

    height_changed = Signal()
    """It has appeared or gone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._notices: list[Notice] = []
        self._action = Button(theme, "Undo", "quiet", parent=self)
        self._action.setFixedHeight(28)
        self._action.clicked.connect(self._act)
        self._close = IconButton(theme, "x", "Dismiss", 28, self)
        self._close.clicked.connect(self._dismiss)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._dismiss)
        self.setFixedHeight(HEIGHT)
        self.hide()
        theme.changed.connect(self.update)

    @property
    def current(self) -> Notice | None:
        """The notice that is shown."""
        return self._notices[-1] if self._notices else None

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [self._action, self._close]

    def post(self, notice: Notice) -> None:
        """Show a notice; it replaces an earlier one of its topic."""
        if notice.topic:
            self._notices = [one for one in self._notices if one.topic != notice.topic]
        self._notices.append(notice)
        self._show()
        announce(self, notice.text)

    def withdraw(self, topic: str) -> None:
        """Show the notice of a topic no more."""
        self._notices = [one for one in self._notices if one.topic != topic]
        self._show()

    def _dismiss(self) -> None:
        if self._notices:
            self._notices.pop()
        self._show()

    def _act(self) -> None:
        notice = self.current
        if notice is not None:
            self._dismiss()
            if notice.details:
                QGuiApplication.clipboard().setText(notice.details)
            self.acted.emit(notice)

    def _show(self) -> None:
        notice = self.current
        self._timer.stop()
        if notice is not None:
            self.setAccessibleName(notice.text)
            self._action.setVisible(bool(notice.action))
            self._action.setText(notice.action)
            self._action.setAccessibleName(notice.action)
            self._arrange()
            if notice.kind in (NoticeKind.INFO, NoticeKind.OK):
                self._timer.start(_PASSING_MS)
        changed = self.isHidden() == (notice is not None)
        self.setVisible(notice is not None)
        self.update()
        if changed:
            self.height_changed.emit()

    def _arrange(self) -> None:
        self._close.move(self.width() - 46, 6)
        width = self._action.sizeHint().width()
        self._action.setGeometry(self.width() - 54 - width, 6, width, 28)

    @override
    def sizeHint(self) -> QSize:
        """40 high."""
        return QSize(400, HEIGHT)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons at the right."""
        self._arrange()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, icon and words."""
        notice = self.current
        if notice is None:
            return
        painter = QPainter(self)
        name, ink, fill, line = _LOOKS[notice.kind]
        color = self._theme.color
        painter.fillRect(self.rect(), color(fill))
        painter.setPen(QPen(color(line), 1))
        painter.drawLine(0, HEIGHT - 1, self.width(), HEIGHT - 1)
        paint_icon(painter, icon(self._theme, name, ink, ink), 24, 12, 16)
        painter.setFont(self._theme.font(13))
        painter.setPen(color("text"))
        end = self._close.x() if self._action.isHidden() else self._action.x()
        words = painter.fontMetrics().elidedText(
            notice.text, Qt.TextElideMode.ElideRight, end - 50 - 8
        )
        self.setToolTip("" if words == notice.text else plain_tooltip(notice.text))
        painter.drawText(QRectF(50, 0, end, HEIGHT - 1), Qt.AlignmentFlag.AlignVCenter, words)
