"""What a turn says, part by part, in the order in which it stands on screen; it knows no widget.

The views of a turn are made from these parts, and so is everything that takes text from a turn
that has no view: a copy, a search, a printed page.
"""

import json
import re
from typing import Final, Literal, TypeAlias

from desktop_app.interactions.codec import encode_step
from desktop_app.interactions.content import Content, MediaContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep, Step, ThoughtStep
from desktop_app.markdown.blocks import LINE_BREAK, Block, Paragraph, Span
from desktop_app.markdown.stream import read
from desktop_app.values import value_class

PartKind: TypeAlias = Literal["input", "result", "thought", "answer", "step"]

_FENCE: Final = "`" * 8
_LINE_END: Final = re.compile("\r\n?|\u2029")
_ODD: Final = re.compile("[\ud800-\udfff\0\ufdd0\ufdd1]")
"""What Qt would stumble over; one character for one, as `MarkdownStream` does it."""


@value_class
class PartPlace:
    """Which steps make a part: several where a text was cut and goes on.

    Of an input there are none; those of a result count the results of the turn.
    """

    kind: PartKind
    steps: tuple[int, ...] = ()


@value_class
class TurnPart:
    """A part of a turn. `step` is the position of its first step, -1 for the input.

    `source` is Markdown, of the input the text as it was typed. It may be empty.
    """

    kind: PartKind
    step: int
    source: str


@value_class
class Spot:
    """A place in the text of a turn: a part, a block of it, an offset in `text_of(block)`."""

    turn: str
    part: int
    block: int
    offset: int

    @property
    def place(self) -> tuple[int, int, int]:
        """Where in its turn it is, to be compared."""
        return self.part, self.block, self.offset


def places_of(turn: Interaction) -> tuple[PartPlace, ...]:
    """Which parts a turn has by now, without making their texts.

    A text that goes on behind a limit is one part, which stands where its last step does: what
    was thought in between then stands above it, as every thought does.
    """
    steps: dict[int, list[int]] = {}
    first_of: dict[int, int] = {}
    for position in range(len(turn.steps)):
        before = turn.goes_on_from(position)
        first = first_of[position] = position if before is None else first_of[before]
        steps[first] = [*steps.pop(first, ()), position]
    begin = (PartPlace("input"),) if input_text(turn) else ()
    results = (PartPlace("result", (number,)) for number in range(len(turn.results)))
    rest = (PartPlace(_kind_of(turn.step(first)), tuple(of)) for first, of in steps.items())
    return (*begin, *results, *rest)


def part_at(turn: Interaction, place: PartPlace) -> TurnPart:
    """Return a part with its text as it is by now."""
    match place.kind:
        case "input":
            return TurnPart("input", -1, input_text(turn))
        case "result":
            return TurnPart("result", place.steps[0], source_of(turn.results[place.steps[0]]))
        case kind:
            texts = [source_of(turn.step(position)) for position in place.steps]
            return TurnPart(kind, place.steps[0], "".join(texts))


def parts_of(turn: Interaction) -> tuple[TurnPart, ...]:
    """All parts of a turn as they are by now; those without text, too."""
    return tuple(part_at(turn, place) for place in places_of(turn))


def blocks_of(part: TurnPart) -> tuple[Block, ...]:
    """Read a part as it is shown."""
    return plain_blocks(part.source) if part.kind == "input" else read(part.source)


def plain_blocks(text: str) -> tuple[Block, ...]:
    """One paragraph that shows a text as it was typed; nothing for an empty one."""
    lines = _ODD.sub("\ufffd", _LINE_END.sub("\n", text)).replace("\n", LINE_BREAK)
    return (Paragraph((Span(lines),)),) if lines else ()


def input_text(turn: Interaction) -> str:
    """What the person typed."""
    return "\n\n".join(one.text for one in turn.input if isinstance(one, TextContent))


def source_of(step: Step) -> str:
    """The Markdown that a step is shown as."""
    match step:
        case ModelOutputStep(content=content):
            return "".join(_said(one) for one in content or ())
        case ThoughtStep(summary=summary):
            texts = [one.text for one in summary or () if isinstance(one, TextContent)]
            return "\n\n".join(texts).strip()
        case _:
            shown = {name: of for name, of in encode_step(step).items() if name != "signature"}
            text = json.dumps(shown, ensure_ascii=False, indent=2)
            return f"{_FENCE}json\n{text}\n{_FENCE}"


def _said(content: Content) -> str:
    match content:
        case TextContent(text=text):
            return text
        case MediaContent(mime_type=mime_type):
            return f"\n\n*[{content.type}: {mime_type or 'of unknown type'}]*\n\n"
        case _:
            return ""


def _kind_of(step: Step) -> PartKind:
    match step:
        case ModelOutputStep():
            return "answer"
        case ThoughtStep():
            return "thought"
        case _:
            return "step"
