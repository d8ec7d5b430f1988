"""Where each block of a text stands in it, so that it can be copied as it was written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeAlias

from desktop_app.markdown.blocks import Block, Plain

Place: TypeAlias = tuple[int, int]
"""Where a block begins in the text, and where what it was read from ends."""

_BLANK: Final = " \t\n"


@dataclass(frozen=True)
class Lines:
    """Some lines of the text, which begin at a character of it, and which of them make blocks.

    A range of lines does not include its last.
    """

    begin: int
    lines: Sequence[str]
    ranges: Sequence[tuple[int, int]]

    def places(self) -> list[Place]:
        """Where the blocks are."""
        ends = [line for both in self.ranges for line in both]
        bounds = [self.begin + offset for offset in offsets(self.lines, ends)]
        return list(zip(bounds[::2], bounds[1::2], strict=True))


NO_LINES: Final = Lines(0, (), ())


class Sources:
    """A text that grows, and the places of its blocks, settled ones first.

    A source ends with its last line that is not empty; only plain text is taken as it is. Those of
    open blocks are looked for when somebody asks.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._settled: list[Place] = []
        self._open = NO_LINES

    def append(self, piece: str) -> None:
        """Let the text grow."""
        self._pieces.append(piece)

    def settle(self, lines: Lines) -> None:
        """Note blocks that are settled now; none are open then."""
        self._settled.extend(lines.places())
        self.leave_open(NO_LINES)

    def leave_open(self, lines: Lines) -> None:
        """Note the blocks that are open now."""
        self._open = lines

    def places(self, blocks: Sequence[Block]) -> tuple[Place, ...]:
        """Return the place of each of the blocks, which are all there are."""
        text = self._text()
        places = zip((*self._settled, *self._open.places()), blocks, strict=True)
        return tuple((place[0], _end(text, place, block)) for place, block in places)

    def of(self, blocks: Sequence[Block]) -> tuple[str, ...]:
        """Return the source of each of the blocks."""
        text = self._text()
        return tuple(text[begin:end] for begin, end in self.places(blocks))

    def between(self, blocks: Sequence[Block], first: int, last: int) -> str:
        """Return what stands from the first of some blocks to the last, and all between."""
        places = self.places(blocks)
        return self._text()[places[first][0] : places[last][1]]

    def _text(self) -> str:
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]


def _end(text: str, place: Place, block: Block) -> int:
    begin, end = place
    if isinstance(block, Plain):
        return end
    while end > begin and text[end - 1] in _BLANK:
        end -= 1
    line_end = text.find("\n", end, place[1])
    return place[1] if line_end < 0 else line_end


def offsets(lines: Sequence[str], wanted: Iterable[int]) -> list[int]:
    """Where lines begin; those that are not there, at the end of the text."""
    begins = [0, *accumulate(len(line) + 1 for line in lines)]
    begins[-1] -= 1 if lines else 0  # no LF is behind the last
    return [begins[min(line, len(lines))] for line in wanted]
