"""An answer that took several requests: the server ends each at a limit of its own, and gives a
token with which the next one goes on (specification, section 7).

Every request is an interaction at the server, with an id and a count of tokens of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from desktop_app.interactions.content import Extra
from desktop_app.interactions.events import InteractionHeader, Usage
from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.interactions.steps import ModelOutputStep, Step, ThoughtStep

_LISTS: Final = {
    "cached_tokens_by_modality": ("modality", "tokens"),
    "input_tokens_by_modality": ("modality", "tokens"),
    "output_tokens_by_modality": ("modality", "tokens"),
    "tool_use_tokens_by_modality": ("modality", "tokens"),
    "grounding_tool_count": ("type", "count"),
}
"""The lists of a usage: what names an entry, and what is counted in it."""


@dataclass(frozen=True)
class Hop:
    """A request that has been answered: what the server said of it, and the number of steps that
    the whole answer had by its end.
    """

    header: InteractionHeader
    steps: int


def text_before_cut(hops: Sequence[Hop], step: Callable[[int], Step], position: int) -> int | None:
    """Find the output step whose text the one at `position` goes on with: a request's limit has
    cut it in two. A thought of the later request may stand between them.
    """
    boundaries = {hop.steps for hop in hops}
    if not boundaries or not isinstance(step(position), ModelOutputStep):
        return None
    for at in range(position - 1, -1, -1):
        before = step(at)
        if not isinstance(before, ThoughtStep):
            cut = isinstance(before, ModelOutputStep) and at + 1 in boundaries
            return at if cut else None
    return None


def sum_usage(usages: Sequence[Usage | None]) -> Usage | None:
    """Add up what the requests of one answer used.

    Each is billed for what goes in, so all of it is added; `initial_input_tokens` is what went in
    with the first.
    """
    known = [usage for usage in usages if usage is not None]
    if len(known) < 2:
        return known[0] if known else None
    sums: dict[str, int | None] = {}
    for field in fields(Usage):
        if field.name not in ("extra", "initial_input_tokens"):
            counts = [n for usage in known if (n := getattr(usage, field.name)) is not None]
            sums[field.name] = sum(counts) if counts else None
    first = known[0]
    initial = first.initial_input_tokens
    return replace(
        known[-1],
        **sums,
        initial_input_tokens=first.total_input_tokens if initial is None else initial,
        extra=_sum_extra([usage.extra for usage in known]),
    )


def _sum_extra(extras: Sequence[Extra]) -> dict[str, JsonValue]:
    merged: dict[str, JsonValue] = {}
    for extra in extras:
        for name, value in extra.items():
            before = merged.get(name)
            if name in _LISTS and isinstance(value, list) and isinstance(before, list):
                merged[name] = _sum_lists([*before, *value], *_LISTS[name])
            else:
                merged[name] = value
    return merged


def _sum_lists(items: list[JsonValue], key: str, count: str) -> list[JsonValue]:
    merged: dict[str, dict[str, JsonValue]] = {}
    for item in items:
        if not isinstance(item, dict):
            continue
        name = str(item.get(key))
        before = merged.get(name)
        if before is None:
            merged[name] = dict(item)
            continue
        one, other = before.get(count), item.get(count)
        if isinstance(one, int) and isinstance(other, int):
            before[count] = one + other
    return list(merged.values())


def last_token(header: InteractionHeader, hops: Sequence[Hop]) -> tuple[str | None, str] | None:
    """The newest token to go on with, and the id of the request that issued it."""
    for one in (header, *(hop.header for hop in reversed(hops))):
        if one.continuation_token is not None:
            return one.id, one.continuation_token
    return None
