"""How long something may go on before it lets the window have its turn."""

from time import monotonic
from typing import Final


class Deadline:
    """A moment after which work that can wait is left for later."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return monotonic() >= self._end


NEVER: Final = Deadline(float("inf"))
"""There is time for all of it."""
