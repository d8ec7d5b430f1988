"""Markdown that grows: what is settled is never parsed again.

A block is settled when the next one has begun for good, which takes a whole line. A list settles
item by item, a table in chunks of rows; only what is open is parsed anew with each piece. A link
or footnote that is defined after its use changes the settled blocks that refer to it, and no
others: they are `mended`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from desktop_app.markdown.blocks import Block, Code, List, Plain
from desktop_app.markdown.parse import Definitions, parse
from desktop_app.markdown.pieces import Carried, Piece, carry, pieces
from desktop_app.markdown.references import labels_in, mend

LIMIT: Final = 32_000
"""Characters of one block, code aside, that are read as Markdown; the rest of it is plain."""

CODE_LIMIT: Final = 1_000_000
"""The same for a block of code, whose lines are not looked into."""

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_BLANK_LINE: Final = re.compile(r"\n[ \t\r]*\n")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})[^`\n\r]*\n")
_ODD: Final = re.compile("[\ud800-\udfff\0\ufdd0\ufdd1\u2029]")
"""What markdown-it or Qt would stumble over: it is shown as a character that is missing."""


@dataclass(frozen=True)
class Update:
    """What a piece of text has changed: blocks that are settled now, and those still open.

    `mended` are blocks that were settled before and look different now, by their number.
    """

    settled: tuple[Block, ...]
    open: tuple[Block, ...]
    mended: dict[int, Block] = field(default_factory=dict[int, Block])


@dataclass(frozen=True)
class _Source:
    """The text of a settled block, from which it can be read again."""

    number: int
    text: str


class MarkdownStream:
    """Turns a text that is appended to into blocks.

    The same text gives the same blocks, however it is cut into pieces.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._tail = ""
        self._carried: Carried | None = None
        self._plain: Plain | None = None
        self._fence: re.Match[str] | None = None
        self._definitions = Definitions()
        self._settled: list[Block] = []
        self._open: tuple[Block, ...] = ()
        self._waiting: dict[str, list[_Source]] = {}

    @property
    def text(self) -> str:
        """All of the text."""
        return "".join(self._pieces)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks there are by now."""
        return (*self._settled, *self._open)

    def feed(self, piece: str) -> Update:
        """Append a piece."""
        self._pieces.append(piece)
        before = len(self._settled)
        mended: dict[int, Block] = {}
        rest = _ODD.sub("\ufffd", piece)
        while True:
            limit = CODE_LIMIT if self._fence is not None else LIMIT
            room = max(1, limit - len(self._tail))
            slice_, rest = rest[:room], rest[room:]
            mended.update(self._append(slice_))
            if not rest:
                break
        mended = {number: block for number, block in mended.items() if number < before}
        return Update(tuple(self._settled[before:]), self._open, mended)

    def finish(self) -> Update:
        """End the text: mend what refers to a definition that is at its very end."""
        definitions = self._definitions.copy()
        if self._plain is None:
            parse(self._tail, definitions)
        return Update((), self._open, self._mend(definitions))

    # --- the open end -------------------------------------------------------------------------

    def _append(self, text: str) -> dict[int, Block]:
        if self._plain is not None:
            self._tail += text
            self._append_plain(self._plain)
            return {}
        if self._fence is not None and self._is_code(text, self._fence):
            self._tail += text
            (code,) = self._open
            assert isinstance(code, Code)
            self._open = (Code(_inside(self._tail, self._fence), code.language),)
            mended: dict[int, Block] = {}
        else:
            self._tail += text
            mended = self._read()
        if len(self._tail) >= (CODE_LIMIT if self._fence is not None else LIMIT):
            self._give_up()
        return mended

    def _is_code(self, text: str, fence: re.Match[str]) -> bool:
        """Whether a text that comes now is sure to be more of the open block of code."""
        mark = fence[1][0]
        last_line = self._tail.rfind("\n") + 1
        return mark not in text and "\r" not in text and mark not in self._tail[last_line:]

    def _read(self) -> dict[int, Block]:
        """Parse the open end, and settle what is above its last sure beginning."""
        definitions = self._definitions.copy()
        parsed = parse(self._tail, definitions)
        found = pieces(parsed, self._carried)
        lines = _LINE_END.split(self._tail)
        numbers = range(len(found) - 1, 0, -1)
        sure = next((at for at in numbers if _is_sure(lines, found[at - 1], found[at])), 0)
        mended = self._settle(found, sure, definitions) if sure else {}
        self._open = tuple(piece.block for piece in found[sure:])
        self._fence = None
        if len(self._open) == 1 and isinstance(self._open[0], Code):
            fence = _FENCE.match(self._tail)
            if fence is not None and "\r" not in self._tail and not _is_closed(self._tail, fence):
                self._fence = fence
        return mended

    def _settle(self, found: list[Piece], count: int, definitions: Definitions) -> dict[int, Block]:
        first = found[count]
        lines = [found[at].line for at in range(count)]
        offsets = _offsets(self._tail, [*lines, first.line, first.head_line, first.head_line + 2])
        *begins, end, head, body = offsets
        blocks = [piece.block for piece in found[:count]]
        mended: dict[int, Block] = {}
        if _news(definitions, self._definitions):
            # Only a definition that is over counts: an open one may still grow.
            sure = self._definitions.copy()
            again = pieces(parse(self._tail[:end], sure), self._carried)
            blocks = [mend(old, new.block) for old, new in zip(blocks, again, strict=False)]
            mended = self._learn(sure)
        self._remember(
            blocks, [self._tail[a:b] for a, b in zip(begins, [*begins[1:], end], strict=True)]
        )
        self._settled.extend(blocks)
        self._carried = carry(first, self._tail[head:body])
        prefix = self._carried.head if self._carried is not None else ""
        self._tail = prefix + self._tail[end:]
        return mended

    # --- what is too long ---------------------------------------------------------------------

    def _give_up(self) -> None:
        """Show a block that is too long, and all of it that is still to come, as it is written."""
        code = self._open[0] if self._fence is not None else None
        head = self._carried.head if self._carried is not None else ""
        self._settled.append(code if code is not None else Plain(self._tail[len(head) :]))
        self._plain = Plain("", continues=code is None)
        self._tail, self._open = "", ()
        self._carried, self._fence = None, None

    def _append_plain(self, plain: Plain) -> None:
        end = _BLANK_LINE.search(self._tail)
        if end is not None:
            rest = self._tail[end.end() :]
            if end.start():
                self._settled.append(Plain(self._tail[: end.start()], plain.continues))
            self._plain, self._tail, self._open = None, rest, ()
            self._read()
        elif len(self._tail) >= LIMIT:
            self._settled.append(Plain(self._tail, plain.continues))
            self._plain = Plain("", continues=True)
            self._tail, self._open = "", ()
        else:
            self._open = (Plain(self._tail, plain.continues),) if self._tail else ()

    # --- references ---------------------------------------------------------------------------

    def _remember(self, blocks: list[Block], sources: list[str]) -> None:
        """Note which settled blocks refer to what is not defined yet."""
        for number, (block, text) in enumerate(zip(blocks, sources, strict=True)):
            if isinstance(block, Code) or "[" not in text:
                continue
            head = self._carried.head if number == 0 and self._carried is not None else ""
            source = _Source(len(self._settled) + number, head + text)
            for label in labels_in(text):
                if not _defines(self._definitions, label):
                    self._waiting.setdefault(label, []).append(source)

    def _learn(self, definitions: Definitions) -> dict[int, Block]:
        mended = self._mend(definitions)
        for label in _news(definitions, self._definitions):
            self._waiting.pop(label, None)
        self._definitions = definitions
        return mended

    def _mend(self, definitions: Definitions) -> dict[int, Block]:
        """Read the blocks again that refer to a definition that is new."""
        mended: dict[int, Block] = {}
        for label in _news(definitions, self._definitions):
            for source in self._waiting.get(label, ()):
                old = self._settled[source.number]
                again = parse(source.text, definitions.copy())
                if again and (new := mend(old, again[0].block)) != old:
                    self._settled[source.number] = mended[source.number] = new
        return mended


def read(text: str) -> tuple[Block, ...]:
    """Read a whole text."""
    stream = MarkdownStream()
    stream.feed(text)
    stream.finish()
    return stream.blocks


def _news(definitions: Definitions, known: Definitions) -> Iterable[str]:
    yield from (label for label in definitions.links if label not in known.links)
    yield from (f"^{label}" for label in definitions.notes if label not in known.notes)


def _defines(definitions: Definitions, label: str) -> bool:
    return label[1:] in definitions.notes if label[0] == "^" else label in definitions.links


def _is_sure(lines: list[str], before: Piece, piece: Piece) -> bool:
    """Whether a piece begins a block of its own, whatever comes behind the last line."""
    last = len(lines) - 1
    if piece.sure_line < last:
        return True
    if piece.sure_line > last or lines[last - 1].strip(" \t"):
        return False
    # Behind an empty line even half a line ends what is above, unless it may be one more item.
    return not isinstance(before.block, List) or lines[last].lstrip()[:1].isalpha()


def _inside(text: str, fence: re.Match[str]) -> str:
    """Return the code behind an open fence as the parser does: spaces alone are not a line yet."""
    last_line = text.rfind("\n") + 1
    if not text[last_line:].strip(" \t"):
        text = text[:last_line]
    return text[fence.end() :].removesuffix("\n")


def _is_closed(text: str, fence: re.Match[str]) -> bool:
    mark = fence[1]
    close = rf"^ {{0,3}}{re.escape(mark)}{mark[0]}*[ \t]*$"
    return re.compile(close, re.MULTILINE).search(text, fence.end()) is not None


def _offsets(text: str, lines: list[int]) -> list[int]:
    """Where lines begin; markdown-it knows no end of a line but LF, CR and CRLF."""
    begins = [0, *(found.end() for found in _LINE_END.finditer(text))]
    return [begins[min(line, len(begins) - 1)] for line in lines]
