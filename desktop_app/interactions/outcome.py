"""How an interaction ends, in our words beside the server's."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop_app.interactions.events import Status


class Outcome(StrEnum):
    """Our word on an interaction, beside the server's `status` (architecture).

    `WAITING`: nothing of it was sent, and it goes out by itself when it can.
    """

    WAITING = "waiting"
    STREAMING = "streaming"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NEEDS_ACTION = "needs_action"
    INCOMPLETE = "incomplete"
    NEEDS_CONTINUATION = "needs_continuation"


OUTCOME_OF_STATUS: Final[dict[str, Outcome]] = {
    Status.COMPLETED: Outcome.COMPLETE,
    Status.REQUIRES_ACTION: Outcome.NEEDS_ACTION,
    Status.INCOMPLETE: Outcome.INCOMPLETE,
    Status.BUDGET_EXCEEDED: Outcome.INCOMPLETE,
    Status.REQUIRES_CONTINUATION: Outcome.NEEDS_CONTINUATION,
    Status.FAILED: Outcome.FAILED,
    Status.CANCELLED: Outcome.CANCELLED,
    Status.IN_PROGRESS: Outcome.STREAMING,
    Status.QUEUED: Outcome.STREAMING,
}

# What a later request can name as `previous_interaction_id` (architecture, state that survives).
CHAINABLE_STATUSES: Final = frozenset(
    {Status.COMPLETED, Status.REQUIRES_ACTION, Status.INCOMPLETE, Status.REQUIRES_CONTINUATION}
)

# The server's copy of these may have more in it than ours, or less.
UNCHAINABLE_OUTCOMES: Final = frozenset(
    {Outcome.WAITING, Outcome.STREAMING, Outcome.INTERRUPTED, Outcome.CANCELLED}
)


@dataclass(frozen=True)
class Failure:
    """Why an interaction has no good end, as the person reads it.

    `code` is the server's word or one of ours, `sentence` says what happened, `advice` what was
    kept and what to do, `details` what a developer wants to know; none holds the key or the text
    of the conversation.
    """

    code: str
    sentence: str
    advice: str = ""
    details: str = ""


PROGRAM_ENDED: Final = Failure(
    "program_ended",
    "Castor was closed while the answer was coming in.",
    "The text up to here is kept.",
)
"""Why an answer is interrupted that nobody took in any more."""

NOT_SENT: Final = Failure("not_sent", "This was not sent.")
"""What became of an input that waited to be sent, and was called off."""

HELD_BACK: Final = Failure(
    "held_back",
    "This was not sent, as what was asked before it failed.",
    "Your message is kept.",
)
"""What became of an input that waited behind another."""
