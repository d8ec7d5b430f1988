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

LINE: Final = 80
"""How many characters are counted as a line."""

_LINES_OF_PICTURE: Final = 12


@value_class
class TurnFacts:
    """What is known of one turn.

    `kept` says that a server was asked to keep it and has named it, `expired` that the server no
    longer has it. The lines are roughly those that the input and the answer take when they are
    shown, at 80 characters a line.
    """

    kept: bool = False
    expired: bool = False
    tokens: int = 0
    input_lines: int = 0
    answer_lines: int = 0


@value_class
class Outline:
    """The turns of a conversation in the order of their making, in columns of the same length.

    `previous` is the key of the turn that each follows.
    """

    keys: Sequence[str] = ()
    previous: Sequence[str | None] = ()
    kept: Sequence[int] = ()
    expired: Sequence[int] = ()
    tokens: Sequence[int] = ()
    input_lines: Sequence[int] = ()
    answer_lines: Sequence[int] = ()

    def only(self, chosen: Sequence[int]) -> "Outline":
        """The turns for which there is no 0 in `chosen`."""
        return Outline(
            list(compress(self.keys, chosen)),
            list(compress(self.previous, chosen)),
            list(compress(self.kept, chosen)),
            list(compress(self.expired, chosen)),
            list(compress(self.tokens, chosen)),
            list(compress(self.input_lines, chosen)),
            list(compress(self.answer_lines, chosen)),
        )


def facts_of(turn: Interaction) -> TurnFacts:
    """What is known of a turn as it is now."""
    usage = turn.usage
    said = sum(
        _lines_of(step.content or ()) if isinstance(step, ModelOutputStep) else 1
        for step in turn.steps
    )
    return TurnFacts(
        kept=turn.stored and bool(turn.ids),
        expired=turn.expired,
        tokens=(usage.total_tokens or 0) if usage is not None else 0,
        input_lines=_lines_of(turn.input),
        answer_lines=said + len(turn.results),
    )


def _lines_of(content: Sequence[Content]) -> int:
    lines = 0
    for one in content:
        match one:
            case TextContent(text):
                lines += text.count("\n") + len(text) // LINE + 1
            case MediaContent():
                lines += _LINES_OF_PICTURE
            case _:
                lines += 1
    return lines
