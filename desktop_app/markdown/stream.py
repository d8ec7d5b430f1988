"""Markdown that grows: what is settled is never parsed again.

A block is settled when the next one has begun; only the last, open block is parsed anew with each
piece. A link definition that comes after its use changes what is settled: `finish` then says so.
"""

import re
from dataclasses import dataclass
from typing import Final, cast

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.parse import References, parse

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Update:
    """What a piece of text has changed: blocks that are settled now, and those still open."""

    settled: tuple[Block, ...]
    open: tuple[Block, ...]


class MarkdownStream:
    """Turns a text that is appended to into blocks.

    The same text gives the same blocks, however it is cut into pieces.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._tail = ""
        self._references: References = {}
        self._settled: list[Block] = []

    @property
    def text(self) -> str:
        """All of the text."""
        return "".join(self._pieces)

    def feed(self, piece: str) -> Update:
        """Append a piece."""
        self._pieces.append(piece)
        self._tail += piece
        references = dict(self._references)
        parsed = parse(self._tail, references)
        if len(parsed) < 2:
            return Update((), tuple(one.block for one in parsed))
        last = parsed[-1]
        # Only a definition that is over counts: an open one may still grow.
        for label, definition in references.items():
            if label not in self._references and _ends_before(definition, last.first_line):
                self._references[label] = definition
        self._tail = self._tail[_line_offset(self._tail, last.first_line) :]
        settled = tuple(one.block for one in parsed[:-1])
        self._settled.extend(settled)
        return Update(settled, (last.block,))

    def finish(self) -> tuple[Block, ...] | None:
        """End the text: give all blocks anew where a late definition has changed settled ones."""
        if len(self._pieces) < 2:
            return None  # it was read as a whole
        whole = tuple(one.block for one in parse(self.text))
        tail = parse(self._tail, dict(self._references))
        shown = (*self._settled, *(one.block for one in tail))
        return None if whole == shown else whole


def _ends_before(definition: dict[str, object], line: int) -> bool:
    lines = cast("list[int] | None", definition.get("map"))
    return lines is not None and lines[1] <= line


def _line_offset(text: str, line: int) -> int:
    """Where a line begins; markdown-it knows no end of a line but LF, CR and CRLF."""
    at = 0
    for found in _LINE_END.finditer(text):
        if line == 0:
            break
        line -= 1
        at = found.end()
    return at
