"""The turns of a conversation that are on screen: all are known, few are asked for."""

from collections.abc import Callable, Sequence
from typing import overload

from desktop_app.interactions.interaction import Interaction
from desktop_app.overriding import override


class Path(Sequence[Interaction]):
    """Turns by number: stored ones, which may be read only when they are asked for, and then those
    that were added since.

    With `read` the added ones are asked for by their keys too, and not held here: what has been
    answered all day need not stay in memory.
    """

    def __init__(
        self,
        stored: Sequence[Interaction] = (),
        keys: Sequence[str] = (),
        read: Callable[[str], Interaction] | None = None,
    ) -> None:
        self._stored = stored
        self._read = read
        self._keys = list(keys)
        self._first_added = len(keys)
        self._added: list[Interaction] = []  # none with `read`
        self._numbers: dict[str, int] = {}

    @override
    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, number: int) -> Interaction: ...
    @overload
    def __getitem__(self, number: slice) -> list[Interaction]: ...
    @override
    def __getitem__(self, number: int | slice) -> Interaction | list[Interaction]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        number = range(len(self))[number]
        added = number - self._first_added
        if added < 0:
            return self._stored[number]
        return self._added[added] if self._read is None else self._read(self._keys[number])

    def key(self, number: int) -> str:
        """The key of a turn, which is not asked for."""
        return self._keys[number]

    def number_of(self, key: str) -> int | None:
        """Where the turn of a key stands."""
        if not self._numbers:  # in most conversations nothing is asked for
            self._numbers = {key: number for number, key in enumerate(self._keys)}
        return self._numbers.get(key)

    def append(self, turn: Interaction) -> None:
        """Put a turn behind the others."""
        if self._numbers:
            self._numbers[turn.key] = len(self._keys)
        self._keys.append(turn.key)
        if self._read is None:
            self._added.append(turn)

    def truncate(self, count: int) -> None:
        """Keep the first turns only."""
        self._numbers = {}
        del self._keys[count:]
        self._first_added = min(self._first_added, count)
        del self._added[count - self._first_added :]
