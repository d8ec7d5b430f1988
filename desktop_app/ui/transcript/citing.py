"""The marks of citations in a text on screen: which blocks have some, and which one is reached."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from desktop_app.ui.transcript.citations import Mark
from desktop_app.ui.transcript.cite_marks import mark_rect, paint_mark
from desktop_app.ui.transcript.flow import Flow
from desktop_app.ui.transcript.link_places import LinkPlace
from desktop_app.ui.transcript.marking import MarkedBlock, Marking
from desktop_app.ui.transcript.reading import Reading
from desktop_app.ui.transcript.turn_parts import mark_stream


class Citing:
    """Puts marks into the blocks of a flow, and takes them out again."""

    def __init__(self) -> None:
        self._marking = Marking()
        self._marked: dict[int, MarkedBlock] = {}
        self._marks: tuple[Mark, ...] = ()
        self.active: LinkPlace | None = None
        """The mark that the pointer or the keyboard has reached."""

    def begin(self) -> None:
        """Another text is shown; the marks that are wanted are in it."""
        self._marking, self._marked, self.active = Marking(), {}, None

    def want(self, marks: tuple[Mark, ...]) -> bool:
        """Note which marks are wanted; say whether these are other ones."""
        changed = marks != self._marks
        self._marks = marks
        return changed

    def show(self, flow: Flow, reading: Reading) -> None:
        """Put the marks where they are wanted, as far as the text has been read."""
        if not self._marks and not self._marked:
            return
        text, stream = reading.read_text, reading.stream
        marks = tuple(mark for mark in self._marks if mark.position <= len(text))
        made = mark_stream(self._marking, stream, text, marks) if marks else {}
        blocks = stream.blocks
        for number in self._marked.keys() - made.keys():
            if number < len(blocks):
                flow.put(number, blocks[number])
        for number, one in made.items():
            if flow.blocks[number] != one.block:
                flow.put(number, one.block)
        self._marked = made

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
