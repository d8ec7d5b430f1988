"""Keeps where the reader of a conversation is, and how high its turns were on screen.

Both are written now and then, and when the conversation is left: what is lost in a crash is a few
seconds of scrolling.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from desktop_app.chat.saving import Writer
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.place import Place
from desktop_app.store import outlines as queries
from desktop_app.store.outlines import Heights
from desktop_app.store.outlines import Reading as Stored

PLACE_SECONDS: Final = 3.0
HEIGHTS_SECONDS: Final = 30.0
"""They are 200 kB in a conversation of 50,000 turns, and only spare a guess."""


class Reading:
    """The place in one conversation, and the heights of its turns at one width and zoom."""

    def __init__(self, conversation: Conversation, writer: Writer, stored: Stored) -> None:
        self._conversation = conversation
        self._writer = writer
        self._place = stored.place
        self._width = stored.heights.width
        self._zoom = stored.heights.zoom
        self._heights = list(stored.heights.heights)
        self._place_changed = False
        self._heights_changed = False
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def place(self) -> Place | None:
        """Where the reader is; `None` at the end, and where that turn is not on the path."""
        place = self._place
        return place if place is not None and place.turn in self._conversation.path().keys else None

    def keep_place(self, place: Place | None) -> None:
        """Note where the reader is now: at every scrolling; `None` where the end is followed."""
        if place != self._place:
            self._place = place
            self._place_changed = True
            self._write_within(PLACE_SECONDS, "place", self._write_place)

    def heights(self, width: int, zoom: int) -> Sequence[int]:
        """How high the turns on the path are, in path order; 0 where it is not known.

        `width` is that of the column in pixels, `zoom` in percent; where nothing is known for both,
        nothing is given. A height may be wrong where a turn was shown otherwise then.
        """
        if (width, zoom) != (self._width, self._zoom):
            return ()
        self._heights.extend([0] * (len(self._conversation) - len(self._heights)))
        return self._conversation.path().pick(self._heights)

    def keep_heights(self, width: int, zoom: int, heights: Mapping[str, int]) -> None:
        """Note how high these turns, by key, are at a width and zoom; other ones are forgotten."""
        if (width, zoom) != (self._width, self._zoom):
            self._width, self._zoom = width, zoom
            self._heights.clear()
        self._heights.extend([0] * (len(self._conversation) - len(self._heights)))
        for key, height in heights.items():
            if key in self._conversation:
                number = self._conversation.number(key)
                if self._heights[number] != height:
                    self._heights[number] = height
                    self._heights_changed = True
        if self._heights_changed:
            self._write_within(HEIGHTS_SECONDS, "heights", self._write_heights)

    def _write_within(self, seconds: float, name: str, write: Callable[[], None]) -> None:
        if name not in self._timers:
            self._timers[name] = asyncio.get_running_loop().call_later(seconds, write)

    def flush(self) -> None:
        """Write now what has changed: the conversation is left."""
        self._write_place()
        self._write_heights()

    def _write_place(self) -> None:
        self._stop_timer("place")
        if self._place_changed:
            self._place_changed = False
            key, place = self._conversation.key, self._place
            self._writer.write(lambda db: queries.save_place(db, key, place), f"place in {key}")

    def _write_heights(self) -> None:
        self._stop_timer("heights")
        if self._heights_changed:
            self._heights_changed = False
            key = self._conversation.key
            heights = Heights(self._width, self._zoom, tuple(self._heights))
            self._writer.write(
                lambda db: queries.save_heights(db, key, heights), f"heights of {key}"
            )

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
