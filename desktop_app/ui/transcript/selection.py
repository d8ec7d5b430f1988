"""What is selected in the transcript: from one place to another, whatever is on screen of it.

It holds places, not views: it goes on while its turns scroll away and their views are dropped,
and while an answer grows behind it.
"""

from dataclasses import replace
from typing import Final, Literal, TypeAlias

from desktop_app.ui.transcript.bounds import (
    Unit,
    moved,
    outside_marker,
    paragraph_around,
    word_around,
)
from desktop_app.ui.transcript.text_walk import Order, TextWalk
from desktop_app.ui.transcript.turn_parts import PartPlace, Spot

Move: TypeAlias = Unit | Literal["turn", "all"]
Extent: TypeAlias = tuple[Spot, Spot]
Mark: TypeAlias = tuple[int, int]
"""A block of a part, and an offset in it."""

_BEHIND_ALL: Final = 1_000_000_000, 0


class Selection:
    """Begins at an anchor and ends at a caret, in either order.

    `caret` stays behind when nothing is selected any more: from there the keyboard goes on.
    """

    def __init__(self, walk: TextWalk) -> None:
        self._walk = walk
        self._anchor: Extent | None = None
        self._caret: Spot | None = None
        self._unit: Unit = "character"
        self._held: dict[Spot, PartPlace] = {}

    # --- what it is ---------------------------------------------------------------------------

    @property
    def caret(self) -> Spot | None:
        """The end that moves."""
        return None if self._caret is None else self._walk.clamp(self._caret)

    @property
    def extent(self) -> Extent | None:
        """Where the selected text begins and ends; `None` where nothing is selected."""
        if self._anchor is None or self._caret is None:
            return None
        begin, end = self._ordered(self._anchor[0], self._caret)
        if begin == self._caret:
            end = self._anchor[1]
        clamped = self._walk.clamp(begin), self._walk.clamp(end)
        if clamped[0] is None or clamped[1] is None or clamped[0] == clamped[1]:
            return None
        return clamped[0], clamped[1]

    def within(self, key: str, part: int) -> tuple[Mark, Mark] | None:
        """What is selected of a part, to be painted."""
        extent = self.extent
        number = self._walk.number_of(key)
        if extent is None or number is None:
            return None
        begin, end = extent
        first, last = self._order(begin)[:2], self._order(end)[:2]
        if not first <= (number, part) <= last:
            return None
        upper = (begin.block, begin.offset) if (number, part) == first else (0, 0)
        lower = (end.block, end.offset) if (number, part) == last else _BEHIND_ALL
        return upper, lower

    def contains(self, spot: Spot) -> bool:
        """Whether a place is in what is selected."""
        extent = self.extent
        order = self._walk.order(spot)
        if extent is None or order is None:
            return False
        return self._order(extent[0]) <= order <= self._order(extent[1])

    # --- by the mouse -------------------------------------------------------------------------

    def begin(self, spot: Spot, unit: Unit = "character") -> None:
        """Begin anew, with the whole word or paragraph at a place if that is the unit."""
        self._unit = unit
        self._anchor = self._around(spot)
        self._caret = self._anchor[1]
        self._hold()

    def extend(self, spot: Spot) -> None:
        """Go on to a place, by whole units."""
        if self._anchor is None or self._walk.order(self._anchor[0]) is None:
            self.begin(spot)
            return
        first, last = self._around(spot)
        before = self._order(first) < self._order(self._anchor[0])
        self._caret = first if before else max(last, self._anchor[1], key=self._order)
        self._hold()

    # --- by the keyboard ----------------------------------------------------------------------

    def extend_by(self, move: Move, *, forward: bool) -> None:
        """Move the caret by a unit, and the selection with it."""
        caret = self.caret
        if caret is not None:
            self.extend_to(self._moved(caret, move, forward=forward))

    def extend_to(self, spot: Spot) -> None:
        """Move the caret to a place, whatever the unit was that the selection began with."""
        self._settle_anchor()
        self.extend(spot)

    def select_all(self) -> None:
        """Select the whole conversation."""
        self._select(self._walk.begin(), self._walk.end())

    def select_turn(self, key: str) -> None:
        """Select a turn."""
        number = self._walk.number_of(key)
        if number is not None:
            self._select(self._walk.begin_of(number), self._walk.end_of(number))

    def clear(self) -> None:
        """Select nothing; the keyboard goes on from where the caret was."""
        if self._caret is not None:
            self._anchor = self._caret, self._caret
            self._unit = "character"

    def forget(self) -> None:
        """Select nothing, and be nowhere."""
        self._anchor = self._caret = None
        self._held.clear()

    def _select(self, begin: Spot | None, end: Spot | None) -> None:
        if begin is not None and end is not None:
            self._unit = "character"
            self._anchor, self._caret = (begin, begin), end
            self._hold()

    def _settle_anchor(self) -> None:
        """Keep the end that does not move, and go on by characters."""
        if self._anchor is not None and self._caret is not None:
            before = self._order(self._caret) < self._order(self._anchor[0])
            fixed = self._anchor[1] if before else self._anchor[0]
            self._anchor = fixed, fixed
        self._unit = "character"

    def _moved(self, spot: Spot, move: Move, *, forward: bool) -> Spot:
        walk = self._walk
        match move:
            case "all":
                return (walk.end() if forward else walk.begin()) or spot
            case "turn":
                return self._by_turn(spot, forward=forward)
            case _:
                return self._by_text(spot, move, forward=forward)

    def _by_text(self, spot: Spot, unit: Unit, *, forward: bool) -> Spot:
        walk = self._walk
        block, text = walk.block(spot), walk.text(spot)
        if block is None or (spot.offset >= len(text) if forward else spot.offset <= 0):
            beyond = walk.block_after(spot) if forward else walk.block_before(spot)
            if beyond is None or unit == "character" or not walk.text(beyond):
                return beyond or spot
            return self._by_text(beyond, unit, forward=forward)
        at = moved(text, spot.offset, unit, forward=forward)
        return replace(spot, offset=outside_marker(block, at, forward=forward))

    def _by_turn(self, spot: Spot, *, forward: bool) -> Spot:
        """The end of the turn, or of the next one where it ends already; or the beginning."""
        walk = self._walk
        number = walk.number_of(spot.turn) or 0
        numbers = range(number, walk.count) if forward else range(number, -1, -1)
        for at in numbers:
            found = walk.end_of(at) if forward else walk.begin_of(at)
            if found is not None and found != spot:
                return found
        return spot

    # --- what changes below it ----------------------------------------------------------------

    def follow(self) -> None:
        """Turns have changed: forget what is gone, and find a part again that has moved.

        A text that goes on behind a limit moves behind what was thought in between.
        """
        if self._caret is None or self._anchor is None:
            return
        spots = (*self._anchor, self._caret)
        if any(self._walk.order(spot) is None for spot in spots):
            self.forget()
            return
        first, last, caret = (self._found_again(spot) for spot in spots)
        self._anchor, self._caret = (first, last), caret
        self._hold()

    def _hold(self) -> None:
        """Note which parts the ends are in."""
        self._held = {}
        for spot in (*(self._anchor or ()), self._caret):
            if spot is not None and (place := self._place(spot)) is not None:
                self._held[spot] = place

    def _place(self, spot: Spot) -> PartPlace | None:
        number = self._walk.number_of(spot.turn)
        places = self._walk.places(number) if number is not None else ()
        return places[spot.part] if spot.part < len(places) else None

    def _found_again(self, spot: Spot) -> Spot:
        held = self._held.get(spot)
        number = self._walk.number_of(spot.turn)
        if held is None or number is None:
            return spot
        for part, place in enumerate(self._walk.places(number)):
            if replace(place, steps=place.steps[:1]) == replace(held, steps=held.steps[:1]):
                return replace(spot, part=part)
        return spot

    # --- units and order ----------------------------------------------------------------------

    def _around(self, spot: Spot) -> Extent:
        spot = self._walk.clamp(spot) or spot
        block = self._walk.block(spot)
        if self._unit == "character" or block is None:
            return spot, spot
        text = self._walk.text(spot)
        if self._unit == "word":
            begin, end = word_around(text, spot.offset)
        else:
            begin, end = paragraph_around(block, text, spot.offset)
        return replace(spot, offset=begin), replace(spot, offset=end)

    def _order(self, spot: Spot) -> Order:
        return self._walk.order(spot) or (-1, 0, 0, 0)

    def _ordered(self, one: Spot, other: Spot) -> Extent:
        return (one, other) if self._order(one) <= self._order(other) else (other, one)
