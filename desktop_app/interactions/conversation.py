"""A conversation: a tree of interactions with a title, one path of which is on screen.

Edit and regenerate make siblings; the path says which of them is shown. What the next request
sends is derived from the path (architecture, "State that survives").
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop_app.interactions.calls import PASSED_OVER, open_calls, refusals, sendable
from desktop_app.interactions.interaction import Interaction, new_key
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import (
    FunctionCallStep,
    FunctionResultStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
    UserInputStep,
)


@dataclass(frozen=True)
class Context:
    """What the next request carries of the conversation so far.

    The server knows everything up to `previous_interaction_id`; `steps` is what the person sees
    after it. `rebuilt` says that something was stored at the server and could not be chained on.
    """

    previous_interaction_id: str | None
    steps: tuple[Step, ...]
    rebuilt: bool = False


class Conversation:
    """The tree. `head` is the last interaction of the path on screen, `None` while it is empty."""

    def __init__(self, key: str | None = None, title: str = "") -> None:
        self.key = key or new_key()
        self.title = title
        self.head: str | None = None
        self._interactions: dict[str, Interaction] = {}
        self._children: dict[str | None, list[str]] = {}

    def add(self, interaction: Interaction) -> None:
        """Put an interaction behind the one it follows, and show it.

        Raises `KeyError` where that one is not here, `ValueError` where the key is taken.
        """
        if interaction.key in self._interactions:
            raise ValueError("an interaction of this key is here already")
        if interaction.previous is not None and interaction.previous not in self._interactions:
            raise KeyError(interaction.previous)
        self._interactions[interaction.key] = interaction
        self._children.setdefault(interaction.previous, []).append(interaction.key)
        self.head = interaction.key

    def __getitem__(self, key: str) -> Interaction:
        return self._interactions[key]

    def __contains__(self, key: object) -> bool:
        return key in self._interactions

    def __len__(self) -> int:
        return len(self._interactions)

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """All interactions, in the order in which they were added."""
        return tuple(self._interactions.values())

    def path(self, key: str | None = None) -> list[Interaction]:
        """The interactions from the first to `key`, or to the head."""
        path: list[Interaction] = []
        at = self.head if key is None else key
        while at is not None:
            interaction = self._interactions[at]
            path.append(interaction)
            at = interaction.previous
        path.reverse()
        return path

    @property
    def is_stored(self) -> bool:
        """Whether a server has anything of it, as far as we know."""
        return any(
            turn.stored and turn.ids and not turn.expired for turn in self._interactions.values()
        )

    def siblings(self, key: str) -> list[Interaction]:
        """The interactions that follow the same one as `key`, itself included, oldest first."""
        return [
            self._interactions[child] for child in self._children[self._interactions[key].previous]
        ]

    def show(self, key: str) -> None:
        """Show the path through `key`, down to the newest interaction that follows it."""
        while children := self._children.get(key):
            key = children[-1]
        self.head = key

    def fork(self, key: str, *, clone: Interaction) -> None:
        """Put `clone` beside the interaction `key`: an edited input, or another try."""
        clone.previous = self._interactions[key].previous
        self.add(clone)

    def context(
        self,
        previous: str | None,
        *,
        origin: str,
        store: bool,
        results: Sequence[FunctionResultStep] = (),
    ) -> Context:
        """Say what a request that follows `previous` carries, besides its input and `results`.

        It chains on the nearest ancestor that the server at `origin` can chain on and sends what
        is on screen after it as steps; where nothing can be chained, or nothing is to be stored,
        it sends the whole path.
        """
        path = self.path(previous) if previous is not None else []
        given = [*(turn.results for turn in path[1:]), tuple(results)][: len(path)]
        chain_on: str | None = None
        first = 0
        steps: list[Step] = []
        if store:
            for at in range(len(path) - 1, -1, -1):
                if path[at].chainable and path[at].origin == origin:
                    chain_on = path[at].id
                    first = at + 1
                    steps.extend(_passed_over(path[at], given[at]))
                    break
        rebuilt = (
            store
            and chain_on is None
            and any(
                turn.id and turn.stored and (turn.expired or turn.origin != origin) for turn in path
            )
        )
        for turn, following in zip(path[first:], given[first:], strict=True):
            steps.extend(turn.results)
            if turn.input:
                steps.append(UserInputStep(turn.input))
            answer = replay_steps(turn)
            steps.extend(answer if turn.origin == origin else _without_signatures(answer))
            steps.extend(_passed_over(turn, following))
        return Context(chain_on, tuple(steps), rebuilt)


def _passed_over(
    turn: Interaction, given: Sequence[FunctionResultStep]
) -> tuple[FunctionResultStep, ...]:
    """Answer the calls that the person did not: a server takes no input while one is open."""
    answered = {result.call_id for result in given}
    return refusals([call for call in open_calls(turn) if call.id not in answered], PASSED_OVER)


def replay_steps(turn: Interaction) -> list[Step]:
    """Give the steps of an answer that can go back to a server.

    A finished answer goes back whole, thoughts with their signatures (section 8). Of a broken one
    goes what the person saw, and of the rest only what is whole: a thought without a signature or
    a call without its result would be refused.
    """
    numbered = enumerate(map(_sendable, turn.steps))
    steps = [(position, step) for position, step in numbered if step is not None]
    if turn.outcome in (Outcome.COMPLETE, Outcome.NEEDS_ACTION):
        return [step for _, step in steps if not _is_empty_output(step)]
    answered = {step.call_id for _, step in steps if isinstance(step, ToolResultStep)}

    def whole(position: int, step: Step) -> bool:
        match step:
            case ModelOutputStep():
                return not _is_empty_output(step)
            case ThoughtStep():
                return bool(step.signature)
            case ToolCallStep():
                return step.id in answered
            case ToolResultStep():
                return True
            case _:
                return turn.step_is_whole(position)

    return [step for position, step in steps if whole(position, step)]


def _sendable(step: Step) -> Step | None:
    if isinstance(step, ModelOutputStep) and step.error is not None:
        return replace(step, error=None)
    return sendable(step) if isinstance(step, FunctionCallStep) else step


def _without_signatures(steps: list[Step]) -> list[Step]:
    # A signature means something to the server that made it only; another would refuse it.
    return [
        replace(step, signature=None) if isinstance(step, ToolCallStep | ToolResultStep) else step
        for step in steps
        if not isinstance(step, ThoughtStep)
    ]


def _is_empty_output(step: Step) -> bool:
    return isinstance(step, ModelOutputStep) and not step.content
