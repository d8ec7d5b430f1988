"""Every stretch of a block lies in the block's text, which is what is copied."""

from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.markdown.blocks import (
    LINE_BREAK,
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Note,
    Paragraph,
    Plain,
    Quote,
    Rule,
    Span,
    Spans,
    Table,
)
from desktop_app.markdown.stream import read
from desktop_app.markdown.stretches import TOO_LONG, joint, stretches, text_of, text_of_all

TEXTS = st.text("ab \U0001f680\u05d0漢" + LINE_BREAK, max_size=6)
SPANS: st.SearchStrategy[Spans] = st.lists(
    st.builds(Span, TEXTS, code=st.booleans()), max_size=3
).map(tuple)
FLAT: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, SPANS),
    st.builds(Heading, st.integers(1, 6), SPANS),
    st.builds(Code, st.text("ab\n", max_size=8), st.sampled_from(["", "python"])),
    st.builds(Math, TEXTS.filter(lambda text: LINE_BREAK not in text)),
    st.builds(Rule),
    st.builds(Plain, st.text("ab\n", max_size=8), st.booleans()),
    st.integers(1, 3).flatmap(
        lambda width: st.builds(
            Table,
            st.just(("right", "", "center")[:width]),
            st.one_of(st.just(()), st.tuples(*[SPANS] * width)),
            st.lists(st.tuples(*[SPANS] * width), max_size=3).map(tuple),
        )
    ),
)


def nested(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    many = st.lists(inner, max_size=3).map(tuple)
    items = st.lists(
        st.builds(Item, many, st.sampled_from([None, True, False])), min_size=1, max_size=3
    )
    starts = st.one_of(st.none(), st.integers(0, 12))
    return st.one_of(
        st.builds(Quote, many),
        st.builds(List, items.map(tuple), starts, st.booleans()),
        st.builds(Note, st.text("12a", min_size=1, max_size=3), many),
    )


BLOCKS = st.recursive(FLAT, nested, max_leaves=12)


def copied(markdown: str) -> str:
    return text_of_all(read(markdown))


@given(BLOCKS)
@example(List((Item((Code("x", "sh"),), True),)))
@example(Quote((Quote((Paragraph((Span("a" + LINE_BREAK + "b"),)),)),)))
def test_the_text_of_a_stretch_is_where_it_says(block: Block) -> None:
    whole = text_of(block)
    end = 0
    for stretch in stretches(block):
        assert whole[stretch.begin : stretch.begin + len(stretch.text)] == stretch.text
        lead = whole[end : stretch.begin]
        assert lead.strip(" \n\t") == stretch.marker
        assert stretch.begin >= end
        end = stretch.begin + len(stretch.text)
    assert whole[end:] == ""
    assert LINE_BREAK not in whole


@given(BLOCKS)
def test_stretches_stand_on_lines_of_their_own_and_cells_between_tabs(block: Block) -> None:
    whole = text_of(block)
    before = None
    for stretch in stretches(block):
        if before is not None:
            lead = whole[before.begin + len(before.text) : stretch.begin]
            in_row = stretch.kind == "cell" and stretch.column > 0
            assert lead[0] == ("\t" if in_row else "\n")
        before = stretch


def test_markers_stand_before_items_with_the_indent_of_their_depth() -> None:
    assert copied("- a\n  - b\n    1. c\n- [x] d\n- [ ] e") == (
        "• a\n  ◦ b\n    1. c\n[x] d\n[ ] e"
    )


def test_an_item_that_begins_with_code_has_its_marker_on_a_line_of_its_own() -> None:
    (block,) = read("7. ```sh\n   ls\n   ```")
    marker, code = stretches(block)
    assert (marker.marker, marker.text, code.kind) == ("7.", "", "code")
    assert text_of(block) == "7. \nls"


def test_rows_are_lines_and_cells_stand_between_tabs() -> None:
    assert copied("| a | b |\n|---|--:|\n| 1 | `2` |\n| 3 |") == "a\tb\n1\t2\n3\t"
    head, *_, last = stretches(read("| a | b |\n|---|--:|\n| 1 | 2 |")[0])
    assert (head.head, head.quiet, head.row, head.column) == (True, True, 0, 0)
    assert (last.head, last.align, last.row, last.column) == (False, "right", 1, 1)


def test_blocks_are_apart_and_what_goes_on_follows_line_by_line() -> None:
    rows = [f"| {number} |\n" for number in range(60)]
    assert copied("a\n\nb\n\n- c\n- d\n\ne") == "a\n\nb\n\n• c\n• d\n\ne"
    assert copied("| n |\n|---|\n" + "".join(rows)) == "n\n" + "\n".join(map(str, range(60)))


def test_a_line_break_is_copied_as_the_end_of_a_line() -> None:
    assert copied("a  \nb") == "a\nb"


def test_a_footnote_is_quiet_and_begins_with_its_label() -> None:
    (note,) = read("[^1]: *Why*.\n")
    first = stretches(note)[0]
    assert first.quiet
    assert first.spans[0] == Span("1", note=True)
    assert text_of(note) == "1 Why."


def test_what_is_too_long_is_said_once() -> None:
    assert text_of(Plain("a\nb")) == f"{TOO_LONG}\na\nb"
    assert text_of(Plain("c", continues=True)) == "c"
    assert joint(Plain("a"), Plain("c", continues=True)) == "\n"


def test_what_stands_in_a_quote_is_quiet_and_says_how_deep_it_is() -> None:
    (block,) = read("> - a\n>\n>   > b")
    first, second = stretches(block)
    assert first.inside == ("quote", "list")
    assert second.inside == ("quote", "list", "quote")
    assert first.quiet
    assert second.quiet
