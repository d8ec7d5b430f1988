"""Bugs that the harness must find: each is planted in one run of the program, and nowhere else."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace

import apsw

from desktop_app import faultpoints
from desktop_app.chat import session
from desktop_app.chat.drafting import Drafting
from desktop_app.chat.writing import Writer
from desktop_app.interactions.interaction import Interaction
from desktop_app.settings.file import SettingsFile
from desktop_app.settings.settings import Settings, write_settings
from desktop_app.store import conversations as queries
from desktop_app.store.rows import ConversationRow, interaction_row


def plant(name: str) -> None:
    """Plant a bug by its name; none where the name is empty."""
    if name:
        DEFECTS[name]()


def _show_before_commit() -> None:
    """An input is shown and sent, and written half a second later."""

    async def add_turn(
        turn: Interaction, row: ConversationRow, draft: str | None, writer: Writer
    ) -> ConversationRow:
        now = time.time()
        row = replace(row, head=turn.key, origin=turn.origin, created=row.created or now)
        stored = interaction_row(turn, row.key, now)

        def write() -> None:
            writer.write(lambda db: queries.add_turn(db, row, stored))

        asyncio.get_running_loop().call_later(0.5, write)
        return replace(row, sequence=int(now))

    session.add_turn = add_turn  # type: ignore[attr-defined]


def _forget_drafts() -> None:
    """What stands in the composer is never written."""

    def write(self: Drafting, text: str) -> None:
        self.draft = replace(self.draft, text=text)

    Drafting.write = write  # type: ignore[method-assign]


def _leave_streaming() -> None:
    """At the start nothing is marked as interrupted."""

    def mark_interrupted(db: apsw.Connection) -> None:
        return

    queries.mark_interrupted = mark_interrupted  # type: ignore[attr-defined]


def _tear_settings() -> None:
    """The settings are written over, in two halves."""

    def save(self: SettingsFile, settings: Settings) -> None:
        text = json.dumps(write_settings(settings))
        with self.path.open("w") as file:
            file.write(text[: len(text) // 2])
            file.flush()
            faultpoints.reach("settings.written")
            file.write(text[len(text) // 2 :])
        faultpoints.reach("settings.replaced")

    SettingsFile.save = save  # type: ignore[method-assign]


DEFECTS: dict[str, Callable[[], None]] = {
    "shown before commit": _show_before_commit,
    "drafts forgotten": _forget_drafts,
    "streaming left": _leave_streaming,
    "settings torn": _tear_settings,
}
