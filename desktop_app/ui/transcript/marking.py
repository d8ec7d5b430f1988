"""Puts the marks of citations into blocks, without a change to anything else in them.

A mark is known by its place in the Markdown. To write it there before it is read would break what
it stands in: a link's address, the row under a table's head, the asterisks of bold words. So the
text is read without marks, and each block that has some is laid beside the lines it was read from:
word by word, what is shown is found in what was written.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from unicodedata import combining

from desktop_app.markdown.blocks import (
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Note,
    Paragraph,
    Quote,
    Span,
    Spans,
    Table,
)
from desktop_app.ui.transcript.beside import Anchor, anchors
from desktop_app.ui.transcript.citations import Mark

_Wanted: TypeAlias = list[tuple[int, Mark]]
"""Marks by where they are wanted in the source of a block."""

_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")


@dataclass(frozen=True)
class MarkedBlock:
    """A block with marks in it, and these in the order in which one reads them."""

    block: Block
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class _Leaf:
    """Text of a block that is in one piece; there is no room for marks in code and formulas."""

    spans: Spans
    takes: bool = True


class Marking:
    """Puts marks into blocks; a block that stays as it is, with the marks it has, is kept."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Block, _Wanted, MarkedBlock]] = {}

    def mark(
        self,
        blocks: Sequence[Block],
        places: Sequence[tuple[int, int]],
        text: str,
        marks: Iterable[Mark],
    ) -> dict[int, MarkedBlock]:
        """The blocks that have marks, by their numbers.

        `places` are where the blocks begin and end in `text`, whose ends of lines are LF. What
        stands behind code, a formula or a rule is put behind the text above it.
        """
        wanted: dict[int, _Wanted] = {}
        begins = [begin for begin, _ in places]
        for mark in marks:
            own = number = min(max(0, bisect_left(begins, mark.position) - 1), len(blocks) - 1)
            while number >= 0 and not _takes_marks(blocks[number]):
                number -= 1
            if number >= 0:
                at = mark.position if number == own else places[number][1]
                wanted.setdefault(number, []).append((at - begins[number], mark))
        made: dict[int, tuple[Block, _Wanted, MarkedBlock]] = {}
        for number, found in wanted.items():
            block, known = blocks[number], self._known.get(number)
            if known is None or known[0] is not block or known[1] != found:
                known = block, found, _mark(block, text[slice(*places[number])], found)
            made[number] = known
        self._known = made
        return {number: one for number, (_, _, one) in made.items()}


def unmarked(spans: Spans) -> Spans:
    """Some text without the marks in it."""
    joined: list[Span] = []
    for span in spans:
        if span.cite:
            continue
        if joined and replace(joined[-1], text="") == replace(span, text=""):
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        else:
            joined.append(span)
    return tuple(joined)


def _takes_marks(block: Block) -> bool:
    return any(leaf.takes and leaf.spans for leaf in _leaves(block))


def _mark(block: Block, source: str, wanted: _Wanted) -> MarkedBlock:
    leaves = list(_leaves(block))
    until = max(position for position, _ in wanted)
    found = anchors([leaf.spans for leaf in leaves], source, until)
    found = [one for one in found if leaves[one.leaf].takes]
    placed: dict[int, list[tuple[int, Mark]]] = {}
    for position, mark in wanted:
        leaf, offset = _place(leaves, found, position)
        placed.setdefault(leaf, []).append((offset, mark))
    made: list[Spans] = []
    order: list[Mark] = []
    for number, leaf in enumerate(leaves):
        here = sorted(placed.get(number, ()), key=lambda one: one[0])
        made.append(_with_marks(leaf.spans, here))
        order += [mark for _, mark in here]
    return MarkedBlock(_rebuilt(block, iter(made)), tuple(order))


def _place(leaves: list[_Leaf], found: list[Anchor], position: int) -> tuple[int, int]:
    """The leaf that a mark is put in, and the offset in its text."""
    at = bisect_left(found, position, key=lambda one: one.begin) - 1
    if at < 0:
        first = next(number for number, leaf in enumerate(leaves) if leaf.takes and leaf.spans)
        return first, 0
    last = found[at]
    offset = min(position - last.begin, last.length) if last.exact else last.length
    return last.leaf, _behind(leaves[last.leaf].spans, last.offset + offset)


def _behind(spans: Spans, offset: int) -> int:
    """The next offset where a mark may stand: in no code, formula, link, footnote or character."""
    text = "".join(span.text for span in spans)
    begin = 0
    inside: Span | None = None
    for span in spans:
        end = begin + len(span.text)
        closed = span.code or span.math or span.note or bool(span.link)
        if inside is not None and not (span.link and span.link == inside.link):
            break  # it stood in what has just ended
        if closed and begin < offset <= end:
            offset, inside = end, span
        elif inside is not None:
            offset = end
        begin = end
    while 0 < offset < len(text) and _goes_on(text[offset - 1], text[offset]):
        offset += 1
    return offset


def _goes_on(before: str, character: str) -> bool:
    return bool(combining(character)) or character in _JOINERS or before == "\u200d"


def _with_marks(spans: Spans, marks: Sequence[tuple[int, Mark]]) -> Spans:
    if not marks:
        return spans
    made: list[Span] = []
    begin = 0
    left = list(marks)
    for span in spans:
        at, end = begin, begin + len(span.text)
        while left and (left[0][0] < end or (left[0][0] == begin == 0)):
            offset, mark = left.pop(0)
            if offset > at:
                made.append(replace(span, text=span.text[at - begin : offset - begin]))
            made.append(_cite(mark))
            at = max(at, offset)
        if at < end:
            made.append(span if at == begin else replace(span, text=span.text[at - begin :]))
        begin = end
        while left and left[0][0] == end:
            made.append(_cite(left.pop(0)[1]))
    return (*made, *(_cite(mark) for _, mark in left))


def _cite(mark: Mark) -> Span:
    return Span(f"[{mark.number}]", cite=mark.number)


# --- a block and its texts ------------------------------------------------------------------------


def _leaves(block: Block) -> Iterator[_Leaf]:
    """The texts of a block, in the order in which they were written."""
    match block:
        case Paragraph(spans) | Heading(_, spans):
            yield _Leaf(spans)
        case Code(text) | Math(text):
            yield _Leaf((Span(text, code=True),) if text else (), takes=False)
        case Quote(blocks) | Note(_, blocks):
            for one in blocks:
                yield from _leaves(one)
        case List(items):
            for item in items:
                for one in item.blocks:
                    yield from _leaves(one)
        case Table(_, head, rows):
            for row in (head, *rows):
                for cell in row:
                    yield _Leaf(cell)
        case _:
            pass


def _rebuilt(block: Block, texts: Iterator[Spans]) -> Block:
    """The block with other texts, which are as many as its own."""
    match block:
        case Paragraph() | Heading():
            return replace(block, spans=next(texts))
        case Code() | Math():
            next(texts)
            return block
        case Quote(blocks) | Note(_, blocks):
            return replace(block, blocks=tuple(_rebuilt(one, texts) for one in blocks))
        case List(items):
            return replace(block, items=tuple(_rebuilt_item(item, texts) for item in items))
        case Table(_, head, rows):
            top = tuple(next(texts) for _ in head)
            return replace(
                block, head=top, rows=tuple(tuple(next(texts) for _ in row) for row in rows)
            )
        case _:
            return block


def _rebuilt_item(item: Item, texts: Iterator[Spans]) -> Item:
    return replace(item, blocks=tuple(_rebuilt(one, texts) for one in item.blocks))
