"""The buttons and bars of cards, made only for cards that are near the window."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtWidgets import QScrollBar, QWidget

from desktop_app.ui.buttons import Button, IconButton
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.cards import Card, Key
from desktop_app.ui.transcript.code_box import FOLD_AT, CodeBox
from desktop_app.ui.transcript.styles import CODE_HEAD

_HEIGHT: Final = 28
_ASIDE: Final = 4
_STEP: Final = 40


class _Controls:
    """Those of one card; what it has no use for is not made."""

    def __init__(self) -> None:
        self.copy: Button | None = None
        self.wrap: IconButton | None = None
        self.fold: Button | None = None
        self.bar: QScrollBar | None = None

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops, in this order."""
        return [one for one in (self.wrap, self.copy, self.fold) if one is not None]

    @property
    def all(self) -> list[QWidget]:
        """All of them."""
        return [*self.stops, *([self.bar] if self.bar is not None else [])]


class CardControls(QObject):
    """Puts buttons on the heads and feet of cards, and a bar where a card can be moved sideways."""

    copied = Signal(int, int)
    """The code of a card is to be copied: its block, the number of its box there."""

    wrapped = Signal(int, int)
    """The lines of a card are to be broken, or not any more."""

    folded = Signal(int, int)
    """All lines of a card are to be shown, or the first only."""

    moved = Signal(int, int, int)
    """A card is to be moved sideways to this place."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._cards: dict[Key, _Controls] = {}

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops, from the top."""
        return [stop for key in sorted(self._cards) for stop in self._cards[key].stops]

    def place(self, cards: Sequence[Card]) -> None:
        """Have controls for these cards and no others."""
        near = {card.key for card in cards}
        for key in self._cards.keys() - near:
            for widget in self._cards.pop(key).all:
                _drop(widget)
        for card in cards:
            controls = self._cards.setdefault(card.key, _Controls())
            if isinstance(card.box, CodeBox):
                self._place_buttons(card, card.box, controls)
            self._place_bar(card, controls)

    def _place_buttons(self, card: Card, box: CodeBox, controls: _Controls) -> None:
        head = card.head
        if controls.copy is None:
            controls.copy = self._button("Copy", "copy")
            controls.copy.setAccessibleName("Copy code")
            controls.copy.clicked.connect(partial(self.copied.emit, *card.key))
        width = controls.copy.sizeHint().width()
        top = head.top() + (CODE_HEAD - _HEIGHT) // 2
        left = head.right() + 1 - width - _ASIDE
        controls.copy.setGeometry(left, top, width, _HEIGHT)
        self._place_wrap(box, controls, left - _HEIGHT, top, card.key)
        self._place_fold(card, box, controls)

    def _place_wrap(self, box: CodeBox, controls: _Controls, left: int, top: int, key: Key) -> None:
        if not box.is_wide:
            if controls.wrap is not None:
                _drop(controls.wrap)
                controls.wrap = None
            return
        if controls.wrap is None:
            controls.wrap = IconButton(self._theme, "text-wrap", "", _HEIGHT, self._view)
            controls.wrap.setCursor(Qt.CursorShape.ArrowCursor)
            controls.wrap.clicked.connect(partial(self.wrapped.emit, *key))
            controls.wrap.show()
        name = "Do not wrap lines" if box.choice.wrap else "Wrap lines"
        if name != controls.wrap.accessibleName():
            controls.wrap.set_icon("move-horizontal" if box.choice.wrap else "text-wrap", name)
        controls.wrap.move(left, top)

    def _place_fold(self, card: Card, box: CodeBox, controls: _Controls) -> None:
        if not box.can_fold:
            return  # code never gets shorter
        if controls.fold is None:
            controls.fold = self._button("", "chevron-down")
            controls.fold.clicked.connect(partial(self.folded.emit, *card.key))
        words = f"Show the first {FOLD_AT} lines only"
        if box.folded:
            words = f"Show all {box.lines.line_count:,} lines"
        if words != controls.fold.text():
            controls.fold.setText(words)
            controls.fold.setAccessibleName(words)
            controls.fold.set_icon("chevron-down" if box.folded else "chevron-up")
        foot = card.fold_foot
        size = QRect(0, 0, controls.fold.sizeHint().width(), _HEIGHT)
        size.moveCenter(foot.center())
        controls.fold.setGeometry(size)

    def _place_bar(self, card: Card, controls: _Controls) -> None:
        overhang = card.box.overhang if isinstance(card.box, CodeBox) or card.box.ends else 0
        if not overhang:
            if controls.bar is not None:
                _drop(controls.bar)
                controls.bar = None
            return
        if controls.bar is None:
            controls.bar = QScrollBar(Qt.Orientation.Horizontal, self._view)
            controls.bar.setAccessibleName("Move sideways")
            controls.bar.setCursor(Qt.CursorShape.ArrowCursor)
            controls.bar.setSingleStep(_STEP)
            controls.bar.valueChanged.connect(partial(self.moved.emit, *card.key))
            controls.bar.show()
        controls.bar.setRange(0, overhang)
        controls.bar.setPageStep(card.box.width)
        controls.bar.setValue(card.box.sideways)
        controls.bar.setGeometry(card.bar)

    def _button(self, words: str, icon: str) -> Button:
        made = Button(self._theme, words, "quiet", icon, self._view)
        made.setFixedHeight(_HEIGHT)
        made.setCursor(Qt.CursorShape.ArrowCursor)
        made.show()
        return made


def _drop(widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()
