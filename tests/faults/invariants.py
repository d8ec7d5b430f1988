"""The model of a state machine over `chat`: what must hold of every turn (reliability, I1 to I8).

It knows what was shown to the person and what the server dealt, and nothing of how the program
keeps either.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop_app.chat.session import ChatSession
from desktop_app.interactions.content import Content, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import OUTCOME_OF_STATUS, Outcome
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.store import conversations as queries
from desktop_app.store.database import DatabaseConnection
from desktop_app.store.rows import ConversationRow, InteractionRow, restore_interaction
from tests.faults.stepped_server import Run, Said, SteppedServer
from tests.world import World

SAVE_SECONDS = 1.0
_SPEAKER = re.compile("⟨([^:]+):")
_ENDED = frozenset(
    {Outcome.COMPLETE, Outcome.NEEDS_ACTION, Outcome.INCOMPLETE, Outcome.NEEDS_CONTINUATION}
)


@dataclass
class Turn:
    """A turn that was shown: acknowledged, and to be there until the person deletes it."""

    key: str
    conversation: str
    previous: str | None
    text: str
    grown: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])


class Model:
    """What was shown, typed, put away and dealt."""

    def __init__(self, server: SteppedServer) -> None:
        self.server = server
        self.turns: dict[str, Turn] = {}
        self.newest: list[str] = []
        self.trash: set[str] = set()
        self.settled_trash: set[str] = set()
        self.typed: dict[str, list[str]] = {"": [""]}
        self.sent: dict[str, str] = {}
        self.faults: list[str] = []
        self.world: World | None = None

    # --- what happens -------------------------------------------------------------------------

    def type(self, session: ChatSession, text: str) -> None:
        """The person has typed this."""
        self.typed.setdefault(owner_of(session), []).append(text)

    def show(self, session: ChatSession, turn: Interaction, *, composed: bool) -> None:
        """A turn appears on screen: it must be on the disk by now."""
        assert self.world is not None
        key = turn.key
        row = self.world.database.read_here(lambda db: queries.load_interaction(db, key))
        if row is None:
            self.faults.append("I1: an input was shown before it was committed")
        text = text_of(turn.input)
        self.turns[key] = Turn(key, session.key, turn.previous, text)
        self._to_top(session.key)
        if composed and turn.input:
            for owner in ("", session.key):
                if self.typed.get(owner, [""])[-1] == text:
                    self.typed[owner].append("")
            self.typed.setdefault(session.key, [""])

    def _to_top(self, conversation: str) -> None:
        self._take_from_list(conversation)
        self.newest.insert(0, conversation)

    def _take_from_list(self, conversation: str) -> None:
        if conversation in self.newest:
            self.newest.remove(conversation)

    @property
    def order(self) -> list[str]:
        """The conversations as the list has to show them: by what was asked last, not by time."""
        return [key for key in self.newest if key not in self.trash]

    def hear(self, run: Run) -> None:
        """A request has come: what it carries must be what the person sees."""
        assert self.world is not None
        if run.body.get("continuation_token") is not None:
            return
        said = [*run.shown, *([("user", run.asked)] if run.asked else [])]
        for session in self.world.library.sessions:
            turn = session.running_turn
            if turn is not None and self._is_asked_by(session, said):
                seen = said_on_screen(session, turn)
                if merged(said) != seen:
                    self.faults.append(f"I6: {run.id} carries {said} where {seen} is on screen")
                if turn.key not in self.turns:
                    self.faults.append(f"I1: {run.id} was sent before its input was shown")
                return
        self.faults.append(f"I4: nobody asks what {run.id} carries: {said}")

    def _is_asked_by(self, session: ChatSession, said: Said) -> bool:
        return bool(said) and self.conversation_of_said(said) == session.key

    def conversation_of_said(self, said: Said) -> str | None:
        """The conversation in which the last input among these was sent."""
        users = [text for who, text in said if who == "user"]
        return self.sent.get(users[-1]) if users else None

    def forget(self, conversation: str) -> None:
        """The person has deleted a conversation for good."""
        self.trash.discard(conversation)
        self.typed.pop(conversation, None)
        self._take_from_list(conversation)
        self.turns = {k: t for k, t in self.turns.items() if t.conversation != conversation}

    def start_again(self, world: World, *, crashed: bool) -> None:
        """The program has ended and runs again: a crash may cost what was not shown yet."""
        self.world = world
        rows, conversations = read_all(world)
        for row in rows.values():
            if row.key not in self.turns:  # committed, and only now shown
                text = text_of(restore_interaction(row).input)
                self.turns[row.key] = Turn(row.key, row.conversation, row.previous, text)
                self.sent.setdefault(text, row.conversation)
                self._to_top(row.conversation)
                for owner in ("", row.conversation):
                    if text in self.typed.get(owner, ()):
                        self.typed[owner].append("")
        if crashed:
            self._take_what_is_left(world, rows, conversations)

    def _take_what_is_left(
        self,
        world: World,
        rows: dict[str, InteractionRow],
        conversations: dict[str, ConversationRow],
    ) -> None:
        for run in self.server.runs:
            run.told = False
        for key in self.settled_trash - conversations.keys():
            self.forget(key)  # it was being deleted
        in_trash = {key for key, row in conversations.items() if row.trashed is not None}
        for key in in_trash ^ self.trash:
            if (key in self.trash) == (key in self.settled_trash):
                self.faults.append(f"I1: {key} came out of the trash, or went there, by itself")
        self.trash = in_trash
        for owner, texts in self.typed.items():
            draft = world.database.read_here(lambda db, owner=owner: queries.load_draft(db, owner))
            if draft.text not in texts:
                self.faults.append(f"I8: {texts[-1]!r} was typed, {draft.text!r} came back")
            texts.append(draft.text)
        for turn in self.turns.values():
            row = rows.get(turn.key)
            if row is not None:
                self._check_partial(turn, text_of_answer(restore_interaction(row)), lost=True)

    # --- what holds ---------------------------------------------------------------------------

    def check(self, now: float) -> None:
        """Compare everything. Raises `AssertionError` with all that does not hold."""
        assert self.world is not None
        rows, conversations = read_all(self.world)
        faults = [*self.faults, *self.server.faults]
        faults += self._lost_turns(rows)
        faults += self._strange_list(conversations)
        faults += self._lost_text(self.world)
        faults += self._double_listeners(self.world)
        for turn in self.turns.values():
            if turn.key in rows:
                faults += self._wrong_answer(turn, rows[turn.key], now)
        assert not faults, "\n".join(faults)
        self.settled_trash = {*self.trash}

    def _lost_turns(self, rows: dict[str, InteractionRow]) -> Iterator[str]:
        for turn in self.turns.values():
            row = rows.get(turn.key)
            if row is None:
                yield f"I1: the acknowledged input {turn.text!r} is not on the disk"
            elif text_of(restore_interaction(row).input) != turn.text:
                yield f"I1: of the input {turn.text!r} something else is on the disk"
            elif (row.conversation, row.previous) != (turn.conversation, turn.previous):
                yield f"I1: the input {turn.text!r} stands in another place"
        for key in rows.keys() - self.turns.keys():
            yield f"I1: the turn {key} is on the disk and was never shown"

    def _strange_list(self, conversations: dict[str, ConversationRow]) -> Iterator[str]:
        assert self.world is not None
        listed = [row.key for row in self.world.library.rows]
        if listed != self.order:
            yield f"I1: the list shows {listed} where it should show {self.order}"
        on_disk = [key for key, row in conversations.items() if row.trashed is None]
        if on_disk != self.order:
            yield f"I1: the list on the disk is {on_disk} where it should be {self.order}"
        for key in conversations.keys() - self.trash - {*self.order}:
            yield f"I1: the conversation {key} is on the disk and nowhere else"

    def _lost_text(self, world: World) -> Iterator[str]:
        for owner, texts in self.typed.items():
            text = texts[-1]
            draft = world.database.read_here(lambda db, owner=owner: queries.load_draft(db, owner))
            if draft.text != text:
                yield f"I8: {text!r} was typed, {draft.text!r} is on the disk"
            self.typed[owner] = [text]
        for session in world.library.sessions:
            text = self.typed.get(owner_of(session), [""])[-1]
            if session.draft.text != text:
                yield f"I8: {text!r} was typed, {session.draft.text!r} is in the composer"

    def _double_listeners(self, world: World) -> Iterator[str]:
        live = [s.running_turn for s in world.library.sessions if s.running_turn is not None]
        listening = [run for run in self.server.runs for _ in run.listeners]
        asking = [run for run in self.server.runs if run.waits]
        for run in [*listening, *asking]:
            key = self.conversation_of(run)
            if sum(self.conversation_of(other) == key for other in [*listening, *asking]) > 1:
                yield f"I5: more than one stream is live for the answer to {run.id}"
        if len(listening) + len(asking) > len(live):
            yield f"I5: {len(listening) + len(asking)} streams are open for {len(live)} answers"

    def conversation_of(self, run: Run) -> str | None:
        """The conversation that a run belongs to, by what it was asked."""
        return self.conversation_of_said(
            [*run.shown, *([("user", run.asked)] if run.asked else [])]
        )

    def _wrong_answer(self, turn: Turn, row: InteractionRow, now: float) -> Iterator[str]:
        assert self.world is not None
        sessions = {session.key: session for session in self.world.library.sessions}
        session = sessions.get(turn.conversation)
        stored = restore_interaction(row)
        running = session is not None and session.running_turn
        live = stored
        if session is not None and turn.key in session.conversation:
            live = session.conversation[turn.key]
        said = text_of_answer(live)
        yield from self._check_dealt(turn, live, said, running=running is live)
        streaming = live.outcome is Outcome.STREAMING
        if streaming and running is not live:
            yield f"I7: the answer to {turn.text!r} is streaming, and nobody asks for it"
        taken_up = streaming and row.outcome == Outcome.INTERRUPTED  # and nothing came yet
        if (row.outcome == Outcome.STREAMING) != streaming and not taken_up:
            yield f"I7: {turn.text!r} is {live.outcome}, and {row.outcome} on the disk"
        on_disk = text_of_answer(stored)
        turn.grown.append((now, said))
        if not streaming:
            if on_disk != said or row.outcome != live.outcome:
                yield f"I3: {said!r} ({live.outcome}) is shown, {on_disk!r} ({row.outcome}) kept"
        else:
            old = [text for when, text in turn.grown if when <= now - SAVE_SECONDS - 0.01]
            if not said.startswith(on_disk) or (old and not on_disk.startswith(old[-1])):
                yield f"I3: of {said!r} only {on_disk!r} was saved after a second"

    def _check_dealt(
        self, turn: Turn, live: Interaction, said: str, *, running: bool
    ) -> Iterator[str]:
        runs = [run for name in live.ids if (run := self.server.run(name)) is not None]
        if len(runs) != len(live.ids):
            yield f"I4: {turn.text!r} is answered by {live.ids}, which the server does not know"
        if any(self.conversation_of(run) != turn.conversation for run in runs):
            yield f"I4: {turn.text!r} shows what was said in another conversation"
        for name in {*_SPEAKER.findall(said)} - {*live.ids}:
            yield f"I4: {turn.text!r} shows what {name} said"
        earlier = "".join(run.text() for run in runs[:-1])
        last = runs[-1] if runs else None
        whole = earlier + (last.text() if last else "")
        dealt = earlier + (last.text(last.dealt) if last else "")
        before = turn.grown[-1][1] if turn.grown else ""
        heard = last is None or bool(last.listeners)  # or it is just being taken up again
        if running and said != dealt and heard:
            yield f"I3: {dealt!r} was dealt, {said!r} is shown"
        if not (dealt.startswith(said) and (said.startswith(before) or live.hops)):
            yield f"I3: {dealt!r} was dealt, {before!r} was shown, {said!r} is shown now"
        if live.outcome in _ENDED:
            status = last.status if last is not None else ""
            if OUTCOME_OF_STATUS.get(status) is not live.outcome:
                yield f"I2: {turn.text!r} is {live.outcome}, and {status} at the server"
            if said != whole:
                yield f"I3: {whole!r} was said in the end, {said!r} is shown"

    def _check_partial(self, turn: Turn, on_disk: str, *, lost: bool) -> None:
        """After a crash: at most the last second of a text may be missing."""
        del lost
        if turn.grown:
            last_time, last = turn.grown[-1]
            old = [text for when, text in turn.grown if when <= last_time - SAVE_SECONDS - 0.01]
            if old and not on_disk.startswith(old[-1]):
                self.faults.append(f"I3: {last!r} was shown, {on_disk!r} came back")
        turn.grown = []


# --- reading --------------------------------------------------------------------------------------


def owner_of(session: ChatSession) -> str:
    """Whose draft a composer shows: a new chat's has no key."""
    return session.key if session.row is not None else ""


def text_of(content: tuple[Content, ...]) -> str:
    """What an input says."""
    return "".join(block.text for block in content if isinstance(block, TextContent))


def text_of_answer(turn: Interaction) -> str:
    """All that an answer says."""
    outputs = [step for step in turn.steps if isinstance(step, ModelOutputStep)]
    return "".join(text_of(step.content or ()) for step in outputs)


def merged(said: Said) -> Said:
    """Join what the model said in one go."""
    whole: Said = []
    for who, text in said:
        if whole and whole[-1][0] == who == "model":
            whole[-1] = who, whole[-1][1] + text
        elif text:
            whole.append((who, text))
    return whole


def said_on_screen(session: ChatSession, last: Interaction) -> Said:
    """What the person sees, from the first input to that of the last turn."""
    said: Said = []
    for turn in session.conversation.path(last.key):
        said.append(("user", text_of(turn.input)))
        if turn is not last:
            said.append(("model", text_of_answer(turn)))
    return merged(said)


def read_all(world: World) -> tuple[dict[str, InteractionRow], dict[str, ConversationRow]]:
    """Everything on the disk, the conversations in the order of the list."""

    def read(
        db: DatabaseConnection,
    ) -> tuple[dict[str, InteractionRow], dict[str, ConversationRow]]:
        conversations = [
            *queries.list_conversations(db),
            *queries.list_conversations(db, trashed=True),
        ]
        rows = [row for one in conversations for row in queries.load_interactions(db, one.key)]
        return {row.key: row for row in rows}, {row.key: row for row in conversations}

    return world.database.read_here(read)
