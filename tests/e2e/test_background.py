"""An answer in the background goes on while Castor is away, and is whole when it is back."""

import json
import urllib.request
from collections.abc import Callable
from typing import cast

from PySide6.QtGui import QColor

from desktop_app.interactions.jsonvalue import JsonObject
from tests.demo.process import DemoProcess
from tests.e2e.desktop import Window, find, wait_for
from tests.e2e.program import ACCENT, Castor, text_of

KEY = "a-key-that-is-good-enough"
KEY_DIALOG = "Gemini API key – Castor"
QUESTION = "Count to 120"
GREY = QColor("#EBECF0")


def begin(castor: Castor) -> tuple[Window, str]:
    """Ask, and wait for the first words; return the window and the server's name for the answer."""
    window = castor.start()
    desktop = castor.desktop
    connect = find(desktop.settled(window), ACCENT.name())
    desktop.type(KEY)  # the field for the key has the focus at the first start
    desktop.press("Return")
    # The button is grey while the key is checked, and gone with the whole page afterwards.
    wait_for(
        lambda: desktop.look(window).pixelColor(*connect) not in (ACCENT, GREY), "the composer"
    )
    desktop.settled(window)
    desktop.type(QUESTION)
    desktop.press("Return")
    (turn,) = castor.wait_turns(
        lambda turns: bool(turns) and len(text_of(turns[0])) > 60, "the first words"
    )
    return window, str(turn["id"])


def come_back(castor: Castor) -> JsonObject:
    """Start again, give the key, which no keychain keeps here, and wait for the end."""
    window = castor.start()
    desktop = castor.desktop
    desktop.settled(window)
    desktop.type("and then?")
    desktop.press("Return")
    dialog = desktop.window(KEY_DIALOG)
    desktop.focus(dialog)
    desktop.type(KEY)
    desktop.press("Return")
    desktop.gone(KEY_DIALOG)
    (turn,) = castor.wait_answers(1)
    desktop.settled(window, desktop.keep("background-taken-up.png"))
    return turn


def at_the_server(demo: DemoProcess, name: str) -> JsonObject:
    request = urllib.request.Request(
        f"{demo.url}/v1beta/interactions/{name}?include_input=false",
        headers={"x-goog-api-key": KEY},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return cast("JsonObject", json.load(answer))


def test_an_answer_is_whole_after_castor_was_killed_in_its_middle(
    slow_demo: DemoProcess, keyless: Callable[[str], Castor]
) -> None:
    castor = keyless(slow_demo.url)
    castor.settings(background=True)
    _, name = begin(castor)
    castor.kill()
    (left,) = castor.turns()
    turn = come_back(castor)
    assert turn["id"] == name
    assert text_of(turn) == text_of(at_the_server(slow_demo, name))
    assert len(text_of(left)) < len(text_of(turn))
    assert castor.draft == "and then?", "what was typed is not lost"
    castor.quit()


def test_quitting_lets_it_go_on_and_stop_does_not(
    slow_demo: DemoProcess, keyless: Callable[[str], Castor]
) -> None:
    castor = keyless(slow_demo.url)
    castor.settings(background=True)
    window, name = begin(castor)
    castor.desktop.press("Escape")
    (turn,) = castor.wait_turns(lambda turns: turns[0]["status"] == "cancelled", "the stop")
    castor.desktop.settled(window, castor.desktop.keep("background-stopped.png"))
    castor.quit()
    assert turn["outcome"] == "cancelled"
    assert at_the_server(slow_demo, name)["status"] == "cancelled"
