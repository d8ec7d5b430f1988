"""Whatever became of a call, no server is ever sent a conversation in which one stays open."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.demo.validation import check_calls
from desktop_app.interactions.calls import PASSED_OVER, REFUSED, open_calls, refusals, sendable
from desktop_app.interactions.content import TextContent
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.events import (
    ArgumentsDelta,
    InteractionCompleted,
    InteractionHeader,
    StepDelta,
    StepStart,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.request_codec import check_request
from desktop_app.interactions.steps import (
    FunctionCallStep,
    FunctionResultStep,
    ModelOutputStep,
    UserInputStep,
)

HERE = "https://here.example"

TURNS = st.lists(
    st.tuples(
        st.sampled_from(["answers", "calls", "calls badly", "breaks", "stops", "is incomplete"]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
)


def play(turns: list[tuple[str, bool, bool]]) -> tuple[Conversation, list[FunctionResultStep]]:
    """A conversation in which the person refuses calls or goes on; and the refusals to come."""
    conversation = Conversation()
    coming: list[FunctionResultStep] = []
    for number, (what, refuses, elsewhere) in enumerate(turns):
        turn = Interaction(
            previous=conversation.head,
            input=() if coming else (TextContent(f"question {number}"),),
            results=coming,
            origin="https://there.example" if elsewhere else HERE,
        )
        for call in range(2):
            if what != "answers":
                step = FunctionCallStep(id=f"c{number}-{call}", name="f")
                turn.apply(StepStart(call, step))
                if what == "calls badly":
                    turn.apply(StepDelta(call, ArgumentsDelta('{"half')))
        turn.apply(StepStart(2, ModelOutputStep((TextContent(f"answer {number}"),))))
        statuses = {"answers": "completed", "is incomplete": "incomplete"}
        status = statuses.get(what, "requires_action")
        if what == "breaks":
            turn.fail(Failure("cut_off", "x"), interrupted=True)
        elif what == "stops":
            turn.cancel()
        else:
            turn.apply(InteractionCompleted(InteractionHeader(f"v{number}", status)))
        conversation.add(turn)
        coming = list(refusals(open_calls(turn), REFUSED)) if refuses else []
    return conversation, coming


@given(TURNS)
def test_what_is_sent_whole_leaves_no_call_open(turns: list[tuple[str, bool, bool]]) -> None:
    conversation, results = play(turns)
    context = conversation.context(conversation.head, origin=HERE, store=False, results=results)
    new = () if results else (UserInputStep((TextContent("now"),)),)
    sent = (*context.steps, *results, *new)
    check_calls(sent)
    check_request(InteractionRequest(model="m", input=sent, store=False))
    answered = [step.call_id for step in sent if isinstance(step, FunctionResultStep)]
    assert len(answered) == len(set(answered)), "no call is answered twice"


@given(TURNS)
def test_what_is_chained_answers_every_call_that_the_server_waits_for(
    turns: list[tuple[str, bool, bool]],
) -> None:
    conversation, results = play(turns)
    context = conversation.context(conversation.head, origin=HERE, store=True, results=results)
    chained = next(
        (turn for turn in conversation.path() if turn.id == context.previous_interaction_id), None
    )
    sent = (*context.steps, *results)
    answered = {step.call_id for step in sent if isinstance(step, FunctionResultStep)}
    if context.previous_interaction_id is not None and chained is not None:
        assert {call.id for call in open_calls(chained)} <= answered


def test_a_call_that_was_passed_over_says_so() -> None:
    conversation, _ = play([("calls", False, False)])
    context = conversation.context(conversation.head, origin=HERE, store=True)
    assert [step.result for step in context.steps if isinstance(step, FunctionResultStep)] == [
        PASSED_OVER,
        PASSED_OVER,
    ]


def test_a_call_goes_back_only_in_a_form_that_is_taken() -> None:
    whole = FunctionCallStep(id="c", name="f", arguments={"a": 1})
    assert sendable(whole) == whole
    broken: dict[str, JsonValue] = {"arguments": '{"half', "new": 1}
    assert sendable(FunctionCallStep(id="c", extra=broken)) == FunctionCallStep(
        id="c", name="unnamed", arguments={}, extra={"new": 1}
    )
    assert sendable(FunctionCallStep(name="f", arguments={})) is None
