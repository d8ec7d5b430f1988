"""What crosses to the database's thread: frozen rows, never a living interaction."""

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, cast

from desktop_app.interactions.codec import (
    decode_step,
    decode_stored_content,
    encode_content,
    encode_contents,
    encode_step,
)
from desktop_app.interactions.content import AttachmentContent, Content, TextContent
from desktop_app.interactions.event_codec import decode_header, encode_header
from desktop_app.interactions.hops import Hop
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.interactions.outcome import PROGRAM_ENDED, Failure, Outcome
from desktop_app.interactions.outline import TurnFacts, facts_of
from desktop_app.interactions.request_codec import decode_request, encode_request
from desktop_app.interactions.steps import FunctionResultStep, ModelOutputStep
from desktop_app.values import value_class

_OUTCOMES: Final = frozenset(Outcome)


@value_class
class ConversationRow:
    """A conversation as the list shows it. Times are seconds of Unix time.

    `named` says that the person gave it its title; `trashed` is when it was put in the trash.
    """

    key: str
    title: str
    origin: str
    sequence: int = 0
    named: bool = False
    model: str | None = None
    thinking_level: str | None = None
    head: str | None = None
    created: float = 0.0
    updated: float = 0.0
    unread: bool = False
    trashed: float | None = None


@value_class
class StepRow:
    """One step; `body` and `unknown` are JSON."""

    position: int
    wire_index: int | None
    type: str
    body: str
    whole: bool
    seconds: float | None
    unknown: str | None


@value_class
class InteractionRow:
    """One interaction with its steps; `request`, `input`, `header`, `hops` and `failure` are JSON.

    `input` is a list of content, or of the results of functions that it gives back. `facts` are
    what the outline holds of it.
    """

    key: str
    conversation: str
    previous: str | None
    id: str | None
    status: str | None
    outcome: str
    origin: str
    expired: bool
    request: str
    input: str
    header: str
    failure: str | None
    last_event_id: str | None
    created: float
    hops: str = "[]"
    facts: TurnFacts = TurnFacts()
    attachments: tuple[str, ...] = ()
    steps: tuple[StepRow, ...] = ()


@value_class
class Draft:
    """What stands in a composer: its text and its attachments."""

    text: str = ""
    attachments: tuple[AttachmentContent, ...] = ()


def interaction_row(
    interaction: Interaction,
    conversation: str,
    created: float | None = None,
    positions: Iterable[int] | None = None,
) -> InteractionRow:
    """Freeze an interaction as it is now, with the steps at `positions`, or with all of them."""
    if positions is None:
        positions = range(len(interaction.steps))
    failure = interaction.failure
    return InteractionRow(
        key=interaction.key,
        conversation=conversation,
        previous=interaction.previous,
        id=interaction.id,
        status=interaction.status,
        outcome=interaction.outcome,
        origin=interaction.origin,
        expired=interaction.expired,
        request=_json(encode_request(replace(interaction.request, input=None))),
        input=_write_input(interaction),
        header=_json(encode_header(interaction.header)),
        failure=None if failure is None else write_failure(failure),
        last_event_id=interaction.last_event_id,
        created=time.time() if created is None else created,
        hops=_write_hops(interaction.hops),
        facts=facts_of(interaction),
        attachments=tuple(
            dict.fromkeys(c.sha256 for c in interaction.input if isinstance(c, AttachmentContent))
        ),
        steps=tuple(step_row(interaction, position) for position in positions),
    )


def step_row(interaction: Interaction, position: int) -> StepRow:
    """Freeze one step as it is now."""
    body = encode_step(interaction.step(position))
    unknown = interaction.unknown_deltas(position)
    kind = body.get("type")
    return StepRow(
        position=position,
        wire_index=interaction.step_index(position),
        type=kind if isinstance(kind, str) else "",
        body=_json(body),
        whole=interaction.step_is_whole(position),
        seconds=interaction.step_seconds(position),
        unknown=_json(list(unknown)) if unknown else None,
    )


def restore_interaction(row: InteractionRow) -> Interaction:
    """Bring an interaction back to life.

    What was streaming when the program ended is interrupted now: nothing is streaming unless it
    really was resumed (reliability, invariant 7).
    """
    content, results = _read_input(row.input)
    interaction = Interaction(
        row.key,
        previous=row.previous,
        input=content,
        results=results,
        request=decode_request(_object(row.request)),
        origin=row.origin,
    )
    for step in row.steps:
        unknown = parse_json(step.unknown or "[]")
        deltas = unknown if isinstance(unknown, list) else []
        interaction.restore_step(
            decode_step(_object(step.body)),
            index=step.wire_index,
            seconds=step.seconds,
            whole=step.whole,
            unknown=[item for item in deltas if isinstance(item, dict)],
        )
    outcome = Outcome(row.outcome) if row.outcome in _OUTCOMES else Outcome.INTERRUPTED
    failure = _failure(row.failure)
    if outcome is Outcome.STREAMING:
        outcome = Outcome.INTERRUPTED
        failure = PROGRAM_ENDED
    header = decode_header(_object(row.header))
    hops = read_hops(row.hops)
    interaction.restore(header, outcome, failure, row.last_event_id, hops)
    interaction.expired = row.expired
    return interaction


def is_background(request: str) -> bool:
    """Whether a stored request was one to be answered in the background."""
    return bool(decode_request(_object(request)).background)


def is_stored(request: str) -> bool:
    """Whether a server was asked to keep what a stored request began."""
    return decode_request(_object(request)).store is not False


def failed_by(failure: str | None) -> str:
    """The code of a stored failure; empty where there is none."""
    known = _failure(failure)
    return known.code if known is not None else ""


def read_contents(text: str) -> tuple[Content, ...]:
    """Read a list of content blocks of our own database."""
    value = parse_json(text)
    items = value if isinstance(value, list) else []
    return tuple(decode_stored_content(item) for item in items if isinstance(item, dict))


def write_contents(contents: tuple[Content, ...]) -> str:
    """Write a list of content blocks for our own database."""
    return _json(encode_contents(contents))


def write_text(text: str) -> str:
    """Write a text as the input of a turn: what is left of one that could not be read."""
    return _json(encode_contents((TextContent(text),))) if text else "[]"


def write_text_step(text: str) -> str:
    """Write a text as a step of the model's, for the same reason."""
    return _json(encode_step(ModelOutputStep((TextContent(text),))))


def _write_input(interaction: Interaction) -> str:
    content: list[JsonValue] = [encode_content(one) for one in interaction.input]
    return _json([*content, *(encode_step(step) for step in interaction.results)])


def _read_input(text: str) -> tuple[tuple[Content, ...], tuple[FunctionResultStep, ...]]:
    value = parse_json(text)
    items = [item for item in (value if isinstance(value, list) else []) if isinstance(item, dict)]
    results = [step for item in items if isinstance(step := decode_step(item), FunctionResultStep)]
    content = [item for item in items if item.get("type") != FunctionResultStep.type]
    return tuple(decode_stored_content(item) for item in content), tuple(results)


def _write_hops(hops: tuple[Hop, ...]) -> str:
    return _json([{"interaction": encode_header(hop.header), "steps": hop.steps} for hop in hops])


def read_hops(text: str) -> tuple[Hop, ...]:
    """Read the earlier requests of an answer that took several."""
    value = parse_json(text)
    hops: list[Hop] = []
    for item in value if isinstance(value, list) else []:
        if not isinstance(item, dict):
            continue
        header, steps = item.get("interaction"), item.get("steps")
        if isinstance(header, dict) and isinstance(steps, int):
            hops.append(Hop(decode_header(header), steps))
    return tuple(hops)


def write_failure(failure: Failure) -> str:
    """Write a failure for our own database."""
    return _json(cast("JsonObject", dict(vars(failure))))


def _failure(text: str | None) -> Failure | None:
    if text is None:
        return None
    known = {name: str(value) for name, value in _object(text).items()}
    return Failure(
        known.get("code", ""),
        known.get("sentence", ""),
        known.get("advice", ""),
        known.get("details", ""),
    )


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _object(text: str) -> JsonObject:
    value = parse_json(text)
    return value if isinstance(value, dict) else {}
