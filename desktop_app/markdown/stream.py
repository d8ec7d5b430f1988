"""Markdown that grows: what is settled is never parsed again.

A block is settled when the next one has begun for good, which takes a whole line. A list settles
item by item, a table in chunks of rows; only what is open is parsed anew with each piece. A link
or footnote that is defined after its use changes the settled blocks that refer to it, and no
others: they are `mended`.
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from desktop_app.markdown.blocks import Block, Code, List, Plain
from desktop_app.markdown.parse import Definitions, Parsed, parse
from desktop_app.markdown.pieces import Carried, Piece, carry, pieces
from desktop_app.markdown.references import labels_in, mend
from desktop_app.markdown.sources import NO_LINES, Lines, Place, Sources, offsets

LIMIT: Final = 32_000
"""Characters of one block, code aside, that are read as Markdown; the rest of it is plain."""

CODE_LIMIT: Final = 1_000_000
"""The same for a block of code, whose lines are not looked into."""

MARKS: Final = 1500
"""Marks in one block that are read as Markdown; each takes some 30 µs whenever more comes."""

MARKS_WITH_CODE: Final = 6000
"""The same for a block with code in it, such as an item of a list: most of that is not read."""

_MARK: Final = re.compile(r"([*_~`])\1*|[\[<>|$&:@\n]")
_RUN: Final = re.compile("[*_~`]")
_CODE_WITHIN: Final = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)

_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n")
_BLANK_LINES: Final = re.compile(r"(?:[ \t]*\n)+")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})[^`\n]*\n")
_DEFINES: Final = "]:"
"""Stands in every definition."""

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
    """The text of a settled block, from which it can be read again; whether that begins with an
    item of a list that began above.
    """

    number: int
    text: str
    item: bool


class MarkdownStream:
    """Turns a text that is appended to into blocks.

    The same text gives the same blocks, however it is cut into pieces. Each has its source: the
    lines it was read from as they were written, except that ends of lines are LF and what cannot
    be shown is U+FFFD. Nothing but empty lines and definitions is between two sources.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._rest = ""
        self._tail = ""
        self._tail_begin = 0  # in the text, as if what was carried stood just before the rest
        self._sources = Sources()
        self._after_return = False
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

    @property
    def sources(self) -> tuple[str, ...]:
        """The source of each block."""
        return self._sources.of(self.blocks)

    @property
    def places(self) -> tuple[Place, ...]:
        """Where each source begins and ends in the text, in which every end of a line is one LF."""
        return self._sources.places(self.blocks)

    def source(self, first: int, last: int) -> str:
        """Return what was written from one block to another, both included, and all between."""
        return self._sources.between(self.blocks, first, last)

    def feed(self, piece: str) -> Update:
        """Append a piece."""
        self._pieces.append(piece)
        before = len(self._settled)
        mended: dict[int, Block] = {}
        self._rest = self._clean(piece)
        self._sources.append(self._rest)
        while True:
            room = self._room()
            text, self._rest = self._rest[:room], self._rest[room:]
            mended.update(self._append(text))
            if not self._rest:
                break
        mended = {number: block for number, block in mended.items() if number < before}
        return Update(tuple(self._settled[before:]), self._open, mended)

    def finish(self) -> Update:
        """End the text: mend what refers to a definition that is at its very end."""
        definitions = self._definitions.copy()
        if self._plain is None and self._fence is None and _DEFINES in self._tail:
            self._parse(self._tail, definitions)
        return Update((), self._open, self._mend(definitions))

    # --- the open end -------------------------------------------------------------------------

    def _clean(self, piece: str) -> str:
        """Make every end of a line a LF, also one that is cut in two."""
        text = _ODD.sub("\ufffd", piece)
        if text:
            if self._after_return:
                text = text.removeprefix("\n")
            self._after_return = piece.endswith("\r")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _append(self, text: str) -> dict[int, Block]:
        mended: dict[int, Block] = {}
        if self._plain is not None:
            self._tail += text
            self._append_plain(self._plain)
        elif self._fence is not None:
            self._append_code(text, self._fence)
        else:
            self._tail += text
            mended = self._read()
        if self._is_full():
            self._give_up()
        return mended

    def _room(self) -> int:
        """How much of what is to be read fits into the open end, the mark included that fills it.

        It may be less, never more: what is shown must not depend on how a text is cut.
        """
        if self._fence is not None:
            return CODE_LIMIT - len(self._tail)
        room = LIMIT - len(self._tail)
        if self._plain is not None:
            return room
        left = self._most_marks() - _count_marks(self._tail)
        if _RUN.match(self._tail[-1:]) and self._rest.startswith(self._tail[-1]):
            left += 1  # one mark is cut in two
        return end_of_marks(self._rest, 0, room, left)

    def _is_full(self) -> bool:
        if self._fence is not None:
            return len(self._tail) >= CODE_LIMIT
        if len(self._tail) >= LIMIT:
            return True
        return self._plain is None and _count_marks(self._tail) >= self._most_marks()

    def _most_marks(self) -> int:
        return MARKS_WITH_CODE if _CODE_WITHIN.search(self._tail) else MARKS

    def _append_code(self, text: str, fence: re.Match[str]) -> None:
        """Go on with a block of code, which needs no parsing until its closing fence."""
        begin = max(fence.end(), self._tail.rfind("\n") + 1) if text else fence.end()
        self._tail += text
        mark = fence[1]
        close = re.compile(rf"^ {{0,3}}{mark}{mark[0]}*[ \t]*(\n|\Z)", re.MULTILINE)
        found = close.search(self._tail, begin)
        (code,) = self._open
        assert isinstance(code, Code)
        if found is None:
            self._open = (Code(_inside(self._tail, fence), code.language),)
            self._sources.leave_open(self._tail_as_block())
            return
        inside = self._tail[fence.end() : found.start()].removesuffix("\n")
        self._open = (Code(inside, code.language),)
        self._sources.leave_open(self._tail_as_block(0, found.end()))
        if found[1]:
            self._settle_open(self._open[0], 0, found.end())
            self._rest, self._tail, self._fence = self._tail + self._rest, "", None

    def _read(self) -> dict[int, Block]:
        """Parse the open end, and settle what is above its last sure beginning."""
        if self._carried is None:
            if blank := _BLANK_LINES.match(self._tail):
                self._drop(blank.end())
            self._fence = _FENCE.match(self._tail)
            if self._fence is not None:
                self._open = tuple(one.block for one in parse(self._fence[0]))
                self._append_code("", self._fence)
                return {}
        definitions = self._definitions.copy()
        found = pieces(self._parse(self._tail, definitions), self._carried)
        lines = self._tail.split("\n")
        numbers = range(len(found) - 1, 0, -1)
        sure = next((at for at in numbers if _is_sure(lines, found[at - 1], found[at])), 0)
        self._open = tuple(piece.block for piece in found[sure:])
        ranges = [(one.line, one.end_line) for one in found]
        if sure:
            self._sources.settle(Lines(self._tail_begin, lines, ranges[:sure]))
        self._sources.leave_open(Lines(self._tail_begin, lines, ranges[sure:]))
        if not sure:
            return {}
        mended = self._settle(found, sure, lines, definitions)
        if self._carried is None and _FENCE.match(self._tail):
            mended.update(self._read())
        return mended

    def _parse(self, text: str, definitions: Definitions) -> list[Parsed]:
        item = self._carried is not None and isinstance(self._carried.block, List)
        return parse(text, definitions, item=item)

    def _settle(
        self, found: list[Piece], count: int, lines: list[str], definitions: Definitions
    ) -> dict[int, Block]:
        first = found[count]
        wanted = [one.line for one in found[: count + 1]]
        found_at = offsets(lines, [*wanted, first.head_line, first.head_line + 2])
        *begins, end, head, body = found_at
        blocks = [piece.block for piece in found[:count]]
        mended: dict[int, Block] = {}
        if _news(definitions, self._definitions):
            # Only a definition that is over counts: an open one may still grow.
            sure = self._definitions.copy()
            again = pieces(self._parse(self._tail[:end], sure), self._carried)
            blocks = [mend(old, new.block) for old, new in zip(blocks, again, strict=False)]
            mended = self._learn(sure)
        self._remember(
            blocks, [self._tail[a:b] for a, b in zip(begins, [*begins[1:], end], strict=True)]
        )
        self._settled.extend(blocks)
        self._carried = carry(first, self._tail[head:body])
        prefix = self._carried.head if self._carried is not None else ""
        self._drop(end, prefix)
        return mended

    def _tail_as_block(self, begin: int = 0, end: int | None = None) -> Lines:
        """All of the open end, or what is between two characters of it, as one block."""
        return Lines(self._tail_begin + begin, (self._tail[begin:end],), ((0, 1),))

    def _drop(self, count: int, head: str = "") -> None:
        """Go on behind the first characters of the open end, with a head before what follows."""
        self._tail = head + self._tail[count:]
        self._tail_begin += count - len(head)

    def _settle_open(self, block: Block, begin: int, end: int) -> None:
        """Settle the one block that is open, which is between these characters."""
        self._settled.append(block)
        self._sources.settle(self._tail_as_block(begin, end))
        self._open = ()
        self._drop(end)

    # --- what is too long ---------------------------------------------------------------------

    def _give_up(self) -> None:
        """Show a block that is too long, and all of it that is still to come, as it is written."""
        code = self._open[0] if self._fence is not None else None
        begin = len(self._carried.head) if self._carried is not None else 0
        block = code if code is not None else Plain(self._tail[begin:])
        self._settle_open(block, begin, len(self._tail))
        self._plain = Plain("", continues=code is None)
        self._carried, self._fence = None, None

    def _append_plain(self, plain: Plain) -> None:
        end = _BLANK_LINE.search(self._tail)
        if end is not None:
            if end.start():
                block = Plain(self._tail[: end.start()], plain.continues)
                self._settle_open(block, 0, end.start())
            self._drop(end.end() - end.start())
            self._rest, self._tail, self._plain = self._tail + self._rest, "", None
            self._open = ()
            self._sources.leave_open(NO_LINES)
        elif len(self._tail) >= LIMIT:
            self._settle_open(Plain(self._tail, plain.continues), 0, len(self._tail))
            self._plain = Plain("", continues=True)
        else:
            self._open = (Plain(self._tail, plain.continues),) if self._tail else ()
            self._sources.leave_open(self._tail_as_block() if self._tail else NO_LINES)

    # --- references ---------------------------------------------------------------------------

    def _remember(self, blocks: list[Block], sources: list[str]) -> None:
        """Note which settled blocks refer to what is not defined yet."""
        for number, (block, text) in enumerate(zip(blocks, sources, strict=True)):
            if isinstance(block, Code) or "[" not in text:
                continue
            head = self._carried.head if number == 0 and self._carried is not None else ""
            item = isinstance(block, List) and block.continues
            source = _Source(len(self._settled) + number, head + text, item)
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
                again = parse(source.text, definitions.copy(), item=source.item)
                if again and (new := mend(old, again[0].block)) != old:
                    self._settled[source.number] = mended[source.number] = new
        return mended


def read(text: str) -> tuple[Block, ...]:
    """Read a whole text."""
    return read_stream(text).blocks


def read_stream(text: str) -> MarkdownStream:
    """Read a whole text, and keep what each block was read from."""
    stream = MarkdownStream()
    stream.feed(text)
    stream.finish()
    return stream


def _news(definitions: Definitions, known: Definitions) -> list[str]:
    """The labels that only the first have, those of footnotes with a `^`."""
    return [
        *(label for label in definitions.links if label not in known.links),
        *(f"^{label}" for label in definitions.notes if label not in known.notes),
    ]


def end_of_marks(text: str, begin: int, end: int, count: int) -> int:
    """Where so many marks have begun between two places of a text; where there are fewer, `end`."""
    last = next(islice(_MARK.finditer(text, begin, end), max(0, count - 1), None), None)
    return last.start() + 1 if last is not None else end


def _count_marks(text: str) -> int:
    return sum(1 for _ in _MARK.finditer(text))


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
