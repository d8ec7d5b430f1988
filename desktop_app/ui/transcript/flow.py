"""Blocks one under the other in a width, of which only those that are looked at are laid out.

The view on screen, a printed page and a picture of a turn are all painted from one of these. The
heights of blocks that were never looked at are estimated.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from desktop_app.markdown.blocks import Block, Code, Math, Table
from desktop_app.markdown.stretches import stretches
from desktop_app.ui.transcript.boxes import Box
from desktop_app.ui.transcript.code_box import Choice, CodeBox
from desktop_app.ui.transcript.formulas import FormulaKey
from desktop_app.ui.transcript.layout import LaidBlock, estimate, gap_between
from desktop_app.ui.transcript.paint import ALONE, Highlight, Joined, paint_block
from desktop_app.ui.transcript.styles import Styles
from desktop_app.ui.transcript.table_box import Columns, measure_columns
from desktop_app.ui.transcript.timing import NEVER, Deadline

_KEPT: Final = 600
"""Stretches of text that may stay laid out; beyond, those far from what is looked at are let go."""


class Flow:
    """Says where blocks are, and paints them; places are counted from its own top left."""

    def __init__(self, styles: Styles) -> None:
        self.blocks: list[Block] = []
        self._styles = styles
        self._width = 0
        self._heights: list[int] = []
        self._tops: list[int] = []
        self._laid: dict[int, LaidBlock] = {}
        self._columns: dict[int, tuple[Block, Columns]] = {}
        self._stale: dict[int, LaidBlock] = {}
        self._choices: dict[int, dict[int, Choice]] = {}
        self.grows_from = 1 << 30
        """The first of the blocks that still grow."""

        self.folds = False
        """Whether long code is folded where nothing else was chosen."""

    # --- blocks -------------------------------------------------------------------------------

    @property
    def styles(self) -> Styles:
        """What it looks like."""
        return self._styles

    @property
    def width(self) -> int:
        """The width it is laid out in."""
        return self._width

    def restyle(self, styles: Styles) -> None:
        """Look different: colours or sizes are others now."""
        self._styles = styles
        self._forget()

    def set_width(self, width: int) -> None:
        """Be laid out in another width."""
        if width != self._width:
            self._width = width
            self._forget()

    def replace(self, first: int, blocks: Iterable[Block], deadline: Deadline = NEVER) -> None:
        """Have other blocks from a number on. Of one that only grew nothing is done twice; what
        was seen of it is laid out as far as there is time.
        """
        new = list(blocks)
        same = 0
        old = self.blocks[first:]
        while same < min(len(old), len(new)) and old[same] == new[same]:
            same += 1
        if same == len(old) == len(new):
            return
        first += same
        grown = self._laid.get(first)
        self.blocks[first:] = new[same:]
        for known in (self._laid, self._stale):
            for number in [one for one in known if one >= first]:
                del known[number]
        self._measure_from(first)
        if first and self.goes_on_below(first - 1) and (above := self._laid.get(first - 1)):
            above.go_on()
        if grown is not None and first < len(self.blocks):
            self._lay_out_again(first, grown, deadline)

    def let_go(self) -> None:
        """Keep nothing: nobody looks at it any more, and it may wait long to be collected."""
        self.grows_from = 0
        self.replace(0, ())
        self._columns.clear()

    def put(self, number: int, block: Block) -> None:
        """Have another block in the place of one."""
        self.blocks[number] = block
        self._laid.pop(number, None)
        self._stale.pop(number, None)
        self._columns.pop(number, None)
        self._heights[number] = estimate(block, self._width, self._styles, folds=self.folds)
        self._stack(number)

    def _lay_out_again(self, number: int, before: LaidBlock, deadline: Deadline = NEVER) -> None:
        """Lay out a block that has grown as far as it was laid out before."""
        laid = self._laid[number] = self._make(number, before)
        laid.advance(before.height + self._styles.line(self._styles.body())[0], deadline)
        self._heights[number] = laid.height
        self._stack(number)

    def _forget(self) -> None:
        """Lay out all anew; of code, its lines and colours are kept."""
        self._laid, self._stale = {}, self._laid
        self._columns.clear()
        self._measure_from(0)

    def _measure_from(self, first: int) -> None:
        del self._heights[first:]
        width, styles = self._width, self._styles
        self._heights.extend(
            estimate(one, width, styles, folds=self.folds) for one in self.blocks[first:]
        )
        del self._tops[first:]
        self._stack(first)

    def _stack(self, first: int) -> None:
        """Put the blocks from a number on one under the other."""
        tops, heights, blocks = self._tops, self._heights, self.blocks
        del tops[first:]
        y = tops[-1] + heights[first - 1] if first else 0
        before = blocks[first - 1] if first else None
        for number in range(first, len(blocks)):
            block = blocks[number]
            y += gap_between(before, block, self._styles)
            tops.append(y)
            y += heights[number]
            before = block

    # --- choices ------------------------------------------------------------------------------

    def choice(self, block: int, number: int) -> Choice:
        """What was chosen for a card or a table: its block, the number of its box there."""
        usual = Choice(folded=self.folds)
        return self._choices.get(self.start_of(block), {}).get(number, usual)

    def choose(self, block: int, number: int, choice: Choice) -> None:
        """Choose something for a card or a table, which holds for all pieces of that."""
        start = self.start_of(block)
        self._choices.setdefault(start, {})[number] = choice

    def fold_code(self) -> None:
        """Fold long code that is laid out from now on."""
        self.folds = True
        for number, block in enumerate(self.blocks):
            if isinstance(block, Code) and number not in self._laid:
                self._heights[number] = estimate(block, self._width, self._styles, folds=True)
        self._stack(0)

    def lay_out_again(self, number: int) -> None:
        """Lay out a block for which something else was chosen."""
        laid = self._laid.pop(number, None)
        if laid is not None:
            self._lay_out_again(number, laid)

    # --- layout -------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """The height of all blocks."""
        return self._tops[-1] + self._heights[-1] if self._tops else 0

    def lay_out(self, top: float, bottom: float, deadline: Deadline = NEVER) -> int | None:
        """Lay out what is between two heights, as far as there is time; return the top of the
        first block that has another height by that.
        """
        changed: int | None = None
        number = max(0, self.block_at(top))
        while number < len(self.blocks) and self._tops[number] < bottom:
            laid = self._laid.get(number)
            if laid is None:
                laid = self._laid[number] = self._make(number)
            laid.advance(round(bottom) - self._tops[number], deadline)
            height = laid.height
            if height != self._heights[number]:
                changed = self._tops[number] if changed is None else changed
                self._heights[number] = height
                self._stack(number)
            if deadline.over:
                break
            number += 1
        if sum(len(laid.stretches) for laid in self._laid.values()) > _KEPT:
            self._let_go(top, bottom)
        return changed

    def is_laid_out(self, top: float, bottom: float) -> bool:
        """Whether all between two heights is laid out."""
        number = max(0, self.block_at(top))
        while number < len(self.blocks) and self._tops[number] < bottom:
            laid = self._laid.get(number)
            if laid is None or not laid.reaches(round(bottom) - self._tops[number]):
                return False
            number += 1
        return True

    def laid(self, number: int) -> LaidBlock:
        """A block, laid out whole."""
        laid = self._laid.get(number)
        if laid is None:
            laid = self._laid[number] = self._make(number)
        if not laid.done:
            laid.advance(1 << 30)
        if laid.height != self._heights[number]:
            self._heights[number] = laid.height
            self._stack(number)
        return laid

    def laid_between(self, top: float, bottom: float) -> list[tuple[int, LaidBlock]]:
        """The blocks that are laid out between two heights."""
        found: list[tuple[int, LaidBlock]] = []
        number = max(0, self.block_at(top))
        while number < len(self.blocks) and self._tops[number] < bottom:
            laid = self._laid.get(number)
            if laid is not None:
                found.append((number, laid))
            number += 1
        return found

    def all_laid(self) -> list[tuple[int, LaidBlock]]:
        """All blocks that are laid out."""
        return list(self._laid.items())

    def goes_on_below(self, number: int) -> bool:
        """Whether a table goes on in the next block."""
        after = self.blocks[number + 1] if number + 1 < len(self.blocks) else None
        return isinstance(after, Table) and after.continues

    def settle(self, number: int) -> None:
        """A block grows no more: a formula is drawn from now on."""
        self.grows_from = max(self.grows_from, number + 1)
        laid = self._laid.get(number)
        if laid is not None and isinstance(laid.block, Math):
            self._lay_out_anew(number, laid)
            self._stack(number)
        elif laid is not None and isinstance(laid.block, Code):
            for box in laid.boxes:
                if isinstance(box, CodeBox):
                    box.settle()

    def show_formulas(self, formulas: frozenset[FormulaKey]) -> bool | None:
        """Lay out the blocks again that wait for these formulas; say whether any height has
        changed, `None` where nothing has.
        """
        height = self.height
        waiting = [one for one in self._laid.items() if one[1].waits_for(formulas)]
        if not waiting:
            return None
        for number, laid in waiting:
            self._lay_out_anew(number, laid)
        self._stack(0)
        return self.height != height

    def _lay_out_anew(self, number: int, before: LaidBlock) -> None:
        laid = self._laid[number] = self._make(number)
        laid.advance(before.height)
        self._heights[number] = laid.height

    def _make(self, number: int, before: LaidBlock | None = None) -> LaidBlock:
        before = before or self._stale.pop(number, None)
        choices = tuple(self._choices.get(self.start_of(number), {}).items())
        columns = self._columns_of(number)
        block = self.blocks[number]
        return LaidBlock(
            block,
            self._width,
            self._styles,
            columns=columns,
            choices=choices,
            before=before,
            grows=number >= self.grows_from,
            folds=self.folds,
            ends=not self.goes_on_below(number),
        )

    def start_of(self, number: int) -> int:
        """The block in which the table begins that goes on in a block; else the block itself."""
        while number and isinstance(table := self.blocks[number], Table) and table.continues:
            if not isinstance(self.blocks[number - 1], Table):
                break
            number -= 1
        return number

    def _columns_of(self, number: int) -> Columns | None:
        if not isinstance(self.blocks[number], Table):
            return None
        start = self.start_of(number)
        first = self.blocks[start]
        known = self._columns.get(start)
        if known is None or known[0] is not first:
            known = first, measure_columns(stretches(first), self._width, self._styles)
            self._columns[start] = known
        return known[1]

    def _let_go(self, top: float, bottom: float) -> None:
        room = 1.5 * (bottom - top)
        for number in list(self._laid):
            begin = self._tops[number]
            if begin + self._heights[number] < top - room or begin > bottom + room:
                del self._laid[number]

    # --- places -------------------------------------------------------------------------------

    def block_at(self, y: float) -> int:
        """The number of the block at a height, or the nearest above it; -1 where there is none."""
        return max(0, bisect_right(self._tops, y) - 1) if self._tops else -1

    def top_of(self, number: int) -> int:
        """Where a block begins."""
        return self._tops[number]

    def height_of(self, number: int) -> int:
        """How high a block is."""
        return self._heights[number]

    def spot_at(self, x: float, y: float) -> tuple[int, int]:
        """The block and the offset in its text that are nearest to a point."""
        number = self.block_at(y)
        if number < 0:
            return 0, 0
        inside = y - self._tops[number]
        box = self._box_at(number, inside)
        return number, box.offset_at(x, inside) if box is not None else 0

    def box_at(self, x: float, y: float) -> tuple[int, Box] | None:
        """The block and the box that a point is in."""
        number = self.block_at(y)
        if number < 0:
            return None
        inside = y - self._tops[number]
        box = self._box_at(number, inside)
        if box is None or not box.top <= inside < box.top + box.height or x < box.left:
            return None
        return number, box

    def _box_at(self, number: int, inside: float) -> Box | None:
        laid = self._laid.get(number)
        if laid is None:
            laid = self.laid(number)
        return laid.box_at(inside)

    def rects_of(self, number: int, begin: int, end: int) -> list[QRectF]:
        """Where a stretch of a block's text stands."""
        laid = self.laid(number)
        found = [
            rect
            for box in laid.boxes
            if box.begin <= end and box.end >= begin
            for rect in box.rects_of(begin, end)
        ]
        for rect in found:
            rect.translate(0, self._tops[number])
        return found

    # --- painting -----------------------------------------------------------------------------

    def paint(
        self,
        painter: QPainter,
        seen: QRectF,
        highlights: Callable[[int], Sequence[Highlight]] | None = None,
    ) -> None:
        """Paint what is laid out in a rectangle."""
        for number, laid in self.laid_between(seen.top(), seen.bottom()):
            top = self._tops[number]
            painter.translate(0, top)
            marks = highlights(number) if highlights is not None else ()
            joined = self._joined(number)
            paint_block(painter, laid, self._styles, seen.translated(0, -top), marks, joined)
            painter.translate(0, -top)

    def _joined(self, number: int) -> Joined:
        block = self.blocks[number]
        if not isinstance(block, Table):
            return ALONE
        return Joined(block.continues, self.goes_on_below(number))
