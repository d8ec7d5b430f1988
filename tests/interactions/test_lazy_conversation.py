"""A conversation put back by its outline is the one it was, and reads no more than is looked at."""

import gc
import weakref
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import AppError
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.loaded_turns import LoadedTurns
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.interactions.outline import Outline, facts_of
from tests.interactions.test_conversation import HERE, turn


class Disk:
    """Turns that can be read, anew each time; `read` are the keys that were asked for."""

    def __init__(self, *turns: Interaction, damaged: str = "") -> None:
        self.damaged = damaged
        self.turns = {one.key: one for one in turns}
        self.read: list[str] = []

    def load(self, key: str) -> tuple[Interaction, int]:
        self.read.append(key)
        old = self.turns[key]
        if key == self.damaged:
            raise AppError("It is damaged.", "The others are not.")
        new = Interaction(
            key, previous=old.previous, input=old.input, request=old.request, origin=old.origin
        )
        for step in old.steps:
            new.restore_step(step, index=None, seconds=None, whole=True)
        new.restore(old.header, old.outcome, old.failure, None)
        new.expired = old.expired
        return new, 100

    def outline(self) -> Outline:
        turns = list(self.turns.values())
        facts = [facts_of(one) for one in turns]
        return Outline(
            [one.key for one in turns],
            [one.previous for one in turns],
            [one.kept and not turn.expired for one, turn in zip(facts, turns, strict=True)],
            [one.tokens for one in facts],
            [one.size for one in facts],
        )

    def conversation(self, head: str | None = None) -> Conversation:
        made = Conversation(load=self.load)
        made.restore(self.outline(), head)
        return made


def line(count: int, **fields: str) -> list[Interaction]:
    turns: list[Interaction] = []
    for number in range(count):
        before = turns[-1] if turns else None
        turns.append(turn(f"t{number}", before, origin=fields.get("origin", HERE)))
    return turns


def keys(turns: Sequence[Interaction]) -> list[str]:
    return [one.key for one in turns]


# --- what is read ---------------------------------------------------------------------------------


def test_opening_reads_no_turn() -> None:
    disk = Disk(*line(5))
    conversation = disk.conversation("t4")
    assert len(conversation.path()) == 5
    assert list(conversation.path().keys) == ["t0", "t1", "t2", "t3", "t4"]
    assert min(conversation.path().sizes) > 0
    assert conversation.is_stored
    assert conversation.tokens == 0
    assert disk.read == []


def test_a_chained_request_reads_the_last_turn_only() -> None:
    disk = Disk(*line(5))
    context = disk.conversation("t4").context("t4", origin=HERE, store=True)
    assert context.previous_interaction_id == "v1_t4"
    assert disk.read == ["t4"]


def test_without_store_the_whole_path_is_read() -> None:
    disk = Disk(*line(5))
    disk.conversation("t4").context("t4", origin=HERE, store=False)
    assert disk.read == ["t4", "t3", "t2", "t1", "t0"]


def test_a_slice_reads_what_is_taken_from_it() -> None:
    disk = Disk(*line(5))
    turns = disk.conversation("t4").path()
    assert turns[-2].key == "t3"
    assert keys(turns[1:3]) == ["t1", "t2"]
    assert keys(turns[::-2]) == ["t4", "t2", "t0"]
    assert list(turns[::-2].keys) == ["t4", "t2", "t0"]
    assert disk.read == ["t3", "t1", "t2", "t4", "t0"], "each was in memory once it was read"


# --- what is kept in memory -----------------------------------------------------------------------


def test_who_asks_for_a_turn_that_is_held_is_given_that_one() -> None:
    disk = Disk(*line(3))
    turns = LoadedTurns(disk.load, room=100)
    first = turns["t0"]
    assert turns["t1"].key == "t1"
    assert turns["t2"].key == "t2"
    assert turns["t0"] is first
    assert disk.read == ["t0", "t1", "t2"]


def test_a_turn_that_nobody_holds_is_forgotten_when_there_is_no_room() -> None:
    disk = Disk(*line(4))
    turns = LoadedTurns(disk.load, room=250)
    gone, stays = weakref.ref(turns["t0"]), weakref.ref(turns["t1"])
    assert gone() is not None
    assert turns["t0"] is gone(), "it was asked for last"
    assert turns["t2"].key == "t2"
    gc.collect()
    assert stays() is None
    assert gone() is not None
    assert keys(turns.alive) == ["t0", "t2"]


def test_one_turn_larger_than_the_room_is_kept_until_the_next() -> None:
    turns = LoadedTurns(Disk(*line(2)).load, room=1)
    assert turns["t0"] is turns["t0"]
    assert keys(turns.alive) == ["t0"]


def test_a_turn_in_work_is_kept_until_it_was_let_go_as_often_as_it_was_held() -> None:
    disk = Disk(*line(3))
    turns = LoadedTurns(disk.load, room=100)
    working = turns["t0"]
    working.expired = True  # not on the disk
    turns.hold(working)
    turns.hold(working)
    del working
    for key in ("t1", "t2"):
        assert turns[key].key == key
    turns.let_go("t0")
    gc.collect()
    assert turns["t0"].expired
    turns.let_go("t0")
    gc.collect()
    assert not turns["t0"].expired


def test_a_turn_that_was_added_is_in_memory_until_it_is_let_go() -> None:
    disk = Disk(*line(2))
    conversation = disk.conversation("t1")
    new = turn("new", disk.turns["t1"])
    conversation.add(new)
    assert conversation.head == "new"
    assert conversation["new"] is new
    assert list(conversation.path().keys) == ["t0", "t1", "new"]
    disk.turns["new"] = new
    conversation.let_go("new")
    assert conversation["new"] is new, "somebody holds it still"


# --- what changes ---------------------------------------------------------------------------------


def test_what_a_server_has_lost_is_lost_in_memory_and_on_the_disk() -> None:
    disk = Disk(*line(3))
    conversation = disk.conversation("t2")
    seen = conversation["t0"]
    assert list(conversation.expire("t1")) == ["t0", "t1"]
    assert seen.expired
    assert conversation["t1"].expired, "though the disk does not know it yet"
    assert not conversation["t2"].expired
    assert conversation.is_stored
    conversation.expire("t2")
    assert not conversation.is_stored


def test_tokens_and_state_go_with_a_turn_that_grows() -> None:
    disk = Disk(*line(1))
    conversation = disk.conversation("t0")
    conversation.expire("t0")
    assert not conversation.is_stored
    new = Interaction("new", previous="t0", origin=HERE)
    conversation.add(new)
    assert not conversation.is_stored
    grown = turn("new")
    new.restore(grown.header, grown.outcome, None, None)
    assert conversation.is_stored
    conversation.let_go("new")
    assert conversation.is_stored


# --- what is damaged ------------------------------------------------------------------------------


def test_a_turn_that_cannot_be_read_says_so_and_is_never_sent() -> None:
    conversation = Disk(*line(2), damaged="t1").conversation("t1")
    shown = conversation.path()[1]
    assert (shown.key, shown.previous, shown.outcome) == ("t1", "t0", Outcome.FAILED)
    assert shown.failure == Failure("unreadable", "It is damaged.", "The others are not.")
    assert conversation.path()[0].outcome is Outcome.COMPLETE
    with pytest.raises(AppError):
        conversation.context("t1", origin=HERE, store=True)


def test_what_follows_nothing_is_left_out() -> None:
    lost = Disk(turn("a"), turn("b", turn("lost")), turn("c", turn("b")), turn("d", turn("a")))
    conversation = lost.conversation("d")
    assert list(conversation.interactions.keys) == ["a", "d"]
    assert list(conversation.path().keys) == ["a", "d"]
    assert [lost.conversation(head).head for head in ("c", None)] == ["d", "d"]


# --- it is the one it was -------------------------------------------------------------------------


@given(
    parents=st.lists(st.integers(0, 30), min_size=1, max_size=20),
    states=st.lists(st.sampled_from(["completed", "failed", None, "elsewhere", "expired"])),
    store=st.booleans(),
    head=st.integers(0, 30),
)
def test_a_conversation_put_back_is_the_one_it_was(
    parents: list[int], states: list[str | None], store: bool, head: int
) -> None:
    turns: list[Interaction] = []
    for number, parent in enumerate(parents):
        state = states[number] if number < len(states) else "completed"
        before = turns[parent % number] if number and parent % 5 else None
        status = "completed" if state in ("elsewhere", "expired") else state
        origin = "http://127.0.0.1:1" if state == "elsewhere" else HERE
        turns.append(turn(f"t{number}", before, status=status, origin=origin))
        turns[-1].expired = state == "expired"
    whole = Conversation()
    for one in turns:
        whole.add(one)
    back = Disk(*turns).conversation()
    assert back.head == whole.head
    assert back.is_stored == whole.is_stored
    assert back.tokens == whole.tokens
    key = turns[head % len(turns)].key
    whole.show(key)
    back.show(key)
    assert list(back.path().keys) == list(whole.path().keys) == keys(whole.path())
    assert list(back.path().sizes) == list(whole.path().sizes)
    assert keys(back.siblings(key)) == keys(whole.siblings(key))
    assert back.context(key, origin=HERE, store=store) == whole.context(
        key, origin=HERE, store=store
    )
