"""Where links are: in the text of a block, under the pointer, and next for the keyboard."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from desktop_app.markdown.blocks import Block, Code, Math, Rule
from desktop_app.markdown.stretches import stretches, text_of
from desktop_app.ui.transcript.flow import Flow


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


def words_of_link(link: LinkPlace, text: str) -> str:
    """What a screen reader says at a link: to Qt there is no focus within a text."""
    if link.cite:
        return f"Source {link.cite}"
    words = " ".join(text.split()) or link.address
    return f"Link: {words}" if words == link.address else f"Link: {words}, {link.address}"


class Links:
    """The links of a text that is laid out, of which the keyboard may be at one."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._known: dict[int, tuple[Block, list[LinkPlace]]] = {}
        self._number = -1

    def all(self) -> list[LinkPlace]:
        """All of them, from the top."""
        return [link for number in range(len(self._flow.blocks)) for link in self.of(number)]

    def of(self, number: int) -> list[LinkPlace]:
        """Those of a block."""
        block = self._flow.blocks[number]
        known = self._known.get(number)
        if known is None or known[0] is not block:
            known = self._known[number] = block, links_in(block, number)
        return known[1]

    def at(self, point: QPointF) -> LinkPlace | None:
        """The link at a point."""
        number = self._flow.block_at(point.y())
        if number < 0 or not (links := self.of(number)):
            return None
        _, offset = self._flow.spot_at(point.x(), point.y())
        for link in links:
            near = link.begin <= offset <= link.end
            if near and any(rect.contains(point) for rect in self.rects_of(link)):
                return link
        return None

    def rects_of(self, link: LinkPlace) -> list[QRectF]:
        """Where a link stands, line by line."""
        return self._flow.rects_of(link.block, link.begin, link.end)

    def text_of(self, link: LinkPlace) -> str:
        """What stands for its address."""
        return text_of(self._flow.blocks[link.block])[link.begin : link.end]

    # --- the keyboard -------------------------------------------------------------------------

    @property
    def current(self) -> LinkPlace | None:
        """The link that the keyboard is at."""
        if self._number < 0:
            return None
        links = self.all()
        return links[self._number] if self._number < len(links) else None

    def enter(self, *, from_below: bool) -> None:
        """Begin above the first link, or at the last where the keyboard comes from below."""
        self._number = len(self.all()) - 1 if from_below else -1

    def step(self, *, forward: bool) -> bool:
        """Go to the next link, or the one before; say whether there was one, or the text itself."""
        wanted = self._number + (1 if forward else -1)
        if not -1 <= wanted < len(self.all()):
            self._number = -1
            return False
        self._number = wanted
        return True
