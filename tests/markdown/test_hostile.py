"""Documents that mean harm are shown as plain text at worst, and nothing of them is lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.markdown import parse as reading
from desktop_app.markdown import stream as stream_module
from desktop_app.markdown.blocks import Block, Code, List, Paragraph, Plain, Span, Table
from desktop_app.markdown.stream import LIMIT, MarkdownStream, read, read_stream

NESTED_TABLES = "".join(
    f"{'> ' * depth}| a | b |\n{'> ' * depth}|---|---|\n" for depth in range(20)
)

DOCUMENTS = {
    "nested tables": NESTED_TABLES,
    "tables of HTML": "<table><tr><td>" * 20,
    "brackets": "[" * 500_000,
    "a megabyte without a space": "a" * 1_000_000,
    "nested quotes": ">" * 10_000 + " x",
    "nested lists": "- " * 5_000 + "x",
    "a hundred thousand cells": "|"
    + "a|" * 100
    + "\n|"
    + "-|" * 100
    + "\n"
    + ("|" + "b|" * 100 + "\n") * 1_000,
    "lone surrogates": "\ud800[\udfff](http://\ud800) **\udc00**\n" * 100,
    "zeros": "a\0b" * 10_000,
    "bidi controls": "\u202eabc\u2066" * 1_000,
    "escapes of a terminal": "\x1b[31mred\x1b[0m\n" * 1_000,
    "characters that Qt keeps for itself": "\ufdd0a\ufdd1b\u2029c\n\n" * 100,
    "base64": "QUJD" * 1_250_000,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_becomes_blocks(name: str) -> None:
    text = DOCUMENTS[name]
    blocks = read(text)
    assert blocks
    for block in blocks:
        assert "\u2029" not in repr(block)


@pytest.mark.parametrize("name", ["brackets", "a megabyte without a space", "base64"])
def test_a_block_that_is_too_long_is_plain_text_wholly_there(name: str) -> None:
    text = DOCUMENTS[name]
    blocks = read(text)
    assert all(isinstance(block, Plain) for block in blocks)
    pieces = [block for block in blocks if isinstance(block, Plain)]
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.continues for piece in pieces] == [False, *[True] * (len(pieces) - 1)]
    assert max(len(piece.text) for piece in pieces) <= LIMIT
    assert read_stream(text).sources == tuple(piece.text for piece in pieces)


@pytest.mark.parametrize("piece", ["**a ", "`` ", "> - a\n", "<a>", "a\n"])
def test_too_many_marks_are_plain_text_however_they_come(piece: str) -> None:
    text = f"before\n\n{piece * 2_200}\n\nafter"
    whole = read_stream(text)
    first = next(block for block in whole.blocks if isinstance(block, Plain))
    end = text.index("\n\n") + 2 + len(first.text)
    places = (0, 1_001, *range(end - 12, end + 12), len(text))  # each character where it is full
    stream = MarkdownStream()
    for begin, after in pairwise(places):
        stream.feed(text[begin:after])
    stream.finish()
    assert stream.blocks == whole.blocks
    assert stream.sources == whole.sources


def test_long_code_in_an_item_is_still_code() -> None:
    (items,) = read("- so:\n  ```python\n" + "  x[0] = y_1 & z\n" * 900 + "  ```\n")
    assert isinstance(items, List)
    assert isinstance(items.items[0].blocks[1], Code)


def test_an_empty_line_ends_what_is_too_long() -> None:
    *_, last = read("a" * (LIMIT + 5) + "\n\n| b |\n|---|\n")
    assert isinstance(last, Table)


def test_what_is_written_of_a_hostile_document_is_in_its_sources() -> None:
    for name, text in DOCUMENTS.items():
        shown = re.sub("[\ud800-\udfff\0\ufdd0\ufdd1\u2029]", "\ufffd", text)
        stream = read_stream(text)
        whole = stream.source(0, len(stream.blocks) - 1)
        assert whole.rstrip("\n") == shown.rstrip("\n"), name


def test_all_cells_of_a_large_table_are_there() -> None:
    blocks = read(DOCUMENTS["a hundred thousand cells"])
    tables = [block for block in blocks if isinstance(block, Table)]
    assert len(tables) == len(blocks)
    assert sum(len(row) for table in tables for row in table.rows) == 100_000


@pytest.mark.parametrize("step", [1_000, 7_777, 10**7])
def test_long_code_stays_code_when_its_fence_closes(step: int) -> None:
    code = "x = `1`\n" * 12_500
    text = f"before\n\n```python\n{code}```\nafter"
    stream = MarkdownStream()
    settled: list[Block] = []
    for begin in range(0, len(text), step):
        settled.extend(stream.feed(text[begin : begin + step]).settled)
    stream.finish()
    before, shown, after = stream.blocks
    assert isinstance(before, Paragraph)
    assert shown == Code(code.removesuffix("\n"), "python")
    assert isinstance(after, Paragraph)
    assert settled == [before, shown]


def test_brackets_without_number_are_not_looked_into() -> None:
    (block,) = read("**" + "[" * 1_001 + "**")
    assert isinstance(block, Paragraph)
    assert [span.text for span in block.spans] == ["**" + "[" * 1_001 + "**"]


@given(st.text(alphabet="[]!()a`*<>\\^:$\n ", max_size=60))
@example("![a [b](c) ![")
@example("[^a] [ `]`")
def test_brackets_that_nothing_closes_are_read_as_without_the_quick_way(text: str) -> None:
    quick = reading.parse(text)
    rules = reading._parser().inline.ruler
    rules.disable("lone_bracket")
    try:
        assert reading.parse(text) == quick
    finally:
        rules.enable("lone_bracket")


@pytest.mark.parametrize("mark", ["[", "!["])
def test_of_many_brackets_that_nothing_closes_none_is_looked_into(mark: str) -> None:
    text = f"**a** {mark * 300}b]"
    assert [span.text for span in spans_of(text)] == [text]
    few = f"**a** {mark * 200}b]"
    assert [span.text for span in spans_of(few)] == ["a", few.removeprefix("**a**")]


def test_among_many_backslashes_nothing_is_looked_for() -> None:
    text = "**a** " + "\\*" * 4_001
    assert [span.text for span in spans_of(text)] == [text]
    few = "**a** " + "\\*" * 4_000
    assert [span.text for span in spans_of(few)] == ["a", " " + "*" * 4_000]


def test_as_many_addresses_become_links_as_are_soon_found() -> None:
    spans = spans_of("www.a.example " * 1_003)
    assert sum(bool(span.link) for span in spans) == 1_000
    assert spans[-1].text.count("www") == 3


def test_an_address_is_found_behind_much_text_and_not_inside_a_word() -> None:
    assert [span.link for span in spans_of(f"{'a ' * 500}https://b.example")][1:] == [
        "https://b.example"
    ]
    assert not any(span.link for span in spans_of(f"{'a ' * 500}ahttps://b.example"))


def test_what_settles_is_not_read_again_unless_a_definition_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []

    def parse(
        text: str, definitions: reading.Definitions | None = None, *, item: bool = False
    ) -> list[reading.Parsed]:
        parsed.append(text)
        return reading.parse(text, definitions, item=item)

    monkeypatch.setattr(stream_module, "parse", parse)
    read("a\n\nb\n\nc")
    assert parsed == ["a\n\nb\n\nc"]
    parsed.clear()
    read("[a]\n\n[a]: b\n\nc")
    assert parsed[:2] == ["[a]\n\n[a]: b\n\nc", "[a]\n\n[a]: b\n\n"]


def spans_of(text: str) -> tuple[Span, ...]:
    (block,) = (one.block for one in reading.parse(text))
    assert isinstance(block, Paragraph)
    return block.spans
