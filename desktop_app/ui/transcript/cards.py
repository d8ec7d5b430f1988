"""What a person does with cards of code and with tables: fold, wrap, move sideways, copy.

It knows no widget. Cards are named by their block and the number of their box there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from PySide6.QtCore import QRect

from desktop_app.ui.transcript.boxes import Box
from desktop_app.ui.transcript.code_box import FOLD_FOOT, CodeBox
from desktop_app.ui.transcript.flow import Flow
from desktop_app.ui.transcript.styles import BAR_HEIGHT, CODE_HEAD
from desktop_app.ui.transcript.table_box import TableBox

Key: TypeAlias = tuple[int, int]

_BAR_INSET: Final = 6


@dataclass(frozen=True)
class Card:
    """A card that is near the window; `top` is that of its block."""

    key: Key
    box: CodeBox | TableBox
    top: int

    @property
    def head(self) -> QRect:
        """The head of a card of code, in the view."""
        return QRect(self.box.left, self.top + self.box.top, self.box.width, CODE_HEAD)

    @property
    def fold_foot(self) -> QRect:
        """Where the button is that shows the rest of the code."""
        bottom = self.top + self.box.top + self.box.height
        return QRect(self.box.left, bottom - FOLD_FOOT, self.box.width, FOLD_FOOT)

    @property
    def bar(self) -> QRect:
        """Where the bar is that moves it sideways."""
        bottom = self.top + self.box.top + self.box.height
        if isinstance(self.box, CodeBox) and self.box.can_fold:
            bottom -= FOLD_FOOT
        left, width = self.box.left + _BAR_INSET, self.box.width - 2 * _BAR_INSET
        return QRect(left, bottom - BAR_HEIGHT, width, BAR_HEIGHT)


class Cards:
    """The cards and tables of what is laid out."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def near(self, top: int, bottom: int) -> list[Card]:
        """Those between two heights."""
        flow = self._flow
        return [
            Card((block, number), box, flow.top_of(block))
            for block, laid in flow.laid_between(top, bottom)
            for number, box in enumerate(laid.boxes)
            if isinstance(box, CodeBox | TableBox)
            and box.top + flow.top_of(block) < bottom
            and box.top + box.height + flow.top_of(block) > top
        ]

    def text_of(self, key: Key) -> str:
        """The code of a card."""
        box = self._box(key)
        return box.text if isinstance(box, CodeBox) else ""

    def _box(self, key: Key) -> Box | None:
        boxes: Sequence[Box] = self._flow.laid(key[0]).boxes
        return boxes[key[1]] if key[1] < len(boxes) else None

    # --- choices ------------------------------------------------------------------------------

    def wrap(self, key: Key, wrap: bool) -> None:
        """Break the lines of a card, or let it be moved sideways."""
        choice = self._flow.choice(*key)
        self._flow.choose(*key, replace(choice, wrap=wrap, sideways=0))
        self._flow.lay_out_again(key[0])

    def fold(self, key: Key, folded: bool) -> None:
        """Show the first lines of a card only, or all."""
        self._flow.choose(*key, replace(self._flow.choice(*key), folded=folded))
        self._flow.lay_out_again(key[0])

    def move(self, key: Key, sideways: int) -> bool:
        """Move what is too wide for its card; say whether that was possible."""
        flow = self._flow
        box = self._box(key)
        if not isinstance(box, CodeBox | TableBox):
            return False
        sideways = max(0, min(sideways, box.overhang))
        if sideways == box.sideways:
            return False
        flow.choose(*key, replace(flow.choice(*key), sideways=sideways))
        start = flow.start_of(key[0])
        for block, laid in flow.all_laid():
            if flow.start_of(block) == start and key[1] < len(laid.boxes):
                piece = laid.boxes[key[1]]
                if isinstance(piece, CodeBox | TableBox):
                    piece.sideways = sideways
        return True

    def wide_at(self, x: float, y: float) -> tuple[Key, CodeBox | TableBox] | None:
        """The card at a point, where it can be moved sideways."""
        found = self._flow.box_at(x, y)
        if found is None:
            return None
        number, box = found
        if not isinstance(box, CodeBox | TableBox) or not box.overhang:
            return None
        return (number, self._flow.laid(number).boxes.index(box)), box

    def keep_open(self) -> None:
        """Leave unfolded what the reader has seen grow."""
        for block, laid in self._flow.all_laid():
            for number, box in enumerate(laid.boxes):
                if isinstance(box, CodeBox) and box.can_fold:
                    self._flow.choose(block, number, self._flow.choice(block, number))

    def reveal(self, block: int, offset: int) -> bool:
        """Unfold the card that hides what is said at an offset; say whether there was one."""
        for number, box in enumerate(self._flow.laid(block).boxes):
            if isinstance(box, CodeBox) and box.begin <= offset <= box.end and box.hides(offset):
                self.fold((block, number), folded=False)
                return True
        return False

    def move_to(self, block: int, offset: int) -> bool:
        """Move sideways what hides an offset beyond an edge; say whether there was something."""
        laid = self._flow.laid(block)
        for number, box in enumerate(laid.boxes):
            if isinstance(box, CodeBox | TableBox) and box.begin <= offset <= box.end:
                for rect in box.rects_of(offset, offset + 1):
                    if not box.left <= rect.left() <= rect.right() <= box.left + box.width:
                        middle = rect.center().x() - box.left - box.width / 2
                        return self.move((block, number), box.sideways + round(middle))
        return False

    # --- colours ------------------------------------------------------------------------------

    def colour(self, top: int, bottom: int, seconds: float) -> tuple[list[Card], bool]:
        """Colour the code between two heights for so long; return the cards that look different,
        and whether there is more to do.
        """
        changed: list[Card] = []
        more = False
        colouring = self._flow.styles.ground.colouring
        for card in self.near(top, bottom):
            box, inside = card.box, bottom - card.top
            if not isinstance(box, CodeBox) or box.is_coloured(inside):
                continue
            if more:
                break
            if colouring.is_ready(box.stretch.language):
                if box.colour(inside, seconds):
                    changed.append(card)
                more = not box.is_coloured(inside)
        return changed, more
