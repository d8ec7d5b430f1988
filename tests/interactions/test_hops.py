"""An answer that took several requests reads as one, and counts what all of them used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import (
    ArgumentsDelta,
    Event,
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    InteractionSnapshot,
    InteractionStatusUpdate,
    StepDelta,
    StepStart,
    StepStop,
    TextDelta,
    ThoughtSummaryDelta,
    Usage,
)
from desktop_app.interactions.hops import sum_usage
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.interactions.steps import FunctionCallStep, ModelOutputStep, ThoughtStep
from desktop_app.store.rows import interaction_row, restore_interaction


def hop(number: int, *texts: str, thinks: bool = False, last: bool = False) -> list[Event]:
    """The events of one request: maybe a thought, a text, and the end or a token."""
    events: list[Event] = [InteractionCreated(InteractionHeader(f"v{number}", "in_progress"))]
    index = 0
    if thinks:
        events.append(StepStart(0, ThoughtStep()))
        events.append(StepDelta(0, ThoughtSummaryDelta(TextContent(f"thought {number}"))))
        events.append(StepStop(0))
        index = 1
    events.append(StepStart(index, ModelOutputStep()))
    events += [StepDelta(index, TextDelta(text)) for text in texts]
    events.append(StepStop(index))
    usage = Usage(total_tokens=10, total_input_tokens=6, total_output_tokens=4)
    events.append(
        InteractionCompleted(
            InteractionHeader(
                f"v{number}",
                "completed" if last else "requires_continuation",
                usage=usage,
                continuation_token=None if last else f"token {number}",
            )
        )
    )
    return events


def joined_text(turn: Interaction) -> list[str]:
    """The texts as they are read: each goes on where a limit has cut it."""
    texts: dict[int, str] = {}
    roots: dict[int, int] = {}
    for position, step in enumerate(turn.steps):
        if isinstance(step, ModelOutputStep):
            before = turn.goes_on_from(position)
            roots[position] = position if before is None else roots[before]
            text = "".join(b.text for b in step.content or () if isinstance(b, TextContent))
            texts[roots[position]] = texts.get(roots[position], "") + text
    return list(texts.values())


@given(st.lists(st.tuples(st.lists(st.text(max_size=5), max_size=4), st.booleans()), min_size=1))
def test_any_split_into_requests_reads_as_one_piece(parts: list[tuple[list[str], bool]]) -> None:
    turn = Interaction()
    for number, (texts, thinks) in enumerate(parts):
        if number:
            turn.begin_rest()
        for event in hop(number, *texts, thinks=thinks, last=number == len(parts) - 1):
            turn.apply(event)
    whole = "".join(text for texts, _ in parts for text in texts)
    assert joined_text(turn) == [whole]
    assert turn.output_text == whole
    assert turn.outcome is Outcome.COMPLETE
    assert turn.ids == tuple(f"v{number}" for number in range(len(parts)))
    usage = turn.usage
    assert usage is not None
    assert usage.total_tokens == 10 * len(parts)
    back = restore_interaction(interaction_row(turn, "c"))
    assert joined_text(back) == [whole]
    assert (back.hops, back.usage, back.ids) == (turn.hops, turn.usage, turn.ids)


def test_outputs_of_one_request_are_texts_of_their_own() -> None:
    turn = Interaction()
    for event in hop(0, "a")[:-1]:
        turn.apply(event)
    turn.apply(StepStart(1, ModelOutputStep((TextContent("b"),))))
    turn.apply(hop(0)[-1])
    turn.begin_rest()
    for event in hop(1, "c", last=True):
        turn.apply(event)
    assert joined_text(turn) == ["a", "bc"]


def test_a_text_that_had_ended_before_the_limit_is_not_gone_on_with() -> None:
    turn = Interaction()
    for event in hop(0, "a")[:-1]:
        turn.apply(event)
    turn.apply(StepStart(1, ThoughtStep()))
    turn.apply(hop(0)[-1])
    turn.begin_rest()
    for event in hop(1, "b", last=True):
        turn.apply(event)
    assert joined_text(turn) == ["a", "b"]


def test_the_next_request_has_indexes_and_event_ids_of_its_own() -> None:
    turn = Interaction()
    for number in range(2):
        if number:
            turn.begin_rest()
        for at, event in enumerate(hop(number, "x", last=number == 1)):
            object.__setattr__(event, "event_id", f"e{at}")
            turn.apply(event)
    assert turn.output_text == "xx"
    assert [turn.step_index(position) for position in (0, 1)] == [None, 0]


def test_a_step_that_an_earlier_request_left_open_grows_no_more() -> None:
    turn = Interaction()
    turn.apply(StepStart(0, ModelOutputStep((TextContent("half"),))))
    turn.apply(InteractionStatusUpdate("in_progress", "v1", continuation_token="t"))
    turn.begin_rest()
    assert not turn.step_is_open(0)
    assert not turn.step_is_whole(0)


def test_a_snapshot_is_of_the_last_request_only() -> None:
    turn = Interaction()
    for event in hop(0, "one "):
        turn.apply(event)
    turn.begin_rest()
    for event in hop(1, "tw")[:3]:
        turn.apply(event)
    step = ModelOutputStep((TextContent("two"),))
    turn.apply(InteractionSnapshot(InteractionHeader("v1", "completed"), (step,)))
    assert joined_text(turn) == ["one two"]


# --- tokens ---------------------------------------------------------------------------------------


def test_the_rest_is_asked_for_with_the_token_and_the_id_that_issued_it() -> None:
    turn = Interaction()
    for event in hop(0, "a"):
        turn.apply(event)
    assert turn.outcome is Outcome.NEEDS_CONTINUATION
    assert turn.rest == ("v0", "token 0")
    turn.begin_rest()
    assert turn.outcome is Outcome.STREAMING
    assert turn.awaits_rest
    assert turn.rest == ("v0", "token 0")
    turn.apply(hop(1)[0])
    assert not turn.awaits_rest
    assert turn.rest == ("v0", "token 0"), "nothing came of it yet: it can be asked for again"
    turn.apply(hop(1, "b")[1])
    assert turn.rest is None


def test_after_a_token_in_the_middle_of_a_stream_nothing_may_be_said_twice() -> None:
    turn = Interaction()
    for event in hop(0, "a")[:-1]:
        turn.apply(event)
    assert turn.rest is None
    turn.apply(InteractionStatusUpdate("in_progress", "v0", continuation_token="t"))
    assert turn.rest == ("v0", "t")
    turn.apply(StepStart(1, ModelOutputStep()))
    assert turn.rest is None
    turn.apply(InteractionStatusUpdate("in_progress", "v0", continuation_token="u"))
    assert turn.rest == ("v0", "u")
    turn.apply(InteractionCompleted(InteractionHeader("v0", "requires_continuation")))
    assert turn.rest is None, "an end without a token clears the older one"


def test_what_broke_before_the_rest_came_can_be_gone_on_with_after_a_restart() -> None:
    turn = Interaction()
    for event in hop(0, "a"):
        turn.apply(event)
    turn.begin_rest()
    turn.fail(Failure("offline", "x"), interrupted=True)
    back = restore_interaction(interaction_row(turn, "c"))
    assert back.resumable
    assert back.awaits_rest
    assert back.rest == ("v0", "token 0")


# --- usage ----------------------------------------------------------------------------------------


def test_usage_is_summed_and_the_first_input_is_kept() -> None:
    def usage(tokens: int, images: int) -> Usage:
        return Usage(
            total_tokens=tokens,
            total_input_tokens=tokens - 1,
            extra={
                "input_tokens_by_modality": [
                    {"modality": "text", "tokens": tokens},
                    {"modality": "image", "tokens": images},
                ],
                "new": tokens,
            },
        )

    assert sum_usage([None, usage(5, 1), None, usage(7, 2)]) == Usage(
        total_tokens=12,
        total_input_tokens=10,
        initial_input_tokens=4,
        extra={
            "input_tokens_by_modality": [
                {"modality": "text", "tokens": 12},
                {"modality": "image", "tokens": 3},
            ],
            "new": 7,
        },
    )
    assert sum_usage([None, usage(5, 1)]) == usage(5, 1)
    assert sum_usage([None]) is None


# --- arguments that were broken off ---------------------------------------------------------------


@pytest.mark.parametrize("cut", range(14))
def test_arguments_that_were_broken_off_go_on_growing(cut: int) -> None:
    text = '{"city":"Ulm"}'
    turn = Interaction()
    turn.apply(StepStart(0, FunctionCallStep(id="c", name="weather")))
    turn.apply(StepDelta(0, ArgumentsDelta(text[:cut])))
    turn.fail(Failure("cut_off", "x"), interrupted=True)
    back = restore_interaction(interaction_row(turn, "c"))
    back.apply(StepDelta(0, ArgumentsDelta(text[cut:])))
    assert back.steps == (FunctionCallStep(id="c", name="weather", arguments={"city": "Ulm"}),)
