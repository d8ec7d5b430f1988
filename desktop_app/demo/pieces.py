"""Takes finished steps apart into the deltas of a stream (specification, section 6).

The server knows its steps before it sends them, so what it answers to get is not folded from the
deltas: a client's fold is judged by something else than itself.
"""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Final

from desktop_app.demo import tokens
from desktop_app.interactions.content import AudioContent, Content, MediaContent, TextContent
from desktop_app.interactions.events import (
    ArgumentsDelta,
    ContentDelta,
    Delta,
    TextAnnotationDelta,
    TextDelta,
    ThoughtSignatureDelta,
    ThoughtSummaryDelta,
    ToolDelta,
)
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
)

_WORDS_A_PIECE: Final = (3, 2, 4, 3, 5, 2)
_LONGEST_WORD: Final = 24
_ARGUMENTS_PIECE: Final = 9
_AUDIO_PIECE: Final = 16_000


@dataclass(frozen=True)
class Piece:
    """A delta, and how many tokens it took to make it."""

    delta: Delta
    tokens: int


def shell_of(step: Step) -> Step:
    """Give the step as `step.start` shows it: named, and without what its deltas bring."""
    match step:
        case ModelOutputStep():
            return ModelOutputStep(error=step.error)
        case ThoughtStep():
            return ThoughtStep()
        case FunctionCallStep():
            return replace(step, arguments={}, signature=None)
        case CodeExecutionCallStep():
            language = (step.arguments or {}).get("language", "python")
            return replace(step, arguments={"language": language, "code": ""}, signature="")
        case ToolCallStep():
            return replace(step, arguments={}, signature="")
        case CodeExecutionResultStep():
            return replace(step, result="", is_error=None, signature="")
        case ToolResultStep():
            return replace(step, result=[], is_error=None, signature="")
        case _:
            return step


def pieces_of(step: Step) -> Iterator[Piece]:
    """Give the deltas that make the whole step of its shell, in order."""
    match step:
        case ModelOutputStep(content):
            for block in content or ():
                yield from _block_pieces(block)
        case ThoughtStep(signature, summary):
            for text in _paragraphs(summary or ()):
                yield Piece(ThoughtSummaryDelta(TextContent(text)), tokens.of_text(text))
            yield Piece(ThoughtSignatureDelta(signature or ""), 0)
        case FunctionCallStep():
            text = json.dumps(step.arguments or {}, ensure_ascii=False)
            for at in range(0, len(text), _ARGUMENTS_PIECE):
                part = text[at : at + _ARGUMENTS_PIECE]
                yield Piece(ArgumentsDelta(part), tokens.of_text(part))
        case ToolCallStep():
            yield Piece(ToolDelta(replace(step, id=None)), tokens.of_step(step).total())
        case ToolResultStep():
            yield Piece(ToolDelta(replace(step, call_id=None)), tokens.of_step(step).total())
        case _:
            pass


def _block_pieces(block: Content) -> Iterator[Piece]:
    match block:
        case TextContent(text, annotations):
            for part in text_pieces(text):
                yield Piece(TextDelta(part), tokens.of_text(part))
            if annotations:
                yield Piece(TextAnnotationDelta(annotations), 0)
        case AudioContent():
            data = base64.b64decode(block.data or "")
            for at in range(0, len(data), _AUDIO_PIECE):
                part = base64.b64encode(data[at : at + _AUDIO_PIECE]).decode("ascii")
                yield Piece(ContentDelta(replace(block, data=part)), tokens.of_text(part) // 250)
        case _:
            yield Piece(ContentDelta(block), tokens.of_contents([block]).total() // 8)


def text_pieces(text: str) -> Iterator[str]:
    """Cut a text into pieces of a few words; joined, they are the text again."""
    sizes = cycle(_WORDS_A_PIECE)
    words: list[str] = []
    wanted = next(sizes)
    for word in re.findall(rf"\s*\S{{1,{_LONGEST_WORD}}}|\s+\Z", text):
        words.append(word)
        if len(words) >= wanted or len(word) >= _LONGEST_WORD:
            yield "".join(words)
            words.clear()
            wanted = next(sizes)
    if words:
        yield "".join(words)


def _paragraphs(summary: Sequence[Content]) -> list[str]:
    text = "".join(block.text for block in summary if isinstance(block, TextContent))
    return re.findall(r"(?s).+?(?:\n\n(?=\*\*)|$)", text)


def so_far(step: Step, done: Sequence[Piece]) -> Step:
    """Give the step as it is after the pieces `done`, where it was broken off."""
    match step:
        case ModelOutputStep():
            return replace(step, content=_content_so_far(done))
        case ThoughtStep():
            texts = [
                piece.delta.content.text
                for piece in done
                if isinstance(piece.delta, ThoughtSummaryDelta)
                and isinstance(piece.delta.content, TextContent)
            ]
            return ThoughtStep(summary=(TextContent("".join(texts)),) if texts else None)
        case _:
            return shell_of(step)


def _content_so_far(done: Sequence[Piece]) -> tuple[Content, ...]:
    blocks: list[Content] = []
    for piece in done:
        last = blocks[-1] if blocks else None
        match piece.delta:
            case TextDelta(text) if isinstance(last, TextContent):
                blocks[-1] = replace(last, text=last.text + text)
            case TextDelta(text):
                blocks.append(TextContent(text))
            case TextAnnotationDelta(annotations) if isinstance(last, TextContent):
                blocks[-1] = replace(last, annotations=annotations)
            case ContentDelta(AudioContent() as audio) if isinstance(last, AudioContent):
                blocks[-1] = replace(last, data=_join(last, audio))
            case ContentDelta(content):
                blocks.append(content)
            case _:
                pass
    return tuple(blocks)


def _join(first: MediaContent, second: MediaContent) -> str:
    data = base64.b64decode(first.data or "") + base64.b64decode(second.data or "")
    return base64.b64encode(data).decode("ascii")
