"""Each block says to a screen reader what it is, and all of its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.markdown.blocks import Paragraph, Span
from desktop_app.markdown.stream import read
from desktop_app.markdown.stretches import stretches, text_of
from desktop_app.ui.transcript.link_places import LinkPlace, words_of_link
from desktop_app.ui.transcript.spoken import Role, Spoken, spoken_of


def said(markdown: str) -> list[Spoken]:
    return [thing for block in read(markdown) for thing in spoken_of(block)]


def names(things: list[Spoken] | tuple[Spoken, ...]) -> list[tuple[Role, str]]:
    return [(thing.role, thing.name) for thing in things]


def test_a_heading_says_its_level() -> None:
    (thing,) = said("### Three *words* here")
    assert (thing.role, thing.name, thing.description) == (
        Role.Heading,
        "Three words here",
        "Level 3",
    )


def test_code_says_its_language_and_holds_its_text() -> None:
    (thing,) = said("```python\nprint(1)\nprint(2)\n```")
    assert (thing.role, thing.name) == (Role.Grouping, "Code, python")
    assert names(thing.parts) == [(Role.StaticText, "print(1)\nprint(2)")]
    assert said("    x = 1")[0].name == "Code"


def test_a_link_says_its_words_and_where_it_goes() -> None:
    (thing,) = said("See [the **long** manual](https://example.com/a) or <https://b.example>.")
    assert thing.name == "See the long manual or https://b.example."
    assert [(one.role, one.name, one.description) for one in thing.parts] == [
        (Role.Link, "the long manual", "https://example.com/a"),
        (Role.Link, "https://b.example", "https://b.example"),
    ]
    text = text_of(read("See [the **long** manual](https://example.com/a) or so.")[0])
    link = thing.parts[0]
    assert text[link.begin : link.end] == "the long manual"


def test_the_mark_of_a_source_says_its_number() -> None:
    block = Paragraph((Span("It is so"), Span("[2]", cite=2), Span(".")))
    (thing,) = spoken_of(block)
    assert names(thing.parts) == [(Role.Link, "Source 2")]


def test_the_keyboard_at_a_link_says_where_it_goes() -> None:
    there = LinkPlace(0, 0, 3, "https://x.example/")
    assert words_of_link(there, "the manual") == "Link: the manual, https://x.example/"
    assert words_of_link(there, "https://x.example/") == "Link: https://x.example/"
    assert words_of_link(LinkPlace(0, 0, 3, "", 4), "[4]") == "Source 4"


@pytest.mark.parametrize(
    ("markdown", "items"),
    [
        ("- one\n- two", ["one", "two"]),
        ("3. one\n4. two", ["3. one", "4. two"]),
        ("- [x] one\n- [ ] two", ["Done: one", "To do: two"]),
    ],
)
def test_an_item_says_its_number_or_whether_it_is_done(markdown: str, items: list[str]) -> None:
    assert names(said(markdown)) == [(Role.ListItem, item) for item in items]


def test_an_item_in_an_item_says_how_deep_it_is() -> None:
    things = said("- one\n  - two")
    assert [(one.name, one.description) for one in things] == [("one", ""), ("two", "Level 2")]


def test_a_table_is_read_row_by_row() -> None:
    (table,) = said("| a | b |\n|---|---|\n| 1 | |\n| [x](https://x.example) | 3 |")
    assert (table.role, table.name) == (Role.Table, "Table, 2 columns, 3 rows")
    assert [(one.role, one.name, one.description) for one in table.parts] == [
        (Role.Row, "a; b", "Header"),
        (Role.Row, "1; empty", ""),
        (Role.Row, "x; 3", ""),
    ]
    assert names(table.parts[2].parts) == [(Role.Link, "x")]


def test_a_formula_says_its_source() -> None:
    (thing,) = said("$$\nx^2\n$$")
    assert (thing.role, thing.description) == (Role.Equation, "Formula")
    assert "x^2" in thing.name


def test_what_is_quoted_is_a_quotation() -> None:
    assert names(said("> one\n>\n> two")) == [(Role.BlockQuote, "one"), (Role.BlockQuote, "two")]


def test_a_very_long_one_is_cut() -> None:
    (thing,) = said("```\n" + "x" * 100_000 + "\n```")
    assert len(thing.parts[0].name) < 21_000


@given(st.text("#*-_`[]()<>|$\\ \nab1.:/语", max_size=80))
def test_nothing_with_words_is_left_out(markdown: str) -> None:
    for block in read(markdown):
        things = spoken_of(block)
        covered = [(one.begin, one.end) for one in things]
        for stretch in stretches(block):
            if stretch.text.strip():
                assert any(
                    begin <= stretch.begin and stretch.begin + len(stretch.text) <= end
                    for begin, end in covered
                )
