"""One interaction: what was asked, and what the server's events add up to.

Truth is the event log, folded. `apply` is the only writer of what the server said; `cancel` and
`fail` write the two ends that the server cannot report.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop_app.interactions.content import Content
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
from desktop_app.interactions.hops import Hop, last_token, sum_usage, text_before_cut
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.outcome import (
    CHAINABLE_STATUSES,
    HELD_BACK,
    NOT_SENT,
    OUTCOME_OF_STATUS,
    UNCHAINABLE_OUTCOMES,
    Failure,
    Outcome,
)
from desktop_app.interactions.step_log import StepLog, last_text
from desktop_app.interactions.steps import (
    FunctionResultStep,
    ModelOutputStep,
    Step,
    UserInputStep,
)


def new_key() -> str:
    """Make a key of our own: 32 hexadecimal digits, random."""
    return os.urandom(16).hex()


class Interaction:
    """One turn: `key` is ours and exists at once, `id` is the server's and comes later.

    `previous` is the key of the interaction it follows. `request` says how it was asked, without
    the input; `results` answer the calls of the one before, in place of an input; `origin` is the
    server's scheme, host and port; `expired` says that the server no longer has it. `hops` are the
    earlier requests of an answer that took several; `header` is that of the last one.
    """

    def __init__(
        self,
        key: str | None = None,
        *,
        previous: str | None = None,
        input: Sequence[Content] = (),  # noqa: A002 - the API's noun
        results: Sequence[FunctionResultStep] = (),
        request: InteractionRequest | None = None,
        origin: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.key = key or new_key()
        self.previous = previous
        self.input: tuple[Content, ...] = tuple(input)
        self.results: tuple[FunctionResultStep, ...] = tuple(results)
        self.request = request or InteractionRequest()
        self.origin = origin
        self.expired = False
        self.header = InteractionHeader()
        self.hops: tuple[Hop, ...] = ()
        self.outcome = Outcome.STREAMING
        self.failure: Failure | None = None
        self.error: ErrorEvent | None = None
        self.last_event_id: str | None = None
        self.unreadable: list[str] = []
        self.unknown_events: list[JsonObject] = []
        self._log = StepLog(clock)
        self._seen: set[str] = set()
        self._said_since_token = True

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
        """The tokens counted so far, of all requests that the answer took."""
        return sum_usage([*(hop.header.usage for hop in self.hops), self.header.usage])

    @property
    def ids(self) -> tuple[str, ...]:
        """The server's names for all that it made of this turn, the last one last."""
        names = [*(hop.header.id for hop in self.hops), self.id]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps as they are by now, in the order in which they began."""
        return tuple(self.step(position) for position in range(len(self._log)))

    @property
    def step_count(self) -> int:
        """How many steps there are by now."""
        return len(self._log)

    def step(self, position: int) -> Step:
        """One step as it is by now; `position` is what `apply` returns."""
        return self._log.value(position)

    def step_seconds(self, position: int) -> float | None:
        """How long a step has taken, or took; `None` where that is not known."""
        return self._log.seconds(position)

    def step_is_open(self, position: int) -> bool:
        """Whether the step may still grow."""
        return self._log.may_grow(position) and self.outcome is Outcome.STREAMING

    def step_is_whole(self, position: int) -> bool:
        """Whether the server said that the step is finished."""
        return self._log.is_whole(position)

    def step_usage(self, position: int) -> Usage | None:
        """The tokens of that step alone, where the server says."""
        return self._log.usage(position)

    def step_index(self, position: int) -> int | None:
        """The server's index of a step, `None` where another step has taken it over."""
        return self._log.index(position)

    def unknown_deltas(self, position: int) -> tuple[JsonObject, ...]:
        """The deltas of a step that could not be read, as they came."""
        return self._log.unknown_deltas(position)

    def goes_on_from(self, position: int) -> int | None:
        """The output step whose text the one at `position` goes on with, as a limit has cut it."""
        return text_before_cut(self.hops, self.step, position)

    @property
    def output_text(self) -> str:
        """The last unbroken run of text at the end of the answer, thoughts ignored (section 11)."""
        return last_text(self.steps)

    @property
    def has_output(self) -> bool:
        """Whether anything of an answer is there."""
        return any(not isinstance(s, ModelOutputStep) or s.content for s in self.steps)

    @property
    def stored(self) -> bool:
        """Whether the server was asked to keep it."""
        return self.request.store is not False

    @property
    def unsent(self) -> bool:
        """Whether it waits to be sent, or was called off before it was."""
        called_off = self.failure in (NOT_SENT, HELD_BACK)
        return self.outcome is Outcome.WAITING or called_off

    @property
    def chainable(self) -> bool:
        """Whether a later request may name it as `previous_interaction_id`."""
        return (
            self.id is not None
            and self.stored
            and not self.expired
            and self.outcome not in UNCHAINABLE_OUTCOMES
            and self.status in CHAINABLE_STATUSES
        )

    @property
    def resumable(self) -> bool:
        """Whether a broken answer may be taken up again at the server."""
        known = self.id is not None and self.stored and not self.expired
        return self.outcome is Outcome.INTERRUPTED and (known or self.awaits_rest)

    @property
    def rest(self) -> tuple[str | None, str] | None:
        """How the rest of the answer is asked for: the id that issued the token, and the token.

        `None` where there is no token, or where something would be said twice: what came after a
        token in the middle of a stream is made again (section 7).
        """
        return None if self._said_since_token else last_token(self.header, self.hops)

    @property
    def awaits_rest(self) -> bool:
        """Whether the rest was to be asked for, and nothing of it came."""
        return bool(self.hops) and self.header == InteractionHeader()

    @property
    def can_be_followed(self) -> bool:
        """Whether its stream can be taken up again without anything being said twice."""
        return self.last_event_id is not None or not self._log.grew

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
        if self.outcome is Outcome.CANCELLED and isinstance(event, InteractionSnapshot):
            self._take(event.interaction)  # what the server made of it once it was stopped
        if self.outcome is not Outcome.STREAMING:
            if self.outcome is not Outcome.INTERRUPTED:
                return None
            self.reopen()
        if event_id is not None:
            self.last_event_id = event_id
        return self._fold(event)

    def reopen(self) -> None:
        """A broken answer is taken up again."""
        if self.outcome is Outcome.INTERRUPTED:
            self.outcome, self.failure = Outcome.STREAMING, None
            self._log.reopen()

    def begin_rest(self) -> None:
        """The rest of the answer is asked for with another request, which `rest` describes."""
        assert self.rest is not None, "there is no token, or something would be said twice"
        if self.header.id is not None or self.header.continuation_token is not None:
            self.hops = (*self.hops, Hop(self.header, len(self._log)))
        self.header = InteractionHeader()
        self.outcome, self.failure = Outcome.STREAMING, None
        self.last_event_id = None
        self._seen.clear()
        self._log.begin_request()

    def wait(self, *, no_longer: bool = False) -> None:
        """Nothing of it was sent: it goes out later, or now where it waited."""
        now, then = Outcome.STREAMING, Outcome.WAITING
        if self.outcome is (then if no_longer else now):
            self.outcome = now if no_longer else then

    def cancel(self) -> None:
        """The person stopped it, or called it off before it was sent."""
        if self.outcome in (Outcome.STREAMING, Outcome.WAITING):
            self._end(Outcome.CANCELLED, NOT_SENT if self.outcome is Outcome.WAITING else None)

    def fail(self, failure: Failure, *, interrupted: bool = False) -> None:
        """It broke: `interrupted` where the stream ended without its end, else for good."""
        if self.outcome in (Outcome.WAITING, Outcome.STREAMING, Outcome.INTERRUPTED):
            self._end(Outcome.INTERRUPTED if interrupted else Outcome.FAILED, failure)

    def explain(self, failure: Failure) -> None:
        """Put the reason of a failure in words; what the server said of it stays in `error`."""
        if self.outcome is not Outcome.STREAMING:
            self.failure = failure

    def _fold(self, event: Event) -> int | None:
        match event:
            case StepDelta():
                return self._delta(event)
            case StepStart():
                return self._start(event)
            case StepStop():
                return self._stop(event)
            case InteractionCreated(header):
                self._take(header)
            case InteractionStatusUpdate():
                self._update(event)
            case InteractionCompleted(header, steps):
                if steps and not self._log.grew:
                    self._log.replace(steps)
                self._complete(header)
            case InteractionSnapshot(header, steps):
                self._take_whole(header, steps)
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
        self._note_output(event.event_id)
        position = self._log.add(event)
        if position is None:
            raw = event.delta.raw if isinstance(event.delta, UnknownDelta) else {}
            self.unknown_events.append(raw)
        return position

    def _start(self, event: StepStart) -> int | None:
        if isinstance(event.step, UserInputStep):
            return None  # an echo of the input (section 2)
        self._note_output(event.event_id)
        return self._log.start(event.index, event.step)

    def _stop(self, event: StepStop) -> int | None:
        if event.usage is not None:
            self.header = replace(self.header, usage=event.usage)
        self._note_output(event.event_id)
        return self._log.stop(event)

    def _note_output(self, event_id: str | None) -> None:
        self._said_since_token = True
        if event_id is None:
            self.last_event_id = None  # whoever goes on after an earlier one says this again

    def _update(self, event: InteractionStatusUpdate) -> None:
        header = InteractionHeader(
            id=event.interaction_id,
            status=event.status,
            usage=event.usage,
            continuation_token=event.continuation_token,
        )
        self._take(header)
        if event.continuation_token is not None:
            self._said_since_token = False

    def _complete(self, header: InteractionHeader) -> None:
        if header.continuation_token is None and self.header.continuation_token is not None:
            self.header = replace(self.header, continuation_token=None)  # section 7
        self._take(header)
        self._said_since_token = self.header.continuation_token is None
        outcome = OUTCOME_OF_STATUS.get(header.status or "", Outcome.INCOMPLETE)
        if outcome is not Outcome.STREAMING:
            self._end(outcome, Failure("failed", "") if outcome is Outcome.FAILED else None)

    def _take_whole(self, header: InteractionHeader, steps: Sequence[Step]) -> None:
        running = OUTCOME_OF_STATUS.get(header.status or "") is Outcome.STREAMING
        if not self._log.says_more_than(steps, running=running):
            self._log.replace(steps)
            self._seen.clear()
            self.last_event_id = None  # it says nothing of where in the stream it stands
        self._complete(header)

    def _take(self, header: InteractionHeader) -> None:
        self.header = self.header.and_then(header)

    def _end(self, outcome: Outcome, failure: Failure | None) -> None:
        self.outcome = outcome
        self.failure = failure
        self._log.end()

    # --- from the disk ------------------------------------------------------------------------

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
        self._log.restore(step, index=index, seconds=seconds, whole=whole, unknown=unknown)

    def restore(
        self,
        header: InteractionHeader,
        outcome: Outcome,
        failure: Failure | None,
        last_event_id: str | None,
        hops: Sequence[Hop] = (),
    ) -> None:
        """Put back what was known when it was stored, after the steps."""
        self.header = header
        self.hops = tuple(hops)
        self.outcome = outcome
        self.failure = failure
        self.last_event_id = last_event_id
        self._log.restore_begin(self.hops[-1].steps if self.hops else 0)
        self._said_since_token = self._log.grew
        if last_event_id is not None:
            self._seen.add(last_event_id)  # a resume may begin with the event it names
