"""Citations: which source a number is, where its mark stands, and that it changes nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import (
    Annotation,
    FileCitation,
    PlaceCitation,
    TextContent,
    UnknownAnnotation,
    UrlCitation,
    WordInfo,
)
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.markdown.blocks import (
    Block,
    Heading,
    List,
    Note,
    Paragraph,
    Quote,
    Spans,
    Table,
)
from desktop_app.markdown.stream import MarkdownStream
from desktop_app.markdown.stretches import text_of
from desktop_app.ui.transcript.citations import Mark, Source, cite, source_of
from desktop_app.ui.transcript.marking import Marking, unmarked
from tests.interactions.test_interaction import sample_events

FRAGMENTS = (
    "word ",
    "**bold** ",
    "*it* ",
    "[link](https://a.example/word) ",
    "![picture](https://a.example/p.png) ",
    "[ref][label] ",
    "`code` ",
    "$x^2$ ",
    "&amp; ",
    "\\* ",
    "漢字。",
    "e\u0301 ",
    "\n",
    "\n\n",
    "\n- ",
    "\n  1. ",
    "\n> ",
    "\n# ",
    "\n```\nfenced word\n```\n",
    "\n$$\ny\n$$\n",
    "\n\n| a | b |\n|---|:-:|\n| word | two |\n",
    "\n\n[label]: https://a.example/l\n\n",
    "[^1] ",
    "\n\n[^1]: a note\n\n",
    "\n***\n",
    "https://a.example ",
    "[1]",
    "<b>",
)
documents = st.lists(
    st.sampled_from(FRAGMENTS) | st.text("ab*_`[]()|$-> \n", max_size=6), max_size=14
).map("".join)


def page(
    begin: int, end: int, url: str = "https://www.example.com/a", title: str = "A"
) -> UrlCitation:
    return UrlCitation(begin, end, url=url, title=title)


def marks(text: str, *annotations: Annotation) -> list[Mark]:
    return list(cite([TextContent(text, annotations)]).marks[0])


def stream_of(text: str) -> MarkdownStream:
    stream = MarkdownStream()
    stream.feed(text)
    stream.finish()
    return stream


def shown(text: str, *ends: int) -> str:
    """What is shown of a text with a mark behind each of some characters, numbered from 1."""
    stream = stream_of(text)
    wanted = [Mark(end, number) for number, end in enumerate(ends, 1)]
    made = Marking().mark(stream.blocks, stream.places, text, wanted)
    blocks = [
        made[number].block if number in made else block
        for number, block in enumerate(stream.blocks)
    ]
    return "\n\n".join(text_of(block) for block in blocks)


def after(text: str, words: str) -> int:
    return text.index(words) + len(words)


# --- positions and numbers ------------------------------------------------------------------------


def test_positions_are_bytes_of_the_text() -> None:
    text = "京都の清水寺 opens"
    end = len("京都の清水寺".encode())
    assert marks(text, page(9, end)) == [Mark(6, 1, "清水寺")]


def test_the_marks_of_the_sample_stand_behind_what_it_cites() -> None:
    turn = Interaction()
    for event in sample_events("04_google_search_grounded"):
        turn.apply(event)
    output = turn.steps[-1]
    assert isinstance(output, ModelOutputStep)
    assert output.content is not None
    content = output.content[0]
    assert isinstance(content, TextContent)
    found = cite([content])
    assert [mark.cited for mark in found.marks[0]] == [
        content.text.encode()[one.start_index : one.end_index].decode()
        for one in content.annotations or ()
        if isinstance(one, UrlCitation)
    ]
    assert [source.kind for source in found.sources] == ["page"] * len(found.sources)


def test_indexes_inside_a_character_are_taken_for_characters_or_for_the_next_one() -> None:
    assert marks("äöü and more", page(0, 3)) == [Mark(3, 1, "äöü")]
    assert marks("äöü", page(0, 5)) == [Mark(3, 1, "äöü")]


def test_indexes_beyond_the_end_reversed_or_missing_do_no_harm() -> None:
    assert marks("short", page(2, 99)) == [Mark(5, 1, "ort")]
    assert marks("short", page(4, 1)) == [Mark(4, 1, "hor")]
    assert marks("short", page(-7, -3)) == [Mark(0, 1, "")]
    assert marks("short", UrlCitation(url="https://a.b")) == [Mark(5, 1, "short")]


def test_numbers_follow_the_text_and_one_source_has_one() -> None:
    first = TextContent("one two", (page(4, 7, "https://b.c"), page(0, 3, "https://a.c")))
    second = TextContent("three", (page(0, 5, "https://b.c"), page(0, 5, "https://d.c")))
    cited = cite([first, second])
    assert [source.address for source in cited.sources] == [
        "https://a.c",
        "https://b.c",
        "https://d.c",
    ]
    assert [[mark.number for mark in one] for one in cited.marks] == [[1, 2], [2, 3]]


def test_a_source_that_is_named_twice_at_one_place_has_one_mark_there() -> None:
    assert marks("word", page(0, 4), page(1, 4)) == [Mark(4, 1, "word")]


def test_each_kind_of_source_has_a_title_and_says_where_it_is_from() -> None:
    assert source_of(page(0, 1)) == Source("page", "A", "example.com", "https://www.example.com/a")
    assert source_of(page(0, 1, "javascript:x", "")) == Source("page", "javascript:x")
    named = FileCitation(file_name="Plan.pdf", page_number=3)
    assert source_of(named) == Source("file", "Plan.pdf", "Page 3")
    place = PlaceCitation(name="Sagano", url="https://maps.example/x")
    assert source_of(place).title == "Sagano"
    assert source_of(PlaceCitation(place_id="x")) == Source("place", "A place", "Place")
    other = UnknownAnnotation({"type": "dream_citation", "end_index": 3})
    assert source_of(other) == Source("other", "dream citation")
    assert marks("abc def", other)[0].position == 3


def test_what_times_a_word_is_no_source() -> None:
    assert marks("word", WordInfo(0, 4)) == []


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(-3, 99), st.integers(-3, 99)), max_size=6),
)
def test_no_index_is_refused_and_every_mark_is_in_its_text(
    text: str, spans: list[tuple[int, int]]
) -> None:
    for mark in marks(text, *(page(begin, end, f"https://a.b/{end}") for begin, end in spans)):
        assert 0 <= mark.position <= len(text)


# --- marks in blocks ------------------------------------------------------------------------------


def test_a_mark_stands_right_behind_the_word() -> None:
    text = "The **sky** is blue. So it is."
    assert shown(text, after(text, "blue")) == "The sky is blue[1]. So it is."
    assert shown(text, after(text, "**sky**"), after(text, "it is.")) == (
        "The sky[1] is blue. So it is.[2]"
    )
    assert shown(text, after(text, "sky"), after(text, "sky")) == "The sky[1][2] is blue. So it is."


def test_a_mark_is_never_inside_of_a_link_code_or_a_formula() -> None:
    text = "See [the page](https://a.example/page) and `some code` or $x^2$ here"
    assert shown(text, after(text, "the")) == "See the page[1] and some code or $x^2$ here"
    assert shown(text, after(text, "example")) == "See the page[1] and some code or $x^2$ here"
    assert shown(text, after(text, "`some")) == "See the page and some code[1] or $x^2$ here"
    assert shown(text, after(text, "$x")) == "See the page and some code or $x^2$[1] here"


def test_a_word_behind_an_address_that_has_the_same_word_is_not_mistaken() -> None:
    text = "[a](https://x.example/and) and more"
    assert shown(text, after(text, ") and")) == "a and[1] more"


def test_what_stands_in_a_list_a_table_or_a_quote_gets_its_mark_there() -> None:
    text = "- one\n- two\n\n> three\n\n| a | b |\n|---|---|\n| four | five |\n"
    ends = [after(text, word) for word in ("two", "three", "four", "five")]
    assert shown(text, *ends) == "• one\n\n• two[1]\n\nthree[2]\n\na\tb\nfour[3]\tfive[4]"


def test_behind_a_block_of_code_there_is_no_room_so_the_mark_stands_above() -> None:
    text = "Run this:\n\n```\ncode\n```\n\nDone."
    assert shown(text, after(text, "code")) == "Run this:[1]\n\ncode\n\nDone."
    assert shown("```\ncode\n```", 6) == "code"


def test_escapes_and_names_of_characters_do_not_move_a_mark() -> None:
    text = "R&amp;D \\*is\\* good &copy; here and there"
    assert shown(text, after(text, "here")) == "R&D *is* good © here[1] and there"
    assert shown(text, after(text, "\\*is\\*")) == "R&D *is*[1] good © here and there"


def test_a_mark_does_not_split_a_character() -> None:
    text = "flag \u26e9\ufe0f e\u0301 end"
    assert shown(text, text.index("\ufe0f")) == "flag \u26e9\ufe0f[1] e\u0301 end"
    assert shown(text, text.index("\u0301")) == "flag \u26e9\ufe0f e\u0301[1] end"


def without_marks(block: Block) -> Block:
    match block:
        case Paragraph(spans) | Heading(_, spans):
            return replace(block, spans=unmarked(spans))
        case Quote(blocks) | Note(_, blocks):
            return replace(block, blocks=tuple(without_marks(one) for one in blocks))
        case List(items):
            made = [replace(one, blocks=tuple(map(without_marks, one.blocks))) for one in items]
            return replace(block, items=tuple(made))
        case Table(_, head, rows):
            return replace(block, head=bare(head), rows=tuple(bare(row) for row in rows))
        case _:
            return block


def bare(row: tuple[Spans, ...]) -> tuple[Spans, ...]:
    return tuple(unmarked(cell) for cell in row)


@given(documents, st.lists(st.integers(0, 400), max_size=8))
def test_without_its_marks_every_block_is_as_it_was(text: str, ends: list[int]) -> None:
    stream = stream_of(text)
    wanted = [Mark(end, number) for number, end in enumerate(ends, 1)]
    made = Marking().mark(stream.blocks, stream.places, text, wanted)
    for number, marked in made.items():
        assert marked.marks
        assert without_marks(marked.block) == stream.blocks[number]
        for mark in marked.marks:
            assert f"[{mark.number}]" in text_of(marked.block)


@given(documents, st.data())
def test_a_mark_behind_a_block_stands_at_the_end_of_it(text: str, data: st.DataObject) -> None:
    stream = stream_of(text)
    plain = [number for number, block in enumerate(stream.blocks) if isinstance(block, Paragraph)]
    if not plain:
        return
    number = data.draw(st.sampled_from(plain))
    made = Marking().mark(stream.blocks, stream.places, text, [Mark(stream.places[number][1], 7)])
    assert text_of(made[number].block).rstrip().endswith("[7]")
