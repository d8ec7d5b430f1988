"""Text in which links and marks of citations can be reached, by the pointer and the keyboard.

It is read, and neither written nor scrolled. The mouse belongs to the transcript, which selects
across turns.
"""

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.painting import paint_ring
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.link_places import LinkPlace, Links, words_of_link
from desktop_app.ui.transcript.painted_text import PaintedText


class BlocksView(PaintedText):
    """The text of one part of a turn, and what can be reached in it.

    `ink` is the colour token of plain text, `base_size` its size in pixels at 100 %.
    """

    link_clicked = Signal(str, str)
    """A link is to be opened: its address, and the text that stands for it."""

    citation_clicked = Signal(int)
    """The source of this number is to be opened."""

    citation_reached = Signal(int, str, QRect, bool)
    """The pointer, or the keyboard where it is true, has come to a mark: its number, the words it
    is for, where it is on the screen. The number is 0 where a mark was left."""

    reached = Signal(int, int)
    """The keyboard has come to what is between these two heights."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        parent: QWidget | None = None,
        *,
        ink: str = "text",
        base_size: int = 14,
    ) -> None:
        super().__init__(theme, name, parent, ink=ink, base_size=base_size)
        self._links = Links(self.flow)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    # --- links --------------------------------------------------------------------------------

    @property
    def links(self) -> list[LinkPlace]:
        """All links, from the top."""
        return self._links.all()

    def link_at(self, point: QPointF) -> str:
        """The address of the link at a point, or nothing."""
        link = self._links.at(point)
        return link.address if link is not None else ""

    def click(self, point: QPointF) -> bool:
        """Tell that the link at a point is to be opened; say whether there is one."""
        link = self._links.at(point)
        if link is not None:
            self._open(link)
        return link is not None

    def _open(self, link: LinkPlace) -> None:
        if link.cite:
            self.citation_clicked.emit(link.cite)
            return
        self.link_clicked.emit(link.address, self._links.text_of(link))

    def _reach(self, link: LinkPlace | None, *, now: bool = False) -> None:
        """Show that the mark of a citation is reached, or that none is any more."""
        link = link if link is not None and link.cite else None
        if link == self._citing.active:
            return
        self._citing.active = link
        self.update()
        rects = self._links.rects_of(link) if link is not None else []
        if link is None or not rects:
            self.citation_reached.emit(0, "", QRect(), now)
            return
        at = rects[0].toAlignedRect()
        place = QRect(self.mapToGlobal(at.topLeft()), at.size())
        cited = self._citing.cited(link, self._links.of(link.block))
        self.citation_reached.emit(link.cite, cited, place, now)

    # --- events -------------------------------------------------------------------------------

    @override
    def paint_reached(self, painter: QPainter) -> None:
        """Paint the mark that is reached, and a ring around the link that the keyboard is at."""
        if (mark := self._citing.active) is not None and mark.block < len(self._flow.blocks):
            self._citing.paint(painter, self._flow, self._links.rects_of(mark))
        link = self._links.current if self.hasFocus() else None
        for rect in self._links.rects_of(link) if link is not None else ():
            paint_ring(painter, rect.adjusted(-3, -1, 3, 1), 6, self.theme.color("accent"))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over links."""
        shape = Qt.CursorShape.IBeamCursor
        link = self._links.at(event.position())
        self._reach(link)
        if link is not None:
            shape = Qt.CursorShape.PointingHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        event.ignore()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin with the last link where the keyboard comes from below."""
        self._links.enter(from_below=event.reason() == Qt.FocusReason.BacktabFocusReason)
        self.update()
        super().focusInEvent(event)

    @override
    def focusNextPrevChild(self, next: bool) -> bool:
        """Go from link to link, and on from the last."""
        self.update()
        if not self.hasFocus() or not self._links.step(forward=next):
            return super().focusNextPrevChild(next)
        link = self._links.current
        if link is not None and (rects := self._links.rects_of(link)):
            self.reached.emit(int(rects[0].top()), int(rects[-1].bottom()))
            announce(self, words_of_link(link, self._links.text_of(link)))
        self._reach(link, now=True)
        return True

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the link that the keyboard is at; other keys belong to the transcript."""
        link = self._links.current
        if link is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(link)
        else:
            event.ignore()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the mark that the keyboard was at."""
        self._reach(None)
        super().focusOutEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what was reached of it."""
        self._reach(None)
        super().hideEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Forget the link that was under the pointer."""
        self._reach(None)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        super().leaveEvent(event)
