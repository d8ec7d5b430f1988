"""A card of code: where its lines are. Only those that are looked at are laid out.

Code is set in letters of one width, so that the height of nearly every line is known from its
length alone.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextCharFormat

from desktop_app.markdown.stretches import Stretch
from desktop_app.ui.transcript.shaping import shape_code
from desktop_app.ui.transcript.styles import (
    CODE_ABOVE,
    CODE_BELOW,
    CODE_HEAD,
    CODE_INSET,
    Styles,
)
from desktop_app.ui.transcript.text_box import Measure, TextBox
from desktop_app.ui.transcript.timing import NEVER, Deadline

FOLD_AT: Final = 40
"""Lines that are shown of longer code that is folded."""

FOLD_FOOT: Final = 36
"""The height of the foot with the button that shows the rest."""

LONGEST: Final = 2000
"""Characters that are laid out as one line, at most."""

_TAB: Final = 4
_KEPT: Final = 500
"""Lines that stay laid out when others are looked at."""


@dataclass(frozen=True)
class Choice:
    """What the person chose for a card: lines wrapped, all shown, how far it went sideways."""

    wrap: bool = True
    folded: bool = False
    sideways: int = 0


class Unit(NamedTuple):
    """A line of code, or a part of one that is very long. `text` is without the line's end."""

    begin: int
    text: str
    line: int

    @property
    def end(self) -> int:
        """Where it ends in the code."""
        return self.begin + len(self.text)


class CodeBox:
    """A card of code at a place in its block; offsets are those of the block's text."""

    def __init__(
        self,
        stretch: Stretch,
        place: QRectF,
        styles: Styles,
        choice: Choice,
        before: "CodeBox | None" = None,
    ) -> None:
        self.stretch = stretch
        self.left, self.top, self.width = int(place.left()), int(place.top()), int(place.width())
        self.choice = choice
        self.text = stretch.text
        self._styles = styles
        self._inset = styles.scaled(CODE_INSET)
        self._advance = styles.advance(styles.code())
        self.line_height, self.baseline = styles.line(styles.code())
        self.units: list[Unit] = []
        self._guesses: list[int] = []
        self._guessed = 0
        self._tops = [0]
        self._widest = 0
        self._laid: dict[int, TextBox] = {}
        if before is not None and self._goes_on_from(before):
            self._take_over(before)
        self._cut()

    # --- lines --------------------------------------------------------------------------------

    def _goes_on_from(self, before: "CodeBox") -> bool:
        same = (before.width, before.choice, before.stretch.language)
        return same == (self.width, self.choice, self.stretch.language) and self.text.startswith(
            before.text
        )

    def _take_over(self, before: "CodeBox") -> None:
        """Keep the lines that code had before it grew; its last one may be another now."""
        kept = len(before.units) - 1
        self.units = before.units[:kept]
        self._guesses = before._guesses[:kept]
        self._guessed = before._guessed - sum(before._guesses[kept:])
        self._tops = before._tops[: kept + 1]
        self._widest = before._widest
        self._old_laid = before._laid

    _old_laid: dict[int, TextBox] | None = None

    def _cut(self) -> None:
        """Cut what is not cut yet into lines, and guess how high each is."""
        begin, line = 0, 0
        if self.units:
            last = self.units[-1]
            goes_on = self.text[last.end : last.end + 1] != "\n"
            begin = last.end if goes_on else last.end + 1
            line = last.line if goes_on else last.line + 1
        for text in self.text[begin:].split("\n"):
            for at in range(0, max(1, len(text)), LONGEST):
                part = text[at : at + LONGEST]
                self.units.append(Unit(begin + at, part, line))
                self._guesses.append(guess := self._guess(part))
                self._guessed += guess
            begin += len(text) + 1
            line += 1

    @property
    def columns(self) -> int:
        """Characters that fit into a line."""
        return max(1, int((self.width - 2 * self._inset) / self._advance))

    def _guess(self, text: str) -> int:
        cells = _cells(text)
        self._widest = max(self._widest, cells)
        return -(-cells // self._columns) if cells and self.choice.wrap else 1

    @cached_property
    def _columns(self) -> int:
        return self.columns

    @property
    def line_count(self) -> int:
        """The lines that the code has."""
        return self.units[-1].line + 1

    @property
    def can_fold(self) -> bool:
        """Whether there are more lines than a folded card shows."""
        return self.line_count > FOLD_AT

    @property
    def shown(self) -> int:
        """The units that are shown."""
        if not (self.choice.folded and self.can_fold):
            return len(self.units)
        return bisect_right(self.units, FOLD_AT - 1, key=lambda unit: unit.line)

    # --- layout -------------------------------------------------------------------------------

    @property
    def begin(self) -> int:
        """Where its text begins in the block's."""
        return self.stretch.begin

    @property
    def end(self) -> int:
        """Where its text ends."""
        return self.stretch.begin + len(self.text)

    @property
    def text_top(self) -> int:
        """Where the first line is, from the top of the block."""
        return self.top + CODE_HEAD + self._styles.scaled(CODE_ABOVE)

    @property
    def text_left(self) -> int:
        """Where lines begin, from the left."""
        return self.left + self._inset - (0 if self.choice.wrap else self.choice.sideways)

    @property
    def foot(self) -> int:
        """The height of the button below the lines."""
        return FOLD_FOOT if self.can_fold else 0

    @property
    def rows(self) -> int:
        """The lines that are seen, those counted twice that are broken once."""
        exact, shown = len(self._tops) - 1, self.shown
        if exact >= shown:
            return self._tops[shown]
        if shown < len(self.units):
            return self._tops[-1] + sum(self._guesses[exact:shown])
        return self._tops[-1] + self._guessed - self._guessed_before(exact)

    def _guessed_before(self, count: int) -> int:
        return sum(self._guesses[:count]) if count < len(self._guesses) else self._guessed

    @property
    def height(self) -> int:
        """Its height; what is not measured yet is estimated."""
        scaled = self._styles.scaled
        below = scaled(CODE_BELOW) if not self.foot else 0
        text = self.rows * self.line_height
        return CODE_HEAD + scaled(CODE_ABOVE) + text + below + self.foot

    @property
    def done(self) -> bool:
        """Whether its height is exact."""
        return len(self._tops) > self.shown

    def advance(self, until: int, deadline: Deadline) -> None:
        """Measure the lines above a height, counted from its top, as far as there is time."""
        rows = (until - (self.text_top - self.top)) // self.line_height + 1
        shown, tops, columns = self.shown, self._tops, self._columns
        wrap = self.choice.wrap
        while len(tops) <= shown and tops[-1] <= rows:
            at = len(tops) - 1
            text = self.units[at].text
            if not wrap or (len(text) <= columns and text.isascii() and "\t" not in text):
                tops.append(tops[-1] + 1)
                continue
            tops.append(tops[-1] + max(1, len(self.laid(at).lines)))
            if deadline.over:
                return

    def laid(self, at: int) -> TextBox:
        """A line, laid out."""
        found = self._laid.get(at)
        if found is None:
            if len(self._laid) > _KEPT:
                self._laid.clear()
            found = self._laid[at] = self._lay_out(at)
        return found

    def _lay_out(self, at: int) -> TextBox:
        styles = self._styles
        looks = [(text, styles.format(styles.code(role))) for text, role in self._colours(at)]
        shaped = shape_code(looks, self._hidden)
        if self._old_laid is not None:
            old = self._old_laid.get(at)
            if old is not None and (old.shaped.text, old.shaped.looks) == (
                shaped.text,
                shaped.looks,
            ):
                return old
        width = self.width - 2 * self._inset
        tab = _TAB * self._advance
        measure = Measure(width, self.line_height, self.baseline, "left", self.choice.wrap, tab)
        box = TextBox(shaped, styles.base(styles.code()), measure)
        box.advance(1 << 30, NEVER)
        return box

    @cached_property
    def _hidden(self) -> QTextCharFormat:
        return self._styles.format(self._styles.code("c_del"))

    def _colours(self, at: int) -> Sequence[tuple[str, str]]:
        """The pieces of a unit with the roles of their colours."""
        unit = self.units[at]
        found: list[tuple[str, str]] = []
        begins, pieces = self._coloured
        number = max(0, bisect_right(begins, unit.begin) - 1)
        while number < len(pieces) and begins[number] < unit.end:
            text, role = pieces[number]
            first = max(0, unit.begin - begins[number])
            last = unit.end - begins[number]
            if part := text[first:last]:
                found.append((part, role))
            number += 1
        return found

    @cached_property
    def _coloured(self) -> tuple[list[int], list[tuple[str, str]]]:
        begins: list[int] = []
        pieces: list[tuple[str, str]] = []
        at = 0
        for one in self._styles.ground.colouring.colour(self.text, self.stretch.language):
            begins.append(at)
            pieces.append((one.text, one.role))
            at += len(one.text)
        return begins, pieces

    # --- places -------------------------------------------------------------------------------

    @property
    def overhang(self) -> int:
        """How far its longest line goes beyond the card."""
        if self.choice.wrap:
            return 0
        width = round(self._widest * self._advance) + 2 * self._inset
        return max(0, width - self.width)

    def units_between(self, top: float, bottom: float) -> range:
        """The units that are at least in part between two heights of the block."""
        known = min(len(self._tops) - 1, self.shown)
        first = bisect_right(self._tops, (top - self.text_top) // self.line_height) - 1
        last = bisect_right(self._tops, (bottom - self.text_top) // self.line_height)
        return range(max(0, min(first, known)), max(0, min(last, known)))

    def top_of(self, at: int) -> int:
        """Where a unit begins, from the top of the block."""
        return self.text_top + self._tops[min(at, len(self._tops) - 1)] * self.line_height

    def offset_at(self, x: float, y: float) -> int:
        """The offset nearest to a point of the block."""
        near = self.units_between(y, y + 1)
        at = near.start if near else (0 if y < self.text_top else max(0, self._known - 1))
        at = min(at, len(self.units) - 1)
        inside = self.laid(at).offset_at(x - self.text_left, y - self.top_of(at))
        return self.begin + self.units[at].begin + inside

    @property
    def _known(self) -> int:
        return min(len(self._tops) - 1, self.shown)

    def rects_of(
        self, begin: int, end: int, top: float = 0, bottom: float = float("inf")
    ) -> list[QRectF]:
        """Where a stretch of text stands, as far as it is between two heights."""
        first, last = begin - self.begin, end - self.begin
        near = self.units_between(max(top, 0), min(bottom, 1e9))
        units = self.units
        from_ = max(near.start, bisect_right(units, first, key=lambda unit: unit.begin) - 1)
        found: list[QRectF] = []
        for at in range(from_, near.stop):
            unit = units[at]
            if unit.begin > last or (unit.begin == last and last > first):
                break
            a, b = max(0, first - unit.begin), min(len(unit.text), last - unit.begin)
            if a > b:
                continue
            for rect in self.laid(at).rects_of(a, b):
                rect.translate(self.text_left, self.top_of(at))
                if last > unit.end and rect.width() < 4:
                    rect.setWidth(4)
                found.append(rect)
        return found


def _cells(text: str) -> int:
    """How many letters wide a text is, at most."""
    if text.isascii():
        return len(text) + (_TAB - 1) * text.count("\t")
    return sum(1 if letter < "\u0300" else 2 for letter in text)
