"""The one answer of a conversation that is coming in: begun, stopped, kept, and let go."""

import asyncio

from PySide6.QtCore import QObject, Signal

from desktop_app import faultpoints
from desktop_app.chat.answer import Answer
from desktop_app.chat.asking import failure_of
from desktop_app.chat.connection import Connection
from desktop_app.chat.notices import Notice, NoticeBoard
from desktop_app.chat.pause import Pause
from desktop_app.chat.queue import Queue
from desktop_app.chat.saving import TurnSaver, Writer
from desktop_app.chat.stopping import stop_at_server
from desktop_app.chat.tasks import Work
from desktop_app.gemini.errors import AuthenticationFailed
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import PROGRAM_ENDED, Outcome
from desktop_app.store import outlines


class Running(QObject):
    """At most one answer at a time."""

    step_changed = Signal(object, int)
    """The step at this position of an `Interaction` has grown."""

    turn_changed = Signal(object)
    """The outcome, or something else of an `Interaction` but its steps, has changed."""

    waiting_changed = Signal(object, str)
    """These words say what an `Interaction` waits for; "" for nothing."""

    pause_changed = Signal(object, object)
    """An `Interaction` is tried again after this `Pause`; `None` says that it is now."""

    key_refused = Signal(object, str)
    """The server did not take the key: the `Interaction`, and the server's sentence."""

    busy_changed = Signal(bool)
    """An answer is coming in now, or none."""

    def __init__(
        self,
        conversation: Conversation,
        queue: Queue,
        writer: Writer,
        connection: Connection,
        notices: NoticeBoard,
        work: Work,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._queue = queue
        self._writer, self._connection = writer, connection
        self._notices = notices
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self._answer: Answer | None = None
        self.turn: Interaction | None = None
        self.pause: Pause | None = None
        self.has_news = False
        """Whether what ran last has ended, and not gone back to wait."""

    def start(self, turn: Interaction, *, resume: bool = False) -> None:
        """Get the answer of a turn that is held, or go on with it."""
        self.turn = turn
        self.has_news = False
        self._task = self._work.start(self._get(turn, resume=resume), "answer")
        self.busy_changed.emit(True)
        self.turn_changed.emit(turn)

    def stop(self) -> None:
        """Stop what is coming in; what has come is kept."""
        turn = self.turn
        self._stop_listening()
        if turn is not None:
            self.cancel_at_server(turn)

    def cancel_at_server(self, turn: Interaction) -> None:
        """Stop what runs in the background."""
        if turn.request.background and turn.id is not None:
            self._work.start(self._stop_at_server(turn), "stop")

    def hurry(self, key: str) -> None:
        """Try a turn again now, where it is tried again by itself."""
        if self._answer is not None and self.turn is not None and self.turn.key == key:
            self._answer.hurry()

    async def give_up(self) -> bool:
        """Let what the server has refused wait again; say whether nothing of it was sent."""
        turn, task = self.turn, self._task
        if turn is None or task is None or not self._nothing_came:
            return False
        turn.wait()
        self._stop_listening()
        await asyncio.wait({task})
        return True

    def interrupt(self) -> None:
        """The program ends: what is coming in is interrupted, not stopped."""
        if self.turn is not None:
            if self._nothing_came:
                self.turn.wait()  # it goes out with the next start
            else:
                self.turn.fail(PROGRAM_ENDED, interrupted=True)
        self._stop_listening()  # what runs in the background goes on at the server

    @property
    def _nothing_came(self) -> bool:
        """Whether the server has refused the turn, and will be asked again."""
        turn = self.turn
        return self.pause is not None and turn is not None and not turn.ids and not turn.steps

    def _stop_listening(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _get(self, turn: Interaction, *, resume: bool) -> None:
        saver = TurnSaver(turn, self._conversation.key, self._writer)
        self._answer = answer = Answer(
            *(turn, self._conversation, self._connection, saver),
            step_changed=lambda position: self.step_changed.emit(turn, position),
            turn_changed=lambda: self.turn_changed.emit(turn),
            waiting=lambda words: self.waiting_changed.emit(turn, words),
            paused=lambda pause: self._show_pause(turn, pause),
            say=self._say,
            expired=lambda keys: self._writer.write(lambda db: outlines.mark_expired(db, keys)),
        )
        try:
            if turn.outcome is Outcome.CANCELLED:
                saver.flush()
            else:
                await answer.run(resume=resume)
            if answer.unsent is not None and await saver.kept():
                self._queue.put_back(turn, answer.unsent)
            elif answer.unsent is not None:
                turn.fail(failure_of(answer.unsent))
        finally:
            self._task = self._answer = self.turn = None
            self.has_news = turn.outcome is not Outcome.WAITING
            if turn.outcome is Outcome.FAILED:
                self._queue.hold_back()
            self.turn_changed.emit(turn)
            self.busy_changed.emit(False)
            self._work.scope.start(self._let_go(turn, saver), "let go")
        if isinstance(answer.error, AuthenticationFailed):
            self.key_refused.emit(turn, answer.error.server_message or str(answer.error))

    def _say(self, sentence: str, details: str) -> None:
        action = "Copy details" if details else ""
        self._notices.post(Notice(sentence, topic="fallback", action=action, details=details))

    def _show_pause(self, turn: Interaction, pause: Pause | None) -> None:
        self.pause = pause
        self.pause_changed.emit(turn, pause)

    async def _stop_at_server(self, turn: Interaction) -> None:
        self._conversation.hold(turn)
        saver = TurnSaver(turn, self._conversation.key, self._writer)
        if await stop_at_server(turn, self._connection):
            saver.touch_all()
            saver.flush()
            self.turn_changed.emit(turn)
        await self._let_go(turn, saver)

    async def _let_go(self, turn: Interaction, saver: TurnSaver) -> None:
        if await saver.kept():  # what is not on the disk is in memory only
            faultpoints.reach("answer.kept")
            self._conversation.let_go(turn.key)
