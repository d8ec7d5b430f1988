"""Stops answers at random bytes of real streams: the socket closes at once, and nothing is left.

    python -m tests.faults cancels [--count 1000] [--seed N]

It runs on Castor's own loop, in real time. The seconds are told; what must hold is that every
answer has ended as stopped, with what of it had come, on the screen as on the disk, and that no
task and no descriptor is left.
"""

import argparse
import asyncio
import gc
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication

from desktop_app.chat.session import ChatSession
from desktop_app.eventloop import EventLoop
from desktop_app.gemini import wire
from desktop_app.gemini.sse import SSEDecoder
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.store.rows import restore_interaction
from tests.samples import STREAMS, stream_bytes
from tests.scriptserver import STREAM_HEAD, Request, ScriptServer, Writer, script_server
from tests.world import World, until, world

_LONGEST_PAUSE: Final = 0.004
_SAMPLES: Final = [name for name in STREAMS if name != "11_image_output"]


@dataclass
class Cancels:
    """What came of all cancels. `lost` says of which answers something was, in words."""

    count: int = 0
    stopped: int = 0
    ended_before: int = 0
    lost: list[str] = field(default_factory=list[str])
    closed_after: list[float] = field(default_factory=list[float])
    idle_after: list[float] = field(default_factory=list[float])
    tasks_left: int = 0
    descriptors_left: int = 0

    @property
    def nothing_lost(self) -> bool:
        """Whether all held that must."""
        return not self.lost and not self.tasks_left and self.descriptors_left <= 0

    def report(self) -> dict[str, object]:
        """The counts, and milliseconds from the cancel to the end of socket and turn."""
        return {
            "cancels": self.count,
            "stopped": self.stopped,
            "ended_before": self.ended_before,
            "socket_closed_ms": _percentiles(self.closed_after),
            "turn_ended_ms": _percentiles(self.idle_after),
            "tasks_left": self.tasks_left,
            "descriptors_left": self.descriptors_left,
            "lost": self.lost[:20],
        }


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    if not ordered:
        return {}
    at = {"p50": len(ordered) // 2, "p99": len(ordered) * 99 // 100, "most": len(ordered) - 1}
    return {name: round(ordered[place] * 1000, 1) for name, place in at.items()}


@dataclass
class _Cut:
    """Sends the head and `data` of an answer, and then nothing, with the connection open."""

    data: bytes = b""
    with_head: bool = True
    sent: asyncio.Event = field(default_factory=asyncio.Event)

    async def script(self, _request: Request, writer: Writer) -> None:
        if self.with_head:
            writer.write(STREAM_HEAD + self.data)
            await writer.drain()
        self.sent.set()


async def cancel_many(folder: Path, count: int, seed: int) -> Cancels:
    """Stop so many answers, one after the other."""
    found, chance, cut = Cancels(), random.Random(seed), _Cut()
    async with script_server(cut.script) as server, world(folder, server.base_url) as w:
        await _cancel(w, server, cut, chance, Cancels())  # what is made once is there by then
        tasks, descriptors = await _what_there_is()
        for _ in range(count):
            await _cancel(w, server, cut, chance, found)
        after = await _what_there_is()
        found.tasks_left, found.descriptors_left = after[0] - tasks, after[1] - descriptors
    return found


async def _cancel(
    w: World, server: ScriptServer, cut: _Cut, chance: random.Random, found: Cancels
) -> None:
    name = chance.choice(_SAMPLES)
    body = stream_bytes(name)
    at = chance.randrange(len(body))
    cut.data, cut.with_head = body[:at], chance.random() < 0.95
    cut.sent.clear()
    session = await w.open()
    session.send("a question")
    await cut.sent.wait()
    if chance.random() < 0.8:
        await asyncio.sleep(chance.random() * _LONGEST_PAUSE)
    turn = session.running_turn or session.turns[-1]
    server.closed.clear()
    found.count += 1
    if session.busy:
        await _stop(session, server, found)
    await _check(w, session, turn, cut, f"{name} at byte {at}", found)


async def _stop(session: ChatSession, server: ScriptServer, found: Cancels) -> None:
    clock = asyncio.get_running_loop().time
    begin = clock()
    session.stop()
    await until(lambda: not session.busy, session.busy_changed)
    found.idle_after.append(clock() - begin)
    await asyncio.wait_for(server.closed.wait(), 20)
    found.closed_after.append(clock() - begin)


async def _check(
    w: World, session: ChatSession, turn: Interaction, cut: _Cut, which: str, found: Cancels
) -> None:
    if turn.outcome is Outcome.CANCELLED:
        found.stopped += 1
    elif turn.outcome is _folded(cut.data).outcome:
        found.ended_before += 1
    else:
        found.lost.append(f"{which}: it is {turn.outcome}")
    if cut.with_head and not _folded(cut.data).output_text.startswith(turn.output_text):
        found.lost.append(f"{which}: the text is not what came")
    (row,) = await w.stored(session)
    stored = restore_interaction(row)
    if (stored.outcome, stored.steps) != (turn.outcome, turn.steps):
        found.lost.append(f"{which}: on the disk it is another")


def _folded(data: bytes) -> Interaction:
    """What an answer is by the end of these bytes."""
    turn = Interaction()
    for one in SSEDecoder().feed(data):
        event = wire.decode_event(one)
        if event is not None:
            turn.apply(event)
    return turn


async def _what_there_is() -> tuple[int, int]:
    """The tasks and the open files and sockets, once all that ends by itself has ended."""
    await asyncio.sleep(0.3)
    gc.collect()
    await asyncio.sleep(0.1)
    return len(asyncio.all_tasks()), _descriptors()


def _descriptors() -> int:
    folder = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def main(words: Sequence[str]) -> int:
    """Stop many answers; one JSON object with the counts."""
    parser = argparse.ArgumentParser(prog="faults cancels")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    options = parser.parse_args(words)
    application = QCoreApplication.instance() or QCoreApplication([])
    with tempfile.TemporaryDirectory() as folder:
        with asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
            found = runner.run(cancel_many(Path(folder), options.count, options.seed))
    json.dump({"seed": options.seed, **found.report()}, sys.stdout, indent=1)
    sys.stdout.write("\n")
    if not found.nothing_lost:
        again = f"--count {options.count} --seed {options.seed}"
        sys.stderr.write(f"again: faults cancels {again}\n")
    return 0 if found.nothing_lost else 1
