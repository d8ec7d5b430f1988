"""What of one conversation waits to be sent, in its order. It is on the disk before it is shown."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.drafting import Drafting
from desktop_app.chat.pause import Pause
from desktop_app.chat.saving import Writer
from desktop_app.errors import AppError
from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import HELD_BACK, NOT_SENT, Outcome
from desktop_app.store import conversations as queries
from desktop_app.store.database import DatabaseConnection
from desktop_app.store.errors import StoreError
from desktop_app.store.rows import (
    ConversationRow,
    Draft,
    InteractionRow,
    interaction_row,
    write_failure,
)

QUEUED = Pause("Queued", hurries=False)


class Queue(QObject):
    """The keys of the turns that wait. The first may be taken; the others wait behind it."""

    changed = Signal()
    """Others wait now."""

    came_back = Signal(object)
    """What was taken waits again; the `AppError` says why."""

    pause_changed = Signal(object, object)
    """An `Interaction` waits for this `Pause` now; for `None` it waits no more."""

    turn_changed = Signal(object)
    """An `Interaction` has another outcome."""

    def __init__(self, conversation: Conversation, writer: Writer, parent: QObject) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._writer = writer
        self._first = QUEUED
        self.keys: list[str] = []

    def restore(self, keys: list[str]) -> None:
        """Have these wait, as they did before; nothing is shown yet."""
        self.keys = keys
        if keys:
            self.changed.emit()

    def pause(self, key: str) -> Pause | None:
        """What a turn waits for."""
        if key not in self.keys:
            return None
        return self._first if key == self.keys[0] else QUEUED

    def explain(self, why: Pause) -> None:
        """Say what the first one waits for."""
        if why != self._first:
            self._first = why
            self._tell_pauses(self.keys[:1])

    def put(self, turn: Interaction) -> None:
        """Have a turn wait behind the others, which is on the disk as one that waits."""
        self.keys.append(turn.key)
        self.turn_changed.emit(turn)
        self.changed.emit()
        self._tell_pauses([turn.key])

    def put_back(self, turn: Interaction, error: AppError) -> None:
        """Have a turn wait before the others again, which is on the disk as one that waits."""
        self.keys.insert(0, turn.key)
        self.came_back.emit(error)
        self.turn_changed.emit(turn)
        self.changed.emit()  # who knows why explains it now
        self._tell_pauses(self.keys)

    async def take(self) -> Interaction | None:
        """Take the first one out, to be sent; who is killed from now on does not send it twice.

        `None` where it could not be.
        """
        if not self.keys:
            return None  # it was called off just now
        key = self.keys.pop(0)
        try:
            turn = self._conversation[key]
            self._conversation.hold(turn)
            try:
                await self._commit(replace(self._row(turn), outcome=Outcome.STREAMING.value))
            except StoreError:
                self._conversation.let_go(key)
                self.keys.insert(0, key)
                raise
        except StoreError as error:
            self.came_back.emit(error)
            self.changed.emit()
            return None
        turn.wait(no_longer=True)
        self.pause_changed.emit(turn, None)
        self._tell_pauses(self.keys[:1])
        self.changed.emit()
        return turn

    async def withdraw(
        self, turn: Interaction, row: ConversationRow, drafting: Drafting
    ) -> ConversationRow:
        """Do not send a turn. The last one becomes the draft where there is none; another stays.

        Returns the conversation as it is then. Raises `StoreError`.
        """
        last = turn.key == self._conversation.head and self._conversation.is_newest(turn.key)
        if not last or drafting.draft != Draft() or not turn.input:
            await self._call_off(turn)
            return row
        row = replace(row, head=turn.previous)
        drafting.held = True
        try:
            drafting.draft = await self._take_back(turn, row, drafting.owner)
        finally:
            drafting.held = False
        self._conversation.take_out(turn.key)
        self._gone(turn)
        return row

    async def _call_off(self, turn: Interaction) -> None:
        row = replace(
            self._row(turn), outcome=Outcome.CANCELLED.value, failure=write_failure(NOT_SENT)
        )
        await self._commit(row)
        turn.cancel()
        self._gone(turn)
        self.turn_changed.emit(turn)

    async def _take_back(self, turn: Interaction, row: ConversationRow, owner: str) -> Draft:
        texts = (one.text for one in turn.input if isinstance(one, TextContent))
        files = (one for one in turn.input if isinstance(one, AttachmentContent))
        draft = Draft("\n\n".join(texts), tuple(files))

        def work(db: DatabaseConnection) -> None:
            queries.delete_turn(db, turn.key)
            queries.save_conversation(db, row)
            queries.save_draft(db, owner, draft)

        await self._writer.commit(work)
        return draft

    def hold_back(self) -> None:
        """Send nothing of what waits: what was asked before it has failed."""
        keys, self.keys = self.keys, []
        for key in keys:
            try:
                turn = self._conversation[key]
            except StoreError:
                continue  # it says so where it is shown
            turn.fail(HELD_BACK)
            row = self._row(turn)
            self._writer.write(lambda db, row=row: queries.update_interaction(db, row, ()))
            self._gone(turn)
            self.turn_changed.emit(turn)

    def _gone(self, turn: Interaction) -> None:
        if turn.key in self.keys:
            self.keys.remove(turn.key)
            self._tell_pauses(self.keys[:1])
        self.pause_changed.emit(turn, None)
        self.changed.emit()

    def _tell_pauses(self, keys: list[str]) -> None:
        for key in keys:
            turn = self._conversation.shown(key)
            self.pause_changed.emit(turn, self.pause(key))

    def _row(self, turn: Interaction) -> InteractionRow:
        return interaction_row(turn, self._conversation.key, positions=())

    async def _commit(self, row: InteractionRow) -> None:
        await self._writer.commit(lambda db: queries.update_interaction(db, row, ()))
