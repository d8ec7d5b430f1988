"""Cuts what stands one under the other into pages, never through a line of text.

It knows heights only. All lengths are pixels at 96 to the inch.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtGui import QPainter

_LEAST: Final = 40
"""What is cut leaves so much on the page that it begins on, at least."""

_MOST_KEPT: Final = 4
"""Headings that stay together, at most."""


class Strip(Protocol):
    """Something that stands on paper by itself: a paragraph, a card, a picture."""

    @property
    def height(self) -> int:
        """Its height."""
        ...

    @property
    def gap(self) -> int:
        """The space above it; there is none at the top of a page."""
        ...

    @property
    def keeps(self) -> bool:
        """Whether it stays on one page with the beginning of what follows."""
        ...

    def cuts(self) -> Sequence[int]:
        """The heights at which it may be cut, counted from its top, in their order."""
        ...

    def paint(self, painter: QPainter, top: int, bottom: int) -> None:
        """Paint what is between two heights; the painter's origin is at its top."""
        ...


@dataclass(frozen=True)
class Placed:
    """A strip, or what of it is between two heights. That stands at a height of the page."""

    strip: Strip
    top: int
    bottom: int
    at: int


Page = tuple[Placed, ...]


def pages(strips: Iterable[Strip | None], height: int) -> Iterator[Page | None]:
    """Put strips on pages of a height; `None` lets whoever waits for a page do something else."""
    cutter = _Cutter(height)
    kept: list[Strip] = []
    for strip in strips:
        if strip is None:
            yield None
            continue
        kept.append(strip)
        if not strip.keeps or len(kept) == _MOST_KEPT:
            yield from cutter.add(kept)
            kept = []
    if kept:
        yield from cutter.add(kept)
    if cutter.placed:
        yield tuple(cutter.placed)


class _Cutter:
    def __init__(self, height: int) -> None:
        self._height = height
        self.placed: list[Placed] = []
        self._bottom = 0

    def add(self, strips: Sequence[Strip]) -> Iterator[Page]:
        """Put strips on a page that are to stay together where they can."""
        if self.placed and not self._has_room(strips):
            yield self._turn()
        for strip in strips:
            yield from self._add(strip)

    def _has_room(self, strips: Sequence[Strip]) -> bool:
        """Whether all of them fit here, or the beginning of the last one does."""
        *above, last = strips
        y = self._bottom + sum(strip.gap + strip.height for strip in above) + last.gap
        if y + last.height <= self._height:
            return True
        return any(_LEAST <= cut <= self._height - y for cut in last.cuts())

    def _add(self, strip: Strip) -> Iterator[Page]:
        top = 0
        while True:
            y = self._bottom + (strip.gap if self.placed and not top else 0)
            bottom = self._cut(strip, top, self._height - y)
            if bottom > top:
                self.placed.append(Placed(strip, top, bottom, y))
                self._bottom = y + bottom - top
            if bottom >= strip.height:
                return
            top = bottom
            yield self._turn()

    def _cut(self, strip: Strip, top: int, room: int) -> int:
        """How far down a strip goes that begins at a height, in a room."""
        if strip.height - top <= room:
            return strip.height
        fitting = [cut for cut in strip.cuts() if top < cut <= top + room]
        if fitting:
            return fitting[-1]
        if self.placed:
            return top  # nothing of it: it begins on the next page
        return min(strip.height, top + self._height)

    def _turn(self) -> Page:
        page = tuple(self.placed)
        self.placed, self._bottom = [], 0
        return page
