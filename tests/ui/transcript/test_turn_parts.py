"""The parts of a turn are what its view shows, in the same order."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import (
    Content,
    ImageContent,
    TextContent,
    UrlCitation,
)
from desktop_app.interactions.events import (
    InteractionCompleted,
    InteractionHeader,
    InteractionStatusUpdate,
    StepDelta,
    StepStart,
    StepStop,
    TextDelta,
    ThoughtSummaryDelta,
)
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    FunctionResultStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    UnknownStep,
)
from desktop_app.markdown.blocks import LINE_BREAK, Code, Paragraph, Span
from desktop_app.markdown.stretches import text_of
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.lines import OpeningLine
from desktop_app.ui.transcript.said import sources_of
from desktop_app.ui.transcript.step_views import StepView
from desktop_app.ui.transcript.turn_parts import (
    Spot,
    TurnPart,
    blocks_of,
    input_text,
    media_at,
    parts_of,
    places_of,
)
from desktop_app.ui.transcript.turn_view import TurnView
from tests.interactions.test_interaction import sample_events
from tests.samples import STREAMS


def turn_of(*steps: Step, asked: tuple[Content, ...] = (TextContent("Why?"),)) -> Interaction:
    interaction = Interaction(input=asked)
    for position, step in enumerate(steps):
        interaction.restore_step(step, index=position, seconds=1.0, whole=True)
    return interaction


def said(*texts: str) -> ModelOutputStep:
    return ModelOutputStep(content=tuple(TextContent(text) for text in texts))


def thought(*texts: str) -> ThoughtStep:
    return ThoughtStep(summary=tuple(TextContent(text) for text in texts))


def end_request(turn: Interaction, token: str) -> None:
    turn.apply(
        InteractionStatusUpdate(interaction_id=token, status="incomplete", continuation_token=token)
    )


def cut_twice() -> Interaction:
    """An answer that a limit cut, which goes on behind a thought, and is cut and goes on again."""
    turn = Interaction(input=(TextContent("Go on and on"),))
    for token, texts in (("one", ["**bo"]), ("two", ["ld** and "]), ("", ["the end"])):
        turn.apply(StepStart(0, ThoughtStep()))
        turn.apply(StepDelta(0, ThoughtSummaryDelta(TextContent(f"before {token}"))))
        turn.apply(StepStop(0))
        turn.apply(StepStart(1, ModelOutputStep()))
        for text in texts:
            turn.apply(StepDelta(1, TextDelta(text)))
        turn.apply(StepStop(1))
        if token:
            end_request(turn, token)
            turn.begin_rest()
    turn.apply(InteractionCompleted(InteractionHeader(id="three", status="completed")))
    return turn


def texts_shown(view: TurnView) -> list[str]:
    """The Markdown of the views of the steps, and of lines what they open to."""
    return [_markdown_of(one) for one in (*view._results, *view._steps.order)]


def _markdown_of(view: StepView) -> str:
    match view:
        case BlocksView():
            return view.markdown_text
        case OpeningLine():
            view.set_open(True)
            return view._text.markdown_text
        case _:
            return ""


def test_a_turn_has_its_input_its_thoughts_and_its_answer_as_parts() -> None:
    turn = turn_of(thought("First.", "Then. \n"), said("One ", "two"))
    assert parts_of(turn) == (
        TurnPart("input", -1, "Why?"),
        TurnPart("thought", 0, "First.\n\nThen."),
        TurnPart("answer", 1, "One two"),
    )


def test_a_turn_without_text_in_its_input_begins_with_its_steps() -> None:
    turn = turn_of(said("A cat."), asked=(ImageContent(data="", mime_type="image/png"),))
    assert [part.kind for part in parts_of(turn)] == ["answer"]


def test_a_step_that_has_said_nothing_yet_keeps_its_place() -> None:
    turn = Interaction(input=(TextContent("Why?"),))
    turn.apply(StepStart(0, ThoughtStep()))
    turn.apply(StepStart(1, ModelOutputStep()))
    before = places_of(turn)
    turn.apply(StepDelta(0, ThoughtSummaryDelta(TextContent("Hm."))))
    turn.apply(StepDelta(1, TextDelta("So.")))
    assert places_of(turn) == before
    assert [part.source for part in parts_of(turn)] == ["Why?", "Hm.", "So."]


def test_a_text_that_goes_on_behind_a_limit_is_one_part_at_its_end() -> None:
    parts = parts_of(cut_twice())
    assert [part.kind for part in parts] == ["input", "thought", "thought", "thought", "answer"]
    assert parts[-1] == TurnPart("answer", 1, "**bold** and the end")


def test_results_of_calls_stand_between_the_input_and_the_steps() -> None:
    results = (FunctionResultStep(name="add", call_id="c1", result="3"),)
    turn = Interaction(results=results)
    turn.restore_step(said("Three."), index=0, seconds=None, whole=True)
    first, second = parts_of(turn)
    assert (first.kind, first.step) == ("result", 0)
    assert first.source == "```text\n3\n```"
    assert second == TurnPart("answer", 0, "Three.")


def test_what_a_tool_answered_is_part_of_its_call() -> None:
    call = CodeExecutionCallStep(id="c", arguments={"code": "1"}, signature="a secret seal")
    turn = turn_of(call, said("So."), CodeExecutionResultStep(call_id="c", result="2"))
    assert [(place.kind, place.steps) for place in places_of(turn)[1:]] == [
        ("step", (0, 2)),
        ("answer", (1,)),
    ]
    source = parts_of(turn)[1].source
    assert source == "```\n1\n```\n\nOutput\n\n```text\n2\n```"


def test_a_result_of_no_call_that_is_there_has_a_place_of_its_own() -> None:
    result = CodeExecutionResultStep(call_id="c", result="2")
    turn = turn_of(CodeExecutionCallStep(id="c"), result, result, UnknownStep({"type": "dance"}))
    assert [place.steps for place in places_of(turn)[1:]] == [(0, 1), (2,), (3,)]


def test_texts_in_a_row_are_one_part_and_each_medium_is_another() -> None:
    image = ImageContent(data="", mime_type="image/png")
    content = (TextContent("a"), TextContent("b"), image, image, TextContent(""), TextContent("c"))
    turn = turn_of(ModelOutputStep(content))
    assert [(part.kind, part.source) for part in parts_of(turn)[1:]] == [
        ("answer", "ab"),
        ("media", ""),
        ("media", ""),
        ("answer", "c"),
    ]
    first, second = (media_at(turn, place) for place in places_of(turn)[2:4])
    assert (first.content, first.number) == (image, 2)
    assert first.key != second.key


def test_marks_of_citations_are_counted_in_the_text_of_their_part() -> None:
    one = TextContent("Käse. ", (UrlCitation(0, 5, url="https://a.example"),))
    two = TextContent("Brot.", (UrlCitation(0, 4, url="https://b.example"),))
    turn = turn_of(ModelOutputStep((one,)), ModelOutputStep((one, two)))
    first, second = parts_of(turn)[1:]
    assert [(mark.position, mark.number) for mark in first.marks] == [(4, 1)]
    assert [(mark.position, mark.number) for mark in second.marks] == [(4, 1), (10, 2)]
    assert [text_of(block) for block in blocks_of(second)] == ["Käse[1]. Brot[2]."]
    assert [source.host for source in sources_of(turn)] == ["a.example", "b.example"]


def test_marks_stand_where_they_belong_though_lines_end_in_two_characters() -> None:
    text = "One.\r\n\r\nTwo words."
    end = len("One.\r\n\r\nTwo")
    turn = turn_of(ModelOutputStep((TextContent(text, (UrlCitation(0, end, url="https://a"),)),)))
    assert [text_of(block) for block in blocks_of(parts_of(turn)[1])] == ["One.", "Two[1] words."]


def test_an_answer_that_is_json_is_shown_as_such_when_it_has_ended() -> None:
    turn = turn_of(said('{"a": [1]}'))
    assert parts_of(turn)[1].shown == ""
    turn.apply(InteractionCompleted(InteractionHeader(id="v1", status="completed")))
    (part,) = parts_of(turn)[1:]
    assert part.source == '{"a": [1]}'
    (block,) = blocks_of(part)
    assert isinstance(block, Code)
    assert block.language == "json"


def test_an_input_is_one_paragraph_exactly_as_it_was_typed() -> None:
    turn = turn_of(asked=(TextContent("# no *heading*\r\n\r\n  1. x\0"),))
    (part,) = parts_of(turn)
    shown = f"# no *heading*{LINE_BREAK}{LINE_BREAK}  1. x\ufffd"
    assert blocks_of(part) == (Paragraph((Span(shown),)),)
    assert blocks_of(TurnPart("input", -1, "")) == ()


def test_places_compare_in_the_order_in_which_one_reads() -> None:
    spots = [Spot("k", 1, 0, 3), Spot("k", 0, 2, 9), Spot("k", 0, 2, 1)]
    in_order = sorted(spots, key=lambda spot: spot.place)
    assert [spot.place for spot in in_order] == [(0, 2, 1), (0, 2, 9), (1, 0, 3)]


TURNS = {
    "plain": turn_of(thought("Hm."), said("So.")),
    "cut": cut_twice(),
    "tools": turn_of(
        CodeExecutionCallStep(id="c", arguments={"code": "1"}),
        CodeExecutionResultStep(call_id="c", result="1"),
        FunctionCallStep(id="f", name="add", arguments={"a": 1}),
        said("One", " and"),
        UnknownStep({"type": "dance", "steps": 3}),
        said("more"),
    ),
    "a picture": turn_of(
        ModelOutputStep((TextContent("See"), ImageContent(data="", mime_type="image/png")))
    ),
    "nothing": turn_of(said()),
}


@pytest.mark.parametrize("name", TURNS)
def test_the_parts_are_what_the_view_of_a_turn_shows(theme: Theme, qtbot: QtBot, name: str) -> None:
    shows_its_parts(theme, qtbot, TURNS[name])


@pytest.mark.parametrize("name", STREAMS)
def test_the_parts_of_every_sample_are_what_its_view_shows(
    theme: Theme, qtbot: QtBot, name: str
) -> None:
    turn = Interaction(input=(TextContent("?"),))
    for event in sample_events(name):
        turn.apply(event)
    shows_its_parts(theme, qtbot, turn)


def shows_its_parts(theme: Theme, qtbot: QtBot, turn: Interaction) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view = TurnView(theme, turn, lambda attachment: None, window)
    parts = [part for part in parts_of(turn) if part.kind != "input"]
    assert [part.shown or part.source for part in parts] == texts_shown(view)
    assert input_text(turn) == ("" if view._bubble is None else view._bubble.text_view.plain_text)
