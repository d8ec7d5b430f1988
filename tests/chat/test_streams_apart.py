"""Eight answers come in at once, in pieces, in any order: none is ever shown in another's place."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from desktop_app.chat.outbox import MOST_STREAMS
from desktop_app.chat.session import ChatSession
from desktop_app.eventloop import EventLoop
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.ui.transcript.turn_parts import input_text
from tests.chat.events import completed, created, record, started, stopped, text
from tests.chat.test_outbox import input_of
from tests.scriptserver import STREAM_HEAD, Request, Writer, script_server
from tests.world import World, until, world

PIECES = 4


def piece(name: str, number: int) -> str:
    return f"<{name}.{number}>"


class Pieces:
    """Sends the pieces of each answer when it is told to, cut where it is told to."""

    def __init__(self) -> None:
        self.writers: dict[str, Writer] = {}
        self.open = asyncio.Event()
        self.records: dict[str, bytes] = {}
        self.posts: list[str] = []

    async def script(self, request: Request, writer: Writer) -> None:
        name = input_of(request)
        self.posts.append(name)
        events = [
            created(f"v1_{name}"),
            started(),
            *(text(piece(name, number)) for number in range(PIECES)),
            stopped(),
            completed(f"v1_{name}"),
        ]
        self.records[name] = b"".join(record(e, f"{name}{n}") for n, e in enumerate(events))
        writer.write(STREAM_HEAD)
        await writer.drain()
        self.writers[name] = writer
        if len(self.writers) == MOST_STREAMS:
            self.open.set()
        await asyncio.Event().wait()

    async def send(self, name: str, share: float) -> None:
        """Send some of what is left, and close behind the last of it."""
        left = self.records[name]
        count = max(1, round(len(left) * share))
        self.records[name] = left[count:]
        writer = self.writers[name]
        writer.write(left[:count])
        await writer.drain()
        if not self.records[name]:
            writer.close()


class Eyes:
    """Looks at all that a session says, and at all that it shows."""

    def __init__(self, session: ChatSession, name: str) -> None:
        self.session = session
        self.name = name
        self.wrong: list[str] = []  # a slot's exception would reach nobody
        session.step_changed.connect(self._look)
        session.turn_changed.connect(self._look_at)
        session.waiting_changed.connect(self._look)

    def _look(self, turn: Interaction, _what: object) -> None:
        self._look_at(turn)

    def _look_at(self, turn: Interaction) -> None:
        if turn is not self.session.turns[-1]:
            self.wrong.append("a turn of another conversation")
        self.check()

    def check(self) -> None:
        whole = "".join(piece(self.name, number) for number in range(PIECES))
        for turn in self.session.turns:
            if not whole.startswith(turn.output_text) or input_text(turn) != self.name:
                self.wrong.append(turn.output_text)


async def stream_apart(
    w: World, pieces: Pieces, order: list[tuple[int, float]], views: list[int]
) -> None:
    eyes: list[Eyes] = []
    for number in range(MOST_STREAMS):
        session = await w.open()
        eyes.append(Eyes(session, f"q{number}"))
        session.send(f"q{number}")
        await until(lambda s=session: bool(s.turns), session.turn_added)
    await pieces.open.wait()
    looked = iter(views)
    for number, share in order:
        name = f"q{number}"
        if pieces.records[name]:
            await pieces.send(name, share)
        shown = next(looked, None)
        if shown is not None:
            w.library.open(eyes[shown].session.key)  # the person looks at another one
        await asyncio.sleep(0)
        for one in eyes:
            one.check()
            assert one.wrong == []
    for one in eyes:
        if pieces.records[one.name]:
            await pieces.send(one.name, 1.0)
    for one in eyes:
        session = one.session
        await until(lambda s=session: not s.busy, session.busy_changed)
        (turn,) = session.turns
        whole = "".join(piece(one.name, number) for number in range(PIECES))
        assert (turn.output_text, turn.outcome) == (whole, Outcome.COMPLETE)
        (row,) = await w.stored(session)
        assert whole in row.steps[0].body
        assert one.wrong == []
    assert sorted(pieces.posts) == [f"q{number}" for number in range(MOST_STREAMS)]


async def run(folder: Path, order: list[tuple[int, float]], views: list[int]) -> None:
    pieces = Pieces()
    async with script_server(pieces.script) as server, world(folder, server.base_url) as w:
        failures: list[BaseException] = []
        w.tasks._report = failures.append
        await stream_apart(w, pieces, order, views)
        assert failures == []


@settings(max_examples=12)
@given(
    order=st.lists(st.tuples(st.integers(0, MOST_STREAMS - 1), st.floats(0.01, 0.7)), max_size=40),
    views=st.lists(st.integers(0, MOST_STREAMS - 1), max_size=40),
)
def test_whatever_comes_when_none_is_shown_in_anothers_place(
    tmp_path_factory: pytest.TempPathFactory, order: list[tuple[int, float]], views: list[int]
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    folder = tmp_path_factory.mktemp("apart")
    with asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
        runner.run(run(folder, order, views))
