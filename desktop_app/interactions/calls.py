"""Calls of functions that wait for an answer, and the answers that refuse them.

Castor runs no function; a call that stays without an answer would be the end of a conversation.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import FunctionCallStep, FunctionResultStep

REFUSED: Final = "The person refused this call."
PASSED_OVER: Final = "The person went on without answering this call."


def open_calls(turn: Interaction) -> list[FunctionCallStep]:
    """The calls that the model waits for; a call without an id cannot be answered."""
    if turn.outcome is not Outcome.NEEDS_ACTION:
        return []
    steps = turn.steps
    answered = {step.call_id for step in steps if isinstance(step, FunctionResultStep)}
    calls = [step for step in steps if isinstance(step, FunctionCallStep)]
    return [call for call in calls if call.id is not None and call.id not in answered]


def refusals(calls: Iterable[FunctionCallStep], sentence: str) -> tuple[FunctionResultStep, ...]:
    """Answer each call with an error that says why nothing was done."""
    return tuple(
        FunctionResultStep(call_id=call.id, name=call.name, result=sentence, is_error=True)
        for call in calls
    )


def sendable(call: FunctionCallStep) -> FunctionCallStep | None:
    """A call as it may go back to a server: with a name and arguments, though they may be none.

    `None` for a call that cannot be answered.
    """
    if call.id is None:
        return None
    if call.name is not None and call.arguments is not None:
        return call
    extra = {name: value for name, value in call.extra.items() if name != "arguments"}
    return replace(call, name=call.name or "unnamed", arguments=call.arguments or {}, extra=extra)
