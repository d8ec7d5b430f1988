"""What is marked in a text: what is selected, and what was found."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from desktop_app.ui.transcript.paint import Highlight

Place: TypeAlias = tuple[int, int]
"""A block and an offset in its text."""

_WHOLE: Final = 1 << 40


class Marks:
    """Says which stretches of a block lie on a colour."""

    def __init__(self) -> None:
        self._selection: tuple[Place, Place] | None = None
        self._found: dict[int, list[Highlight]] = {}

    def select(self, begin: Place | None, end: Place | None) -> bool:
        """Select what is between two places, or nothing; say whether that is something else."""
        selection = None
        if begin is not None and end is not None and begin != end:
            selection = min(begin, end), max(begin, end)
        changed = selection != self._selection
        self._selection = selection
        return changed

    def find(self, found: Sequence[tuple[int, int, int]], now: int | None) -> None:
        """Mark stretches, each by its block, begin and end; `now` is the number of the current."""
        self._found.clear()
        for number, (block, begin, end) in enumerate(found):
            token = "find_now" if number == now else "find"
            self._found.setdefault(block, []).append(Highlight(begin, end, token))

    def in_block(self, block: int) -> list[Highlight]:
        """The marks of a block; what is found lies over what is selected."""
        found = list(self._found.get(block, ()))
        if self._selection is not None:
            (first, begin), (last, end) = self._selection
            if first <= block <= last:
                start = begin if block == first else 0
                stop = end if block == last else _WHOLE
                found.insert(0, Highlight(start, stop, "selection"))
        return found
