"""What is known of the turns of a conversation without what is said in them.

A long conversation is opened by its outline; its turns are read one by one when they are looked
at.
"""

from collections.abc import Sequence
from itertools import compress
from typing import Final

from desktop_app.interactions.content import Content, MediaContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.values import value_class

LINE_END: Final = 40
"""As how many characters the end of a line is counted: it leaves half a line empty."""

_PICTURE: Final = 1000
_FOLDED: Final = 80


@value_class
class TurnFacts:
    """What is known of one turn.

    `kept` says that a server was asked to keep it and has named it. `size` is what its height on
    screen can be guessed by: the characters of its input and its answer, and 40 for each line end.
    """

    kept: bool = False
    tokens: int = 0
    size: int = 0


@value_class
class Outline:
    """The turns of a conversation in the order of their making, in columns of the same length.

    `previous` is the key of the turn that each follows, `at_server` is 1 where a server has it.
    """

    keys: Sequence[str] = ()
    previous: Sequence[str | None] = ()
    at_server: Sequence[int] = ()
    tokens: Sequence[int] = ()
    sizes: Sequence[int] = ()

    def only(self, chosen: Sequence[int]) -> "Outline":
        """The turns for which there is no 0 in `chosen`."""
        return Outline(
            list(compress(self.keys, chosen)),
            list(compress(self.previous, chosen)),
            list(compress(self.at_server, chosen)),
            list(compress(self.tokens, chosen)),
            list(compress(self.sizes, chosen)),
        )


def facts_of(turn: Interaction) -> TurnFacts:
    """What is known of a turn as it is now."""
    usage = turn.usage
    said = (
        _size_of(step.content or ()) if isinstance(step, ModelOutputStep) else _FOLDED
        for step in turn.steps
    )
    return TurnFacts(
        kept=turn.stored and bool(turn.ids),
        tokens=(usage.total_tokens or 0) if usage is not None else 0,
        size=_size_of(turn.input) + _FOLDED * len(turn.results) + sum(said),
    )


def _size_of(content: Sequence[Content]) -> int:
    size = 0
    for one in content:
        match one:
            case TextContent(text):
                size += len(text) + LINE_END * (text.count("\n") + 1)
            case MediaContent():
                size += _PICTURE
            case _:
                size += _FOLDED
    return size
