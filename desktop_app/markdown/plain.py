"""Markdown as words to be heard: without its marks, in the order in which one reads."""

from collections.abc import Iterator

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
    Spans,
    Table,
)
from desktop_app.markdown.stream import read


def plain_text(markdown: str) -> str:
    """The words, one block or item a line; items have their numbers, the cells of a row commas."""
    return "\n".join(_lines(iter(read(markdown))))


def _lines(blocks: Iterator[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(spans) | Heading(_, spans):
                yield _words(spans)
            case Code(text) | Math(text) | Plain(text):
                yield text
            case Quote(inner):
                yield from _lines(iter(inner))
            case List(items, start):
                yield from _items(items, start)
            case Table(_, head, rows):
                for row in (head, *rows) if head else rows:
                    yield ", ".join(_words(cell) for cell in row)
            case Note(label, inner):
                yield f"Note {label}:"
                yield from _lines(iter(inner))
            case Rule():
                pass


def _items(items: tuple[Item, ...], start: int | None) -> Iterator[str]:
    for number, item in enumerate(items):
        mark = f"{start + number}. " if start is not None else ""
        if item.checked is not None:
            mark += "done: " if item.checked else "to do: "
        for line in _lines(iter(item.blocks)):
            yield mark + line
            mark = ""


def _words(spans: Spans) -> str:
    return "".join(span.text for span in spans).replace(LINE_BREAK, " ")
