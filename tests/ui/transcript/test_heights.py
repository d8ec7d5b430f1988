"""The tree of heights says what a plain list of them would say."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from desktop_app.ui.transcript.heights import Heights

LENGTHS = st.lists(st.integers(0, 5000), max_size=70)


def numbers_at(lengths: list[int], y: int) -> int:
    """By counting: the last one that does not begin below `y`."""
    tops = [0, *accumulate(lengths)][:-1]
    found = [number for number, top in enumerate(tops) if top + lengths[number] > y]
    return found[0] if found else len(lengths) - 1


@given(LENGTHS)
def test_each_top_is_the_sum_of_what_stands_above(lengths: list[int]) -> None:
    heights = Heights(lengths)
    tops = [heights.top_of(number) for number in range(len(lengths) + 1)]
    assert tops == [0, *accumulate(lengths)]
    assert heights.total == sum(lengths)


@given(LENGTHS.filter(bool), st.data())
def test_what_is_found_at_a_height_is_what_stands_there(
    lengths: list[int], data: st.DataObject
) -> None:
    heights = Heights(lengths)
    tops = st.sampled_from([*accumulate(lengths)]).flatmap(lambda y: st.integers(y - 1, y + 1))
    y = data.draw(st.one_of(tops, st.integers(-10, sum(lengths) + 10)))
    assert heights.at(y) == numbers_at(lengths, y)


def test_nothing_is_found_where_nothing_is() -> None:
    with pytest.raises(IndexError):
        Heights().at(0)


class AgainstAList(RuleBasedStateMachine):
    """Each change is made to a list as well."""

    def __init__(self) -> None:
        super().__init__()
        self.heights = Heights()
        self.lengths: list[int] = []

    @rule(lengths=LENGTHS)
    def begin_anew(self, lengths: list[int]) -> None:
        self.heights, self.lengths = Heights(lengths), list(lengths)

    @rule(length=st.integers(0, 5000))
    def append(self, length: int) -> None:
        self.heights.append(length)
        self.lengths.append(length)

    @rule(length=st.integers(0, 5000), where=st.integers(0, 1000))
    def change(self, length: int, where: int) -> None:
        if self.lengths:
            self.heights[where % len(self.lengths)] = length
            self.lengths[where % len(self.lengths)] = length

    @rule(where=st.integers(0, 1000))
    def truncate(self, where: int) -> None:
        count = where % (len(self.lengths) + 1)
        self.heights.truncate(count)
        del self.lengths[count:]

    @invariant()
    def say_the_same(self) -> None:
        heights, lengths = self.heights, self.lengths
        assert len(heights) == len(lengths)
        assert [heights[number] for number in range(len(lengths))] == lengths
        tops = [heights.top_of(number) for number in range(len(lengths) + 1)]
        assert tops == [0, *accumulate(lengths)]
        assert heights.total == sum(lengths)
        if lengths:
            assert [heights.at(top) for top in tops] == [numbers_at(lengths, top) for top in tops]


TestAgainstAList = AgainstAList.TestCase
