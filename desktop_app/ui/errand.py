"""What a command line asks the window to do: attach files, ask, take a picture, and quit.

It may be the program's own, or that of a second start, which then has ended already.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, SignalInstance

from desktop_app import faultpoints
from desktop_app.arguments import Arguments
from desktop_app.chat.attaching import Attachments, Refusal
from desktop_app.chat.library import Library
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.session import ChatSession
from desktop_app.chat.tasks import TaskScope
from desktop_app.handover import Handover
from desktop_app.interactions.outcome import Outcome
from desktop_app.store.rows import Draft
from desktop_app.ui.dropping import Dropped
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.raising import bring_forward
from desktop_app.ui.transcript.formulas import Formulas

LONGEST: Final = 60.0
"""Seconds until `--screenshot` gives up."""

_SETTLE: Final = 0.15


async def until(condition: Callable[[], bool], *signals: SignalInstance) -> None:
    """Wait until a condition holds, which only these signals can bring about."""
    changed = asyncio.Event()

    def note(*_values: object) -> None:
        changed.set()

    connections = [signal.connect(note) for signal in signals]
    try:
        while not condition():
            changed.clear()
            await changed.wait()
    finally:
        for connection in connections:
            QObject.disconnect(connection)


class Errand(QObject):
    """Does it as a person would, through the same widgets."""

    def __init__(
        self,
        arguments: Arguments,
        window: MainWindow,
        library: Library,
        preferences: Preferences,
        attachments: Attachments,
        tasks: TaskScope,
        formulas: Formulas,
    ) -> None:
        super().__init__(window)
        self._arguments = arguments
        self._window = window
        self._library = library
        self._preferences = preferences
        self._attachments = attachments
        self._tasks = tasks
        self._formulas = formulas
        self._refusals: list[str] = []
        self._one_at_a_time = asyncio.Lock()
        attachments.refused.connect(self._note_refusal)

    async def run(self, closed: asyncio.Event) -> int:
        """Do what was asked, and wait until the window is closed; return the exit code."""
        if self._arguments.screenshot is not None:
            return await self._take_picture()
        if self._arguments.files or self._arguments.ask:
            self._tasks.start(self._ask(self._arguments.files, self._arguments.ask), "errand")
        await closed.wait()
        return 0

    def receive(self, handover: Handover) -> None:
        """Do what a second start was asked to do; whatever it was, the window comes forward."""
        faultpoints.reach("handover.taken")
        bring_forward(self._window, handover.token)
        if handover.files or handover.ask:
            files = tuple(Path(file) for file in handover.files)
            self._tasks.start(self._ask(files, handover.ask), "handover")

    def server(self) -> str:
        """Which server is asked now: "demo", or an address."""
        starting = self._arguments.demo and not self._preferences.key_known
        return "demo" if starting or self._preferences.uses_demo else self._preferences.base_url

    def _note_refusal(self, _key: str, refusal: Refusal) -> None:
        self._refusals.append(f"{refusal.name} was not attached: {refusal.reason}.")

    async def _ask(self, files: tuple[Path, ...], question: str) -> None:
        """Attach files to the conversation on screen; with a question, ask it in a new chat."""
        async with self._one_at_a_time:
            if not question.strip():
                await self._attach(files)
                return
            await until(lambda: self._preferences.key_known, self._preferences.key_changed)
            self._window.pane.composer.flush_draft()
            if self._preferences.has_key:
                kept = await self._library.open_blank()
                session = await self._attach(files)
                await self._send(session, question, kept)
            else:  # the question waits in the composer until there is a key
                await self._library.open_now(None)
                session = await self._attach(files)
                self._window.pane.composer.edit.set_text(_joined(session.draft.text, question))
                self._window.pane.composer.submit()

    async def _attach(self, files: tuple[Path, ...]) -> ChatSession:
        session = self._library.current
        assert session is not None
        if files:
            self._window.attach(Dropped(files=[file.absolute() for file in files]))
            await until(
                lambda: not self._attachments.working(session.key),
                self._attachments.working_changed,
                session.attachments_changed,
            )
        return session

    async def _send(self, session: ChatSession, question: str, kept: Draft) -> None:
        """Send; `kept` and what was typed meanwhile are left to the next new chat."""
        if session is not self._library.current:  # the person looks at another one by now
            session.send(question)
            return
        edit = self._window.pane.composer.edit
        kept = replace(kept, text=_joined(kept.text, edit.text))
        self._library.keep_aside(kept)  # before the question is written down, as that goes in order
        edit.set_text(question)
        self._window.pane.composer.submit()
        if kept != Draft():
            await until(lambda: session.row is not None or not session.busy, session.busy_changed)
            self._library.put_back(kept)

    async def _take_picture(self) -> int:
        try:
            async with asyncio.timeout(LONGEST):
                await until(lambda: self._preferences.key_known, self._preferences.key_changed)
                await self._ask(self._arguments.files, self._arguments.ask)
                session = self._library.current
                assert session is not None
                if self._arguments.ask:
                    await self._answered(session)
        except TimeoutError:
            _complain("The answer did not end within 60 seconds.")
            return 1
        self._window.pane.transcript.open_thoughts()
        await asyncio.sleep(_SETTLE)  # QApplication.processEvents would run other tasks inside this
        if self._formulas.is_waiting:
            await until(lambda: not self._formulas.is_waiting, self._formulas.rendered)
            await asyncio.sleep(_SETTLE)
        path = self._arguments.screenshot
        saved = path is not None and self._window.grab().save(str(path))
        if not saved:
            _complain(f"The picture {path} could not be written.")
        for words in self._refusals:
            _complain(words)
        return 0 if saved and not self._refusals and self._went_well() else 1

    async def _answered(self, session: ChatSession) -> None:
        """Wait until there is an answer and it has ended."""
        if not self._preferences.has_key:
            _complain("There is no API key.")
            return

        def ended() -> bool:
            turns = session.turns
            return bool(turns) and not session.busy and turns[-1].outcome != Outcome.STREAMING

        await until(ended, session.busy_changed, session.turn_changed, self._window.closed)

    def _went_well(self) -> bool:
        session = self._library.current
        if not self._arguments.ask or session is None:
            return True
        turns = session.turns
        if not turns:
            return False
        failure = turns[-1].failure
        if failure is not None:
            _complain(f"{failure.sentence} {failure.advice}".strip())
        return turns[-1].outcome is Outcome.COMPLETE


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def _complain(words: str) -> None:
    sys.stderr.write(f"castor: {words}\n")
