"""From spans to what Qt lays out, and between places in the one and in the other.

Qt counts UTF-16 units, and is given more than is said: the padding of code in a line, and one
letter of room for what is painted instead of its text. Nobody else has to know of this.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from PySide6.QtGui import QTextCharFormat, QTextLayout

from desktop_app.markdown.blocks import LINE_BREAK, Span
from desktop_app.ui.transcript.cite_marks import GAP as MARK_GAP
from desktop_app.ui.transcript.cite_marks import mark_width
from desktop_app.ui.transcript.formulas import FormulaKey, FormulaSize, guess_size
from desktop_app.ui.transcript.styles import Face, Styles

HAIR: Final = "\u200a"
"""A hair space: the padding inside the box of inline code."""

ISOLATE: Final = "\u2066"
"""Begins what is written from left to right, whatever stands around it: code."""

ISOLATE_END: Final = "\u2069"

ROOM: Final = "x"
"""Stands for what is painted instead of text: lines break around it as around a word."""

JOINER: Final = "\u2060"
"""Keeps what is behind it in the line of what is before it."""

_BREAK: Final = LINE_BREAK.encode("utf-16-le")
_WIDE: Final = re.compile("[\U00010000-\U0010ffff]")
_TURNED: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdfd\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""What is written from right to left."""

_STRONG: Final = re.compile(rf"(?P<turned>{_TURNED.pattern})|[^\W\d_]")


def begins_turned(text: str) -> bool:
    """Whether the first letter of a text is written from right to left."""
    first = _STRONG.search(text)
    return first is not None and first["turned"] is not None


class Run(NamedTuple):
    """Text that begins at a place in what is said, and at another in what Qt has.

    `length` and `units` are its lengths there; they differ where characters are not of one unit,
    and where something is said that has no text in Qt, or the other way round.
    """

    begin: int
    at: int
    length: int
    units: int
    text: str = ""


@dataclass(frozen=True)
class Inline:
    """A formula in a line: where its room is, and its source."""

    at: int
    source: str
    display: bool
    size: FormulaSize
    ink: str


class Cite(NamedTuple):
    """The mark of a citation in a line: where its room is, and its number."""

    at: int
    number: int


@dataclass
class Shaped:
    """What Qt lays out. `looks` are formats by begin and length, `codes` boxes around code."""

    text: str = ""
    looks: list[tuple[int, int, QTextCharFormat]] = field(
        default_factory=list[tuple[int, int, QTextCharFormat]]
    )
    codes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    inlines: list[Inline] = field(default_factory=list[Inline])
    cites: list[Cite] = field(default_factory=list[Cite])
    runs: list[Run] = field(default_factory=list[Run])
    units: int = 0
    length: int = 0
    waits: list[FormulaKey] = field(default_factory=list[FormulaKey])
    """Formulas whose pictures are on the way; their room is guessed."""

    @cached_property
    def turned(self) -> bool:
        """Whether something in it is written from right to left."""
        return not self.text.isascii() and _TURNED.search(self.text) is not None

    @cached_property
    def begins_turned(self) -> bool:
        """Whether its first letter is written from right to left."""
        return self.turned and begins_turned(self.text)

    @cached_property
    def _encoded(self) -> bytes:
        return self.text.encode("utf-16-le", "surrogatepass")

    def part(self, begin: int, end: int) -> str:
        """The text between two units; neither is in the middle of a character."""
        if begin == 0 and end >= self.units:
            return self.text
        if len(self.text) == self.units:
            return self.text[begin:end]
        return self._encoded[2 * begin : 2 * end].decode("utf-16-le", "surrogatepass")

    def whole(self, unit: int) -> int:
        """The unit itself, or the next where a character begins in the one before it."""
        if len(self.text) == self.units or not 0 < unit < self.units:
            return unit
        before = int.from_bytes(self._encoded[2 * unit - 2 : 2 * unit], "little")
        return unit + 1 if 0xD800 <= before < 0xDC00 else unit

    def breaks_at(self, unit: int) -> bool:
        """Whether a line is broken at a unit by its writer."""
        if len(self.text) == self.units:
            return self.text[unit : unit + 1] == LINE_BREAK
        return self._encoded[2 * unit : 2 * unit + 2] == _BREAK

    @cached_property
    def _begins(self) -> list[int]:
        return [run.begin for run in self.runs]

    @cached_property
    def _places(self) -> list[int]:
        return [run.at for run in self.runs]

    def position(self, offset: int) -> int:
        """Where Qt has what is said at an offset."""
        at = bisect_right(self._begins, offset) - 1
        if at < 0:
            return 0
        run = self.runs[at]
        inside = offset - run.begin
        if inside >= run.length:
            return run.at + run.units
        if run.length == run.units:
            return run.at + inside
        return run.at + (_units(run.text[:inside]) if run.text else 0)

    def offset(self, position: int) -> int:
        """What is said where Qt has a position."""
        at = bisect_right(self._places, position) - 1
        if at < 0:
            return 0
        run = self.runs[at]
        inside = position - run.at
        if inside >= run.units:
            return run.begin + run.length
        if run.length == run.units:
            return run.begin + inside
        if not run.text:
            return run.begin + (run.length if 2 * inside >= run.units else 0)
        return run.begin + _characters(run.text, inside)

    def formats(self, begin: int, end: int) -> list[QTextLayout.FormatRange]:
        """The formats of a part of it, counted from its begin."""
        found: list[QTextLayout.FormatRange] = []
        for at, length, look in self.looks:
            first, last = max(begin, at), min(end, at + length)
            if first < last:
                found.append(format_range(first - begin, last - first, look))
        return found


def format_range(start: int, length: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    """Say that text has a format."""
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, look
    return made


class _Writer:
    def __init__(self) -> None:
        self.shaped = Shaped()
        self.texts: list[str] = []

    def text(self, text: str, look: QTextCharFormat) -> None:
        units = _units(text)
        self._add(text, look, len(text), units, text if units != len(text) else "")

    def pad(self, text: str, look: QTextCharFormat) -> None:
        self._add(text, look, 0, len(text), "")

    def room(self, length: int, look: QTextCharFormat) -> None:
        self._add(ROOM, look, length, len(ROOM), "")

    def code(self, text: str, look: QTextCharFormat, hidden: QTextCharFormat) -> None:
        """Write code; what would be hidden in it is seen, in a format of its own."""
        begin = 0
        for found in HIDDEN.finditer(text) if not text.isprintable() else ():
            if found.start() > begin:
                self.text(text[begin : found.start()], look)
            shown = seen(found[0])
            self._add(shown, hidden, 1, len(shown), "")
            begin = found.end()
        if begin < len(text):
            self.text(text[begin:] if begin else text, look)

    def _add(self, text: str, look: QTextCharFormat, length: int, units: int, kept: str) -> None:
        shaped = self.shaped
        shaped.runs.append(Run(shaped.length, shaped.units, length, units, kept))
        shaped.looks.append((shaped.units, units, look))
        shaped.length += length
        shaped.units += units
        self.texts.append(text)

    def done(self) -> Shaped:
        self.shaped.text = "".join(self.texts)
        return self.shaped


def shape(spans: Sequence[Span], face: Face, styles: Styles) -> Shaped:
    """Make of spans what Qt lays out."""
    writer = _Writer()
    opening, closing = HAIR, HAIR
    if any(_TURNED.search(span.text) for span in spans if not span.text.isascii()):
        opening, closing = ISOLATE + HAIR, HAIR + ISOLATE_END
    for span in spans:
        if not span.text:
            continue
        if span.math and _formula(writer, span, face, styles):
            continue
        if span.cite:
            _cite(writer, span, face, styles)
            continue
        look = styles.span(span, face)
        if not (span.code or span.math):
            writer.text(span.text, look)
            continue
        pad = styles.format(face)
        begin = writer.shaped.units
        writer.pad(opening, pad)
        writer.code(span.text, look, look)
        writer.pad(closing, pad)
        codes = writer.shaped.codes
        if codes and codes[-1][1] == begin:
            begin, _ = codes.pop()
        codes.append((begin, writer.shaped.units))
    return writer.done()


def _formula(writer: _Writer, span: Span, face: Face, styles: Styles) -> bool:
    """Leave room for a formula, unless it cannot be drawn."""
    if styles.formulas is None:
        return False
    source, display = formula_in(span.text)
    size = styles.formulas.size_of(source, display, face.size)
    if size is None:
        if styles.formulas.has_failed(source, display):
            return False
        writer.shaped.waits.append((source, display))
        size = guess_size(source, display, face.size)
    ink = "link" if span.link else face.ink
    writer.shaped.inlines.append(Inline(writer.shaped.units, source, display, size, ink))
    writer.room(len(span.text), styles.room(face, size.width))
    return True


def _cite(writer: _Writer, span: Span, face: Face, styles: Styles) -> None:
    """Leave room for the mark of a citation, which no line begins with."""
    width = mark_width(span.cite, styles.mark_scale) + 2 * MARK_GAP
    writer.pad(JOINER, styles.format(face))
    writer.shaped.cites.append(Cite(writer.shaped.units, span.cite))
    writer.room(len(span.text), styles.room(face, width))


def formula_in(text: str) -> tuple[str, bool]:
    """The source of a formula in a line, and whether it is a displayed one."""
    if text.startswith("$$") and text.endswith("$$") and len(text) > 4:
        return text[2:-2], True
    return text[1:-1], False


# What does something to the text around it instead of being seen. It is seen in code.
HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def shape_code(pieces: Sequence[tuple[str, QTextCharFormat]], hidden: QTextCharFormat) -> Shaped:
    """Make of a line of code what Qt lays out; what would be hidden is seen, in a format."""
    writer = _Writer()
    for text, look in pieces:
        writer.code(text, look, hidden)
    return writer.done()


def seen(character: str) -> str:
    """What is shown for a character that would not be seen."""
    return f"[U+{ord(character):04X}]"


def _units(text: str) -> int:
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text))


def _characters(text: str, units: int) -> int:
    """How many characters begin in the first units of a text."""
    part = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(part.decode("utf-16-le", "ignore"))
