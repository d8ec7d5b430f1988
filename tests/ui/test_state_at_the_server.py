"""What the window says of what the server keeps, runs, asks and goes on with."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.gemini.errors import NotFound
from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import (
    InteractionCreated,
    InteractionHeader,
    InteractionSnapshot,
    StepDelta,
    StepStart,
    TextDelta,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.settings.api_key import ApiKey
from desktop_app.settings.settings import DEFAULTS
from desktop_app.ui.badge import Badge
from desktop_app.ui.buttons import Button, Switch
from desktop_app.ui.chat_pane import Shown
from desktop_app.ui.dialogs.settings_pages import PrivacyPage
from desktop_app.ui.dialogs.trash_dialog import TrashDialog
from desktop_app.ui.header import Header
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.failure_card import FailureCard
from desktop_app.ui.transcript.lines import StepLine, ThoughtLine
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_view import TurnView
from tests.chat.test_calls import asks
from tests.chat.test_session import completed, endless, streams
from tests.demo.process import demo_process
from tests.interactions.test_hops import hop
from tests.scriptserver import Request, Writer, script_server
from tests.ui.windows import (
    NOWHERE,
    ask,
    button,
    click,
    dialog,
    dialogs,
    eventually,
    main_window,
    send,
)
from tests.world import World, world

pytestmark = pytest.mark.usefixtures("loop_factory")

UNSTORED = replace(DEFAULTS, store=False)
STOPPED = "Stopped. The server may finish this answer; it is not shown here."


@pytest.fixture
def transcript(theme: Theme, qtbot: QtBot) -> Iterator[Transcript]:
    made = Transcript(theme, lambda attachment: None)
    made.resize(1016, 600)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def view_of(transcript: Transcript, turn: Interaction) -> TurnView:
    (view,) = [v for v in transcript.viewport().findChildren(TurnView) if v.turn is turn]
    return view


def texts(transcript: Transcript) -> list[str]:
    shown = transcript.findChildren(BlocksView)
    return [v.markdown_text for v in shown if v.isVisible() and v.name == "Answer"]


# --- the badge ------------------------------------------------------------------------------------


def badge(window: MainWindow) -> Badge:
    (found,) = window.pane.header.findChildren(Badge)
    return found


async def test_a_badge_says_when_nothing_is_stored(tmp_path: Path, theme: Theme) -> None:
    async with (
        script_server(streams(completed("ok"))) as server,
        world(tmp_path, server.base_url) as w,
        main_window(w, theme) as window,
    ):
        assert not badge(window).isVisible()
        w.preferences.update(store=False)
        assert badge(window).isVisible()
        assert badge(window).accessibleName() == "Not stored at Google"
        await ask(window, "hi")
        assert badge(window).isVisible()
        assert "on this computer only" in badge(window).toolTip()
        assert "on this computer only" in badge(window).accessibleDescription()
        w.preferences.update(store=True)
        assert not badge(window).isVisible()


async def test_the_badge_never_says_that_nothing_is_stored_where_something_is(
    tmp_path: Path, theme: Theme
) -> None:
    async with (
        script_server(streams(completed("ok"))) as server,
        world(tmp_path, server.base_url) as w,
        main_window(w, theme) as window,
    ):
        await ask(window, "hi")
        w.preferences.update(store=False)
        assert badge(window).accessibleName() == "Nothing new stored at Google"
        w.library.new()
        await eventually(lambda: badge(window).accessibleName() == "Not stored at Google")


async def test_the_welcome_says_nothing_of_it(tmp_path: Path, theme: Theme) -> None:
    async with (
        World(tmp_path, NOWHERE, settings=UNSTORED) as w,
        main_window(w, theme) as window,
    ):
        assert badge(window).isVisible(), "there may be a key yet"
        w.preferences._set_key(ApiKey())
        assert window.pane.shown is Shown.WELCOME
        assert not badge(window).isVisible()
        w.use_key()
        assert badge(window).isVisible()


def test_the_badge_lies_between_title_and_figures(theme: Theme, qtbot: QtBot) -> None:
    header = Header(theme)
    qtbot.addWidget(header)
    header.resize(1016, 48)
    header.show_title("A title", conversation=True)
    header.show_badge("Not stored at Google", "why")
    (found,) = header.findChildren(Badge)
    header.show()
    alone = found.geometry()
    assert (alone.height(), alone.center().y() + 1) == (24, 24)
    header.show_tokens(3412)
    assert found.geometry().right() < alone.right()
    assert found.width() == alone.width()
    header.resize(400, 48)
    assert found.width() == 32, "where there is no room it is its icon"
    assert found.accessibleName() == "Not stored at Google"
    header.resize(1016, 48)
    header.show_title("New chat", conversation=False)
    assert found.geometry().right() + 1 == 1016 - 24, "where there is no menu it stands there"
    header.show_badge("", "")
    assert not found.isVisible()


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_the_badge_is_painted_in_both_themes(theme: Theme, qtbot: QtBot, choice: str) -> None:
    theme.choose(choice)  # type: ignore[arg-type]
    header = Header(theme)
    qtbot.addWidget(header)
    header.resize(1016, 48)
    header.show_badge("Not stored at Google", "why")
    (found,) = header.findChildren(Badge)
    header.show()
    image = header.grab().toImage()
    inside = found.geometry()
    colors = {image.pixel(x, inside.center().y()) for x in range(inside.left(), inside.right())}
    assert len(colors) > 5
    theme.choose("light")


# --- stop -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stored", "words"), [(True, STOPPED), (False, "Stopped")])
async def test_stop_says_when_the_server_may_go_on(
    tmp_path: Path, theme: Theme, stored: bool, words: str
) -> None:
    started = asyncio.Event()
    async with (
        script_server(endless(started)) as server,
        world(tmp_path, server.base_url, settings=DEFAULTS if stored else UNSTORED) as w,
        main_window(w, theme) as window,
    ):
        session = send(window, "laws?")
        await eventually(lambda: bool(session.turns) and bool(session.turns[0].output_text))
        window.view.stop()
        await eventually(lambda: not session.busy)
        (turn,) = session.turns
        view = view_of(window.pane.transcript, turn)
        assert view.foot.status.accessibleName() == words
        assert view.foot.status.height() == 22, "one line"
        assert not window.pane.notices.isVisible()


async def test_stop_before_the_answer_began_promises_nothing_of_the_server(
    tmp_path: Path, theme: Theme
) -> None:
    asked = asyncio.Event()

    async def silent(request: Request, writer: Writer) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with (
        script_server(silent) as server,
        world(tmp_path, server.base_url) as w,
        main_window(w, theme) as window,
    ):
        session = send(window, "laws?")
        await eventually(asked.is_set)
        window.view.stop()
        await eventually(lambda: not session.busy)
        (turn,) = session.turns
        view = view_of(window.pane.transcript, turn)
        assert view.foot.status.accessibleName() == "Stopped before the answer began."


def test_what_was_stopped_at_the_server_too_is_only_stopped(transcript: Transcript) -> None:
    for status, words in (
        ("cancelled", "Stopped"),
        ("in_progress", STOPPED),
        ("completed", STOPPED.replace("may finish", "has finished")),
    ):
        turn = Interaction(input=(TextContent("?"),), request=InteractionRequest(background=True))
        turn.apply(InteractionCreated(InteractionHeader("v1", "in_progress")))
        turn.cancel()
        turn.apply(InteractionSnapshot(InteractionHeader("v1", status)))
        transcript.set_turns([turn])
        assert view_of(transcript, turn).foot.status.accessibleName() == words


def test_the_words_take_two_lines_where_one_is_too_narrow(transcript: Transcript) -> None:
    turn = Interaction(input=(TextContent("?"),))
    turn.apply(InteractionCreated(InteractionHeader("v1", "in_progress")))
    turn.cancel()
    transcript.set_turns([turn])
    assert view_of(transcript, turn).foot.status.height() == 22
    transcript.resize(QSize(330, 600))
    assert view_of(transcript, turn).foot.status.height() == 44


# --- one answer from several requests -------------------------------------------------------------

MARKDOWN = "# A\n\n```python\nx = 1\ny = 2\n```\n\nend of it"


@pytest.mark.parametrize("thinks", [False, True])
@pytest.mark.parametrize("cut", [0, 3, 16, 25, len(MARKDOWN)])
def test_a_text_that_a_limit_has_cut_is_one_text(
    transcript: Transcript, cut: int, thinks: bool
) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    for number, part in enumerate((MARKDOWN[:cut], MARKDOWN[cut:])):
        if number:
            turn.begin_rest()
        for event in hop(number, part, thinks=thinks, last=number == 1):
            position = turn.apply(event)
            if position is not None:
                transcript.mark_dirty(turn, position)
                transcript.flush()
    transcript.update_turn(turn)
    assert texts(transcript) == [MARKDOWN]
    (answer,) = [
        v for v in transcript.findChildren(BlocksView) if v.isVisible() and v.name == "Answer"
    ]
    thoughts = [v for v in transcript.findChildren(ThoughtLine) if v.isVisible()]
    assert len(thoughts) == 2 * thinks
    assert all(line.y() < answer.y() for line in thoughts)
    view_of(transcript, turn)._copy.click()
    assert QApplication.clipboard().text() == MARKDOWN
    again = Interaction(input=(TextContent("?"),))
    for event in hop(0, MARKDOWN, last=True):
        again.apply(event)
    transcript.set_turns([again])
    assert texts(transcript) == [MARKDOWN]


def test_why_an_answer_is_not_gone_on_with_is_said(transcript: Transcript) -> None:
    turn = Interaction(input=(TextContent("?"),))
    for event in hop(0, "text"):
        turn.apply(event)
    turn.explain(Failure("same_token", "The server did not get any further."))
    transcript.set_turns([turn])
    view = view_of(transcript, turn)
    assert view.foot.status.accessibleName() == "The server did not get any further."
    assert not [card for card in transcript.findChildren(FailureCard) if card.isVisible()]


def test_an_answer_that_waits_in_the_queue_says_so(transcript: Transcript) -> None:
    turn = Interaction(input=(TextContent("?"),))
    transcript.set_turns([turn])
    turn.apply(StepStart(0, ModelOutputStep()))
    turn.apply(StepDelta(0, TextDelta("half")))
    transcript.update_turn(turn)
    transcript.set_waiting(turn, "Waiting in the server’s queue …")
    assert (
        view_of(transcript, turn).foot.status.accessibleName() == "Waiting in the server’s queue …"
    )


# --- calls of functions ---------------------------------------------------------------------------


def lines(window: MainWindow) -> list[str]:
    found = [v for v in window.pane.transcript.findChildren(StepLine) if v.isVisible()]
    return [line._button.text() for line in sorted(found, key=_place)]


def _place(line: StepLine) -> int:
    return line.mapToGlobal(QPoint(0, 0)).y()


async def test_a_call_is_shown_and_refused_and_the_composer_keeps_its_text(
    tmp_path: Path, theme: Theme
) -> None:
    async with (
        script_server(streams(asks("weather"), completed("Then not.", "v2"))) as server,
        world(tmp_path, server.base_url) as w,
        main_window(w, theme) as window,
    ):
        session = await ask(window, "Rain?")
        assert lines(window) == ['Function: weather(city: "weather")']
        view = view_of(window.pane.transcript, session.turns[0])
        assert (
            view.foot.status.accessibleName() == "The model asks for a function. Castor runs none."
        )
        window.pane.composer.edit.set_text("half a thought")
        click(button(window, "Refuse"))
        await eventually(lambda: len(session.turns) == 2 and not session.busy)
        assert texts(window.pane.transcript) == ["Then not."]
        assert lines(window) == ['Function: weather(city: "weather")', "You refused weather"]
        assert window.pane.composer.edit.toPlainText() == "half a thought"
        assert view.foot.status.isHidden(), "what follows says it"
        assert not [
            b for b in window.findChildren(Button) if b.isVisible() and b.text() == "Refuse"
        ]
        assert len(server.requests) == 2


async def test_a_call_opens_to_all_that_it_asks_for(tmp_path: Path, theme: Theme) -> None:
    arguments = {"place": "x" * 500, "markup": "<b>bold</b> ```"}
    async with (
        script_server(streams(asks("weather", arguments=arguments))) as server,
        world(tmp_path, server.base_url) as w,
        main_window(w, theme) as window,
    ):
        await ask(window, "Rain?")
        (line,) = [v for v in window.pane.transcript.findChildren(StepLine) if v.isVisible()]
        assert line._button.text().endswith("…")
        line._button.click()
        opened = line._text.plain_text
        assert "x" * 500 in opened
        assert "<b>bold</b> ```" in opened


async def test_a_refused_call_is_shown_again_after_a_restart(tmp_path: Path, theme: Theme) -> None:
    async with script_server(streams(asks("weather"), completed("Then not.", "v2"))) as server:
        async with world(tmp_path, server.base_url) as w, main_window(w, theme) as window:
            session = await ask(window, "Rain?")
            click(button(window, "Refuse"))
            await eventually(lambda: len(session.turns) == 2 and not session.busy)
            key = session.key
        async with world(tmp_path, server.base_url) as w, main_window(w, theme, key) as window:
            assert lines(window)[1] == "You refused weather"


# --- settings -------------------------------------------------------------------------------------


async def test_the_background_is_offered_only_where_history_is_stored(
    tmp_path: Path, theme: Theme, qtbot: QtBot
) -> None:
    async with world(tmp_path, NOWHERE) as w:
        page = PrivacyPage(theme, w.preferences, {}, "a test")
        qtbot.addWidget(page)
        page.show()
        switches = {one.accessibleName(): one for one in page.findChildren(Switch)}
        background = switches["Answer in the background"]
        assert "while Castor is closed" in background.accessibleDescription()
        click(background)
        assert w.preferences.settings.background
        click(switches["Keep conversations at Google"])
        assert not background.isEnabled()
        assert not background.isChecked()
        click(switches["Keep conversations at Google"])
        assert background.isEnabled()
        assert background.isChecked(), "what was chosen holds again"
        page.close()


# --- deleting for good ----------------------------------------------------------------------------


async def test_emptying_the_trash_deletes_at_the_server_too(tmp_path: Path, theme: Theme) -> None:
    with demo_process("--port", "0", "--tokens-per-second", "0", "--seed", "1") as demo:
        async with world(tmp_path, demo.url) as w, main_window(w, theme) as window:
            names: list[str] = []
            for question in ("hello", "good bye"):
                session = await ask(window, question)
                names += session.turns[0].ids
                w.library.trash(session.key)
                await eventually(lambda: w.library.current and not w.library.current.turns)
            window.sidebar.trash_view_requested.emit()
            await eventually(lambda: len(dialogs(window, TrashDialog)) == 1)
            trash = dialog(window, TrashDialog)
            await eventually(lambda: button(trash, "Empty the trash").isEnabled())
            client = w.connection.client
            assert [(await client.get(name)).interaction.id for name in names] == names
            rested: list[bool] = []
            w.deletions.rested.connect(lambda: rested.append(True))
            click(button(trash, "Empty the trash"))
            click(button(trash, "Delete all for good"))
            await eventually(lambda: rested)
            for name in names:
                with pytest.raises(NotFound):
                    await client.get(name)
            assert "deleting" not in [one.topic for one in w.notices]


async def test_what_cannot_be_deleted_there_now_is_told_in_one_line(
    tmp_path: Path, theme: Theme
) -> None:
    async with script_server(streams(completed("ok"))) as server:
        async with world(tmp_path, server.base_url) as w, main_window(w, theme) as window:
            session = await ask(window, "hello")
            w.library.trash(session.key)
            url = server.base_url
    async with world(tmp_path, url) as w, main_window(w, theme) as window:
        w.library.delete([session.key])
        await eventually(window.pane.notices.isVisible)
        assert window.pane.notices.height() == 40
        assert [one.topic for one in w.notices] == ["deleting"]
