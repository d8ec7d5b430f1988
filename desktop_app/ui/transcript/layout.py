"""Lays out a block: its boxes one under the other, as far as they are looked at.

What has been laid out of a block that has grown since is taken over, not done again.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final

from PySide6.QtCore import QRectF

from desktop_app.markdown.blocks import (
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Note,
    Paragraph,
    Plain,
    Quote,
    Rule,
    Spans,
    Table,
)
from desktop_app.markdown.stretches import Stretch, stretches
from desktop_app.ui.transcript.boxes import (
    SMALLEST,
    Bar,
    Box,
    FormulaBox,
    Marker,
    RuleBox,
    WordsBox,
)
from desktop_app.ui.transcript.code_box import FOLD_AT, FOLD_FOOT, Choice, CodeBox
from desktop_app.ui.transcript.formulas import FormulaKey, guess_size
from desktop_app.ui.transcript.indents import Indents
from desktop_app.ui.transcript.styles import (
    CODE_ABOVE,
    CODE_BELOW,
    CODE_HEAD,
    HEADING_BELOW,
    ITEM_GAP,
    LIST_INDENT,
    PARAGRAPH_GAP,
    QUOTE_INDENT,
    Styles,
)
from desktop_app.ui.transcript.table_box import (
    Columns,
    TableBox,
    measure_columns,
    shared_columns,
)
from desktop_app.ui.transcript.timing import NEVER, Deadline

_NARROWEST: Final = 40


class LaidBlock:
    """A block in a width. `choices` are those for its cards and tables, by the number of
    their box; without one, long code `folds`. What `grows` has an end that is not finished: a
    formula is shown as its source. A table that `ends` does not go on in another block.
    """

    def __init__(
        self,
        block: Block,
        width: int,
        styles: Styles,
        *,
        columns: Columns | None = None,
        choices: Sequence[tuple[int, Choice]] = (),
        before: "LaidBlock | None" = None,
        grows: bool = False,
        folds: bool = False,
        ends: bool = True,
    ) -> None:
        self.block = block
        self.width = width
        self.boxes: list[Box] = []
        self.bars: list[Bar] = []
        self.markers: list[Marker] = []
        self.stretches = stretches(block)
        self._styles = styles
        self._columns = columns
        self._choices = dict(choices)
        self._grows = grows
        self._ends = ends
        self._usual = Choice(folded=folds)
        self._next = 0
        self._frames: list[tuple[tuple[str, ...], Indents]] = []
        self._indents = Indents()
        self._quoted = False
        self._before = before
        self._is_same = before is not None and before._is_like(self)

    def _is_like(self, other: "LaidBlock") -> bool:
        return self.width == other.width and self._styles is other._styles

    # --- height -------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Whether all of it is laid out."""
        return self._next >= len(self.stretches) and (not self.boxes or self.boxes[-1].done)

    def reaches(self, y: int) -> bool:
        """Whether all above a height is laid out."""
        return self.done or self._bottom_of_last() > y

    @property
    def height(self) -> int:
        """Its height; what is not laid out yet is estimated."""
        rest = self._estimates[self._next] if self._next < len(self.stretches) else 0
        return self._bottom_of_last() + rest

    @cached_property
    def _estimates(self) -> list[int]:
        """About how high each stretch is with all behind it."""
        lengths = (sum(len(span.text) for span in one.spans) for one in reversed(self.stretches))
        heights = (_estimate_text(length, self.width, self._styles) for length in lengths)
        return list(accumulate(heights))[::-1]

    def _bottom_of_last(self) -> int:
        return self.boxes[-1].top + self.boxes[-1].height if self.boxes else 0

    def advance(self, until: int, deadline: Deadline = NEVER) -> None:
        """Lay out what is above a height, as far as there is time."""
        while not self.done:
            last = self.boxes[-1] if self.boxes else None
            if last is not None and not last.done:
                last.advance(until - last.top, deadline)
                if not last.done:
                    break
            elif self._bottom_of_last() <= until or not self.boxes:
                self._add_next()
            else:
                break
            if deadline.over:
                break
        if self._quoted:
            self._find_bars()

    # --- boxes --------------------------------------------------------------------------------

    def _add_next(self) -> None:
        stretch = self.stretches[self._next]
        top = self._bottom_of_last() + self._gap_above(self._next)
        self._indents = indents = self._indents.following(stretch, self._styles)
        left = indents.left()
        place = QRectF(left, top, max(_NARROWEST, self.width - left - indents.right), 0)
        count = self._cells_from(self._next) if stretch.kind == "cell" else 1
        box = self._kept(count, place) or self._make(stretch, place, count)
        self.boxes.append(box)
        self._frames.append((stretch.inside, indents))
        self._quoted = self._quoted or "quote" in stretch.inside
        self._next += count
        if stretch.marker and isinstance(box, WordsBox):
            line, lower = box.first_line()
            rect = indents.of_marker(left, place.right(), top + lower, line)
            self.markers.append(Marker(rect, stretch.marker, indents.turned[-1]))

    def _make(self, stretch: Stretch, place: QRectF, count: int) -> Box:
        styles = self._styles
        old = self._old_box() if self._is_same or stretch.kind == "code" else None
        match stretch.kind:
            case "cell":
                cells = self.stretches[self._next : self._next + count]
                before = old if isinstance(old, TableBox) else None
                choice = self._choice()
                columns = self._columns_of(cells, int(place.width()))
                return TableBox(
                    cells, place, styles, columns, choice.sideways, before, ends=self._ends
                )
            case "rule":
                return RuleBox(
                    stretch.begin, int(place.left()), int(place.top()), int(place.width())
                )
            case "math" if (formula := self._formula(stretch, place)) is not None:
                return formula
            case "code" | "math":
                before = old if isinstance(old, CodeBox) else None
                grows = self._grows and isinstance(self.block, Code)
                return CodeBox(stretch, place, styles, self._choice(), before, grows=grows)
            case "paragraph" | "heading":
                before = old if isinstance(old, WordsBox) else None
                return WordsBox(stretch, place, styles, before)

    def _formula(self, stretch: Stretch, place: QRectF) -> FormulaBox | None:
        formulas = self._styles.formulas
        if formulas is None or (self._grows and isinstance(self.block, Math)):
            return None
        size = formulas.size_of(stretch.text, True, self._styles.size)
        if size is not None and size.width * SMALLEST > place.width():
            return None  # its letters would be too small; its source can be moved sideways
        if size is not None:
            return FormulaBox(stretch, place, self._styles, size)
        if formulas.has_failed(stretch.text, True):
            return None
        guess = guess_size(stretch.text, True, self._styles.size)
        return FormulaBox(stretch, place, self._styles, guess, waits=True)

    def _choice(self) -> Choice:
        return self._choices.get(len(self.boxes), self._usual)

    def _columns_of(self, cells: Sequence[Stretch], width: int) -> Columns:
        if self._columns is not None:
            return self._columns
        match self.block:
            case Table(aligns=aligns, shares=shares, continues=True) if shares:
                return shared_columns(shares, aligns, width)
            case _:
                return measure_columns(cells, width, self._styles)

    def _cells_from(self, first: int) -> int:
        """How many cells the table has that begins with a stretch."""
        end = first + 1
        while end < len(self.stretches):
            stretch = self.stretches[end]
            if stretch.kind != "cell" or (stretch.row, stretch.column) == (0, 0):
                break
            end += 1
        return end - first

    def go_on(self) -> None:
        """The table goes on in another block."""
        for box in self.boxes:
            if isinstance(box, TableBox):
                box.ends = False

    # --- what is taken over -------------------------------------------------------------------

    def _old_box(self) -> Box | None:
        """The box that was in this place before the block grew."""
        number = len(self.boxes)
        if self._before is None or number >= len(self._before.boxes):
            return None
        return self._before.boxes[number]

    def _kept(self, count: int, place: QRectF) -> Box | None:
        """The old box where nothing of it has changed."""
        old = self._old_box() if self._is_same else None
        if old is None or not isinstance(old, WordsBox) or count != 1 or not old.done:
            return None
        same = (old.left, old.top, old.width) == (place.left(), place.top(), place.width())
        return old if same and old.stretch == self.stretches[self._next] else None

    # --- places -------------------------------------------------------------------------------

    def _gap_above(self, number: int) -> int:
        if number == 0:
            return 0
        before, stretch = self.stretches[number - 1], self.stretches[number]
        scaled = self._styles.scaled
        gap = scaled(PARAGRAPH_GAP)
        if stretch.marker and ("list" in before.inside or stretch.inside.count("list") > 1):
            gap = scaled(ITEM_GAP)
        elif stretch.kind == "heading":
            gap = self._styles.above_heading(stretch.level)
        if before.kind == "heading":
            gap = min(gap, scaled(HEADING_BELOW))
        return gap

    def _find_bars(self) -> None:
        """A bar goes from the first to the last box of a quote."""
        self.bars.clear()
        going: dict[int, tuple[int, int, int]] = {}
        for (inside, indents), box in zip(self._frames, self.boxes, strict=True):
            depths = {at for at, frame in enumerate(inside) if frame == "quote"}
            for depth in [one for one in going if one not in depths]:
                self.bars.append(Bar(*going.pop(depth)))
            for depth in depths:
                left, top, _ = going.get(depth, (indents.of_bar(depth, self.width), box.top, 0))
                going[depth] = left, top, box.top + box.height
        self.bars.extend(Bar(*one) for one in going.values())

    @property
    def natural_width(self) -> float:
        """The width of the widest line of words."""
        widths = (
            max(box.left, self.width - box.width) + box.text.natural_width
            for box in self.boxes
            if isinstance(box, WordsBox)
        )
        return max(widths, default=0.0)

    def box_at(self, y: float) -> Box | None:
        """The box at a height, or the nearest above it."""
        found = bisect_right(self.boxes, y, key=_top_of) - 1
        return self.boxes[max(0, found)] if self.boxes else None

    def boxes_between(self, top: float, bottom: float) -> Sequence[Box]:
        """The boxes that are laid out between two heights."""
        first = max(0, bisect_right(self.boxes, top, key=_top_of) - 1)
        return self.boxes[first : bisect_right(self.boxes, bottom, key=_top_of)]

    def waits_for(self, formulas: frozenset[FormulaKey]) -> bool:
        """Whether the room of one of these formulas is guessed in it."""
        for box in self.boxes:
            match box:
                case FormulaBox(waits=True):
                    if (box.source, True) in formulas:
                        return True
                case WordsBox():
                    if not formulas.isdisjoint(box.text.shaped.waits):
                        return True
                case TableBox():
                    cells = (cell for row in box.rows for cell in row)
                    if any(not formulas.isdisjoint(cell.shaped.waits) for cell in cells):
                        return True
                case _:
                    pass
        return False


def lay_out_block(
    block: Block, width: int, styles: Styles, columns: Columns | None = None
) -> LaidBlock:
    """Lay out all of a block."""
    laid = LaidBlock(block, width, styles, columns=columns)
    laid.advance(1 << 30)
    return laid


def _top_of(box: Box) -> float:
    return box.top


# --- between blocks -------------------------------------------------------------------------------


def gap_between(before: Block | None, after: Block, styles: Styles) -> int:
    """The space above a block."""
    if before is None:
        return 0
    match after:
        case Heading(level=level):
            gap = styles.above_heading(level)
        case List(continues=True):
            gap = styles.scaled(ITEM_GAP)
        case Table(continues=True) | Plain(continues=True):
            gap = 0
        case _:
            gap = styles.scaled(PARAGRAPH_GAP)
    if isinstance(before, Heading):
        gap = min(gap, styles.scaled(HEADING_BELOW))
    return gap


def estimate(block: Block, width: int, styles: Styles, *, folds: bool = False) -> int:
    """About how high a block will be. It takes a few microseconds."""
    line, _ = styles.line(styles.body())
    match block:
        case Code(text) | Math(text):
            lines, foot = text.count("\n") + 1, 0
            if lines > FOLD_AT:
                lines, foot = FOLD_AT if folds else lines, FOLD_FOOT
            code, _ = styles.line(styles.code())
            return foot + CODE_HEAD + styles.scaled(CODE_ABOVE + CODE_BELOW) + lines * code
        case Heading(level=level):
            return styles.heading_line(level)
        case Paragraph(spans):
            return _estimate_text(_length(spans), width, styles)
        case Plain(text):
            return _estimate_text(len(text), width, styles) + line * text.count("\n")
        case Rule():
            return 1
        case Table(head=head, rows=rows):
            return styles.scaled(32) * (len(rows) + bool(head))
        case List(items=items):
            return _estimate_items(items, width - styles.scaled(LIST_INDENT), styles)
        case Quote(blocks) | Note(blocks=blocks):
            inner = width - styles.scaled(QUOTE_INDENT)
            gap = styles.scaled(PARAGRAPH_GAP)
            return max(line, sum(estimate(one, inner, styles) + gap for one in blocks) - gap)


def _estimate_items(items: Sequence[Item], width: int, styles: Styles) -> int:
    gap = styles.scaled(ITEM_GAP)
    line, _ = styles.line(styles.body())
    height = -gap
    for item in items:
        height += gap + max(
            line, sum(estimate(one, width, styles) + gap for one in item.blocks) - gap
        )
    return height


def _estimate_text(length: int, width: int, styles: Styles) -> int:
    in_line = max(1.0, width / (styles.size * 0.5))
    return max(1, -(-length // int(in_line))) * styles.line(styles.body())[0]


def _length(spans: Spans) -> int:
    return sum(len(span.text) for span in spans)
