"""Puts a conversation on paper a slice at a time, so that the window never waits."""

import time
from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPagedPaintDevice, QPainter

from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.printing.ground import SIZE, Paper
from desktop_app.ui.printing.pages import Page, Placed, Strip, pages
from desktop_app.ui.printing.sheet import PictureSource, Sheet
from desktop_app.ui.theme import Theme

DPI: Final = 96
"""Pixels of layout to the inch."""

_SLICE: Final = 0.012
_PAUSE_MS: Final = 4
_HEAD: Final = 28
_FOOT: Final = 28
"""Room for the title above, and the number of the page below."""

_OVER: Final = 8
"""What may stand out of the column at its sides."""


class PrintJob(QObject):
    """Paints turns on the pages of a device, which has to outlive it."""

    progressed = Signal(int, int, int)
    """So many pages are done, and so many turns, of so many."""

    finished = Signal(bool)
    """It is over; whether all pages are there."""

    def __init__(
        self,
        theme: Theme,
        device: QPagedPaintDevice,
        title: str,
        turns: Sequence[Interaction],
        pictures: PictureSource,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._device = device
        self._title = title
        self._turns = turns
        self._paper = Paper(theme)
        self._painter = QPainter()
        self._scale = device.logicalDpiX() / DPI
        self._width = round(device.width() / self._scale)
        height = round(device.height() / self._scale)
        self._height = height - _HEAD - _FOOT
        self._sheet = Sheet(self._paper, self._width, SIZE, pictures, theme.formulas)
        self._pages = pages(self._strips(), self._height)
        self._page = 0
        self._turn = 0
        self._until = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    def start(self) -> None:
        """Begin; `finished` is told later, also where the device takes nothing."""
        self._timer.start(0)

    def cancel(self) -> None:
        """Stop; what is on paper is not to be used."""
        if self._timer.isActive():
            self._end(whole=False)

    def _go_on(self) -> None:
        if not self._painter.isActive() and not self._painter.begin(self._device):
            self._end(whole=False)
            return
        self._until = time.monotonic() + _SLICE
        while time.monotonic() < self._until:
            page = next(self._pages, ())
            if page == ():
                self._end(whole=True)
                return
            if page is None:
                break
            self._paint(page)
        self.progressed.emit(self._page, self._turn, len(self._turns))
        self._timer.start(_PAUSE_MS)

    def _end(self, *, whole: bool) -> None:
        self._timer.stop()
        whole = (not self._painter.isActive() or self._painter.end()) and whole
        self.finished.emit(whole)

    def _strips(self) -> Iterator[Strip | None]:
        yield from self._sheet.title(self._title)
        for turn in self._turns:
            yield from self._sheet.turn(turn)
            self._turn += 1
            if time.monotonic() >= self._until:
                yield None

    # --- pages --------------------------------------------------------------------------------

    def _paint(self, page: Page) -> None:
        if self._page:
            self._device.newPage()
        self._page += 1
        painter = self._painter
        painter.save()
        painter.scale(self._scale, self._scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_edges()
        for placed in page:
            painter.save()
            painter.translate(0, _HEAD + placed.at - placed.top)
            paint_placed(painter, placed, self._width)
            painter.restore()
        painter.restore()

    def _paint_edges(self) -> None:
        """Paint the title, which stands large on the first page, and the number of the page."""
        painter = self._painter
        painter.setFont(self._paper.font(11, figures=True))
        painter.setPen(self._paper.color("quiet"))
        foot = QRectF(0, _HEAD + self._height, self._width, _FOOT)
        at_foot = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight
        painter.drawText(foot, at_foot, str(self._page))
        if self._page > 1:
            words = painter.fontMetrics().elidedText(
                self._title, Qt.TextElideMode.ElideRight, self._width
            )
            painter.drawText(QRectF(0, 0, self._width, _HEAD), Qt.AlignmentFlag.AlignTop, words)


def paint_placed(painter: QPainter, placed: Placed, width: int) -> None:
    """Paint a strip, or what of it is on this page; the origin is where its top would be."""
    if placed.top or placed.bottom < placed.strip.height:
        height = placed.bottom - placed.top
        painter.setClipRect(QRectF(-_OVER, placed.top, width + 2 * _OVER, height))
    placed.strip.paint(painter, placed.top, placed.bottom)
