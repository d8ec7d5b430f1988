"""The turns of a conversation that are on screen: all are known, few have been read."""

from collections.abc import Sequence

from desktop_app.interactions.interaction import Interaction


class Path:
    """Turns by number. A stored one is asked for what it says only when that is to be shown."""

    def __init__(self, turns: Sequence[Interaction | None] = (), keys: Sequence[str] = ()) -> None:
        self._stored = turns
        self._keys = list(keys)
        self._first_added = len(keys)
        self._added: list[Interaction] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, number: int) -> Interaction | None:
        """A turn, `None` where what it says has not been read yet."""
        added = number - self._first_added
        return self._added[added] if added >= 0 else self._stored[number]

    def key(self, number: int) -> str:
        """The key of a turn."""
        return self._keys[number]

    def number_of(self, key: str) -> int | None:
        """Where the turn of a key stands."""
        if not self._numbers:  # nothing is asked for in most conversations
            self._numbers = {key: number for number, key in enumerate(self._keys)}
        return self._numbers.get(key)

    def append(self, turn: Interaction) -> None:
        """Put a turn behind the others."""
        if self._numbers:
            self._numbers[turn.key] = len(self._keys)
        self._keys.append(turn.key)
        self._added.append(turn)

    def truncate(self, count: int) -> None:
        """Keep the first turns only."""
        self._numbers = {}
        del self._keys[count:]
        self._first_added = min(self._first_added, count)
        del self._added[count - self._first_added :]
