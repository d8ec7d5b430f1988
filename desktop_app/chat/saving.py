"""How `chat` hands things to the disk: at once, in order, and with one place for failures."""

import asyncio
import time
from dataclasses import replace
from typing import Final

from desktop_app import faultpoints
from desktop_app.chat.writing import Writer, draft_name
from desktop_app.interactions.interaction import Interaction
from desktop_app.store import conversations as queries
from desktop_app.store.database import DatabaseConnection
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import ConversationRow, Draft, interaction_row

__all__ = ["SAVE_SECONDS", "TurnSaver", "Writer", "add_turn"]

SAVE_SECONDS: Final = 1.0


class TurnSaver:
    """Keeps one turn on the disk while it grows: within a second, and at every step's end.

    What does not fit on a full disk waits in memory, and is written when there is room.
    """

    def __init__(self, turn: Interaction, conversation: str, writer: Writer) -> None:
        self.turn = turn
        self.conversation = conversation
        self._writer = writer
        self._touched: set[int] = set()
        self._saved_steps = len(turn.steps)
        self._timer: asyncio.TimerHandle | None = None
        self._on_its_way = 0
        self._failed = False
        self._rested = asyncio.Event()
        self._rested.set()

    def touch(self, position: int | None) -> None:
        """Note that a step has changed, or only the turn itself."""
        if position is not None:
            self._touched.add(position)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_SECONDS, self.flush)

    def touch_all(self) -> None:
        """Note that all steps have changed."""
        self._touched.update(range(len(self.turn.steps)))
        self.touch(None)

    def flush(self) -> None:
        """Write what has changed now, or when there is room."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._rested.clear()
        if self._writer.is_full:
            self._writer.wait_for_room(self)
        else:
            self.write()

    def write(self) -> None:
        """Write what has changed, whether there is room or not."""
        count = len(self.turn.steps)
        positions = sorted(position for position in self._touched if position < count)
        row = interaction_row(self.turn, self.conversation, positions=positions)
        self._touched.clear()
        saved, self._saved_steps = self._saved_steps, count

        def work(db: DatabaseConnection) -> None:
            queries.update_interaction(db, row, row.steps)
            if count < saved:
                queries.drop_steps_from(db, row.key, count)
            faultpoints.reach("answer.saving")

        def done(error: BaseException | None) -> None:
            self._on_its_way -= 1
            if isinstance(error, DiskFull):
                self._touched.update(positions)
                self._saved_steps = max(self._saved_steps, saved)
                self._writer.run_out()
                self._writer.wait_for_room(self)
            else:
                self._failed = error is not None
                if error is not None:
                    self._writer.report(error)
                self._rest()

        self._on_its_way += 1
        self._writer.submit(work, done)

    def _rest(self) -> None:
        if not self._on_its_way and not self._writer.keeps_waiting(self):
            self._rested.set()

    async def kept(self) -> bool:
        """Wait until the last of it was written; say whether that is on the disk."""
        await self._rested.wait()
        return not self._failed


async def add_turn(
    turn: Interaction, row: ConversationRow, draft: str | None, writer: Writer
) -> ConversationRow:
    """Commit a new turn with its conversation, and empty the draft it came from, if from one.

    Returns the conversation as it is now. Raises `StoreError`, and then nothing was written.
    """
    now = time.time()
    row = replace(row, head=turn.key, origin=turn.origin, created=row.created or now, updated=now)
    stored = interaction_row(turn, row.key, now)

    def work(db: DatabaseConnection) -> int:
        sequence = queries.add_turn(db, row, stored)
        if draft is not None:
            queries.save_draft(db, draft, Draft())
        faultpoints.reach("input.written")
        return sequence

    sequence = await writer.commit(work)
    faultpoints.reach("input.committed")
    if draft is not None:
        writer.forget(draft_name(draft))
    return replace(row, sequence=sequence)
