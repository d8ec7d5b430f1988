"""What waits is seen to wait, and can be called off or tried at once."""

import asyncio
import socket
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop_app.chat import outbox
from desktop_app.chat.pause import Pause
from desktop_app.interactions.content import TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.announcing import words_of_pause
from desktop_app.ui.chat_pane import Shown
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.pause_line import PauseLine
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_view import TurnView
from tests.chat.test_outbox import inputs, say_again
from tests.chat.test_rate_limit import FINE, refused
from tests.chat.test_session import attach
from tests.scriptserver import answers, script_server
from tests.ui.windows import button, click, eventually, focus, main_window, press, send, type_text
from tests.world import world

NETWORK = "Waiting for the network. 127.0.0.1 could not be reached."

pytestmark = pytest.mark.usefixtures("loop_factory")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PROBE_SECONDS", (0.02,))
    monkeypatch.setattr("desktop_app.gemini.retry._CONNECT_WAITS", ())


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader was told to say."""
    words: list[str] = []

    def note(_widget: QWidget, text: str) -> None:
        words.append(text)

    monkeypatch.setattr("desktop_app.ui.session_view.announce", note)
    return words


@pytest.fixture
def url() -> str:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def lines(window: MainWindow) -> list[PauseLine]:
    """The lines of what waits, from the top."""
    shown = [one for one in window.pane.transcript.findChildren(PauseLine) if one.isVisible()]
    return sorted(shown, key=lambda one: one.mapTo(window, one.rect().topLeft()).y())


def names(window: MainWindow) -> list[str]:
    return [line.accessibleName() for line in lines(window)]


def marks(window: MainWindow) -> list[str]:
    """What a screen reader is told of the rows of the list."""
    shown = window.sidebar.list_model
    rows = [shown.index(row) for row in range(shown.rowCount())]
    return [str(row.data(Qt.ItemDataRole.AccessibleTextRole)) for row in rows][1:]


async def wait_with(window: MainWindow, text: str) -> None:
    count = len(lines(window))
    session = send(window, text)
    await eventually(lambda: len(lines(window)) > count and not session.busy)


async def test_what_waits_says_so_until_it_goes_out(
    tmp_path: Path, theme: Theme, said: list[str], url: str
) -> None:
    async with world(tmp_path, url) as w, main_window(w, theme) as window:
        await wait_with(window, "one")
        await wait_with(window, "two")
        assert names(window) == [NETWORK, "Queued"]
        assert marks(window) == ["one, waiting to be sent"]
        assert said == [NETWORK, "Queued"], "each was said once"
        async with script_server(say_again, port=port_of(url)) as server:
            await eventually(lambda: not lines(window))
            session = window.view.session
            assert session is not None
            await eventually(lambda: not session.busy and not session.queue.keys)
            assert inputs(server) == ["one", "two"]
        assert said[2:] == ["Answer: You said: one", "Answer: You said: two"]
        assert marks(window) == ["one"]


async def test_what_waits_is_called_off_by_its_button_and_stands_in_the_composer(
    tmp_path: Path, theme: Theme, url: str
) -> None:
    async with world(tmp_path, url) as w, main_window(w, theme) as window:
        assert window.view.session is not None
        file = await attach(w, window.view.session)
        await wait_with(window, "what is this?")
        click(button(lines(window)[0], "Cancel"))
        composer = window.pane.composer
        await eventually(lambda: composer.edit.text == "what is this?")
        assert window.view.session.draft.attachments == (file,)
        assert composer.can_send
        assert focus() is composer.edit
        assert window.pane.shown is Shown.EMPTY
        assert marks(window) == ["what is this?"]


async def test_what_is_being_written_is_not_written_over(
    tmp_path: Path, theme: Theme, url: str
) -> None:
    async with world(tmp_path, url) as w, main_window(w, theme) as window:
        await wait_with(window, "one")
        type_text(window.pane.composer.edit, "half a thought")
        click(button(lines(window)[0], "Cancel"))
        await eventually(lambda: names(window) == ["Not sent"])
        assert window.pane.composer.edit.text == "half a thought"
        async with script_server(say_again, port=port_of(url)) as server:
            click(button(lines(window)[0], "Send"))
            session = window.view.session
            assert session is not None
            await eventually(lambda: inputs(server) == ["one"] and not session.busy)
        assert lines(window) == []
        assert window.pane.composer.edit.text == "half a thought"


async def test_what_waits_is_tried_at_once_by_its_button(
    tmp_path: Path, theme: Theme, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PROBE_SECONDS", (3600.0,))
    async with world(tmp_path, url) as w, main_window(w, theme) as window:
        await wait_with(window, "one")
        async with script_server(say_again, port=port_of(url)) as server:
            click(button(lines(window)[0], "Try now"))
            await eventually(lambda: inputs(server) == ["one"] and not lines(window))


async def test_whoever_comes_back_finds_it_waiting_still(
    tmp_path: Path, theme: Theme, url: str
) -> None:
    async with world(tmp_path, url) as w, main_window(w, theme) as window:
        await wait_with(window, "one")
        first = window.view.session
        assert first is not None
        w.library.new()
        await eventually(lambda: window.view.session is not first)
        assert lines(window) == []
        w.library.open(first.key)
        await eventually(lambda: names(window) == [NETWORK])


async def test_a_refusal_is_counted_down_said_once_and_called_off_with_escape(
    tmp_path: Path, theme: Theme, said: list[str]
) -> None:
    script = answers(refused(40), FINE)
    async with (
        script_server(script) as server,
        world(tmp_path, server.base_url) as w,
        main_window(w, theme) as window,
    ):
        send(window, "hi")
        await eventually(lambda: lines(window))
        (line,) = lines(window)
        assert line.accessibleName() == "Too many requests for this key."
        counted = {line._words}

        def counts() -> bool:
            counted.add(line._words)
            return len(counted) > 1

        await eventually(counts)
        assert all(words.startswith(line.accessibleName()) for words in counted)
        assert len(said) == 1, "a reader is not told of each second"
        assert said[0].startswith("Too many requests for this key. Trying again in ")
        press(window.pane.composer.edit, Qt.Key.Key_Escape)
        await eventually(lambda: window.pane.composer.edit.text == "hi")
        await asyncio.sleep(0)
        assert len(server.requests) == 1
        assert not window.view.is_answering


def view_of(transcript: Transcript, turn: Interaction) -> TurnView:
    (view,) = [one for one in transcript.findChildren(TurnView) if one.turn is turn]
    return view


@pytest.mark.parametrize("width", [320, 420, 1016])
@pytest.mark.parametrize("zoom", [100, 200])
async def test_the_words_and_the_buttons_have_room(theme: Theme, width: int, zoom: int) -> None:
    theme.set_zoom(zoom)
    transcript = Transcript(theme, lambda attachment: None)
    transcript.resize(width, 600)
    transcript.show()
    turn = Interaction(input=(TextContent("hello"),))
    turn.wait()
    transcript.set_turns([turn])
    transcript.show_pause(turn, Pause(NETWORK))
    view = view_of(transcript, turn)
    (line,) = view.findChildren(PauseLine)
    shown = [one for one in line._buttons if one.isVisible()]
    assert len(shown) == 2
    places = [one.geometry() for one in shown] + [line._place]
    for number, place in enumerate(places):
        assert line.rect().contains(place)
        assert not any(place.intersects(other) for other in places[number + 1 :])
    assert view.rect().contains(line.geometry())
    transcript.close()
    transcript.deleteLater()


def test_a_pause_is_said_with_its_seconds() -> None:
    assert words_of_pause(Pause("Too much.")) == "Too much."
    assert words_of_pause(Pause("Too much.", time.monotonic() + 36.2)) == (
        "Too much. Trying again in 36 seconds."
    )
