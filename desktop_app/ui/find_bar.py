"""The find bar: over the upper right corner of the transcript, words in, wishes out.

It does not know what is found: its owner tells it the words to show.
"""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import IconButton
from desktop_app.ui.fields import FieldFrame, LineField
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.find import Query

HEIGHT: Final = 44
_RADIUS: Final = 10
_PADDING: Final = 6
_SIDE: Final = 28
_GAP: Final = 2
_WORDS: Final = 120
"""Room for “1,234 of 12,345”, and 8 at each side."""

_LEAST_WORDS: Final = 72

_WIDEST: Final = 496
_LEAST_FIELD: Final = 96
_LONGEST: Final = 1000


class ToggleButton(IconButton):
    """An icon that is on or off."""

    def __init__(self, theme: Theme, icon_name: str, name: str, parent: QWidget) -> None:
        super().__init__(theme, icon_name, name, _SIDE, parent)
        self.setCheckable(True)
        self._on = icon(theme, icon_name, "link", "link")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chip of what is on, else a button as any other."""
        if not self.isChecked():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        paint_box(painter, self.rect(), 8, self.theme.color("accent_soft"))
        paint_icon(painter, self._on, (_SIDE - 16) / 2, (_SIDE - 16) / 2, 16)
        self.paint_focus(painter)


class FindBar(QWidget):
    """Asks for words, and says how many were found."""

    query_changed = Signal(object)
    """This `Query` is to be looked for."""

    stepped = Signal(int)
    """The next match is to be shown, for 1, or the one before, for -1."""

    closed = Signal()
    """The search is over; the bar is gone and the focus, which was there, belongs elsewhere."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self._words_room = _WORDS
        self._field = LineField(theme, "Find in the conversation", "Find")
        self._field.setFont(theme.font(13))
        self._field.setMaxLength(_LONGEST)
        self._frame = FieldFrame(theme, self._field)
        self._frame.setParent(self)
        self._case = ToggleButton(theme, "case-sensitive", "Match capitals", self)
        self._whole = ToggleButton(theme, "whole-word", "Whole words only", self)
        self._previous = IconButton(theme, "chevron-up", "Previous match", _SIDE, self)
        self._next = IconButton(theme, "chevron-down", "Next match", _SIDE, self)
        self._close = IconButton(theme, "x", "Close the search", _SIDE, self)
        self._field.textChanged.connect(self._ask)
        self._case.toggled.connect(self._ask)
        self._whole.toggled.connect(self._ask)
        self._previous.clicked.connect(self._step_back)
        self._next.clicked.connect(self._step_on)
        self._close.clicked.connect(self.close_search)
        self._field.installEventFilter(self)
        self.setAccessibleName("Find")
        self.setAutoFillBackground(False)
        self.hide()
        theme.changed.connect(self.update)

    # --- what is asked ------------------------------------------------------------------------

    @property
    def query(self) -> Query:
        """What is looked for; nothing while it is closed."""
        text = "" if self.isHidden() else self._field.text()
        return Query(text, self._case.isChecked(), self._whole.isChecked())

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        buttons = [self._case, self._whole, self._previous, self._next, self._close]
        return [self._field, *buttons]

    def open_search(self, words: str = "") -> None:
        """Ask for words; those that stand there are selected, so that others replace them."""
        opened = self.isHidden()
        self.show()
        self.raise_()
        if words:
            self._field.setText(words)
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        if opened:
            self._ask()

    def close_search(self) -> None:
        """Go away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def has_focus(self) -> bool:
        """Whether the keyboard is in it."""
        return any(stop.hasFocus() for stop in self.stops)

    def _ask(self) -> None:
        self.query_changed.emit(self.query)

    def _step_on(self) -> None:
        self.stepped.emit(1)

    def _step_back(self) -> None:
        self.stepped.emit(-1)

    # --- what is told -------------------------------------------------------------------------

    def show_words(self, words: str, *, can_step: bool) -> None:
        """Say how many were found, or nothing."""
        self._previous.setEnabled(can_step)
        self._next.setEnabled(can_step)
        if words != self._words:
            self._words = words
            self.setAccessibleDescription(words)
            self.update()

    def say(self) -> None:
        """Have a screen reader say how many were found."""
        if self._words:
            announce(self, self._words)

    # --- keys and pixels ----------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on; it and Escape are not those of the window."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.stepped.emit(-1 if back else 1)
            return True
        return False

    @override
    def event(self, event: QEvent) -> bool:
        """Escape anywhere in it closes it, and is not the one that stops the answer."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.close_search()
            return True
        return super().event(event)

    def fit(self, space: int) -> QSize:
        """The size in a space of a width."""
        rest = 2 * _PADDING + 5 * _SIDE + 4 * _GAP
        return QSize(max(rest + _LEAST_FIELD + _LEAST_WORDS, min(space, _WIDEST)), HEIGHT)

    @override
    def sizeHint(self) -> QSize:
        """As wide as it is where there is room."""
        return self.fit(_WIDEST)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons at the right, and give the field the rest."""
        left = self.width() - _PADDING - _SIDE
        for button in reversed(self.stops[1:]):
            button.move(left, (HEIGHT - _SIDE) // 2)
            left -= _SIDE + _GAP
        end = left + _SIDE
        right = max(_PADDING + _LEAST_FIELD, end - _WORDS)
        self._words_room = end - right
        self._frame.setGeometry(QRect(_PADDING, _PADDING, right - _PADDING, HEIGHT - 2 * _PADDING))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box and words."""
        painter = QPainter(self)
        color = self._theme.color
        paint_box(painter, self.rect(), _RADIUS, color("raised"), color("line_strong"))
        painter.setFont(self._theme.font(12, figures=True))
        painter.setPen(color("quiet"))
        room = self._words_room - 16
        rect = QRectF(self._frame.geometry().right() + 1 + 8, 0, room, HEIGHT)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        cut = Qt.TextElideMode.ElideRight
        words = painter.fontMetrics().elidedText(self._words, cut, room)
        painter.drawText(rect, flags, words)
