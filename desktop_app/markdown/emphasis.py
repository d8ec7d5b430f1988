"""Emphasis beside the punctuation and full-width marks of Chinese, Japanese and Korean.

CommonMark tells the beginning of emphasis from its end by the spaces around it, which these
scripts do not write: `**强调。**后文` would stay as it is. A character of theirs counts as such a
space where a mark has punctuation at its other side. Nothing changes for other scripts.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

_ASIAN: Final = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)


def add_asian_emphasis(parser: MarkdownIt) -> None:
    """Let `*` begin and end emphasis beside Asian characters."""
    parser.inline.ruler.before("emphasis", "asian_emphasis", _tokenize)


def _tokenize(state: StateInline, silent: bool) -> bool:
    begin = state.pos
    if silent or state.src[begin] != "*":
        return False
    scanned = state.scanDelims(begin, True)
    end = begin + scanned.length
    before = state.src[begin - 1] if begin else " "
    after = state.src[end] if end < state.posMax else " "
    opens = scanned.can_open or _leans(after, before)
    closes = scanned.can_close or _leans(before, after)
    if (opens, closes) == (scanned.can_open, scanned.can_close):
        return False  # as everywhere
    for _ in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = "*"
        at = len(state.tokens) - 1
        state.delimiters.append(
            Delimiter(ord("*"), scanned.length, at, -1, open=opens, close=closes)
        )
    state.pos = end
    return True


def _leans(inner: str, outer: str) -> bool:
    """Whether a mark belongs to punctuation inside it, an Asian character being outside."""
    code = ord(inner)
    return (
        not isWhiteSpace(code)
        and (isMdAsciiPunct(code) or isPunctChar(inner))
        and _ASIAN.match(outer) is not None
    )
