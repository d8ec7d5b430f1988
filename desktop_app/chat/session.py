"""One conversation as it lives: what it shows, what is asked in it, and what of it is running.

An input is on the disk before it is shown, and shown before it is sent.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app import faultpoints
from desktop_app.chat.asking import new_turn, refusal_of
from desktop_app.chat.connection import Connection
from desktop_app.chat.drafting import Drafting
from desktop_app.chat.loading import TurnLoader
from desktop_app.chat.notices import Notice, NoticeBoard
from desktop_app.chat.outbox import NO_ROOM, Outbox
from desktop_app.chat.pause import Pause
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.queue import Queue
from desktop_app.chat.reading import Reading
from desktop_app.chat.running import Running
from desktop_app.chat.saving import Writer, add_turn
from desktop_app.chat.searching import TextSearch
from desktop_app.chat.tasks import TaskScope, Work
from desktop_app.chat.titles import NEW_TITLE, title_of
from desktop_app.chat.writing import row_name
from desktop_app.interactions.calls import open_calls
from desktop_app.interactions.content import AttachmentContent, Content, TextContent
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.outline import Outline
from desktop_app.interactions.turns import Turns
from desktop_app.store import conversations as queries
from desktop_app.store import outlines
from desktop_app.store.errors import StoreError
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

    pause_changed = Signal(object, object)
    """An `Interaction` is tried after this `Pause`; `None` says that none is left."""

    turn_removed = Signal(str)
    """The last turn, of this key, is in the draft again."""

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
        outbox: Outbox,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        names = (row.key, row.title) if row else (None, "")
        self.conversation = Conversation(*names, TurnLoader(writer.database).load)
        self.reading = Reading(self.conversation, writer, reading)
        self._work = Work(tasks)
        self.queue = Queue(self.conversation, writer, self)
        self.queue.turn_changed.connect(self.turn_changed)
        self.queue.pause_changed.connect(self.pause_changed)
        self._drafting = Drafting(draft, row.key if row else "", writer, self._work, self)
        self._drafting.attachments_changed.connect(self.attachments_changed)
        self._row = row
        self._writer = writer
        self._preferences = preferences
        self._notices = notices
        self._outbox = outbox
        self._sending = self._stop_wanted = self._retired = False
        self._model = row.model if row else None
        self._thinking_level = row.thinking_level if row else None
        self.running = Running(
            *(self.conversation, self.queue, writer, connection, notices, self._work), self
        )
        self.running.step_changed.connect(self.step_changed)
        self.running.turn_changed.connect(self.turn_changed)
        self.running.waiting_changed.connect(self.waiting_changed)
        self.running.pause_changed.connect(self.pause_changed)
        self.running.key_refused.connect(self.key_refused)
        self.running.busy_changed.connect(self.busy_changed)

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
        return TextSearch(self._writer.database, self._work.scope, keys, words)

    @property
    def busy(self) -> bool:
        """Whether an answer is coming in, or an input is on its way to the disk."""
        return self.running_turn is not None or self._sending

    @property
    def at_rest(self) -> bool:
        """Whether nothing of it is under way, here or at the server: it may be forgotten."""
        waits = bool(self.queue.keys) or self._writer.waits_with(self.key)
        return not self.busy and self._work.is_done and not waits

    @property
    def draft(self) -> Draft:
        """What stands in the composer."""
        return self._drafting.draft

    def pause(self, key: str) -> Pause | None:
        """What stands before the next try of a turn."""
        turn = self.running_turn
        runs = turn is not None and turn.key == key
        return self.running.pause if runs else self.queue.pause(key)

    @property
    def running_turn(self) -> Interaction | None:
        """The turn whose answer is coming in."""
        return self.running.turn

    @property
    def model(self) -> str:
        """The model that the next turn is for: that of the settings until another is chosen."""
        return self._model or self._preferences.settings.model

    @property
    def thinking_level(self) -> str | None:
        """The thinking level of the next turn; `None` leaves it to the model."""
        chosen = self._model is not None
        return self._thinking_level if chosen else self._preferences.settings.thinking_level

    def restore(self, outline: Outline, head: str | None, waiting: list[str]) -> None:
        """Put stored turns back, before anything is shown; those that wait go on waiting."""
        self.conversation.restore(outline, head)
        self.queue.restore(waiting)

    # --- what the person does -----------------------------------------------------------------

    def choose_model(self, model: str, thinking_level: str | None) -> None:
        """Choose the model and thinking level of the turns to come."""
        self._model = model
        self._thinking_level = thinking_level
        if self._row is not None:
            self.save_row(replace(self._row, model=model, thinking_level=thinking_level))

    def write_draft(self, text: str) -> None:
        """Keep the text that stands in the composer."""
        self._drafting.write(text)

    def attach(self, attachment: AttachmentContent) -> None:
        """Put a file that is in the store into the draft."""
        self._drafting.attach(attachment)

    def detach(self, sha256: str) -> None:
        """Take a file out of the draft."""
        self._drafting.detach(sha256)

    def send(self, text: str) -> None:
        """Commit what stands in the composer, show it, and get its answer."""
        blocks: list[Content] = list(self.draft.attachments)
        if text.strip():
            blocks.append(TextContent(text))
        if blocks and not self.busy and not self._retired:
            self._drafting.send(text)
            self._begin(self._send(tuple(blocks)), "send")

    def send_next(self) -> None:
        """Send what has waited longest here."""
        if self.queue.keys and not self.busy and not self._retired:
            self._begin(self._send_next(), "send")

    def hurry(self, key: str) -> None:
        """Try a turn now that is tried later by itself."""
        self.running.hurry(key)
        self._outbox.wake()

    def withdraw(self, key: str) -> bool:
        """Call off what is tried later by itself; say whether there was such a thing."""
        waits = self.pause(key) is not None
        if waits:
            self._work.start(self._withdraw(self.conversation.shown(key)), "withdraw")
        return waits

    def stop(self) -> None:
        """Stop the answer that is coming in, or is not asked for yet; what has come is kept."""
        self._stop_wanted = self._sending
        self.running.stop()

    def retire(self) -> None:
        """Stop, and ask nothing any more: the conversation goes to the trash."""
        self._retired = True
        self.stop()

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
                self.running.cancel_at_server(turn)  # or two would be paid for
            self._begin(self._retry(turn), "retry")

    def resume(self, key: str) -> None:
        """Go on with the answer of the last turn where it broke."""
        turn = self._last_turn(key)
        if turn is not None and turn.resumable and not self._outbox.has_room(self):
            self._notices.post(Notice(NO_ROOM, topic="room"))
        elif turn is not None and turn.resumable:
            self.conversation.hold(turn)
            self.running.start(turn, resume=True)

    def refuse(self, key: str) -> None:
        """Refuse all calls of functions that the last turn waits for, and get the next answer."""
        turn = self._last_turn(key)
        calls = open_calls(turn) if turn is not None else []
        if turn is not None and calls:
            self._begin(self._add(refusal_of(turn, calls, self._preferences)), "refuse")

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
        self.running.interrupt()
        self.reading.flush()

    # --- turns --------------------------------------------------------------------------------

    def _begin(self, work: Coroutine[object, object, None], name: str) -> None:
        self._sending, self._stop_wanted = True, False
        self.busy_changed.emit(True)
        self._work.start(work, name)

    async def _send(self, content: tuple[Content, ...]) -> None:
        try:
            turn = self._new_turn(self.conversation.head, content)
            row = await self._commit(turn)
        except StoreError as error:
            self._drafting.keep()
            self._sent()
            self.send_refused.emit(error)
            return
        finally:
            self._drafting.held = False
        self._show_added(turn, row)
        self._drafting.sent(content)
        self._go(turn)

    def _go(self, turn: Interaction) -> None:
        """Get the answer of a turn that is committed and shown, or let it wait."""
        if turn.outcome is Outcome.STREAMING:
            self._start(turn)
            return
        self.conversation.let_go(turn.key)  # all of it is on the disk
        self.queue.put(turn)
        self.busy_changed.emit(self.busy)
        self._outbox.wake()

    async def _send_next(self) -> None:
        if (turn := await self.queue.take()) is None:
            self._sent()
        else:
            self._start(turn)

    def _start(self, turn: Interaction) -> None:
        if self._stop_wanted:  # while it was on its way to the disk
            self._stop_wanted = False
            turn.cancel()
        self._sending = False
        self.running.start(turn)

    async def _withdraw(self, turn: Interaction) -> None:
        if turn is self.running_turn and not await self.running.give_up():
            return
        assert self._row is not None, "something was said"
        try:
            self._row = await self.queue.withdraw(turn, self._row, self._drafting)
        except StoreError as error:
            self._notices.report(error)
        if turn.key not in self.conversation:
            self.turn_removed.emit(turn.key)
            self.row_changed.emit(self._row)

    async def _add(self, turn: Interaction, instead_of: str = "") -> None:
        """Commit a turn that is not from the composer, show it, and get its answer."""
        try:
            row = await self._commit(turn, keep_draft=True)
        except StoreError as error:
            self._sent()
            self._notices.report(error)
            return
        self._show_added(turn, row, instead_of)
        self._go(turn)

    def _show_added(self, turn: Interaction, row: ConversationRow, instead_of: str = "") -> None:
        self.conversation.add(turn)
        self._row, self._drafting.owner = row, row.key
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
        await self._add(turn, old.key)

    def _sent(self) -> None:
        self._sending = False
        self.busy_changed.emit(self.busy)

    def _new_turn(self, previous: str | None, content: tuple[Content, ...]) -> Interaction:
        return new_turn(self._preferences, self.model, self.thinking_level, previous, content)

    async def _commit(self, turn: Interaction, *, keep_draft: bool = False) -> ConversationRow:
        if self.queue.keys or not self._outbox.is_open(self):
            turn.wait()
        draft = None if keep_draft else self._drafting.owner
        new = ConversationRow(self.key, "", turn.origin)
        row = replace(self._row or new, model=self.model, thinking_level=self.thinking_level)
        if not row.named and not self.turns:
            row = replace(row, title=title_of(turn.input))
        return await add_turn(turn, row, draft, self._writer)
