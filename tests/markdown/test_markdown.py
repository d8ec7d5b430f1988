"""Markdown becomes blocks, and the same blocks however it is cut."""

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop_app.markdown.blocks import (
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Note,
    Paragraph,
    Quote,
    Rule,
    Span,
    Table,
)
from desktop_app.markdown.parse import Definitions, parse
from desktop_app.markdown.references import mend
from desktop_app.markdown.stream import MarkdownStream, read, read_stream
from tests.samples import stream_expected


def blocks(text: str) -> list[Block]:
    return [one.block for one in parse(text)]


def joined(pieces: Iterable[Block]) -> list[Block]:
    """Lists and tables whole again."""
    whole: list[Block] = []
    for piece in pieces:
        match whole[-1:], piece:
            case [List() as before], List(continues=True):
                whole[-1] = replace(before, items=before.items + piece.items)
            case [Table() as before], Table(continues=True):
                whole[-1] = replace(before, rows=before.rows + piece.rows, shares=())
            case _:
                whole.append(piece)
    return whole


def plain(text: str) -> Paragraph:
    return Paragraph((Span(text),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", plain("hello")),
        ("## Two", Heading(2, (Span("Two"),))),
        ("```python\nx = 1\n```", Code("x = 1", "python")),
        ("```\nx\n\n```", Code("x\n", "")),
        ("    indented", Code("indented")),
        ("> quoted", Quote((plain("quoted"),))),
        ("---", Rule()),
        ("- a\n- b", List((Item((plain("a"),)), Item((plain("b"),))))),
        ("3. a", List((Item((plain("a"),)),), 3)),
        ("- [x] a\n- [ ] b", List((Item((plain("a"),), True), Item((plain("b"),), False)))),
        ("$$\nx^2\n$$", Math("x^2")),
        ("\\[ x^2 \\]", Math("x^2")),
        ("\\[\nx^2\n\\]", Math("x^2")),
        ("$$ x^2 $$", Math("x^2")),
        ("[^1]: *why*", Note("1", (Paragraph((Span("why", italic=True),)),))),
        ("``` f\\+b x\ny\n```", Code("y", "f+b")),
        (
            "|a|b|\n|:-|-:|\n|1|2|",
            Table(
                ("left", "right"),
                ((Span("a"),), (Span("b"),)),
                (((Span("1"),), (Span("2"),)),),
            ),
        ),
    ],
)
def test_every_kind_of_block_is_read(text: str, expected: Block) -> None:
    assert blocks(text) == [expected]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("**b** *i* ~~s~~", ("b", " ", "i", " ", "s")),
        ("`code`", (Span("code", code=True),)),
        ("[a](https://x.y)", (Span("a", link="https://x.y"),)),
        ("**[a](https://x.y)**", (Span("a", bold=True, link="https://x.y"),)),
        ("a\nb", (Span("a b"),)),
        ("a  \nb", (Span("a\u2028b"),)),
        ("$5 and $10", (Span("$5 and $10"),)),
        ("$x^2$", (Span("$x^2$", math=True),)),
        ("\\(x\\)", (Span("$x$", math=True),)),
        ("<b>x</b>", (Span("<b>x</b>"),)),
        ("<script>alert(1)</script>", (Span("<script>alert(1)</script>"),)),
        ("![alt](https://x.y/z.png)", (Span("[alt – x.y]", link="https://x.y/z.png"),)),
        ("**强调**、*x*", (Span("强调", bold=True), Span("、"), Span("x", italic=True))),
        ("**强调。**后文", (Span("强调。", bold=True), Span("后文"))),
        ("文**「强」**文", (Span("文"), Span("「强」", bold=True), Span("文"))),
        ("**全角\uff01**\uff08注\uff09", (Span("全角\uff01", bold=True), Span("\uff08注\uff09"))),
        ("a**(b)**c", (Span("a**(b)**c"),)),
        ("**a **b** c**", (Span("a b c", bold=True),)),
        ("~one~ ~~two~~", (Span("one", strike=True), Span(" "), Span("two", strike=True))),
        ("\\[x^2\\] is", (Span("$$x^2$$", math=True), Span(" is"))),
        ("\\[not a link\\](/u)", (Span("$$not a link$$", math=True), Span("(/u)"))),
        ("\\(\\) \\[", (Span("() ["),)),
        ('<a title="*x*">*y*</a>', (Span('<a title="*x*">'), Span("y", italic=True), Span("</a>"))),
        ("[a](<>)", (Span("a"),)),
        ("![a *b*](/u)", (Span("[a b – /u]", link="/u"),)),
        ("x[^1]\n\n[^1]: y", (Span("x"), Span("1", note=True))),
        ("x[^1]", (Span("x[^1]"),)),
        ("https://x.org", (Span("https://x.org", link="https://x.org"),)),
    ],
)
def test_every_look_of_text_is_read(text: str, spans: tuple[Span | str, ...]) -> None:
    paragraph, *_ = blocks(text)
    assert isinstance(paragraph, Paragraph)
    if isinstance(spans[0], Span):
        assert paragraph.spans == spans
    else:
        assert tuple(span.text for span in paragraph.spans) == spans


def test_a_nested_list_is_inside_its_item() -> None:
    (outer,) = blocks("- a\n  - b\n\n    more\n- c")
    assert isinstance(outer, List)
    first = outer.items[0].blocks
    assert first[0] == plain("a")
    assert isinstance(first[1], List)
    assert first[1].items[0].blocks == (plain("b"), plain("more"))


def test_a_picture_is_never_more_than_a_link() -> None:
    for address in ("file:///etc/passwd", "//host/share", "data:image/png;base64,AA", "x.png"):
        (paragraph,) = blocks(f"![p]({address})")
        assert isinstance(paragraph, Paragraph)
        assert paragraph.spans[0].text.startswith("[p – ")


def grow(text: str, cuts: list[int]) -> MarkdownStream:
    """What is shown of a text that comes in pieces, each update applied as a painter would."""
    stream = MarkdownStream()
    settled: list[Block] = []
    bounds = [0, *sorted(cuts), len(text)]
    for begin, end in itertools.pairwise(bounds):
        update = stream.feed(text[begin:end])
        for number, block in update.mended.items():
            settled[number] = block
        settled.extend(update.settled)
        assert stream.blocks == (*settled, *update.open)
    assert stream.text == text
    last = stream.finish()
    for number, block in last.mended.items():
        settled[number] = block
    assert stream.blocks == (*settled, *last.open)
    return stream


PIECES = (
    st.sampled_from(
        [
            "# H\n",
            "para ",
            "*em* ",
            "**b",
            "\n",
            "\n\n",
            "- item\n",
            "- |a\n",
            "-|-\n",
            "  - sub\n",
            "1. one\n",
            "> q\n",
        ]
    )
    | st.sampled_from(
        [
            "```py\n",
            "x = 1\n",
            "```\n",
            "|a|b|\n",
            "|-|-|\n",
            "|1|2|\n",
            "---\n",
            "===\n",
            "    code\n",
        ]
    )
    | st.sampled_from(
        [
            "[x]",
            "[x]: /u\n",
            "[x]: /url 't'\n",
            "$$\n",
            "$a$ ",
            "\\[",
            "\\]\n",
            "<div>\n",
            "\t",
            "\r\n",
            "\r",
            "[^n]",
            "[^n]: note\n",
            "|1|2|\n" * 49,
            "#",
            "-",
            "* ",
            "~",
            "`",
            "$",
        ]
    )
)


@settings(max_examples=2000)
@given(st.lists(PIECES, max_size=25).map("".join), st.data())
@example("[x]\n\n[x]: /url\n", None)
@example("- a\n\n\nb\n- c", None)
@example("- a\n- |x\n-|-", None)
@example("- a\n- |[x]\n-|-\n\n[x]: /url\n", None)
def test_the_same_text_gives_the_same_blocks_however_it_is_cut(
    text: str, data: st.DataObject | None
) -> None:
    if data is None:
        cuts = list(range(len(text)))
    else:
        cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=10))
    grown, whole = grow(text, cuts), read_stream(text)
    assert grown.blocks == whole.blocks
    assert grown.sources == whole.sources
    assert joined(grown.blocks) == blocks(text)


# --- sources --------------------------------------------------------------------------------------


EMPTY_LINES = re.compile(r"([ \t]*\n)*([ \t]*\Z)?")


def as_read(text: str) -> str:
    """A text with LF at its ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def gaps_of(text: str, stream: MarkdownStream) -> list[str]:
    """What stands before, between and behind the sources."""
    bounds = [0, *itertools.chain.from_iterable(stream.places), len(text)]
    assert bounds == sorted(bounds)
    return [text[begin:end] for begin, end in zip(bounds[::2], bounds[1::2], strict=True)]


@given(st.lists(PIECES, max_size=25).map("".join), st.data())
@example("[x]\n\n[x]: /url\n", None)
@example("\n\n```\na\n\n```\nb\n\n\n", None)
@example("|a|\n|-|\n" + "|1|\n" * 101 + "\nend", None)
def test_what_is_there_of_a_text_has_the_same_sources_however_it_is_cut(
    text: str, data: st.DataObject | None
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=10)) if data else range(len(text))
    stream = MarkdownStream()
    for begin, end in itertools.pairwise([0, *sorted(cuts), len(text)]):
        stream.feed(text[begin:end])
        whole = read_stream(text[:end])
        assert stream.sources == whole.sources
        assert len(stream.sources) == len(stream.blocks)
    stream.finish()
    assert stream.sources == read_stream(text).sources


@given(st.lists(PIECES, max_size=25).map("".join))
@example("[x]: /u\n[y]: /v\ntext\n\n\n[z]: /w")
@example("- a\n\n\n- b  \n\n\nend  \n")
def test_nothing_but_empty_lines_and_definitions_is_between_sources(text: str) -> None:
    stream = read_stream(text)
    gaps = gaps_of(as_read(text), stream)
    assert [read(gap) for gap in gaps] == [()] * len(gaps)
    both = itertools.zip_longest(gaps, stream.sources, fillvalue="")
    assert "".join(itertools.chain.from_iterable(both)) == as_read(text)


@given(st.lists(PIECES, max_size=25).map("".join))
@example("- ```\n\n\nend")
def test_a_source_with_the_empty_lines_behind_it_is_read_as_its_block(text: str) -> None:
    stream = read_stream(text)
    known = Definitions()
    parse(text, known)
    _, *gaps = gaps_of(as_read(text), stream)
    for block, source, gap in zip(stream.blocks, stream.sources, gaps, strict=True):
        if isinstance(block, Table) and block.continues:
            continue  # its head stands before it
        empty = EMPTY_LINES.match(gap)
        goes_on = isinstance(block, List) and block.continues
        (again,) = parse(source + (empty[0] if empty else ""), known.copy(), item=goes_on)
        assert mend(block, again.block) == block


def test_a_source_ends_with_the_last_line_that_is_not_empty() -> None:
    stream = read_stream("# a\n\n- b\n\n- c  \n\n \n```py\nx\n\n```\n\n    y\n\nend\n")
    assert stream.sources == ("# a", "- b", "- c  ", "```py\nx\n\n```", "    y", "end")
    assert stream.source(1, 2) == "- b\n\n- c  "


def test_the_long_sample_is_the_same_in_pieces() -> None:
    final = stream_expected("03_long_markdown")["final"]
    assert isinstance(final, dict)
    text = str(final["output_text"])
    grown = grow(text, list(range(0, len(text), 61)))
    assert joined(grown.blocks) == blocks(text)


def test_a_settled_block_is_not_given_again() -> None:
    stream = MarkdownStream()
    stream.feed("one\n\ntwo")
    assert stream.feed(" more").settled == ()
    assert stream.feed("\n\nthree").settled == (plain("two more"),)


def test_a_late_definition_changes_only_the_blocks_that_refer_to_it() -> None:
    stream = MarkdownStream()
    stream.feed("see [x] here\n\nnext\n\nand[^n]\n\n")
    assert stream.feed("[x]: https://a.b\n").mended == {}
    assert stream.feed("[^n]: why\n").mended == {
        0: Paragraph((Span("see "), Span("x", link="https://a.b"), Span(" here")))
    }
    assert stream.feed("\nend\n").mended == {2: Paragraph((Span("and"), Span("n", note=True)))}


@given(st.text(max_size=200))
def test_no_text_makes_parsing_raise(text: str) -> None:
    blocks(text)


@pytest.mark.parametrize("text", [">" * 500 + " x", "[" * 2000, "*" * 2000, "- " * 300 + "x"])
def test_deep_nesting_is_bounded(text: str) -> None:
    blocks(text)


def test_blocks_can_be_written_down() -> None:
    assert json.dumps([repr(block) for block in blocks("# a\n\n- b\n")])
