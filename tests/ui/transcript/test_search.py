"""The counts of a search, in whatever order turns are counted, come, change and go."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.transcript.search import Search


def counted(counts: list[int]) -> Search:
    search = Search(len(counts))
    for turn, count in enumerate(counts):
        search.put(turn, count)
    return search


def test_turns_are_counted_in_the_order_in_which_one_goes() -> None:
    search = Search(5)
    assert search.uncounted(3, 1) == [3, 4, 0, 1, 2]
    assert search.uncounted(3, -1) == [3, 2, 1, 0, 4]
    search.put(4, 0)
    assert search.uncounted(3, 1) == [3, 0, 1, 2]
    assert Search(0).uncounted(0, 1) == Search(0).uncounted(0, -1) == []


def test_a_conversation_without_turns_is_counted_at_once() -> None:
    assert Search(0).is_done
    assert Search(0).seek(0, 1) is None


def test_the_next_match_is_sought_over_both_ends() -> None:
    search = counted([0, 2, 0, 1, 0])
    assert search.seek(4, 1) == 1
    assert search.seek(0, -1) == 3
    assert search.seek(3, 1) == 3
    assert counted([0, 0]).seek(1, 1) is None


def test_a_turn_that_is_not_counted_stops_the_search_for_the_next_match() -> None:
    search = Search(4)
    search.put(1, 0)
    assert search.seek(1, 1) == 2
    assert not search.is_counted(2)
    assert search.seek(1, -1) == 0


def test_the_number_of_a_match_follows_from_those_above_it() -> None:
    search = counted([4, 2, 1])
    assert [search.before(turn) for turn in range(3)] == [0, 4, 6]


@given(st.data())
def test_the_total_is_that_of_the_turns_there_are(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(0, 3), max_size=8))
    search = Search(len(counts))
    for _ in range(data.draw(st.integers(0, 20))):
        if counts and data.draw(st.booleans()):
            turn = data.draw(st.integers(0, len(counts) - 1))
            counts[turn] = data.draw(st.integers(0, 3))
            search.put(turn, counts[turn])
        else:
            length = data.draw(st.integers(0, 10))
            counts = [*counts[:length], *[1] * (length - len(counts))]
            search.resize(length)
    for turn in search.uncounted(0, data.draw(st.sampled_from([1, -1]))):
        search.put(turn, counts[turn])
    assert search.is_done
    assert len(search) == len(counts)
    assert search.total == sum(counts)
    assert [search.count_of(turn) for turn in range(len(counts))] == counts
