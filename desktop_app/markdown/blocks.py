"""What an answer is made of on screen: values that any painter can show.

A text is a tuple of `Span`; a line break inside one is U+2028.
"""

from typing import Final, TypeAlias

from desktop_app.values import value_class

LINE_BREAK: Final = "\u2028"


@value_class
class Span:
    """A stretch of text with one look. `link` is an address as it was written, or empty.

    `note`: the text is the label of a footnote. `cite` is the number of a source, whose mark the
    text is; no Markdown has it.
    """

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    math: bool = False
    link: str = ""
    note: bool = False
    cite: int = 0


Spans: TypeAlias = tuple[Span, ...]


@value_class
class Paragraph:
    """Running text."""

    spans: Spans


@value_class
class Heading:
    """A heading; `level` is 1 to 6."""

    level: int
    spans: Spans


@value_class
class Code:
    """A block of code; `language` is the word after the fence, as it was written."""

    text: str
    language: str = ""


@value_class
class Math:
    """A displayed formula: its source."""

    text: str


@value_class
class Quote:
    """Quoted blocks."""

    blocks: "tuple[Block, ...]"


@value_class
class Item:
    """One item of a list; `checked` is `None` where it is no task."""

    blocks: "tuple[Block, ...]"
    checked: bool | None = None


@value_class
class List:
    """A list; `start` is the first number, `None` for bullets.

    `continues`: it is the rest of the list before it.
    """

    items: tuple[Item, ...]
    start: int | None = None
    continues: bool = False


@value_class
class Table:
    """A table; `aligns` has left, center, right or "" for each column.

    A long table comes in pieces. Each has the `shares` of its columns in the width, in percent;
    one that `continues` the table before it has no head.
    """

    aligns: tuple[str, ...]
    head: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    shares: tuple[int, ...] = ()
    continues: bool = False


@value_class
class Rule:
    """A line across."""


@value_class
class Note:
    """A footnote: what is said under its label."""

    label: str
    blocks: "tuple[Block, ...]"


@value_class
class Plain:
    """Text that is too long to be read as Markdown; it `continues` the one before it."""

    text: str
    continues: bool = False


Block: TypeAlias = Paragraph | Heading | Code | Math | Quote | List | Table | Rule | Note | Plain
