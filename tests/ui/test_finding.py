"""Find in conversation, by the keys that a person presses in the real window."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionHeader
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import ModelOutputStep, ThoughtStep
from desktop_app.store import conversations as queries
from desktop_app.store.database import FILE_NAME, Database, DatabaseConnection
from desktop_app.store.rows import ConversationRow, interaction_row
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.find import Match
from desktop_app.ui.transcript.turn_view import TurnView
from tests.conftest import LoopFactory
from tests.ui.answering import clipboard
from tests.ui.opened import answered, new_chat, opened
from tests.ui.windows import (
    CTRL,
    SHIFT,
    button,
    click,
    eventually,
    focus,
    press,
    send,
    type_text,
)

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("loop_factory")


def told(window: MainWindow) -> str:
    """What the bar says, as a reader hears it."""
    return window.pane.find_bar.accessibleDescription()


async def find(window: MainWindow, words: str) -> None:
    """Press Ctrl+F and type, letter by letter."""
    press(window, Key.Key_F, CTRL)
    await eventually(lambda: focus().accessibleName() == "Find in the conversation")
    type_text(focus(), words)
    await eventually(lambda: window.view.finding.finder.is_done)


def turns(window: MainWindow) -> list[TurnView]:
    return [slot.view for slot in window.pane.transcript.column.slots]


def current(window: MainWindow) -> tuple[int, Match]:
    found = window.view.finding.finder.current
    assert found is not None
    return found


def current_is_in_sight(window: MainWindow) -> bool:
    """Whether the present match is within the window, and not under the bar."""
    number, match = current(window)
    transcript = window.pane.transcript
    slot = transcript.column.slot(number)
    assert slot is not None
    view = dict(slot.view.parts)[match.part]
    (rect,) = view.rects_of(match.block, match.begin, match.end)
    shown = rect.translated(view.mapTo(transcript, view.rect().topLeft()).toPointF())
    bar = window.pane.find_bar.geometry().translated(-transcript.pos()).toRectF()
    return transcript.rect().toRectF().contains(shown) and not bar.intersects(shown)


async def test_matches_are_counted_and_visited_by_keys(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        for number in range(12):
            words = "a needle and a **Need**le" if number % 4 == 0 else "straw\n\n" * 30
            await answered(window, tap, f"question {number}", words)
        await find(window, "needle")
        assert told(window).endswith(" of 6")
        seen: set[tuple[int, Match]] = set()
        for _ in range(6):
            press(focus(), Key.Key_Return)
            await eventually(lambda: current_is_in_sight(window))
            seen.add(current(window))
        assert [number for number, _ in sorted(seen, key=lambda one: one[0])] == [0, 0, 4, 4, 8, 8]
        here = current(window)
        press(window, Key.Key_F3)
        press(focus(), Key.Key_Return, SHIFT)
        assert current(window) == here
        press(window, Key.Key_F3, SHIFT)
        press(window, Key.Key_F3)
        assert current(window) == here


async def test_ctrl_f_selects_the_words_that_stand_there(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "hay", "straw")
        await find(window, "hay")
        assert told(window) == "1 of 1"
        await eventually(lambda: current_is_in_sight(window))
        window.pane.transcript.setFocus()
        press(window, Key.Key_F, CTRL)
        type_text(focus(), "straw")
        await eventually(lambda: told(window) == "1 of 1")
        type_text(focus(), "x")
        await eventually(lambda: told(window) == "No matches")


async def test_escape_closes_the_bar_and_leaves_the_keyboard_in_the_transcript(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "hay", "straw")
        await find(window, "straw")
        press(focus(), Key.Key_Escape)
        assert window.pane.find_bar.isHidden()
        assert focus() is window.pane.transcript
        press(focus(), Key.Key_C, CTRL)
        assert clipboard() == "straw"
        press(window, Key.Key_F, CTRL)
        press(focus(), Key.Key_Tab)
        press(focus(), Key.Key_Escape)
        assert window.pane.find_bar.isHidden()
        press(window, Key.Key_F3)
        assert not window.pane.find_bar.isHidden()
        window.pane.composer.setFocus()
        press(focus(), Key.Key_Escape)
        assert window.pane.find_bar.isHidden()


async def test_escape_stops_an_answer_unless_the_keyboard_is_in_the_bar(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        session = send(window, "hay")
        await eventually(lambda: tap.flows and not window.pane.transcript.isHidden())
        await find(window, "hay")
        press(focus(), Key.Key_Escape)
        assert session.busy
        press(window, Key.Key_F, CTRL)
        window.pane.composer.setFocus()
        press(window, Key.Key_Escape)
        await eventually(lambda: not session.busy)
        assert not window.pane.find_bar.isHidden()


async def test_capitals_and_whole_words_are_chosen_with_buttons(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        await answered(window, tap, "hay", "Straw, straw and strawberry")
        await find(window, "straw")
        assert told(window) == "1 of 3"
        click(button(window, "Match capitals"))
        await eventually(lambda: told(window) == "1 of 2")
        click(button(window, "Whole words only"))
        await eventually(lambda: told(window) == "1 of 1")
        click(button(window, "Match capitals"))
        await eventually(lambda: told(window).endswith(" of 2"))
        before = current(window)
        click(button(window, "Next match"))
        assert current(window) != before
        click(button(window, "Previous match"))
        assert current(window) == before
        click(button(window, "Close the search"))
        assert window.pane.find_bar.isHidden()


async def test_a_thought_is_opened_when_a_match_in_it_is_visited(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        session = send(window, "question")
        await eventually(lambda: tap.flows)
        flow = tap.flows[-1]
        flow.event("step.start", index=1, step={"type": "thought"})
        summary = {"type": "thought_summary", "content": {"type": "text", "text": "a hidden straw"}}
        flow.event("step.delta", index=1, delta=summary)
        flow.say("answer")
        flow.end()
        await eventually(lambda: session.turns and not session.busy)
        (turn,) = turns(window)
        assert len(turn.parts) == 2
        await find(window, "straw")
        assert told(window) == "1 of 1"
        assert len(turn.parts) == 3
        await eventually(lambda: current_is_in_sight(window))


async def test_the_count_grows_while_an_answer_comes_in(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        session = send(window, "one straw")
        await eventually(lambda: tap.flows and not window.pane.transcript.isHidden())
        await find(window, "straw")
        assert told(window) == "1 of 1"
        tap.flows[-1].say("a straw and a st")
        await eventually(lambda: told(window) == "1 of 2")
        tap.flows[-1].say("raw")
        await eventually(lambda: told(window) == "1 of 3")
        tap.flows[-1].end()
        await eventually(lambda: not session.busy)
        await answered(window, tap, "another straw", "no more")
        await eventually(lambda: told(window) == "1 of 4")


async def test_another_conversation_is_searched_for_the_same_words(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        first = await answered(window, tap, "hay", "straw and straw")
        await new_chat(window)
        await answered(window, tap, "grass", "a straw")
        await find(window, "straw")
        assert told(window) == "1 of 1"
        w.library.open(first)
        await eventually(lambda: told(window) == "1 of 2")
        await new_chat(window)
        assert window.pane.find_bar.isHidden()
        press(window, Key.Key_F, CTRL)
        assert window.pane.find_bar.isHidden()


def long_conversation(db: DatabaseConnection) -> None:
    """400 turns, of which every hundredth has the word, in bold letters or in a thought."""
    row = ConversationRow("long", "Long", "http://127.0.0.1:1")
    previous = None
    for number in range(400):
        turn = Interaction(f"turn{number}", previous=previous, input=(TextContent(f"{number}?"),))
        thought = "a ha**yst**ack" if number == 150 else "nothing"
        said = "In the **H**aystack." if number % 100 == 10 else "straw " * 40
        for index, step in enumerate(
            (ThoughtStep(None, (TextContent(thought),)), ModelOutputStep((TextContent(said),)))
        ):
            turn.restore_step(step, index=index, seconds=1.0, whole=True)
        turn.restore(InteractionHeader(), Outcome.COMPLETE, None, None)
        queries.add_turn(db, row, interaction_row(turn, "long"))
        previous = turn.key
    queries.save_conversation(db, replace(row, head=previous))


async def test_matches_in_turns_that_were_never_in_sight_are_counted_and_visited(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    database = Database(tmp_path / FILE_NAME)
    await database.write(long_conversation)
    database.close()
    async with opened(tmp_path, theme) as (window, w, _tap):
        w.library.open("long")
        await eventually(lambda: window.view.session and window.view.session.key == "long")
        await find(window, "haystack")
        await eventually(lambda: told(window) == "1 of 5")
        visited = [current(window)[0]]
        for _ in range(5):
            press(focus(), Key.Key_Return)
            await eventually(lambda: current(window)[0] != visited[-1])
            assert current_is_in_sight(window)
            visited.append(current(window)[0])
        assert visited == [10, 110, 150, 210, 310, 10]
        press(focus(), Key.Key_Return, SHIFT)
        assert current(window)[0] == 310
        assert told(window) == "5 of 5"


async def test_code_is_shown_whole_when_a_match_in_its_folded_lines_is_visited(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        lines = "\n".join(f"line {number}" for number in range(90))
        first = await answered(window, tap, "code", f"```\n{lines}\nthe straw\n```")
        await new_chat(window)
        w.library.open(first)
        await eventually(lambda: window.view.session and window.view.session.key == first)
        await find(window, "straw")
        assert told(window) == "1 of 1"
        await eventually(lambda: current_is_in_sight(window))


async def test_a_table_is_moved_sideways_to_a_match_beyond_its_edge(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        cells = [f"some{number}longer{number}word{number}" for number in range(14)]
        row = "|".join([*cells, "straw"])
        await answered(window, tap, "table", f"|{row}|\n|{'---|' * 15}\n|{row}|\n")
        await find(window, "straw")
        assert told(window) == "1 of 2"
        await eventually(lambda: current_is_in_sight(window))
        press(focus(), Key.Key_Return)
        await eventually(lambda: current_is_in_sight(window))
