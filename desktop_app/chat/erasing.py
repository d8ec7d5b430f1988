"""Deletes conversations for good, also on a full disk."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from desktop_app import faultpoints
from desktop_app.chat.writing import Writer
from desktop_app.store import conversations as queries
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.database import DatabaseConnection
from desktop_app.store.deletions import StoredStep, delete_copies, list_steps, note_interactions
from desktop_app.store.errors import DiskFull, StoreError

_AT_ONCE: Final = 1 << 18


async def delete_for_good(writer: Writer, keys: list[str], files: AttachmentStore) -> None:
    """Delete conversations, and the attachments that only they used. Raises `StoreError`."""
    writer.forget_conversations(keys)

    def work(db: DatabaseConnection) -> list[str]:
        return queries.delete_conversations(db, keys)

    try:
        await writer.commit(work, frees=True)
    except DiskFull:
        await _empty_bit_by_bit(writer, keys)
        await writer.commit(work, frees=True)
    faultpoints.reach("deletion.committed")
    await writer.commit(lambda db: delete_copies(db, files.delete), frees=True)
    faultpoints.reach("deletion.done")


async def _empty_bit_by_bit(writer: Writer, keys: list[str]) -> None:
    """Delete the answers of conversations that are larger than the room there is.

    What is erased is written over with nothing, which takes as much room again until it is done.
    """

    def note(db: DatabaseConnection) -> None:
        for key in keys:
            note_interactions(db, key)

    await writer.commit(note, frees=True)
    for batch in _batches(await writer.database.read(lambda db: list_steps(db, keys))):

        def erase(db: DatabaseConnection, batch: Iterable[StoredStep] = batch) -> None:
            for step in batch:
                queries.drop_steps_from(db, step.interaction, step.position)

        await writer.commit(erase, frees=True)
        with suppress(StoreError):  # then what is left of room has to be enough
            await writer.database.read(_empty_wal)


def _empty_wal(db: DatabaseConnection) -> None:
    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()


def _batches(steps: Iterable[StoredStep]) -> Iterator[list[StoredStep]]:
    batch: list[StoredStep] = []
    size = 0
    for step in steps:
        batch.append(step)
        size += step.size
        if size > _AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
