"""How `chat` hands things to the disk: at once, in order, and with one place for failures."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Final

from desktop_app import faultpoints
from desktop_app.interactions.interaction import Interaction
from desktop_app.store import conversations as queries
from desktop_app.store.database import Database, DatabaseConnection, Work
from desktop_app.store.rows import ConversationRow, Draft, interaction_row

SAVE_SECONDS: Final = 1.0


class Writer:
    """Writes without waiting. What is handed over survives the end of every task.

    `report` is given the failure of a write, on the loop; after the loop's end nobody is told.
    """

    def __init__(self, database: Database, report: Callable[[BaseException], None]) -> None:
        self.database = database
        self._report = report

    def write(self, work: Work) -> Future[object]:
        """Hand a function over, to be run in a transaction."""
        loop = asyncio.get_running_loop()

        def done(future: Future[object]) -> None:  # on the database's thread
            error = future.exception()
            if error is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._report, error)

        future = self.database.write_and_forget(work)
        future.add_done_callback(done)
        return future


class TurnSaver:
    """Keeps one turn on the disk while it grows: within a second, and at every step's end."""

    def __init__(self, turn: Interaction, conversation: str, writer: Writer) -> None:
        self._turn = turn
        self._conversation = conversation
        self._writer = writer
        self._touched: set[int] = set()
        self._saved_steps = len(turn.steps)
        self._timer: asyncio.TimerHandle | None = None
        self._written: Future[object] | None = None

    def touch(self, position: int | None) -> None:
        """Note that a step has changed, or only the turn itself."""
        if position is not None:
            self._touched.add(position)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SAVE_SECONDS, self.flush)

    def touch_all(self) -> None:
        """Note that all steps have changed."""
        self._touched.update(range(len(self._turn.steps)))
        self.touch(None)

    def flush(self) -> None:
        """Write what has changed now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        count = len(self._turn.steps)
        positions = sorted(position for position in self._touched if position < count)
        row = interaction_row(self._turn, self._conversation, positions=positions)
        self._touched.clear()
        fewer, self._saved_steps = count < self._saved_steps, count

        def work(db: DatabaseConnection) -> None:
            queries.update_interaction(db, row, row.steps)
            if fewer:
                queries.drop_steps_from(db, row.key, count)
            faultpoints.reach("answer.saving")

        self._written = self._writer.write(work)

    async def kept(self) -> bool:
        """Wait until the last of it was written; say whether that is on the disk."""
        written = self._written
        if written is None:
            return True
        await asyncio.wait([asyncio.wrap_future(written)])  # which a cancellation leaves alone
        return not written.cancelled() and written.exception() is None


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

    sequence = await writer.database.write(work)
    faultpoints.reach("input.committed")
    return replace(row, sequence=sequence)
