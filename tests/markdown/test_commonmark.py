"""CommonMark 0.31.2, all of its examples, compared from HTML that is written out of our blocks.

The examples come with the test dependency that has them; packaging/corpus.py fetches them.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias, TypedDict, cast

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.parse import _parser, parse
from tests.markdown.as_html import canonical, html_of

CORPUS = Path(sys.prefix) / "share" / "castor" / "commonmark.json"

BARE_ADDRESSES = {
    602: "<a href='https://foo.bar/baz'>https://foo.bar/baz</a>",
    608: "<a href='https://foo.bar'>https://foo.bar</a>",
    611: "<a href='https://example.com'>https://example.com</a>",
    612: "<a href='mailto:foo@bar.example.com'>foo@bar.example.com</a>",
}
"""Where CommonMark says that a bare address is no link, and GitHub's extension that it is one."""


Texts: TypeAlias = tuple[object, str]


class Example(TypedDict):
    """One example of the specification."""

    example: int
    section: str
    markdown: str
    html: str


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    assert CORPUS.is_file(), (
        f"{CORPUS} is missing. `python3 packaging/dev.py test` fetches it with the test set."
    )
    return cast("list[Example]", json.loads(CORPUS.read_text("utf-8")))


@pytest.fixture
def no_bare_addresses() -> Iterator[None]:
    """CommonMark without GitHub's extension, which contradicts it."""
    parser = _parser()
    rulers = (parser.inline.ruler, parser.core.ruler)
    for ruler in rulers:
        ruler.disable("autolinks")
    yield
    for ruler in rulers:
        ruler.enable("autolinks")


def blocks(text: str) -> list[Block]:
    return [one.block for one in parse(text)]


def raw_html(tokens: list[Token]) -> Iterator[str]:
    """The pieces of raw HTML in what CommonMark makes of a text."""
    for token in tokens:
        if token.type in ("html_block", "html_inline"):
            yield token.content
        yield from raw_html(token.children or [])


def raw_html_of(example: Example) -> list[str]:
    return list(raw_html(MarkdownIt("commonmark").parse(example["markdown"])))


def has_raw_html(example: Example) -> bool:
    return bool(raw_html_of(example))


def shown(example: Example) -> bool:
    """Whether our blocks are those of an example."""
    return canonical(html_of(blocks(example["markdown"]))) == canonical(example["html"])


def test_the_corpus_is_whole(examples: list[Example]) -> None:
    assert [one["example"] for one in examples] == list(range(1, 653))
    assert sum(has_raw_html(one) for one in examples) == 72


def test_all_examples_without_raw_html_are_read_as_specified(
    examples: list[Example], no_bare_addresses: None
) -> None:
    wrong = [one["example"] for one in examples if not has_raw_html(one) and not shown(one)]
    assert wrong == []


def test_bare_addresses_are_the_one_thing_that_is_read_otherwise(examples: list[Example]) -> None:
    wrong = [one for one in examples if not has_raw_html(one) and not shown(one)]
    assert {one["example"] for one in wrong} == BARE_ADDRESSES.keys()
    for one in wrong:
        link = canonical(BARE_ADDRESSES[one["example"]])
        assert link[0] in canonical(html_of(blocks(one["markdown"])))


def test_raw_html_is_shown_as_the_text_it_is(examples: list[Example]) -> None:
    for one in filter(has_raw_html, examples):
        parts = canonical(html_of(blocks(one["markdown"])))
        texts = [cast("Texts", value)[1] for name, value in parts if name in ("text", "code")]
        seen = re.sub(r"\s", "", "".join(texts))
        for tag in re.findall(r"<[^<>]*>", "\n".join(raw_html_of(one))):
            assert re.sub(r"\s", "", tag) in seen, one["example"]


def test_this_test_sees_a_difference(examples: list[Example]) -> None:
    heading = examples[61]
    assert shown(heading)
    assert not shown({**heading, "html": heading["html"].replace("h1", "h2")})
    assert not shown({**heading, "html": heading["html"].replace("foo", "bar")})
    assert canonical("<p>a</p><p>b</p>") != canonical("<p>a b</p>")
    assert canonical("<p><em>a</em></p>") != canonical("<p><strong>a</strong></p>")
    assert canonical("<ul><li>a</li></ul>") != canonical("<ol><li>a</li></ol>")
