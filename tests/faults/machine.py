"""A state machine over the whole of `chat`, with the real history and a server that it deals.

    python3 packaging/dev.py faults machine [--count N] [--steps N] [--seed N]

Every step is something that the person, the server, the network, the disk or the clock does, or
two of them at the same moment, or a crash in the middle of one. After every step all of I1 to I8
must hold (reliability). Hypothesis makes what it finds as small as it can.
"""

import argparse
import collections
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QCoreApplication

from desktop_app.chat.session import ChatSession
from desktop_app.chat.writing import PROBE_SECONDS
from desktop_app.interactions.interaction import Interaction
from desktop_app.store.conversations import list_conversations
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import ConversationRow
from tests.faults.invariants import Model, owner_of
from tests.faults.stepped_server import Run, SteppedServer
from tests.faults.stepped_world import SteppedWorld

REFUSALS = (
    *((400, "invalid_request"), (429, "rate_limit_exceeded"), (500, "api_error")),
    *((503, "service_unavailable"), (403, "permission_denied")),
)
ENDS = (
    *("completed", "completed", "incomplete", "requires_action", "failed", "cancelled"),
    *("budget_exceeded", "requires_continuation"),
)
WAITS = (0.2, 0.5, 1.5, 5.0, 30.0, 200.0)
JUMPS = (-90_000.0, -60.0, 60.0, 90_000.0)
MOST_STREAMS = 5

seen: collections.Counter[str] = collections.Counter()
"""How often each thing was done in this process."""


class Actions:
    """What can happen, by name. Each takes a number that chooses among what there is."""

    def __init__(self) -> None:
        self.server = SteppedServer()
        self.model = Model(self.server)
        self.server.asked = self.model.hear
        self.here = SteppedWorld(self.server, self._watch)
        self.model.world = self.here.world
        self.inputs = 0

    def _watch(self, session: ChatSession) -> None:
        def show(turn: Interaction) -> None:
            self.model.show(session, turn, composed=True)

        def show_instead(_key: str, turn: Interaction) -> None:
            self.model.show(session, turn, composed=False)

        session.turn_added.connect(show)
        session.turn_replaced.connect(show_instead)

    @property
    def session(self) -> ChatSession:
        """The conversation on screen."""
        current = self.here.world.library.current
        assert current is not None
        return current

    def _last(self) -> Interaction | None:
        turns = self.session.turns
        return turns[-1] if turns else None

    # --- the person ---------------------------------------------------------------------------

    def new(self, _pick: int) -> None:
        self.here.world.library.new()

    def switch(self, pick: int) -> None:
        rows = self.here.world.library.rows
        if rows:
            self.here.world.library.open(rows[pick % len(rows)].key)

    def type(self, pick: int) -> None:
        if self.session.busy and self.session.running_turn is None:
            return  # the composer takes nothing then
        self.inputs += 1
        text = f"q{self.inputs}" if pick else ""
        self.session.write_draft(text)
        self.model.type(self.session, text)

    def send(self, _pick: int) -> None:
        session = self.session
        streams = sum(one.busy for one in self.here.world.library.sessions)
        if session.busy or streams >= MOST_STREAMS:
            return
        text = self.model.typed.get(owner_of(session), [""])[-1]
        if not text:
            self.type(1)
            text = f"q{self.inputs}"
        self.model.sent[text] = session.key
        session.send(text)

    def stop(self, _pick: int) -> None:
        self.session.stop()

    def retry(self, _pick: int) -> None:
        last = self._last()
        if last is not None:
            self.session.retry(last.key)

    def resume(self, _pick: int) -> None:
        last = self._last()
        if last is not None:
            self.session.resume(last.key)

    def refuse_calls(self, _pick: int) -> None:
        last = self._last()
        if last is not None:
            self.session.refuse(last.key)

    def rename(self, pick: int) -> None:
        rows = self.here.world.library.rows
        if rows:
            self.here.world.library.rename(rows[pick % len(rows)].key, f"name {self.inputs}")

    def set_options(self, pick: int) -> None:
        self.here.world.preferences.update(store=bool(pick & 1), background=bool(pick & 2))

    def trash(self, pick: int) -> None:
        library = self.here.world.library
        if library.rows:
            key = library.rows[pick % len(library.rows)].key
            self.model.trash.add(key)
            library.trash(key)

    def _in_trash(self, pick: int) -> ConversationRow | None:
        rows = self.here.database.read_here(lambda db: list_conversations(db, trashed=True))
        rows = [row for row in rows if row.key in self.model.trash]
        return rows[pick % len(rows)] if rows else None

    def restore(self, pick: int) -> None:
        row = self._in_trash(pick)
        if row is not None:
            self.model.trash.discard(row.key)
            self.here.world.library.restore(row)

    def delete(self, pick: int) -> None:
        row = self._in_trash(pick)
        if row is not None:
            self.model.forget(row.key)
            self.here.world.library.delete([row.key])

    # --- the server and the network -----------------------------------------------------------

    def _pick(self, pick: int, among: Callable[[Run], bool]) -> Run | None:
        found = [run for run in self.server.runs if among(run)]
        return found[pick % len(found)] if found else None

    def _open(self, pick: int) -> Run | None:
        run = self._pick(pick, lambda run: run.runs or run.waits)
        if run is not None and run.waits:
            self.server.accept(run)
        return run

    def accept(self, pick: int) -> None:
        run = self._pick(pick, lambda run: run.waits)
        if run is not None:
            self.server.accept(run)

    def say(self, pick: int) -> None:
        run = self._open(pick)
        if run is not None:
            self.server.say(run)

    def think(self, pick: int) -> None:
        run = self._open(pick)
        if run is not None:
            self.server.begin_step(run, "thought", signature="c2ln")
            self.server.end_step(run)

    def end_step(self, pick: int) -> None:
        run = self._open(pick)
        if run is not None:
            self.server.end_step(run)

    def end(self, pick: int) -> None:
        run = self._open(pick // len(ENDS))
        if run is not None:
            self.server.end(run, ENDS[pick % len(ENDS)])

    def fail(self, pick: int) -> None:
        run = self._open(pick)
        if run is not None:
            self.server.fail(run)

    def refuse(self, pick: int) -> None:
        run = self._pick(pick // len(REFUSALS), lambda run: run.waits)
        if run is not None:
            self.server.refuse(run, *REFUSALS[pick % len(REFUSALS)])

    def drop(self, pick: int) -> None:
        run = self._pick(pick // 2, lambda run: run.waits or bool(run.listeners))
        if run is not None:
            self.server.drop(run, cleanly=bool(pick % 2))

    def forget(self, pick: int) -> None:
        run = self._pick(pick, lambda run: bool(run.status) and not run.runs)
        if run is not None:
            run.forgotten = True

    def reach(self, pick: int) -> None:
        self.server.out_of_reach = pick % 3 == 0


PERSON = (
    *("new", "switch", "type", "send", "stop", "retry", "resume", "refuse_calls"),
    *("rename", "trash", "restore", "delete", "set_options"),
)
SERVER = (
    *("accept", "say", "say", "say", "think", "end_step", "end", "end", "fail", "refuse"),
    *("drop", "forget", "reach"),
)
picks = st.integers(0, 47)
happenings = st.tuples(st.sampled_from(PERSON + SERVER), picks)


class ChatMachine(RuleBasedStateMachine):
    """Lets one thing happen after the other, and looks at everything after each."""

    def __init__(self) -> None:
        super().__init__()
        self.actions = Actions()
        self.here = self.actions.here

    def _do(self, name: str, pick: int) -> None:
        seen[name] += 1
        with self.here.wall_clock():
            self.here.loop.call(lambda: getattr(self.actions, name)(pick))

    def _settle(self) -> None:
        with self.here.wall_clock():
            self.here.settle()

    @rule(name=st.sampled_from(PERSON), pick=picks)
    def person(self, name: str, pick: int) -> None:
        self._do(name, pick)
        self._settle()

    @rule(name=st.sampled_from(SERVER), pick=picks)
    def serve(self, name: str, pick: int) -> None:
        self._do(name, pick)
        self._settle()

    @rule()
    def ask_in_a_new_chat(self) -> None:
        for name in ("new", "send"):
            self._do(name, 0)
            self._settle()

    @rule(pick=picks)
    def ask_here_and_have_it_answered(self, pick: int) -> None:
        self._do("send", 0)
        self._settle()
        for name in ("say", "end"):
            self._do(name, pick if name == "say" else 0)
            self._settle()

    @rule(first=happenings, second=happenings, turns=st.integers(0, 4))
    def two_at_once(self, first: tuple[str, int], second: tuple[str, int], turns: int) -> None:
        """The second happens while the first is under way and the disk has done nothing yet."""
        self.here.database.slow = True
        self._do(*first)
        self._turn(turns)
        self._do(*second)
        self.here.database.slow = False
        self._settle()

    def _turn(self, turns: int) -> None:
        with self.here.wall_clock():
            for _ in range(turns):
                self.here.loop.turn()

    @rule()
    def the_disk_refuses_an_input(self) -> None:
        seen["disk full"] += 1
        self._do("type", 1)
        self._settle()
        self.here.database.refusing = DiskFull("The disk is full.", "Make room.")
        self._do("send", 0)
        self._settle()
        self.here.database.refusing = None
        self.time_passes(PROBE_SECONDS + 1)  # until then nobody knows that there is room

    @rule(seconds=st.sampled_from(WAITS))
    def time_passes(self, seconds: float) -> None:
        seen["time"] += 1
        with self.here.wall_clock():
            self.here.pass_time(seconds)

    @rule(seconds=st.sampled_from(JUMPS))
    def the_wall_clock_jumps(self, seconds: float) -> None:
        seen["jump"] += 1
        self.here.clock.offset += seconds

    @rule()
    def quit_and_start(self) -> None:
        seen["quit"] += 1
        with self.here.wall_clock():
            self.here.quit()
        self.actions.model.start_again(self.here.world, crashed=False)

    @rule(first=happenings, turns=st.integers(0, 6), disk_was_faster=st.booleans())
    def crash_and_start(self, first: tuple[str, int], turns: int, disk_was_faster: bool) -> None:
        seen["crash"] += 1
        self.here.database.slow = True
        self._do(*first)
        self._turn(turns)
        with self.here.wall_clock():
            self.here.crash(disk_was_faster=disk_was_faster)
        self.actions.model.start_again(self.here.world, crashed=True)

    @invariant()
    def everything_holds(self) -> None:
        seen["check"] += 1
        assert not self.here.crashes, self.here.crashes
        streams = sum(one.busy for one in self.here.world.library.sessions)
        seen["most streams"] = max(seen["most streams"], streams)
        self.here.loop.call(lambda: self.actions.model.check(self.here.loop.now))

    def teardown(self) -> None:
        with self.here.wall_clock():
            self.here.close()


def run(count: int, steps: int, number: int | None = None, *, shrink: bool = True) -> None:
    """Run so many examples of so many steps. Raises what the smallest failing one raises."""
    machine = type("Machine", (ChatMachine,), {})  # `seed` marks the class
    _application = QCoreApplication.instance() or QCoreApplication([])
    wanted = settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=number is None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ],
        phases=[Phase.generate, *([Phase.shrink] if shrink else ())],
        print_blob=True,
        report_multiple_bugs=False,
    )
    if number is not None:
        machine = seed(number)(machine)
    run_state_machine_as_test(machine, settings=wanted)


def _words(error: BaseException) -> Iterator[str]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _words(one)
    else:
        yield f"{type(error).__name__}: {error}"
        yield from getattr(error, "__notes__", ())


def main(words: Sequence[str]) -> int:
    """Run the long form; print what was done, and how to repeat what failed."""
    parser = argparse.ArgumentParser(prog="faults machine")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(words)
    begin, failure = time.monotonic(), ""
    try:
        run(options.count, options.steps, options.seed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        failure = "\n".join(_words(error))
        sys.stderr.write(f"{failure}\n")
    report = {
        **vars(options),
        "seconds": round(time.monotonic() - begin, 1),
        "done": dict(sorted(seen.items())),
        "failure": failure,
        "repeat": f"faults machine --count {options.count} --steps {options.steps} "
        f"--seed {options.seed}",
    }
    print(json.dumps(report, indent=1), flush=True)
    if failure:
        os._exit(1)  # Python's end has hung where failed examples hold half of a program
    return 0
