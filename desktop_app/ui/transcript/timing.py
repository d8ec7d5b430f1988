"""How long something may go on before it lets the window have its turn."""

from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QTimer


class Deadline:
    """A moment after which work that can wait is left for later."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return monotonic() >= self._end

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self._end - monotonic()


NEVER: Final = Deadline(float("inf"))
"""There is time for all of it."""


class Turn:
    """One turn of the event loop, in which all work together may take so many seconds.

    What is asked for again and again before the loop turns has no more time than once.
    """

    def __init__(self, seconds: float, parent: QObject) -> None:
        self._seconds = seconds
        self._end = 0.0
        self._deadlines: dict[str, Deadline] = {}
        self._timer = QTimer(parent)  # is active until the loop turns
        self._timer.setSingleShot(True)

    def begin(self) -> None:
        """Begin anew: what is to be done is another thing now."""
        self._timer.start()
        self._end = monotonic() + self._seconds
        self._deadlines.clear()

    def deadline(self, work: str, seconds: float) -> Deadline:
        """When a kind of work that begins now, or has begun in this turn, must leave off."""
        if not self._timer.isActive():
            self.begin()
        found = self._deadlines.get(work)
        if found is None:
            found = self._deadlines[work] = Deadline(min(seconds, self._end - monotonic()))
        return found
