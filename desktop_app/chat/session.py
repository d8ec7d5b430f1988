"""One conversation as it lives: what it shows, what is asked in it, and what of it is running.

An input is on the disk before it is shown, and shown before it is sent.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app import faultpoints
from desktop_app.chat.answer import Answer
from desktop_app.chat.asking import request_of
from desktop_app.chat.connection import Connection
from desktop_app.chat.loading import TurnLoader
from desktop_app.chat.notices import Notice, NoticeBoard
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.reading import Reading
from desktop_app.chat.saving import TurnSaver, Writer, add_turn
from desktop_app.chat.searching import TextSearch
from desktop_app.chat.stopping import stop_at_server
from desktop_app.chat.tasks import TaskScope
from desktop_app.chat.titles import NEW_TITLE, title_of
from desktop_app.chat.writing import row_name
from desktop_app.gemini.errors import AuthenticationFailed
from desktop_app.interactions.calls import REFUSED, open_calls, refusals
from desktop_app.interactions.content import AttachmentContent, Content, TextContent
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import PROGRAM_ENDED, Outcome
from desktop_app.interactions.outline import Outline
from desktop_app.interactions.turns import Turns
from desktop_app.store import conversations as queries
from desktop_app.store import outlines
from desktop_app.store.errors import DiskFull, StoreError
from desktop_app.store.rows import ConversationRow, Draft


class ChatSession(QObject):
    """A conversation with its tree, its draft, and at most one answer that is coming in."""

    turn_added = Signal(object)
    """An `Interaction` was committed and is to be shown behind the others."""

    turn_replaced = Signal(str, object)
    """The turn of this key is tried again as another `Interaction`, which takes its place."""

    step_changed = Signal(object, int)
    """The step at this position of an `Interaction` has grown."""

    turn_changed = Signal(object)
    """The outcome, or something else of an `Interaction` but its steps, has changed."""

    waiting_changed = Signal(object, str)
    """These words say what an `Interaction` waits for; "" for nothing."""

    busy_changed = Signal(bool)
    """An answer has begun to come in, or has ended."""

    row_changed = Signal(object)
    """The `ConversationRow` is this now."""

    attachments_changed = Signal()
    """The files in the draft are others now."""

    send_refused = Signal(object)
    """An input could not be committed; the composer keeps it. Carries the `AppError`."""

    key_refused = Signal(object, str)
    """The server did not take the key: the `Interaction`, and the server's sentence."""

    def __init__(
        self,
        row: ConversationRow | None,
        draft: Draft,
        reading: outlines.Reading,
        writer: Writer,
        connection: Connection,
        preferences: Preferences,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        names = (row.key, row.title) if row else (None, "")
        self.conversation = Conversation(*names, TurnLoader(writer.database).load)
        self.reading = Reading(self.conversation, writer, reading)
        self.draft: Draft = draft
        self._row = row
        self._writer, self._connection = writer, connection
        self._preferences = preferences
        self._notices = notices
        self._tasks = tasks
        self._running: asyncio.Task[None] | None = None
        self._running_turn: Interaction | None = None
        self._sending = self._stop_wanted = self._retired = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._model = row.model if row else None
        self._thinking_level = row.thinking_level if row else None

    # --- what it is ---------------------------------------------------------------------------

    @property
    def key(self) -> str:
        """The conversation's key."""
        return self.conversation.key

    @property
    def row(self) -> ConversationRow | None:
        """What the list shows; `None` for a new chat in which nothing was said yet."""
        return self._row

    @property
    def title(self) -> str:
        """What the header shows."""
        return self._row.title if self._row else NEW_TITLE

    @property
    def turns(self) -> Turns:
        """The path that is on screen, as it is now; each turn is read when it is asked for."""
        return self.conversation.path()

    def search(self, keys: Sequence[str], words: Sequence[str]) -> TextSearch:
        """Look for words in turns as they are on the disk, in the order of these keys."""
        return TextSearch(self._writer.database, self._tasks, keys, words)

    @property
    def busy(self) -> bool:
        """Whether an answer is coming in, or an input is on its way to the disk."""
        return self._running is not None or self._sending

    @property
    def at_rest(self) -> bool:
        """Whether nothing of it is under way, here or at the server: it may be forgotten."""
        return not (self.busy or self._under_way or self._writer.waits_with(self.key))

    @property
    def running_turn(self) -> Interaction | None:
        """The turn whose answer is coming in."""
        return self._running_turn

    @property
    def model(self) -> str:
        """The model that the next turn is for: that of the settings until another is chosen."""
        return self._model or self._preferences.settings.model

    @property
    def thinking_level(self) -> str | None:
        """The thinking level of the next turn; `None` leaves it to the model."""
        chosen = self._model is not None
        return self._thinking_level if chosen else self._preferences.settings.thinking_level

    def restore(self, outline: Outline, head: str | None) -> None:
        """Put stored turns back, before anything is shown."""
        self.conversation.restore(outline, head)

    # --- what the person does -----------------------------------------------------------------

    def choose_model(self, model: str, thinking_level: str | None) -> None:
        """Choose the model and thinking level of the turns to come."""
        self._model = model
        self._thinking_level = thinking_level
        if self._row is not None:
            self.save_row(replace(self._row, model=model, thinking_level=thinking_level))

    def write_draft(self, text: str) -> None:
        """Keep the text that stands in the composer."""
        if text != self.draft.text:
            self.draft = replace(self.draft, text=text)
            self._writer.save_draft(self._draft_owner, self.draft)

    def attach(self, attachment: AttachmentContent) -> None:
        """Put a file that is in the store into the draft."""
        if all(attachment.sha256 != other.sha256 for other in self.draft.attachments):
            self.draft = replace(self.draft, attachments=(*self.draft.attachments, attachment))
            self._keep_attachments()

    def detach(self, sha256: str) -> None:
        """Take a file out of the draft."""
        kept = tuple(one for one in self.draft.attachments if one.sha256 != sha256)
        self.draft = replace(self.draft, attachments=kept)
        self._keep_attachments()

    def _keep_attachments(self) -> None:
        if not self._sending:  # then it is done when the rest of the draft is sent
            self._run(self._save_attachments(), "draft")

    async def _save_attachments(self) -> None:
        owner, draft = self._draft_owner, self.draft
        try:
            await self._writer.commit(lambda db: queries.save_draft(db, owner, draft))
        except DiskFull:
            self._writer.save_draft(owner, draft)
        self.attachments_changed.emit()

    def send(self, text: str) -> None:
        """Commit what stands in the composer, show it, and get its answer."""
        blocks: list[Content] = list(self.draft.attachments)
        if text.strip():
            blocks.append(TextContent(text))
        if blocks and not self.busy and not self._retired:
            self.draft = replace(self.draft, text=text)
            self._begin(self._send(tuple(blocks)), "send")

    def stop(self) -> None:
        """Stop the answer that is coming in, or is not asked for yet; what has come is kept."""
        self._stop_wanted = self._sending
        self._stop_listening()
        if self._running_turn is not None:
            self._cancel_run(self._running_turn)

    def retire(self) -> None:
        """Stop, and ask nothing any more: the conversation goes to the trash."""
        self._retired = True
        self.stop()

    def _cancel_run(self, turn: Interaction) -> None:
        if turn.request.background and turn.id is not None:
            self._run(self._stop_at_server(turn), "stop")

    def _stop_listening(self) -> None:
        if self._running is not None:
            self._running.cancel()

    def _last_turn(self, key: str) -> Interaction | None:
        """The turn of a key, where it is the last one and nothing is coming in."""
        if self.busy or self._retired or key != self.conversation.head:
            return None
        try:
            return self.conversation[key]
        except StoreError as error:
            self._notices.report(error)
            return None

    def retry(self, key: str) -> None:
        """Ask the last turn again; the first try stays in the tree."""
        turn = self._last_turn(key)
        if turn is not None:
            if turn.resumable:
                self._cancel_run(turn)  # or two would be paid for
            self._begin(self._retry(turn), "retry")

    def resume(self, key: str) -> None:
        """Go on with the answer of the last turn where it broke."""
        turn = self._last_turn(key)
        if turn is not None and turn.resumable:
            self.conversation.hold(turn)
            self._start(turn, resume=True)

    def refuse(self, key: str) -> None:
        """Refuse all calls of functions that the last turn waits for, and get the next answer."""
        turn = self._last_turn(key)
        calls = open_calls(turn) if turn is not None else []
        if turn is not None and calls:
            answer = Interaction(
                previous=key,
                results=refusals(calls, REFUSED),
                request=turn.request,  # the tools with it: they are not inherited
                origin=str(self._preferences.origin),
            )
            self._begin(self._add(answer), "refuse")

    def rename(self, title: str) -> None:
        """Give the conversation a title of the person's own."""
        title = " ".join(title.split())
        if self._row is not None and title and title != self._row.title:
            self.save_row(replace(self._row, title=title, named=True))

    def save_row(self, row: ConversationRow) -> None:
        """Change what the list shows, and keep it."""
        self._row = row
        self.conversation.title = row.title
        self._writer.write(lambda db: queries.save_conversation(db, row), row_name(row.key))
        self.row_changed.emit(row)

    def interrupt(self) -> None:
        """The program ends: what is coming in is interrupted, not stopped."""
        if self._running_turn is not None:
            self._running_turn.fail(PROGRAM_ENDED, interrupted=True)
        self._stop_listening()  # what runs in the background goes on at the server
        self.reading.flush()

    # --- turns --------------------------------------------------------------------------------

    def _begin(self, work: Coroutine[object, object, None], name: str) -> None:
        self._sending, self._stop_wanted = True, False
        self.busy_changed.emit(True)
        self._run(work, name)

    def _run(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        task = self._tasks.start(work, name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _send(self, content: tuple[Content, ...]) -> None:
        try:
            turn = self._new_turn(self.conversation.head, content)
            row = await self._commit(turn)
        except StoreError as error:
            self._sent()
            self.send_refused.emit(error)
            return
        late = tuple(one for one in self.draft.attachments if one not in content)
        self.draft = Draft(attachments=late)
        self._show_added(turn, row)
        self.attachments_changed.emit()
        if late:
            self._keep_attachments()
        self._start(turn)

    async def _add(self, turn: Interaction, instead_of: str = "") -> None:
        """Commit a turn that is not from the composer, show it, and get its answer."""
        try:
            row = await self._commit(turn, keep_draft=True)
        except StoreError as error:
            self._sent()
            self._notices.report(error)
            return
        self._show_added(turn, row, instead_of)
        self._start(turn)

    def _show_added(self, turn: Interaction, row: ConversationRow, instead_of: str = "") -> None:
        self.conversation.add(turn)
        self._row = row
        self._model, self._thinking_level = row.model, row.thinking_level
        self._sending = False
        if instead_of:
            self.turn_replaced.emit(instead_of, turn)
        else:
            self.turn_added.emit(turn)
        self.row_changed.emit(row)
        faultpoints.reach("input.shown")

    async def _retry(self, old: Interaction) -> None:
        turn = self._new_turn(old.previous, old.input)
        if old.results:
            turn.results, turn.request = old.results, old.request
        await self._add(turn, instead_of=old.key)

    def _sent(self) -> None:
        self._sending = False
        self.busy_changed.emit(self.busy)

    def _new_turn(self, previous: str | None, content: tuple[Content, ...]) -> Interaction:
        preferences = self._preferences
        model = preferences.model(self.model)
        return Interaction(
            previous=previous,
            input=content,
            request=request_of(preferences.settings, model, self.thinking_level),
            origin=str(preferences.origin),
        )

    async def _commit(self, turn: Interaction, *, keep_draft: bool = False) -> ConversationRow:
        draft = None if keep_draft else self._draft_owner
        row = self._row or ConversationRow(self.key, title_of(turn.input), turn.origin)
        row = replace(row, model=self.model, thinking_level=self.thinking_level)
        return await add_turn(turn, row, draft, self._writer)

    def _start(self, turn: Interaction, *, resume: bool = False) -> None:
        if self._stop_wanted:  # while it was on its way to the disk
            self._stop_wanted = False
            turn.cancel()
        self._running_turn = turn
        self._running = self._run(self._answer(turn, resume=resume), "answer")
        self.busy_changed.emit(True)
        self.turn_changed.emit(turn)

    async def _answer(self, turn: Interaction, *, resume: bool) -> None:
        saver = TurnSaver(turn, self.key, self._writer)
        answer = Answer(
            *(turn, self.conversation, self._connection, saver),
            step_changed=lambda position: self.step_changed.emit(turn, position),
            turn_changed=lambda: self.turn_changed.emit(turn),
            waiting=lambda words: self.waiting_changed.emit(turn, words),
            say=lambda sentence, details="": self._notices.post(
                Notice(
                    sentence,
                    topic="fallback",
                    action="Copy details" if details else "",
                    details=details,
                )
            ),
            expired=lambda keys: self._writer.write(lambda db: outlines.mark_expired(db, keys)),
        )
        try:
            if turn.outcome is Outcome.CANCELLED:
                saver.flush()
            else:
                await answer.run(resume=resume)
        finally:
            self._running = self._running_turn = None
            self.turn_changed.emit(turn)
            self.busy_changed.emit(False)
            self._tasks.start(self._let_go(turn, saver), "let go")
        if isinstance(answer.error, AuthenticationFailed):
            self.key_refused.emit(turn, answer.error.server_message or str(answer.error))

    async def _stop_at_server(self, turn: Interaction) -> None:
        self.conversation.hold(turn)
        saver = TurnSaver(turn, self.key, self._writer)
        if await stop_at_server(turn, self._connection):
            saver.touch_all()
            saver.flush()
            self.turn_changed.emit(turn)
        await self._let_go(turn, saver)

    async def _let_go(self, turn: Interaction, saver: TurnSaver) -> None:
        if await saver.kept():  # what is not on the disk is in memory only
            faultpoints.reach("answer.kept")
            self.conversation.let_go(turn.key)

    # --- the disk -----------------------------------------------------------------------------

    @property
    def _draft_owner(self) -> str:
        return self.key if self._row is not None else ""
