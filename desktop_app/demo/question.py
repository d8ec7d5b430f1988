"""What is asked: a conversation as turns, and everything an answer may depend on."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from desktop_app.demo.manner import Manner
from desktop_app.demo.pictures import Picture
from desktop_app.demo.reading import Reading
from desktop_app.demo.seals import Seals
from desktop_app.interactions.content import Content, ImageContent, MediaContent, TextContent
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.steps import (
    FunctionResultStep,
    ModelOutputStep,
    Step,
    UserInputStep,
)

_READ: Final = 2000
_TEXT_FILE: Final = re.compile(r"File: ([^\n]{1,255})\n\n")


@dataclass(frozen=True)
class Turn:
    """What the person put in at once, the results of functions given back, and what came of it."""

    content: tuple[Content, ...] = ()
    results: tuple[FunctionResultStep, ...] = ()
    output: tuple[Step, ...] = ()

    @property
    def text(self) -> str:
        """The text of the person, without files that came as text."""
        texts = [c.text for c in self.content if isinstance(c, TextContent)]
        return "\n".join(text for text in texts if _TEXT_FILE.match(text) is None).strip()

    @property
    def text_files(self) -> tuple[tuple[str, str], ...]:
        """The files that came as blocks of text, as Castor sends them: names and contents."""
        texts = [c.text for c in self.content if isinstance(c, TextContent)]
        found = [(_TEXT_FILE.match(text), text) for text in texts]
        return tuple((match[1], text[match.end() :]) for match, text in found if match)

    @property
    def answer(self) -> str:
        """The text of the answer."""
        return "".join(
            block.text
            for step in self.output
            if isinstance(step, ModelOutputStep)
            for block in step.content or ()
            if isinstance(block, TextContent)
        )

    @property
    def images(self) -> tuple[ImageContent, ...]:
        """The pictures of the person."""
        return tuple(c for c in self.content if isinstance(c, ImageContent))

    @property
    def other_media(self) -> tuple[MediaContent, ...]:
        """What the person attached besides pictures."""
        return tuple(
            c for c in self.content if isinstance(c, MediaContent) and c.type != ImageContent.type
        )


def turns_of(steps: Iterable[Step]) -> tuple[Turn, ...]:
    """Put the steps of a conversation together into turns, at least one.

    A turn begins with what the person put in, or with the results of functions that were called.
    """
    turns: list[Turn] = []
    for step in steps:
        last = turns[-1] if turns else Turn()
        match step:
            case UserInputStep(content):
                turns.append(Turn(content or ()))
            case FunctionResultStep() if turns and not last.output:
                turns[-1] = replace(last, results=(*last.results, step))
            case FunctionResultStep():
                turns.append(Turn(results=(step,)))
            case _ if turns:
                turns[-1] = replace(last, output=(*last.output, step))
            case _:
                turns.append(Turn(output=(step,)))
    return tuple(turns) or (Turn(),)


def media_key(media: MediaContent) -> str:
    """Name a picture or another file by its bytes or its address."""
    return hashlib.sha256((media.data or media.uri or "").encode()).hexdigest()


@dataclass(frozen=True)
class Question:
    """The last of `turns` is to be answered.

    `pictures` and `readings` hold what is known of every picture and every other file, by its key;
    `level` is the thinking level; `agent` is set where an agent was asked, not a model.
    """

    turns: tuple[Turn, ...]
    seals: Seals
    manner: Manner = field(default_factory=Manner)
    level: str = "medium"
    agent: str | None = None
    tools: tuple[JsonObject, ...] = ()
    tool_choice: str | JsonObject | None = None
    formats: tuple[JsonObject, ...] = ()
    pictures: Mapping[str, Picture | str] = field(default_factory=dict[str, "Picture | str"])
    readings: Mapping[str, Reading | str] = field(default_factory=dict[str, "Reading | str"])

    @property
    def now(self) -> Turn:
        """The turn to be answered."""
        return self.turns[-1]

    @property
    def earlier(self) -> tuple[Turn, ...]:
        """The turns before it."""
        return self.turns[:-1]

    @property
    def text(self) -> str:
        """The text of the person now."""
        return self.now.text

    @property
    def words(self) -> str:
        """Its beginning in small letters, for the rules to look into."""
        return self.text[:_READ].lower()

    def picture(self, image: ImageContent) -> Picture | str:
        """What is known of a picture: its description, or the reason why there is none."""
        return self.pictures.get(media_key(image), "it was not looked at")

    def reading(self, media: MediaContent) -> Reading | str:
        """What is known of another file: what is in it, or the reason why it was not read."""
        return self.readings.get(media_key(media), "it was not read")
