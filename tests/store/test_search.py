"""The turns that may have some words in them: never fewer than those that have them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import GoogleSearchCallStep, ModelOutputStep, ThoughtStep
from desktop_app.store import conversations as queries
from desktop_app.store.database import FILE_NAME, open_connection
from desktop_app.store.rows import ConversationRow, interaction_row
from desktop_app.store.search import turns_with


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    connection = open_connection(tmp_path / FILE_NAME)
    yield connection
    connection.close()


def add(db: apsw.Connection, key: str, asked: str, said: str, previous: str | None = None) -> None:
    turn = Interaction(key, previous=previous, input=(TextContent(asked),))
    steps = (
        ThoughtStep("5160", (TextContent("a thought"),)),
        GoogleSearchCallStep(arguments={"queries": ["bridges"]}),
        ModelOutputStep((TextContent(said), TextContent(" And more."))),
    )
    turn.apply(InteractionCompleted(InteractionHeader("v1", "completed"), steps))
    row = ConversationRow("c", "t", "o", head=key)
    queries.add_turn(db, row, interaction_row(turn, "c", 1.0))


def found(db: apsw.Connection, keys: Sequence[str], *words: str) -> list[str]:
    return turns_with(db, keys, words, 60.0)[0]


def test_without_words_all_turns_are_found(db: apsw.Connection) -> None:
    add(db, "a", "Why?", "Because.")
    assert turns_with(db, ["a"], (), 60.0) == (["a"], 1)


def test_bold_letters_are_part_of_their_word(db: apsw.Connection) -> None:
    add(db, "a", "plain", "**C**entral **P**rocessing **U**nit, stra**w**berry")
    assert found(db, ["a"], "central", "processing") == ["a"]
    assert found(db, ["a"], "strawberry") == ["a"]
    assert found(db, ["a"], "blueberry") == []


def test_all_words_are_in_a_turn_in_whichever_part(db: apsw.Connection) -> None:
    add(db, "a", "A river?", "A stone.")
    add(db, "b", "A river?", "A tree.", "a")
    assert found(db, ["b", "a"], "river") == ["b", "a"], "in the order of the keys"
    assert found(db, ["a", "b"], "RIVER", "Stone") == ["a"]
    assert found(db, ["b"], "stone") == []
    assert found(db, ["a", "b"], "bridges", "thought") == ["a", "b"]


@pytest.mark.parametrize(
    "word", ['"a\\b"', "100%", "a_b", "two\nlines", "Straße", "河川", "a\x7fb"]
)
def test_odd_letters_are_found(db: apsw.Connection, word: str) -> None:
    add(db, "a", "plain", f"Here is {word} in it.")
    add(db, "b", f"{word}?", "plain", "a")
    add(db, "c", "plain", "nothing", "b")
    assert set(found(db, ["a", "b", "c"], word)) >= {"a", "b"}


@given(text=st.text(max_size=40), begin=st.integers(0, 40), size=st.integers(1, 12))
def test_a_piece_of_a_text_is_always_found(
    tmp_path_factory: pytest.TempPathFactory, text: str, begin: int, size: int
) -> None:
    db = open_connection(tmp_path_factory.mktemp("p") / FILE_NAME)
    add(db, "a", "plain", text)
    assert found(db, ["a"], text[begin : begin + size]) == ["a"]
    db.close()


def test_a_word_longer_than_sqlite_compares_is_no_error(db: apsw.Connection) -> None:
    add(db, "a", "plain", "x" * 100_000)
    assert found(db, ["a"], "x" * 90_000, *("x" * n for n in range(1, 100))) == ["a"]


def test_when_the_time_is_over_the_rest_is_left(db: apsw.Connection) -> None:
    keys = [f"k{number}" for number in range(250)]
    for before, key in zip([None, *keys], keys, strict=False):
        add(db, key, "a river", "a stone", before)
    some, done = turns_with(db, keys, ["river"], 0.0)
    assert 0 < done < 250
    assert some == keys[:done]
