"""The right side of the window: header, notices, the conversation or what stands in its place,
and the composer.
"""

from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.composer.attachment_strip import ThumbnailSource
from desktop_app.ui.composer.composer import BOTTOM, OVERHANG, Composer
from desktop_app.ui.empty_state import EmptyState
from desktop_app.ui.find_bar import FindBar
from desktop_app.ui.focus_order import put_in_order
from desktop_app.ui.header import HEIGHT as HEADER
from desktop_app.ui.header import Header
from desktop_app.ui.notice_bar import HEIGHT as NOTICE
from desktop_app.ui.notice_bar import NoticeBar
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.column_area import column_width
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.welcome import Welcome

_TYPING: Final = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.KeypadModifier
    | Qt.KeyboardModifier.GroupSwitchModifier
)


class Shown(Enum):
    """What fills the middle."""

    TRANSCRIPT = auto()
    EMPTY = auto()
    WELCOME = auto()


_GAP: Final = 16
_FIND_RIGHT: Final = 24
_FIND_TOP: Final = 12


class ChatPane(QWidget):
    """Lays its parts out; what they mean is for others to know."""

    def __init__(self, theme: Theme, thumbnail: ThumbnailSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = Shown.EMPTY
        self._fitting = False
        self.header = Header(theme, self)
        self.notices = NoticeBar(theme, self)
        self.transcript = Transcript(theme, thumbnail, self)
        self.empty = EmptyState(theme, self)
        self.welcome = Welcome(theme, self)
        self.composer = Composer(theme, thumbnail, self)
        self.find_bar = FindBar(theme, self)
        self.notices.height_changed.connect(self._fit)
        self.composer.height_changed.connect(self._fit)
        theme.changed.connect(self._fit)
        self.composer.strip.stops_changed.connect(self._put_in_order)
        self._put_in_order()
        self.show_part(Shown.EMPTY)

    @property
    def shown(self) -> Shown:
        """What fills the middle."""
        return self._shown

    def show_part(self, shown: Shown) -> None:
        """Fill the middle with something else."""
        self._shown = shown
        self.transcript.setVisible(shown is Shown.TRANSCRIPT)
        if shown is not Shown.TRANSCRIPT:
            self.find_bar.close_search()
        self.empty.setVisible(shown is Shown.EMPTY)
        self.welcome.setVisible(shown is Shown.WELCOME)
        self.composer.setVisible(shown is not Shown.WELCOME)
        self._fit()

    def _put_in_order(self) -> None:
        parts = (self.empty, self.welcome, self.composer)
        bars = [*self.header.stops, *self.notices.stops, *self.find_bar.stops]
        put_in_order([*bars, *self.transcript.stops])
        put_in_order([self.transcript.stops[-1], *(stop for part in parts for stop in part.stops)])

    def _fit(self) -> None:
        if self._fitting:
            return
        self._fitting = True
        try:
            self._lay_out()
        finally:
            self._fitting = False

    def _lay_out(self) -> None:
        width, height = self.width(), self.height()
        self.header.setGeometry(0, 0, width, HEADER)
        top = HEADER
        if not self.notices.isHidden():
            self.notices.setGeometry(0, top, width, NOTICE)
            top += NOTICE
        bottom = height
        if not self.composer.isHidden():
            card = column_width(width) + 2 * OVERHANG
            composer = self.composer.fit(card, height)
            self.composer.move((width - card) // 2, height - BOTTOM - composer)
            bottom = height - BOTTOM - composer - _GAP
        middle = QRect(0, top, width, max(0, bottom - top))
        for part in (self.transcript, self.empty, self.welcome):
            if not part.isHidden() or part is self.transcript:  # it is laid out before it is shown
                part.setGeometry(middle)
        self.find_bar.resize(self.find_bar.fit(width - 2 * _FIND_RIGHT))
        self.find_bar.move(width - _FIND_RIGHT - self.find_bar.width(), top + _FIND_TOP)
        self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Write what is typed while the keyboard is in the conversation: no word goes nowhere."""
        edit = self.composer.edit
        typed = event.text()
        plain = not event.modifiers() & ~_TYPING
        if plain and typed.isprintable() and typed.strip() and edit.isVisible():
            edit.setFocus()
            again = QKeyEvent(event.type(), event.key(), event.modifiers(), typed)
            QCoreApplication.sendEvent(edit, again)
        else:
            super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._fit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the shadow under the composer."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color("window"))
        if not self.composer.isHidden():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            self.composer.shadow.paint(painter, self.composer.geometry(), event.rect())
