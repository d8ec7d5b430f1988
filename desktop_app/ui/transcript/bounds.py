"""Where characters, words and paragraphs begin and end, for whoever selects them.

A character is what a person takes for one: an accent, a skin tone or the second half of a flag is
never cut off.
"""

import unicodedata
from typing import Final, Literal, TypeAlias

from desktop_app.markdown.blocks import Block
from desktop_app.markdown.stretches import stretches

Unit: TypeAlias = Literal["character", "word", "paragraph"]

_LONGEST: Final = 2_000
"""Characters of a word that are looked at to each side: a megabyte without a space is one word."""

_JOINER: Final = "\u200d"
_GOES_ON: Final = "\u200c\u200d\u0e33\u0eb3"
"""What belongs to the character before it without being a mark: joiners, and two vowels."""

_IN_WORD: Final = "'’.:_·"
"""What stands in a word where letters or digits are on both sides: don't, 3.14, a_name."""

_SCRIPTS: Final = (
    ("\u3041", "\u309f", "hiragana"),
    ("\u30a0", "\u30ff", "katakana"),
    ("\u31f0", "\u31ff", "katakana"),
    ("\u3400", "\u4dbf", "han"),
    ("\u4e00", "\u9fff", "han"),
    ("\uf900", "\ufaff", "han"),
    ("\uff66", "\uff9f", "katakana"),
    ("\U00020000", "\U0003ffff", "han"),
)
"""Scripts without spaces: a word in them is a run of the same script."""


# --- characters -----------------------------------------------------------------------------------


def next_character(text: str, at: int) -> int:
    """Where the character ends that begins at an offset, or the one that the offset is in."""
    at += 1
    while at < len(text) and _goes_on(text, at):
        at += 1
    return min(at, len(text))


def previous_character(text: str, at: int) -> int:
    """Where the character begins that ends at an offset."""
    at -= 1
    while at > 0 and _goes_on(text, at):
        at -= 1
    return max(0, at)


def whole_character(text: str, at: int) -> int:
    """Return the beginning of the character that an offset is in."""
    while 0 < at < len(text) and _goes_on(text, at):
        at -= 1
    return at


def _goes_on(text: str, at: int) -> bool:
    """Whether the code point at an offset belongs to the character before it."""
    before, here = text[at - 1], text[at]
    if here < "\u0300":
        return before == "\r" and here == "\n"
    if _is_mark(here) or here in _GOES_ON:
        return before != "\n"
    if before == _JOINER:
        return unicodedata.category(here) == "So"
    if _is_half_flag(here):
        return _half_flags_before(text, at) % 2 == 1
    return _is_jamo(here, before)


def _is_mark(char: str) -> bool:
    return (
        unicodedata.category(char)[0] == "M"
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # the tags behind a flag
    )


def _is_half_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _half_flags_before(text: str, at: int) -> int:
    begin = at
    while begin > 0 and _is_half_flag(text[begin - 1]):
        begin -= 1
    return at - begin


def _is_jamo(here: str, before: str) -> bool:
    """Whether a vowel or an end of a Korean syllable goes on with it."""
    if "\u1160" <= here <= "\u11a7":
        return "\u1100" <= before <= "\u11a7"
    return "\u11a8" <= here <= "\u11ff" and "\u1160" <= before <= "\u11ff"


# --- words ----------------------------------------------------------------------------------------


def word_around(text: str, at: int) -> tuple[int, int]:
    """The word at an offset: a run of letters, of spaces, or one character of anything else."""
    if not text:
        return 0, 0
    at = min(at, len(text) - 1)
    begin = whole_character(text, at)
    if text[begin] in "\n\t":
        return begin, begin + 1
    kind, end = _kind(text, begin), next_character(text, begin)
    if kind == "mark":
        return begin, end
    first, last = max(0, at - _LONGEST), min(len(text), at + _LONGEST)
    while end < last and _kind(text, end) == kind:
        end = next_character(text, end)
    while begin > first:
        before = previous_character(text, begin)
        if _kind(text, before) != kind:
            break
        begin = before
    return begin, end


def next_word(text: str, at: int) -> int:
    """Where the next word ends, spaces and marks before it passed over."""
    while at < len(text) and _kind(text, at) in ("space", "mark", "end"):
        at = next_character(text, at)
    return word_around(text, at)[1] if at < len(text) else at


def previous_word(text: str, at: int) -> int:
    """Where the word before begins, spaces and marks behind it passed over."""
    while at > 0:
        before = previous_character(text, at)
        if _kind(text, before) not in ("space", "mark", "end"):
            return word_around(text, before)[0]
        at = before
    return 0


def _kind(text: str, at: int) -> str:
    char = text[at]
    if char in "\n\t":
        return "end"
    if char.isspace():
        return "space"
    script = next((name for first, last, name in _SCRIPTS if first <= char <= last), "")
    if script:
        return script
    if _is_letter(char):
        return "word"
    between = 0 < at < len(text) - 1 and _is_letter(text[at - 1]) and _is_letter(text[at + 1])
    return "word" if between and char in _IN_WORD else "mark"


def _is_letter(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LNM"


# --- paragraphs -----------------------------------------------------------------------------------


def paragraph_around(block: Block, text: str, at: int) -> tuple[int, int]:
    """The line of text at an offset, as the block is written: one cell of a table, one item.

    `text` is `text_of` the block.
    """
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    end = len(text) if end < 0 else end
    found = (one for one in stretches(block) if one.begin <= at <= one.begin + len(one.text))
    stretch = next(found, None)
    if stretch is None:
        return begin, end
    return max(begin, stretch.begin), min(end, stretch.begin + len(stretch.text))


# --- moves ----------------------------------------------------------------------------------------


def moved(text: str, at: int, unit: Unit, *, forward: bool) -> int:
    """Where one is that goes on by a unit; a paragraph ends with its block."""
    match unit:
        case "character":
            return next_character(text, at) if forward else previous_character(text, at)
        case "word":
            return next_word(text, at) if forward else previous_word(text, at)
        case "paragraph":
            return len(text) if forward else 0


def outside_marker(block: Block, at: int, *, forward: bool) -> int:
    """Pass over the marker of an item, in which one cannot be."""
    before = 0
    for stretch in stretches(block):
        if at < stretch.begin:
            return stretch.begin if forward else before
        before = stretch.begin + len(stretch.text)
        if at <= before:
            break
    return at
