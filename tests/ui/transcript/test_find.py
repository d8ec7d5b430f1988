"""What counts as found, in which places, and that nothing is passed over unread."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.markdown.stream import read
from desktop_app.markdown.stretches import stretches, text_of
from desktop_app.ui.transcript.find import Match, Needle, Query, matches_in

LETTERS = (
    "aAbßsSIİi éÉcC\u0301\u0327e\u0301’'ﬁkKÅÅ漢字かカ한글\u1100\u1161 \u00a0\n.,1_\u200d😀"
    "\u017f\u0131"
)


def found(query: str, text: str, *, case: bool = False, whole: bool = False) -> list[str]:
    return [text[begin:end] for begin, end in Needle(Query(query, case, whole)).find(text)]


def same(one: str, other: str) -> bool:
    """The reference: a canonical caseless match of two whole texts (Unicode, D145)."""

    def fold(text: str) -> str:
        apart = unicodedata.normalize("NFD", text)
        folded = unicodedata.normalize("NFD", apart.casefold())
        for space in "\n\u00a0\u202f\u2028\t":
            folded = folded.replace(space, " ")
        return folded.replace("’", "'")

    return fold(one) == fold(other)


# --- letters --------------------------------------------------------------------------------------


def test_capitals_count_only_when_they_are_to() -> None:
    assert found("word", "Word WORD word") == ["Word", "WORD", "word"]
    assert found("word", "Word WORD word", case=True) == ["word"]


def test_letters_that_become_several_are_found_in_their_own_places() -> None:
    assert found("strasse", "STRASSE, Straße.") == ["STRASSE", "Straße"]
    assert found("ß", "SS") == ["SS"]
    assert Needle(Query("x")).find("İßx") == [(2, 3)]
    assert found("i̇stanbul", "İstanbul") == ["İstanbul"]


def test_half_of_a_letter_is_not_found() -> None:
    assert found("s", "ß") == []
    assert found("e", "e\u0301 é") == []
    assert found("\u1100", "가") == []


def test_a_letter_of_two_characters_is_the_letter_of_one() -> None:
    assert found("café", "cafe\u0301") == ["cafe\u0301"]
    assert found("cafe\u0301", "café", case=True) == ["café"]
    assert found("\u1112\u1161\u11ab", "한국") == ["한"]


def test_hard_spaces_ends_of_lines_and_printers_quotes_are_as_they_are_typed() -> None:
    assert found("10 km", "10\u00a0km") == ["10\u00a0km"]
    assert found("one two", "one\ntwo") == ["one\ntwo"]
    assert found("don't", "don’t") == ["don’t"]


def test_matches_do_not_overlap() -> None:
    assert Needle(Query("aa")).find("aaaaa") == [(0, 2), (2, 4)]


def test_nothing_is_found_for_nothing() -> None:
    assert not Needle(Query(""))
    assert Needle(Query("")).find("text") == []


@given(st.text(LETTERS, max_size=12), st.text(LETTERS, min_size=1, max_size=3), st.booleans())
def test_what_is_told_is_what_is_looked_for(text: str, query: str, case: bool) -> None:
    places = Needle(Query(query, case)).find(text)
    for begin, end in places:
        assert same(text[begin:end], query)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(places))


@given(st.text(LETTERS, max_size=8), st.text(LETTERS, min_size=1, max_size=6))
def test_every_way_to_compose_a_text_gives_the_same_matches(text: str, query: str) -> None:
    counts = {
        len(
            Needle(Query(unicodedata.normalize(one, query))).find(
                unicodedata.normalize(other, text)
            )
        )
        for one in ("NFC", "NFD")
        for other in ("NFC", "NFD")
    }
    assert len(counts) == 1


@given(st.text(LETTERS, max_size=6), st.text(LETTERS, min_size=1, max_size=4), st.text(LETTERS))
def test_a_text_finds_itself_between_others(before: str, query: str, after: str) -> None:
    text = f"{before}<{query}>.{after}"
    assert (len(before), len(before) + len(query) + 2) in Needle(Query(f"<{query}>")).find(text)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text", "count"),
    [
        ("can", "can can't candy can.", 2),
        ("can't", "can't", 1),
        ("name", "name.field the_name name_ (name)", 2),
        ("3", "3 3.14 3, 33 1,3", 2),
        ("Tür", "Türen Tür Haustür", 1),
        ("e\u0301te", "été, étés", 0),
        ("été", "été, étés", 1),
        ("字", "漢字", 1),
        ("テスト", "テストです ラテスト", 1),
        ("한국", "한국 한국어", 1),
        ("ไทย", "ภาษาไทย", 1),
        ("!=", "a!=b", 1),
        ("क", "क का", 1),
    ],
)
def test_a_whole_word_ends_where_unicode_says(query: str, text: str, count: int) -> None:
    assert len(found(query, text, whole=True)) == count


# --- sources --------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *("word", "Wort", "ß", "é", "e\u0301", "İ", " ", " ", "\n", "*", "**", "_", "`", "~~"),
        *("[", "](http://a.b)", "[a](b)", "](c", "[^1]", "&eacute;", "&amp;", "\\", "<", ">"),
        *("$x$", "$", "漢字", "|", "\n\n", "- ", "1. ", "> ", "# ", "    ", "```\n", "a_b", "<b>"),
        *("http://x.yz", "![a b](c)", "[x][y]", "\n\n[y]: /z\n\n", "[x][] ", "\n\n[x]: /z\n\n"),
    ]
)


@given(st.lists(PIECES, max_size=14), st.integers(0, 30), st.integers(1, 8), st.booleans())
def test_no_text_that_shows_a_query_is_passed_over(
    pieces: list[str], begin: int, length: int, case: bool
) -> None:
    source = "".join(pieces)
    for block in read(source):
        for stretch in stretches(block):
            query = stretch.text[begin : begin + length]
            needle = Needle(Query(query, case))
            if "–" not in query and needle.find(stretch.text):
                assert needle.may_be_in(source)


def test_most_other_texts_are_passed_over() -> None:
    needle = Needle(Query("needle in a haystack"))
    assert not needle.may_be_in("A needle in a *hay* stock, [link](http://a.b) & more.")
    assert needle.may_be_in("a nee**dle** in a <b>haystack")


# --- blocks ---------------------------------------------------------------------------------------


def test_matches_are_places_in_the_text_of_their_block() -> None:
    blocks = read("# One\n\n- two one\n- [x] one\n\n| one | b |\n|---|---|\n| c | **o**ne |\n")
    needle = Needle(Query("one"))
    matches = list(matches_in(needle, 3, blocks))
    assert [match.part for match in matches] == [3] * 5
    for match in matches:
        assert text_of(blocks[match.block])[match.begin : match.end].lower() == "one"


def test_marks_of_lists_are_not_found_and_nothing_reaches_over_a_cell() -> None:
    blocks = read("1. a\n2. b\n\n| a | b |\n|---|---|\n| c | d |\n")
    assert list(matches_in(Needle(Query("2.")), 0, blocks)) == []
    assert list(matches_in(Needle(Query("a b")), 0, blocks)) == []
    assert list(matches_in(Needle(Query("d")), 0, blocks)) == [Match(0, 2, 6, 7)]
