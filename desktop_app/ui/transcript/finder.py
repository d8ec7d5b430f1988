"""Looks for a query in all turns, and goes from match to match.

The place of a match is known when its turn has a view; until then it is the first of its turn, or
the second, and so on.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.markdown.blocks import Block
from desktop_app.ui.transcript.find import Match, Needle, Query, matches_in_block
from desktop_app.ui.transcript.search import Search
from desktop_app.ui.transcript.shown import FoundView, Place, SearchTexts, Shown
from desktop_app.ui.transcript.turn_counter import TurnCounter

_GROWTH_MS: Final = 250
_KEPT: Final = 20_000
"""Blocks whose matches are kept, at most."""

_NOTHING: Final = Needle(Query(""))
_LAST: Final = -1


class Finder(QObject):
    """One search at a time, over the turns that are shown."""

    told = Signal(str, bool)
    """These words say how many there are; whether one can go from one to the next."""

    arrived = Signal()
    """The match that was wanted is in sight."""

    def __init__(self, shown: Shown, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown = shown
        self._needle = _NOTHING
        self._search = Search(0)
        self._counter = TurnCounter(shown, self)
        self._counter.counted.connect(self._note_counts)
        self._seek: tuple[int, int] | None = None  # from a turn on, a step
        self._wanted: tuple[int, int | Place] | None = None
        self._current: tuple[int, int, Match] | None = None
        self._known: dict[int, tuple[Block, list[tuple[int, int]]]] = {}
        self._grown: set[int] = set()
        self._growth_timer = QTimer(self)
        self._growth_timer.setSingleShot(True)
        self._growth_timer.setInterval(_GROWTH_MS)
        self._growth_timer.timeout.connect(self._count_what_grew)

    def set_texts(self, search: SearchTexts | None) -> None:
        """Say who looks for words in turns that have not been read."""
        self._counter.set_texts(search)

    @property
    def current(self) -> tuple[int, Match] | None:
        """The turn and the place of the present match."""
        return None if self._current is None else (self._current[0], self._current[2])

    @property
    def total(self) -> int:
        """The matches that were found so far."""
        return self._search.total

    @property
    def is_done(self) -> bool:
        """Whether all turns are counted."""
        return self._search.is_done

    # --- what the person does -----------------------------------------------------------------

    def begin(self, query: Query) -> None:
        """Look for something else; who refines a query stays where he is."""
        number, place = self._shown.reader
        if self._current is not None:
            number, _, match = self._current
            place = match.part, match.block, match.begin
        self._start(Needle(query), number, place)

    def begin_anew(self) -> None:
        """Look for the same in other turns."""
        if self._needle:
            self._start(self._needle, *self._shown.reader)

    def end(self) -> None:
        """Look for nothing any more."""
        self._start(_NOTHING, 0, (0, 0, 0))

    def _start(self, needle: Needle, number: int, place: Place) -> None:
        self._counter.stop()
        self._growth_timer.stop()
        self._grown.clear()
        self._known.clear()
        self._needle = needle
        self._search = Search(len(self._shown) if needle else 0)
        self._seek = self._wanted = self._current = None
        if len(self._search):
            self._wanted, self._seek = (number, place), (number, 1)
            self._counter.begin(needle, self._search, number, 1)
        self._paint()
        self._tell()

    def step(self, step: int) -> None:
        """Go to the next match, for 1, or to the one before, for -1."""
        if not len(self._search):
            return
        here = self._here
        if here is None:
            number = self._seek[0] if self._seek is not None else self._shown.reader[0]
            self._wanted = None
            self._go_on_from(number, step)
        elif 0 <= here[1] + step < self._search.count_of(here[0]):
            self._visit(here[0], here[1] + step)
        else:
            self._go_on_from((here[0] + step) % len(self._search), step)

    @property
    def _here(self) -> tuple[int, int] | None:
        """The match from which one goes on: the present one, or one that is on its way."""
        if self._seek is None and self._wanted is not None:
            number, place = self._wanted
            if isinstance(place, int):
                return number, place if place != _LAST else self._search.count_of(number) - 1
        return None if self._current is None else self._current[:2]

    # --- going --------------------------------------------------------------------------------

    def _note_counts(self) -> None:
        self._find_next()
        self._tell()

    def _go_on_from(self, number: int, step: int) -> None:
        self._seek = number, step
        self._find_next()

    def _find_next(self) -> None:
        """Go to the match that is sought, if it is known by now which one that is."""
        if self._seek is None:
            return
        number, step = self._seek
        found = self._search.seek(number, step)
        if found is None:
            self._seek = self._wanted = None
        elif self._search.is_counted(found):
            self._seek = None
            here = self._wanted is not None and self._wanted[0] == found
            place = self._wanted[1] if here and self._wanted is not None else None
            first = 0 if step > 0 else _LAST
            self._visit(found, first if place is None else place)
        else:
            self._seek = found, step
            if not self._counter.is_next(found):
                self._counter.begin(self._needle, self._search, found, step)

    def _visit(self, number: int, place: int | Place) -> None:
        """Go to a match of a turn: one by its number in it, or the first from a place on."""
        self._wanted = number, place
        if self._shown.views(number) is None:
            self._shown.go_to(number)
        self._arrive()

    def _arrive(self) -> None:
        """Show the match that is wanted, if its turn has a view by now."""
        if self._wanted is None or self._seek is not None:
            return
        number, place = self._wanted
        matches = self._matches(number)
        if matches is None:
            return
        self._search.put(number, len(matches))
        self._wanted = None
        ordinal = _ordinal(matches, place)
        if ordinal is None:
            step = -1 if place == _LAST else 1
            self._go_on_from((number + step) % len(self._search), step)
            return
        self._current = number, ordinal, matches[ordinal]
        self._shown.reveal(number, matches[ordinal])
        self._paint()
        self._tell()
        self.arrived.emit()

    # --- what changes -------------------------------------------------------------------------

    def follow(self) -> None:
        """There are more turns than before, or views of other ones."""
        if not self._needle:
            return
        before, count = len(self._search), len(self._shown)
        if count > before:
            self._search.resize(count)
            self._counter.add(range(before, count))
        self._arrive()
        self._paint()

    def forget_from(self, number: int) -> None:
        """The turns from a number on are others now, or there are none."""
        if self._needle and number < len(self._search):
            self._search.resize(number)
            if self._current is not None and self._current[0] >= number:
                self._current = None
            if self._wanted is not None and self._wanted[0] >= number:
                self._wanted = None
            if self._seek is not None and self._seek[0] >= number:
                self._seek = None
            self._tell()

    def note_growth(self, number: int) -> None:
        """The text of a turn has changed."""
        if self._needle and number < len(self._search):
            self._grown.add(number)
            if not self._growth_timer.isActive():
                self._growth_timer.start()

    def _count_what_grew(self) -> None:
        for number in self._grown:
            matches = self._matches(number)
            if matches is not None:
                self._search.put(number, len(matches))
            else:
                self._counter.count_again(number)
        self._grown.clear()
        self._paint()
        self._tell()

    # --- what is shown ------------------------------------------------------------------------

    def _in_block(self, block: Block) -> list[tuple[int, int]]:
        known = self._known.get(id(block))
        if known is None:
            if len(self._known) > _KEPT:
                self._known.clear()
            known = block, list(matches_in_block(self._needle, block))
            self._known[id(block)] = known
        return known[1]

    def _matches(self, number: int) -> list[Match] | None:
        """The matches of a turn that has a view."""
        views = self._shown.views(number)
        if views is None:
            return None
        return [
            Match(part, at, begin, end)
            for part, view in views
            for at, begin, end in self._found_in(view)
        ]

    def _found_in(self, view: FoundView) -> list[tuple[int, int, int]]:
        return [
            (at, begin, end)
            for at, block in enumerate(view.blocks if self._needle else ())
            for begin, end in self._in_block(block)
        ]

    def _paint(self) -> None:
        """Show what was found in the turns that have a view."""
        for number in self._shown.numbers:
            for part, view in self._shown.views(number) or ():
                found = self._found_in(view)
                view.set_found(found, self._now(number, part, found))

    def _now(self, number: int, part: int, found: list[tuple[int, int, int]]) -> int | None:
        if self._current is None or self._current[0] != number or self._current[2].part != part:
            return None
        match = self._current[2]
        place = match.block, match.begin, match.end
        return found.index(place) if place in found else None

    def _tell(self) -> None:
        total = self._search.total
        if not self._needle:
            words = ""
        elif not self._search.is_done:
            words = f"{total:,} so far" if total else "Searching"
        elif not total:
            words = "No matches"
        elif self._current is None:
            words = f"{total:,} found"
        else:
            above = self._search.before(self._current[0])
            words = f"{above + self._current[1] + 1:,} of {total:,}"
        self.told.emit(words, total > 0)


def _ordinal(matches: Sequence[Match], place: int | Place) -> int | None:
    """Which match is meant; `None` where there is none."""
    if isinstance(place, int):
        last = len(matches) - 1
        return None if not matches else last if place == _LAST else min(place, last)
    places = ((match.part, match.block, match.begin) for match in matches)
    return next((at for at, one in enumerate(places) if one >= place), None)
