"""Searches a conversation on the database's thread, in pieces: nothing waits for all of it."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from desktop_app.store.database import Database
from desktop_app.store.search import TurnTexts, turns_with

_SECONDS: Final = 0.01
"""How long a piece may take: what is to be written meanwhile waits that long."""

_KEYS_AT_ONCE: Final = 1000


async def search(
    database: Database, keys: Sequence[str], words: Sequence[str]
) -> AsyncIterator[list[TurnTexts]]:
    """Find the turns that may have all these words in them, in the order of `keys`.

    They come as they are on the disk, which an answer that is coming in may be a second ahead of,
    and without words all of them come. More is found than is meant: Markdown is searched as it is
    written, ASCII letters match in both cases, all others match anything. Nothing is held between
    two pieces; who has enough stops asking. Raises `StoreError`.
    """
    begin = 0
    while begin < len(keys):
        some = list(keys[begin : begin + _KEYS_AT_ONCE])
        found, done = await database.read(
            lambda db, some=some: turns_with(db, some, words, _SECONDS)
        )
        begin += done
        yield found
