"""Rules for markdown-it that find formulas: `$x$`, `$$x$$`, `\\(x\\)` and `\\[x\\]`.

A displayed formula ends at its closing mark or at an empty line. Where it begins can be told from
its first line alone, so that nothing above it ever changes.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath.index import math_inline_dollar

_WORD: Final = re.compile(r"\w")


def add_math(parser: MarkdownIt) -> None:
    """Teach a parser to find formulas. `$5 and $10` is money."""
    dollars = math_inline_dollar(allow_space=False, allow_digits=False, allow_double=True)
    parser.inline.ruler.before("escape", "math_inline", dollars)
    parser.inline.ruler.before("escape", "math_brackets", _brackets)
    alternatives: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("fence", "math_block", _display, alternatives)


def _brackets(state: StateInline, silent: bool) -> bool:
    begin = state.pos
    close = {"\\(": "\\)", "\\[": "\\]"}.get(state.src[begin : begin + 2])
    if close is None:
        return False
    end = state.src.find(close, begin + 2, state.posMax)
    if end < 0 or not _WORD.search(state.src, begin + 2, end):
        return False  # the characters that the backslashes stand before
    if not silent:
        token = state.push("math_inline_double" if close == "\\]" else "math_inline", "math", 0)
        token.content = state.src[begin + 2 : end].strip()
    state.pos = end + 2
    return True


def _display(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    begin = state.bMarks[first] + state.tShift[first]
    line = state.src[begin : state.eMarks[first]].strip()
    if not _opens(line):
        return False
    if silent:
        return True
    close = "$$" if line.startswith("$$") else "\\]"
    lines, at = [line[2:]], first + 1
    closed = len(line) > 2 and line.endswith(close)
    while not closed and at < end and state.sCount[at] >= state.blkIndent:
        line = state.getLines(at, at + 1, state.blkIndent, False).rstrip()
        if not line:
            break
        lines.append(line)
        closed = line.endswith(close)
        at += 1
    text = "\n".join(lines)
    token = state.push("math_block", "math", 0)
    token.content = text.removesuffix(close) if closed else text
    token.map = [first, at]
    state.line = at
    return True


def _opens(line: str) -> bool:
    if line.startswith("$$"):
        inner = line.find("$$", 2)
        return inner < 0 or (inner > 2 and inner == len(line) - 2)
    return line == "\\["
