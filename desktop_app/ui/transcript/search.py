"""Which turns of a conversation hold how many matches of a query.

It counts numbers of turns; what a turn says is for its owner to know. Turns are counted one after
the other, from a place on, so that the nearest match is known first. One that was passed over
on the way to a match is counted before all others.
"""

from typing import Final

_UNKNOWN: Final = -1


class Search:
    """The counts of a query. A turn is named by its number in the conversation."""

    def __init__(self, turns: int, first: int) -> None:
        self._counts = [_UNKNOWN] * turns
        self._up = max(0, min(first, turns - 1))
        self._down = self._up - 1
        self._left = turns
        self._stale: set[int] = set()
        self.total = 0

    @property
    def is_done(self) -> bool:
        """Whether all turns are counted."""
        return not self._left

    @property
    def turns(self) -> int:
        """How many turns there are."""
        return len(self._counts)

    def count_of(self, turn: int) -> int:
        """The matches of a turn, 0 where they are not counted yet."""
        return max(0, self._counts[turn])

    # --- counting -----------------------------------------------------------------------------

    def next_turn(self) -> int | None:
        """Which turn is to be counted next; `None` where all are."""
        if self._stale:
            return next(iter(self._stale))
        while self._up < len(self._counts):
            if self._counts[self._up] == _UNKNOWN:
                return self._up
            self._up += 1
        while self._down >= 0:
            if self._counts[self._down] == _UNKNOWN:
                return self._down
            self._down -= 1
        return None

    def put(self, turn: int, count: int) -> None:
        """Note how many matches a turn has."""
        self._forget(turn)
        self._counts[turn] = count
        self._stale.discard(turn)
        self._left -= 1
        self.total += count

    def _forget(self, turn: int) -> None:
        if self._counts[turn] != _UNKNOWN:
            self.total -= self._counts[turn]
            self._left += 1
            self._counts[turn] = _UNKNOWN

    # --- what changes -------------------------------------------------------------------------

    def add_turn(self) -> None:
        """There is one more turn behind the others."""
        self._counts.append(_UNKNOWN)
        self._left += 1
        self._up = min(self._up, len(self._counts) - 1)

    def drop_turns(self, first: int) -> None:
        """The turns from a number on are no more."""
        for turn in range(first, len(self._counts)):
            self._forget(turn)
            self._stale.discard(turn)
        self._left -= len(self._counts) - first
        del self._counts[first:]
        self._up = min(self._up, first)
        self._down = min(self._down, first - 1)

    def set_stale(self, turn: int) -> None:
        """The text of a turn has changed. Until it is counted anew its old count holds."""
        if self._counts[turn] != _UNKNOWN:
            self._stale.add(turn)

    # --- going about --------------------------------------------------------------------------

    def seek(self, turn: int, step: int) -> int | None:
        """The next turn with a match from `turn` on, itself included, or one that is not counted
        yet and has to be before that is known; over the ends, too. `None` where there is none.

        `step` is 1 for onwards, -1 for back.
        """
        count = len(self._counts)
        for offset in range(count):
            at = (turn + step * offset) % count
            if self._counts[at]:
                return at
        return None

    def is_counted(self, turn: int) -> bool:
        """Whether the matches of a turn are known."""
        return self._counts[turn] != _UNKNOWN

    def before(self, turn: int) -> int | None:
        """How many matches are in the turns before this one; `None` while that is not known."""
        above = self._counts[:turn]
        return None if _UNKNOWN in above else sum(above)
