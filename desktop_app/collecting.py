"""When all of Python's objects are looked through for garbage: not while a person waits.

Nearly every object goes when nobody holds it; what holds itself in a circle stays until Python
looks for it. Among young objects it looks often, which takes a millisecond at most. Among all of
them it takes 10 to 110 ms, and Python's own time for that is after some two seconds of an answer.
Here it is when hardly anything has been made for some seconds and no answer comes; or else, so that
memory is bounded, after fifteen times as much as Python waits for, and then in between.

Measured with answers of half a megabyte, one behind the other, in a conversation of 5,000 turns:
Python looks every 1.7 s, for 10 to 28 ms, and finds 200 objects. An answer leaves up to 0.6 MB.
"""

import gc
import threading
from collections.abc import Callable
from typing import Final, Literal

from PySide6.QtCore import QObject, QTimer

_YOUNG: Final = 700
_MIDDLE: Final = 10
"""Python's own: after so many new objects, and after so many times of that, it looks."""

_ALL: Final = 1000
"""Collections of the middle generation after which all is looked through, whatever goes on."""

_MUCH: Final = 150
"""The same where the event loop turns, so that it is not in the midst of something."""

_WORTH: Final = 10
"""Collections of the middle generation from which on it is worth it: Python's own number."""

_STILL_MS: Final = 3000


class Collecting(QObject):
    """Has garbage collected when `is_busy` does not hold; from `start` on, until `stop`."""

    def __init__(self, is_busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._is_busy = is_busy
        self._thread = threading.get_ident()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._collect)

    def start(self) -> None:
        """Begin."""
        gc.set_threshold(_YOUNG, _MIDDLE, _ALL)
        gc.callbacks.append(self._note)
        gc.enable()

    def stop(self) -> None:
        """Leave it to Python again."""
        if self._note in gc.callbacks:
            gc.callbacks.remove(self._note)
        self._timer.stop()
        gc.set_threshold(_YOUNG, _MIDDLE, _MIDDLE)

    def _note(self, phase: Literal["start", "stop"], about: dict[str, int]) -> None:
        """Something is made: wait until it has been still for a while, or is too much."""
        if phase == "stop" and about["generation"] == 1 and threading.get_ident() == self._thread:
            self._timer.start(0 if _count() >= _MUCH else _STILL_MS)

    def _collect(self) -> None:
        if _count() >= _MUCH or (_count() >= _WORTH and not self._is_busy()):
            gc.collect()
        elif _count() >= _WORTH:
            self._timer.start(_STILL_MS)


def _count() -> int:
    """Collections of the middle generation since all was looked through."""
    return gc.get_count()[2]
