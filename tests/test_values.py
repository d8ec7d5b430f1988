"""Value classes are frozen dataclasses, whatever was or was not made of them before."""

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.values import value_class


@value_class
class Point:
    """A place."""

    x: int
    y: int = 2
    tags: tuple[str, ...] = field(default_factory=tuple)


@value_class
class Place(Point):
    """A place with a name."""

    name: str = ""


@dataclass(frozen=True)
class Model:
    """What a value class is to be like."""

    x: int
    y: int = 2
    tags: tuple[str, ...] = field(default_factory=tuple)


NUMBERS = st.integers(-3, 3)
TAGS = st.lists(st.sampled_from("ab"), max_size=2).map(tuple)


@given(NUMBERS, NUMBERS, TAGS, NUMBERS, NUMBERS, TAGS)
def test_values_are_equal_hashed_and_shown_as_a_dataclass_is(
    x: int, y: int, tags: tuple[str, ...], x2: int, y2: int, tags2: tuple[str, ...]
) -> None:
    one, other = Point(x, y, tags), Point(x2, y2, tags2)
    assert (one == other) == (Model(x, y, tags) == Model(x2, y2, tags2))
    assert (one != other) == (Model(x, y, tags) != Model(x2, y2, tags2))
    assert (hash(one) == hash(other)) or one != other
    assert repr(one) == repr(Model(x, y, tags)).replace("Model", "Point")


def test_defaults_are_filled_in_and_never_shared() -> None:
    @value_class
    class Bag:
        """Things."""

        things: list[int] = field(default_factory=list[int])

    first, second = Bag(), Bag(things=[1])
    first.things.append(3)
    assert (first.things, second.things, Bag().things) == ([3], [1], [])


def test_a_field_that_must_not_be_shown_is_refused_and_not_shown() -> None:
    @value_class
    class Account:
        """What a value class cannot be."""

        password: str = field(repr=False)

    with pytest.raises(TypeError, match="password"):
        Account("x")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Point(y=1),  # type: ignore[call-arg]
        lambda: Point(1, 2, (), 4),  # type: ignore[call-arg]
        lambda: Point(1, z=3),  # type: ignore[call-arg]
        lambda: Point(1, x=1),  # type: ignore[misc]
    ],
)
def test_arguments_are_those_of_the_fields(wrong: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        wrong()


def test_a_value_cannot_be_changed() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    assert point == Point(1)


def test_a_subclass_has_the_fields_of_its_base_first() -> None:
    place = Place(1, 3, ("a",), "here")
    assert (place.x, place.y, place.tags, place.name) == (1, 3, ("a",), "here")
    assert Place(1) != Point(1)
    assert [one.name for one in fields(place)] == ["x", "y", "tags", "name"]


def test_values_are_replaced_and_matched_by_their_fields() -> None:
    match replace(Point(1, 5), x=7):
        case Point(x, y):
            assert (x, y) == (7, 5)


def test_a_value_with_what_cannot_be_hashed_cannot_be_hashed() -> None:
    with pytest.raises(TypeError):
        hash(Point(1, 2, [1]))  # type: ignore[arg-type]


def test_a_copy_is_equal() -> None:
    assert pickle.loads(pickle.dumps(Place(1, name="here"))) == Place(1, name="here")


def test_first_values_may_be_made_in_many_threads_at_once() -> None:
    for _ in range(20):

        @value_class
        class Fresh:
            """Never made before."""

            number: int
            text: str = "x"

        with ThreadPoolExecutor(4) as threads:
            made = list(threads.map(Fresh, range(40)))
        assert made == [Fresh(number) for number in range(40)]
