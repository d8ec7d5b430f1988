"""The heights of all turns of a column, and where each begins: no question costs O(n).

A Fenwick tree: entry `i` holds the sum of the lengths that end at `i` and go back by the value of
the lowest bit of `i`, so that each prefix is a sum of at most log2(n) entries. All in pixels.
"""

from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """Lengths that stand one under the other; they may change, and grow or end at the end."""

    def __init__(self, lengths: Iterable[int] = ()) -> None:
        self._lengths = list(lengths)
        sums = [0, *accumulate(self._lengths)]
        self._tree = [top - sums[end & (end - 1)] for end, top in enumerate(sums)]
        self._total = sums[-1]

    def __len__(self) -> int:
        return len(self._lengths)

    def __getitem__(self, number: int) -> int:
        return self._lengths[number]

    @property
    def total(self) -> int:
        """All lengths together."""
        return self._total

    def __setitem__(self, number: int, length: int) -> None:
        more = length - self._lengths[number]
        if not more:
            return
        self._lengths[number] = length
        self._total += more
        end = number + 1
        while end < len(self._tree):
            self._tree[end] += more
            end += end & -end

    def append(self, length: int) -> None:
        """Put a length behind the others."""
        end = len(self._tree)
        self._tree.append(self._total + length - self.top_of(end & (end - 1)))
        self._lengths.append(length)
        self._total += length

    def truncate(self, count: int) -> None:
        """Keep the first `count` lengths only."""
        self._total = self.top_of(count)
        del self._lengths[count:]
        del self._tree[count + 1 :]

    def top_of(self, number: int) -> int:
        """How much stands above the length of a number; for the count of all, how much is there."""
        top = 0
        while number:
            top += self._tree[number]
            number &= number - 1
        return top

    def at(self, y: int) -> int:
        """The number of the length in which `y` is: 0 above the first, the last one below all.

        A length begins at its top and ends before the top of the next, so one of 0 is never found
        unless it is the last. Raises `IndexError` where there is none.
        """
        if not self._lengths:
            raise IndexError("there is no length at all")
        count = len(self._lengths)
        number = 0
        step = 1 << count.bit_length()
        while step:
            end = number + step
            if end <= count and self._tree[end] <= y:
                number = end
                y -= self._tree[end]
            step >>= 1
        return min(number, count - 1)
