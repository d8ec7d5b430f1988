"""From a point of the window to a place in the text, and back; only what has a view is there."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeVar

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtWidgets import QWidget

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stretches import stretches, text_of
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.column import Column
from desktop_app.ui.transcript.path import Path
from desktop_app.ui.transcript.selection import Selection
from desktop_app.ui.transcript.turn_parts import Spot
from desktop_app.ui.transcript.turn_view import TurnView

_NEXT: Final = 6
_FURTHEST: Final = 100
"""The next line is looked for in so many steps of so many pixels."""

T = TypeVar("T")


class PartText(NamedTuple):
    """A part of a turn that is on screen: its turn's view, its number, its text."""

    turn: TurnView
    part: int
    text: BlocksView


class Pointing:
    """Knows where the text of a column is in its viewport; it is what `TextWalk` walks through."""

    def __init__(self, column: Column, viewport: QWidget) -> None:
        self._column = column
        self._viewport = viewport

    # --- what is shown ------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """All turns."""
        return self._column.path

    def part_shown(self, key: str, part: int) -> tuple[Block, ...] | None:
        """The blocks of a part that has a view and is not folded, else `None`."""
        found = self._part(key, part)
        return found.text.blocks if found is not None else None

    @property
    def views(self) -> list[TurnView]:
        """The views of the turns, from the top."""
        return [slot.view for slot in self._column.slots]

    def hold(self, point: QPoint) -> None:
        """Have the view at a point stay while the mouse is held: Qt gives its moves to that."""
        view = self.view_at(point)
        self._column.held = view.turn.key if view is not None else ""

    def let_go(self) -> None:
        """The mouse is let go of."""
        self._column.held = ""

    def _part(self, key: str, part: int) -> PartText | None:
        slot = self._column.slot_of(key)
        if slot is None:
            return None
        texts = (PartText(slot.view, *one) for one in slot.view.parts)
        return next((one for one in texts if one.part == part), None)

    # --- from a point to a place --------------------------------------------------------------

    def view_at(self, point: QPoint) -> TurnView | None:
        """The turn that is nearest to a point."""
        return _nearest(((v, v.geometry()) for v in self.views if v.isVisible()), point.y())

    def text_at(self, point: QPoint) -> PartText | None:
        """The text that a point is in."""
        view = self.view_at(point)
        texts = self._texts_of(view) if view is not None else ()
        return next((one for one in texts if self._rect(one.text).contains(point)), None)

    def nearest_text(self, point: QPoint) -> PartText | None:
        """The text that is nearest to a point, above or below it."""
        views = [view for view in self.views if view.isVisible()]
        texts = [one for view in views for one in self._texts_of(view)]
        return _nearest(((one, self._rect(one.text)) for one in texts), point.y())

    def spot_at(self, point: QPoint) -> Spot | None:
        """The place in the text that is nearest to a point."""
        found = self.nearest_text(point)
        if found is None:
            return None
        rect = self._rect(found.text)
        y = min(max(point.y(), rect.top()), rect.bottom())
        block, offset = found.text.spot_at(QPointF(QPoint(point.x(), y) - rect.topLeft()))
        return Spot(found.turn.turn.key, found.part, block, offset)

    def is_selected(self, selection: Selection, point: QPoint) -> bool:
        """Whether a point is on text that is selected."""
        found = self.text_at(point)
        if found is None:
            return False
        inside = self._inside(found, point)
        marks = selection.within(found.turn.turn.key, found.part)
        block, _ = found.text.spot_at(inside)
        if marks is None or not marks[0][0] <= block <= marks[1][0]:
            return False
        begin = marks[0][1] if block == marks[0][0] else 0
        end = marks[1][1] if block == marks[1][0] else _whole(found.text, block)
        return any(rect.contains(inside) for rect in found.text.rects_of(block, begin, end))

    def link_at(self, point: QPoint) -> str:
        """The address of the link at a point, or nothing."""
        found = self.text_at(point)
        return found.text.link_at(self._inside(found, point)) if found is not None else ""

    def click(self, point: QPoint) -> None:
        """Have the link at a point opened, or the source that a mark at it is for."""
        found = self.text_at(point)
        if found is not None:
            found.text.click(self._inside(found, point))

    def code_at(self, point: QPoint) -> str:
        """The code of the block at a point, all of it."""
        found = self.text_at(point)
        if found is None:
            return ""
        inside = self._inside(found, point)
        number, offset = found.text.spot_at(inside)
        top = found.text.top_of(number)
        if not top <= inside.y() < top + found.text.height_of(number):
            return ""
        for one in stretches(found.text.blocks[number]):
            if one.kind == "code" and one.begin <= offset <= one.begin + len(one.text):
                return one.text
        return ""

    # --- from a place to a point --------------------------------------------------------------

    def caret(self, spot: Spot) -> QRect | None:
        """Where a place is: as high as its line, without width; `None` where it has no view."""
        found = self._part(spot.turn, spot.part)
        if found is None or spot.block >= len(found.text.blocks):
            return None
        rect = _caret_in(found.text, spot)
        rect.translate(QPointF(self._rect(found.text).topLeft()))
        return rect.toAlignedRect()

    def beside(self, spot: Spot, x: int, step: int) -> Spot | None:
        """The place a line above or below another, at a height from the left; `step` is -1 or 1.

        `None` where there is no line any more, or none that is laid out.
        """
        here = self.caret(spot)
        if here is None:
            return None
        y = here.top() if step < 0 else here.bottom()
        for _ in range(_FURTHEST):
            y += step * _NEXT
            found = self.spot_at(QPoint(x, y))
            line = self.caret(found) if found is not None else None
            if line is None or abs(line.center().y() - here.center().y()) <= here.height() // 2:
                continue
            return found if (line.top() > here.top()) == (step > 0) else None
        return None

    def _inside(self, found: PartText, point: QPoint) -> QPointF:
        return QPointF(point - self._rect(found.text).topLeft())

    def _texts_of(self, view: TurnView) -> Sequence[PartText]:
        return [PartText(view, *one) for one in view.parts if one[1].blocks]

    def _rect(self, text: BlocksView) -> QRect:
        return QRect(text.mapTo(self._viewport, QPoint()), text.size())


def _nearest(things: Iterable[tuple[T, QRect]], y: int) -> T | None:
    """What stands at a height, or the nearest above or below."""
    found: T | None = None
    least = 0
    for thing, rect in things:
        distance = max(rect.top() - y, y - rect.bottom(), 0)
        if found is None or distance < least:
            found, least = thing, distance
    return found


def _whole(text: BlocksView, block: int) -> int:
    return len(text_of(text.blocks[block]))


def _caret_in(text: BlocksView, spot: Spot) -> QRectF:
    """The left edge of the character at a place; behind the last one its right edge."""
    for begin, end in ((spot.offset, spot.offset + 1), (max(0, spot.offset - 1), spot.offset)):
        rects = text.rects_of(spot.block, begin, end)
        if rects:
            rect = rects[0] if begin == spot.offset else rects[-1]
            left = rect.left() if begin == spot.offset else rect.right()
            return QRectF(left, rect.top(), 0, rect.height())
    top, height = text.top_of(spot.block), text.height_of(spot.block)
    return QRectF(0, top, 0, max(1, height))
