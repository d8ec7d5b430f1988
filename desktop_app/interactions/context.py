"""What a request carries of the conversation so far (architecture, "State that survives")."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desktop_app.interactions.calls import PASSED_OVER, open_calls, refusals, sendable
from desktop_app.interactions.interaction import Interaction
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


class Gathering:
    """Gathers the context of a request, turn by turn from the last one back.

    It chains on the nearest turn that the server at `origin` can chain on and takes what is on
    screen after it as steps; where nothing can be chained, or nothing is to be stored, it takes
    the whole path, of which every turn may have to be read from the disk.
    """

    def __init__(
        self,
        path: Sequence[str],
        load: Callable[[str], Interaction],
        *,
        origin: str,
        store: bool,
        results: Sequence[FunctionResultStep],
    ) -> None:
        self._left = list(path)
        self._load = load
        self._origin = origin
        self._store = store
        self._given = tuple(results)
        self._chain_on: str | None = None
        self._lost = False
        self._steps: list[list[Step]] = []

    def go_on(self) -> bool:
        """Look at one more turn; `False` where there is none to be looked at. Raises `AppError`."""
        if not self._left:
            return False
        turn = self._load(self._left.pop())
        if turn.unsent:
            return bool(self._left)  # it was not to be sent, and is not now
        passed = _passed_over(turn, self._given)
        if self._store and turn.chainable and turn.origin == self._origin:
            self._chain_on = turn.id
            self._left.clear()
            self._steps.append([*passed])
            return False
        if turn.id and turn.stored and (turn.expired or turn.origin != self._origin):
            self._lost = True
        answer = replay_steps(turn)
        self._steps.append(
            [
                *turn.results,
                *([UserInputStep(turn.input)] if turn.input else ()),
                *(answer if turn.origin == self._origin else _without_signatures(answer)),
                *passed,
            ]
        )
        self._given = turn.results
        return bool(self._left)

    def context(self) -> Context:
        """What was gathered, once `go_on` says that there is no more."""
        steps = tuple(step for turn in reversed(self._steps) for step in turn)
        rebuilt = self._store and self._chain_on is None and self._lost
        return Context(self._chain_on, steps, rebuilt)


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
