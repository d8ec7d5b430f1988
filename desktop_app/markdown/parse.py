"""Markdown to blocks, by markdown-it-py: CommonMark with GFM's extensions and footnotes.

HTML is not interpreted: it is shown as the text it is. Pictures are not fetched: they are shown
as links. What a link may open is decided where it is clicked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from desktop_app.markdown.autolinks import add_autolinks
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
    Quote,
    Rule,
    Span,
    Spans,
    Table,
)
from desktop_app.markdown.emphasis import add_asian_emphasis
from desktop_app.markdown.math import add_math

_TASK: Final = re.compile(r"\[([ xX])\] ")
_MAX_NESTING: Final = 40
_MAX_BRACKETS: Final = 500
_MAX_OPEN: Final = 250
"""Brackets that nothing closes: to find that out, all behind each of them is read."""

_MAX_ESCAPES: Final = 4000
_SHORT: Final = 200
_KNOWN: Final = 2000
"""Short addresses whose normal form is kept: what is open is read again whenever more comes."""


@dataclass(frozen=True)
class Parsed:
    """A top-level block and the lines it was read from, the first included, the last not.

    `parts` are the first lines of the items of a list.
    """

    block: Block
    first_line: int
    end_line: int
    parts: tuple[int, ...] = ()


@dataclass
class Definitions:
    """What references can mean: links by label, as markdown-it keeps them, and footnotes."""

    links: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    notes: set[str] = field(default_factory=set[str])

    def copy(self) -> "Definitions":
        """Make another that can grow by itself."""
        return Definitions(dict(self.links), set(self.notes))


@cache
def _parser() -> MarkdownIt:
    # Blocks of HTML are not known, so that they are read as text; a tag within text is kept as it
    # was written. Nothing is refused by its scheme here: a link that cannot be opened is still
    # shown for what it is.
    options = {"maxNesting": _MAX_NESTING, "strikethrough_single_tilde": True}
    parser = MarkdownIt("commonmark", options)
    parser.enable(["table", "strikethrough"])
    parser.disable("html_block")
    parser.block.ruler.at("table", _table_rule, {"alt": ["paragraph", "reference"]})
    add_math(parser)
    add_asian_emphasis(parser)
    add_autolinks(parser)
    parser.use(footnote_plugin, inline=False, move_to_end=False)
    parser.inline.ruler.before("link", "lone_bracket", _lone_bracket)
    parser.validateLink = _any_link
    parser.normalizeLink = _normal
    parser.core.ruler.at("inline", _inline)
    return parser


def _table_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Begin no table where an item goes on a list: in the whole text, the list has that line."""
    if state.env.get("item") and start == 0 and state.level == 0:
        return False
    return table(state, start, end, silent)


def _inline(state: StateCore) -> None:
    """Read what is inside of blocks; with too many brackets to look for links in, as it is, and
    so with too many backslashes.
    """
    for token in state.tokens:
        if token.type != "inline":
            continue
        children: list[Token] = []
        if _is_too_hard(token.content):
            children.append(Token("text", "", 0, content=token.content.replace("\n", LINE_BREAK)))
        else:
            state.md.inline.parse(token.content, state.md, state.env, children)
        token.children = children


def _is_too_hard(text: str) -> bool:
    if text.count("\\") > _MAX_ESCAPES:
        return True
    count = text.count("[")
    # Where none is closed, none is looked into.
    return count > _MAX_BRACKETS or 0 < text.count("]") < count - _MAX_OPEN


def _lone_bracket(state: StateInline, silent: bool) -> bool:
    """Take a bracket for text that none behind it can close, without looking for a link in it."""
    begin = state.pos
    length = 1 if state.src[begin] == "[" else 2 if state.src.startswith("![", begin) else 0
    if not length or state.src.find("]", begin + length, state.posMax) >= 0:
        return False
    if not silent:
        state.pending += state.src[begin : begin + length]
    state.pos += length
    return True


def _any_link(url: str) -> bool:  # noqa: ARG001 - the parser names it
    return True


def _normal(url: str) -> str:
    return _normal_of_short(url) if len(url) <= _SHORT else normalizeLink(url)


_normal_of_short: Final = lru_cache(_KNOWN)(normalizeLink)


def parse(text: str, definitions: Definitions | None = None, *, item: bool = False) -> list[Parsed]:
    """Read a document. `definitions` are those that came before; its own are added. It begins with
    an `item` of a list that is above it, or with a block of its own.
    """
    known = Definitions() if definitions is None else definitions
    refs = {f":{label}": -1 for label in known.notes}
    notes = {"refs": refs, "list": {}}
    environment = {"references": known.links, "footnotes": notes, "item": item}
    tokens = _parser().parse(text, environment)
    known.notes.update(label[1:] for label in refs)
    return _blocks(tokens, 0, len(tokens))


def warm_up() -> None:
    """Make the parser before it is needed; it takes 20 ms."""
    _parser()


# --- blocks ---------------------------------------------------------------------------------------


def _blocks(tokens: Sequence[Token], begin: int, end: int) -> list[Parsed]:
    found: list[Parsed] = []
    at = begin
    while at < end:
        token = tokens[at]
        close = _closing(tokens, at) if token.nesting == 1 else at
        block = _block(tokens, at, close)
        if block is not None:
            first, last = token.map or (0, 0)
            parts: tuple[int, ...] = ()
            if isinstance(block, List) and token.level == 0:
                inner = (one for one in tokens[at + 1 : close] if one.type == "list_item_open")
                parts = tuple(one.map[0] for one in inner if one.level == 1 and one.map)
            found.append(Parsed(block, first, last, parts))
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
            return _paragraph(_spans(tokens[at + 1]))
        case "heading_open":
            return Heading(int(token.tag[1:]), _spans(tokens[at + 1]))
        case "fence" | "code_block":
            words = unescapeAll(token.info).split()
            return Code(token.content.removesuffix("\n"), words[0] if words else "")
        case "math_block":
            return Math(token.content.strip())
        case "blockquote_open":
            return Quote(tuple(one.block for one in _blocks(tokens, at + 1, close)))
        case "bullet_list_open":
            return List(_items(tokens, at + 1, close))
        case "ordered_list_open":
            start = token.attrGet("start")
            return List(_items(tokens, at + 1, close), int(start) if start is not None else 1)
        case "table_open":
            return _table(tokens, at + 1, close)
        case "hr":
            return Rule()
        case "footnote_reference_open":
            inner = tuple(one.block for one in _blocks(tokens, at + 1, close))
            return Note(str(token.meta["label"]), inner)
        case _:
            return None


def _paragraph(spans: Spans) -> Block:
    """A formula that is displayed by itself is a block, however its lines are broken."""
    match spans:
        case (Span(text, math=True),) if text.startswith("$$"):
            return Math(text[2:-2].strip())
        case _:
            return Paragraph(spans)


def _items(tokens: Sequence[Token], begin: int, end: int) -> tuple[Item, ...]:
    items: list[Item] = []
    at = begin
    while at < end:
        close = _closing(tokens, at)
        blocks = tuple(one.block for one in _blocks(tokens, at + 1, close))
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


_LOOKS: Final = {"strong": "bold", "em": "italic", "s": "strike"}


def _spans(inline: Token) -> Spans:
    spans: list[Span] = []
    depth = dict.fromkeys(_LOOKS.values(), 0)
    look = Span("")
    links: list[str] = []
    for token in inline.children or ():
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _LOOKS:
            depth[_LOOKS[name]] += token.nesting
            bold, italic, strike = (count > 0 for count in depth.values())
            look = Span("", bold, italic, strike, link=look.link)
        elif name == "link":
            links = [*links, str(token.attrGet("href") or "")] if token.nesting > 0 else links[:-1]
            link = links[-1] if links else ""
            look = Span("", look.bold, look.italic, look.strike, link=link)
        elif name == "image":
            spans.append(_image(token, look))
        elif name == "footnote_ref":
            spans.append(replace(look, text=str(token.meta["label"]), note=True))
        elif text := _text_of(token):
            code = token.type == "code_inline"
            math = token.type.startswith("math")
            # Most tokens are text: `replace` takes ten times as long.
            spans.append(Span(text, look.bold, look.italic, look.strike, code, math, look.link))
    return _joined(spans)


def _text_of(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return LINE_BREAK
        case "math_inline":
            return f"${token.content}$"
        case "math_inline_double":
            return f"$${token.content}$$"
        case _:
            return token.content


def _image(token: Token, look: Span) -> Span:
    address = str(token.attrGet("src") or "")
    try:
        host = urlsplit(address).hostname or address[:40]
    except ValueError:
        host = address[:40]
    words = _alternative(token) or "picture"
    return replace(look, text=f"[{words} – {host}]", link=address)


def _alternative(image: Token) -> str:
    """Return the words of a picture without their marks."""
    children = image.children or ()
    return "".join(_alternative(one) if one.type == "image" else _text_of(one) for one in children)


_look_of: Final = attrgetter(*(one.name for one in fields(Span) if one.name != "text"))


def _joined(spans: list[Span]) -> Spans:
    """Make one span of those next to each other that look the same."""
    joined: list[Span] = []
    for _, group in groupby(spans, _look_of):
        first, *rest = group
        text = "".join([first.text, *(one.text for one in rest)])
        joined.append(replace(first, text=text) if rest else first)
    return tuple(joined)
