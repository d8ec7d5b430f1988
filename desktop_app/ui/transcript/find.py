"""Finds words in what a conversation shows: which turns may hold them, where, and how many.

It knows texts and numbers, neither widgets nor the disk. Letters are compared as Unicode says:
`ß` is `SS`, an `é` of one character is an `é` of two, and what is found is told in the places of
the text as it is.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape
from typing import Final
from unicodedata import category, combining, east_asian_width, is_normalized, normalize

from desktop_app.markdown.blocks import LINE_BREAK, Block
from desktop_app.markdown.stretches import stretches
from desktop_app.values import value_class

_ALIKE: Final = (
    *((space, " ") for space in ("\n", "\t", LINE_BREAK, "\u00a0", "\u202f")),
    *(("\u2018", "'"), ("\u2019", "'"), ("\u201c", '"'), ("\u201d", '"')),
)
"""What nobody tells apart when he types it: ends of lines, hard spaces, the quotes of printers."""

_MARKS: Final = b"*_~`\\<>[]^$!"
"""What Markdown may put into the middle of a word. It is left out before words are looked for."""

_TARGET: Final = re.compile(r"\]\([^)\[\n]*\)|\]\[[^\]\n]*\]")
_ENTITY: Final = re.compile(r"&#?\w+;")
_WORD: Final = re.compile(r"(?:[^\W_]|[^\x00-\x7f])+")
"""What stands in a source as it is shown."""

_JAMO: Final = ("\u1160", "\u11ff")
_WITHOUT_SPACES: Final = (*(("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff")),)
"""Thai and Lao, Burmese, Khmer: where their words end, only a dictionary knows."""

_KATAKANA: Final = (("\u30a1", "\u30fa"), ("\u30fc", "\u30ff"), ("\u31f0", "\u31ff"))


@value_class
class Query:
    """What is looked for: whether capitals count, and whether only whole words do."""

    text: str
    case: bool = False
    whole: bool = False


@value_class
class Match:
    """A place in a turn: a stretch of the text of a block of one of its parts."""

    part: int
    block: int
    begin: int
    end: int


class Needle:
    """A query made ready to be looked for in many texts."""

    def __init__(self, query: Query) -> None:
        self.query = query
        folded, _ = _fold_slowly(query.text, case=query.case)
        self._apart = folded
        self._composed = normalize("NFC", folded)
        self._is_ascii = folded.isascii()
        self._words = sorted(set(_WORD.findall(self._composed)), key=len, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._apart)

    def may_be_in(self, source: str) -> bool:
        """Whether a text could show it; `source` is its Markdown, or JSON that holds that.

        It is quick, and says yes too often rather than once too seldom.
        """
        text = source if self.query.case else source.casefold()
        left = [word for word in self._words if word not in text]
        if not left:
            return True
        left = _not_in(left, text)
        if left and ("](" in text or "][" in text):
            left = _not_in(left, _TARGET.sub("", text))
        if left and "&" in text and _ENTITY.search(text):
            shown = unescape(source)
            text = shown if self.query.case else shown.casefold()
            left = _not_in(_not_in(left, text), _TARGET.sub("", text))
        return not left or not is_normalized("NFC", text)

    @property
    def stored_words(self) -> list[str]:
        """What to look for on the disk, where no text is changed before it is compared.

        What may have been one letter is no letter of ASCII here, which matches anything.
        """
        return [word.replace("ss", "ß") for word in self._words]

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where it is in a text, from the left, without overlaps: begins and ends."""
        if not self._apart:
            return []
        return list(self._in(text))

    def _in(self, text: str) -> Iterator[tuple[int, int]]:
        plain = _fold_quickly(text, case=self.query.case)
        if plain is not None:
            yield from self._in_plain(text, plain)
            return
        folded, places = _fold_slowly(text, case=self.query.case)
        at = folded.find(self._apart)
        while at >= 0:
            begin, end = places.get(at), places.get(at + len(self._apart))
            found = begin is not None and end is not None and self._is_whole(text, begin, end)
            if found and begin is not None and end is not None:
                yield begin, end
            at = folded.find(self._apart, at + (len(self._apart) if found else 1))

    def _in_plain(self, text: str, folded: str) -> Iterator[tuple[int, int]]:
        needle = self._composed
        if text.isascii() and not self._is_ascii:
            return
        ascii_only = text.isascii()
        at = folded.find(needle)
        while at >= 0:
            end = at + len(needle)
            apart = ascii_only or not (_extends(text, at) or _extends(text, end))
            found = apart and self._is_whole(text, at, end)
            if found:
                yield at, end
            at = folded.find(needle, end if found else at + 1)

    def _is_whole(self, text: str, begin: int, end: int) -> bool:
        return not self.query.whole or (is_boundary(text, begin) and is_boundary(text, end))


def matches_in(needle: Needle, part: int, blocks: Iterable[Block]) -> Iterator[Match]:
    """The matches in the blocks of a part. None reaches over the end of a stretch."""
    for number, block in enumerate(blocks):
        for begin, end in matches_in_block(needle, block):
            yield Match(part, number, begin, end)


def matches_in_block(needle: Needle, block: Block) -> Iterator[tuple[int, int]]:
    """The matches in a block, as places in `text_of` it."""
    for stretch in stretches(block):
        for begin, end in needle.find(stretch.text):
            yield stretch.begin + begin, stretch.begin + end


# --- letters --------------------------------------------------------------------------------------


def _fold_quickly(text: str, *, case: bool) -> str | None:
    """Make alike what counts as alike, where every character stays one; else `None`."""
    if text.isascii():
        folded = text if case else text.lower()
    else:
        folded = text if case else text.casefold()
        if len(folded) != len(text) or not is_normalized("NFC", folded):
            return None
        if not case and not is_normalized("NFC", text):
            return None
    return _alike(folded)


def _fold_slowly(text: str, *, case: bool) -> tuple[str, dict[int, int]]:
    """Make alike what counts as alike, character by character with what combines with it.

    The places say which offsets in the result are which in the text; within what one character
    has become there are none.
    """
    pieces: list[str] = []
    places: dict[int, int] = {}
    begin = length = 0
    while begin < len(text):
        end = begin + 1
        while _extends(text, end):
            end += 1
        places[length] = begin
        piece = _fold_character(text[begin:end], case)
        pieces.append(piece)
        length += len(piece)
        begin = end
    places[length] = len(text)
    return _alike("".join(pieces)), places


@lru_cache(4096)
def _fold_character(character: str, case: bool) -> str:
    apart = normalize("NFD", character)
    return apart if case else normalize("NFD", apart.casefold())


def _alike(text: str) -> str:
    for one, other in _ALIKE:
        text = text.replace(one, other)
    return text


def _extends(text: str, at: int) -> bool:
    """Whether a character is but a part of the one before it."""
    if not 0 < at < len(text):
        return False
    character = text[at]
    return combining(character) != 0 or _JAMO[0] <= character <= _JAMO[1]


# --- words ----------------------------------------------------------------------------------------


def _not_in(words: list[str], text: str) -> list[str]:
    """The words that are not in a text without its marks."""
    # Of bytes the marks are taken out in a tenth of the time that it takes of a string.
    bare = text.encode("utf-8", "surrogatepass").translate(None, _MARKS)
    return [word for word in words if word.encode("utf-8", "surrogatepass") not in bare]


def is_boundary(text: str, at: int) -> bool:
    """Whether a word begins or ends here (Unicode's annex 29, without dictionaries).

    Unlike there, a full stop between letters parts them: `name.field` and `example.org` are two.
    """
    if not 0 < at < len(text):
        return True
    left, right = text[at - 1], text[at]
    if right in "'’":
        return not (left.isalpha() and text[at + 1 : at + 2].isalpha())
    if left in "'’" and at > 1 and right.isalpha():
        return not text[at - 2].isalpha()
    if right in ".,":
        return not (left.isdecimal() and text[at + 1 : at + 2].isdecimal())
    if left in ".," and at > 1 and right.isdecimal():
        return not text[at - 2].isdecimal()
    kind = _kind(right)
    if kind == "mark":
        return False
    while at > 1 and _kind(left) == "mark":
        at -= 1
        left = text[at - 1]
    return not kind or kind == "alone" or kind != _kind(left)


@lru_cache(4096)
def _kind(character: str) -> str:
    """What a character is for words: of one of letters, of one of katakana, a word by itself."""
    if character.isascii():
        return "letter" if character.isalnum() or character == "_" else ""
    if category(character)[0] == "M" or character == "\u200d":
        return "mark"
    if any(first <= character <= last for first, last in _KATAKANA):
        return "katakana"
    if any(first <= character <= last for first, last in _WITHOUT_SPACES):
        return "alone"
    if (
        category(character) == "Lo"
        and east_asian_width(character) == "W"
        and not _is_hangul(character)
    ):
        return "alone"
    return "letter" if character.isalnum() or category(character) == "Pc" else ""


def _is_hangul(character: str) -> bool:
    return "\u1100" <= character <= "\u11ff" or "\uac00" <= character <= "\ud7a3"
