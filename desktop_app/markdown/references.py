"""Which labels a text refers to, and how a block looks once they are defined."""

import re
from dataclasses import replace
from typing import Final

from markdown_it.common.utils import normalizeReference

from desktop_app.markdown.blocks import Block, List, Table

_LABEL: Final = re.compile(r"\[((?:\\.|[^\[\]\\]){1,999})\]")


def labels_in(text: str) -> set[str]:
    """Find what may be the label of a link, or with a `^` before it that of a footnote."""
    return {
        label if label.startswith("^") else normalizeReference(label)
        for label in _LABEL.findall(text)
        if label.strip()
    }


def mend(old: Block, new: Block) -> Block:
    """Give a block that was read again the place in its list or table that it had."""
    match old, new:
        case List(start=start, continues=continues), List():
            return replace(new, items=new.items[:1], start=start, continues=continues)
        case Table(shares=shares, continues=continues), Table():
            head = old.head and new.head
            return replace(new, head=head, shares=shares, continues=continues)
        case _:
            return new
