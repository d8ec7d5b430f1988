"""The counts of a search, in whatever order turns are counted, come, change and go."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.transcript.search import Search


def counted(search: Search, counts: list[int]) -> list[int]:
    """Count all turns; return the order in which it was done."""
    order: list[int] = []
    while (turn := search.next_turn()) is not None:
        search.put(turn, counts[turn])
        order.append(turn)
    return order


def test_turns_are_counted_from_the_reader_on_and_then_those_above_him() -> None:
    search = Search(6, 3)
    assert counted(search, [1] * 6) == [3, 4, 5, 2, 1, 0]
    assert search.is_done
    assert search.total == 6


def test_a_conversation_without_turns_is_counted_at_once() -> None:
    search = Search(0, 0)
    assert search.is_done
    assert search.next_turn() is None
    assert search.seek(0, 1) is None


def test_the_next_match_is_sought_over_both_ends() -> None:
    search = Search(5, 0)
    counted(search, [0, 2, 0, 1, 0])
    assert search.seek(4, 1) == 1
    assert search.seek(0, -1) == 3
    assert search.seek(3, 1) == 3


def test_a_turn_that_is_not_counted_stops_the_search_for_the_next_match() -> None:
    search = Search(4, 1)
    search.put(1, 0)
    assert search.seek(1, 1) == 2
    assert not search.is_counted(2)
    assert search.seek(1, -1) == 0


def test_the_number_of_a_match_is_known_when_all_above_it_are_counted() -> None:
    search = Search(3, 1)
    search.put(1, 2)
    assert search.before(1) is None
    search.put(0, 4)
    assert search.before(1) == 4
    assert search.before(0) == 0


@given(st.data())
def test_the_total_is_that_of_the_turns_there_are(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(0, 3), max_size=8))
    search = Search(len(counts), data.draw(st.integers(0, 9)))
    for _ in range(data.draw(st.integers(0, 20))):
        match data.draw(st.sampled_from(["count", "add", "drop", "change"])):
            case "count" if (turn := search.next_turn()) is not None:
                search.put(turn, counts[turn])
            case "add":
                counts.append(data.draw(st.integers(0, 3)))
                search.add_turn()
            case "drop" if counts:
                first = data.draw(st.integers(0, len(counts) - 1))
                del counts[first:]
                search.drop_turns(first)
            case "change" if counts:
                turn = data.draw(st.integers(0, len(counts) - 1))
                counts[turn] = data.draw(st.integers(0, 3))
                search.set_stale(turn)
            case _:
                pass
    counted(search, counts)
    assert search.is_done
    assert search.turns == len(counts)
    assert search.total == sum(counts)
    assert [search.count_of(turn) for turn in range(len(counts))] == counts
