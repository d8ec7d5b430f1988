"""Counts the matches in a turn, step by step, so that nobody has to wait for a long one."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from desktop_app.interactions.codec import decode_step
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import parse_json
from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stream import MarkdownStream
from desktop_app.store.search import TurnTexts
from desktop_app.ui.transcript.find import Needle, matches_in_block
from desktop_app.ui.transcript.step_lines import words_of
from desktop_app.ui.transcript.turn_parts import parts_of, plain_blocks

_PIECE: Final = re.compile(r"(?:[^\n]{0,500}\n?){1,8}")
"""The Markdown that is read in one step: eight lines, at most 4,000 characters, take 1 to 2 ms."""


def count_in_turn(needle: Needle, turn: Interaction) -> Iterator[int]:
    """Count in a turn that has been read. The sum of what comes is the count."""
    for part in parts_of(turn):
        yield from _count(needle, part.kind, part.source)


def count_in_texts(needle: Needle, texts: TurnTexts) -> Iterator[int]:
    """Count in what is on the disk of a turn."""
    for kind, text in texts.texts:
        if kind not in ("step", "result"):
            yield from _count(needle, kind, text)
        elif needle.may_be_in(text):
            yield from _count(needle, kind, _source_of_json(text))


def count_in_blocks(needle: Needle, blocks: Iterable[Block]) -> Iterator[int]:
    """Count in blocks, one after the other."""
    for block in blocks:
        yield sum(1 for _ in matches_in_block(needle, block))


def _count(needle: Needle, kind: str, source: str) -> Iterator[int]:
    yield 0
    if not needle.may_be_in(source):
        return
    if kind == "input":
        yield from count_in_blocks(needle, plain_blocks(source))
        return
    stream = MarkdownStream()
    for piece in _PIECE.findall(source):
        stream.feed(piece)
        yield 0
    stream.finish()
    yield from count_in_blocks(needle, stream.blocks)


def _source_of_json(text: str) -> str:
    """What a step is shown as that the disk has as JSON; damaged, it is not shown at all."""
    try:
        value = parse_json(text)
    except ValueError:
        return ""
    return words_of([decode_step(value)]).more if isinstance(value, dict) else ""
