"""The turns of a conversation that are in memory: those in work, and some that were looked at."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeAlias
from weakref import WeakValueDictionary

from desktop_app.interactions.interaction import Interaction

Load: TypeAlias = Callable[[str], tuple[Interaction, int]]
"""Reads the turn of a key: it, and how many characters it is made of. Raises `AppError`."""

ROOM: Final = 1_000_000
"""How many characters are kept of turns that nobody holds: some 300 turns of the usual size."""


class LoadedTurns:
    """Reads turns when they are asked for, and forgets the ones that were not for the longest time.

    As long as anybody holds a turn, everybody who asks for its key is given that one.
    """

    def __init__(self, load: Load, room: int = ROOM) -> None:
        self._load = load
        self._room = room
        self._alive: WeakValueDictionary[str, Interaction] = WeakValueDictionary()
        self._held: dict[str, tuple[Interaction, int]] = {}
        self._recent: OrderedDict[str, tuple[Interaction, int]] = OrderedDict()
        self._size = 0

    def __getitem__(self, key: str) -> Interaction:
        turn = self._alive.get(key)
        if turn is None:
            turn, size = self._load(key)
            self._alive[key] = turn
            self._keep(turn, size)
        elif key in self._recent:
            self._recent.move_to_end(key)
        return turn

    @property
    def held(self) -> list[Interaction]:
        """The turns that are in work."""
        return [turn for turn, _ in self._held.values()]

    @property
    def alive(self) -> list[Interaction]:
        """The turns that are in memory, whoever holds them."""
        return list(self._alive.values())

    def hold(self, turn: Interaction) -> None:
        """Keep a turn in memory: it grows, or has changes that are not on the disk.

        It is kept until it was let go as often as it was held.
        """
        self._alive[turn.key] = turn
        self._held[turn.key] = turn, self._held.get(turn.key, (turn, 0))[1] + 1

    def let_go(self, key: str) -> None:
        """Let a turn be forgotten: all of it is on the disk."""
        turn, times = self._held.pop(key)
        if times > 1:
            self._held[key] = turn, times - 1

    def _keep(self, turn: Interaction, size: int) -> None:
        self._recent[turn.key] = turn, size
        self._size += size
        while self._size > self._room and len(self._recent) > 1:
            _, (_, freed) = self._recent.popitem(last=False)
            self._size -= freed
