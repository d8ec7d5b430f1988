"""How high a turn will be, guessed from how much text it has: cheap for fifty thousand of them."""

from collections.abc import Iterable
from typing import Final

from desktop_app.ui.theme import line_height

_AROUND: Final = 120
"""Pixels of a turn beside its text: the bubble's edge, gaps, the row of actions."""

_SHARE: Final = 1.75
"""Characters on a line, for each pixel of the column and of the text's size."""


def estimates(sizes: Iterable[int], width: int, body: int) -> list[int]:
    """The heights of turns of so many characters each, in a column of a width; `body` is the size
    of their text. All but the characters in pixels. What a size counts is said in `TurnFacts`.
    """
    characters = max(1, round(width * _SHARE / body))
    line = line_height(body)
    return [_AROUND + line * (size // characters) for size in sizes]
