"""The column of turns: which have a view, where each stands, and how one point keeps still.

Only turns near the window have views. The height of the others is what it was when they had one,
else an estimate. Nothing here costs more for a longer conversation, but to begin one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.heights import Heights
from desktop_app.ui.transcript.path import Path
from desktop_app.ui.transcript.timing import NEVER, Deadline
from desktop_app.ui.transcript.turn_view import TurnState, TurnView

TOP: Final = 24
TURN_GAP: Final = 28
BOTTOM: Final = 16
_ROUNDS: Final = 100
_AHEAD: Final = 1.0
"""Views are laid out up to this many windows above and below, when there is time."""

_REACHES: Final = ((0.0, 0.0), (0.0, 0.5), (0.0, 1.0), (0.5, 1.0), (1.0, 1.0))
"""How far above and below that is done, step by step, for one who goes downwards; what a frame had
no time for comes first.
"""

_KEPT: Final = 2.5
"""Views further away than so many windows are dropped."""


TurnMaker: TypeAlias = Callable[[Interaction, TurnState | None], TurnView]
"""Makes the view of a turn as a person has left it."""


@dataclass
class Slot:
    """A turn that has a view. `width` is what it was laid out in, 0 where that does not hold."""

    number: int
    turn: Interaction
    view: TurnView
    width: int = 0

    @property
    def streams(self) -> bool:
        """Whether the answer is coming in."""
        return self.turn.outcome is Outcome.STREAMING


@dataclass(frozen=True)
class Mark:
    """What keeps still: a point `offset` pixels below the top of a block, or of a turn where
    `anchor` is `None`, stands `at` pixels below the upper edge of the window. Where `offset` is
    `None`, the point is the anchor's share of its block.
    """

    number: int
    anchor: Anchor | None
    offset: int | None
    at: int = 0

    @property
    def flowed(self) -> "Mark":
        """The same point in lines of another length. A gap above a block is as high as it was."""
        in_gap = self.anchor is None or self.anchor.share < 0
        return self if in_gap else replace(self, offset=None)

    def is_in_block_of(self, other: "Mark") -> bool:
        """Whether both stand on the same block."""
        here, there = self.anchor, other.anchor
        return self.number == other.number and (
            here is not None and there is not None and here.top == there.top
        )


@dataclass
class Window:
    """What is seen of the column: from `value` on, `height` pixels."""

    value: int
    height: int

    def reach(self, above: float, below: float) -> tuple[int, int]:
        """Where it ends above and below with so many windows more at each side."""
        upper = self.value - round(self.height * above)
        return upper, self.value + self.height + round(self.height * below)


@dataclass
class Column:
    """All turns of a path, one under the other. `make` makes the view of one."""

    make: TurnMaker
    path: Path = field(default_factory=Path)
    width: int = 0
    top: int = TOP
    """Where the first turn begins."""

    heights: Heights = field(default_factory=Heights)
    measured: dict[str, int] = field(default_factory=dict[str, int])
    """What has been measured at this width, and not been taken yet."""

    changed: bool = False
    """Whether views have come or gone, or were laid out anew, since this was set back."""

    held: str = ""
    """The key of the turn that the mouse has pressed: its view stays, wherever it is."""

    _live: dict[int, Slot] = field(default_factory=dict[int, Slot])
    _by_key: dict[str, Slot] = field(default_factory=dict[str, Slot])
    _states: dict[str, TurnState] = field(default_factory=dict[str, TurnState])
    _reaches: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    # --- turns --------------------------------------------------------------------------------

    def begin(self, path: Path, heights: Iterable[int]) -> None:
        """Take the turns of a path and no others; their heights may be guessed."""
        self._drop_from(0)
        self._states.clear()
        self.measured.clear()
        self.path = path
        self.heights = Heights([height + TURN_GAP for height in heights])

    def append(self, turn: Interaction, height: int) -> None:
        """Put a turn behind the others."""
        self.path.append(turn)
        self.heights.append(height + TURN_GAP)

    def truncate(self, count: int) -> None:
        """Keep the first turns only."""
        self._drop_from(count)
        self.path.truncate(count)
        self.heights.truncate(count)

    def _drop_from(self, first: int) -> None:
        for number in [number for number in self._live if number >= first]:
            self.drop(number)

    # --- views --------------------------------------------------------------------------------

    @property
    def slots(self) -> list[Slot]:
        """Those that have a view, from the top."""
        return [self._live[number] for number in sorted(self._live)]

    def slot(self, number: int) -> Slot | None:
        """The slot of a turn, where it has a view."""
        return self._live.get(number)

    def slot_of(self, key: str) -> Slot | None:
        """The slot of the turn of a key, where it has a view."""
        return self._by_key.get(key)

    def _make(self, number: int) -> Slot:
        turn = self.path[number]
        view = self.make(turn, self._states.get(turn.key))
        view.set_last(number == len(self.path) - 1)
        slot = self._live[number] = self._by_key[turn.key] = Slot(number, turn, view)
        # Siblings stand in the order in which they are read; a new one stands last.
        if following := [other for other in self._live if other > number]:
            view.stackUnder(self._live[min(following)].view)
        self.changed = True
        return slot

    def drop(self, number: int) -> None:
        """Let the view of a turn go; how it was left is kept for the next one."""
        slot = self._live.pop(number)
        self._by_key.pop(slot.turn.key)
        if (state := slot.view.state) != TurnState():
            self._states[slot.turn.key] = state
        else:
            self._states.pop(slot.turn.key, None)
        _hide(slot.view)
        slot.view.deleteLater()
        self.changed = True

    # --- heights ------------------------------------------------------------------------------

    @property
    def content(self) -> int:
        """The height of all turns together, in pixels."""
        gap = TURN_GAP if len(self.path) else 0
        return self.top + self.heights.total - gap + BOTTOM

    def top_of(self, number: int) -> int:
        """Where a turn begins."""
        return self.top + self.heights.top_of(number)

    def numbers(self, upper: int, lower: int) -> range:
        """The turns that are at least in part between two heights."""
        if not len(self.path):
            return range(0)
        return range(self.heights.at(upper - self.top), self.heights.at(lower - self.top) + 1)

    def set_width(self, width: int) -> bool:
        """Have a width for all that is laid out from now on; say whether it is another one."""
        if width == self.width:
            return False
        self.width = width
        self.forget_layout()
        return True

    def forget_layout(self) -> None:
        """Let nothing that was laid out hold any more; its heights are estimates now."""
        self.measured.clear()
        for slot in self._live.values():
            slot.width = 0

    def fit(self, number: int) -> Slot:
        """Have the view of a turn, in the width of now."""
        slot = self._live.get(number) or self._make(number)
        if slot.width != self.width:
            slot.view.fit(self.width)
            slot.width = self.width
            self._measure(slot)
            self.changed = True
        return slot

    def fit_again(self, slot: Slot) -> None:
        """Lay out a view that has changed."""
        slot.width = 0
        self.fit(slot.number)

    def _measure(self, slot: Slot) -> None:
        height = slot.view.height()
        if not slot.streams:
            self.measured[slot.turn.key] = height
        self.heights[slot.number] = height + TURN_GAP

    # --- what keeps still ---------------------------------------------------------------------

    def mark_at(self, value: int) -> Mark | None:
        """The topmost thing below a height, which stands at the upper edge of the window."""
        if not len(self.path):
            return None
        number = self.heights.at(value - self.top)
        inside = value - self.top_of(number)
        if inside >= self.heights[number] - TURN_GAP and number + 1 < len(self.path):
            inside -= self.heights[number]
            number += 1
        slot = self._live.get(number)
        if slot is None or slot.width != self.width:
            return Mark(number, None, inside)
        anchor = slot.view.anchor_at(inside)
        return Mark(number, anchor, inside - slot.view.y_of(anchor.top))

    def mark_after(self, mark: Mark | None, value: int) -> Mark | None:
        """What keeps still next: in lines of another length the same share of a block, so that
        many widths do not add up to a move.
        """
        made = self.mark_at(value)
        if mark is None or made is None or mark.offset is not None or not mark.is_in_block_of(made):
            return made
        return replace(made, anchor=mark.anchor)

    def value_of(self, mark: Mark) -> int:
        """Where the window is when a mark keeps still."""
        top = self.top_of(mark.number) - mark.at
        slot = self._live.get(mark.number)
        if mark.anchor is None or slot is None:
            return top + min(mark.offset or 0, self.heights[mark.number])
        view = slot.view
        if mark.offset is None:
            return top + view.y_of(mark.anchor)
        above, below = view.y_of(mark.anchor.top), view.y_of(mark.anchor.foot)
        return top + min(above + mark.offset, max(above, below))

    def beside(self, value: int, step: int, focused: int | None) -> int | None:
        """The turn to go to from the one that has the focus, or is at the upper edge; `step` is 1
        or -1. Upwards, the turn that has begun above comes first.
        """
        if not len(self.path):
            return None
        number = self.heights.at(value) if focused is None else focused
        begun = step < 0 and self.top_of(number) < min(value + TOP, max(0, value) + TOP)
        wanted = number if begun else number + step
        return wanted if 0 <= wanted < len(self.path) else None

    def is_seen(self, mark: Mark, height: int) -> bool:
        """Whether some of what a mark stands on is in a window of a height."""
        slot = self._live.get(mark.number)
        if mark.anchor is None or mark.offset is None or slot is None:
            return False
        length = slot.view.y_of(mark.anchor.foot) - slot.view.y_of(mark.anchor.top)
        top = mark.at - mark.offset
        return top < height and top + length > 0

    # --- what is laid out ---------------------------------------------------------------------

    def settle(self, mark: Mark | None, height: int, deadline: Deadline = NEVER) -> int:
        """Lay out what is in a window that stands at a mark, or at the end; return where it is.

        The true height of one turn may move the next out of sight, or another in. What there is
        no time for, but for the turn of the mark, is left for `lay_out_ahead`.
        """
        value = 0
        for _ in range(_ROUNDS):
            if mark is not None:
                self.fit(mark.number)
            value = max(0, self.content - height)
            if mark is not None:
                value = max(0, min(value, self.value_of(mark)))
            upwards = mark is None
            if not self._lay_out_between(value, value + height, deadline, upwards=upwards):
                break
        return value

    def begin_ahead(self, *, upwards: bool) -> None:
        """The window is elsewhere, or what is near it has changed; the reader goes on upwards, or
        downwards.
        """
        self._reaches = [(below, above) for above, below in _REACHES] if upwards else [*_REACHES]

    def lay_out_ahead(self, window: Window) -> bool:
        """Lay out a little more around a window, so that no frame waits; say if that has moved
        anything.
        """
        upper, lower = window.reach(*self._reaches[0])
        for number in self.numbers(upper, lower):
            if self._is_new(number):
                self.fit(number)
                return True
        if self._lay_out_between(upper, lower, NEVER, upwards=False):
            return True
        del self._reaches[0]
        return False

    @property
    def is_behind(self) -> bool:
        """Whether something in the window itself may still be missing."""
        return len(self._reaches) == len(_REACHES)

    @property
    def is_ahead(self) -> bool:
        """Whether all near the window is laid out."""
        return not self._reaches

    def _is_new(self, number: int) -> bool:
        """Whether a turn has no view that was laid out in the width of now."""
        slot = self._live.get(number)
        return slot is None or slot.width != self.width

    def _lay_out_between(
        self, upper: int, lower: int, deadline: Deadline, *, upwards: bool
    ) -> bool:
        """Lay out turns until something stands elsewhere; say whether that has been so."""
        numbers = self.numbers(upper, lower)
        for number in reversed(numbers) if upwards else numbers:
            if deadline.over and self._is_new(number):
                continue
            before, top = self.heights[number], self.top_of(number)
            slot = self.fit(number)
            moved = slot.view.lay_out(upper - top, lower - top)
            if moved:
                self._measure(slot)
            if moved or self.heights[number] != before:
                return True
        return False

    def place(self, window: Window, left: int) -> None:
        """Put each view where it is seen from a window; drop what is far away."""
        self._shift(window)
        upper, lower = window.reach(_AHEAD, _AHEAD)
        for slot in list(self._live.values()):
            top = self.top_of(slot.number)
            held = slot.turn.key == self.held
            if held or (top + slot.view.height() >= upper and top <= lower):  # Tab goes there
                slot.view.move(left, top - window.value)
                slot.view.show()
                continue
            _hide(slot.view)
            if not slot.streams and not self._is_near(slot, window):
                self.drop(slot.number)

    def _shift(self, window: Window) -> None:
        """Move what is seen and goes the same way at once: its pixels are copied, not painted."""
        for slot in self._live.values():
            view, top = slot.view, self.top_of(slot.number) - window.value
            if view.isVisible() and top < window.height and top + view.height() > 0:
                step = top - view.y()
                if 0 < abs(step) < window.height:
                    cast("QWidget", view.parentWidget()).scroll(0, step)
                break

    def _is_near(self, slot: Slot, window: Window) -> bool:
        upper, lower = window.reach(_KEPT, _KEPT)
        top = self.top_of(slot.number)
        return top + slot.view.height() >= upper and top <= lower


def _hide(view: TurnView) -> None:
    """Hide a view; the focus goes to the transcript, not to whatever comes next."""
    focused = QApplication.focusWidget()
    if focused is not None and view.isAncestorOf(focused):
        cast("QWidget", view.parentWidget()).setFocus(Qt.FocusReason.OtherFocusReason)
    view.hide()
