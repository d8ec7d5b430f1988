"""Code to coloured pieces, line by line, also while it grows, by Pygments.

A lexer may look far ahead, and what it says of a line changes with what comes behind. So code is
read in sections, each with so much behind it in sight and no more: what comes of a line depends
on the code alone, not on when it came, and a line that has all of it behind it is done for good.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Final, TypeAlias

from desktop_app.markdown.lexing import ROOT, Reader, Stack, reader

SECTION_LINES: Final = 40
SECTION_LENGTH: Final = 2_000
"""A section ends with the line in which either is reached; the same is in sight behind it."""

LONGEST_LINE: Final = 1_000
"""Longer ones have no colours, and none that repeat a character 100 times.

The time that some rules take grows with the square of a line, or with the cube of its spaces.
"""

_RUN_LENGTH: Final = 100
_RUN: Final = re.compile(rf"(.)\1{{{_RUN_LENGTH - 1}}}")

SLICE: Final = 0.004
"""Seconds of work that a loop with a window to paint does not feel."""

MAX_LENGTH: Final = 200_000
"""Longer code is not coloured in one go: a lexer may take a second for it."""


@dataclass(frozen=True)
class Coloured:
    """A stretch of code; `role` is a colour token of the visual specification, section 1."""

    text: str
    role: str


Piece: TypeAlias = tuple[str, str]
"""A text and its role; a tuple, which the collector of garbage soon leaves alone."""

Line: TypeAlias = tuple[Piece, ...]

_ROLES: Final[tuple[tuple[str, str], ...]] = (
    ("Token.Comment", "c_comment"),
    ("Token.Literal.String.Doc", "c_comment"),
    ("Token.Literal.String", "c_string"),
    ("Token.Literal.Number", "c_number"),
    ("Token.Literal", "c_string"),
    ("Token.Keyword.Constant", "c_const"),
    ("Token.Keyword.Type", "c_type"),
    ("Token.Keyword", "c_keyword"),
    ("Token.Operator.Word", "c_keyword"),
    ("Token.Operator", "c_op"),
    ("Token.Punctuation", "c_op"),
    ("Token.Name.Function", "c_func"),
    ("Token.Name.Class", "c_type"),
    ("Token.Name.Tag", "c_type"),
    ("Token.Name.Decorator", "c_deco"),
    ("Token.Name.Attribute", "c_deco"),
    ("Token.Name.Builtin.Pseudo", "c_const"),
    ("Token.Name.Builtin", "c_func"),
    ("Token.Name.Exception", "c_type"),
    ("Token.Name.Constant", "c_const"),
    ("Token.Generic.Inserted", "c_add"),
    ("Token.Generic.Deleted", "c_del"),
    ("Token.Generic.Heading", "c_func"),
    ("Token.Error", "c_text"),
)
_NAME: Final = "a name"


@dataclass(frozen=True)
class _Point:
    """Where reading can go on: a place, its line, and the pieces of the line before it."""

    at: int = 0
    line: int = 0
    before: Line = ()
    stack: Stack = ROOT


@dataclass(frozen=True)
class _Section:
    """What is read next: `next` is where the one after it begins, `end` what is in sight.

    `last`: there is too little behind it, so that more code may change it. `skipped`: the line at
    its end is not read.
    """

    next: int
    end: int
    last: bool = False
    skipped: bool = False


class Highlighting:
    """The colours of one code, as far down as somebody looks.

    Nothing is coloured but by `advance`; until then a line is in the colour of text. The lexer is
    made by the first `advance`, which may take 100 ms (`load_lexer` makes it beforehand).
    """

    def __init__(self, language: str, text: str = "") -> None:
        self._language = language.lower()
        self._begin_anew()
        self.feed(text)

    def _begin_anew(self) -> None:
        self._text = ""
        self._begins = [0]  # of the lines
        self._end = 0  # of what is to be coloured
        self._point = _Point()
        self._coloured: list[Line] = []
        self._work: Iterator[bool] | None = None
        self._is_done = False
        self._is_stale = False  # what is read now is the code as it was
        self._ends = 0  # how often another end was to be coloured
        self._reached: int = 0  # the line that is read now
        self._changed: range = range(0)

    @property
    def lines(self) -> list[Line]:
        """All lines, with the colours that they have by now."""
        return [self.line(number) for number in range(self.line_count)]

    @property
    def line_count(self) -> int:
        """How many lines there are; a LF at the end has an empty one behind it."""
        return len(self._begins)

    def line(self, number: int) -> Line:
        """Return one line, without its LF."""
        if number < len(self._coloured):
            return self._coloured[number]
        begin, end = self._begins[number], self._line_end(number)
        return ((self._text[begin:end], "c_text"),) if end > begin else ()

    def feed(self, text: str, *, grows: bool = False) -> int:
        """Take the whole code as it is now; return the first line whose text may be another.

        `grows`: its last line is not finished, and stays in the colour of text.
        """
        if not text.startswith(self._text):
            self._begin_anew()
        at, first = len(self._text), len(self._begins) - 1
        if len(text) > at:
            self._text = text
            del self._coloured[first:]
        while (at := text.find("\n", at) + 1) > 0:
            self._begins.append(at)
        end = self._begins[-1] if grows else len(text)
        if end != self._end:
            self._end, self._is_done, self._is_stale = end, False, True
            self._ends += 1
            del self._coloured[first:]
        return first

    def is_coloured(self, line: int) -> bool:
        """Whether nothing is left to do for a line and for those above it."""
        return self._is_done or line < (self._point.line if self._is_stale else self._reached)

    def advance(self, line: int, seconds: float = SLICE) -> range:
        """Colour until a line is done, or for so long; return the lines that may look different."""
        until = perf_counter() + seconds
        self._changed = range(0)
        if self._work is None and not self._is_done:
            self._work = self._colour()
        while self._work is not None and not self.is_coloured(line):
            if next(self._work, None) is None:
                self._work = None
            elif perf_counter() > until:
                break
        return self._changed

    # --- sections -----------------------------------------------------------------------------

    def _line_end(self, line: int) -> int:
        return self._begins[line + 1] - 1 if line + 1 < len(self._begins) else len(self._text)

    def _is_hard(self, line: int) -> bool:
        begin, end = self._begins[line], self._line_end(line)
        if end - begin < _RUN_LENGTH:
            return False
        return end - begin > LONGEST_LINE or _RUN.search(self._text, begin, end) is not None

    def _section(self, resumes: bool) -> _Section:
        """Find what to read next; it is the same however much more there is."""
        point, lines = self._point, range(self._point.line, len(self._begins))
        begin, since = point.at, point.line
        section: int = 0
        for line in lines:
            at = self._begins[line]
            if self._is_hard(line):
                last = not section and line == lines[-1]
                return _Section(section or at, at, last, skipped=not section)
            if line == since or not self._is_enough(line - since, at - begin, line, resumes):
                continue
            if section or not resumes:
                return _Section(section or at, at)
            section, begin, since = at, at, line
        return _Section(self._end, self._end, last=True)

    def _is_enough(self, lines: int, length: int, line: int, resumes: bool) -> bool:
        """Whether a section may end before a line; one that is read anew begins quietly."""
        if resumes:
            return lines >= SECTION_LINES or length >= SECTION_LENGTH
        if self._begins[line] >= self._end:
            return False
        if lines >= 2 * SECTION_LINES or length >= 2 * SECTION_LENGTH:
            return True
        quiet = self._begins[line] - self._begins[line - 1] == 1
        starts = not self._text[self._begins[line]].isspace()
        return quiet and starts and (lines >= SECTION_LINES or length >= SECTION_LENGTH)

    def _colour(self) -> Iterator[bool]:
        """Colour section after section; yields after each step."""
        read = reader(self._language)
        while read is not None:
            ends = self._ends
            section = self._section(read.resumes)
            yield from self._read(read, section)
            if section.last and ends == self._ends:
                break
        self._is_done = True

    def _read(self, read: Reader, section: _Section) -> Iterator[bool]:
        point, text, end, ends = self._point, self._text, section.end, self._ends
        whole = section.last and end == len(text)
        stack = list(point.stack)
        writer = _Writer(point.before)
        self._reached, self._is_stale = point.line, False
        closed = whole and text[-1:] not in ("", "\n")  # lexers wait for the end of a line
        source, end = (f"{text}\n", end + 1) if closed else (text, end)
        last = text.count("\n")
        for at, tokens in read.read(source, point.at, end, stack):
            for kind, piece in tokens:
                for line in writer.write(_role(kind), piece):
                    if closed and self._reached == last and ends != self._ends:
                        return  # there is more by now
                    self._put(line)
            yield True
            if at >= section.next and writer.may_stop and not section.last and at < section.end:
                self._point = _Point(at, self._reached, writer.line(), tuple(stack))
                return
        if section.last and (text is not self._text or ends != self._ends):
            return  # there is more by now
        if not section.last:
            self._point = _Point(section.end, self._reached, writer.line(), tuple(stack))
            if section.skipped:
                self._skip(stack)
        elif whole and not closed:
            self._put(writer.line())

    def _skip(self, stack: list[str]) -> None:
        """Leave a line as it is."""
        del self._coloured[self._reached :]
        self._put(self.line(self._reached))
        self._point = _Point(self._begins[self._reached], self._reached, (), tuple(stack))

    def _put(self, line: Line) -> None:
        """The next line is done."""
        number = self._reached
        if number == len(self._coloured):
            self._coloured.append(line)
        elif self._coloured[number] != line:
            self._coloured[number] = line
        else:
            self._reached += 1
            return
        self._reached += 1
        changed = self._changed
        self._changed = range(min(changed.start, number) if changed else number, number + 1)


class _Writer:
    """Puts tokens together to lines. A name is a function's where a bracket follows."""

    def __init__(self, before: Line) -> None:
        self._pieces = list(before)
        self._name = ""

    @property
    def may_stop(self) -> bool:
        """Whether nothing waits for the next token."""
        return not self._name

    def write(self, role: str, text: str) -> Iterator[Line]:
        """Add a token; gives the lines that it ends."""
        if not text:
            return
        if self._name:
            self._add(self._name, "c_func" if text[0] == "(" else "c_text")
            self._name = ""
        if role == _NAME:
            self._name = text
            return
        *ended, rest = text.split("\n")
        for part in ended:
            self._add(part, role)
            yield tuple(self._pieces)
            self._pieces.clear()
        self._add(rest, role)

    def line(self) -> Line:
        """What there is of the line that is not ended."""
        self._add(self._name, "c_text")
        self._name = ""
        return tuple(self._pieces)

    def _add(self, text: str, role: str) -> None:
        if not text:
            return
        if self._pieces and self._pieces[-1][1] == role:
            text = self._pieces.pop()[0] + text
        self._pieces.append((text, role))


def highlight(text: str, language: str) -> list[Coloured]:
    """Colour code in one go; without colours where the language is unknown or the code very long.

    The texts of the spans, joined, are the text.
    """
    if len(text) > MAX_LENGTH or reader(language.lower()) is None:
        return [Coloured(text, "c_text")] if text else []
    code = Highlighting(language, text)
    code.advance(code.line_count, float("inf"))
    spans: list[Coloured] = []
    for line in code.lines:
        spans.extend(Coloured(*piece) for piece in line)
        spans.append(Coloured("\n", "c_text"))
    return spans[:-1]


def load_lexer(language: str) -> None:
    """Make a language's lexer ready, from any thread; a first one takes up to 100 ms."""
    reader(language.lower())


@cache
def _role(kind: object) -> str:
    known = str(kind)
    if known == "Token.Name":
        return _NAME
    return next((role for name, role in _ROLES if known.startswith(name)), "c_text")
