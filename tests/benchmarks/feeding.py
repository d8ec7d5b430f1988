"""Gives a session the events of an answer at their pace, in the place of a server."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from desktop_app.interactions.events import (
    Event,
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    StepDelta,
    StepStart,
    StepStop,
    TextDelta,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.origin import Origin
from tests.benchmarks.content import MODEL, SEED, long_text, pieces_of
from tests.world import until

if TYPE_CHECKING:
    from desktop_app.chat.session import ChatSession
    from desktop_app.ui.main_window import MainWindow

_PACE = 0.004


class Feeder:
    """Stands in for the client of one origin; `last` is when the last piece was given."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.pieces: Sequence[str] = ()
        self.per_second = 0
        self.last = 0.0
        self._answers = 0

    def feed(self, pieces: Sequence[str], per_second: int) -> None:
        """Say what the next answer is, and how fast it comes; 0 is as fast as it is taken."""
        self.pieces, self.per_second = pieces, per_second

    @asynccontextmanager
    async def stream(
        self, request: InteractionRequest, on_retry: object = None
    ) -> AsyncGenerator[AsyncGenerator[Event, None], None]:
        self._answers += 1
        yield self._events(f"v1_fed{self._answers}")

    async def aclose(self) -> None:
        """Nothing is open."""

    async def _events(self, name: str) -> AsyncGenerator[Event, None]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number, event in enumerate(_answer(name, self.pieces)):
            due = began + number / self.per_second if self.per_second else 0.0
            if due > loop.time():
                await asyncio.sleep(max(_PACE, due - loop.time()))
            elif not self.per_second:
                await asyncio.sleep(0)
            if isinstance(event, StepDelta):
                self.last = time.perf_counter()
            yield event


def _answer(name: str, pieces: Sequence[str]) -> Iterator[Event]:
    yield InteractionCreated(InteractionHeader(name, "in_progress", "interaction", MODEL))
    yield StepStart(0, ModelOutputStep())
    for piece in pieces:
        yield StepDelta(0, TextDelta(piece))
    yield StepStop(0)
    yield InteractionCompleted(InteractionHeader(name, "completed", "interaction", MODEL))


def feeder(window: "MainWindow") -> Feeder:
    """Put a feeder in the place of the client."""
    connection = window._library._connection
    made = Feeder(connection.client.origin)
    connection.client_of = lambda origin: made  # type: ignore[method-assign,return-value,assignment]
    return made


def deltas(count: int) -> list[str]:
    """So many pieces of mixed Markdown."""
    return pieces_of(random.Random(SEED), long_text(40 * count))[:count]


async def ask(window: "MainWindow", *, leave: bool = False) -> "ChatSession":
    """Ask in the conversation on screen, and return when the answer has ended.

    `leave`: go to a new chat at once, so that the answer comes in where nobody looks.
    """
    session = window.view.session
    assert session is not None
    count = len(session.turns)
    window.pane.composer.edit.set_text("Tell me all of it, please.")
    window.pane.composer.submit()
    await until(lambda: len(session.turns) > count, session.turn_added)
    turn = session.turns[-1]
    if leave:
        window._library.new()
    await until(
        lambda: turn.outcome != "streaming" and not session.busy,
        session.busy_changed,
        patience=90,
    )
    assert turn.outcome == "complete", turn.failure
    return session
