"""What a turn says, part by part, in the order in which it stands on screen; it knows no widget.

The views of a turn are made from these parts, and so is everything that takes text from a turn
that has no view: a copy, a search, a printed page.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from desktop_app.chat.media import MediaRef
from desktop_app.interactions.content import MediaContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import (
    ModelOutputStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
)
from desktop_app.markdown.blocks import LINE_BREAK, Block, Paragraph, Span
from desktop_app.markdown.stream import MarkdownStream
from desktop_app.ui.transcript.citations import Mark
from desktop_app.ui.transcript.json_view import json_answer
from desktop_app.ui.transcript.marking import MarkedBlock, Marking
from desktop_app.ui.transcript.said import marks_in, runs_of
from desktop_app.ui.transcript.step_lines import StepWords, answers, words_of
from desktop_app.values import value_class

PartKind: TypeAlias = Literal["input", "result", "thought", "answer", "media", "step"]

_LINE_END: Final = re.compile("\r\n?|\u2029")
_ODD: Final = re.compile("[\ud800-\udfff\0\ufdd0\ufdd1]")
"""What Qt would stumble over; one character for one, as `MarkdownStream` does it."""


@value_class
class PartPlace:
    """Which steps make a part: several where a text was cut and goes on, or a tool answered.

    Of an input there are none; those of a result count the results of the turn. `run` is the
    number of the part in what the steps hold: texts in a row are one, each medium is another.
    """

    kind: PartKind
    steps: tuple[int, ...] = ()
    run: int = 0


@value_class
class TurnPart:
    """A part of a turn. `step` is the position of its first step, -1 for the input.

    `source` is Markdown, of the input the text as it was typed. It may be empty. `shown` is the
    Markdown that is shown in its place, if any is. `marks` are those of citations in the source.
    """

    kind: PartKind
    step: int
    source: str
    shown: str = ""
    marks: tuple[Mark, ...] = ()


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
    was thought in between then stands above it, as every thought does. What a tool answered is
    part of its call.
    """
    steps = turn.steps
    grouped: dict[int, list[int]] = {}
    first_of: dict[int, int] = {}
    calls: dict[str, int] = {}
    for position, step in enumerate(steps):
        call = _call_of(steps, calls, step)
        if call is not None:
            grouped[call].append(position)
            continue
        before = turn.goes_on_from(position)
        first = first_of[position] = position if before is None else first_of[before]
        grouped[first] = [*grouped.pop(first, ()), position]
        if isinstance(step, ToolCallStep) and step.id is not None:
            calls[step.id] = position
    begin = (PartPlace("input"),) if input_text(turn) else ()
    results = (PartPlace("result", (number,)) for number in range(len(turn.results)))
    rest = (place for of in grouped.values() for place in _places_in(steps, tuple(of)))
    return (*begin, *results, *rest)


def _call_of(steps: Sequence[Step], calls: dict[str, int], step: Step) -> int | None:
    """The call that a result answers, and that has no other answer."""
    if not isinstance(step, ToolResultStep) or step.call_id not in calls:
        return None
    call = steps[calls[step.call_id]]
    if not isinstance(call, ToolCallStep) or not answers(call, step):
        return None
    return calls.pop(step.call_id)


def _places_in(steps: Sequence[Step], of: tuple[int, ...]) -> Iterator[PartPlace]:
    kind = _kind_of(steps[of[0]])
    if kind != "answer":
        yield PartPlace(kind, of)
        return
    runs = runs_of({position: steps[position] for position in of})
    for number, run in enumerate(runs or [()]):
        media = bool(run) and isinstance(run[0].content, MediaContent)
        yield PartPlace("media" if media else "answer", of, number)


def part_at(turn: Interaction, place: PartPlace) -> TurnPart:
    """Return a part with its text as it is by now."""
    first = place.steps[0] if place.steps else -1
    match place.kind:
        case "input":
            return TurnPart("input", -1, input_text(turn))
        case "media":
            return TurnPart("media", first, "")
        case "answer":
            return _answer(turn, place)
        case "thought":
            return TurnPart("thought", first, _thought(turn.step(first)))
        case kind:
            return TurnPart(kind, first, words_at(turn, place).more)


def words_at(turn: Interaction, place: PartPlace) -> StepWords:
    """What the line of a tool says, and what it opens to."""
    if place.kind == "result":
        return words_of([turn.results[number] for number in place.steps])
    steps = [turn.step(position) for position in place.steps]
    return words_of(steps, live=turn.outcome is Outcome.STREAMING)


def media_at(turn: Interaction, place: PartPlace) -> MediaRef:
    """The medium of a part, by a name that stays while it does not grow."""
    (said,) = runs_of({position: turn.step(position) for position in place.steps})[place.run]
    assert isinstance(said.content, MediaContent)
    key = f"{turn.key}/{said.step}/{said.number}/{len(said.content.data or '')}"
    return MediaRef(key, said.content, place.run + 1)


def _answer(turn: Interaction, place: PartPlace) -> TurnPart:
    runs = runs_of({position: turn.step(position) for position in place.steps})
    run = runs[place.run] if place.run < len(runs) else ()
    texts = [said.content.text for said in run if isinstance(said.content, TextContent)]
    source = "".join(texts)
    answer = json_answer(source) if turn.outcome is not Outcome.STREAMING else None
    if answer is not None and len(runs) == 1:
        return TurnPart("answer", place.steps[0], source, answer.code)
    return TurnPart("answer", place.steps[0], source, "", marks_in(turn, run))


def parts_of(turn: Interaction) -> tuple[TurnPart, ...]:
    """All parts of a turn as they are by now; those without text, too."""
    return tuple(part_at(turn, place) for place in places_of(turn))


def blocks_of(part: TurnPart) -> tuple[Block, ...]:
    """Read a part as it is shown."""
    *_, blocks = blocks_in_steps(part, len(part.source) + len(part.shown) + 1)
    return blocks


def blocks_in_steps(part: TurnPart, size: int) -> Iterator[tuple[Block, ...]]:
    """Read a part so many characters at a time; the blocks are all there with the last step."""
    if part.kind == "input":
        yield plain_blocks(part.source)
        return
    stream = MarkdownStream()
    text = part.shown or part.source
    for begin in range(0, len(text), size):
        stream.feed(text[begin : begin + size])
        if begin + size < len(text):
            yield ()
    stream.finish()
    marked = mark_stream(Marking(), stream, part.source, part.marks) if part.marks else {}
    yield tuple(
        marked[number].block if number in marked else block
        for number, block in enumerate(stream.blocks)
    )


def mark_stream(
    marking: Marking, stream: MarkdownStream, source: str, marks: tuple[Mark, ...]
) -> dict[int, MarkedBlock]:
    """The blocks that have marks, by their numbers; marks count characters of the source."""
    text = _LINE_END.sub("\n", source) if "\r" in source else source
    if text is not source:
        marks = tuple(replace(mark, position=_unix(source, mark.position)) for mark in marks)
    return marking.mark(stream.blocks, stream.places, text, marks)


def _unix(source: str, position: int) -> int:
    """Where a character is once every end of a line is one character."""
    return position - source.count("\r\n", 0, position)


def plain_blocks(text: str) -> tuple[Block, ...]:
    """One paragraph that shows a text as it was typed; nothing for an empty one."""
    lines = _ODD.sub("\ufffd", _LINE_END.sub("\n", text)).replace("\n", LINE_BREAK)
    return (Paragraph((Span(lines),)),) if lines else ()


def input_text(turn: Interaction) -> str:
    """What the person typed."""
    return "\n\n".join(one.text for one in turn.input if isinstance(one, TextContent))


def _thought(step: Step) -> str:
    """The summary of a thought, paragraph by paragraph."""
    summary = step.summary if isinstance(step, ThoughtStep) else None
    texts = [one.text for one in summary or () if isinstance(one, TextContent)]
    return "\n\n".join(texts).strip()


def _kind_of(step: Step) -> PartKind:
    match step:
        case ModelOutputStep():
            return "answer"
        case ThoughtStep():
            return "thought"
        case _:
            return "step"
