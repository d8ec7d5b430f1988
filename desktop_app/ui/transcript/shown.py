"""What a search has to know of a transcript: its turns, and the views there are of some."""

from collections.abc import Callable, Sequence
from typing import Protocol

from desktop_app.chat.searching import TextSearch
from desktop_app.interactions.interaction import Interaction
from desktop_app.markdown.blocks import Block
from desktop_app.ui.transcript.find import Match

Place = tuple[int, int, int]
"""A place in a turn: part, block, offset."""

SearchTexts = Callable[[Sequence[str], Sequence[str]], TextSearch]
"""Looks for words in the turns of keys that are on the disk."""


class FoundView(Protocol):
    """Blocks on screen that show what was found in them."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What it shows."""
        ...

    def set_found(self, found: Sequence[tuple[int, int, int]], now: int | None) -> None:
        """Show matches, as block, begin and end; the one of a number is the present one."""
        ...


class Shown(Protocol):
    """The turns of a transcript."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def key(self, number: int) -> str:
        """The key of a turn."""
        ...

    def is_live(self, number: int) -> bool:
        """Whether the disk may be behind a turn."""
        ...

    def read(self, number: int) -> Interaction:
        """A turn; it may have to be read first, which takes its time."""
        ...

    @property
    def reader(self) -> tuple[int, Place]:
        """The turn at the top of the window, and where in it that is."""
        ...

    def views(self, number: int) -> Sequence[tuple[int, FoundView]] | None:
        """The parts of a turn and their views; `None` while the turn has no view."""
        ...

    @property
    def numbers(self) -> Sequence[int]:
        """The turns that have a view."""
        ...

    def go_to(self, number: int) -> None:
        """Show a turn."""
        ...

    def reveal(self, number: int, match: Match) -> None:
        """Open what a match is folded in, and bring it into sight."""
        ...
