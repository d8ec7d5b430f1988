"""Reads the turns of a conversation when they are looked at, at once and one by one."""

import logging

from desktop_app.interactions.interaction import Interaction
from desktop_app.store import conversations as queries
from desktop_app.store.database import Database
from desktop_app.store.errors import DatabaseDamaged, StoreError
from desktop_app.store.rows import InteractionRow, restore_interaction

log = logging.getLogger(__name__)


class TurnLoader:
    """Reads turns on the caller's thread: a few rows are there before a frame is over."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._logged: set[str] = set()

    def load(self, key: str) -> tuple[Interaction, int]:
        """Read the turn of a key; say of how many characters it is made. Raises `StoreError`."""
        try:
            return self._read(key)
        except StoreError as error:
            if key not in self._logged:  # a view may ask again at every scrolling
                self._logged.add(key)
                log.warning("a turn could not be read: %s", type(error).__name__)
            raise

    def _read(self, key: str) -> tuple[Interaction, int]:
        try:
            row = self._database.read_here(lambda db: queries.load_interaction(db, key))
            if row is not None:
                return restore_interaction(row), _size_of(row)
        except ValueError as error:  # no JSON, or no UTF-8
            raise DatabaseDamaged(
                "This message is damaged and cannot be read.", "The others are not touched."
            ) from error
        raise StoreError("This message is not in the history any more.")


def _size_of(row: InteractionRow) -> int:
    own = len(row.input) + len(row.header) + len(row.request)
    return own + sum(len(step.body) for step in row.steps)
