"""The turns on screen are known by their keys; what they say is asked for one by one."""

import weakref
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.interaction import Interaction
from desktop_app.overriding import override
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
        assert [turn.key for turn in path] == keys
        assert [turn.key for turn in path[1:3]] == keys[1:3]
        assert [path.key(number) for number in range(len(path))] == keys


def test_only_what_is_asked_for_is_read() -> None:
    class Unread(list[Interaction]):
        @override
        def __getitem__(self, number: object) -> Interaction:  # type: ignore[override] - of a test
            assert number == 1
            return Interaction("b")

    path = Path(Unread(), ["a", "b"])
    path.append(Interaction("c"))
    assert path[1].key == "b"
    assert path[-1].key == "c"
    assert path.key(0) == "a"
    assert path.number_of("a") == 0
    with pytest.raises(IndexError):
        path[3]


def test_what_was_added_is_not_held_where_it_can_be_read() -> None:
    asked: list[str] = []

    def read(key: str) -> Interaction:
        asked.append(key)
        return Interaction(key)

    path = Path([Interaction("a")], ["a"], read)
    added = Interaction("b")
    path.append(added)
    here = weakref.ref(added)
    del added
    assert here() is None
    assert path[1].key == "b"
    assert [turn.key for turn in path] == ["a", "b"]
    path.truncate(1)
    path.append(Interaction("c"))
    assert path[-1].key == "c"
    assert asked == ["b", "b", "c"]
