"""From an answer to a plan: limits, stop words and faults decide how much of it is said."""

from dataclasses import dataclass, replace
from typing import Final

from desktop_app.demo import tokens
from desktop_app.demo.answering import Answer
from desktop_app.demo.faults import Fault
from desktop_app.demo.playing import Plan
from desktop_app.demo.tokens import CHARACTERS_A_TOKEN
from desktop_app.interactions.content import Citation, Content, TextContent
from desktop_app.interactions.events import Status
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.steps import (
    FunctionCallStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
)

_TOKENS_OF_INCOMPLETE: Final = 12
_INTERNAL: Final[JsonObject] = {
    "code": 13,
    "message": "Internal error encountered while generating.",
    "details": [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"},
    ],
}


def make_plan(answer: Answer, request: InteractionRequest, fault: Fault, tokens_in: int) -> Plan:
    """Say how much of an answer to `request` will be given, and how it ends.

    `tokens_in` is what came in: the budget of an agent counts it too (section 12).
    """
    if fault.failed:
        return Plan((ModelOutputStep(error=_INTERNAL),), status=Status.FAILED)
    steps = _stop_at(answer.steps, _stop_sequences(request))
    thinking = sum(tokens.of_step(step).total() for step in steps if isinstance(step, ThoughtStep))
    status = answer.status
    for budget, ends_as in _budgets(request, fault, thinking, tokens_in):
        cut = _cut(steps, thinking, budget)
        if cut is not None:
            steps, thinking, status = cut.steps, cut.thinking, ends_as
    return Plan(steps, thinking, _shows_thoughts(request), status)


def _budgets(
    request: InteractionRequest, fault: Fault, thinking: int, tokens_in: int
) -> list[tuple[int, Status]]:
    budgets: list[tuple[int, Status]] = []
    config = request.generation_config
    if config is not None and config.max_output_tokens is not None:
        budgets.append((config.max_output_tokens, Status.INCOMPLETE))
    if fault.incomplete:
        budgets.append((thinking + _TOKENS_OF_INCOMPLETE, Status.INCOMPLETE))
    total = (request.agent_config or {}).get("max_total_tokens")
    if isinstance(total, int | str):
        budgets.append((max(0, int(total) - tokens_in), Status.BUDGET_EXCEEDED))
    return budgets


def _shows_thoughts(request: InteractionRequest) -> bool:
    if request.agent_config is not None:
        return request.agent_config.get("thinking_summaries") == "auto"
    config = request.generation_config
    return config is not None and config.thinking_summaries == "auto"


def _stop_sequences(request: InteractionRequest) -> tuple[str, ...]:
    config = request.generation_config
    return (config.stop_sequences or ()) if config is not None else ()


def _stop_at(steps: tuple[Step, ...], words: tuple[str, ...]) -> tuple[Step, ...]:
    """End each text before the first of the stop words in it."""
    if not words:
        return steps

    def stopped(block: Content) -> Content:
        if not isinstance(block, TextContent):
            return block
        places = [at for word in words if (at := block.text.find(word)) >= 0]
        return _shortened(block, min(places)) if places else block

    return tuple(
        replace(step, content=tuple(stopped(block) for block in step.content or ()))
        if isinstance(step, ModelOutputStep)
        else step
        for step in steps
    )


# --- a limit of tokens ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cut:
    steps: tuple[Step, ...]
    thinking: int


def _cut(steps: tuple[Step, ...], thinking: int, budget: int) -> _Cut | None:
    """Give what a budget of tokens leaves, thinking included; `None` where it is enough for all.

    Where thinking alone uses it up, the output is empty (section 5).
    """
    if thinking + sum(_cost(step) for step in steps) <= budget:
        return None
    left = budget
    kept: list[Step] = []
    for step in steps:
        match step:
            case ThoughtStep():
                kept.append(_shorter_thought(step, left))
                left -= thinking
            case ModelOutputStep(content):
                kept.append(replace(step, content=_shorter(content or (), left)))
                left -= _cost(step)
            case _ if _cost(step) <= left:
                kept.append(step)
                left -= _cost(step)
            case _:
                pass
        if left <= 0:
            break
    return _Cut(tuple(kept), min(thinking, budget))


def _cost(step: Step) -> int:
    if isinstance(step, ModelOutputStep | FunctionCallStep):
        return tokens.of_step(step).total()
    return 0


def _shorter_thought(step: ThoughtStep, budget: int) -> ThoughtStep:
    summary = step.summary
    return step if summary is None else replace(step, summary=_shorter(summary, budget))


def _shorter(blocks: tuple[Content, ...], budget: int) -> tuple[Content, ...]:
    kept: list[Content] = []
    for block in blocks:
        cost = tokens.of_contents([block]).total()
        if cost > budget:
            if isinstance(block, TextContent) and budget > 0:
                kept.append(_shortened(block, budget * CHARACTERS_A_TOKEN))
            break
        kept.append(block)
        budget -= cost
    return tuple(kept)


def _shortened(block: TextContent, length: int) -> TextContent:
    text = block.text[:length]
    size = len(text.encode("utf-8"))
    annotations = [
        annotation
        for annotation in block.annotations or ()
        if isinstance(annotation, Citation)
        and annotation.end_index is not None
        and annotation.end_index <= size
    ]
    return replace(block, text=text, annotations=tuple(annotations) or None)
