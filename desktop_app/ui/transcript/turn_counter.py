"""Counts the matches of all turns, a slice at a time, so that the window never waits.

Of the turns that are on the disk only those are read in which the disk has found the words.
"""

import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.chat.searching import TextSearch
from desktop_app.ui.transcript.counting import count_in_turn
from desktop_app.ui.transcript.find import Needle
from desktop_app.ui.transcript.search import Search
from desktop_app.ui.transcript.shown import SearchTexts, Shown

_SLICE: Final = 0.006
"""Seconds that one slice may take."""

_PAUSE_MS: Final = 3
_SOON: Final = 50
_AT_ONCE: Final = 2000
"""Turns that are looked for on the disk in one go."""


class TurnCounter(QObject):
    """Counts in an order that may be changed at any time; its owner has the counts."""

    counted = Signal()
    """Some more turns have been counted."""

    def __init__(self, shown: Shown, parent: QObject) -> None:
        super().__init__(parent)
        self._shown = shown
        self._search_texts: SearchTexts | None = None
        self._needle: Needle | None = None
        self._search = Search(0)
        self._order: deque[int] = deque()
        self._jobs: deque[tuple[int, Iterator[int], int]] = deque()
        self._texts: TextSearch | None = None
        self._asked: dict[str, int] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._count)

    def set_texts(self, search: SearchTexts | None) -> None:
        """Say who looks for words in turns that have not been read."""
        self.stop()
        self._search_texts = search

    def begin(self, needle: Needle, search: Search, number: int, step: int) -> None:
        """Count what is not counted yet, from a turn on, onwards or back."""
        self.stop()
        self._needle, self._search = needle, search
        self._order.extend(search.uncounted(number, step))
        self._timer.start(0)

    def stop(self) -> None:
        """Count no more."""
        self._timer.stop()
        self._jobs.clear()
        self._order.clear()
        self._drop_texts()

    def add(self, numbers: range) -> None:
        """Count these turns, too, behind the others."""
        self._order.extend(numbers)
        self._timer.start(0)

    def count_again(self, number: int) -> None:
        """Count a turn that has changed, before all others."""
        if self._needle is not None:
            self._jobs = deque(job for job in self._jobs if job[0] != number)
            self._jobs.appendleft(self._job(number))
            self._timer.start(0)

    def _job(self, number: int) -> tuple[int, Iterator[int], int]:
        assert self._needle is not None
        return number, count_in_turn(self._needle, partial(self._shown.read, number)), 0

    def is_next(self, number: int) -> bool:
        """Whether a turn is among those that are counted now, or right behind them."""
        soon = [job[0] for job in islice(self._jobs, _SOON)]
        return number in (*soon, *islice(self._asked.values(), 1), *islice(self._order, 1))

    # --- slices -------------------------------------------------------------------------------

    def _count(self) -> None:
        end = time.monotonic() + _SLICE
        while time.monotonic() < end and (self._jobs or self._can_sort):
            if self._jobs:
                self._work(end)
            else:
                self._sort_some()
        if self._jobs or self._can_sort:
            self._timer.start(_PAUSE_MS)
        elif self._texts is not None:
            self._texts.look()
        self.counted.emit()

    @property
    def _can_sort(self) -> bool:
        return bool(self._order) and self._texts is None

    def _work(self, end: float) -> None:
        """Go on with a turn, as far as there is time."""
        number, counting, count = self._jobs.popleft()
        for some in counting:
            count += some
            if time.monotonic() >= end:
                self._jobs.appendleft((number, counting, count))
                return
        if number < len(self._search):
            self._search.put(number, count)

    def _sort_some(self) -> None:
        """Take some turns: those that may grow are counted, the others are looked for."""
        assert self._needle is not None
        unread: dict[str, int] = {}
        for number in [self._order.popleft() for _ in range(min(_AT_ONCE, len(self._order)))]:
            if number >= len(self._search):
                continue
            if self._shown.is_live(number):
                self._jobs.append(self._job(number))
            else:
                unread[self._shown.key(number)] = number
        if unread and self._search_texts is not None:
            self._asked = unread
            self._texts = self._search_texts(list(unread), self._needle.stored_words)
            self._texts.looked.connect(self._take)
            self._texts.look()

    def _take(self, keys: list[str], found: list[str]) -> None:
        """Count in the turns that the disk has found; the others looked at have no match."""
        to_read = set(found)
        for key in keys:
            number = self._asked.pop(key)
            if number >= len(self._search):
                continue
            if key in to_read:
                self._jobs.append(self._job(number))
            else:
                self._search.put(number, 0)
        if self._texts is not None and self._texts.is_over:
            self._drop_texts()
        if not self._timer.isActive():
            self._timer.start(0)

    def _drop_texts(self) -> None:
        if self._texts is not None:
            self._texts.stop()
            self._texts.looked.disconnect(self._take)
            self._texts.deleteLater()
            self._texts = None
        self._asked.clear()
