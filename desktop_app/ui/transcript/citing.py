"""The marks of citations in a text on screen: which blocks have some, and which one is reached."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from desktop_app.markdown.stream import MarkdownStream
from desktop_app.ui.transcript.citations import Mark
from desktop_app.ui.transcript.cite_marks import mark_rect, paint_mark
from desktop_app.ui.transcript.flow import Flow
from desktop_app.ui.transcript.link_places import LinkPlace
from desktop_app.ui.transcript.marking import MarkedBlock, Marking
from desktop_app.ui.transcript.turn_parts import mark_stream


class Citing:
    """Puts marks into the blocks of a flow, and takes them out again."""

    def __init__(self) -> None:
        self._marking = Marking()
        self._marked: dict[int, MarkedBlock] = {}
        self.marks: tuple[Mark, ...] = ()
        self.active: LinkPlace | None = None
        """The mark that the pointer or the keyboard has reached."""

    def begin(self) -> None:
        """Another text is shown."""
        self._marking, self._marked, self.marks, self.active = Marking(), {}, (), None

    def apply(self, flow: Flow, stream: MarkdownStream, text: str, marks: tuple[Mark, ...]) -> bool:
        """Show those of these marks that are in what was read of a text; say whether any block has
        changed.
        """
        if not marks and not self._marked:
            return False
        self.marks = marks
        there = tuple(mark for mark in marks if mark.position <= len(text))
        made = mark_stream(self._marking, stream, text, there) if there else {}
        blocks = stream.blocks
        changed = False
        for number in self._marked.keys() - made.keys():
            if number < len(blocks):
                flow.put(number, blocks[number])
                changed = True
        for number, one in made.items():
            if flow.blocks[number] != one.block:
                flow.put(number, one.block)
                changed = True
        self._marked = made
        return changed

    def cited(self, link: LinkPlace, links: Sequence[LinkPlace]) -> str:
        """The words that a mark is for; `links` are all of its block."""
        marked = self._marked.get(link.block)
        order = [one for one in links if one.cite]
        if marked is None or link not in order:
            return ""
        return marked.marks[order.index(link)].cited

    def paint(self, painter: QPainter, flow: Flow, rects: Sequence[QRectF]) -> None:
        """Paint the mark that is reached; `rects` are where it has its room."""
        if self.active is None or not rects:
            return
        scale = flow.styles.mark_scale
        line, baseline = flow.styles.line(flow.styles.body())
        below = rects[0].top() + (rects[0].height() - line) / 2 + baseline
        rect = mark_rect(rects[0].left(), below, self.active.cite, scale)
        paint_mark(painter, flow.styles.ground, rect, self.active.cite, active=True)
