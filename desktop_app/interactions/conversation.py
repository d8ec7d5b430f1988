"""A conversation: a tree of interactions with a title, one path of which is on screen.

Edit and regenerate make siblings; the path says which of them is shown. What is stored is read
turn by turn when somebody looks at it; the outline is all that has to be there.
"""

from collections.abc import Sequence

from desktop_app.errors import AppError
from desktop_app.interactions.context import Context, Gathering
from desktop_app.interactions.interaction import Interaction, new_key
from desktop_app.interactions.loaded_turns import Load, LoadedTurns
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.outline import Outline, facts_of
from desktop_app.interactions.steps import FunctionResultStep
from desktop_app.interactions.tree import TurnTree
from desktop_app.interactions.turns import Turns


def _nothing(key: str) -> tuple[Interaction, int]:
    raise KeyError(key)


class Conversation:
    """The tree. `head` is the last interaction of the path on screen, `None` while it is empty.

    `load` reads what `restore` has put back by its outline only.
    """

    def __init__(self, key: str | None = None, title: str = "", load: Load = _nothing) -> None:
        self.key = key or new_key()
        self.title = title
        self._tree = TurnTree()
        self._turns = LoadedTurns(load)
        self._path: tuple[str | None, Sequence[int]] = None, range(0)

    def restore(self, outline: Outline, head: str | None) -> None:
        """Put stored turns in the place of all, and show the path to `head`, or the newest."""
        self._tree = TurnTree(outline)
        self._path = None, range(0)
        count = len(self._tree)
        if head is not None and head in self._tree:
            self.head = head
        elif count:
            self.head = self._tree.keys[count - 1]

    def add(self, interaction: Interaction) -> None:
        """Put an interaction behind the one it follows, and show it.

        It is in work until it is let go. Raises `KeyError` where the one before is not here,
        `ValueError` where the key is taken.
        """
        self._tree.add(interaction.key, interaction.previous)
        self._turns.hold(interaction)
        self._know_what_changed()

    def hold(self, interaction: Interaction) -> None:
        """Keep an interaction in memory, as it is going to change."""
        self._turns.hold(interaction)

    def let_go(self, key: str) -> None:
        """Let an interaction be read from the disk again when it is needed: all of it is there."""
        self._know_what_changed()
        self._turns.let_go(key)

    # --- what it holds ------------------------------------------------------------------------

    @property
    def head(self) -> str | None:
        """The key of the last interaction on screen."""
        return None if self._tree.head is None else self._tree.keys[self._tree.head]

    @head.setter
    def head(self, key: str | None) -> None:
        self._tree.head = None if key is None else self._tree.number(key)

    def __getitem__(self, key: str) -> Interaction:
        """The interaction of a key. Raises `AppError` where it cannot be read."""
        number = self._tree.number(key)
        interaction = self._turns[key]
        if self._tree.expired[number]:
            interaction.expired = True
        return interaction

    def __contains__(self, key: object) -> bool:
        return key in self._tree

    def __len__(self) -> int:
        return len(self._tree)

    def shown(self, key: str) -> Interaction:
        """The interaction of a key; where it cannot be read, one that says so."""
        try:
            return self[key]
        except AppError as error:
            number = self._tree.number(key)
            unread = Interaction(key, previous=self._tree.previous(number))
            unread.fail(Failure("unreadable", str(error), error.advice))
            return unread

    @property
    def interactions(self) -> Turns:
        """All interactions, in the order in which they were added."""
        return self._some(range(len(self._tree)))

    def number(self, key: str) -> int:
        """How many interactions were added before this one. Raises `KeyError`."""
        return self._tree.number(key)

    def path(self, key: str | None = None) -> Turns:
        """The interactions from the first to `key`, or to the head."""
        last = self.head if key is None else key
        if last != self._path[0]:
            self._path = last, self._tree.path(None if last is None else self._tree.number(last))
        return self._some(self._path[1])

    @property
    def is_stored(self) -> bool:
        """Whether a server has anything of it, as far as we know."""
        self._know_what_changed()
        return any(self._tree.at_server)

    @property
    def tokens(self) -> int:
        """The tokens that the path on screen took."""
        self._know_what_changed()
        return sum(self.path().tokens)

    def siblings(self, key: str) -> Turns:
        """The interactions that follow the same one as `key`, itself included, oldest first."""
        return self._some(self._tree.siblings(self._tree.number(key)))

    def _some(self, numbers: Sequence[int]) -> Turns:
        return Turns(self._tree, numbers, self.shown)

    # --- what changes -------------------------------------------------------------------------

    def show(self, key: str) -> None:
        """Show the path through `key`, down to the newest interaction that follows it."""
        self._tree.head = self._tree.newest_after(self._tree.number(key))

    def fork(self, key: str, *, clone: Interaction) -> None:
        """Put `clone` beside the interaction `key`: an edited input, or another try."""
        clone.previous = self._tree.previous(self._tree.number(key))
        self.add(clone)

    def is_newest(self, key: str) -> bool:
        """Whether an interaction was added last of all, so that nothing follows it."""
        return bool(len(self._tree)) and self._tree.keys[-1] == key

    def take_out(self, key: str) -> None:
        """Take an interaction out that was added last."""
        assert self.is_newest(key), "others may follow it"
        self._tree.remove_last()
        self._path = None, range(0)

    def expire(self, key: str) -> Sequence[str]:
        """Note that the server no longer has the path to `key`; return the keys on it."""
        self._know_what_changed()
        path = self.path(key)
        for number in path.numbers:
            self._tree.expire(number)
        for interaction in self._turns.alive:
            if self._tree.expired[self._tree.number(interaction.key)]:
                interaction.expired = True
        return path.keys

    def _know_what_changed(self) -> None:
        for interaction in self._turns.held:
            if interaction.key not in self._tree:
                continue  # it was taken out
            number = self._tree.number(interaction.key)
            self._tree.know(number, facts_of(interaction), expired=interaction.expired)

    # --- what is sent -------------------------------------------------------------------------

    def gather(
        self,
        previous: str | None,
        *,
        origin: str,
        store: bool,
        results: Sequence[FunctionResultStep] = (),
    ) -> Gathering:
        """Begin to gather what a request that follows `previous` carries, besides its input and
        `results`.
        """
        path = () if previous is None else self.path(previous).keys
        return Gathering(path, self.__getitem__, origin=origin, store=store, results=results)

    def context(
        self,
        previous: str | None,
        *,
        origin: str,
        store: bool,
        results: Sequence[FunctionResultStep] = (),
    ) -> Context:
        """Gather it at once."""
        gathering = self.gather(previous, origin=origin, store=store, results=results)
        while gathering.go_on():
            pass
        return gathering.context()
