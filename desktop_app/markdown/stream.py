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

_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n")
_BLANK_LINES: Final = re.compile(r"(?:[ \t]*\n)+")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})[^`\n]*\n")
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
        self._rest = ""
        self._tail = ""
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

    def feed(self, piece: str) -> Update:
        """Append a piece."""
        self._pieces.append(piece)
        before = len(self._settled)
        mended: dict[int, Block] = {}
        self._rest = self._clean(piece)
        while True:
            room = (CODE_LIMIT if self._fence is not None else LIMIT) - len(self._tail)
            text, self._rest = self._rest[:room], self._rest[room:]
            mended.update(self._append(text))
            if not self._rest:
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
        if len(self._tail) >= (CODE_LIMIT if self._fence is not None else LIMIT):
            self._give_up()
        return mended

    def _append_code(self, text: str, fence: re.Match[str]) -> None:
        """Go on with a block of code, which needs no parsing until its closing fence."""
        begin = max(fence.end(), self._tail.rfind("\n") + 1) if text else fence.end()
        self._tail += text
        mark = fence[1]
        close = re.compile(rf"^ {{0,3}}{mark}{mark[0]}*[ \t]*(\n|\Z)", re.MULTILINE)
        found = close.search(self._tail, begin)
        if found is None:
            (code,) = self._open
            assert isinstance(code, Code)
            self._open = (Code(_inside(self._tail, fence), code.language),)
            return
        self._open = tuple(one.block for one in parse(self._tail[: found.end()]))
        if found[1]:
            self._settled.extend(self._open)
            self._rest = self._tail[found.end() :] + self._rest
            self._tail, self._open, self._fence = "", (), None

    def _read(self) -> dict[int, Block]:
        """Parse the open end, and settle what is above its last sure beginning."""
        if self._carried is None:
            if blank := _BLANK_LINES.match(self._tail):
                self._tail = self._tail[blank.end() :]
            self._fence = _FENCE.match(self._tail)
            if self._fence is not None:
                self._open = tuple(one.block for one in parse(self._fence[0]))
                self._append_code("", self._fence)
                return {}
        definitions = self._definitions.copy()
        found = pieces(parse(self._tail, definitions), self._carried)
        lines = self._tail.split("\n")
        numbers = range(len(found) - 1, 0, -1)
        sure = next((at for at in numbers if _is_sure(lines, found[at - 1], found[at])), 0)
        self._open = tuple(piece.block for piece in found[sure:])
        if not sure:
            return {}
        mended = self._settle(found, sure, definitions)
        if self._carried is None and _FENCE.match(self._tail):
            mended.update(self._read())
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
            self._plain, self._tail, self._open = None, "", ()
            self._rest = rest + self._rest
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


def _offsets(text: str, lines: list[int]) -> list[int]:
    """Where lines begin."""
    begins = [0]
    for line in text.split("\n"):
        begins.append(begins[-1] + len(line) + 1)
    return [min(begins[line], len(text)) if line < len(begins) else len(text) for line in lines]
