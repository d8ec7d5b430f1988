"""From the body of create to a request that may be answered, or to the reason why not.

What one field may hold is in `body_schema`; here is what fields say together (specification,
sections 4, 7, 8 and 12). Order: the shape, then the model or agent, then the rules.
"""

import re
from typing import Final

from desktop_app.demo.body_schema import check_body
from desktop_app.demo.errors import Refused, invalid
from desktop_app.demo.models import check_config, check_model
from desktop_app.demo.seals import Seals
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.request_codec import decode_request
from desktop_app.interactions.steps import (
    FunctionCallStep,
    FunctionResultStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
    UserInputStep,
)

DEEP_RESEARCH: Final = frozenset(
    {
        "deep-research-preview-04-2026",
        "deep-research-max-preview-04-2026",
        "deep-research-pro-preview-12-2025",
    }
)
ANTIGRAVITY: Final = frozenset({"antigravity-preview-09-2026", "antigravity-preview-05-2026"})
STRICT_SIGNATURES: Final = "demo-strict-signatures"


def read_request(body: JsonValue) -> InteractionRequest:
    """Read the body of create. Raises `Refused`."""
    check_body(body)
    assert isinstance(body, dict)
    request = decode_request(body)
    if (request.model is None) == (request.agent is None):
        raise invalid("Exactly one of 'model' and 'agent' is required.")
    _check_state(request)
    if request.model is not None:
        _check_model(request, request.model)
    elif request.agent is not None:
        _check_agent(request, request.agent)
    return request


def _check_state(request: InteractionRequest) -> None:
    stored = request.store is not False
    if request.background and not stored:
        raise invalid("'background' needs 'store' to be true.")
    if request.previous_interaction_id is not None and not stored:
        raise invalid("'previous_interaction_id' needs 'store' to be true.")
    if request.continuation_token is None:
        if request.input is None:
            raise invalid("'input' is required.")
        return
    if stored and (request.previous_interaction_id is None or request.input is not None):
        raise invalid(
            "A stored interaction is continued with 'previous_interaction_id' naming the one that "
            "gave the 'continuation_token', and without 'input'."
        )
    if not stored and request.input is None:
        raise invalid("With 'store' false, the original 'input' goes with the token.")


def _check_model(request: InteractionRequest, model: str) -> None:
    check_model(model)
    if request.agent_config is not None:
        raise invalid("'agent_config' is for agents.")
    if request.generation_config is not None:
        check_config(model, request.generation_config)


def _check_agent(request: InteractionRequest, agent: str) -> None:
    if request.generation_config is not None:
        raise invalid("'generation_config' is for models; an agent takes 'agent_config'.")
    kind = (request.agent_config or {}).get("type")
    if agent in DEEP_RESEARCH:
        if kind not in (None, "deep-research"):
            raise invalid(f"'agent_config.type' must be deep-research for {agent}.")
        if not request.background:
            raise invalid(f"{agent} needs 'background' to be true.")
        if any(tool.get("type") == "function" for tool in request.tools or ()):
            raise invalid(f"{agent} takes no function tools.")
        if request.response_format is not None:
            raise invalid(f"{agent} takes no 'response_format'.")
    elif agent in ANTIGRAVITY:
        if kind not in (None, "antigravity"):
            raise invalid(f"'agent_config.type' must be antigravity for {agent}.")
        if request.environment is None:
            raise invalid(f"{agent} needs an 'environment'.")
        for tool in request.tools or ():
            _check_mcp_name(tool)
    else:
        raise Refused(404, "not_found", f"The agent '{agent}' does not exist here.")


def _check_mcp_name(tool: JsonObject) -> None:
    name = tool.get("name")
    named = isinstance(name, str) and re.fullmatch(r"[a-z0-9_-]+", name) is not None
    if tool.get("type") == "mcp_server" and not named:
        raise invalid("The 'name' of an MCP server has small letters, digits, _ and - only.")


# --- what steps say together (section 8) ----------------------------------------------------------


def check_calls(steps: tuple[Step, ...]) -> None:
    """Refuse a conversation in which a function's call and its result do not meet.

    Every `function_call` is answered by a `function_result` before the person speaks again, and
    every result answers a call.
    """
    open_calls: set[str] = set()
    known: set[str] = set()
    for step in steps:
        match step:
            case FunctionCallStep(id=str(call_id)):
                open_calls.add(call_id)
                known.add(call_id)
            case FunctionResultStep(call_id=str(call_id)):
                if call_id not in known:
                    raise invalid(f"There is no function_call '{call_id}' for this result.")
                open_calls.discard(call_id)
            case UserInputStep() if open_calls:
                raise _unanswered(open_calls)
            case _:
                pass
    if open_calls:
        raise _unanswered(open_calls)


def _unanswered(calls: set[str]) -> Refused:
    return invalid(f"The function_call '{min(calls)}' needs a function_result.")


def check_signatures(model: str, steps: tuple[Step, ...], seals: Seals) -> None:
    """Refuse thoughts that came back without their signature, or with a forged one.

    Only models that have `demo-strict-signatures` in their name look at them.
    """
    if STRICT_SIGNATURES not in model:
        return
    for step in steps:
        match step:
            case ThoughtStep(signature=None | ""):
                raise Refused(
                    400,
                    "missing_thought_signature",
                    "A thought step came back without its signature.",
                )
            case ThoughtStep() | ToolCallStep() | ToolResultStep():
                if step.signature and not seals.is_own_signature(step.signature):
                    raise invalid("A signature is not one that this server gave, or was changed.")
            case _:
                pass
