"""The state machine over `chat` finds nothing, and does find what is broken on purpose."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.chat.answer import Answer
from desktop_app.chat.saving import TurnSaver
from desktop_app.chat.session import ChatSession
from desktop_app.interactions.content import Content
from desktop_app.interactions.events import StepDelta
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.store import conversations as queries
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import ConversationRow
from tests.faults import machine
from tests.faults.machine import Actions


@pytest.fixture(autouse=True)
def _count_from_nothing(qapp: QApplication) -> None:
    machine.seen.clear()


def test_nothing_is_lost_doubled_or_mixed_up_whatever_happens() -> None:
    machine.run(count=15, steps=30)
    done = machine.seen
    assert done["check"] > 200
    assert all(done[name] for name in ("send", "say", "end", "drop", "crash", "quit", "trash"))
    assert done["most streams"] >= 2


# --- the machine can fail ------------------------------------------------------------------------


Happening = str | tuple[str, int]


class Walk(Actions):
    """A fixed way through what can happen, with everything looked at after each step."""

    def go(self, *happenings: Happening) -> None:
        for happening in happenings:
            name, pick = (happening, 0) if isinstance(happening, str) else happening
            with self.here.wall_clock():
                match name:
                    case "wait":
                        self.here.pass_time(pick)
                    case "crash":
                        self.here.crash(disk_was_faster=True)
                    case "quit":
                        self.here.quit()
                    case "send_on_a_full_disk":
                        self._do("type", 1)
                        self.here.database.refusing = DiskFull("The disk is full.")
                        self._do("send", 0)
                        self.here.database.refusing = None
                        self.here.pass_time(6)
                    case "send_though_busy":
                        self.model.sent["q9"] = self.session.key
                        self.here.loop.call(lambda: self.session.send("q9"))
                        self.here.settle()
                    case "fail_at_once":
                        self.server.out_of_reach = True
                        self._do("drop", 0)
                        self.here.pass_time(30)
                    case _:
                        self._do(name, pick)
            if name in ("crash", "quit"):
                self.model.start_again(self.here.world, crashed=name == "crash")
            assert not self.here.crashes, self.here.crashes
            self.here.loop.call(lambda: self.model.check(self.here.loop.now))

    def _do(self, name: str, pick: int) -> None:
        self.here.loop.call(lambda: getattr(self, name)(pick))
        self.here.settle()


@pytest.fixture
def walk(qapp: QApplication) -> Iterator[Walk]:
    made = Walk()
    yield made
    with made.here.wall_clock():
        made.here.close()


def test_a_sound_program_goes_the_whole_way(walk: Walk) -> None:
    walk.go("send", "say", ("wait", 2), "say", "drop", ("wait", 5), "say", "end", "send", "say")
    walk.go("stop", "send", "say", "fail", "retry", "say", ("end", 2), "new", "send", "say")
    walk.go("fail_at_once", ("reach", 1), ("switch", 1), ("trash", 0), "restore", ("wait", 2))
    walk.go("send_on_a_full_disk", "crash", "quit", "send", "say", "end")


def _double_deltas(monkeypatch: pytest.MonkeyPatch) -> None:
    apply = Interaction.apply

    def twice(self: Interaction, event: Any) -> int | None:
        if isinstance(event, StepDelta):
            self._fold(event)
        return apply(self, event)

    monkeypatch.setattr(Interaction, "apply", twice)


def _fold_again_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    apply = Interaction.apply

    def forgetful(self: Interaction, event: Any) -> int | None:
        position = apply(self, event)
        self._seen.clear()
        run, _, number = (event.event_id or "").rpartition("_")
        self.last_event_id = f"{run}_{int(number) - 1}" if number > "0" else None
        return position

    monkeypatch.setattr(Interaction, "apply", forgetful)


def _fold_into_the_first_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Answer] = []
    init, fold = Answer.__init__, Answer._fold

    def note(self: Answer, *arguments: Any, **more: Any) -> None:
        init(self, *arguments, **more)
        started.append(self)

    async def stray(self: Answer, events: Any) -> None:
        other = started[0]
        if other is self:
            await fold(self, events)
            return
        async for event in events:
            (other if isinstance(event, StepDelta) else self)._turn.apply(event)

    monkeypatch.setattr(Answer, "__init__", note)
    monkeypatch.setattr(Answer, "_fold", stray)


def _show_before_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def early(self: ChatSession, content: tuple[Content, ...]) -> None:
        turn = self._new_turn(self.conversation.head, content)
        self._show_added(turn, ConversationRow(self.key, "early", turn.origin, 1))
        await self._commit(turn)
        self._drafting.sent(content)
        self._start(turn)

    monkeypatch.setattr(ChatSession, "_send", early)


def _chain_on_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Interaction, "chainable", property(lambda self: self.id is not None))


def _call_every_end_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    fail = Interaction.fail

    def gloss_over(self: Interaction, *arguments: Any, **more: Any) -> None:
        fail(self, *arguments, **more)
        self.outcome = Outcome.COMPLETE

    monkeypatch.setattr(Interaction, "fail", gloss_over)


def _save_nothing_while_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TurnSaver, "touch", lambda self, position: None)


def _forget_who_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "mark_interrupted", lambda db: None)


def _lose_refused_words(monkeypatch: pytest.MonkeyPatch) -> None:
    send = ChatSession._send

    async def careless(self: ChatSession, content: tuple[Content, ...]) -> None:
        self.write_draft("")
        await send(self, content)

    monkeypatch.setattr(ChatSession, "_send", careless)


def _ask_though_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChatSession, "busy", property(lambda self: False))


DEFECTS: dict[Callable[[pytest.MonkeyPatch], None], tuple[str, tuple[Happening, ...]]] = {
    _double_deltas: ("I3", ("send", "say")),
    _fold_again_what_was_seen: ("I3", ("send", "say", "drop", ("wait", 5))),
    _fold_into_the_first_turn: ("I4", ("send", "say", "new", "send", ("say", 1))),
    _show_before_commit: ("I1", ("send",)),
    _chain_on_anything: ("I6", ("send", "say", "stop", "send")),
    _call_every_end_complete: ("I2", ("send", "say", "fail_at_once")),
    _save_nothing_while_it_grows: ("I3", ("send", "say", ("wait", 2))),
    _forget_who_streams: ("I7", ("send", "say", "crash")),
    _lose_refused_words: ("I8", ("send_on_a_full_disk",)),
    _ask_though_busy: ("I5", ("send", "say", "send_though_busy")),
}


@pytest.mark.parametrize("break_it", DEFECTS, ids=lambda one: one.__name__.strip("_"))
def test_a_defect_made_on_purpose_is_found(
    break_it: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, walk: Walk
) -> None:
    invariant, way = DEFECTS[break_it]
    break_it(monkeypatch)
    with pytest.raises(AssertionError, match=invariant):
        walk.go(*way)


def test_the_machine_finds_a_defect_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    _double_deltas(monkeypatch)
    with pytest.raises(AssertionError, match="I3"):
        machine.run(count=50, steps=30, shrink=False)
