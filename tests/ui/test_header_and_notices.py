"""What stands above the conversation: its title and tokens, and one notice at a time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.chat.notices import Notice, NoticeKind
from desktop_app.interactions.outcome import Outcome
from desktop_app.settings.settings import DEFAULTS, Settings
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.failure_card import FailureCard
from tests.conftest import LoopFactory
from tests.scriptserver import script_server
from tests.ui.answering import Tap, answers_shown, clipboard, failure_shown, refusal
from tests.ui.windows import button, choose, click, eventually, main_window, send
from tests.world import World, world

pytestmark = pytest.mark.usefixtures("loop_factory")


@asynccontextmanager
async def opened(
    folder: Path, theme: Theme, settings: Settings = DEFAULTS
) -> AsyncGenerator[tuple[MainWindow, World, Tap]]:
    tap = Tap()
    async with (
        script_server(tap.script) as server,
        world(folder, server.base_url, settings=settings) as w,
        main_window(w, theme) as window,
    ):
        yield window, w, tap


def said(window: MainWindow) -> str:
    notice = window.pane.notices.current
    return notice.text if notice is not None else ""


# --- the header -----------------------------------------------------------------------------------


async def test_tokens_are_counted_over_the_conversation(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        header = window.pane.header
        assert header._figures == ""
        for count, figures in ((1, "1,200 tokens"), (2, "2,400 tokens")):
            session = send(window, "hi")
            await eventually(lambda count=count: len(tap.flows) == count)
            tap.flows[-1].end(tokens=1200)
            await eventually(lambda session=session: not session.busy)
            assert header._figures == figures


async def test_a_new_chat_has_neither_line_nor_menu(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        header = window.pane.header
        assert header._menu.isHidden()
        foot = header.grab().toImage().pixelColor(300, 47)
        assert foot == theme.color("window")
        send(window, "hi")
        await eventually(lambda: tap.flows)
        assert header._menu.isVisible()
        assert header.grab().toImage().pixelColor(300, 47) == theme.color("line")
        window.view.stop()
        await eventually(lambda: window.view.session and not window.view.session.busy)


# --- notices --------------------------------------------------------------------------------------


async def test_the_latest_notice_is_shown_and_the_ones_before_it_wait(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, _tap):
        top = window.pane.empty.y()
        w.board.post(Notice("first", NoticeKind.WARN, topic="a"))
        assert window.pane.notices.isVisible()
        assert window.pane.empty.y() == top + 40, "it pushes, and covers nothing"
        w.board.post(Notice("second", NoticeKind.DANGER, topic="b"))
        w.board.post(Notice("third", NoticeKind.WARN, topic="a"))
        assert said(window) == "third"
        click(button(window, "Dismiss"))
        assert said(window) == "second"
        w.board.withdraw("b")
        assert said(window) == ""
        assert window.pane.notices.isHidden()
        assert window.pane.empty.y() == top


async def test_good_news_goes_by_itself_and_a_warning_stays(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, _tap):
        (timer,) = window.pane.notices.findChildren(QTimer)
        for kind, passes in (
            (NoticeKind.INFO, True),
            (NoticeKind.OK, True),
            (NoticeKind.WARN, False),
            (NoticeKind.DANGER, False),
        ):
            w.board.post(Notice("news", kind, topic="x"))
            assert timer.isActive() is passes
        w.board.post(Notice("news", NoticeKind.OK, topic="x"))
        timer.timeout.emit()
        assert said(window) == ""


async def test_details_of_a_bug_are_copied_and_hold_no_text(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, _tap):
        w.board.report(ValueError("a secret of the conversation"))
        assert said(window) == "Something in Castor went wrong. Your conversations are saved."
        click(button(window, "Copy details"))
        assert "ValueError" in clipboard()
        assert "secret" not in clipboard()
        assert said(window) == ""


async def test_a_notice_that_is_too_long_is_told_whole_as_plain_text(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, _tap):
        words = "<img src='file:///etc/passwd'> " * 12
        w.board.post(Notice(words, NoticeKind.WARN))
        window.pane.notices.grab()
        assert window.pane.notices.accessibleName() == words
        assert "<img" not in window.pane.notices.toolTip()
        assert "&lt;img" in window.pane.notices.toolTip()


# --- failures in their turn -----------------------------------------------------------------------


async def test_a_failure_is_told_in_its_turn_and_retried(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        tap.refusals.append(refusal("No \u202esuch <b>thing</b>.", "permission_denied", "403 No"))
        session = send(window, "a question")
        await eventually(lambda: session.turns and not session.busy)
        card = failure_shown(window)
        assert said(window) == "", "one cause is told once"
        click(button(card, "Details"))
        assert "<b>thing</b>" in card._details.text()
        click(button(card, "Copy details"))
        assert "such <b>thing</b>" in clipboard()
        assert "\u202e" not in clipboard()
        click(button(card, "Retry"))
        await eventually(lambda: tap.flows)
        tap.flows[0].say("An answer.")
        tap.flows[0].end()
        await eventually(lambda: not session.busy)
        assert answers_shown(window) == ["An answer."]
        assert not [card for card in window.findChildren(FailureCard) if card.isVisible()]
        assert len(session.turns) == 1


async def test_an_answer_that_broke_keeps_its_words_and_says_how_many(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        session = send(window, "a question")
        await eventually(lambda: tap.flows)
        tap.flows[0].say("three short words")
        tap.flows[0].event("error", error={"code": "api_error", "message": "It broke."})
        tap.flows[0].cut()
        await eventually(lambda: not session.busy)
        assert answers_shown(window) == ["three short words"]
        assert failure_shown(window)._advice.text() == "The 3 words above are kept. Try again."


async def test_an_answer_that_can_go_on_is_continued(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.chat.taking_up.WAITS", (0.0,))
    async with opened(tmp_path, theme) as (window, _w, tap):
        session = send(window, "a question")
        await eventually(lambda: tap.flows)
        tap.flows[0].say("half")
        tap.flows[0].cut()
        await eventually(lambda: not session.busy)
        turn = session.turns[0]
        assert turn.outcome is Outcome.INTERRUPTED
        card = failure_shown(window)
        assert turn.resumable
        resumed: list[bool] = []
        session.busy_changed.connect(resumed.append)
        click(button(card, "Continue"))
        await eventually(lambda: resumed == [True, False])
        assert session.turns == [turn], "it goes on in the same turn"
        assert answers_shown(window) == ["half"], "the server had no more, and nothing is lost"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Temperature is not supported.", "does not take a temperature. It was asked without."),
        ("Unknown thinking level.", "does not take this thinking level. It was asked without."),
    ],
)
async def test_what_a_model_refuses_is_left_out_and_said(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory, message: str, words: str
) -> None:
    settings = Settings(model="gemini-3.8-flash", temperature=1.0, thinking_level="low")
    async with opened(tmp_path, theme, settings) as (window, _w, tap):
        tap.refusals.append(refusal(message))
        session = send(window, "a question")
        await eventually(lambda: tap.flows)
        tap.flows[0].say("An answer.")
        tap.flows[0].end()
        await eventually(lambda: not session.busy)
        assert answers_shown(window) == ["An answer."]
        assert said(window) == f"gemini-3.8-flash {words}"


async def test_a_model_is_chosen_in_the_composer_with_a_level_that_it_takes(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        await w.preferences.refresh_models()
        for words in ("Gemini 3.8 Flash", "Thinking: high", "Gemini X"):
            click(window.pane.composer.model)
            choose(words)
            assert QApplication.activePopupWidget() is None
        assert window.pane.composer.model.accessibleName().startswith("Model Gemini X,")
        session = send(window, "hi")
        await eventually(lambda: tap.flows)
        assert tap.flows[0].body["model"] == "gemini-x"
        assert "thinking_level" not in str(tap.flows[0].body)
        tap.flows[0].end()
        await eventually(lambda: not session.busy)
        click(window.pane.composer.model)
        choose("Gemini 3.8 Flash")
        click(window.pane.composer.model)
        choose("Thinking: low")
        send(window, "again")
        await eventually(lambda: len(tap.flows) == 2)
        assert tap.flows[1].body["model"] == "gemini-3.8-flash"
        assert tap.flows[1].body["generation_config"]["thinking_level"] == "low"  # type: ignore[index, call-overload]
        tap.flows[1].end()
        await eventually(lambda: not session.busy)
