"""What a person sees first, pixel for pixel: both themes, at 100 and 200 %.

CI keeps the pictures for people to look at; what is asserted here is what a glance would tell.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop_app.ui.tokens import DARK, LIGHT
from tests.e2e.desktop import Desktop, Window, own_desktop, wait_for
from tests.e2e.program import ROOT, Castor, text_of

HARBOUR = ROOT / "resources" / "demo" / "harbour.png"
SIZE = (1280, 820)
SIDEBAR = 264
SETTINGS = "Settings – Castor"
RED_OF_THE_LIGHTHOUSE = "#CF3434"
BRIGHT_OF_THE_STARS = "#FFF6D6"


@dataclass
class Scene:
    """A screen of one scale, and the program on it in one theme."""

    desktop: Desktop
    folder: Path
    theme: str
    scale: int
    castor: Castor | None = None

    @property
    def tokens(self) -> dict[str, str]:
        return DARK if self.theme == "dark" else LIGHT

    def start(self, *arguments: str, **settings: object) -> Window:
        """Start the program, and give its window the size of the pictures."""
        self.castor = Castor(
            self.desktop,
            self.folder / "profile",
            arguments,
            {"QT_SCALE_FACTOR": str(self.scale)},
        )
        self.castor.settings(theme=self.theme, **settings)
        window = self.castor.start()
        width, height = (side * self.scale for side in SIZE)
        self.desktop.place(window, 20, 30, width, height)
        self.desktop.call("xdotool", "mousemove", "2", "2")  # nothing is to look hovered

        def sized() -> Window | None:
            fits = [one for one in self.desktop.windows() if one.number == window.number]
            return fits[0] if (fits[0].width, fits[0].height) == (width, height) else None

        return wait_for(sized, "the window to have its size")

    def ask(self, question: str) -> None:
        self.desktop.type(question)
        self.desktop.press("Return")

    def picture(self, window: Window, name: str) -> "Picture":
        """What a window looks like when nothing moves any more; CI keeps it."""
        kept = self.desktop.keep(f"{name}-{self.theme}-{self.scale}00.png")
        return Picture(self.desktop.settled(window, kept), self.scale, self.tokens)


@dataclass
class Picture:
    """A picture of a window, measured in logical pixels."""

    image: QImage
    scale: int
    tokens: dict[str, str]

    def color(self, x: int, y: int) -> str:
        width = self.image.width() // self.scale
        height = self.image.height() // self.scale
        at = (x % width) * self.scale, (y % height) * self.scale
        return self.image.pixelColor(*at).name().upper()

    def token(self, x: int, y: int) -> list[str]:
        """The names of the colour at a place; those at the right and the foot are negative."""
        here = self.color(x, y)
        return [name for name, value in self.tokens.items() if value == here]

    def area(self, color: str) -> float:
        """How much of the picture has a colour, in logical pixels."""
        found = Counter(
            self.image.pixelColor(x, y).name().upper()
            for y in range(0, self.image.height(), 2)
            for x in range(0, self.image.width(), 2)
        )
        return found[color] * 4 / self.scale**2


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Desktop]]:
    with (
        own_desktop(1320, 900, tmp_path_factory.mktemp("screen")) as one,
        own_desktop(2620, 1720, tmp_path_factory.mktemp("large")) as two,
    ):
        yield {1: one, 2: two}


@pytest.fixture(params=[(1, "light"), (1, "dark"), (2, "light"), (2, "dark")], ids=str)
def scene(
    desktop: Desktop,  # asks for the programs that are needed
    screens: dict[int, Desktop],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Scene]:
    scale, theme = request.param
    made = Scene(screens[scale], tmp_path, theme, scale)
    yield made
    if made.castor is not None:
        made.castor.kill()


def assert_grounds(seen: Picture) -> None:
    """Sidebar and pane have their colours and their border, and the size is that of the scale."""
    assert (seen.image.width(), seen.image.height()) == tuple(s * seen.scale for s in SIZE)
    assert "sidebar" in seen.token(100, 700)
    assert "sidebar" in seen.token(SIDEBAR - 2, 700)
    assert "line" in seen.token(SIDEBAR - 1, 700)
    assert "window" in seen.token(SIDEBAR, 700)
    assert "window" in seen.token(-3, 300)


def test_the_first_start(scene: Scene) -> None:
    window = scene.start("--base-url", "http://127.0.0.1:9")
    seen = scene.picture(window, "welcome")
    assert_grounds(seen)
    assert "sunken" in seen.token(SIDEBAR + 508 - 230, 400), "the card of the key"
    accent = seen.area(scene.tokens["accent"])
    assert 90 * 36 * 0.7 < accent < 90 * 36 * 2, "one primary button, a mark and a ring"


def test_a_picture_and_what_is_said_of_it(scene: Scene) -> None:
    window = scene.start("--demo", str(HARBOUR))
    assert scene.castor is not None
    wait_for(lambda: scene.castor and scene.castor.draft_attachments, "the picture to be attached")
    scene.ask("What is in this picture?")
    (turn,) = scene.castor.wait_answers(1)
    assert "800 × 520" in text_of(turn)
    closed = scene.desktop.settled(window)
    scene.desktop.press("shift+Tab", "shift+Tab", "shift+Tab", "space")  # what was thought
    wait_for(lambda: scene.desktop.look(window) != closed, "the thoughts to open")
    scene.desktop.press("ctrl+l")
    seen = scene.picture(window, "picture")
    assert_grounds(seen)
    assert seen.area(scene.tokens["bubble"]) > 3000
    assert seen.area(RED_OF_THE_LIGHTHOUSE) > 200
    scene.castor.quit()


def test_the_settings(scene: Scene) -> None:
    scene.start("--demo")
    scene.desktop.press("ctrl+comma")
    window = scene.desktop.window(SETTINGS)
    seen = scene.picture(window, "settings")
    assert (seen.image.width(), seen.image.height()) == (760 * seen.scale, 560 * seen.scale)
    assert "sidebar" in seen.token(100, 500)
    assert "line" in seen.token(199, 500)
    assert "window" in seen.token(400, 540)
    assert "selected" in seen.token(180, 30), "the page that is open"


def test_a_failure(scene: Scene) -> None:
    window = scene.start("--demo", model="demo-error-stream")
    assert scene.castor is not None
    scene.ask("What is 6 times 7?")
    scene.castor.wait_turns(lambda turns: turns[-1:] != [] and turns[-1]["outcome"] == "failed", "")
    seen = scene.picture(window, "failure")
    assert_grounds(seen)
    assert seen.area(scene.tokens["danger_soft"]) > 720 * 60
    assert seen.area(scene.tokens["danger"]) > 20


def test_sources_tools_a_picture_and_a_sound(scene: Scene) -> None:
    window = scene.start("--demo")
    assert scene.castor is not None
    scene.ask("Show me sources and media")
    scene.castor.wait_answers(1)
    seen = scene.picture(window, "sources")
    assert_grounds(seen)
    marks = seen.area(scene.tokens["accent_soft"])
    assert marks > 9 * 16 * 15 * 0.4, "five marks in the text, four in the list"
    assert seen.area(scene.tokens["link"]) > 100, "titles of pages"
    assert seen.area(BRIGHT_OF_THE_STARS) > 20, "the picture is decoded"
