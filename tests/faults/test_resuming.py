"""A stream that breaks anywhere, any number of times, loses no character and says none twice."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hypothesis import given, note
from hypothesis import strategies as st

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import ModelOutputStep, ThoughtStep
from desktop_app.settings.settings import DEFAULTS
from desktop_app.store.rows import restore_interaction
from tests.chat.events import completed, created, record, started, stopped
from tests.faults.lapse import LapseLoop
from tests.faults.network import ask, world_on
from tests.faults.server import Close, HalfClose, Move, Reset, play
from tests.scriptserver import STREAM_HEAD, Request, Writer, answer, script_server

Steps = Sequence[tuple[str, Sequence[str]]]
"""What an answer says: the kind of each step, and its deltas."""


@dataclass
class Breaking:
    """A server whose streams break: after so many events and bytes, in this way, each in its turn.

    `marked` says which events bear an id. `repeats`: a resume begins with the event it names.
    `tells` is how many steps of a running answer it shows to who asks for it.
    """

    steps: Steps
    marked: Sequence[bool]
    breaks: list[tuple[int, int, Move]]
    repeats: bool
    tells: int
    creates: int = 0
    questions: int = 0

    def __post_init__(self) -> None:
        events = [created("v1")]
        for index, (kind, words) in enumerate(self.steps):
            deltas = [_delta(kind, word, index) for word in words]
            events += [started(kind, index), *deltas, stopped(index)]
        events.append(completed("v1"))
        marks = [self.marked[at % len(self.marked)] for at in range(len(events))]
        self.records = [
            record(event, f"e{at}" if marked else None)
            for at, (event, marked) in enumerate(zip(events, marks, strict=True))
        ]

    async def script(self, request: Request, writer: Writer) -> None:
        if request.method == "POST":
            self.creates += 1
            # Without an id nobody could ask for the rest: the first event always gets through.
            await self._stream(writer, 0, 1)
        elif "stream=true" in request.target:
            _, _, name = request.target.partition("last_event_id=e")
            await self._stream(writer, int(name) + (not self.repeats) if name else 0, 0)
        else:
            self.questions += 1
            ended = self.questions > len(self.breaks) + 3
            steps = self.steps if ended else self.steps[: self.tells]
            status = "completed" if ended else "in_progress"
            body: JsonObject = {"id": "v1", "status": status}
            body["steps"] = [_whole(kind, "".join(words)) for kind, words in steps]
            writer.write(answer(json.dumps(body).encode()))

    async def _stream(self, writer: Writer, begin: int, least: int) -> None:
        if not self.breaks:
            await play(writer, [STREAM_HEAD, *self.records[begin:], Close()])
            return
        events, after, how = self.breaks.pop(0)
        end = begin + least + events
        half = b"".join(self.records[end:])[:after]
        await play(writer, [STREAM_HEAD, *self.records[begin:end], half, how])


def _delta(kind: str, word: str, index: int) -> JsonObject:
    piece: JsonObject = {"type": "text", "text": word}
    if kind == "thought":
        piece = {"type": "thought_summary", "content": piece}
    return {"event_type": "step.delta", "index": index, "delta": piece}


def _whole(kind: str, text: str) -> JsonObject:
    name = "summary" if kind == "thought" else "content"
    return {"type": kind, name: [{"type": "text", "text": text}]}


def _said(turn: Interaction) -> str:
    texts: list[str] = []
    for step in turn.steps:
        blocks = step.summary if isinstance(step, ThoughtStep) else None
        if isinstance(step, ModelOutputStep):
            blocks = step.content
        texts += [block.text for block in blocks or () if isinstance(block, TextContent)]
    return "".join(texts)


_TEXT = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=6)
_WORDS = st.lists(_TEXT, min_size=1, max_size=6)
_KINDS = st.sampled_from(["model_output", "thought"])
_STEPS = st.lists(st.tuples(_KINDS, _WORDS), min_size=1, max_size=4)
_WAYS = st.sampled_from([Close(), Reset(), HalfClose()])
_BREAKS = st.tuples(st.integers(0, 8), st.one_of(st.just(0), st.integers(0, 150)), _WAYS)
_MARKED = st.one_of(
    st.just([True]), st.just([False]), st.lists(st.booleans(), min_size=2, max_size=12)
)


@given(_STEPS, _MARKED, st.lists(_BREAKS, min_size=1, max_size=6), st.booleans(), st.integers(0, 4))
def test_wherever_a_stream_breaks_the_answer_becomes_whole(
    steps: Steps,
    marked: Sequence[bool],
    breaks: list[tuple[int, int, Move]],
    repeats: bool,
    tells: int,
) -> None:
    server = Breaking(steps, marked, list(breaks), repeats, tells)
    whole = "".join(word for _, words in steps for word in words)
    with tempfile.TemporaryDirectory() as folder:
        with asyncio.Runner(loop_factory=LapseLoop) as runner:
            turn, shown, stored = runner.run(_ask(server, Path(folder)))
    note(f"shown: {shown!r}")
    assert (turn.outcome, _said(turn), stored) == (Outcome.COMPLETE, whole, whole)
    assert server.creates == 1
    for before, after in pairwise(shown):
        assert after.startswith(before), "what was on the screen was taken back"


async def _ask(server: Breaking, folder: Path) -> tuple[Interaction, list[str], str]:
    shown: list[str] = []
    async with AsyncExitStack() as stack:
        s = await stack.enter_async_context(script_server(server.script))
        w = await stack.enter_async_context(world_on(folder, s.base_url, DEFAULTS))
        session = await w.open()
        session.step_changed.connect(lambda turn, _at: shown.append(_said(turn)))
        turn = await ask(session)
        (row,) = await w.stored(session)
    return turn, shown, _said(restore_interaction(row))
