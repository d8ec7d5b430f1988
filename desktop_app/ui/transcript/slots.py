"""Where the turns of a transcript stand, one under the other. All lengths are pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.transcript.turn_view import TurnView

TOP: Final = 24
TURN_GAP: Final = 28
BOTTOM: Final = 16


@dataclass
class Slot:
    """A turn, its view if it has one, and its height, exact or estimated.

    `width` is what the height was measured for.
    """

    turn: Interaction
    height: int
    view: TurnView | None = None
    width: int = 0


def top_of(slots: Sequence[Slot], wanted: Slot) -> int:
    """Where a turn begins."""
    top = TOP
    for slot in slots:
        if slot is wanted:
            break
        top += slot.height + TURN_GAP
    return top


def between(slots: Sequence[Slot], upper: int, lower: int) -> list[Slot]:
    """The turns that are at least in part between two heights."""
    found: list[Slot] = []
    top = TOP
    for slot in slots:
        if top > lower:
            break
        if top + slot.height >= upper:
            found.append(slot)
        top += slot.height + TURN_GAP
    return found


def content_height(slots: Sequence[Slot]) -> int:
    """The height of all turns together."""
    heights = sum(slot.height for slot in slots)
    return TOP + heights + TURN_GAP * max(0, len(slots) - 1) + BOTTOM
