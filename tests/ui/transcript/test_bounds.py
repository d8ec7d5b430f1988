"""Characters, words and paragraphs are what a person takes for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.markdown.stream import read
from desktop_app.markdown.stretches import text_of
from desktop_app.ui.transcript.bounds import (
    Unit,
    moved,
    next_character,
    next_word,
    outside_marker,
    paragraph_around,
    previous_character,
    previous_word,
    whole_character,
    word_around,
)

WHOLE = [
    "a",
    "e\u0301",
    "\r\n",
    "\N{WAVING HAND SIGN}\U0001f3fd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1e9\U0001f1ea",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\u2764\ufe0f\u200d\U0001f525",
    "1\ufe0f\u20e3",
    "\u1112\u1161\u11ab",
    "\u0e01\u0e33",
    "\u05dc\u05b8",
]
UNITS: list[Unit] = ["character", "word"]
TEXTS = st.lists(st.sampled_from([*WHOLE, " ", "\n", "\t", ".", "漢", "か", "テ"])).map("".join)


@pytest.mark.parametrize("char", WHOLE)
def test_a_character_is_never_cut(char: str) -> None:
    text = f"x{char}y"
    assert next_character(text, 1) == 1 + len(char)
    assert previous_character(text, 1 + len(char)) == 1
    for at in range(1, 1 + len(char)):
        assert whole_character(text, at) == 1


def test_two_flags_are_two_characters() -> None:
    text = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"
    assert next_character(text, 0) == 2
    assert previous_character(text, 4) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't stop", ["don't", " ", "stop"]),
        ("pi is 3.14.", ["pi", " ", "is", " ", "3.14", "."]),
        ("foo_bar(x)", ["foo_bar", "(", "x", ")"]),
        ("日本語のテキスト", ["日本語", "の", "テキスト"]),
        ("नमस्ते दुनिया", ["नमस्ते", " ", "दुनिया"]),
        ("a\n\nb", ["a", "\n", "\n", "b"]),
        ("...", [".", ".", "."]),
    ],
)
def test_words_are_runs_of_letters(text: str, words: list[str]) -> None:
    found: list[str] = []
    at = 0
    while at < len(text):
        begin, at = word_around(text, at)
        found.append(text[begin:at])
    assert found == words


def test_a_word_can_be_named_by_its_end_where_the_text_ends() -> None:
    assert word_around("two words", 9) == (4, 9)
    assert word_around("", 0) == (0, 0)


def test_the_keyboard_goes_from_word_to_word() -> None:
    text = "One, two\n(three)"
    ends, begins = [], []
    at = 0
    while at < len(text):
        at = next_word(text, at)
        ends.append(at)
    while at > 0:
        at = previous_word(text, at)
        begins.append(at)
    assert ends == [3, 8, 15, 16]
    assert begins == [10, 5, 0]


def test_a_megabyte_without_a_space_is_cut_somewhere() -> None:
    begin, end = word_around("a" * 1_000_000, 500_000)
    assert begin < 500_000 < end
    assert end - begin < 10_000


@given(TEXTS, st.integers(0, 20), st.sampled_from(UNITS))
def test_going_on_always_arrives(text: str, at: int, unit: Unit) -> None:
    begin = at = whole_character(text, min(at, len(text)))
    while at < len(text):
        after = moved(text, at, unit, forward=True)
        assert at < after <= len(text)
        assert whole_character(text, after) == after
        at = after
    at = begin
    while at > 0:
        before = moved(text, at, unit, forward=False)
        assert 0 <= before < at
        assert whole_character(text, before) == before
        at = before


def test_a_paragraph_is_an_item_a_cell_or_a_line_of_code() -> None:
    (items,) = read("- one\n  - two words\n  - three")
    text = text_of(items)
    begin, end = paragraph_around(items, text, text.index("words"))
    assert text[begin:end] == "two words"
    (table,) = read("| a | b |\n|---|---|\n| 1 2 | 3 |")
    text = text_of(table)
    begin, end = paragraph_around(table, text, text.index("2"))
    assert text[begin:end] == "1 2"
    (code,) = read("```\nx = 1\n\ty = 2\n```")
    begin, end = paragraph_around(code, text_of(code), 8)
    assert text_of(code)[begin:end] == "\ty = 2"


def test_one_is_never_in_the_marker_of_an_item() -> None:
    (items,) = read("- one\n  - two")
    assert text_of(items) == "• one\n  ◦ two"
    forward = [outside_marker(items, at, forward=True) for at in (0, 1, 2, 5, 6, 9, 10, 11)]
    assert forward == [2, 2, 2, 5, 10, 10, 10, 11]
    backward = [outside_marker(items, at, forward=False) for at in (1, 2, 5, 6, 9, 10)]
    assert backward == [0, 2, 5, 5, 5, 10]
