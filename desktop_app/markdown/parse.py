"""Markdown to blocks, by markdown-it-py: CommonMark with GFM's tables, tasks and strikethrough.

HTML is not interpreted: it is shown as the text it is. Pictures are not fetched: they are shown
as links. What a link may open is decided where it is clicked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore, linkify
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.texmath import texmath_plugin

from desktop_app.markdown.blocks import (
    LINE_BREAK,
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Paragraph,
    Quote,
    Rule,
    Span,
    Spans,
    Table,
)

_TASK: Final = re.compile(r"\[([ xX])\] ")
_MAX_NESTING: Final = 40

_DESTINATION: Final = re.compile(r"\]\([^()\s]*\)")
_MAY_LINK: Final = re.compile(r"//|@|(?:http|https|ftp|mailto):|localhost|\.\w", re.IGNORECASE)
"""In whatever linkify-it-py takes for a link, there is one of these."""


@dataclass(frozen=True)
class Parsed:
    """A top-level block and the lines it was read from, the first included, the last not."""

    block: Block
    first_line: int
    end_line: int


@cache
def _parser() -> MarkdownIt:
    # `html` is off, so that tags are text. Nothing is refused by its scheme here: a link that
    # cannot be opened is still shown for what it is.
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "maxNesting": _MAX_NESTING})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    parser.use(texmath_plugin, delimiters="brackets")
    parser.validateLink = _any_link
    parser.core.ruler.at("linkify", _linkify)
    return parser


def _linkify(state: StateCore) -> None:
    """Look for bare links where there may be one: the first look costs 25 ms, at every start."""
    for token in state.tokens:
        if token.type == "inline" and _MAY_LINK.search(_DESTINATION.sub("]", token.content)):
            linkify(state)
            return


def _any_link(url: str) -> bool:
    return bool(url)


References: TypeAlias = dict[str, dict[str, object]]
"""Link definitions by label; `map` of each has its lines, as `Parsed` has."""


def parse(text: str, references: References | None = None) -> list[Parsed]:
    """Read a document. `references` are definitions that came before; its own are added."""
    environment = {"references": {} if references is None else references}
    tokens = _parser().parse(text, environment)
    return [Parsed(block, first, end) for block, first, end in _blocks(tokens, 0, len(tokens))]


def warm_up() -> None:
    """Make the parser before it is needed; it takes 20 ms."""
    _parser()


# --- blocks ---------------------------------------------------------------------------------------


def _blocks(tokens: Sequence[Token], begin: int, end: int) -> list[tuple[Block, int, int]]:
    found: list[tuple[Block, int, int]] = []
    at = begin
    while at < end:
        token = tokens[at]
        close = _closing(tokens, at) if token.nesting == 1 else at
        block = _block(tokens, at, close)
        if block is not None:
            first, last = token.map or (0, 0)
            found.append((block, first, last))
        at = close + 1
    return found


def _closing(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens) - 1


def _block(tokens: Sequence[Token], at: int, close: int) -> Block | None:
    token = tokens[at]
    match token.type:
        case "paragraph_open":
            return Paragraph(_spans(tokens[at + 1]))
        case "heading_open":
            return Heading(int(token.tag[1:]), _spans(tokens[at + 1]))
        case "fence" | "code_block":
            words = token.info.split()
            return Code(token.content.removesuffix("\n"), words[0] if words else "")
        case "math_block" | "math_block_eqno" | "math_block_label" | "amsmath":
            return Math(token.content.strip())
        case "blockquote_open":
            return Quote(tuple(block for block, *_ in _blocks(tokens, at + 1, close)))
        case "bullet_list_open":
            return List(_items(tokens, at + 1, close))
        case "ordered_list_open":
            start = token.attrGet("start")
            return List(_items(tokens, at + 1, close), int(start) if start is not None else 1)
        case "table_open":
            return _table(tokens, at + 1, close)
        case "hr":
            return Rule()
        case "html_block":
            return Paragraph((Span(token.content.rstrip("\n")),))
        case _:
            return None


def _items(tokens: Sequence[Token], begin: int, end: int) -> tuple[Item, ...]:
    items: list[Item] = []
    at = begin
    while at < end:
        close = _closing(tokens, at)
        blocks = tuple(block for block, *_ in _blocks(tokens, at + 1, close))
        items.append(_task(blocks))
        at = close + 1
    return tuple(items)


def _task(blocks: tuple[Block, ...]) -> Item:
    if blocks and isinstance(first := blocks[0], Paragraph) and first.spans:
        span = first.spans[0]
        mark = _TASK.match(span.text) if not (span.code or span.link) else None
        if mark is not None:
            rest = replace(span, text=span.text[mark.end() :])
            spans = (rest, *first.spans[1:]) if rest.text else first.spans[1:]
            return Item((Paragraph(spans), *blocks[1:]), mark[1] != " ")
    return Item(blocks)


def _table(tokens: Sequence[Token], begin: int, end: int) -> Table:
    aligns: list[str] = []
    rows: list[list[Spans]] = []
    for at in range(begin, end):
        token = tokens[at]
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            if token.type == "th_open":
                style = str(token.attrGet("style") or "")
                aligns.append(style.removeprefix("text-align:"))
            rows[-1].append(_spans(tokens[at + 1]))
    return Table(tuple(aligns), tuple(rows[0]), tuple(tuple(row) for row in rows[1:]))


# --- spans ----------------------------------------------------------------------------------------


def _spans(inline: Token) -> Spans:
    spans: list[Span] = []
    look = Span("")
    links: list[str] = []
    for token in inline.children or ():
        match token.type:
            case "strong_open" | "strong_close":
                look = replace(look, bold=token.nesting == 1)
            case "em_open" | "em_close":
                look = replace(look, italic=token.nesting == 1)
            case "s_open" | "s_close":
                look = replace(look, strike=token.nesting == 1)
            case "link_open":
                links.append(str(token.attrGet("href") or ""))
                look = replace(look, link=links[-1])
            case "link_close":
                links.pop()
                look = replace(look, link=links[-1] if links else "")
            case "image":
                spans.append(_image(token, look))
            case _:
                if text := _text_of(token):
                    code = token.type == "code_inline"
                    math = token.type.startswith("math")
                    spans.append(replace(look, text=text, code=code, math=math))
    return _joined(spans)


def _text_of(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return LINE_BREAK
        case "math_inline":
            return f"${token.content}$"
        case "math_inline_double" | "math_single":
            return f"$${token.content}$$"
        case _:
            return token.content


def _image(token: Token, look: Span) -> Span:
    address = str(token.attrGet("src") or "")
    try:
        host = urlsplit(address).hostname or address[:40]
    except ValueError:
        host = address[:40]
    words = token.content or "picture"
    return replace(look, text=f"[{words} – {host}]", link=address)


def _joined(spans: list[Span]) -> Spans:
    joined: list[Span] = []
    for span in spans:
        if joined and replace(joined[-1], text="") == replace(span, text=""):
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        else:
            joined.append(span)
    return tuple(joined)
