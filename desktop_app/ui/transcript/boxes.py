"""What a block is made of once it is laid out: words, lines across, formulas, cards, tables.

All places are pixels from the left of the view and the top of the block; all offsets are those of
the block's text. None of it knows a widget.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from PySide6.QtCore import QRectF

from desktop_app.markdown.stretches import Stretch
from desktop_app.ui.transcript.code_box import CodeBox
from desktop_app.ui.transcript.formulas import FormulaSize
from desktop_app.ui.transcript.shaping import shape
from desktop_app.ui.transcript.styles import Face, Styles
from desktop_app.ui.transcript.table_box import TableBox
from desktop_app.ui.transcript.text_box import Measure, TextBox
from desktop_app.ui.transcript.timing import NEVER, Deadline

RULE_HEIGHT = 1

SMALLEST: Final = 0.6
"""The part of its size that a formula which is too wide is drawn in, at least."""


class WordsBox:
    """A paragraph or a heading."""

    def __init__(
        self, stretch: Stretch, place: QRectF, styles: Styles, before: "WordsBox | None" = None
    ) -> None:
        self.stretch = stretch
        self.left, self.top, self.width = int(place.left()), int(place.top()), int(place.width())
        face = _face(stretch, styles)
        level = stretch.level
        whole = styles.heading_line(level) if stretch.kind == "heading" else None
        line, baseline = styles.line(face, whole)
        self.text = TextBox(
            shape(stretch.spans, face, styles),
            styles.base(face),
            Measure(max(1, self.width), line, baseline),
            before.text if before is not None else None,
        )

    @property
    def begin(self) -> int:
        """Where its text begins in the block's."""
        return self.stretch.begin

    @property
    def end(self) -> int:
        """Where its text ends."""
        return self.stretch.begin + self.text.shaped.length

    @property
    def height(self) -> int:
        """Its height."""
        return self.text.height

    @property
    def done(self) -> bool:
        """Whether all of it is laid out."""
        return self.text.done

    def advance(self, until: int, deadline: Deadline) -> None:
        """Lay out what is above a height, counted from its top, as far as there is time."""
        self.text.advance(until, deadline)

    def first_line(self) -> tuple[int, int]:
        """The height of a line, and how much lower than one of words the first stands."""
        self.text.advance(0, NEVER)
        measure, lines = self.text.measure, self.text.lines
        return measure.line, lines[0].baseline - measure.baseline if lines else 0

    def offset_at(self, x: float, y: float) -> int:
        """The offset nearest to a point of the block."""
        return self.begin + self.text.offset_at(x - self.left, y - self.top)

    def rects_of(
        self, begin: int, end: int, top: float = 0, bottom: float = float("inf")
    ) -> list[QRectF]:
        """Where a stretch of text stands, as far as it is between two heights."""
        first = max(0, begin - self.begin)
        found = self.text.rects_of(first, min(end, self.end) - self.begin)
        for rect in found:
            rect.translate(self.left, self.top)
        return [rect for rect in found if rect.bottom() > top and rect.top() < bottom]


@dataclass
class RuleBox:
    """A line across."""

    begin: int
    left: int
    top: int
    width: int
    height: int = RULE_HEIGHT
    done: bool = True

    @property
    def end(self) -> int:
        """It has no text."""
        return self.begin

    def advance(self, until: int, deadline: Deadline) -> None:
        """It is as it is."""

    def offset_at(self, x: float, y: float) -> int:  # noqa: ARG002 - all boxes have it
        """The one offset that it has."""
        return self.begin

    def rects_of(self, *_where: float) -> list[QRectF]:
        """Nothing: it has no text."""
        return []


class FormulaBox:
    """A displayed formula, in the middle; one that is too wide is made smaller.

    It `waits` where its picture is on the way: its room is guessed.
    """

    def __init__(
        self,
        stretch: Stretch,
        place: QRectF,
        styles: Styles,
        size: FormulaSize,
        *,
        waits: bool = False,
    ) -> None:
        self.stretch = stretch
        self.left, self.top, self.width = int(place.left()), int(place.top()), int(place.width())
        self.size = size
        self.waits = waits
        self.face = styles.body(quiet=stretch.quiet)
        self.source = stretch.text
        self.scale = min(1.0, self.width / size.width) if size.width else 1.0
        self.done = True

    @property
    def begin(self) -> int:
        """Where its source begins in the block's text."""
        return self.stretch.begin

    @property
    def end(self) -> int:
        """Where its source ends."""
        return self.stretch.begin + len(self.source)

    @property
    def height(self) -> int:
        """Its height."""
        return round((self.size.ascent + self.size.descent) * self.scale + 0.49)

    @property
    def rect(self) -> QRectF:
        """Where it is."""
        width = self.size.width * self.scale
        return QRectF(self.left + (self.width - width) / 2, self.top, width, self.height)

    def advance(self, until: int, deadline: Deadline) -> None:
        """It is as it is."""

    def offset_at(self, x: float, y: float) -> int:  # noqa: ARG002 - all boxes have it
        """Its begin or its end, whatever is nearer."""
        return self.begin if x < self.rect.center().x() else self.end

    def rects_of(
        self, begin: int, end: int, top: float = 0, bottom: float = float("inf")
    ) -> list[QRectF]:
        """All of it: a part of its source has no place."""
        if end <= self.begin or begin >= self.end or not top < self.rect.bottom():
            return []
        return [self.rect] if self.rect.top() < bottom else []


Box: TypeAlias = WordsBox | CodeBox | TableBox | FormulaBox | RuleBox


@dataclass(frozen=True)
class Bar:
    """The bar of a quote."""

    left: int
    top: int
    bottom: int


@dataclass(frozen=True)
class Marker:
    """What stands before an item, and the rectangle of the first line's indent: at the right
    where the item is `turned`, written from right to left.
    """

    rect: QRectF
    text: str
    turned: bool = False


def _face(stretch: Stretch, styles: Styles) -> Face:
    if stretch.kind == "heading":
        return styles.heading(stretch.level, quiet=stretch.quiet)
    return styles.body(quiet=stretch.quiet)
