"""Cuts long lists into items and long tables into chunks of rows, each of which settles by itself.

What comes of it depends on the text alone, not on when it came.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from unicodedata import east_asian_width

from desktop_app.markdown.blocks import Block, List, Spans, Table
from desktop_app.markdown.parse import Parsed

CHUNK: Final = 50
"""Rows of a table that make a piece. The widths of its columns are those of its first."""

_CELLS: Final = 600
"""Cells that make a piece where there are many columns: a cell takes some 40 µs to be read."""

_NARROWEST, _WIDEST = 4, 40


@dataclass(frozen=True)
class Piece:
    """A block that settles by itself, and the lines it was read from, `end_line` not included.

    It can be told from what is above it when `sure_line`, too, is complete. `head_line` is where
    the head of its table is.
    """

    block: Block
    line: int
    end_line: int
    sure_line: int
    head_line: int = 0


@dataclass(frozen=True)
class Carried:
    """What the next text goes on with: a list at a number, or a table with a head of two lines."""

    block: List | Table
    head: str = ""


def pieces(parsed: list[Parsed], carried: Carried | None = None) -> list[Piece]:
    """Cut the blocks of a text. The first one may go on with what was `carried`."""
    found: list[Piece] = []
    for number, one in enumerate(parsed):
        before = carried.block if carried is not None and number == 0 else None
        match one.block:
            case List():
                found.extend(_items(one, before if isinstance(before, List) else None))
            case Table() as table:
                found.extend(_chunks(one, table, before if isinstance(before, Table) else None))
            case block:
                found.append(Piece(block, one.first_line, one.end_line, one.first_line))
    return found


def carry(piece: Piece, head: str) -> Carried | None:
    """Say what a text that begins with this piece goes on with, if with anything."""
    match piece.block:
        case List(continues=True) | Table(continues=True):
            return Carried(piece.block, head if isinstance(piece.block, Table) else "")
        case _:
            return None


def _items(one: Parsed, before: List | None) -> Iterator[Piece]:
    whole = one.block
    assert isinstance(whole, List)
    start = whole.start if before is None else before.start
    ends = (*one.parts[1:], one.end_line)
    for number, (item, line, end) in enumerate(zip(whole.items, one.parts, ends, strict=True)):
        at = start + number if start is not None else None
        yield Piece(List((item,), at, before is not None or number > 0), line, end, line)


def _chunks(one: Parsed, table: Table, before: Table | None) -> Iterator[Piece]:
    first = one.first_line
    size = max(1, min(CHUNK, _CELLS // max(1, len(table.aligns))))
    if before is None and len(table.rows) <= size:
        yield Piece(table, first, one.end_line, first + 1)
        return
    shares = _shares(table) if before is None else before.shares
    for begin in range(0, len(table.rows), size):
        goes_on = before is not None or begin > 0
        rows = table.rows[begin : begin + size]
        head = () if goes_on else table.head
        chunk = replace(table, head=head, rows=rows, shares=shares, continues=goes_on)
        line = first + 2 + begin if goes_on else first
        end = first + 2 + begin + len(rows)
        yield Piece(chunk, line, end, line if goes_on else first + 1, first)


def _shares(table: Table) -> tuple[int, ...]:
    """Share the width out after the longest cell of each column in the first rows, in percent."""
    longest = [_NARROWEST] * max(1, len(table.aligns))
    for row in (table.head, *table.rows[:CHUNK]):
        for column, cell in enumerate(row[: len(longest)]):
            longest[column] = max(longest[column], min(_WIDEST, _width(cell)))
    total = sum(longest)
    return tuple(round(100 * one / total) for one in longest)


def _width(cell: Spans) -> int:
    text = "".join(span.text for span in cell)[: 2 * _WIDEST]
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
