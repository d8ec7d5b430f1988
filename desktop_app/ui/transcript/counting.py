"""Counts the matches in a turn, step by step, so that nobody has to wait for a long one."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from desktop_app.interactions.interaction import Interaction
from desktop_app.markdown.blocks import Block
from desktop_app.ui.transcript.find import Needle, matches_in_block
from desktop_app.ui.transcript.turn_parts import blocks_in_steps, part_at, places_of

_PIECE: Final = 600
"""Characters of Markdown that are read in one step: mostly less than 1 ms."""


def count_in_turn(needle: Needle, read: Callable[[], Interaction]) -> Iterator[int]:
    """Count in a turn, which is read when its time has come. The sum of what comes is the count."""
    turn = read()
    yield 0
    for place in places_of(turn):
        part = part_at(turn, place)
        yield 0
        if needle.may_be_in(part.shown or part.source):
            blocks: tuple[Block, ...] = ()
            for blocks in blocks_in_steps(part, _PIECE):  # noqa: B007 - the last has all of them
                yield 0
            yield from count_in_blocks(needle, blocks)


def count_in_blocks(needle: Needle, blocks: Iterable[Block]) -> Iterator[int]:
    """Count in blocks, one after the other."""
    for block in blocks:
        yield sum(1 for _ in matches_in_block(needle, block))
