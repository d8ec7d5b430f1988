"""Where the links of a block are in its text."""

from typing import NamedTuple

from desktop_app.markdown.blocks import Block, Code, Math, Rule
from desktop_app.markdown.stretches import stretches


class LinkPlace(NamedTuple):
    """A link: its block, where its text begins and ends there, its address.

    The mark of a citation has no address, but the number of its source.
    """

    block: int
    begin: int
    end: int
    address: str
    cite: int = 0


def links_in(block: Block, number: int) -> list[LinkPlace]:
    """The links of a block; spans next to each other that lead to one place are one link."""
    if isinstance(block, Code | Math | Rule):
        return []
    found: list[LinkPlace] = []
    for stretch in stretches(block):
        at = stretch.begin
        for span in stretch.spans:
            end = at + len(span.text)
            if span.cite:
                found.append(LinkPlace(number, at, end, "", span.cite))
            elif span.link:
                before = found[-1] if found else None
                begin = at
                if before is not None and (before.end, before.address) == (at, span.link):
                    begin = found.pop().begin
                found.append(LinkPlace(number, begin, end, span.link))
            at = end
    return found
