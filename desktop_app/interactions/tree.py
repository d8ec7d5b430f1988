"""The tree of a conversation: which turn follows which, and what is known of each.

It holds no turn. Everything is in columns, so that 50,000 turns are there in a moment; the
*number* of a turn is its row, which is the order of its making.
"""

from collections.abc import Sequence

from desktop_app.interactions.outline import Outline, TurnFacts


class TurnTree:
    """The turns by number and key. `head` is the last one of the path on screen."""

    def __init__(self, outline: Outline | None = None) -> None:
        outline, self._previous = _read(outline or Outline())
        self.keys = list(outline.keys)
        self.head: int | None = None
        self.at_server = bytearray(outline.at_server)
        self.expired = bytearray(len(self.keys))
        self.tokens = list(outline.tokens)
        self.sizes = list(outline.sizes)
        self._numbers_made: dict[str, int] | None = None
        self._children: dict[int, list[int]] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self.keys[-1:] or key in self._numbers

    @property
    def _numbers(self) -> dict[str, int]:
        if self._numbers_made is None:  # nobody asks while a conversation is opened
            self._numbers_made = dict(zip(self.keys, range(len(self.keys)), strict=True))
        return self._numbers_made

    def number(self, key: str) -> int:
        """The row of a turn. Raises `KeyError`."""
        if self.keys and key == self.keys[-1]:
            return len(self.keys) - 1
        return self._numbers[key]

    def add(self, key: str, previous: str | None) -> None:
        """Put a turn behind the one it follows, and make it the head.

        Raises `KeyError` where that one is not here, `ValueError` where the key is taken.
        """
        if key in self._numbers:
            raise ValueError("an interaction of this key is here already")
        before = -1 if previous is None else self._numbers[previous]
        number = self.head = self._numbers[key] = len(self.keys)
        self.keys.append(key)
        self._previous.append(before)
        if self._children is not None:
            self._children.setdefault(before, []).append(number)
        self.at_server.append(0)
        self.expired.append(0)
        self.tokens.append(0)
        self.sizes.append(0)

    def remove_last(self) -> None:
        """Take the turn out that was added last; nothing follows it."""
        number = len(self.keys) - 1
        before = self._previous.pop()
        self._numbers.pop(self.keys.pop())
        for column in (self.at_server, self.expired, self.tokens, self.sizes):
            column.pop()
        if self._children is not None:
            self._children[before].remove(number)
        if self.head == number:
            self.head = before if before >= 0 else None

    def know(self, number: int, facts: TurnFacts, *, expired: bool) -> None:
        """Write down what is known of a turn now, and whether the server no longer has it."""
        self.expired[number] = expired
        self.at_server[number] = facts.kept and not expired
        self.tokens[number] = facts.tokens
        self.sizes[number] = facts.size

    def expire(self, number: int) -> None:
        """Write down that the server no longer has a turn."""
        self.expired[number] = 1
        self.at_server[number] = 0

    def path(self, number: int | None) -> Sequence[int]:
        """The turns from the first to this one; `None` stands before the first."""
        if number is None:
            return range(0)
        if self._previous[: number + 1] == list(range(-1, number)):
            return range(number + 1)  # nothing was ever asked twice
        path: list[int] = []
        while number >= 0:
            path.append(number)
            number = self._previous[number]
        path.reverse()
        return path

    def siblings(self, number: int) -> Sequence[int]:
        """The turns that follow the same one, oldest first."""
        return self._followers(self._previous[number])

    def newest_after(self, number: int) -> int:
        """The last turn of the path that leads through this one and always on to the newest."""
        while following := self._followers(number):
            number = following[-1]
        return number

    def previous(self, number: int) -> str | None:
        """The key of the turn that this one follows."""
        before = self._previous[number]
        return None if before < 0 else self.keys[before]

    def _followers(self, number: int) -> Sequence[int]:
        if self._children is None:  # few conversations are ever asked
            self._children = {}
            for child, previous in enumerate(self._previous):
                self._children.setdefault(previous, []).append(child)
        return self._children.get(number, ())


def _read(outline: Outline) -> tuple[Outline, list[int]]:
    """Find the number of the turn that each follows, -1 for none.

    What follows nothing is left out: a damaged history may have lost a turn.
    """
    keys, count = outline.keys, len(outline.keys)
    if outline.previous[:1] == [None] and outline.previous[1:] == keys[:-1]:
        return outline, list(range(-1, count - 1))  # nothing was ever asked twice
    numbers = dict(zip(keys, range(count), strict=True))
    before = [-1 if key is None else numbers.get(key, count) for key in outline.previous]
    good = bytearray()
    for number, previous in enumerate(before):
        good.append(previous < 0 or (previous < number and good[previous]))
    return (outline, before) if all(good) else _read(outline.only(good))
