"""The text of all turns as one can walk through it, those without a view included.

It knows places and text, not pixels: what is on screen is asked of whoever shows it. A turn may be
read from the disk only when its text is wanted.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, Protocol, TypeAlias

from desktop_app.interactions.interaction import Interaction
from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stretches import text_of
from desktop_app.ui.transcript.bounds import whole_character
from desktop_app.ui.transcript.turn_parts import (
    PartPlace,
    Spot,
    TurnPart,
    blocks_in_steps,
    blocks_of,
    part_at,
    places_of,
)

Order: TypeAlias = tuple[int, int, int, int]
"""A spot to be compared: the turn by its number, then the part, block and offset."""

_FOLDED: Final = ("result", "thought", "step")
"""What is closed until somebody opens it."""

_KEPT: Final = 8
_STEP: Final = 4_000
"""Characters that are read at a time where there is much to be read."""


class Turns(Protocol):
    """The turns of a path, by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Interaction: ...

    def key(self, number: int) -> str:
        """The key of a turn."""
        ...

    def number_of(self, key: str) -> int | None:
        """Where the turn of a key stands."""
        ...


class Shown(Protocol):
    """The turns of a transcript, and which parts of them are on screen."""

    @property
    def path(self) -> Turns:
        """All turns."""
        ...

    def part_shown(self, key: str, part: int) -> tuple[Block, ...] | None:
        """The blocks of a part that has a view and is not folded, else `None`."""
        ...


class _Kept:
    """The turns of a path, also when another one is shown meanwhile."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self.path = shown.path

    def part_shown(self, key: str, part: int) -> tuple[Block, ...] | None:
        return self._shown.part_shown(key, part)


class TextWalk:
    """Finds text and places in turns; what it had to read for that it keeps for a while."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self._read: OrderedDict[tuple[str, int], tuple[TurnPart, tuple[Block, ...]]] = OrderedDict()

    def kept(self) -> "TextWalk":
        """Walk through the turns there are now, also when others are shown meanwhile."""
        return TextWalk(_Kept(self.shown))

    # --- turns --------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many turns there are."""
        return len(self.shown.path)

    def key(self, number: int) -> str:
        """The key of a turn."""
        return self.shown.path.key(number)

    def turn(self, number: int) -> Interaction:
        """A turn. Raises `AppError` where it cannot be read."""
        return self.shown.path[number]

    def number_of(self, key: str) -> int | None:
        """Where the turn of a key stands."""
        return self.shown.path.number_of(key)

    def order(self, spot: Spot) -> Order | None:
        """Say where a spot is; `None` where its turn is gone."""
        number = self.number_of(spot.turn)
        return None if number is None else (number, *spot.place)

    # --- text ---------------------------------------------------------------------------------

    def places(self, number: int) -> tuple[PartPlace, ...]:
        """The parts of a turn."""
        return places_of(self.turn(number))

    def is_folded(self, number: int, part: int) -> bool:
        """Whether a part is not in sight before a line is opened."""
        folds = self.places(number)[part].kind in _FOLDED
        return folds and self.shown.part_shown(self.key(number), part) is None

    def blocks(self, number: int, part: int) -> tuple[Block, ...]:
        """The blocks of a part, read where they are not shown."""
        shown = self.shown.part_shown(self.key(number), part)
        return self._blocks_read(self.turn(number), part) if shown is None else shown

    def blocks_in_steps(self, number: int, part: int) -> Iterator[tuple[Block, ...]]:
        """The blocks of a part, read in steps that take little time each; the last has them."""
        shown = self.shown.part_shown(self.key(number), part)
        if shown is not None:
            yield shown
        else:
            turn = self.turn(number)
            yield from blocks_in_steps(part_at(turn, places_of(turn)[part]), _STEP)

    def _blocks_read(self, turn: Interaction, number: int) -> tuple[Block, ...]:
        part = part_at(turn, places_of(turn)[number])
        kept = self._read.get((turn.key, number))
        if kept is None or kept[0] != part:
            kept = part, blocks_of(part)
        self._read[turn.key, number] = kept
        self._read.move_to_end((turn.key, number))
        if len(self._read) > _KEPT:
            self._read.popitem(last=False)
        return kept[1]

    def block(self, spot: Spot) -> Block | None:
        """The block that a spot is in."""
        number = self.number_of(spot.turn)
        if number is None or spot.part >= len(self.places(number)):
            return None
        blocks = self.blocks(number, spot.part)
        return blocks[spot.block] if spot.block < len(blocks) else None

    def text(self, spot: Spot) -> str:
        """The text of the block that a spot is in."""
        block = self.block(spot)
        return "" if block is None else text_of(block)

    def clamp(self, spot: Spot) -> Spot | None:
        """Return a spot that is there: an open end may have become shorter.

        `None` where its turn is gone, or has no text.
        """
        number = self.number_of(spot.turn)
        if number is None:
            return None
        if spot.part >= len(self.places(number)):
            return self.end_of(number)
        if spot.block == spot.offset == 0:
            return spot  # it is there, and nothing has to be read for that
        blocks = self.blocks(number, spot.part)
        if not blocks:
            return Spot(spot.turn, spot.part, 0, 0)
        last = len(blocks) - 1
        if spot.block > last:
            return Spot(spot.turn, spot.part, last, len(text_of(blocks[last])))
        text = text_of(blocks[spot.block])
        offset = whole_character(text, min(spot.offset, len(text)))
        return Spot(spot.turn, spot.part, spot.block, offset)

    # --- from place to place ------------------------------------------------------------------

    def begin(self) -> Spot | None:
        """Where all text begins; `None` where there is none."""
        numbers = range(self.count)
        return next((spot for n in numbers if (spot := self.begin_of(n)) is not None), None)

    def end(self) -> Spot | None:
        """Where all text ends."""
        numbers = reversed(range(self.count))
        return next((spot for n in numbers if (spot := self.end_of(n)) is not None), None)

    def begin_of(self, number: int) -> Spot | None:
        """Where a turn's text begins; `None` where it has none."""
        return self._first(number, 0)

    def end_of(self, number: int) -> Spot | None:
        """Where a turn's text ends."""
        return self._last(number, len(self.places(number)) - 1)

    def block_after(self, spot: Spot) -> Spot | None:
        """The beginning of the block behind the one of a spot."""
        number = self.number_of(spot.turn)
        if number is None:
            return None
        if spot.block + 1 < len(self.blocks(number, spot.part)):
            return Spot(spot.turn, spot.part, spot.block + 1, 0)
        found = self._first(number, spot.part + 1)
        for later in range(number + 1, self.count):
            found = found or self.begin_of(later)
            if found is not None:
                break
        return found

    def block_before(self, spot: Spot) -> Spot | None:
        """The end of the block before the one of a spot."""
        number = self.number_of(spot.turn)
        if number is None:
            return None
        if spot.block > 0:
            text = text_of(self.blocks(number, spot.part)[spot.block - 1])
            return Spot(spot.turn, spot.part, spot.block - 1, len(text))
        found = self._last(number, spot.part - 1)
        for earlier in reversed(range(number)):
            found = found or self.end_of(earlier)
            if found is not None:
                break
        return found

    def _first(self, number: int, part: int) -> Spot | None:
        """The beginning of the first text of a turn, from a part on."""
        for at in range(part, len(self.places(number))):
            if not self.is_folded(number, at) and self._has_text(number, at):
                return Spot(self.key(number), at, 0, 0)
        return None

    def _has_text(self, number: int, part: int) -> bool:
        """Whether a part has text, as far as can be told without reading it."""
        shown = self.shown.part_shown(self.key(number), part)
        turn = self.turn(number)
        return bool(part_at(turn, places_of(turn)[part]).source.strip() if shown is None else shown)

    def _last(self, number: int, part: int) -> Spot | None:
        """The end of the last text of a turn, up to a part."""
        for at in range(part, -1, -1):
            if not self.is_folded(number, at) and (blocks := self.blocks(number, at)):
                last = len(blocks) - 1
                return Spot(self.key(number), at, last, len(text_of(blocks[last])))
        return None
