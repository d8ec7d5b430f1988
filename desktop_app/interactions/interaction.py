"""One interaction: what was asked, and what the server's events add up to.

Truth is the event log, folded. `apply` is the only writer of what the server said; `cancel` and
`fail` write the two ends that the server cannot report.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from desktop_app.interactions.content import Content, TextContent
from desktop_app.interactions.events import (
    ErrorEvent,
    Event,
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    InteractionSnapshot,
    InteractionStatusUpdate,
    StepDelta,
    StepStart,
    StepStop,
    UnknownDelta,
    UnknownEvent,
    UnreadableEvent,
    Usage,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.growing import GrowingStep, Settled, growing, growing_for
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.outcome import (
    CHAINABLE_STATUSES,
    OUTCOME_OF_STATUS,
    Failure,
    Outcome,
)
from desktop_app.interactions.steps import ModelOutputStep, Step, ThoughtStep, UserInputStep


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


def new_key() -> str:
    """Make a key of our own: 32 hexadecimal digits, random."""
    return os.urandom(16).hex()


class Interaction:
    """One turn: `key` is ours and exists at once, `id` is the server's and comes later.

    `previous` is the key of the interaction it follows. `request` says how it was asked, without
    the input; `origin` is the server's scheme, host and port; `expired` says that the server no
    longer has it.
    """

    def __init__(
        self,
        key: str | None = None,
        *,
        previous: str | None = None,
        input: Sequence[Content] = (),  # noqa: A002 - the API's noun
        request: InteractionRequest | None = None,
        origin: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.key = key or new_key()
        self.previous = previous
        self.input: tuple[Content, ...] = tuple(input)
        self.request = request or InteractionRequest()
        self.origin = origin
        self.expired = False
        self.header = InteractionHeader()
        self.outcome = Outcome.STREAMING
        self.failure: Failure | None = None
        self.error: ErrorEvent | None = None
        self.last_event_id: str | None = None
        self.unreadable: list[str] = []
        self.unknown_events: list[JsonObject] = []
        self._clock = clock
        self._steps: list[_StepState] = []
        self._positions: dict[int, int] = {}
        self._seen: set[str] = set()

    # --- what it is ---------------------------------------------------------------------------

    @property
    def id(self) -> str | None:
        """The server's name for it."""
        return self.header.id

    @property
    def status(self) -> str | None:
        """The server's last word, e.g. `completed`; a broken stream still says `in_progress`."""
        return self.header.status

    @property
    def usage(self) -> Usage | None:
        """The tokens counted so far."""
        return self.header.usage

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps as they are by now, in the order in which they began."""
        return tuple(self.step(position) for position in range(len(self._steps)))

    def step(self, position: int) -> Step:
        """One step as it is by now; `position` is what `apply` returns."""
        state = self._steps[position]
        if state.value is None:
            state.value = state.growing.value()
        return state.value

    def step_seconds(self, position: int) -> float | None:
        """How long a step has taken, or took; `None` where that is not known."""
        state = self._steps[position]
        if state.began is None:
            return None
        return (self._clock() if state.ended is None else state.ended) - state.began

    def step_is_open(self, position: int) -> bool:
        """Whether the step may still grow."""
        return not self._steps[position].stopped and self.outcome is Outcome.STREAMING

    def step_is_whole(self, position: int) -> bool:
        """Whether the server said that the step is finished."""
        return self._steps[position].stopped

    def step_usage(self, position: int) -> Usage | None:
        """The tokens of that step alone, where the server says."""
        return self._steps[position].usage

    def unknown_deltas(self, position: int) -> tuple[JsonObject, ...]:
        """The deltas of a step that could not be read, as they came."""
        return tuple(self._steps[position].unknown_deltas)

    @property
    def output_text(self) -> str:
        """The last unbroken run of text at the end of the answer, thoughts ignored (section 11)."""
        texts: list[str] = []
        for step in reversed(self.steps):
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

    @property
    def has_output(self) -> bool:
        """Whether anything of an answer is there."""
        return any(
            step.content if isinstance(step, ModelOutputStep) else True for step in self.steps
        )

    @property
    def stored(self) -> bool:
        """Whether the server was asked to keep it."""
        return self.request.store is not False

    @property
    def chainable(self) -> bool:
        """Whether a later request may name it as `previous_interaction_id`."""
        return (
            self.id is not None
            and self.stored
            and not self.expired
            and self.outcome not in (Outcome.STREAMING, Outcome.INTERRUPTED)
            and self.status in CHAINABLE_STATUSES
        )

    @property
    def resumable(self) -> bool:
        """Whether a broken stream may be taken up again at the server."""
        return self.outcome is Outcome.INTERRUPTED and self.id is not None and self.stored

    # --- the fold -----------------------------------------------------------------------------

    def apply(self, event: Event) -> int | None:
        """Fold one event in; return the position of the step it touched, if it touched one.

        An event whose `event_id` was applied before is dropped, and so is everything after the
        end. An interrupted interaction goes on where it was. Linear: no event costs more than
        its own size.
        """
        event_id = event.event_id
        if event_id is not None:
            if event_id in self._seen:
                return None
            self._seen.add(event_id)
        if self.outcome is not Outcome.STREAMING:
            if self.outcome is not Outcome.INTERRUPTED:
                return None
            self._reopen()
        if event_id is not None:
            self.last_event_id = event_id
        return self._fold(event)

    def cancel(self) -> None:
        """The person stopped it."""
        if self.outcome is Outcome.STREAMING:
            self._end(Outcome.CANCELLED, None)

    def fail(self, failure: Failure, *, interrupted: bool = False) -> None:
        """It broke: `interrupted` where the stream ended without its end, else for good."""
        if self.outcome in (Outcome.STREAMING, Outcome.INTERRUPTED):
            self._end(Outcome.INTERRUPTED if interrupted else Outcome.FAILED, failure)

    def explain(self, failure: Failure) -> None:
        """Put the reason of a failure in words; what the server said of it stays in `error`."""
        if self.outcome is not Outcome.STREAMING:
            self.failure = failure

    def _fold(self, event: Event) -> int | None:
        match event:
            case StepDelta():
                return self._delta(event)
            case StepStart(index, step):
                return self._start(index, step)
            case StepStop():
                return self._stop(event)
            case InteractionCreated(header):
                self._take(header)
            case InteractionStatusUpdate():
                self._update(event)
            case InteractionCompleted(header, steps):
                if steps and not self._steps:
                    self._replace_steps(steps)
                self._complete(header)
            case InteractionSnapshot(header, steps):
                self._replace_steps(steps)
                self._complete(header)
            case ErrorEvent(error):
                self.error = event
                self._end(Outcome.FAILED, Failure(error.code, error.message))
            case UnknownEvent(raw):
                self.unknown_events.append(raw)
            case UnreadableEvent(data):
                self.unreadable.append(data)
        return None

    def _delta(self, event: StepDelta) -> int | None:
        if event.total_usage is not None:
            self.header = replace(self.header, usage=event.total_usage)
        position = self._positions.get(event.index)
        if position is None:
            unseen = growing_for(event.delta)
            if unseen is None:
                self.unknown_events.append(
                    event.delta.raw if isinstance(event.delta, UnknownDelta) else {}
                )
                return None
            position = self._append(event.index, unseen)
        state = self._steps[position]
        if state.growing.add(event.delta):
            state.value = None
        elif isinstance(event.delta, UnknownDelta):
            state.unknown_deltas.append(event.delta.raw)
        return position

    def _start(self, index: int, step: Step) -> int | None:
        if isinstance(step, UserInputStep):
            return None  # an echo of the input (section 2)
        position = self._positions.get(index)
        if position is None:
            return self._append(index, growing(step))
        # The server begins the step anew, as after a resume from before it.
        self._steps[position] = _StepState(growing(step), self._steps[position].began)
        return position

    def _append(self, index: int, step: GrowingStep) -> int:
        self._positions[index] = len(self._steps)
        self._steps.append(_StepState(step, self._clock()))
        return len(self._steps) - 1

    def _stop(self, event: StepStop) -> int | None:
        if event.usage is not None:
            self.header = replace(self.header, usage=event.usage)
        position = self._positions.get(event.index)
        if position is None:
            return None
        state = self._steps[position]
        state.usage = event.step_usage
        if not state.stopped:
            state.stopped = True
            state.ended = self._clock() if state.began is not None else None
        return position

    def _update(self, event: InteractionStatusUpdate) -> None:
        header = InteractionHeader(
            id=event.interaction_id,
            status=event.status,
            usage=event.usage,
            continuation_token=event.continuation_token,
        )
        self._take(header)

    def _complete(self, header: InteractionHeader) -> None:
        if header.continuation_token is None and self.header.continuation_token is not None:
            self.header = replace(self.header, continuation_token=None)  # section 7
        self._take(header)
        outcome = OUTCOME_OF_STATUS.get(header.status or "", Outcome.INCOMPLETE)
        if outcome is not Outcome.STREAMING:
            failure = None
            if outcome is Outcome.FAILED:
                failure = Failure("failed", "")
            self._end(outcome, failure)

    def _take(self, header: InteractionHeader) -> None:
        # Later words win over earlier ones, absent ones over nothing.
        old = self.header
        self.header = InteractionHeader(
            id=header.id or old.id,
            status=header.status or old.status,
            object=header.object or old.object,
            model=header.model or old.model,
            agent=header.agent or old.agent,
            created=header.created or old.created,
            updated=header.updated or old.updated,
            service_tier=header.service_tier or old.service_tier,
            previous_interaction_id=header.previous_interaction_id or old.previous_interaction_id,
            continuation_token=header.continuation_token or old.continuation_token,
            usage=header.usage or old.usage,
            extra={**old.extra, **header.extra} if header.extra else old.extra,
        )

    def _replace_steps(self, steps: Sequence[Step]) -> None:
        kept = [(state.began, state.ended) for state in self._steps]
        self._steps = [
            _StepState(Settled(step), *(kept[at] if at < len(kept) else (None, None)), stopped=True)
            for at, step in enumerate(steps)
        ]
        self._positions = {index: index for index in range(len(steps))}

    def _end(self, outcome: Outcome, failure: Failure | None) -> None:
        self.outcome = outcome
        self.failure = failure
        now = self._clock()
        for state in self._steps:
            if not state.stopped and state.began is not None:
                state.ended = now

    def _reopen(self) -> None:
        # The time between the break and the resume is nobody's.
        self.outcome, self.failure = Outcome.STREAMING, None
        now = self._clock()
        for state in self._steps:
            if not state.stopped and state.began is not None and state.ended is not None:
                state.began, state.ended = now - (state.ended - state.began), None

    # --- from the disk ------------------------------------------------------------------------

    def step_index(self, position: int) -> int | None:
        """The server's index of a step, `None` where another step has taken it over."""
        return next((index for index, at in self._positions.items() if at == position), None)

    def restore_step(
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
            self._positions[index] = len(self._steps)
        self._steps.append(state)

    def restore(
        self,
        header: InteractionHeader,
        outcome: Outcome,
        failure: Failure | None,
        last_event_id: str | None,
    ) -> None:
        """Put back what was known when it was stored."""
        self.header = header
        self.outcome = outcome
        self.failure = failure
        self.last_event_id = last_event_id
        if last_event_id is not None:
            self._seen.add(last_event_id)  # a resume may begin with the event it names
