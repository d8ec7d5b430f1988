"""One interaction while the server makes it, and afterwards: its record of events.

A run goes on by itself; streams only follow its record, so they can be dropped and resumed
(specification, section 7).
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from desktop_app.demo import tokens
from desktop_app.demo.errors import Refused
from desktop_app.demo.pieces import Piece, so_far
from desktop_app.demo.seals import Seals
from desktop_app.interactions.event_codec import encode_event, encode_interaction
from desktop_app.interactions.events import (
    ApiError,
    ErrorEvent,
    Event,
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    InteractionStatusUpdate,
    Status,
    StepDelta,
    StepStart,
    StepStop,
    Usage,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import Step, ThoughtStep

DONE_RECORD: Final = b"event: done\ndata: [DONE]\n\n"


class Run:
    """One interaction. `input` is what came in, as steps; `id` is its name at this server.

    `status` is the server's word; `error` is what broke it off. `fault_at` is the number of
    records after which the first stream goes wrong, `None` where it does not.
    """

    def __init__(
        self,
        request: InteractionRequest,
        input_steps: Sequence[Step],
        tokens_in: tokens.ByModality,
        seals: Seals,
    ) -> None:
        self.id = seals.interaction_id()
        self.request = request
        self.input = tuple(input_steps)
        self.stored = request.store is not False
        self.status = Status.IN_PROGRESS
        self.error: ApiError | None = None
        self.continuation_token: str | None = None
        self.initial_tokens = tokens_in.total()
        self.fault_at: int | None = None
        self.task: asyncio.Task[None] | None = None
        self._seals = seals
        self._tokens_in = tokens_in
        self._steps: list[Step] = []
        self._growing: Step | None = None
        self._done: list[Piece] = []
        self._thoughts = 0
        self._created = self._updated = _now()
        self._records: list[bytes] = []
        self._positions: dict[str, int] = {}
        self._more = asyncio.Event()
        self._ended = asyncio.Event()

    # --- what it is ---------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self._ended.is_set()

    @property
    def recorded(self) -> int:
        """The number of events so far."""
        return len(self._records)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was made so far."""
        if self._growing is None:
            return tuple(self._steps)
        return (*self._steps, so_far(self._growing, self._done))

    @property
    def usage(self) -> Usage:
        """The tokens counted so far (section 11)."""
        return tokens.usage(self._tokens_in, self.initial_tokens, self.steps, self._thoughts)

    def snapshot(self, *, with_input: bool) -> JsonObject:
        """Describe the whole interaction, as create, get and cancel answer it (section 2)."""
        request = self.request
        header = InteractionHeader(
            id=self.id,
            status=self.status,
            model=request.model,
            agent=request.agent,
            created=self._created,
            updated=self._updated,
            service_tier=request.service_tier or "standard",
            previous_interaction_id=request.previous_interaction_id,
            continuation_token=self.continuation_token,
            usage=self.usage,
            extra=self._extra(),
        )
        steps = (*self.input, *self.steps) if with_input else self.steps
        return encode_interaction(header, steps)

    def _extra(self) -> dict[str, JsonValue]:
        extra: dict[str, JsonValue] = {}
        if self.request.environment is not None:
            extra["environment_id"] = f"env_{self.id.removeprefix('v1_')[:12].lower()}"
        if self.error is not None:
            extra["errors"] = [{"code": self.error.code, "message": self.error.message}]
        return extra

    # --- the record ---------------------------------------------------------------------------

    def begin(self) -> None:
        """Record that the run begins."""
        header = replace(self._short_header(), status=Status.IN_PROGRESS)
        self._record(InteractionCreated(header))
        self._record(InteractionStatusUpdate(Status.IN_PROGRESS, self.id))

    def start_step(self, step: Step, shell: Step) -> None:
        """Record that `step` begins; a client sees its `shell` first."""
        self._growing = step
        self._done = []
        self._record(StepStart(len(self._steps), shell))

    def add(self, piece: Piece) -> None:
        """Record a piece of the step that began last."""
        self._done.append(piece)
        self._record(StepDelta(len(self._steps), piece.delta))

    def think(self, thinking: int) -> None:
        """Count tokens of thinking, whether a client sees them or not."""
        self._thoughts += thinking

    def stop_step(self, step: Step) -> None:
        """Record that the step is whole."""
        index = len(self._steps)
        self._growing = None
        self._steps.append(step)
        thoughts = self._thoughts if isinstance(step, ThoughtStep) else 0
        alone = tokens.usage(tokens.ByModality(), 0, [step], thoughts)
        self._record(StepStop(index, self.usage, replace(alone, initial_input_tokens=None)))

    def end(self, status: Status, token: str | None = None) -> None:
        """Record the end; a `token` is for the continuation of the answer (section 7)."""
        self.status = status
        self.continuation_token = token
        self._updated = _now()
        if status not in (Status.COMPLETED, Status.INCOMPLETE, Status.BUDGET_EXCEEDED):
            self._record(InteractionStatusUpdate(status, self.id, continuation_token=token))
        header = replace(
            self._short_header(),
            created=self._created,
            updated=self._updated,
            service_tier=self.request.service_tier or "standard",
            usage=self.usage,
            continuation_token=token,
        )
        self._record(InteractionCompleted(header))
        self._close()

    def fail(self, error: ApiError) -> None:
        """Record that the stream ends with an error (section 10)."""
        self.status = Status.FAILED
        self.error = error
        self._updated = _now()
        self._record(ErrorEvent(error))
        self._close()

    def _close(self) -> None:
        self._ended.set()
        self._more.set()

    def _short_header(self) -> InteractionHeader:
        request = self.request
        return InteractionHeader(
            id=self.id,
            status=self.status,
            object="interaction",
            model=request.model,
            agent=request.agent,
        )

    def _record(self, event: Event) -> None:
        if self.stored:
            event_id = self._seals.event_id(self.id, len(self._records))
            self._positions[event_id] = len(self._records)
            event = replace(event, event_id=event_id)
        data = encode_event(event)
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        self._records.append(f"event: {data['event_type']}\ndata: {text}\n\n".encode())
        more, self._more = self._more, asyncio.Event()
        more.set()

    # --- following it -------------------------------------------------------------------------

    def position_after(self, event_id: str | None) -> int:
        """Say where a stream goes on after an event (section 7); raises `Refused`."""
        if event_id is None:
            return 0
        position = self._positions.get(event_id)
        if position is None:
            raise Refused(416, "out_of_range", "There is no event of this 'last_event_id'.")
        return position + 1

    async def follow(self, position: int = 0) -> AsyncGenerator[list[bytes], None]:
        """Give the records from `position` on, as they come, until the run has ended."""
        while True:
            records = self._records[position:]
            if records:
                position += len(records)
                yield records
            elif self.ended:
                return
            else:
                await self._more.wait()

    async def until_ended(self) -> None:
        """Wait for the end."""
        await self._ended.wait()

    async def cancel(self) -> None:
        """Stop it, and wait until it has stopped."""
        if self.task is not None and not self.ended:
            self.task.cancel()
            await asyncio.wait([self.task])
            if not self.ended:  # it was cancelled before it began
                self.begin()
                self.end(Status.CANCELLED)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
