"""Which turns of a conversation hold how many matches of a query.

It counts numbers of turns; what a turn says is for its owner to know, and in which order turns
are counted, too.
"""

from typing import Final

_UNKNOWN: Final = -1


class Search:
    """The counts of a query. A turn is named by its number in the conversation."""

    def __init__(self, turns: int) -> None:
        self._counts = [_UNKNOWN] * turns
        self._left = turns
        self.total = 0

    @property
    def is_done(self) -> bool:
        """Whether all turns are counted."""
        return not self._left

    def __len__(self) -> int:
        return len(self._counts)

    def is_counted(self, turn: int) -> bool:
        """Whether the matches of a turn are known."""
        return self._counts[turn] != _UNKNOWN

    def count_of(self, turn: int) -> int:
        """The matches of a turn, 0 where they are not counted yet."""
        return max(0, self._counts[turn])

    def put(self, turn: int, count: int) -> None:
        """Note how many matches a turn has; it may have had another number before."""
        self._forget(turn)
        self._counts[turn] = count
        self._left -= 1
        self.total += count

    def _forget(self, turn: int) -> None:
        if self._counts[turn] != _UNKNOWN:
            self.total -= self._counts[turn]
            self._left += 1
            self._counts[turn] = _UNKNOWN

    def resize(self, turns: int) -> None:
        """There are more turns behind the others, or fewer."""
        for turn in range(turns, len(self._counts)):
            self._forget(turn)
        more = turns - len(self._counts)
        self._left += more
        del self._counts[turns:]
        self._counts += [_UNKNOWN] * more

    # --- going about --------------------------------------------------------------------------

    def uncounted(self, turn: int, step: int) -> list[int]:
        """The turns that are not counted yet, from one on, over the ends, in the order of going.

        `step` is 1 for onwards, -1 for back.
        """
        count = len(self._counts)
        if step > 0:
            order = [*range(turn, count), *range(min(turn, count))]
        else:
            order = [*range(min(turn, count - 1), -1, -1), *range(count - 1, turn, -1)]
        return [at for at in order if self._counts[at] == _UNKNOWN]

    def seek(self, turn: int, step: int) -> int | None:
        """The next turn with a match from `turn` on, itself included and over the ends, or one
        that has to be counted before that is known. `None` where there is none.
        """
        count = len(self._counts)
        for offset in range(count):
            at = (turn + step * offset) % count
            if self._counts[at]:
                return at
        return None

    def before(self, turn: int) -> int:
        """How many matches are in the turns before this one, once all are counted."""
        assert self.is_done
        return sum(self._counts[:turn])
