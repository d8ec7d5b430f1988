"""Says in paragraphs what has no look of its own: footnotes, and text that is too long."""

from collections.abc import Iterator
from typing import Final

from desktop_app.markdown.blocks import LINE_BREAK, Block, Note, Paragraph, Plain, Span

TOO_LONG: Final = "What follows is too long to be formatted. It is shown as it was written."


def in_paragraphs(block: Note | Plain) -> Iterator[tuple[Block, bool]]:
    """Give the blocks that stand for it, and whether each is said quietly."""
    match block:
        case Note(label, (Paragraph(spans), *rest)):
            yield Paragraph((Span(label, note=True), Span(" "), *spans)), True
            yield from ((one, True) for one in rest)
        case Note(label, blocks):
            yield Paragraph((Span(label, note=True),)), True
            yield from ((one, True) for one in blocks)
        case Plain(text, continues):
            if not continues:
                yield Paragraph((Span(TOO_LONG),)), True
            yield Paragraph((Span(text.replace("\n", LINE_BREAK)),)), False
