"""Text is taken out of a real window: by the middle button, the clipboard, and a drag."""

import json
import subprocess
import sys
from pathlib import Path

from desktop_app.ui.tokens import LIGHT
from tests.e2e.desktop import PATIENCE, Desktop, Window, find, wait_for
from tests.e2e.drop_target import TITLE
from tests.e2e.program import ROOT, Castor

QUESTION = "What is 6 times 7?"


def read(desktop: Desktop, selection: str, target: str = "UTF8_STRING") -> str:
    return desktop.call("xclip", "-o", "-selection", selection, "-t", target)


def select_question(castor: Castor, window: Window) -> tuple[int, int]:
    """Ask, and press the question three times; return where it is marked."""
    desktop = castor.desktop
    desktop.type(QUESTION)
    desktop.press("Return")
    castor.wait_answers(1)
    bubble = window.at(*find(desktop.settled(window), LIGHT["bubble"]))
    desktop.call("xdotool", "mousemove", "--sync", *map(str, bubble))
    desktop.call("xdotool", "click", "--repeat", "3", "--delay", "60", "1")
    return window.at(*find(desktop.settled(window), LIGHT["selection"]))


def test_what_is_selected_can_be_pasted_elsewhere_as_plain_text(castor: Castor) -> None:
    window = castor.start()
    desktop = castor.desktop
    select_question(castor, window)
    assert read(desktop, "primary") == QUESTION
    desktop.press("ctrl+a", "ctrl+c")
    wait_for(lambda: read(desktop, "clipboard").startswith(QUESTION), "the copy")
    copied = read(desktop, "clipboard")
    assert "42" in copied
    targets = read(desktop, "clipboard", "TARGETS").split()
    assert "UTF8_STRING" in targets
    assert "text/html" not in targets
    castor.quit()


def test_what_is_selected_can_be_dragged_into_another_program(
    castor: Castor, tmp_path: Path
) -> None:
    window = castor.start()
    desktop = castor.desktop
    desktop.place(window, 20, 40, 1100, 800)
    window = wait_for(
        lambda: next((one for one in desktop.windows() if one.width == 1100), None), "the window"
    )
    marked = select_question(castor, window)
    program = [sys.executable, "-m", "tests.e2e.drop_target"]
    environment = {**desktop.environment, "QT_QPA_PLATFORM": "xcb"}
    heard = tmp_path / "dropped.json"
    with heard.open("wb") as output:
        target = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=output)
    try:
        desktop.place(desktop.window(TITLE), 1240, 40, 200, 120)
        place = wait_for(
            lambda: next((w for w in desktop.windows() if w.title == TITLE and w.x > 1120), None),
            "the other window",
        )
        desktop.drag(marked, place.at(100, 60))
        said = json.loads(wait_for(heard.read_text, "the drop"))
    finally:
        target.kill()
        target.wait(PATIENCE)
    assert said == {"action": "CopyAction", "formats": ["text/plain"], "text": QUESTION}
    find(desktop.settled(window), LIGHT["selection"])  # it is still selected
    castor.quit()
