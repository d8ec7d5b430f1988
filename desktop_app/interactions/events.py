"""Events of a stream and the deltas in them (specification, section 6).

An event is what the server said, once; `Interaction.apply` is the only thing that acts on it.
`event_id` is the mark to resume from, `None` where the server sent none.
"""

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TypeAlias

from desktop_app.interactions.content import Annotation, Content, Extra
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import Step
from desktop_app.values import value_class


class Status(StrEnum):
    """The server's word on an interaction; a status not listed here stays a plain string."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    REQUIRES_ACTION = "requires_action"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BUDGET_EXCEEDED = "budget_exceeded"
    REQUIRES_CONTINUATION = "requires_continuation"


@value_class
class Usage:
    """Tokens counted by the server; every field may be absent (section 11).

    `extra` keeps the lists by modality and by tool as the wire spoke them.
    """

    total_tokens: int | None = None
    total_input_tokens: int | None = None
    total_output_tokens: int | None = None
    total_thought_tokens: int | None = None
    total_tool_use_tokens: int | None = None
    total_cached_tokens: int | None = None
    initial_input_tokens: int | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class InteractionHeader:
    """What the server says of an interaction besides its steps. `None` means absent.

    `created` and `updated` are the server's times as it wrote them (RFC 3339).
    """

    id: str | None = None
    status: str | None = None
    object: str | None = None
    model: str | None = None
    agent: str | None = None
    created: str | None = None
    updated: str | None = None
    service_tier: str | None = None
    previous_interaction_id: str | None = None
    continuation_token: str | None = None
    usage: Usage | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])

    def and_then(self, later: "InteractionHeader") -> "InteractionHeader":
        """What is known after both: later words win over earlier ones, absent ones over nothing."""
        changes = {
            one.name: value
            for one in fields(InteractionHeader)
            if one.name != "extra" and (value := getattr(later, one.name))
        }
        extra = {**self.extra, **later.extra} if later.extra else self.extra
        return replace(self, **changes, extra=extra)


@value_class
class ApiError:
    """An error inside a stream; `code` is an opaque word such as `rate_limit_exceeded`."""

    code: str
    message: str


# --- deltas -------------------------------------------------------------------------------------
# `extra` holds the fields of a delta that are not its own; they end up in the step.


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Appends to the last text block."""

    text: str
    extra: Extra | None = None


@value_class
class TextAnnotationDelta:
    """Adds annotations to the last text block."""

    annotations: tuple[Annotation, ...]
    extra: Extra | None = None


@value_class
class ThoughtSummaryDelta:
    """Appends to a thought's summary; `content` may be missing."""

    content: Content | None
    extra: Extra | None = None


@value_class
class ThoughtSignatureDelta:
    """Signs a thought."""

    signature: str
    extra: Extra | None = None


@value_class
class ArgumentsDelta:
    """Appends to the JSON text of a function call's arguments."""

    arguments: str
    extra: Extra | None = None


@value_class
class ContentDelta:
    """Adds a block that is not text: an image, a sound, a film, a document."""

    content: Content


@value_class
class ToolDelta:
    """Part of a tool's call or result, given as a step that has only the new fields."""

    step: Step


@value_class
class UnknownDelta:
    """Keeps a delta this program cannot read."""

    raw: JsonObject


Delta: TypeAlias = (
    TextDelta
    | TextAnnotationDelta
    | ThoughtSummaryDelta
    | ThoughtSignatureDelta
    | ArgumentsDelta
    | ContentDelta
    | ToolDelta
    | UnknownDelta
)


# --- events -------------------------------------------------------------------------------------


@value_class
class InteractionCreated:
    """The server has begun; names the interaction."""

    interaction: InteractionHeader
    event_id: str | None = None


@value_class
class InteractionStatusUpdate:
    """The status changed; a `continuation_token` here is a checkpoint (section 7)."""

    status: str | None
    interaction_id: str | None = None
    usage: Usage | None = None
    continuation_token: str | None = None
    event_id: str | None = None


@value_class
class StepStart:
    """A step begins, empty or already with its first content."""

    index: int
    step: Step
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class StepDelta:
    """A piece of the step that began with the same `index`."""

    index: int
    delta: Delta
    total_usage: Usage | None = None
    event_id: str | None = None


@value_class
class StepStop:
    """A step is finished; `step_usage` counts that step alone."""

    index: int
    usage: Usage | None = None
    step_usage: Usage | None = None
    event_id: str | None = None


@value_class
class InteractionCompleted:
    """The stream's end: whatever the status is, no more output follows."""

    interaction: InteractionHeader
    steps: tuple[Step, ...] | None = None
    event_id: str | None = None


@value_class
class ErrorEvent:
    """The stream's end by an error."""

    error: ApiError
    event_id: str | None = None


@value_class
class InteractionSnapshot:
    """A whole interaction, as create without stream and get answer it; replaces what was folded."""

    interaction: InteractionHeader
    steps: tuple[Step, ...] = ()
    event_id: str | None = None


@value_class
class UnknownEvent:
    """Keeps an event of a type this program has never heard of."""

    raw: JsonObject
    event_id: str | None = None


@value_class
class UnreadableEvent:
    """Keeps a record that is not an event at all, for the person's details."""

    data: str
    event_id: str | None = None


Event: TypeAlias = (
    InteractionCreated
    | InteractionStatusUpdate
    | StepStart
    | StepDelta
    | StepStop
    | InteractionCompleted
    | ErrorEvent
    | InteractionSnapshot
    | UnknownEvent
    | UnreadableEvent
)
