"""Finds what is shown of a text in the Markdown that it was written in.

There is no exact way back from what is shown: characters were escaped, named, left out. But words
stay words, and stay in their order. What cannot be found has no anchor, and nothing breaks.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from desktop_app.markdown.blocks import LINE_BREAK, Span, Spans

_WORD: Final = re.compile(rf"[^\s{LINE_BREAK}]+")
_AFTER_LINK: Final = re.compile(r"[*_~`]*\]([(\[])")
_NEAR: Final = 400
"""So many characters are looked at for a word, and for a character of it a tenth."""

_LONGEST_ADDRESS: Final = 8_000


class Anchor(NamedTuple):
    """Characters that are shown, and where in the source they begin.

    `offset` is that in the text of the leaf of this number. `exact`: they were written as they
    are shown, character for character.
    """

    leaf: int
    offset: int
    length: int
    begin: int
    exact: bool = True


def anchors(leaves: Sequence[Spans], source: str, until: int) -> list[Anchor]:
    """Lay texts beside their source, as far as a place in it; both go forward only."""
    finder = _Finder(source)
    found: list[Anchor] = []
    for number, spans in enumerate(leaves):
        offset = 0
        for at, span in enumerate(spans):
            for begin, length, where, exact in finder.find(span):
                found.append(Anchor(number, offset + begin, length, where, exact))
                if where >= until:
                    return found
            offset += len(span.text)
            after = spans[at + 1] if at + 1 < len(spans) else None
            if span.link and (after is None or after.link != span.link):
                finder.leave_link()
    return found


class _Finder:
    """Goes through a source once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    def find(self, span: Span) -> Iterator[tuple[int, int, int, bool]]:
        """Find the words of a span: offset and length in it, where they are, and how surely."""
        if span.link and span.text.startswith("[") and self._is_picture():
            begin = self._source.find("![", self._at)
            self._at = begin + 2
            self._skip_to("](")
            yield 0, len(span.text), begin, False
            return
        for word in _WORD.finditer(span.text):
            text = word[0].strip("$") if span.math else word[0]
            where = self._source.find(text, self._at, self._at + _NEAR + len(text)) if text else -1
            if where >= 0:
                self._at = where + len(text)
                yield word.start(), len(word[0]), where, not span.math
            elif not span.math:
                yield from self._find_characters(word)

    def leave_link(self) -> None:
        """Go behind the address of a link whose words have just been found."""
        mark = _AFTER_LINK.match(self._source, self._at)
        if mark is None:
            return
        self._at = mark.end()
        if mark[1] == "[":
            end = self._source.find("]", self._at, self._at + _NEAR)
            self._at = end + 1 if end >= 0 else self._at
        else:
            self._skip_address()

    def _find_characters(self, word: re.Match[str]) -> Iterator[tuple[int, int, int, bool]]:
        """A word that was written otherwise: with escapes, or names for characters."""
        for number, character in enumerate(word[0]):
            where = self._source.find(character, self._at, self._at + _NEAR // 10)
            if where >= 0:
                self._at = where + 1
                yield word.start() + number, 1, where, True

    def _is_picture(self) -> bool:
        return self._source.find("![", self._at, self._at + _NEAR) >= 0

    def _skip_to(self, mark: str) -> None:
        where = self._source.find(mark, self._at, self._at + _LONGEST_ADDRESS)
        if where >= 0:
            self._at = where + len(mark)
            self._skip_address()

    def _skip_address(self) -> None:
        depth, at, end = 1, self._at, min(len(self._source), self._at + _LONGEST_ADDRESS)
        while at < end:
            character = self._source[at]
            if character == "\\":
                at += 1
            elif character == "(":
                depth += 1
            elif character == ")":
                depth -= 1
                if depth == 0:
                    self._at = at + 1
                    return
            at += 1
