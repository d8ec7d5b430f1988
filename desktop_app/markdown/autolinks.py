"""Rules for markdown-it that find bare addresses, as GitHub's Markdown has them.

What begins with `http://`, `https://`, `ftp://` or `www.`, and addresses of mail. Not the names of
hosts alone: `main.py` and `README.md` would be some. Beyond the specification, an address ends
before a full-width mark, and may stand beside a quotation mark and the letters of any script.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_SCHEME: Final = re.compile(r"(?<![A-Za-z0-9])(?:https?|ftp)\Z", re.IGNORECASE)
_MOST: Final = 1000
"""Addresses without a scheme that are found in one stretch of text; each takes some 20 µs."""

_LONGEST_SCHEME: Final = len("https")
_REST: Final = r"[^\s<\u2018-\u201f\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff65]*"
_ADDRESS: Final = re.compile(_REST)
_DOMAIN: Final = re.compile(r"(?:[^\W_]|[-_.])+")
_LOOSE: Final = re.compile(
    rf"(?<![A-Za-z0-9_@./:-])(?P<www>www\.{_REST})"
    r"|(?<![\w.+-])(?P<mail>(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)*)(?![\w+@-])",
    re.ASCII | re.IGNORECASE,
)


def add_autolinks(parser: MarkdownIt) -> None:
    """Teach a parser to find bare addresses."""
    parser.inline.ruler.before("escape", "autolinks", _with_scheme)
    parser.core.ruler.after("inline", "autolinks", _in_text)


def _with_scheme(state: StateInline, silent: bool) -> bool:
    """Find an address at the `:` behind its scheme, before its marks are taken for emphasis."""
    if state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-_LONGEST_SCHEME - 1 :])
    if scheme is None or not _is_host(state.src, state.pos + 3):
        return False
    rest = _ADDRESS.match(state.src, state.pos, state.posMax)
    assert rest is not None  # it may be empty
    address = scheme[0] + _trimmed(rest[0])
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(address)}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos += len(address) - len(scheme[0])
    return True


def _in_text(state: StateCore) -> None:
    """Find what has no scheme in the text that is left, links aside."""
    for token in state.tokens:
        if token.type != "inline" or not ("@" in token.content or "www." in token.content.lower()):
            continue
        children: list[Token] = []
        depth = 0
        for child in token.children or ():
            depth += child.nesting if child.type in ("link_open", "link_close") else 0
            found = child.type == "text" and depth == 0
            children.extend(_split(state.md, child) if found else (child,))
        token.children = children


def _split(parser: MarkdownIt, text: Token) -> Iterator[Token]:
    at = 0
    for found in islice(_LOOSE.finditer(text.content), _MOST):
        if found.start() < at:
            continue
        address = found[0]
        if found["www"] is not None:
            address = _trimmed(address)
            href = f"http://{address}"
            good = _is_host(address, 0) and "." in address[4:]
        else:
            address = address.rstrip(".")
            href = address if address.lower().startswith("mailto:") else f"mailto:{address}"
            good = "." in address.rpartition("@")[2] and address[-1] not in "-_"
        if not good:
            continue
        yield from _plain(text.content[at : found.start()], text.level)
        yield from _link(parser, address, href, text.level)
        at = found.start() + len(address)
    yield from _plain(text.content[at:], text.level)


def _plain(content: str, level: int) -> Iterator[Token]:
    if content:
        yield Token("text", "", 0, content=content, level=level)


def _link(parser: MarkdownIt, shown: str, href: str, level: int) -> Iterator[Token]:
    attributes: dict[str, str | int | float] = {"href": parser.normalizeLink(href)}
    yield Token("link_open", "a", 1, attrs=attributes, level=level)
    yield Token("text", "", 0, content=shown, level=level + 1)
    yield Token("link_close", "a", -1, level=level)


def _trimmed(address: str) -> str:
    """Leave out what belongs to the sentence: its punctuation, its bracket, a reference."""
    end = len(address)
    unmatched = address.count(")") - address.count("(")
    while end:
        last = address[end - 1]
        if last == ")" and unmatched > 0:
            unmatched -= 1
        elif last == ";":
            begin = address.rfind("&", 0, end)
            end = begin + 1 if begin >= 0 and address[begin + 1 : end - 1].isalnum() else end
        elif last not in "?!.,:*_~'\"":
            break
        end -= 1
    return address[:end]


def _is_host(text: str, begin: int) -> bool:
    """Whether a name of a host is there, in the last two parts of which there is no `_`."""
    found = _DOMAIN.match(text, begin)
    parts = found[0].strip(".").split(".")[-2:] if found is not None else [""]
    return all(parts) and not any("_" in part for part in parts)
