"""Turns without a window: what a selection walks through, and a few ways to name places."""

from desktop_app.errors import AppError
from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep, Step, ThoughtStep
from desktop_app.markdown.blocks import Block
from desktop_app.ui.transcript.text_walk import TextWalk
from desktop_app.ui.transcript.turn_parts import Spot


class Pages:
    """Turns of which some parts are on screen; those in `lost` cannot be read."""

    def __init__(self, *turns: Interaction) -> None:
        self.turns = list(turns)
        self.lost: set[int] = set()
        self.path = self
        self.shown: dict[tuple[str, int], tuple[Block, ...]] = {}

    def __len__(self) -> int:
        return len(self.turns)

    def __getitem__(self, number: int, /) -> Interaction:
        if number in self.lost:
            raise AppError("The disk is broken.")
        return self.turns[number]

    def key(self, number: int) -> str:
        return self.turns[number].key

    def number_of(self, key: str) -> int | None:
        return next((n for n, turn in enumerate(self.turns) if turn.key == key), None)

    def part_shown(self, key: str, part: int) -> tuple[Block, ...] | None:
        return self.shown.get((key, part))


def walk_through(*turns: Interaction) -> TextWalk:
    return TextWalk(Pages(*turns))


def turn_of(asked: str, *steps: Step | str, key: str | None = None) -> Interaction:
    """A turn whose answer has these steps; a text is one of them."""
    turn = Interaction(key=key, input=(TextContent(asked),) if asked else ())
    for position, step in enumerate(steps):
        made = said(step) if isinstance(step, str) else step
        turn.restore_step(made, index=position, seconds=1.0, whole=True)
    turn.apply(InteractionCompleted(InteractionHeader(id="v1", status="completed")))
    return turn


def said(*texts: str) -> ModelOutputStep:
    return ModelOutputStep(content=tuple(TextContent(text) for text in texts))


def thought(*texts: str) -> ThoughtStep:
    return ThoughtStep(summary=tuple(TextContent(text) for text in texts))


def spot_of(walk: TextWalk, number: int, words: str, *, end: bool = False) -> Spot:
    """Where words stand in a turn: where they begin, or end."""
    key = walk.key(number)
    for part in range(len(walk.places(number))):
        for block in range(len(walk.blocks(number, part))):
            spot = Spot(key, part, block, 0)
            at = walk.text(spot).find(words)
            if at >= 0:
                return Spot(key, part, block, at + len(words) * end)
    raise AssertionError(f"{words!r} is not in turn {number}")
