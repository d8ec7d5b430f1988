"""A screen of the tests' own: an X server, a window manager, a mouse and a keyboard.

What a person does goes through the X server (xdotool), what a person sees comes from it: nothing
here knows the program from the inside.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from PySide6.QtGui import QColor, QImage

T = TypeVar("T")

PATIENCE = 40.0
"""Seconds until a wait gives up: the machine may be busy with other things."""


def wait_for(look: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Look again and again until there is something, and return it."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Window:
    """A window as the window manager knows it: its frame is not in the numbers."""

    number: str
    x: int
    y: int
    width: int
    height: int
    title: str

    def at(self, x: int, y: int) -> tuple[int, int]:
        """Where a place in the window is on the screen."""
        return self.x + x, self.y + y


@dataclass
class Desktop:
    """One screen, in pixels."""

    display: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables, "DISPLAY": self.display}

    def call(self, *command: str, data: bytes | None = None) -> str:
        done = subprocess.run(
            command, env=self.environment, input=data, capture_output=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr.decode())
        return done.stdout.decode()

    # --- windows ------------------------------------------------------------------------------

    def windows(self) -> list[Window]:
        if "window id" not in self.call("xprop", "-root", "_NET_CLIENT_LIST"):
            return []  # wmctrl calls that an error
        listed = subprocess.run(
            ["wmctrl", "-l"], env=self.environment, capture_output=True, check=False
        )
        if listed.returncode:
            return []  # a window was closed while it looked
        lines = [line.split(None, 3) for line in listed.stdout.decode().splitlines()]
        titles = {line[0]: line[3] if len(line) > 3 else "" for line in lines}
        found = [self._measure(number, title) for number, title in titles.items()]
        return [window for window in found if window is not None]

    def _measure(self, number: str, title: str) -> Window | None:
        # wmctrl's own numbers count the frame twice.
        done = subprocess.run(
            ["xwininfo", "-id", number], env=self.environment, capture_output=True, check=False
        )
        if done.returncode:
            return None  # it has just been closed
        said = done.stdout.decode()
        names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
        found = [re.search(rf"{name}:\s+(-?\d+)", said) for name in names]
        return Window(number, *(int(one[1]) if one else 0 for one in found), title=title)

    def window(self, title: str) -> Window:
        """Wait for a window with this title."""
        found = wait_for(
            lambda: [one for one in self.windows() if one.title == title],
            f"a window named {title!r}",
        )
        return found[0]

    def gone(self, title: str) -> None:
        """Wait until no window has this title."""
        wait_for(
            lambda: all(one.title != title for one in self.windows()),
            f"the window {title!r} to close",
        )

    def place(self, window: Window, x: int, y: int, width: int, height: int) -> None:
        self.call("wmctrl", "-i", "-r", window.number, "-e", f"0,{x},{y},{width},{height}")

    def focus(self, window: Window) -> None:
        self.call("wmctrl", "-i", "-a", window.number)
        wait_for(
            lambda: self.call("xdotool", "getwindowfocus").strip() == str(int(window.number, 16)),
            f"the focus of {window.title!r}",
        )

    def close(self, window: Window) -> None:
        """Close a window as the cross in its frame does."""
        self.call("wmctrl", "-i", "-c", window.number)

    # --- mouse and keyboard -------------------------------------------------------------------

    def type(self, text: str) -> None:
        self.call("xdotool", "type", "--delay", "12", text)

    def press(self, *keys: str) -> None:
        self.call("xdotool", "key", "--delay", "30", *keys)

    def clipboard(self, kind: str, file: Path) -> None:
        """Put a file into the clipboard as another program does; that one goes on to own it."""
        subprocess.run(
            ["xclip", "-selection", "clipboard", "-t", kind, "-i", str(file)],
            env=self.environment,
            stdout=subprocess.DEVNULL,  # it stays in the background and would hold a pipe open
            stderr=subprocess.DEVNULL,
            check=True,
        )

    def rest(self) -> None:
        """Take the mouse off everything: what lies under it looks otherwise."""
        self.call("xdotool", "mousemove", "0", "0")

    def click(self, x: int, y: int) -> None:
        self.call("xdotool", "mousemove", "--sync", str(x), str(y), "click", "1")

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag slowly, as a hand does: a drag begins only after some distance."""
        self.hold(start, end)
        time.sleep(0.3)
        self.call("xdotool", "mouseup", "1")

    def hold(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag, and do not let go."""
        self.call("xdotool", "mousemove", *map(str, start), "mousedown", "1")
        steps = 20
        for step in range(1, steps + 1):
            at = [round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True)]
            self.call("xdotool", "mousemove", *map(str, at))
            time.sleep(0.03)

    # --- eyes ---------------------------------------------------------------------------------

    def look(self, window: Window, file: Path | None = None) -> QImage:
        """What a window looks like now, on the screen."""
        with tempfile.TemporaryDirectory() as folder:
            shot = file or Path(folder) / "shot.png"
            self.call("import", "-silent", "-window", window.number, str(shot))
            image = QImage(str(shot))
        assert not image.isNull()
        return image

    def keep(self, name: str) -> Path | None:
        """Where CI keeps a picture of this name for people to look at, if it does."""
        folder = os.environ.get("CASTOR_ARTIFACTS")
        if not folder:
            return None
        kept = Path(folder) / "screenshots"
        kept.mkdir(parents=True, exist_ok=True)
        return kept / name

    def settled(self, window: Window, file: Path | None = None) -> QImage:
        """What a window looks like once nothing moves in it any more."""
        seen = self.look(window)

        def still() -> bool:
            nonlocal seen
            time.sleep(0.2)
            before, seen = seen, self.look(window, file)
            return before == seen

        wait_for(still, f"{window.title!r} to be still")
        return seen


def find(image: QImage, color: str) -> tuple[int, int]:
    """The middle of what has a colour, of which there is a good deal in one place."""
    wanted = QColor(color)
    found = [
        (x, y)
        for y in range(0, image.height(), 2)
        for x in range(0, image.width(), 2)
        if image.pixelColor(x, y) == wanted
    ]
    assert len(found) > 20, f"nothing is {color}"
    return found[len(found) // 2]


@contextmanager
def own_desktop(width: int, height: int, folder: Path) -> Generator[Desktop]:
    """Start a screen and its window manager, and end both."""
    with ExitStack() as stack:
        with (folder / "xvfb.txt").open("wb") as said:
            server = subprocess.Popen(
                [
                    *("Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24"),
                    *("-nolisten", "tcp", "-noreset", "-dpi", "96"),
                ],
                stdout=subprocess.PIPE,
                stderr=said,
            )
        stack.callback(_end, server)
        assert server.stdout is not None
        number = server.stdout.readline().decode().strip()
        server.stdout.close()
        assert number, (folder / "xvfb.txt").read_text()
        desktop = Desktop(f":{number}", {"HOME": str(folder)})
        with (folder / "openbox.txt").open("wb") as said:
            manager = subprocess.Popen(
                ["openbox", "--sm-disable"],
                env=desktop.environment,
                stdout=said,
                stderr=said,
            )
        stack.callback(_end, manager)
        wait_for(
            lambda: "window id" in desktop.call("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"),
            "the window manager",
        )
        yield desktop


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE)
