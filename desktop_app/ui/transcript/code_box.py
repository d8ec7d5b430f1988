"""A card of code: where its lines are. Only those that are looked at are laid out.

Code is set in letters of one width, so that the height of nearly every line is known from its
length alone.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF

from desktop_app.markdown.stretches import Stretch
from desktop_app.ui.transcript.code_lines import TAB, CodeLines
from desktop_app.ui.transcript.shaping import shape_code
from desktop_app.ui.transcript.styles import (
    BAR_HEIGHT,
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

_KEPT: Final = 300
"""Lines that stay laid out when others are looked at."""


@dataclass(frozen=True)
class Choice:
    """What the person chose for a card: lines wrapped, only the first shown, moved sideways."""

    wrap: bool = True
    folded: bool = False
    sideways: int = 0


class CodeBox:
    """A card of code at a place in its block; offsets are those of the block's text.

    `before` is the card as it was, whose lines are taken over and which is of no use any more.
    """

    def __init__(
        self,
        stretch: Stretch,
        place: QRectF,
        styles: Styles,
        choice: Choice,
        before: "CodeBox | None" = None,
        *,
        grows: bool = False,
    ) -> None:
        self.stretch = stretch
        self.left, self.top, self.width = int(place.left()), int(place.top()), int(place.width())
        self.choice = choice
        self.sideways = choice.sideways
        self._styles = styles
        self._inset = styles.scaled(CODE_INSET)
        self._advance = styles.advance(styles.code())
        self.line_height, self.baseline = styles.line(styles.code())
        self.columns = max(1, int((self.width - 2 * self._inset) / self._advance))
        self._tops = [0]
        self._laid: dict[int, TextBox] = {}
        text = stretch.text
        if before is not None and before.goes_on_in(text, stretch.language):
            self.lines = before.lines
            first = self.lines.feed(text, grows=grows)
            if before.is_set_like(self):
                self._take_over(before, first)
        else:
            self.lines = CodeLines("", stretch.language)
            self.lines.feed(text, grows=grows)

    def goes_on_in(self, text: str, language: str) -> bool:
        """Whether another code begins with all of this one."""
        return language == self.stretch.language and text.startswith(self.lines.text)

    def is_set_like(self, other: "CodeBox") -> bool:
        """Whether lines stand in it as in another."""
        mine = (self.width, self.choice.wrap, self._styles)
        return mine == (other.width, other.choice.wrap, other._styles)

    def _take_over(self, before: "CodeBox", first: int) -> None:
        """Keep where the lines are that stay as they are."""
        self._tops, self._laid = before._tops, before._laid
        del self._tops[first + 1 :]
        for at in [one for one in self._laid if one >= first]:
            del self._laid[at]
        if self.choice.folded:
            shown = bisect_right(self.lines.units, FOLD_AT - 1, key=lambda unit: unit.line)
            del self._tops[shown + 1 :]

    def settle(self) -> None:
        """Its last line is finished."""
        self.lines.feed(self.lines.text)
        self._laid.pop(len(self.lines.units) - 1, None)

    # --- what is shown ------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """All of the code."""
        return self.lines.text

    @property
    def begin(self) -> int:
        """Where its text begins in the block's."""
        return self.stretch.begin

    @property
    def end(self) -> int:
        """Where its text ends."""
        return self.stretch.begin + len(self.lines.text)

    @property
    def can_fold(self) -> bool:
        """Whether there are more lines than a folded card shows."""
        return self.lines.line_count > FOLD_AT

    @property
    def folded(self) -> bool:
        """Whether some lines are not shown."""
        return self.choice.folded and self.can_fold

    @property
    def is_wide(self) -> bool:
        """Whether some line is too long for the card."""
        return self.lines.widest > self.columns

    @property
    def overhang(self) -> int:
        """How far its longest line goes beyond the card."""
        if self.choice.wrap:
            return 0
        width = round(self.lines.widest * self._advance) + 2 * self._inset
        return max(0, width - self.width)

    # --- layout -------------------------------------------------------------------------------

    @property
    def text_top(self) -> int:
        """Where the first line is, from the top of the block."""
        return self.top + CODE_HEAD + self._styles.scaled(CODE_ABOVE)

    @property
    def text_left(self) -> int:
        """Where lines begin, from the left."""
        return self.left + self._inset - (0 if self.choice.wrap else self.sideways)

    @property
    def foot(self) -> int:
        """The height of what is below the lines."""
        below = BAR_HEIGHT if self.overhang else self._styles.scaled(CODE_BELOW)
        return below + (FOLD_FOOT if self.can_fold else 0)

    @property
    def rows(self) -> int:
        """The lines that are seen, those counted twice that are broken once."""
        known = len(self._tops) - 1
        lines = FOLD_AT if self.folded else self.lines.line_count
        if not known:
            return lines
        return self._tops[-1] + max(0, lines - self.lines.units[known - 1].line - 1)

    @property
    def height(self) -> int:
        """Its height; lines that are not measured yet count as short ones."""
        above = CODE_HEAD + self._styles.scaled(CODE_ABOVE)
        return above + self.rows * self.line_height + self.foot

    @property
    def done(self) -> bool:
        """Whether its height is exact."""
        unit = self.lines.unit(len(self._tops) - 1)
        return unit is None or (self.folded and unit.line >= FOLD_AT)

    def advance(self, until: int, deadline: Deadline) -> None:
        """Measure the lines above a height, counted from its top, as far as there is time."""
        rows = (until - (self.text_top - self.top)) // self.line_height + 1
        tops, columns, lines, wrap = self._tops, self.columns, self.lines, self.choice.wrap
        limit = FOLD_AT if self.folded else lines.line_count
        while tops[-1] <= rows:
            at = len(tops) - 1
            unit = lines.unit(at)
            if unit is None or unit.line >= limit:
                return
            if not wrap or self._is_short(lines.text_of(unit), columns):
                tops.append(tops[-1] + 1)
                if at % 64 == 0 and deadline.over:
                    return
                continue
            tops.append(tops[-1] + max(1, len(self.laid(at).lines)))
            if deadline.over:
                return

    def _is_short(self, text: str, columns: int) -> bool:
        return len(text) <= columns and text.isascii() and "\t" not in text

    def laid(self, at: int) -> TextBox:
        """A unit, laid out."""
        found = self._laid.get(at)
        if found is None:
            if len(self._laid) > _KEPT:
                self._laid.clear()
            found = self._laid[at] = self._lay_out(at)
        return found

    def _lay_out(self, at: int) -> TextBox:
        styles = self._styles
        pieces = self.lines.pieces(self.lines.units[at])
        looks = [(text, styles.format(styles.code(role))) for text, role in pieces]
        shaped = shape_code(looks, styles.format(styles.code("c_del")))
        measure = Measure(
            self.width - 2 * self._inset,
            self.line_height,
            self.baseline,
            "left",
            self.choice.wrap,
            TAB * self._advance,
        )
        box = TextBox(shaped, styles.base(styles.code()), measure)
        box.advance(1 << 30, NEVER)
        return box

    # --- colours ------------------------------------------------------------------------------

    def colour(self, bottom: float, seconds: float) -> bool:
        """Colour the lines above a height of the block, or for so long; say whether any line that
        is laid out looks different.
        """
        line = self._last_line_above(bottom)
        changed = self.lines.colour(line, seconds)
        stale = [at for at in self._laid if self.lines.units[at].line in changed]
        for at in stale:
            del self._laid[at]
        return bool(stale)

    def is_coloured(self, bottom: float) -> bool:
        """Whether the lines above a height of the block have the colours that they will keep."""
        return self.lines.is_coloured(self._last_line_above(bottom))

    def _last_line_above(self, bottom: float) -> int:
        if bottom <= self.text_top or not self._known:
            return 0
        near = self.units_between(bottom, bottom)
        return self.lines.units[near.stop - 1 if near else self._known - 1].line

    # --- places -------------------------------------------------------------------------------

    @property
    def _known(self) -> int:
        return len(self._tops) - 1

    def units_between(self, top: float, bottom: float) -> range:
        """The units that are at least in part between two heights of the block."""
        known = self._known
        first = bisect_right(self._tops, (top - self.text_top) // self.line_height) - 1
        last = bisect_right(self._tops, (bottom - self.text_top) // self.line_height)
        return range(max(0, min(first, known)), max(0, min(last, known)))

    def top_of(self, at: int) -> int:
        """Where a unit begins, from the top of the block."""
        return self.text_top + self._tops[min(at, self._known)] * self.line_height

    def offset_at(self, x: float, y: float) -> int:
        """The offset nearest to a point of the block."""
        if not self._known:
            return self.begin
        near = self.units_between(y, y)
        at = near.start if near else (0 if y < self.text_top else self._known - 1)
        inside = self.laid(at).offset_at(x - self.text_left, y - self.top_of(at))
        return self.begin + self.lines.units[at].begin + inside

    def hides(self, offset: int) -> bool:
        """Whether what is said at an offset of the block is in lines that are folded."""
        if not self.folded:
            return False
        return self.lines.text.count("\n", 0, max(0, offset - self.begin)) >= FOLD_AT

    def rects_of(
        self, begin: int, end: int, top: float = 0, bottom: float = float("inf")
    ) -> list[QRectF]:
        """Where a stretch of text stands, as far as it is between two heights."""
        first, last = begin - self.begin, end - self.begin
        near = self.units_between(max(top, 0), min(bottom, 1e9))
        units = self.lines.units
        from_ = max(near.start, bisect_right(units, first, key=lambda unit: unit.begin) - 1)
        found: list[QRectF] = []
        for at in range(from_, near.stop):
            unit = units[at]
            if unit.begin > last or (unit.begin == last and last > first):
                break
            a, b = max(0, first - unit.begin), min(unit.end, last) - unit.begin
            if a > b:
                continue
            for rect in self.laid(at).rects_of(a, b):
                rect.translate(self.text_left, self.top_of(at))
                if last > unit.end and rect.width() < 4:
                    rect.setWidth(4)
                found.append(rect)
        return found
