"""The cards of a view at work: what their buttons do, the wheel over them, and their colours."""

from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop_app.plain_text import plain_copy
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.card_controls import CardControls
from desktop_app.ui.transcript.cards import Cards
from desktop_app.ui.transcript.flow import Flow

_COLOURING: Final = 0.004
"""Seconds that colouring may take at a time."""

END: Final = 1 << 24
"""Below all there is; Qt's own limit of a widget's height."""

_NOTCH: Final = 120
_PIXELS: Final = 66


class CardDeck(QObject):
    """Has controls for the cards between two heights of a view, and does what they ask."""

    height_changed = Signal()
    """A card has another height."""

    look_changed = Signal(int, int)
    """What is between two heights looks different."""

    def __init__(self, theme: Theme, view: QWidget, flow: Flow) -> None:
        super().__init__(view)
        self._flow = flow
        self._cards = Cards(flow)
        self._band = (0, 0)
        self._controls = CardControls(theme, view)
        self._controls.copied.connect(self._copy)
        self._controls.wrapped.connect(self._wrap)
        self._controls.folded.connect(self._fold)
        self._controls.moved.connect(self._move)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.colour)
        theme.colouring.loaded.connect(self._timer.start)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops, from the top."""
        return self._controls.stops

    def place(self, top: int, bottom: int) -> None:
        """Have controls and colours for what is between two heights."""
        self._band = (top, bottom)
        self._controls.place(self._cards.near(top, bottom))
        self.colour()

    def colour(self) -> None:
        """Colour a little more of the code that is near the window."""
        changed, more = self._cards.colour(*self._band, _COLOURING)
        for card in changed:
            head = card.head
            self.look_changed.emit(head.top(), head.top() + card.box.height)
        if more:
            self._timer.start()

    def keep_open(self) -> None:
        """Leave unfolded what the reader has seen grow; what is made later is folded."""
        self._cards.keep_open()
        self._flow.fold_code()

    def reveal(self, block: int, offset: int) -> None:
        """Unfold the card that hides what is said at an offset, and move it sideways."""
        unfolded = self._cards.reveal(block, offset)
        if self._cards.move_to(block, offset) or unfolded:
            self._lay_out()

    def turn_wheel(self, event: QWheelEvent) -> bool:
        """Move the wide card under the pointer; say whether there is one."""
        step = _sideways(event)
        found = self._cards.wide_at(event.position().x(), event.position().y()) if step else None
        if found is not None:
            (block, number), box = found
            self._move(block, number, box.sideways - step)
        return found is not None

    def _copy(self, block: int, number: int) -> None:
        QGuiApplication.clipboard().setText(plain_copy(self._cards.text_of((block, number))))

    def _wrap(self, block: int, number: int) -> None:
        wrap = self._flow.choice(block, number).wrap
        self._cards.wrap((block, number), not wrap)
        self._lay_out()

    def _fold(self, block: int, number: int) -> None:
        folded = self._flow.choice(block, number).folded
        self._cards.fold((block, number), not folded)
        self._lay_out()

    def _move(self, block: int, number: int, sideways: int) -> None:
        if self._cards.move((block, number), sideways):
            self._controls.place(self._cards.near(*self._band))
            self.look_changed.emit(0, END)

    def _lay_out(self) -> None:
        self.look_changed.emit(0, END)
        self.height_changed.emit()
        self.place(*self._band)


def _sideways(event: QWheelEvent) -> int:
    """Pixels to the right that a wheel asks for: by itself, or upright with Shift held."""
    pixels, angle = event.pixelDelta(), event.angleDelta()
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not angle.x():
        return pixels.y() or angle.y() * _PIXELS // _NOTCH
    if abs(angle.x()) <= abs(angle.y()):
        return 0
    return pixels.x() or angle.x() * _PIXELS // _NOTCH
