"""Takes what a person wrote out of what a server says of it: errors are copied and sent around."""

from collections.abc import Iterable
from typing import Final

RUN: Final = 12
"""So many characters beside each other are no chance."""

_SHORTEST: Final = 5
_LOOKED_AT: Final = 100_000
_GAP: Final = "…"


def without_echo(text: str, said: Iterable[str]) -> str:
    """Replace every run of at least 12 characters that was said, and what was said as a whole."""
    for one in said:
        words = " ".join(one[:_LOOKED_AT].split())
        if len(words) < _SHORTEST:
            continue
        text = text.replace(words, _GAP)
        if len(words) >= RUN:
            text = _without_runs(text, words)
    return text


def _without_runs(text: str, words: str) -> str:
    kept: list[str] = []
    at = 0
    while at < len(text):
        end = at + RUN
        if end > len(text) or text[at:end] not in words:
            kept.append(text[at])
            at += 1
            continue
        while end < len(text) and text[at : end + 1] in words:
            end += 1
        kept.append(_GAP)
        at = end
    return "".join(kept)
