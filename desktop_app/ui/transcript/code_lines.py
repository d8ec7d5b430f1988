"""The lines of one code, and their colours: what is kept while the code grows or is set anew."""

from typing import Final, NamedTuple

from desktop_app.markdown.highlight import Highlighting, Piece

LONGEST: Final = 2000
"""Characters that are laid out as one line, at most."""

TAB: Final = 4
"""Letters between the stops of tabs."""


class Unit(NamedTuple):
    """A line of code, or a part of one that is very long: where it is, and in which line."""

    begin: int
    end: int
    line: int
    column: int


class CodeLines:
    """A code that is cut into lines as far down as somebody looks."""

    def __init__(self, text: str, language: str) -> None:
        self.language = language
        self.text = ""
        self.units: list[Unit] = []
        self.line_count = 1
        self._cut_to = 0
        self._line = 0
        self._widest = 0
        self._scanned = 0
        self._colours: Highlighting | None = None
        self._grows = False
        self.feed(text)

    def feed(self, text: str, *, grows: bool = False) -> int:
        """Take the code as it is by now, which goes on from what it was; return the first unit
        that may be another. `grows`: its last line is not finished.
        """
        at = len(self.text)
        self.line_count += text.count("\n", at)
        self.text = text
        self._grows = grows
        if self._colours is not None:
            self._colours.feed(text, grows=grows)
        return self._uncut(at) if len(text) > at else len(self.units)

    def _uncut(self, at: int) -> int:
        """Cut the line anew that ended with the code as it was."""
        while self.units and self._cut_to > at:
            last = self.units.pop()
            self._cut_to, self._line = last.begin, last.line
        return len(self.units)

    def unit(self, number: int) -> Unit | None:
        """A unit, `None` where there are fewer."""
        while number >= len(self.units):
            if not self._cut():
                return None
        return self.units[number]

    @property
    def is_cut(self) -> bool:
        """Whether all of it is cut into units."""
        return self._cut_to > len(self.text)

    def _cut(self) -> bool:
        begin = self._cut_to
        if begin > len(self.text):
            return False
        line_end = self.text.find("\n", begin)
        if line_end < 0:
            line_end = len(self.text)
        end = min(line_end, begin + LONGEST)
        last = self.units[-1] if self.units else None
        goes_on = last is not None and last.line == self._line
        column = last.column + last.end - last.begin if goes_on and last is not None else 0
        self.units.append(Unit(begin, end, self._line, column))
        if end == line_end:
            self._cut_to, self._line = end + 1, self._line + 1
        else:
            self._cut_to = end
        return True

    def text_of(self, unit: Unit) -> str:
        """The text of a unit."""
        return self.text[unit.begin : unit.end]

    @property
    def widest(self) -> int:
        """How many letters wide its widest line is, at most."""
        begin = self._scanned
        for line in self.text[begin:].split("\n"):
            self._widest = max(self._widest, cells(line[: LONGEST + 1]))
        self._scanned = self.text.rfind("\n") + 1
        return min(self._widest, 2 * LONGEST)

    # --- colours ------------------------------------------------------------------------------

    def pieces(self, unit: Unit) -> list[Piece]:
        """The text of a unit with the colours that it has by now."""
        if self._colours is None:
            return [(self.text_of(unit), "c_text")]
        found: list[Piece] = []
        at, begin, end = 0, unit.column, unit.column + unit.end - unit.begin
        for text, role in self._colours.line(unit.line):
            if part := text[max(0, begin - at) : max(0, end - at)]:
                found.append((part, role))
            at += len(text)
        return found

    def colour(self, line: int, seconds: float) -> range:
        """Colour until a line is done, or for so long; return the lines that look different."""
        if self._colours is None:
            self._colours = Highlighting(self.language)
            self._colours.feed(self.text, grows=self._grows)
        return self._colours.advance(line, seconds)

    def is_coloured(self, line: int) -> bool:
        """Whether nothing is left to do for a line and for those above it."""
        return self._colours is not None and self._colours.is_coloured(line)


def cells(text: str) -> int:
    """How many letters wide a text is, at most."""
    if text.isascii():
        return len(text) + (TAB - 1) * text.count("\t")
    return sum(1 if letter < "\u0300" else 2 for letter in text)
