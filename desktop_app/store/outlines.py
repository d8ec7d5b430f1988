"""The outline of a conversation, where its reader is in it, and how high its turns are.

All of it is read at once when a conversation is opened, whatever its length.
"""

import json
import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Final

import apsw

from desktop_app.interactions.outline import Outline
from desktop_app.interactions.place import Place
from desktop_app.store.columns import BLOB, INTEGER, REAL, TEXT, expect
from desktop_app.values import value_class

_QUERY: Final = """
    SELECT json_group_array(key), json_group_array(previous),
        json_group_array(kept AND NOT expired), json_group_array(tokens), json_group_array(size)
    FROM (
        SELECT key, previous, kept, expired, tokens, size FROM interaction
        WHERE conversation = ? ORDER BY sequence
    )
"""


@value_class
class Heights:
    """How high turns are on screen, in pixels, at a width and a zoom; 0 where that is not known.

    They are in the order of the turns' making.
    """

    width: int = 0
    zoom: int = 0
    heights: Sequence[int] = ()


@value_class
class Reading:
    """What was kept of the reading of a conversation. Without a place the reader is at the end."""

    place: Place | None = None
    heights: Heights = Heights()


def load_outline(db: apsw.Connection, conversation: str) -> Outline:
    """The turns of a conversation without what is said in them."""
    # A row each would take twice the time: here SQLite makes one text of every column, and reads
    # nothing but the index `interaction_outline`.
    (columns,) = db.execute(_QUERY, (conversation,)).fetchall()
    read: list[Any] = [json.loads(str(column)) for column in columns]
    return Outline(*read)


def mark_expired(db: apsw.Connection, keys: Iterable[str]) -> None:
    """Note that the server no longer has these turns."""
    db.execute(
        "UPDATE interaction SET expired = 1 WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)),),
    )


def load_reading(db: apsw.Connection, conversation: str) -> Reading:
    """Where the reader of a conversation is, and how high its turns are."""
    place = db.execute(
        "SELECT turn, part, block, share FROM reading_place WHERE conversation = ?", (conversation,)
    ).fetchone()
    heights = db.execute(
        "SELECT width, zoom, heights FROM turn_heights WHERE conversation = ?", (conversation,)
    ).fetchone()
    if place is not None:
        expect(place, (TEXT, INTEGER, INTEGER, REAL))
    if heights is not None:
        expect(heights, (INTEGER, INTEGER, BLOB))
    return Reading(
        None if place is None else Place(*place),
        Heights() if heights is None else Heights(heights[0], heights[1], _unpack(heights[2])),
    )


def save_place(db: apsw.Connection, conversation: str, place: Place | None) -> None:
    """Write where the reader of a conversation is, where there still is one."""
    db.execute("DELETE FROM reading_place WHERE conversation = ?", (conversation,))
    if place is not None:
        db.execute(
            "INSERT INTO reading_place (conversation, turn, part, block, share) "
            "SELECT key, ?, ?, ?, ? FROM conversation WHERE key = ?",
            (place.turn, place.part, place.block, place.share, conversation),
        )


def save_heights(db: apsw.Connection, conversation: str, heights: Heights) -> None:
    """Write how high the turns of a conversation are, where there still is one."""
    db.execute(
        "INSERT OR REPLACE INTO turn_heights (conversation, width, zoom, heights) "
        "SELECT key, ?, ?, ? FROM conversation WHERE key = ?",
        (heights.width, heights.zoom, _pack(heights.heights), conversation),
    )


def _pack(heights: Sequence[int]) -> bytes:
    packed = array("I", heights)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _unpack(data: bytes) -> Sequence[int]:
    heights = array("I")
    heights.frombytes(data[: len(data) // heights.itemsize * heights.itemsize])
    if sys.byteorder == "big":
        heights.byteswap()
    return heights
