"""The steps of one interaction while they grow, and what is known of each besides its value.

A *position* counts all steps of the answer; an *index* is the server's, and begins anew with each
request that the answer took.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import StepDelta, StepStop, UnknownDelta, Usage
from desktop_app.interactions.growing import GrowingStep, Settled, growing, growing_for
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.steps import ModelOutputStep, Step, ThoughtStep


@dataclass
class _StepState:
    """One step and what is known of it besides its value. Times are seconds of the clock."""

    growing: GrowingStep
    began: float | None = None
    ended: float | None = None
    stopped: bool = False
    value: Step | None = None
    usage: Usage | None = None
    unknown_deltas: list[JsonObject] = field(default_factory=list[JsonObject])


class StepLog:
    """Takes what the server says of steps. No piece costs more than its own size."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._states: list[_StepState] = []
        self._positions: dict[int, int] = {}
        self._begin = 0

    def __len__(self) -> int:
        return len(self._states)

    # --- what it holds ------------------------------------------------------------------------

    def value(self, position: int) -> Step:
        """A step as it is by now."""
        state = self._states[position]
        if state.value is None:
            state.value = state.growing.value()
        return state.value

    def seconds(self, position: int) -> float | None:
        """How long a step has taken, or took; `None` where that is not known."""
        state = self._states[position]
        if state.began is None:
            return None
        return (self._clock() if state.ended is None else state.ended) - state.began

    def may_grow(self, position: int) -> bool:
        """Whether the request that is answered now may add to the step."""
        return position >= self._begin and not self._states[position].stopped

    def is_whole(self, position: int) -> bool:
        """Whether the server said that the step is finished."""
        return self._states[position].stopped

    def usage(self, position: int) -> Usage | None:
        """The tokens of that step alone, where the server says."""
        return self._states[position].usage

    def unknown_deltas(self, position: int) -> tuple[JsonObject, ...]:
        """The deltas of a step that could not be read, as they came."""
        return tuple(self._states[position].unknown_deltas)

    def index(self, position: int) -> int | None:
        """The server's index of a step, `None` where another step has taken it over."""
        return next((index for index, at in self._positions.items() if at == position), None)

    @property
    def grew(self) -> bool:
        """Whether the request that is answered now has begun a step."""
        return len(self._states) > self._begin

    def says_more_than(self, steps: Sequence[Step], *, running: bool) -> bool:
        """Whether there is more here than in what the server has of the request answered now.

        Of an answer that has ended the server knows all, if it says anything at all.
        """
        if not steps:
            return self.grew
        here = [state.growing.value() for state in self._states[self._begin :]]
        return running and _size(here) > _size(steps)

    # --- what the server says -----------------------------------------------------------------

    def start(self, index: int, step: Step) -> int:
        """Begin a step, or begin it anew, as after a resume from before it."""
        position = self._positions.get(index)
        if position is None:
            return self._append(index, growing(step))
        self._states[position] = _StepState(growing(step), self._states[position].began)
        return position

    def add(self, event: StepDelta) -> int | None:
        """Add a piece; `None` where it belongs to no step that could be made for it."""
        position = self._positions.get(event.index)
        if position is None:
            unseen = growing_for(event.delta)
            if unseen is None:
                return None
            position = self._append(event.index, unseen)
        state = self._states[position]
        if state.growing.add(event.delta):
            state.value = None
        elif isinstance(event.delta, UnknownDelta):
            state.unknown_deltas.append(event.delta.raw)
        return position

    def stop(self, event: StepStop) -> int | None:
        """Note that a step is finished."""
        position = self._positions.get(event.index)
        if position is None:
            return None
        state = self._states[position]
        state.usage = event.step_usage
        if not state.stopped:
            state.stopped = True
            state.ended = self._clock() if state.began is not None else None
        return position

    def replace(self, steps: Sequence[Step]) -> None:
        """Put these in the place of all steps of the request that is answered now."""
        begin = self._begin
        kept = [(state.began, state.ended) for state in self._states[begin:]]
        self._states[begin:] = [
            _StepState(Settled(step), *(kept[at] if at < len(kept) else (None, None)), stopped=True)
            for at, step in enumerate(steps)
        ]
        self._positions = {index: begin + index for index in range(len(steps))}

    def _append(self, index: int, step: GrowingStep) -> int:
        self._positions[index] = len(self._states)
        self._states.append(_StepState(step, self._clock()))
        return len(self._states) - 1

    # --- what the program does ----------------------------------------------------------------

    def begin_request(self) -> None:
        """Let the steps so far be; the server's next index belongs to a new one."""
        self.end()
        self._begin = len(self._states)
        self._positions.clear()

    def end(self) -> None:
        """Stop the clocks."""
        now = self._clock()
        for state in self._states[self._begin :]:
            if not state.stopped and state.began is not None:
                state.ended = now

    def reopen(self) -> None:
        """Let the clocks go on: the time between a break and the resume is nobody's."""
        now = self._clock()
        for state in self._states[self._begin :]:
            if not state.stopped and state.began is not None and state.ended is not None:
                state.began, state.ended = now - (state.ended - state.began), None

    def restore(
        self,
        step: Step,
        *,
        index: int | None,
        seconds: float | None,
        whole: bool,
        unknown: Sequence[JsonObject] = (),
    ) -> None:
        """Put a stored step behind the others; one not whole goes on growing when resumed."""
        began, ended = (None, None) if seconds is None else (0.0, seconds)
        state = _StepState(growing(step), began, ended, stopped=whole)
        state.unknown_deltas.extend(unknown)
        if index is not None:
            self._positions[index] = len(self._states)
        self._states.append(state)

    def restore_begin(self, begin: int) -> None:
        """Say how many of the stored steps earlier requests gave."""
        self._begin = begin
        self._positions = {i: at for i, at in self._positions.items() if at >= begin}


def last_text(steps: Sequence[Step]) -> str:
    """The last unbroken run of text at the end of an answer, thoughts ignored."""
    texts: list[str] = []
    for step in reversed(steps):
        if isinstance(step, ThoughtStep):
            continue
        if not isinstance(step, ModelOutputStep):
            if texts:
                break
            continue
        for block in reversed(step.content or ()):
            if isinstance(block, TextContent):
                texts.append(block.text)
            elif texts:
                return "".join(reversed(texts))
    return "".join(reversed(texts))


def _size(steps: Sequence[Step]) -> int:
    """How much steps say: their texts, and one for each of them."""
    size = len(steps)
    for step in steps:
        match step:
            case ModelOutputStep(content):
                blocks = content
            case ThoughtStep(_, summary):
                blocks = summary
            case _:
                blocks = None
        size += sum(len(one.text) if isinstance(one, TextContent) else 1 for one in blocks or ())
    return size
