"""The buttons of cards of code, made only for cards that are near the window."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.ui.buttons import Button
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.code_box import CodeBox
from desktop_app.ui.transcript.styles import CODE_HEAD

_HEIGHT: Final = 28
_ASIDE: Final = 4


@dataclass(frozen=True)
class Card:
    """A card of code: its block, the number of its box there, the top of the block in the view."""

    block: int
    number: int
    box: CodeBox
    block_top: int

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from all others of a view."""
        return self.block, self.number

    @property
    def head(self) -> QRect:
        """The head, in the view."""
        top = self.block_top + self.box.top
        return QRect(self.box.left, top, self.box.width, CODE_HEAD)


class CardControls(QObject):
    """Puts buttons on the heads of cards."""

    copied = Signal(int, int)
    """The code of a box of a block is to be copied."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._buttons: dict[tuple[int, int], Button] = {}

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops, from the top."""
        return [self._buttons[key] for key in sorted(self._buttons)]

    def place(self, cards: Sequence[Card]) -> bool:
        """Have buttons for these cards and no others; say whether there are others than before."""
        keys = {card.key for card in cards}
        changed = keys != self._buttons.keys()
        for key in self._buttons.keys() - keys:
            button = self._buttons.pop(key)
            button.hide()
            button.deleteLater()
        for card in cards:
            button = self._buttons.get(card.key)
            if button is None:
                button = self._buttons[card.key] = self._make(card.key)
            width = button.sizeHint().width()
            head = card.head
            left = head.right() + 1 - width - _ASIDE
            top = head.top() + (CODE_HEAD - _HEIGHT) // 2
            button.setGeometry(left, top, width, _HEIGHT)
        return changed

    def _make(self, key: tuple[int, int]) -> Button:
        button = Button(self._theme, "Copy", "quiet", "copy", self._view)
        button.setFixedHeight(_HEIGHT)
        button.setAccessibleName("Copy code")
        button.clicked.connect(partial(self.copied.emit, *key))
        button.show()
        return button
