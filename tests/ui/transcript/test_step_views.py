"""A turn on screen shows its tools in words, its sources, its pictures and sounds, its JSON."""

import base64
import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import (
    Annotation,
    AudioContent,
    ImageContent,
    TextContent,
    UrlCitation,
)
from desktop_app.interactions.events import (
    ContentDelta,
    InteractionCompleted,
    InteractionHeader,
    StepDelta,
    StepStart,
    TextAnnotationDelta,
    TextDelta,
    ToolDelta,
)
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    ModelOutputStep,
)
from desktop_app.markdown.blocks import Code, Table
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.audio_card import MediaCard
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.citations import Source
from desktop_app.ui.transcript.lines import StepLine
from desktop_app.ui.transcript.media_requests import PixelsWanted
from desktop_app.ui.transcript.model_image import ModelImage
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_view import TurnView
from tests.documents import wav
from tests.pictures import encoded, picture
from tests.ui.windows import click, focus, press

A = "https://a.example/one"
B = "https://b.example/two"


@pytest.fixture
def transcript(theme: Theme, qtbot: QtBot) -> Iterator[Transcript]:
    made = Transcript(theme, lambda attachment: None)
    made.resize(1016, 900)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def answer(*content: TextContent | ImageContent | AudioContent) -> Interaction:
    turn = Interaction(input=(TextContent("?"),))
    turn.restore_step(ModelOutputStep(content), index=0, seconds=None, whole=True)
    end(turn)
    return turn


def end(turn: Interaction) -> None:
    turn.apply(InteractionCompleted(InteractionHeader(id="v1", status="completed")))


def cited(text: str, *annotations: Annotation) -> TextContent:
    return TextContent(text, annotations)


def grow(transcript: Transcript, turn: Interaction, *events: StepStart | StepDelta) -> None:
    for event in events:
        position = turn.apply(event)
        assert position is not None
        transcript.mark_dirty(turn, position)
    transcript.flush()


def view_of(transcript: Transcript) -> TurnView:
    (view,) = transcript.findChildren(TurnView)
    return view


def answers(transcript: Transcript) -> list[BlocksView]:
    return [one for one in transcript.findChildren(BlocksView) if one.name == "Answer"]


def texts(transcript: Transcript) -> list[str]:
    return [one.plain_text for one in answers(transcript)]


def middle_of(view: BlocksView, number: int) -> QPointF:
    """The middle of the first mark of a number."""
    link = next(one for one in view.links if one.cite == number)
    return view.rects_of(link.block, link.begin, link.end)[0].center()


# --- citations ------------------------------------------------------------------------------------


def test_a_citation_is_a_mark_in_the_text_and_a_source_below(transcript: Transcript) -> None:
    transcript.set_turns(
        [answer(cited("Sky is blue.", UrlCitation(0, 11, url=A, title="Why it is blue")))]
    )
    (view,) = answers(transcript)
    assert view.plain_text == "Sky is blue[1]."
    assert view.markdown_text == "Sky is blue."
    sources = view_of(transcript)._steps.sources
    assert sources.sources == (Source("page", "Why it is blue", "a.example", A),)
    assert sources.isVisible()
    assert sources.y() >= view.geometry().bottom()


def test_a_mark_is_painted_in_its_colour_and_another_one_when_it_is_hovered(
    transcript: Transcript, theme: Theme
) -> None:
    transcript.set_turns([answer(cited("Sky is blue.", UrlCitation(0, 11, url=A)))])
    (view,) = answers(transcript)
    at = (middle_of(view, 1) - QPointF(6, 0)).toPoint()
    assert view.grab().toImage().pixelColor(at) == theme.color("accent_soft")
    QTest.mouseMove(view, middle_of(view, 1).toPoint())
    assert view.grab().toImage().pixelColor(at) == theme.color("accent")
    QTest.mouseMove(view, QPoint(4, 4))
    assert view.grab().toImage().pixelColor(at) == theme.color("accent_soft")


def test_the_pointer_over_a_mark_tells_its_source_and_what_it_is_for(
    transcript: Transcript,
) -> None:
    text = "Sky is blue. Grass is green."
    one, two = UrlCitation(0, 11, url=A), UrlCitation(13, 27, url=A)
    transcript.set_turns([answer(cited(text, one, two))])
    (view,) = answers(transcript)
    reached = QSignalSpy(transcript.citation_reached)
    last = view.links[-1]
    QTest.mouseMove(view, view.rects_of(last.block, last.begin, last.end)[0].center().toPoint())
    source, words, place, now = reached.at(0)
    assert (source.address, words, now) == (A, "Grass is green", False)
    assert view.mapToGlobal(middle_of(view, 1).toPoint()).y() in range(place.top(), place.bottom())
    QTest.mouseMove(view, QPoint(2, 2))
    assert reached.at(1)[0] is None


def test_what_scrolls_away_under_the_pointer_is_left(transcript: Transcript) -> None:
    words = cited("Sky is blue.", UrlCitation(0, 11, url=A))
    transcript.set_turns([answer(words), answer(TextContent("more\n\n" * 100))])
    reached = QSignalSpy(transcript.citation_reached)
    transcript._bar.setValue(10)
    assert reached.at(0)[0] is None


def test_a_mark_is_reached_by_the_keyboard_and_opened(transcript: Transcript) -> None:
    transcript.set_turns([answer(cited("Sky is blue.", UrlCitation(0, 11, url=A, title="Why")))])
    (view,) = answers(transcript)
    reached = QSignalSpy(transcript.citation_reached)
    opened = QSignalSpy(transcript.link_clicked)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    press(focus(), Qt.Key.Key_Tab)
    assert reached.at(0)[0].title == "Why"
    assert reached.at(0)[3] is True
    press(focus(), Qt.Key.Key_Return)
    assert opened.at(0) == [A, "Why"]
    press(focus(), Qt.Key.Key_Tab)
    assert reached.at(1)[0] is None


def test_a_mark_and_a_row_of_the_list_open_their_source(transcript: Transcript) -> None:
    transcript.set_turns([answer(cited("Sky is blue.", UrlCitation(0, 11, url=A, title="Why")))])
    (view,) = answers(transcript)
    opened = QSignalSpy(transcript.link_clicked)
    assert view.click(middle_of(view, 1))
    click(view_of(transcript)._steps.sources.rows[0])
    assert [opened.at(number) for number in range(opened.count())] == [[A, "Why"]] * 2


def test_citations_that_come_late_change_only_the_blocks_they_are_in(
    transcript: Transcript,
) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    text = "First words.\n\nSecond words.\n\nThird words.\n\n"
    grow(transcript, turn, StepStart(0, ModelOutputStep()), StepDelta(0, TextDelta(text)))
    (view,) = answers(transcript)
    before = view.blocks
    late = UrlCitation(14, 26, url=A)
    grow(transcript, turn, StepDelta(0, TextAnnotationDelta((late,))))
    assert [old is new for old, new in zip(before, view.blocks, strict=True)] == [True, False, True]
    assert texts(transcript) == ["First words.\n\nSecond words[1].\n\nThird words."]
    grow(transcript, turn, StepDelta(0, TextDelta("Fourth.")))
    end(turn)
    transcript.update_turn(turn)
    assert texts(transcript) == ["First words.\n\nSecond words[1].\n\nThird words.\n\nFourth."]


def test_an_earlier_place_that_is_cited_later_takes_the_first_number(
    transcript: Transcript,
) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    grow(
        transcript,
        turn,
        StepStart(0, ModelOutputStep()),
        StepDelta(0, TextDelta("One two")),
        StepDelta(0, TextAnnotationDelta((UrlCitation(4, 7, url=B),))),
    )
    assert texts(transcript) == ["One two[1]"]
    grow(transcript, turn, StepDelta(0, TextAnnotationDelta((UrlCitation(0, 3, url=A),))))
    assert texts(transcript) == ["One[1] two[2]"]
    assert [one.address for one in view_of(transcript)._steps.sources.sources] == [A, B]


def test_an_answer_reloaded_looks_like_the_one_that_grew(transcript: Transcript) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    text = "| a | b |\n|---|---|\n| one | **two** |\n\n- [x](https://x.example) three\n"
    end_of_two = len("| a | b |\n|---|---|\n| one | **two**")
    notes = (UrlCitation(0, end_of_two, url=A), UrlCitation(40, len(text) - 1, url=B))
    pieces = [StepDelta(0, TextDelta(text[at : at + 5])) for at in range(0, len(text), 5)]
    grow(transcript, turn, StepStart(0, ModelOutputStep()))
    for piece in pieces:
        grow(transcript, turn, piece)
    grow(transcript, turn, StepDelta(0, TextAnnotationDelta(notes)))
    end(turn)
    transcript.update_turn(turn)
    grown = answers(transcript)[0].blocks
    transcript.set_turns([answer(cited(text, *notes))])
    assert answers(transcript)[-1].blocks == grown


# --- media ----------------------------------------------------------------------------------------


def test_a_picture_stands_between_the_texts_around_it(transcript: Transcript) -> None:
    image = ImageContent(data=base64_of(encoded(picture(300, 200))), mime_type="image/png")
    asked = QSignalSpy(transcript.media_requested)
    transcript.set_turns([answer(TextContent("Above"), image, TextContent("Below"))])
    (shown,) = transcript.findChildren(ModelImage)
    first, second = answers(transcript)
    assert (first.plain_text, second.plain_text) == ("Above", "Below")
    assert first.geometry().bottom() < shown.y() < shown.geometry().bottom() < second.y()
    assert shown.height() == 200
    (wanted,) = asked.at(0)
    assert isinstance(wanted, PixelsWanted)
    assert wanted.ref.content == image


def test_a_picture_and_a_sound_that_stream_in_get_their_views(transcript: Transcript) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    data = wav(1.0)
    image = ImageContent(data=base64_of(encoded(picture(30, 20))), mime_type="image/png")
    halves = [
        AudioContent(data=base64_of(part), mime_type="audio/wav")
        for part in (data[:8000], data[8000:])
    ]
    grow(transcript, turn, StepStart(0, ModelOutputStep()), StepDelta(0, TextDelta("See ")))
    grow(transcript, turn, StepDelta(0, ContentDelta(image)))
    grow(transcript, turn, StepDelta(0, TextDelta("and hear")))
    for half in halves:
        grow(transcript, turn, StepDelta(0, ContentDelta(half)))
    kinds = [type(view) for view in view_of(transcript)._steps.order]
    assert kinds == [BlocksView, ModelImage, BlocksView, MediaCard]
    card = view_of(transcript)._steps.order[-1]
    assert isinstance(card, MediaCard)
    assert card.detail.startswith("0:01")


def test_an_answer_that_is_only_a_picture_has_nothing_to_copy(transcript: Transcript) -> None:
    image = ImageContent(data=base64_of(encoded(picture())), mime_type="image/png")
    transcript.set_turns([answer(image)])
    view = view_of(transcript)
    assert [type(one) for one in view._steps.order] == [ModelImage]
    assert view._copy.isHidden()


# --- tools ----------------------------------------------------------------------------------------


def test_a_tool_says_that_it_is_at_work_and_then_what_came_of_it(transcript: Transcript) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    call = CodeExecutionCallStep(id="c", arguments={"language": "python", "code": "print(1)"})
    grow(transcript, turn, StepStart(0, call))
    (line,) = transcript.findChildren(StepLine)
    assert line._button.text() == "Running Python code"
    result = CodeExecutionResultStep(call_id="c")
    grow(transcript, turn, StepStart(1, result))
    grow(transcript, turn, StepDelta(1, ToolDelta(CodeExecutionResultStep(result="1\n"))))
    assert transcript.findChildren(StepLine) == [line]
    assert line._button.text() == "Ran Python code"
    line.toggle()
    assert isinstance(line._text.blocks[0], Code)
    assert line._text.plain_text == "print(1)\n\nOutput\n\n1"


# --- JSON -----------------------------------------------------------------------------------------

ROWS = [{"star": "Castor", "magnitude": 1.58}, {"star": "Pollux", "magnitude": 1.14}]


def test_json_is_code_and_a_list_of_rows_is_a_table_at_a_press(transcript: Transcript) -> None:
    transcript.set_turns([answer(TextContent(json.dumps(ROWS)))])
    (view,) = answers(transcript)
    (block,) = view.blocks
    assert isinstance(block, Code)
    assert json.loads(block.text) == ROWS
    toggle = view_of(transcript)._table
    assert toggle.accessibleName() == "Show as a table"
    click(toggle)
    (table,) = view.blocks
    assert isinstance(table, Table)
    assert toggle.accessibleName() == "Show as JSON"
    assert view_of(transcript).state.as_table
    click(toggle)
    assert view.blocks == (block,)


def test_json_is_text_as_long_as_it_streams(transcript: Transcript) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    grow(transcript, turn, StepStart(0, ModelOutputStep()), StepDelta(0, TextDelta('{"a": 1}')))
    assert texts(transcript) == ['{"a": 1}']
    assert view_of(transcript)._table.isHidden()
    end(turn)
    transcript.update_turn(turn)
    assert texts(transcript) == ['{\n  "a": 1\n}']
    assert view_of(transcript)._table.isHidden()


def test_everything_in_a_turn_is_reached_by_tab_in_the_order_of_reading(
    transcript: Transcript,
) -> None:
    image = ImageContent(data=base64_of(encoded(picture(300, 200))), mime_type="image/png")
    sound = AudioContent(data=base64_of(wav(0.1)), mime_type="audio/wav")
    transcript.set_turns([answer(cited("Sky", UrlCitation(0, 3, url=A)), image, sound)])
    names = [stop.accessibleName() for stop in view_of(transcript).stops if stop.isVisible()]
    assert names[1:] == [
        "Answer: Sky[1]",
        "PNG picture of the answer, 300 × 200 pixels",
        "Open WAV sound",
        "Save WAV sound",
        "Source 1: a.example, a.example",
        "Copy answer",
    ]
    assert all(isinstance(stop, QWidget) for stop in view_of(transcript).stops)
