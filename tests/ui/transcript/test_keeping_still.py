"""What a reader looks at never moves, whatever becomes of the heights above and below."""

import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.place import Place
from desktop_app.overriding import override
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.column import Mark, Window
from desktop_app.ui.transcript.timing import Deadline
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_view import TurnState, TurnView

HEIGHT = 600
ONE_WINDOW = [HealthCheck.function_scoped_fixture]


class BlockTurn(TurnView):
    """A turn of blocks whose true heights show only when they are laid out."""

    def __init__(self, theme: Theme, turn: Interaction, parent: Transcript) -> None:
        super().__init__(theme, turn, lambda attachment: None, parent.viewport())
        chance = random.Random(turn.key)
        self.true = [chance.choice((30, 80, 200, 900)) for _ in range(chance.randint(1, 6))]
        self.heights = [60] * len(self.true)
        self.laid_out: set[int] = set()
        self.share = 1.0

    def top_of(self, block: int) -> int:
        return sum(self.heights[:block])

    def fill(self) -> None:
        self.resize(self.width(), max(1, sum(self.heights)))

    @override
    def fit(self, width: int) -> int:
        if width != self.width():
            self.laid_out.clear()
            self.share = 720 / width
        self.resize(width, 1)
        self.fill()
        return self.height()

    @override
    def lay_out(self, top: int, bottom: int) -> bool:
        before = list(self.heights)
        for block in range(len(self.true)):
            upper = self.top_of(block)
            if upper < bottom and upper + self.heights[block] > top:
                self.heights[block] = round(self.true[block] * self.share)
                self.laid_out.add(block)
        self.fill()
        return self.heights != before

    def change(self, block: int, height: int) -> None:
        self.true[block % len(self.true)] = height
        self.laid_out.discard(block % len(self.true))
        self.height_changed.emit()

    @override
    def anchor_at(self, y: int) -> Anchor:
        for block, height in enumerate(self.heights):
            if self.top_of(block) + height > y:
                return Anchor(0, block, (y - self.top_of(block)) / max(1, height))
        return Anchor(1, 0, float(y - sum(self.heights)))

    @override
    def y_of(self, anchor: Anchor) -> int:
        if anchor.part:
            return sum(self.heights) + round(anchor.share)
        return self.top_of(anchor.block) + round(anchor.share * self.heights[anchor.block])


class Shown(Transcript):
    @override
    def _make_view(self, turn: Interaction, state: TurnState | None) -> TurnView:
        view = BlockTurn(self._theme, turn, self)
        view.height_changed.connect(lambda: self._view_changed(turn.key))
        return view

    def seen(self) -> dict[tuple[str, int], int]:
        """Where the blocks stand that are in sight and laid out."""
        found: dict[tuple[str, int], int] = {}
        for slot in self._column.slots:
            view = slot.view
            assert isinstance(view, BlockTurn)
            if view.isHidden():
                continue
            for block in sorted(view.laid_out):
                top = view.y() + view.top_of(block)
                if top < HEIGHT and top + view.heights[block] > 0:
                    found[slot.turn.key, block] = top
        return found

    def fill(self) -> None:
        """Show what a frame had no time for."""
        while not self._column.is_ahead:
            self._lay_out_ahead()

    def at_an_end(self) -> bool:
        return self._bar.value() in (0, self._bar.maximum())


@pytest.fixture
def shown(theme: Theme, qtbot: QtBot) -> Iterator[Shown]:
    made = Shown(theme, lambda attachment: None)
    made.resize(1016, HEIGHT)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def turns(count: int, seed: int) -> list[Interaction]:
    made = [Interaction(f"{seed}-{n}", input=(TextContent("?"),)) for n in range(count)]
    for turn in made:
        turn.cancel()
    return made


STEPS = st.one_of(
    st.sampled_from((-1400, -540, -120, -7, 7, 120, 540, 1400)),
    st.integers(-3000, 3000),
)
CHANGES = st.tuples(st.integers(0, 40), st.integers(0, 6), st.integers(1, 1200))


@settings(max_examples=50, deadline=None, suppress_health_check=ONE_WINDOW)
@given(st.integers(0, 1000), st.integers(0, 20_000), st.lists(STEPS))
def test_what_is_seen_moves_as_far_as_is_scrolled_and_no_pixel_more(
    shown: Shown, seed: int, begin: int, steps: list[int]
) -> None:
    shown.set_turns(turns(30, seed))
    shown._bar.setValue(begin)
    for step in steps:
        before = shown.seen()
        shown.scroll_by(step)
        after = shown.seen()
        if shown.at_an_end():
            continue  # there is nothing more to show above, or below
        both = before.keys() & after.keys()
        if abs(step) < HEIGHT - 40:  # more is a leap, into heights that are guessed
            assert both
            assert {after[key] - before[key] for key in both} == {-step}


@settings(max_examples=50, deadline=None, suppress_health_check=ONE_WINDOW)
@given(st.integers(0, 1000), st.integers(0, 20_000), st.lists(CHANGES))
def test_the_topmost_block_keeps_still_whatever_height_changes(
    shown: Shown, seed: int, begin: int, changes: list[tuple[int, int, int]]
) -> None:
    shown.set_turns(turns(30, seed))
    shown._bar.setValue(begin)
    for where, block, height in changes:
        before = shown.seen()
        topmost = min(before, key=lambda key: before[key])
        slots = shown._column.slots
        view = slots[where % len(slots)].view
        assert isinstance(view, BlockTurn)
        view.change(block, height)
        if shown.at_an_end() or height <= -before[topmost]:
            continue
        assert shown.seen()[topmost] == before[topmost]


@settings(max_examples=30, deadline=None, suppress_health_check=ONE_WINDOW)
@given(st.integers(0, 1000), st.integers(0, 29), st.integers(0, 5), st.floats(0, 0.95))
def test_a_place_is_opened_where_it_was(
    shown: Shown, seed: int, number: int, block: int, share: float
) -> None:
    path = turns(30, seed)
    anchor = Anchor(0, block % len(BlockTurn(shown._theme, path[number], shown).true), share)
    shown.set_turns(path, place=Place(path[number].key, 0, anchor.block, share))
    if shown.at_an_end():
        return
    place = shown.place
    assert place is not None
    assert (place.turn, place.block) == (path[number].key, anchor.block)
    slot = shown._column.slot(number)
    assert slot is not None
    at = slot.view.y_of(Anchor(place.part, place.block, place.share)) - slot.view.y_of(anchor)
    assert math.isclose(at, 0, abs_tol=1)
    assert slot.view.y() + slot.view.y_of(anchor) == 0


@settings(max_examples=30, deadline=None, suppress_health_check=ONE_WINDOW)
@given(st.integers(0, 1000), st.integers(0, 20_000), st.lists(st.sampled_from((500, 700, 1016))))
def test_another_width_keeps_the_same_words_at_the_top(
    shown: Shown, seed: int, begin: int, widths: list[int]
) -> None:
    shown.resize(1016, HEIGHT)
    shown.set_turns(turns(30, seed))
    shown._bar.setValue(begin)
    place = shown.place
    for width in widths:
        shown.resize(width, HEIGHT)
        assert shown._column.width == min(720, width - 48)
        if place is None:
            assert shown.place is None
        elif shown.at_an_end():
            break
        elif place.share >= 0:
            number = shown._column.path.number_of(place.turn)
            assert number is not None
            slot = shown._column.slot(number)
            assert slot is not None
            assert (
                abs(slot.view.y() + slot.view.y_of(Anchor(place.part, place.block, place.share)))
                <= 1
            )
    shown.resize(1016, HEIGHT)


def test_the_end_is_followed_and_no_more_once_the_reader_has_left_it(shown: Shown) -> None:
    path = turns(30, 1)
    shown.set_turns(path)
    last = shown._column.slots[-1].view
    assert isinstance(last, BlockTurn)
    for height in (100, 900, 40, 2000):
        last.change(0, height)
        assert shown._bar.value() == shown._bar.maximum()
        assert shown.place is None
    shown._bar.setValue(shown._bar.value() - 300)
    before = shown.seen()
    for height in (2500, 3000):
        last.change(0, height)
        assert not shown.at_an_end()
        assert shown.seen() == before


def test_where_there_is_no_time_a_leap_shows_the_nearest_turn_and_then_the_others(
    shown: Shown,
) -> None:
    shown.set_turns(turns(30, 7))
    shown.fill()
    column = shown._column
    value = column.settle(Mark(3, None, 0), 5 * HEIGHT, Deadline(0))
    assert value == column.top_of(3)
    in_sight = column.numbers(value, value + 5 * HEIGHT)
    assert len(in_sight) > 1
    assert [slot.number for slot in column.slots if slot.number in in_sight] == [3]
    column.begin_ahead(upwards=False)
    while column.lay_out_ahead(Window(value, 5 * HEIGHT)):
        assert column.value_of(Mark(3, None, 0)) == value
    in_sight = column.numbers(value, value + 5 * HEIGHT)
    assert {slot.number for slot in column.slots} >= {*in_sight}
