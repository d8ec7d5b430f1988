"""Answers in several hops: the rest of one is kept until its token comes back (section 7)."""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from desktop_app.demo.errors import invalid
from desktop_app.demo.playing import Plan
from desktop_app.demo.runs import Run
from desktop_app.demo.seals import Seals
from desktop_app.interactions.codec import encode_step
from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import Status
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.steps import ModelOutputStep, Step

_HOPS: Final = 3
_MOST_TOKENS: Final = 1000


@dataclass(frozen=True)
class Rest:
    """What is still to be said: `parts` of a text, one for each hop to come.

    `issuer` is the interaction that gave the token; `initial_tokens` is the input of the first
    hop; `asked` is the input as it came, for a client that keeps the conversation itself.
    """

    issuer: str
    model: str
    asked: str
    parts: tuple[str, ...]
    initial_tokens: int


class Continuations:
    """Keeps the rests by their tokens, the newest thousand of them."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals
        self._rests: OrderedDict[str, Rest] = OrderedDict()

    def find(self, request: InteractionRequest, asked: Sequence[Step]) -> Rest | None:
        """Give what a request goes on with, `None` where it does not; raises `Refused`."""
        token = request.continuation_token
        if token is None:
            return None
        rest = self._rests.get(token)
        if rest is None or rest.model != request.model:
            raise invalid("The 'continuation_token' is not one that this server gave.")
        if request.store is False:
            if rest.asked != _as_text(asked):
                raise invalid("The 'continuation_token' belongs to another 'input'.")
        elif rest.issuer != request.previous_interaction_id:
            raise invalid("The 'continuation_token' belongs to another interaction.")
        return rest

    def split(self, plan: Plan, run: Run, asked: Sequence[Step]) -> Plan:
        """Keep two thirds of a plan's last text for later; what is left asks for them."""
        output = plan.steps[-1]
        assert isinstance(output, ModelOutputStep)
        text = "".join(b.text for b in output.content or () if isinstance(b, TextContent))
        cuts = [len(text) * hop // _HOPS for hop in range(_HOPS + 1)]
        parts = tuple(text[a:b] for a, b in pairwise(cuts))
        model = run.request.model or ""
        rest = Rest(run.id, model, _as_text(asked), parts, run.initial_tokens)
        hop = self.next_hop(rest, run.id)
        return replace(
            plan, steps=(*plan.steps[:-1], *hop.steps), status=hop.status, token=hop.token
        )

    def next_hop(self, rest: Rest, issuer: str) -> Plan:
        """Say the next part; the interaction `issuer` gives the token for what follows."""
        step = ModelOutputStep((TextContent(rest.parts[0]),))
        later = rest.parts[1:]
        if not later:
            return Plan((step,))
        token = self._seals.continuation_token(issuer)
        self._rests[token] = replace(rest, issuer=issuer, parts=later)
        if len(self._rests) > _MOST_TOKENS:
            self._rests.popitem(last=False)
        return Plan((step,), status=Status.REQUIRES_CONTINUATION, token=token)


def _as_text(steps: Sequence[Step]) -> str:
    return json.dumps([encode_step(step) for step in steps], sort_keys=True)
