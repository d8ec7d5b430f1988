"""The tree of interactions, and what the next request carries of it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.conversation import Context, Conversation
from desktop_app.interactions.events import (
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    StepDelta,
    StepStart,
    StepStop,
    TextDelta,
    ThoughtSignatureDelta,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    UnknownStep,
    UserInputStep,
)

HERE = "https://here.example"


def turn(
    name: str,
    previous: Interaction | None = None,
    *,
    status: str | None = "completed",
    store: bool = True,
    origin: str = HERE,
) -> Interaction:
    """A turn that asks "name?" and answers "name."; without a status it broke on the way."""
    interaction = Interaction(
        name,
        previous=previous.key if previous else None,
        input=(TextContent(f"{name}?"),),
        request=InteractionRequest(model="m", store=store),
        origin=origin,
    )
    interaction.apply(InteractionCreated(InteractionHeader(id=f"v1_{name}", status="in_progress")))
    interaction.apply(StepStart(0, ModelOutputStep()))
    interaction.apply(StepDelta(0, TextDelta(f"{name}.")))
    if status is None:
        interaction.fail(Failure("cut_off", "x"), interrupted=True)
    else:
        header = InteractionHeader(id=f"v1_{name}", status=status)
        interaction.apply(InteractionCompleted(header))
    return interaction


def said(*names: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    for name in names:
        steps.append(UserInputStep((TextContent(f"{name}?"),)))
        steps.append(ModelOutputStep((TextContent(f"{name}."),)))
    return tuple(steps)


def conversation(*turns: Interaction) -> Conversation:
    tree = Conversation()
    for one in turns:
        tree.add(one)
    return tree


def test_an_empty_conversation_carries_nothing() -> None:
    assert Conversation().context(None, origin=HERE, store=True) == Context(None, ())


def test_a_finished_turn_is_chained_on() -> None:
    a = turn("a")
    b = turn("b", a)
    tree = conversation(a, b)
    assert tree.context("b", origin=HERE, store=True) == Context("v1_b", ())
    assert tree.context("a", origin=HERE, store=True) == Context("v1_a", ())


def test_a_broken_answer_goes_along_after_the_turn_that_can_be_chained_on() -> None:
    a = turn("a")
    b = turn("b", a, status=None)
    assert conversation(a, b).context("b", origin=HERE, store=True) == Context("v1_a", said("b"))


def test_a_stopped_answer_goes_along() -> None:
    a = turn("a")
    b = Interaction("b", previous="a", input=(TextContent("b?"),), origin=HERE)
    b.apply(StepDelta(0, TextDelta("b.")))
    b.cancel()
    assert conversation(a, b).context("b", origin=HERE, store=True) == Context("v1_a", said("b"))


def test_without_store_the_whole_path_goes_along() -> None:
    a = turn("a")
    b = turn("b", a)
    context = conversation(a, b).context("b", origin=HERE, store=False)
    assert context == Context(None, said("a", "b"))


def test_a_turn_that_was_not_stored_goes_along() -> None:
    a = turn("a")
    b = turn("b", a, store=False)
    assert conversation(a, b).context("b", origin=HERE, store=True) == Context("v1_a", said("b"))


def test_an_expired_turn_and_what_came_before_go_along_and_that_is_said() -> None:
    a = turn("a")
    b = turn("b", a)
    a.expired = b.expired = True
    context = conversation(a, b).context("b", origin=HERE, store=True)
    assert context == Context(None, said("a", "b"), rebuilt=True)


def test_another_server_gets_the_whole_path() -> None:
    a = turn("a", origin="http://127.0.0.1:1")
    context = conversation(a).context("a", origin=HERE, store=True)
    assert context == Context(None, said("a"), rebuilt=True)


def test_another_server_gets_no_signatures() -> None:
    a = Interaction("a", input=(TextContent("a?"),), origin="http://127.0.0.1:1")
    call = CodeExecutionCallStep(id="c", signature="s")
    for index, step in enumerate((ThoughtStep("s"), call, CodeExecutionResultStep("c", "1"))):
        a.apply(StepStart(index, step))
    a.apply(InteractionCompleted(InteractionHeader(id="v1_a", status="completed")))
    steps = conversation(a).context("a", origin=HERE, store=True).steps
    assert steps[1:] == (CodeExecutionCallStep(id="c"), CodeExecutionResultStep("c", "1"))


def test_a_turn_without_an_answer_gives_its_input() -> None:
    a = Interaction("a", input=(TextContent("a?"),))
    a.fail(Failure("connect", "x"))
    context = conversation(a).context("a", origin=HERE, store=True)
    assert context.steps == (UserInputStep((TextContent("a?"),)),)


def test_of_a_broken_answer_only_what_is_whole_goes_back_besides_its_text() -> None:
    signed = StepDelta(1, ThoughtSignatureDelta("sig"))
    broken = Interaction("a", input=(TextContent("a?"),), origin=HERE)
    for event in (
        StepStart(0, ThoughtStep()),
        StepStop(0),
        StepStart(1, ThoughtStep()),
        signed,
        StepStart(2, CodeExecutionCallStep(id="answered")),
        StepStart(3, CodeExecutionResultStep(call_id="answered", result="1")),
        StepStart(4, CodeExecutionCallStep(id="open")),
        StepStart(5, UnknownStep({"type": "whole"})),
        StepStop(5),
        StepStart(6, UnknownStep({"type": "cut"})),
        StepStart(7, ModelOutputStep()),
        StepDelta(7, TextDelta("a.")),
        StepStart(8, ModelOutputStep()),
    ):
        broken.apply(event)
    broken.fail(Failure("cut_off", "x"), interrupted=True)
    context = conversation(broken).context("a", origin=HERE, store=True)
    assert context.steps[1:] == (
        ThoughtStep(signature="sig"),
        CodeExecutionCallStep(id="answered"),
        CodeExecutionResultStep(call_id="answered", result="1"),
        UnknownStep({"type": "whole"}),
        ModelOutputStep((TextContent("a."),)),
    )


def test_a_finished_answer_goes_back_whole() -> None:
    a = Interaction("a", input=(TextContent("a?"),), origin=HERE)
    steps: tuple[Step, ...] = (
        ThoughtStep(signature="s", summary=(TextContent("t"),)),
        UnknownStep({"type": "dream", "x": [1]}),
        ModelOutputStep((TextContent("a."),)),
    )
    for index, step in enumerate(steps):
        a.apply(StepStart(index, step))
    a.apply(InteractionCompleted(InteractionHeader(id="v1_a", status="completed")))
    assert conversation(a).context("a", origin=HERE, store=False).steps[1:] == steps


def test_an_error_of_the_server_is_not_sent_back_to_it() -> None:
    a = Interaction("a", input=(TextContent("a?"),))
    a.apply(StepStart(0, ModelOutputStep((TextContent("x"),), error={"code": 13})))
    a.apply(InteractionCompleted(InteractionHeader(id="v1_a", status="failed")))
    steps = conversation(a).context("a", origin=HERE, store=True).steps
    assert steps[1:] == (ModelOutputStep((TextContent("x"),)),)


def test_siblings_share_what_they_follow() -> None:
    a = turn("a")
    tree = conversation(a, turn("b", a))
    again = turn("c")
    tree.fork("b", clone=again)
    assert [one.key for one in tree.siblings("b")] == ["b", "c"]
    assert [one.key for one in tree.path()] == ["a", "c"]
    tree.show("b")
    assert [one.key for one in tree.path()] == ["a", "b"]


def test_showing_a_turn_shows_the_newest_that_follows_it() -> None:
    a = turn("a")
    b = turn("b", a)
    tree = conversation(a, b, turn("c", b))
    again = turn("d")
    tree.fork("a", clone=again)
    assert [one.key for one in tree.path()] == ["d"]
    tree.show("a")
    assert [one.key for one in tree.path()] == ["a", "b", "c"]


def test_a_turn_needs_the_turn_it_follows_and_a_key_of_its_own() -> None:
    a = turn("a")
    tree = conversation(a)
    with pytest.raises(ValueError, match="already"):
        tree.add(turn("a"))
    with pytest.raises(KeyError):
        tree.add(turn("b", turn("elsewhere")))
    assert "a" in tree
    assert len(tree) == 1


@given(st.lists(st.integers(0, 30), max_size=30))
def test_every_path_leads_to_the_first_turn(parents: list[int]) -> None:
    tree = Conversation()
    for number, parent in enumerate(parents):
        previous = f"n{parent % number}" if number and parent % 3 else None
        tree.add(Interaction(f"n{number}", previous=previous))
    for one in tree.interactions:
        path = tree.path(one.key)
        assert path[0].previous is None
        assert path[-1] is one
        assert all(b.previous == a.key for a, b in itertools.pairwise(path))
        assert one in tree.siblings(one.key)
        tree.show(one.key)
        assert one in tree.path()
