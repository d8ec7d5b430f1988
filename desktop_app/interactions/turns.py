"""Some turns of a conversation in an order: what the transcript shows, and siblings."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, cast, overload

from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.tree import TurnTree
from desktop_app.overriding import override

T = TypeVar("T")


class Turns(Sequence[Interaction]):
    """Interactions that are read when they are asked for.

    That takes about 0.2 ms, and an interaction is forgotten again when nobody holds it and others
    were asked for. How many there are, their keys, and what stands in the columns costs next to
    nothing. What is added to the conversation later is not among them.
    """

    def __init__(
        self, tree: TurnTree, numbers: Sequence[int], read: Callable[[str], Interaction]
    ) -> None:
        self.numbers = numbers
        self._tree = tree
        self._read = read

    @property
    def keys(self) -> Sequence[str]:
        """The keys."""
        return self.pick(self._tree.keys)

    @property
    def sizes(self) -> Sequence[int]:
        """How long each is: the characters of input and answer, 40 for each line end."""
        return self.pick(self._tree.sizes)

    @property
    def tokens(self) -> Sequence[int]:
        """How many tokens each took, as far as it has been written down."""
        return self.pick(self._tree.tokens)

    def pick(self, column: Sequence[T]) -> Sequence[T]:
        """Pick what belongs to these turns from a column that has something for every turn."""
        numbers = self.numbers
        if isinstance(numbers, range) and numbers.step == 1:
            return column[numbers.start : numbers.stop]
        return [column[number] for number in numbers]

    @overload
    def __getitem__(self, index: int) -> Interaction: ...
    @overload
    def __getitem__(self, index: slice) -> "Turns": ...
    @override
    def __getitem__(self, index: int | slice) -> "Interaction | Turns":
        if isinstance(index, slice):
            return Turns(self._tree, self.numbers[index], self._read)
        return self._read(self._tree.keys[self.numbers[index]])

    @override
    def __len__(self) -> int:
        return len(self.numbers)

    @override
    def __iter__(self) -> Iterator[Interaction]:
        for number in self.numbers:
            yield self._read(self._tree.keys[number])

    @override
    def __contains__(self, turn: object) -> bool:
        return isinstance(turn, Interaction) and turn.key in self.keys

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Turns | list):
            return NotImplemented
        others = cast("Sequence[Interaction]", other)
        return len(self) == len(others) and all(a is b for a, b in zip(self, others, strict=True))

    __hash__ = None  # type: ignore[assignment] - it is compared as a list is
