"""Faults of the network, each played to a whole session: what holds of one must hold of all.

    python -m tests.faults network [--only WORDS]

A fault is a row of `tests.faults.cases`. It is played to a real `ChatSession` on a profile
of its own, over sockets, on a clock that leaps (`tests.faults.lapse`): every limit is the one that
the program ships with, and what is compared are its seconds, not the machine's.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from unittest.mock import patch

from desktop_app.chat import watching
from desktop_app.chat.session import ChatSession
from desktop_app.chat.watching import Clocks
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.network import Network, read_proxy
from desktop_app.settings.settings import Settings
from desktop_app.store.rows import restore_interaction
from tests.certificates import Server
from tests.chat.events import completed, created, record, started, stopped, text
from tests.faults.lapse import LapseLoop
from tests.faults.server import Plan, Talk
from tests.proxies import BASE_URL, http_proxy, odd_proxy
from tests.scriptserver import answer, script_server
from tests.world import World, until

PATIENCE: Final = 4000.0
"""Seconds of the leaping clock; no fault may take longer."""


@dataclass(frozen=True)
class Fault:
    """What happens, and what must come of it.

    `create`, `get` and `resume` are what the server does (`tests.faults.server.Plan`). `way` is
    how Castor gets to it. `seconds` are how long the answer may be under way, at least and at most.
    `sentence` is what the failure's card says, `advice` and `notice` are in what they say, `waits`
    are words shown meanwhile, in this order. `resumable`: there is Continue beside Retry.
    """

    name: str
    outcome: Outcome
    create: Sequence[Talk] = ()
    get: Sequence[Talk] = field(default_factory=lambda: Plan(()).get)
    resume: Sequence[Talk] = field(default_factory=lambda: Plan(()).resume)
    text: str = ""
    seconds: tuple[float, float] = (0.0, 2.0)
    sentence: str = ""
    advice: str = ""
    notice: str = ""
    waits: Sequence[str] = ()
    resumable: bool = False
    creates: int = 1
    way: str = "plain"
    certificate: Server | None = None
    settings: Settings = field(default_factory=Settings)
    before: bool = False
    stop_after: float | None = None
    wakes: Sequence[tuple[float, float]] = ()
    """At these seconds the clock on the wall leaps by so many."""

    counts_sleep: bool = False
    """Whether the steady clock leaps with it."""


@dataclass
class Seen:
    """What came of a fault, as the person and the server saw it."""

    outcome: Outcome = Outcome.STREAMING
    text: str = ""
    seconds: float = 0.0
    sentence: str = ""
    advice: str = ""
    resumable: bool = False
    creates: int = 0
    waits: list[str] = field(default_factory=list[str])
    notices: list[str] = field(default_factory=list[str])
    keys_refused: int = 0
    shown: list[str] = field(default_factory=list[str])
    """The answer's text after each change on the screen."""

    stored: str = ""
    stored_outcome: str = ""
    turn: Interaction | None = None
    """The turn as a restart has read it."""

    again: str = ""
    again_outcome: str = ""
    left: list[str] = field(default_factory=list[str])
    """Tasks that nobody has ended."""


def play_fault(fault: Fault, folder: Path) -> Seen:
    """Play a fault to a session in an empty folder, and say what came of it."""
    seen = Seen()
    with asyncio.Runner(loop_factory=LapseLoop) as runner:
        runner.run(_play(fault, folder, seen))
    return seen


async def _play(fault: Fault, folder: Path, seen: Seen) -> None:
    create = (_FIRST_TURN, *fault.create) if fault.before else fault.create
    plan = Plan(create, fault.get, fault.resume)
    async with AsyncExitStack() as stack:
        wall = _Wall(fault.wakes)
        clocks = partial(Clocks, wall=wall.time, steady=asyncio.get_running_loop().time)
        stack.enter_context(patch.object(watching, "Clocks", clocks))
        stack.enter_context(patch("anyio.to_thread.run_sync", the_loop().in_a_thread))
        base_url, network = await _way(fault, plan, folder, stack)
        profile = folder / "profile"
        async with world_on(profile, base_url, fault.settings) as w:
            w.connection.use_network(network)
            await _ask(w, fault, seen, wall)
            (*_, row) = await w.stored(w.library.current or await w.open())
            key = w.library.current.key if w.library.current else ""
        seen.stored_outcome, seen.stored = row.outcome, restore_interaction(row).output_text
        seen.creates = len(plan.made) - fault.before
        async with world_on(profile, base_url, fault.settings) as w:
            w.connection.use_network(network)
            turn = (await w.open(key)).turns[-1]
            seen.turn, seen.again, seen.again_outcome = turn, turn.output_text, turn.outcome
    await asyncio.sleep(0.1)
    mine = asyncio.current_task()
    seen.left = [task.get_name() for task in asyncio.all_tasks() if task is not mine]


def world_on(profile: Path, base_url: str, settings: Settings) -> World:
    world = World(profile, base_url, settings=settings)
    the_loop().wait_for(world.database)
    world.use_key()
    return world


def the_loop() -> LapseLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LapseLoop)
    return loop


class _Wall:
    """The clock on the wall, which leaps while the computer sleeps."""

    def __init__(self, wakes: Sequence[tuple[float, float]]) -> None:
        self._wakes = wakes
        self.begin = 0.0

    def time(self) -> float:
        now = asyncio.get_running_loop().time()
        leaps = sum(by for at, by in self._wakes if self.begin and now - self.begin >= at)
        return now + 1_000_000_000 + leaps


async def _way(
    fault: Fault, plan: Plan, folder: Path, stack: AsyncExitStack
) -> tuple[str, Network]:
    """Make the way from Castor to the server: its address, and how it is reached."""
    if fault.way == "unknown name":
        return "https://nobody.castor.test", Network(as_system=False)
    if fault.way == "proxy":
        proxy = await stack.enter_async_context(http_proxy({}, "ada", "right"))
        address = f"http://127.0.0.1:{proxy.port}"
        return BASE_URL, Network(as_system=False, proxy=read_proxy(address))
    tls = fault.certificate.context(folder) if fault.certificate is not None else None
    if fault.way == "nobody":
        async with script_server(plan.script) as server:
            return server.base_url, Network()
    if fault.way == "no tls":
        deaf = await stack.enter_async_context(odd_proxy("http", b"HTTP/1.1 400 Bad\r\n\r\n"))
        return f"https://127.0.0.1:{deaf.port}", Network()
    server = await stack.enter_async_context(script_server(plan.script, tls))
    if fault.way == "trusted":
        from tests.faults.cases.words import AUTHORITY

        return server.base_url, Network(authorities=AUTHORITY.pem)
    return server.base_url, Network()


async def _ask(w: World, fault: Fault, seen: Seen, wall: _Wall) -> None:
    session = await w.open()
    if fault.before:
        await ask(session)
    session.waiting_changed.connect(lambda _turn, words: seen.waits.append(words))
    session.pause_changed.connect(lambda _turn, one: seen.waits.append(one.why if one else ""))
    session.key_refused.connect(lambda *_: setattr(seen, "keys_refused", seen.keys_refused + 1))
    session.step_changed.connect(lambda turn, _at: seen.shown.append(turn.output_text))
    before = len(w.notices)
    loop = asyncio.get_running_loop()
    begin = wall.begin = loop.time()
    for after, by in fault.wakes if fault.counts_sleep else ():
        loop.call_later(after, the_loop().leap, by)
    if fault.stop_after is not None:
        loop.call_later(fault.stop_after, session.stop)
    turn = await ask(session)
    seen.seconds = round(loop.time() - begin, 3)
    seen.outcome, seen.text, seen.resumable = turn.outcome, turn.output_text, turn.resumable
    if turn.failure is not None:
        seen.sentence, seen.advice = turn.failure.sentence, turn.failure.advice
    seen.notices = [notice.text for notice in w.notices[before:]]


async def ask(session: ChatSession) -> Interaction:
    session.send("a question")
    await until(lambda: not session.busy, session.busy_changed, patience=PATIENCE)
    return session.turns[-1]


def talk_of(interaction_id: str, *words: str) -> list[bytes]:
    """The records of a whole answer, one delta for each word."""
    events = [created(interaction_id), started(), *map(text, words), stopped()]
    return [
        record(event, f"{interaction_id}-{number}")
        for number, event in enumerate([*events, completed(interaction_id)])
    ]


_FIRST_TURN: Final[Talk] = (
    answer(b"".join(talk_of("v1_first", "The first answer.")), media_type="text/event-stream"),
)


# --- what must hold -------------------------------------------------------------------------------


def broken_rules(fault: Fault, seen: Seen) -> list[str]:
    """Say which rules did not hold, in words; none is what must come back."""
    least, most = fault.seconds
    left = list(fault.waits[-1:]) if fault.outcome is Outcome.WAITING else [""]
    expected: list[tuple[str, object, object]] = [
        ("the outcome", seen.outcome, fault.outcome),
        ("the text that is kept", seen.text, fault.text),
        ("the sentence", seen.sentence, fault.sentence),
        ("Continue", seen.resumable, fault.resumable),
        ("the creates that the server saw", seen.creates, fault.creates),
        ("the row's text", seen.stored, seen.text),
        ("the row's outcome", seen.stored_outcome, seen.outcome),
        ("the text after a restart", seen.again, seen.text),
        ("the outcome after a restart", seen.again_outcome, seen.outcome),
        ("words left that something is waited for", seen.waits[-1:] or [""], left),
        ("tasks left", seen.left, []),
    ]
    broken = [f"{what}: {is_!r}, not {due!r}" for what, is_, due in expected if is_ != due]
    if not least <= seen.seconds <= most:
        broken.append(f"it took {seen.seconds:.2f} s, not {least} to {most}")
    if fault.advice not in seen.advice:
        broken.append(f"the advice: {seen.advice!r}, without {fault.advice!r}")
    if len(seen.notices) != bool(fault.notice) or fault.notice not in "".join(seen.notices):
        broken.append(f"the notices: {seen.notices!r}, not one with {fault.notice!r}")
    if seen.keys_refused:
        broken.append("the key was asked for")
    if not _in_order(fault.waits, seen.waits):
        broken.append(f"the words meanwhile: {seen.waits!r}, without {fault.waits!r}")
    if any(len(after) < len(here) for here, after in zip(seen.shown, seen.shown[1:], strict=False)):
        broken.append(f"the text on the screen has shrunk: {seen.shown!r}")
    return broken


def _in_order(wanted: Sequence[str], found: Sequence[str]) -> bool:
    left = iter(found)
    return all(any(words == one for one in left) for words in wanted)


# --- at length ------------------------------------------------------------------------------------


def main(words: Sequence[str]) -> int:
    """Play all faults; one JSON object with the counts."""
    from tests.faults.cases.all import FAULTS

    parser = argparse.ArgumentParser(prog="faults network")
    parser.add_argument("--only", default="", help="play the faults that have this in their name")
    options = parser.parse_args(words)
    chosen = [fault for fault in FAULTS if options.only in fault.name]
    broken: dict[str, list[str]] = {}
    outcomes: dict[str, int] = {}
    seconds = 0.0
    for fault in chosen:
        with tempfile.TemporaryDirectory() as folder:
            seen = play_fault(fault, Path(folder))
        seconds += seen.seconds
        outcomes[seen.outcome] = outcomes.get(seen.outcome, 0) + 1
        if found := broken_rules(fault, seen):
            broken[fault.name] = found
    report = {
        "faults": len(chosen),
        "outcomes": outcomes,
        "played_seconds": round(seconds),
        "broken": broken,
    }
    json.dump(report, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
    if broken:
        sys.stderr.write(f"again: faults network --only {next(iter(broken))!r}\n")
    return 1 if broken or not chosen else 0
