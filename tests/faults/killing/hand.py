"""The hand: each word of a plan is something that a person does with the window."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from desktop_app.chat.media import MediaRef
from desktop_app.chat.session import ChatSession
from desktop_app.interactions.content import AttachmentContent, ImageContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.store.rows import ConversationRow, Draft
from desktop_app.ui.dropping import Dropped
from desktop_app.ui.errand import Errand
from tests.faults.killing.words import answer_of, question_of
from tests.pictures import encoded, picture

T = TypeVar("T")
Tell = Callable[..., None]

_LOOK_SECONDS = 0.01
_PATIENCE = 40.0


def make_errand(plan: list[list[str]], tell: Tell) -> Callable[..., Errand]:
    """Give what makes the program's errand, which then does the plan beside its own."""

    class Driven(Errand):
        def __init__(self, *parts: object) -> None:
            super().__init__(*parts)  # type: ignore[arg-type]
            self.hand = Hand(self, tell)

        async def run(self, closed: asyncio.Event) -> int:
            tell("window")
            self._tasks.start(self.hand.follow(plan), "plan")
            return await super().run(closed)

    return Driven


async def until(look: Callable[[], T]) -> T:
    """Wait for something that can be seen."""
    deadline = time.monotonic() + _PATIENCE
    while not (seen := look()):
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(_LOOK_SECONDS)
    return seen


class Hand:
    """Does what a person does, and says what a person sees."""

    def __init__(self, errand: Errand, tell: Tell) -> None:
        self._window = errand._window
        self._library = errand._library
        self._preferences = errand._preferences
        self._attachments = errand._attachments
        self._tasks = errand._tasks
        self._tell = tell
        self._watched: set[str] = set()
        self._told: set[str] = set()
        self._trashed: list[ConversationRow] = []
        self._library.opened.connect(self._watch)
        self._library.trashed.connect(self._trashed.append)
        if self._library.current is not None:
            self._watch(self._library.current)

    async def follow(self, plan: list[list[str]]) -> None:
        """Do one thing after the other; say what was in the way where that does not work."""
        try:
            await self._follow(plan)
        except Exception as error:
            tasks = sorted(str(task.get_coro()) for task in asyncio.all_tasks())
            self._tell("failed", why=f"{error!r}, with {tasks}, wanted {self._library._wanted!r}")
            raise

    async def _follow(self, plan: list[list[str]]) -> None:
        await until(lambda: self._preferences.has_key)
        for word, *rest in plan:
            self._tell("doing", word=word)
            act: Callable[..., Awaitable[None]] = getattr(self, f"_do_{word}")
            await act(*rest)
        self._tell("done")

    # --- what is seen -------------------------------------------------------------------------

    def _watch(self, session: ChatSession) -> None:
        if session.key in self._watched:
            return
        self._watched.add(session.key)

        def added(turn: Interaction) -> None:
            words, files = _input_of(turn)
            self._tell("shown", key=turn.key, chat=session.key, text=words, files=files)

        def replaced(_old: str, turn: Interaction) -> None:
            added(turn)

        def changed(turn: Interaction) -> None:
            ended = turn.outcome is not Outcome.STREAMING and session.running_turn is not turn
            if ended and turn.key not in self._told:
                self._told.add(turn.key)
                self._tasks.start(self._tell_end(turn), "tell")

        session.turn_added.connect(added)
        session.turn_replaced.connect(replaced)
        session.turn_changed.connect(changed)

    async def _tell_end(self, turn: Interaction) -> None:
        await self._settle()
        outcome, words = turn.outcome.value, answer_of(turn.steps)
        self._tell("ended", key=turn.key, outcome=outcome, text=words)

    async def _settle(self) -> None:
        """Wait until the disk has what it was given: the database does one thing after another."""
        await self._library._writer.database.read(lambda db: None)

    @property
    def _session(self) -> ChatSession:
        session = self._library.current
        assert session is not None
        return session

    # --- writing and sending ------------------------------------------------------------------

    async def _do_type(self, words: str) -> None:
        session = self._session
        self._tell("typing", owner=_owner(session), text=words)
        self._window.pane.composer.edit.set_text(words)
        await until(lambda: session.draft.text == words)  # the composer keeps it by itself
        await self._settle()
        self._tell_draft(session)

    async def _do_scribble(self, words: str) -> None:
        """Type, and look away at once: that keeps a draft too."""
        session = self._session
        self._tell("typing", owner=_owner(session), text=words)
        self._window.pane.composer.edit.set_text(words)
        self._window.pane.composer.flush_draft()
        await self._settle()
        self._tell_draft(session)

    def _tell_draft(self, session: ChatSession) -> None:
        draft = session.draft
        files = [one.sha256 for one in draft.attachments]
        self._tell("draft", owner=_owner(session), text=draft.text, files=files)

    async def _do_send(self, words: str = "") -> None:
        """Send these words, or what stands in the composer."""
        session, composer = self._session, self._window.pane.composer
        await until(lambda: not session.busy)
        if words:
            composer.edit.set_text(words)
        await until(lambda: composer.can_send)
        self._tell("sending", owner=_owner(session), text=composer.edit.text)
        before = len(session.turns)
        composer.submit()
        await until(lambda: len(session.turns) > before)

    async def _do_wait(self) -> None:
        session = self._session
        await until(lambda: not session.busy)
        await until(lambda: session.turns[-1].key in self._told)
        await self._settle()

    async def _do_stop(self) -> None:
        self._session.stop()

    async def _do_retry(self) -> None:
        session = self._session
        turn = session.turns[-1]
        self._tell("sending", owner=None, text=_input_of(turn)[0])
        session.retry(turn.key)
        await until(lambda: session.turns[-1].key != turn.key)

    async def _do_attach(self, path: str, sha256: str) -> None:
        session = self._session
        kept = asyncio.Event()
        session.attachments_changed.connect(kept.set)
        self._tell("attaching", owner=_owner(session), file=sha256)
        self._window.attach(Dropped(files=[Path(path)]))
        await until(lambda: kept.is_set() and sha256 in _digests(session.draft))
        self._tell_draft(session)

    async def _do_sleep(self, seconds: str) -> None:
        await asyncio.sleep(float(seconds))

    # --- conversations ------------------------------------------------------------------------

    async def _do_new(self) -> None:
        self._library.new()
        await until(lambda: self._session.row is None)

    async def _do_open(self, number: str) -> None:
        rows = self._library.rows
        row = rows[int(number) % len(rows)]
        self._library.open(row.key)
        await until(lambda: self._session.key == row.key)

    async def _do_rename(self, title: str) -> None:
        session = self._session
        self._tell("naming", key=session.key, title=title)
        session.rename(title)
        await self._settle()
        self._tell("named", key=session.key, title=title)

    async def _do_trash(self) -> None:
        key = self._session.key
        self._tell("trashing", key=key)
        self._library.trash(key)
        await until(lambda: self._session.key != key)
        await self._settle()
        self._tell("trashed", key=key)

    async def _do_restore(self) -> None:
        row = self._trashed.pop()
        self._tell("restoring", key=row.key)
        self._library.restore(row)
        await until(lambda: self._session.key == row.key and self._lists(row.key))
        await self._settle()
        self._tell("restored", key=row.key)

    def _lists(self, key: str) -> bool:
        return any(row.key == key for row in self._library.rows)

    async def _do_delete(self) -> None:
        """Delete for good what was put in the trash last."""
        row = self._trashed.pop()
        gone = asyncio.Event()
        self._library.deleted.connect(gone.set)
        self._tell("deleting", key=row.key)
        self._library.delete([row.key])
        await gone.wait()
        self._tell("deleted", key=row.key)

    # --- the rest -----------------------------------------------------------------------------

    async def _do_set(self, name: str, value: str) -> None:
        self._tell("setting", name=name, value=value)
        self._preferences.update(**{name: value})
        self._tell("set", name=name, value=value)

    async def _do_save(self, path: str) -> None:
        """Save a picture that an answer has: over the one before, whole or not at all."""
        data = base64.b64encode(encoded(picture())).decode()
        content = ImageContent(data=data, mime_type="image/png")
        self._attachments.media.save(MediaRef("saved", content), path)
        await until(lambda: Path(path).exists())

    async def _do_quit(self) -> None:
        self._tell("quitting")
        self._window.close()


def _input_of(turn: Interaction) -> tuple[str, list[str]]:
    return question_of(turn.input), [
        one.sha256 for one in turn.input if isinstance(one, AttachmentContent)
    ]


def _digests(draft: Draft) -> list[str]:
    return [one.sha256 for one in draft.attachments]


def _owner(session: ChatSession) -> str:
    """Whose the draft in the composer is: the conversation's, or the new chat's."""
    return session.key if session.row is not None else ""
