"""What a screen reader is told of a block: its role, its words, and what there is in it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtGui import QAccessible

from desktop_app.markdown.blocks import LINE_BREAK, Block, Spans
from desktop_app.markdown.stretches import Stretch, stretches
from desktop_app.values import value_class

Role = QAccessible.Role

_LONGEST: Final = 20_000
"""Characters of one thing that are said; whoever needs more copies it."""


@value_class
class Spoken:
    """One thing that is said of a block. `begin` and `end` are offsets in `text_of` the block."""

    role: QAccessible.Role
    name: str
    description: str
    begin: int
    end: int
    parts: "tuple[Spoken, ...]" = ()


def spoken_of(block: Block) -> tuple[Spoken, ...]:
    """What is said of a block, in the order in which one reads it."""
    things: list[Spoken] = []
    for is_table, group in groupby(stretches(block), key=lambda one: one.kind == "cell"):
        if is_table:
            things += _tables(list(group))
        else:
            things += [thing for stretch in group if (thing := _say(stretch)) is not None]
    return tuple(things)


def _say(stretch: Stretch) -> Spoken | None:
    words = _shorten(stretch.text)
    end = stretch.begin + len(stretch.text)
    parts = tuple(_links(stretch.spans, stretch.begin))
    match stretch.kind:
        case "rule":
            return Spoken(Role.Separator, "", "", stretch.begin, end)
        case "math":
            return Spoken(Role.Equation, words, "Formula", stretch.begin, end)
        case "code":
            text = Spoken(Role.StaticText, words, "", stretch.begin, end)
            name = f"Code, {stretch.language}" if stretch.language else "Code"
            return Spoken(Role.Grouping, name, "", stretch.begin, end, (text,))
        case "heading":
            level = f"Level {stretch.level}"
            return Spoken(Role.Heading, words, level, stretch.begin, end, parts)
        case _ if not words and not stretch.marker:
            return None
        case _ if stretch.marker:
            name = f"{_marker(stretch.marker)}{words}"
            depth = stretch.inside.count("list")
            level = f"Level {depth}" if depth > 1 else ""
            return Spoken(Role.ListItem, name, level, stretch.begin, end, parts)
        case _:
            role = Role.BlockQuote if "quote" in stretch.inside else Role.Paragraph
            return Spoken(role, words, "", stretch.begin, end, parts)


def _marker(marker: str) -> str:
    return {"•": "", "◦": "", "[x]": "Done: ", "[ ]": "To do: "}.get(marker, f"{marker} ")


def _tables(cells: Sequence[Stretch]) -> Iterator[Spoken]:
    """Tell cells row by row; a cell of row 0 and column 0 begins another table."""
    rows: list[list[Stretch]] = []
    for cell in cells:
        if (cell.row, cell.column) == (0, 0) and rows:
            yield _table(rows)
            rows = []
        if cell.column == 0:
            rows.append([])
        rows[-1].append(cell)
    yield _table(rows)


def _table(rows: Sequence[Sequence[Stretch]]) -> Spoken:
    said = tuple(_row(row) for row in rows)
    columns = len(rows[0])
    name = f"Table, {_count(columns, 'column')}, {_count(len(rows), 'row')}"
    return Spoken(Role.Table, name, "", said[0].begin, said[-1].end, said)


def _row(cells: Sequence[Stretch]) -> Spoken:
    last = cells[-1]
    words = _shorten("; ".join(" ".join(cell.text.split()) or "empty" for cell in cells))
    links = tuple(link for cell in cells for link in _links(cell.spans, cell.begin))
    description = "Header" if cells[0].head else ""
    return Spoken(Role.Row, words, description, cells[0].begin, last.begin + len(last.text), links)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _links(spans: Spans, begin: int) -> Iterator[Spoken]:
    """The links of a text, whose descriptions are their addresses, and the marks of sources."""
    at = begin
    for (address, cite), group in groupby(spans, key=lambda span: (span.link, span.cite)):
        text = "".join(span.text for span in group)
        if cite:
            yield Spoken(Role.Link, f"Source {cite}", "", at, at + len(text))
        elif address:
            name = text.replace(LINE_BREAK, " ").strip() or address
            yield Spoken(Role.Link, name, address, at, at + len(text))
        at += len(text)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
