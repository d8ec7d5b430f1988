"""Castor as a person runs it: a process with a window on a screen and a profile on the disk."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import cast

from PySide6.QtGui import QColor, QImage

from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.store.conversations import list_conversations, load_draft
from desktop_app.store.database import FILE_NAME, open_read_only
from desktop_app.store.export import export
from desktop_app.store.rows import Draft
from tests.e2e.desktop import PATIENCE, Desktop, Window, wait_for

ROOT = Path(__file__).parents[2]
ACCENT = QColor("#3F5BD9")
TITLE = "Castor"


@dataclass
class Castor:
    """One profile, and the program while it runs on it."""

    desktop: Desktop
    profile: Path
    arguments: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict[str, str])
    process: subprocess.Popen[bytes] | None = None
    module: str = "desktop_app"
    program: tuple[str, ...] = ()
    """The program and its first words, where it is not the module that is run."""

    def settings(self, **values: object) -> None:
        self.profile.mkdir(exist_ok=True)
        (self.profile / "settings.json").write_text(json.dumps(values))

    @property
    def command(self) -> tuple[str, ...]:
        return self.program or (sys.executable, "-X", "faulthandler", "-m", self.module)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.desktop.environment,
            "QT_QPA_PLATFORM": "xcb",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            **self.variables,
        }

    # --- its life -----------------------------------------------------------------------------

    def start(self, *arguments: str, title: str = TITLE) -> Window:
        """Start it and wait for its window, or for another that it shows first."""
        assert self.process is None
        self.desktop.rest()
        with (self.profile.parent / f"{self.profile.name}.stderr").open("ab") as said:
            self.process = subprocess.Popen(
                [*self.command, "--profile", str(self.profile), *self.arguments, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stderr=said,
            )
        window = self.desktop.window(title)
        self.desktop.focus(window)
        return window

    def quit(self) -> None:
        """Close the window, and wait until the program has ended well."""
        self.desktop.close(self.desktop.window(TITLE))
        self.ended()

    def ended(self) -> None:
        assert self.process is not None
        code = self.process.wait(PATIENCE)
        self.process = None
        assert code == 0
        assert self.said == "", self.said

    def kill(self) -> None:
        """End it as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process = None

    @property
    def said(self) -> str:
        """What it wrote to the terminal."""
        return (self.profile.parent / f"{self.profile.name}.stderr").read_text()

    # --- what it has kept ---------------------------------------------------------------------

    def conversations(self) -> list[JsonObject]:
        out = StringIO()
        export(self.profile, out=out)
        return cast("list[JsonObject]", json.loads(out.getvalue())["conversations"])

    def turns(self) -> list[JsonObject]:
        """The turns of its one conversation that are on screen."""
        conversations = self.conversations()
        if not conversations:
            return []
        turns = {turn["key"]: turn for turn in cast("list[JsonObject]", conversations[0]["turns"])}
        path: list[JsonObject] = []
        at = conversations[0]["head"]
        while at is not None:
            path.insert(0, turns[at])
            at = turns[at]["previous"]
        return path

    @property
    def draft(self) -> str:
        """The draft of its one conversation."""
        return self._draft().text

    @property
    def draft_attachments(self) -> list[str]:
        """The names of what is attached to it."""
        return [one.name for one in self._draft().attachments]

    def _draft(self) -> Draft:
        db = open_read_only(self.profile / FILE_NAME)
        try:
            rows = list_conversations(db)
            return load_draft(db, rows[0].key if rows else "")
        finally:
            db.close()

    def wait_turns(self, fits: Callable[[list[JsonObject]], bool], what: str) -> list[JsonObject]:
        def look() -> list[JsonObject]:
            turns = self.turns()
            return turns if fits(turns) else []

        return wait_for(look, what)

    def wait_answers(self, count: int) -> list[JsonObject]:
        """Wait until this many turns are complete."""
        return self.wait_turns(
            lambda turns: [turn["outcome"] for turn in turns] == ["complete"] * count,
            f"{count} complete answers",
        )

    # --- what is seen -------------------------------------------------------------------------

    def find_button(self, image: QImage, color: QColor = ACCENT) -> tuple[int, int] | None:
        """The middle of the Send button: the accent's box at the lower right, if it is there."""
        step = 2
        found = [
            (x, y)
            for y in range(image.height() - 160, image.height(), step)
            for x in range(image.width() // 2, image.width(), step)
            if image.pixelColor(x, y) == color
        ]
        if len(found) < 100:
            return None
        right = max(x for x, _ in found)
        bottom = max(y for _, y in found)
        return right - 15, bottom - 15

    def wait_button(self) -> tuple[int, int]:
        """Wait for the Send button to be lit, and say where it is in the window."""
        window = self.desktop.window(TITLE)
        self.desktop.rest()
        found: list[tuple[int, int]] = []

        def look() -> bool:
            button = self.find_button(self.desktop.look(window))
            found.extend([button] if button else [])
            return bool(found)

        wait_for(look, "the Send button to light up")
        return found[0]


def text_of(turn: JsonObject) -> str:
    """The words of an answer."""
    return "".join(
        str(block.get("text", ""))
        for step in cast("list[JsonObject]", turn["steps"])
        if step["type"] == "model_output"
        for block in cast("list[JsonObject]", step.get("content") or [])
    )


def input_of(turn: JsonObject) -> list[JsonObject]:
    """The blocks of a question."""
    return cast("list[JsonObject]", turn["input"])
