"""A block as a row of stretches of text: what is painted, selected, found, printed and read out.

Everything that says a place in a block says it as an offset in `text_of` the block. It knows
nothing of how text looks or where it stands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from desktop_app.markdown.blocks import (
    LINE_BREAK,
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Note,
    Paragraph,
    Plain,
    Quote,
    Rule,
    Span,
    Spans,
    Table,
)
from desktop_app.values import value_class

Kind: TypeAlias = Literal["paragraph", "heading", "code", "math", "cell", "rule"]
Frame: TypeAlias = Literal["list", "quote"]

TOO_LONG: Final = "What follows is too long to be formatted. It is shown as it was written."


@value_class
class Stretch:
    """Text that is laid out by itself: a paragraph, a cell, a piece of code.

    `begin` is where its text begins in `text_of` its block, `level` that of a heading, `inside`
    what it stands in, the outermost first. `marker` stands before the first stretch of an item:
    `•`, `◦`, `3.`, `[x]` or `[ ]`. `row`, `column`, `align` and `head` are those of a cell.
    The lines of code end with LF, those of other text with U+2028.
    """

    spans: Spans
    kind: Kind = "paragraph"
    begin: int = 0
    level: int = 0
    inside: tuple[Frame, ...] = ()
    marker: str = ""
    language: str = ""
    row: int = 0
    column: int = 0
    align: str = ""
    head: bool = False
    quiet: bool = False

    @property
    def text(self) -> str:
        """Its text as it is copied."""
        text = "".join(span.text for span in self.spans)
        return text if self.kind in ("code", "math") else text.replace(LINE_BREAK, "\n")


@dataclass(frozen=True)
class _Place:
    """What a block stands in, and the marker that waits for its first stretch."""

    inside: tuple[Frame, ...] = ()
    quiet: bool = False
    marker: str = ""

    @property
    def lists(self) -> int:
        return self.inside.count("list")


def stretches(block: Block) -> tuple[Stretch, ...]:
    """The stretches of a block, in the order in which one reads them."""
    return tuple(stretch for stretch, _ in _placed(block))


def text_of(block: Block) -> str:
    """What is copied of a block: markers before items, a line for each stretch or row of cells."""
    match block:
        case Code(text) | Math(text):
            return text
        case _:
            return "".join(lead + stretch.text for stretch, lead in _placed(block))


def text_of_all(blocks: Iterable[Block]) -> str:
    """What is copied of blocks, one behind the other."""
    texts: list[str] = []
    before: Block | None = None
    for block in blocks:
        if before is not None:
            texts.append(joint(before, block))
        texts.append(text_of(block))
        before = block
    return "".join(texts)


def joint(before: Block, after: Block) -> str:
    """What stands between the texts of two blocks, one behind the other."""
    match before, after:
        case (
            (List(), List(continues=True))
            | (Table(), Table(continues=True))
            | (Plain(), Plain(continues=True))
        ):
            return "\n"
        case _:
            return "\n\n"


def _placed(block: Block) -> Iterator[tuple[Stretch, str]]:
    """Each stretch with its `begin`, and what stands between it and the one before."""
    at = 0
    before: Stretch | None = None
    for stretch in _found(block, _Place()):
        lead = _between(before, stretch) if before is not None else ""
        if stretch.marker:
            indent = "  " * (stretch.inside.count("list") - 1)
            lead = f"{lead}{indent}{stretch.marker} "
        at += len(lead)
        object.__setattr__(stretch, "begin", at)  # nobody has seen it yet
        before = stretch
        yield stretch, lead
        at += sum(len(span.text) for span in stretch.spans)


def _between(before: Stretch, after: Stretch) -> str:
    row = before.kind == after.kind == "cell" and before.row == after.row and after.column
    return "\t" if row else "\n"


def _found(block: Block, place: _Place) -> Iterator[Stretch]:
    match block:
        case Paragraph(spans):
            yield _stretch(spans, place)
        case Heading(level, spans):
            yield replace(_stretch(spans, place), kind="heading", level=level)
        case Code(text, language):
            spans = (Span(text),) if text else ()
            yield from _by_itself(_stretch(spans, place), "code", language)
        case Math(text):
            yield from _by_itself(_stretch((Span(text, math=True),), place), "math", "math")
        case Rule():
            yield from _by_itself(_stretch((), place), "rule")
        case Quote(blocks):
            inner = _Place((*place.inside, "quote"), quiet=True)
            yield from _marked(place)
            for one in blocks:
                yield from _found(one, inner)
        case List():
            yield from _marked(place)
            yield from _items(block, place)
        case Table():
            yield from _marked(place)
            yield from _cells(block, place)
        case Note() | Plain():
            yield from _in_paragraphs(block, place)


def _stretch(spans: Spans, place: _Place) -> Stretch:
    return Stretch(spans, inside=place.inside, quiet=place.quiet, marker=place.marker)


def _plain(text: str) -> Spans:
    return (Span(text.replace("\n", LINE_BREAK)),) if text else ()


def _marked(place: _Place) -> Iterator[Stretch]:
    """An empty line for the marker of an item that does not begin with text."""
    if place.marker:
        yield _stretch((), place)


def _by_itself(stretch: Stretch, kind: Kind, language: str = "") -> Iterator[Stretch]:
    if stretch.marker:
        yield replace(stretch, spans=())
    yield replace(stretch, kind=kind, language=language, marker="")


def _items(block: List, place: _Place) -> Iterator[Stretch]:
    for number, item in enumerate(block.items):
        marker = _marker(block, number, item, place.lists)
        inner = _Place((*place.inside, "list"), place.quiet, marker)
        for one in item.blocks or (Paragraph(()),):
            yield from _found(one, inner)
            inner = replace(inner, marker="")


def _marker(block: List, number: int, item: Item, depth: int) -> str:
    if item.checked is not None:
        return "[x]" if item.checked else "[ ]"
    if block.start is not None:
        return f"{block.start + number}."
    return "•" if depth % 2 == 0 else "◦"


def _cells(block: Table, place: _Place) -> Iterator[Stretch]:
    rows = (block.head, *block.rows) if block.head else block.rows
    columns = max(1, len(block.aligns))
    for row, cells in enumerate(rows):
        head = row == 0 and bool(block.head)
        for column in range(columns):
            spans = cells[column] if column < len(cells) else ()
            align = block.aligns[column] if column < len(block.aligns) else ""
            yield Stretch(
                spans,
                "cell",
                inside=place.inside,
                row=row,
                column=column,
                align=align,
                head=head,
                quiet=head or place.quiet,
            )


def _in_paragraphs(block: Note | Plain, place: _Place) -> Iterator[Stretch]:
    """Say in paragraphs what has no look of its own: footnotes, and text that is too long."""
    quiet = replace(place, quiet=True)
    match block:
        case Note(label, (Paragraph(spans), *rest)):
            yield _stretch((Span(label, note=True), Span(" "), *spans), quiet)
        case Note(label, rest):
            yield _stretch((Span(label, note=True),), quiet)
        case Plain(text, continues):
            rest = ()
            if not continues:
                yield _stretch((Span(TOO_LONG),), quiet)
                place = replace(place, marker="")
            yield _stretch(_plain(text), place)
    for one in rest:
        yield from _found(one, replace(quiet, marker=""))
