"""A person who writes, reads on and tidies up, over the real store, until the power fails."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from desktop_app.chat.saving import TurnSaver, Writer, add_turn
from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.events import (
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    StepDelta,
    StepStart,
    StepStop,
    TextDelta,
)
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.store import conversations as queries
from desktop_app.store.database import Database, Work
from desktop_app.store.job import Job
from desktop_app.store.rows import ConversationRow, Draft
from tests.faults.platter import Platter
from tests.faults.told import AnswerTold, ConversationTold, Latest, Told

T = TypeVar("T")

_ACTIONS: Final = 40
_ORIGIN: Final = "https://127.0.0.1"


class WatchedDatabase(Database):
    """Tells when its thread has nothing to do."""

    def settle(self) -> None:
        """Wait until all that was handed over is done, and told to who waits for it."""
        if not self._closed:
            self._submit(Job(lambda db: None, write=False)).exception()


class Person:
    """One run of the program, from its start to the power cut."""

    def __init__(
        self,
        start: Callable[[], WatchedDatabase],
        platter: Platter,
        chance: random.Random,
        told: Told,
        synchronous: str,
    ) -> None:
        self._start = start
        self._platter = platter
        self._chance = chance
        self._told = told
        self._synchronous = synchronous
        self._checkpoint = chance.choice((256, 40, 15))
        self.database = start()

    def settle(self) -> None:
        """Wait for the database's thread."""
        self.database.settle()

    async def live(self) -> None:
        """Do this and that until the power fails."""
        actions: list[Callable[[], Awaitable[None]]] = [
            *([self._ask] * 4),
            *([self._two_at_once] * 2),
            *([self._draft] * 3),
            *(self._rename, self._trash, self._restore, self._delete, self._restart),
        ]
        self._platter.clock = asyncio.get_running_loop().time
        await self._begin()
        for _ in range(_ACTIONS):
            if self._platter.cut:
                break
            await self._chance.choice(actions)()
        self._platter.fail()
        self._told.failed_at = self._platter.failed_at

    async def _begin(self) -> None:
        self._writer = Writer(self.database, self._report)
        await asyncio.wrap_future(self.database.opened)
        synchronous, checkpoint = self._synchronous, self._checkpoint
        await self.database.read(lambda db: db.execute(f"PRAGMA synchronous = {synchronous}"))
        await self.database.read(
            lambda db: db.execute(f"PRAGMA wal_autocheckpoint = {checkpoint}").fetchall()
        )
        await self.database.write(queries.mark_interrupted)

    def _report(self, error: BaseException) -> None:
        raise error

    def _acknowledged(self) -> bool:
        """Whether what was awaited is surely on the disk; not where the power failed in it."""
        if self._platter.cut:
            return False
        self._told.acknowledged += 1
        return True

    # --- what a person does ---------------------------------------------------------------------

    async def _ask(self) -> None:
        chance, told = self._chance, self._told
        key = chance.choice(told.open) if told.open and chance.random() < 0.7 else ""
        turn, conversation = await self._send(key)
        if self._acknowledged():
            one = told.conversations.setdefault(
                conversation, ConversationTold(Latest(f"title of {conversation}"))
            )
            one.draft.holds(Draft()) if key else told.new_draft.holds(Draft())
            (text,) = turn.input
            assert isinstance(text, TextContent)
            told.turns[turn.key] = (conversation, text.text)
            await self._stream(turn, conversation)

    async def _send(self, key: str) -> tuple[Interaction, str]:
        words = f"question {self._chance.random()} " + "x" * self._chance.randint(0, 3000)
        turn = Interaction(input=(TextContent(words),), origin=_ORIGIN)
        one = self._told.conversations.get(key)
        name = key or f"c{self._chance.random()}"
        title = one.title.newest if one else f"title of {name}"
        (one.draft if one else self._told.new_draft).hand_over(Draft())
        await add_turn(turn, ConversationRow(name, title, _ORIGIN), key, self._writer)
        return turn, name

    async def _two_at_once(self) -> None:
        await asyncio.gather(self._ask(), self._ask())

    async def _stream(self, turn: Interaction, conversation: str) -> None:
        """Take an answer in as `chat.answer` does: a touch for each event, a flush at a step."""
        chance, clock = self._chance, asyncio.get_running_loop().time
        answer = self._told.answers[turn.key] = AnswerTold()
        saver = TurnSaver(turn, conversation, self._writer)
        turn.apply(InteractionCreated(InteractionHeader("i1", "in_progress")))
        saver.touch(None)
        saver.flush()
        for index in range(chance.randint(1, 3)):
            saver.touch(turn.apply(StepStart(index, ModelOutputStep())))
            for _ in range(chance.randint(1, 12)):
                await asyncio.sleep(chance.choice((0.01, 0.1, 0.4, 1.3)) * chance.random())
                if self._platter.cut:
                    return
                words = f"{chance.random()} " * chance.randint(1, 60)
                saver.touch(turn.apply(StepDelta(index, TextDelta(words))))
                answer.grown.append((clock(), answer.text + words))
            saver.touch(turn.apply(StepStop(index)))
            saver.flush()
            answer.ended_steps.append((clock(), answer.text))
        turn.apply(InteractionCompleted(InteractionHeader("i1", "completed")))
        saver.touch_all()
        saver.flush()
        if await saver.kept() and self._acknowledged():
            answer.is_kept = True

    async def _draft(self) -> None:
        """Type, and type on: each is handed over, the last one waited for."""
        told = self._told
        key = self._chance.choice([*told.open, ""])
        latest = told.conversations[key].draft if key else told.new_draft
        for _ in range(self._chance.randint(1, 4)):
            draft = Draft(f"draft {self._chance.random()}", await self._attached())
            if self._platter.cut:
                return
            await self._write_latest(
                latest, draft, lambda db, draft=draft: queries.save_draft(db, key, draft)
            )

    async def _attached(self) -> tuple[AttachmentContent, ...]:
        if self._chance.random() < 0.7:
            return ()
        digest = self._chance.randbytes(32).hex()
        await self.database.write(lambda db: queries.add_attachment(db, digest, 3))
        return (AttachmentContent("image", digest, "a.png", "image/png", 3, 1, 1),)

    async def _write_latest(self, latest: Latest[T], value: T, work: Work) -> None:
        number = latest.hand_over(value)
        if self._chance.random() < 0.5:
            self._writer.write(work)
            return
        await self.database.write(work)
        if self._acknowledged():
            latest.settle(number)

    async def _rename(self) -> None:
        if self._told.open:
            key = self._chance.choice(self._told.open)
            title = f"name {self._chance.random()}"
            row = ConversationRow(key, title, _ORIGIN, named=True)
            await self._write_latest(
                self._told.conversations[key].title,
                title,
                lambda db: queries.save_conversation(db, row),
            )

    async def _trash(self) -> None:
        if self._told.open:
            key = self._chance.choice(self._told.open)
            await self._set_trashed(key, 5.0)

    async def _restore(self) -> None:
        trashed = self._trashed()
        if trashed:
            await self._set_trashed(self._chance.choice(trashed), None)

    async def _set_trashed(self, key: str, when: float | None) -> None:
        latest = self._told.conversations[key].trashed
        await self._write_latest(
            latest, when is not None, lambda db: queries.set_trashed(db, key, when)
        )

    def _trashed(self) -> list[str]:
        told = self._told.conversations
        return [key for key, one in told.items() if one.trashed.newest and not one.deleting]

    async def _delete(self) -> None:
        trashed = self._trashed()
        if trashed:
            key = self._chance.choice(trashed)
            self._told.conversations[key].deleting = True
            await self.database.write(lambda db: queries.delete_conversations(db, [key]))
            if self._acknowledged():
                self._told.conversations[key].deleted = True

    async def _restart(self) -> None:
        """Quit as it should be done, and start again."""
        self.database.close()
        self.database = self._start()
        await self._begin()
