"""The turns on screen are known by their keys; what they say is asked for one by one."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.transcript.path import Path

KEYS = [f"turn {number}" for number in range(5)]


def path_of(keys: Sequence[str]) -> Path:
    return Path([Interaction(key) for key in keys], keys)


@given(st.lists(st.one_of(st.integers(0, 6), st.just("more"), st.just("ask"))))
def test_a_turn_is_found_by_its_number_and_by_its_key(changes: list[int | str]) -> None:
    path, keys = path_of(KEYS), list(KEYS)
    for number, change in enumerate(changes):
        if isinstance(change, int):
            count = min(change, len(keys))
            path.truncate(count)
            del keys[count:]
        elif change == "more":
            path.append(Interaction(f"added {number}"))
            keys.append(f"added {number}")
        else:
            assert [path.number_of(key) for key in keys] == list(range(len(keys)))
            assert path.number_of("another") is None
        assert len(path) == len(keys)
        turns = [path[number] for number in range(len(path))]
        assert [turn.key for turn in turns if turn is not None] == keys
        assert [path.key(number) for number in range(len(path))] == keys


def test_a_turn_that_is_not_read_is_none_and_those_after_it_are_there() -> None:
    stored = [None, Interaction("b")]
    path = Path(stored, ["a", "b"])
    path.append(Interaction("c"))
    assert path[0] is None
    stored[0] = Interaction("a")
    assert [turn.key for turn in (path[0], path[1], path[2]) if turn is not None] == ["a", "b", "c"]
    with pytest.raises(IndexError):
        path.key(3)
