"""The transcript follows the stream, never moves a reader, and copies what was said."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import (
    InteractionCompleted,
    InteractionHeader,
    StepDelta,
    StepStart,
    TextDelta,
    ThoughtSummaryDelta,
    Usage,
)
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.steps import ModelOutputStep, ThoughtStep
from desktop_app.markdown.stretches import TOO_LONG
from desktop_app.plain_text import plain_copy
from desktop_app.ui.theme import Theme, line_height
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.bubble import Bubble
from desktop_app.ui.transcript.column_area import column_width
from desktop_app.ui.transcript.failure_card import FailureCard
from desktop_app.ui.transcript.json_view import json_answer
from desktop_app.ui.transcript.lines import StepLine, ThoughtLine, last_heading
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_view import TurnView
from tests.interactions.test_interaction import sample_events
from tests.samples import STREAMS
from tests.ui.laying import grids, lay_out_all


@pytest.fixture
def transcript(theme: Theme, qtbot: QtBot) -> Iterator[Transcript]:
    made = Transcript(theme, lambda attachment: None)
    made.resize(1016, 600)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def turn(question: str, *texts: str, done: bool = True) -> Interaction:
    interaction = Interaction(input=(TextContent(question),))
    interaction.apply(StepStart(0, ModelOutputStep()))
    for text in texts:
        interaction.apply(StepDelta(0, TextDelta(text)))
    if done:
        header = InteractionHeader(id="v1", status="completed", usage=Usage(total_tokens=1284))
        interaction.apply(InteractionCompleted(header))
    return interaction


def long_turns(count: int) -> list[Interaction]:
    return [turn(f"question {n}", f"paragraph {n}\n\n" * 12) for n in range(count)]


def views(transcript: Transcript) -> list[TurnView]:
    return transcript.viewport().findChildren(TurnView)


def grow(transcript: Transcript, interaction: Interaction, text: str) -> None:
    position = interaction.apply(StepDelta(0, TextDelta(text)))
    assert position is not None
    transcript.mark_dirty(interaction, position)
    transcript.flush()


def test_the_column_is_720_wide_and_less_where_there_is_no_room() -> None:
    assert column_width(1016) == 720
    assert column_width(768) == 720
    assert column_width(700) == 652


@pytest.mark.parametrize("name", STREAMS)
def test_every_sample_can_be_shown(transcript: Transcript, name: str) -> None:
    interaction = Interaction(input=(TextContent("?"),))
    transcript.set_turns([interaction])
    for event in sample_events(name):
        position = interaction.apply(event)
        if position is not None:
            transcript.mark_dirty(interaction, position)
            transcript.flush()
    if interaction.outcome == "streaming":
        interaction.fail(Failure("cut_off", "The connection broke."), interrupted=True)
    transcript.update_turn(interaction)
    transcript.open_thoughts()
    transcript.grab()
    shown = "".join(
        v.markdown_text for v in transcript.findChildren(BlocksView) if not v.isHidden()
    )
    answer = json_answer(interaction.output_text)
    for text in (answer.code if answer else interaction.output_text).split("\n\n"):
        assert text in shown


def test_a_reader_at_the_end_follows_the_stream(transcript: Transcript) -> None:
    last = turn("go", "begin ", done=False)
    transcript.set_turns([*long_turns(5), last])
    for _ in range(30):
        grow(transcript, last, "more words\n\n")
    assert transcript._bar.value() == transcript._bar.maximum()
    assert transcript._jump.isHidden()


def test_a_reader_who_scrolled_up_is_never_moved(transcript: Transcript) -> None:
    last = turn("go", "begin ", done=False)
    transcript.set_turns([*long_turns(6), last])
    transcript._bar.setValue(transcript._bar.maximum() // 2)
    at = transcript._bar.value()
    shown = [(v.turn.key, v.y()) for v in views(transcript) if v.isVisible()]
    for _ in range(30):
        grow(transcript, last, "more words\n\n")
    assert transcript._bar.value() == at
    assert [(v.turn.key, v.y()) for v in views(transcript) if v.isVisible()] == shown
    assert not transcript._jump.isHidden()
    transcript.jump_to_end()
    assert transcript._bar.value() == transcript._bar.maximum()


def test_views_are_made_only_for_what_comes_near(transcript: Transcript) -> None:
    transcript.set_turns(long_turns(200))
    assert len(views(transcript)) < 15


def test_what_is_near_is_made_view_by_view_when_there_is_time(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.set_turns(long_turns(200))
    at_first = len(views(transcript))
    assert 0 < at_first < 5
    qtbot.waitUntil(lambda: not transcript._ahead_timer.isActive())
    assert at_first < len(views(transcript)) < 15
    assert transcript._bar.value() == transcript._bar.maximum()


def test_a_short_question_stands_on_one_line(transcript: Transcript) -> None:
    transcript.set_turns([turn("What is 6 times 7?", "42")])
    (view,) = transcript.findChildren(Bubble)
    assert view.height() < 2 * line_height(14) + 8


def test_scrolling_up_through_estimates_never_jumps(transcript: Transcript) -> None:
    transcript.set_turns(long_turns(40))
    for _ in range(60):
        before = {v.turn.key: v.y() for v in views(transcript) if v.isVisible()}
        at = transcript._bar.value()
        transcript._bar.setValue(at - 120)
        after = {v.turn.key: v.y() for v in views(transcript) if v.isVisible()}
        for key in before.keys() & after.keys():
            assert after[key] - before[key] in (120, at, 0) or at < 120


def test_a_new_width_keeps_the_reader_where_he_is(transcript: Transcript) -> None:
    transcript.set_turns(long_turns(20))
    transcript._bar.setValue(transcript._bar.maximum() // 2)
    top = next(v for v in views(transcript) if v.isVisible() and v.y() + v.height() > 0)
    transcript.resize(700, 600)
    again = next(v for v in views(transcript) if v.isVisible() and v.y() + v.height() > 0)
    assert again.turn is top.turn


def test_the_last_turn_alone_can_be_asked_again(transcript: Transcript) -> None:
    broken = [turn(str(n), "half", done=False) for n in range(2)]
    for one in broken:
        one.fail(Failure("cut_off", "The connection broke."), interrupted=True)
    transcript.set_turns(broken)
    first, last = (
        [button.text() for button in card.findChildren(QAbstractButton) if not button.isHidden()]
        for view in sorted(views(transcript), key=TurnView.y)
        for card in view.findChildren(FailureCard)
    )
    assert "Retry" not in first
    assert "Retry" in last


def test_a_failure_says_what_happened_and_offers_what_can_be_done(
    transcript: Transcript,
) -> None:
    broken = turn("?", "half", done=False)
    broken.header = InteractionHeader(id="v1_a", status="in_progress")
    failure = Failure(
        "cut_off", "<b>The connection broke.</b>", "The word above is kept.", "code 7"
    )
    broken.fail(failure, interrupted=True)
    transcript.set_turns([broken])
    asked: list[str] = []
    transcript.retry.connect(asked.append)
    transcript.resume.connect(asked.append)
    (card,) = transcript.findChildren(FailureCard)
    assert card.accessibleName() == "<b>The connection broke.</b> The word above is kept."
    assert card._title.text() == "<b>The connection broke.</b>"  # as plain text
    assert not card._resume.isHidden()
    card._retry.click()
    card._resume.click()
    assert asked == [broken.key, broken.key]
    before = card.height()
    card._more.click()
    assert card.height() > before
    card._copy.click()
    assert QGuiApplication.clipboard().text() == "<b>The connection broke.</b>\ncode 7"


def test_thoughts_are_live_then_told_in_one_line(transcript: Transcript) -> None:
    now = [0.0]
    interaction = Interaction(input=(TextContent("?"),), clock=lambda: now[0])
    transcript.set_turns([interaction])
    interaction.apply(StepStart(0, ThoughtStep()))
    summary = TextContent("**Reading the chart**\n\nThere are two peaks.")
    interaction.apply(StepDelta(0, ThoughtSummaryDelta(summary)))
    now[0] = 3.0
    transcript.mark_dirty(interaction, 0)
    transcript.flush()
    (line,) = transcript.findChildren(ThoughtLine)
    assert line._button.text() == "Thinking for 3 s: Reading the chart"
    interaction.apply(InteractionCompleted(InteractionHeader(id="v1", status="completed")))
    transcript.update_turn(interaction)
    assert line._button.text() == "Thought for 3 s"
    assert not line.is_open
    line._button.click()
    assert line.is_open
    assert "two peaks" in line._text.plain_text


def test_the_last_heading_of_a_summary_is_found() -> None:
    assert last_heading("**One**\n\ntext\n\n**Two**\n\nmore") == "Two"
    assert last_heading("no heading") == ""


def test_a_tool_is_a_line_that_opens_to_what_was_asked_and_what_came_of_it(
    transcript: Transcript,
) -> None:
    interaction = Interaction(input=(TextContent("?"),))
    for event in sample_events("06_code_execution"):
        interaction.apply(event)
    transcript.set_turns([interaction])
    lines = transcript.findChildren(StepLine)
    assert [line._button.text() for line in lines] == ["Ran Python code"]
    lines[0].toggle()
    assert "statistics" in lines[0]._text.plain_text
    assert "mean=15.83" in lines[0]._text.plain_text


def test_how_a_turn_ended_is_said(transcript: Transcript) -> None:
    for name, words in (
        ("16_incomplete_max_tokens", "longest length"),
        ("18_cancelled", "Stopped"),
        ("36_budget_exceeded", "budget"),
        ("07_function_call", "function"),
        ("19_requires_continuation", "limit of one request"),
    ):
        interaction = Interaction(input=(TextContent("?"),))
        for event in sample_events(name):
            interaction.apply(event)
        transcript.set_turns([interaction])
        (view,) = [v for v in views(transcript) if v.turn is interaction]
        assert words in view.foot.status.accessibleName(), name


# --- copying --------------------------------------------------------------------------------------

MIXED = """# Title

One **two** `three`.

- first
  - nested
- [x] done

```python
x = 1
y = 2
```

| a | b |
|---|---|
| 1 | 2 |

end
"""


def answer_of(theme: Theme, qtbot: QtBot, text: str) -> BlocksView:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(text)
    lay_out_all(view)
    return view


def test_what_is_copied_is_what_is_read(theme: Theme, qtbot: QtBot) -> None:
    lines = [line for line in answer_of(theme, qtbot, MIXED).plain_text.split("\n") if line]
    assert lines == [
        "Title",
        "One two three.",
        "• first",
        "  ◦ nested",
        "[x] done",
        "x = 1",
        "y = 2",
        "a\tb",
        "1\t2",
        "end",
    ]


def test_a_long_table_is_one_table_however_it_came(theme: Theme, qtbot: QtBot) -> None:
    rows = [f"{number}\trow {number}" for number in range(120)]
    source = [f"| {row.replace(chr(9), ' | ')} |\n" for row in rows]
    whole = answer_of(theme, qtbot, "".join(["| a | b |\n|---|---|\n", *source, "\nend"]))
    assert whole.plain_text.split("\n") == ["a\tb", *rows, "", "end"]
    pieces = grids(whole)
    assert len(pieces) == 3
    assert {box.columns.widths for _, box in pieces} == {pieces[0][1].columns.widths}
    for (upper, _), (lower, _) in itertools.pairwise(pieces):
        assert upper.bottom() == lower.top()
    assert sum(len(box.rows) for _, box in pieces) == len(rows) + 1
    assert sum(rect.height() for rect, _ in pieces) == 32 * (len(rows) + 1)
    grown = BlocksView(theme, "Answer")
    qtbot.addWidget(grown)
    text = whole.markdown_text
    for end in range(0, len(text), 31):
        grown.show_text(text[:end])
    grown.show_text(text)
    assert lay_out_all(grown) == lay_out_all(whole)
    assert grown.grab().toImage() == whole.grab().toImage()


def test_a_footnote_defined_late_is_shown_where_it_is_referred_to(
    theme: Theme, qtbot: QtBot
) -> None:
    view = answer_of(theme, qtbot, "Said[^1] and [this].\n\n- more\n\n")
    assert "Said[^1] and [this]." in view.plain_text
    view.show_text(view.markdown_text + "[^1]: *Why*.\n\n[this]: https://a.b\n")
    view.finish()
    assert view.plain_text.split() == ["Said1", "and", "this.", "•", "more", "1", "Why."]
    view.show_text(view.markdown_text + "\nend")
    assert view.plain_text.split() == ["Said1", "and", "this.", "•", "more", "1", "Why.", "end"]


def test_text_that_is_too_long_is_shown_as_it_is_written(theme: Theme, qtbot: QtBot) -> None:
    base64 = "**" + "QUJD" * 20_000
    view = answer_of(theme, qtbot, f"{base64}\n\n**after**")
    note, *lines, after = [line for line in view.plain_text.split("\n") if line]
    assert note == TOO_LONG
    assert "".join(lines) == base64
    assert after == "after"


def test_the_button_of_a_card_copies_its_code(
    theme: Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    view = answer_of(theme, qtbot, "```sh\necho a\necho b\n```\n\ntext\n\n```\nother\n```")
    view.show()
    _, first, second = view.stops
    assert isinstance(first, QAbstractButton)
    assert isinstance(second, QAbstractButton)
    first.click()
    assert QGuiApplication.clipboard().text() == "echo a\necho b"
    second.click()
    assert QGuiApplication.clipboard().text() == "other"


def test_hidden_and_controlling_characters_do_not_reach_the_clipboard() -> None:
    assert plain_copy("a\x1b[31mb\u202ec\u0007d\u200be\tf\u2029g\r\nh") == "abcde\tf\ng\nh"


@hypothesis_settings(max_examples=25)
@given(st.lists(st.integers(0, len(MIXED)), max_size=8))
def test_the_same_text_looks_the_same_however_it_came(cuts: list[int]) -> None:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme = Theme(application, "light")
    whole, pieces = BlocksView(theme, "a"), BlocksView(theme, "b")
    whole.show_text(MIXED)
    for at in sorted(cuts):
        pieces.show_text(MIXED[:at])
    pieces.show_text(MIXED)
    assert pieces.plain_text == whole.plain_text
    assert lay_out_all(pieces, 600) == lay_out_all(whole, 600)
    assert pieces.grab().toImage() == whole.grab().toImage()
    for one in (whole, pieces, theme):
        one.deleteLater()


def test_a_new_theme_and_zoom_redraw_the_same_text(theme: Theme, qtbot: QtBot) -> None:
    view = answer_of(theme, qtbot, MIXED)
    before, text = lay_out_all(view), view.plain_text
    image = view.grab().toImage()
    theme.choose("dark")
    theme.set_zoom(150)
    assert view.plain_text == text
    assert lay_out_all(view) > before
    theme.choose("light")
    theme.set_zoom(100)
    assert lay_out_all(view) == before
    assert view.grab().toImage() == image


# --- nothing is loaded, nothing is opened ---------------------------------------------------------


def test_nothing_named_in_an_answer_is_loaded(theme: Theme, qtbot: QtBot) -> None:
    view = answer_of(
        theme,
        qtbot,
        "![a](file:///etc/passwd) <img src='file:///etc/hostname'> ![b](http://127.0.0.1:1/x.png)",
    )
    assert "[a – file:///etc/passwd]" in view.plain_text
    assert "<img src=" in view.plain_text


def test_a_click_on_a_link_is_told_and_leads_nowhere_by_itself(theme: Theme, qtbot: QtBot) -> None:
    view = answer_of(
        theme, qtbot, "[bank.example](https://evil.example/) and [f](file:///etc/passwd)"
    )
    clicked: list[tuple[str, str]] = []
    view.link_clicked.connect(lambda address, text: clicked.append((address, text)))
    for link in view.links:
        (rect,) = view.rects_of(link.block, link.begin, link.end)
        assert view.link_at(rect.center()) == link.address
        assert view.click(rect.center())
    assert clicked == [("https://evil.example/", "bank.example"), ("file:///etc/passwd", "f")]
    assert "bank.example" in view.plain_text


def test_a_bubble_that_was_never_shown_is_as_wide_as_its_text(
    theme: Theme, qapp: QApplication
) -> None:
    parent = QWidget()
    bubble = Bubble(theme, "What is 6 times 7?", parent)
    hidden = bubble.fit(720)
    parent.show()
    bubble.show()
    qapp.processEvents()
    assert hidden == bubble.size() == bubble.fit(720)
    assert hidden.height() < 2 * 22 + 20
    parent.close()


def test_an_answer_that_was_never_shown_is_as_high_as_its_text(
    theme: Theme, qapp: QApplication
) -> None:
    parent = QWidget()
    view = BlocksView(theme, "Answer", parent)
    view.show_text("A sentence of words that fits into one line of the column. " * 2)
    hidden = lay_out_all(view)
    parent.resize(720, 200)
    parent.show()
    view.show()
    qapp.processEvents()
    assert hidden == view.height() == lay_out_all(view)
    parent.close()
