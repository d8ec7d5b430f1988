"""The tree of a conversation: which turn follows which, and what is known of each.

It holds no turn. Everything is in columns, so that 50,000 turns are there in a moment; the
*number* of a turn is its row, which is the order of its making.
"""

from collections.abc import Sequence
from operator import gt, lt

from desktop_app.interactions.outline import Outline, TurnFacts


class TurnTree:
    """The turns by number and key. `head` is the last one of the path on screen."""

    def __init__(self, outline: Outline | None = None) -> None:
        outline, numbers, previous = _read(outline or Outline())
        self.keys: list[str] = list(outline.keys)
        self.head: int | None = None
        self._numbers = numbers
        self._previous = previous
        self._children: dict[int, list[int]] | None = None
        self.kept = bytearray(outline.kept)
        self.expired = bytearray(outline.expired)
        self.tokens = list(outline.tokens)
        self.input_lines = list(outline.input_lines)
        self.answer_lines = list(outline.answer_lines)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._numbers

    def number(self, key: str) -> int:
        """The row of a turn. Raises `KeyError`."""
        return self._numbers[key]

    def add(self, key: str, previous: str | None, facts: TurnFacts) -> None:
        """Put a turn behind the one it follows, and make it the head.

        Raises `KeyError` where that one is not here, `ValueError` where the key is taken.
        """
        if key in self._numbers:
            raise ValueError("an interaction of this key is here already")
        before = -1 if previous is None else self._numbers[previous]
        number = self._numbers[key] = self.head = len(self.keys)
        self.keys.append(key)
        self._previous.append(before)
        if self._children is not None:
            self._children.setdefault(before, []).append(number)
        self.kept.append(0)
        self.expired.append(0)
        self.tokens.append(0)
        self.input_lines.append(0)
        self.answer_lines.append(0)
        self.know(number, facts)

    def know(self, number: int, facts: TurnFacts) -> None:
        """Write down what is known of a turn now."""
        self.kept[number] = facts.kept
        self.expired[number] = facts.expired
        self.tokens[number] = facts.tokens
        self.input_lines[number] = facts.input_lines
        self.answer_lines[number] = facts.answer_lines

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

    def any_at_server(self) -> bool:
        """Whether a server has any of the turns, as far as we know."""
        return any(map(gt, self.kept, self.expired))

    def _followers(self, number: int) -> Sequence[int]:
        if self._children is None:  # few conversations are ever asked
            self._children = {}
            for child, previous in enumerate(self._previous):
                self._children.setdefault(previous, []).append(child)
        return self._children.get(number, ())


def _read(outline: Outline) -> tuple[Outline, dict[str, int], list[int]]:
    """Number the turns, and find the number of the one that each follows.

    What follows nothing is left out: a damaged history may have lost a turn.
    """
    count = len(outline.keys)
    numbers = dict(zip(outline.keys, range(count), strict=True))
    before = [-1 if key is None else numbers.get(key, count) for key in outline.previous]
    if all(map(lt, before, range(count))):
        return outline, numbers, before
    good = bytearray()
    for number, previous in enumerate(before):
        good.append(previous < 0 or (previous < number and good[previous]))
    return _read(outline.only(good))
