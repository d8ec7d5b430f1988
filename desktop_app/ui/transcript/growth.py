"""When what has grown is shown: not with every piece that comes in, and never late."""

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.transcript.column import Column, Slot

FLUSH_MS: Final = 33
_TICK_MS: Final = 1000


class Growth(QObject):
    """Has the views of a column show what has grown, after `make_room` has moved them."""

    flushed = Signal(bool)
    """All that had grown is shown; whether a height has changed."""

    def __init__(self, column: Column, make_room: Callable[[Slot], None], parent: QObject) -> None:
        super().__init__(parent)
        self._column = column
        self._make_room = make_room
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FLUSH_MS)
        self._timer.timeout.connect(self.flush)
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK_MS)
        self._ticks.timeout.connect(self._tick)

    @property
    def is_clean(self) -> bool:
        """Whether everything that has grown is shown."""
        return not any(slot.view.dirty for slot in self._column.slots)

    def mark_dirty(self, turn: Interaction, position: int) -> None:
        """Note that a step has grown; it is shown within 33 ms, or when there is time."""
        slot = self._column.slot_of(turn.key)
        if slot is not None:
            slot.view.mark_dirty(position)
            if not self._timer.isActive():
                self._timer.start()
            self.watch()

    def watch(self) -> None:
        """Let seconds be counted while something is coming in."""
        if not self._ticks.isActive():
            self._ticks.start()

    def flush(self) -> None:
        """Show what has grown."""
        began = time.monotonic()
        grown = [slot for slot in self._column.slots if slot.view.dirty and slot.view.flush()]
        for slot in grown:
            self._make_room(slot)
            self._column.fit_again(slot)
        self.flushed.emit(bool(grown))
        # A slow flush is followed by a longer pause, so that there is time for the person.
        spent = time.monotonic() - began
        self._timer.setInterval(max(FLUSH_MS, round(spent * 2000)))

    def _tick(self) -> None:
        live = [slot for slot in self._column.slots if slot.streams]
        for slot in live:
            slot.view.tick()
        if not live:
            self._ticks.stop()
        elif not self._timer.isActive():
            self._timer.start()
