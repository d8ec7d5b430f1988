"""All conversations: the list, which of them is open, and the trash."""

import time
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.attaching import Attachments
from desktop_app.chat.connection import Connection
from desktop_app.chat.erasing import delete_for_good
from desktop_app.chat.exporting import Exports
from desktop_app.chat.full_disk import FullDisk
from desktop_app.chat.notices import NoticeBoard
from desktop_app.chat.outbox import Outbox
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.saving import Writer
from desktop_app.chat.session import ChatSession
from desktop_app.chat.tasks import TaskScope
from desktop_app.chat.titles import NEW_TITLE
from desktop_app.chat.writing import Unsaved, row_name
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.outline import Outline
from desktop_app.store import aside, outlines, unfinished
from desktop_app.store import conversations as queries
from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.database import DatabaseConnection
from desktop_app.store.deletions import delete_copies
from desktop_app.store.errors import DiskFull
from desktop_app.store.outlines import Reading
from desktop_app.store.rows import ConversationRow, Draft

TRASH_SECONDS: Final = 30 * 24 * 3600.0
_UNUSED_SECONDS: Final = 24 * 3600.0


class Library(QObject):
    """The conversations of a profile, and the sessions of those that are open."""

    rows_changed = Signal()
    """`rows` are others now."""

    opened = Signal(object)
    """This `ChatSession` is to be shown."""

    busy_changed = Signal(str, bool)
    """In the conversation of this key an answer has begun to come in, or has ended."""

    trash_listed = Signal(list)
    """The `ConversationRow`s in the trash are these, the latest first."""

    trashed = Signal(object)
    """The conversation of this `ConversationRow` was put in the trash; it can be undone."""

    deleted = Signal()
    """Conversations were deleted for good because the person wants it so."""

    disk_full_changed = Signal(bool)
    """The disk is full, or is no longer."""

    everything_saved = Signal(list)
    """All was written that can be; this list of `Unsaved` is in memory only."""

    def __init__(
        self,
        rows: list[ConversationRow],
        writer: Writer,
        files: AttachmentStore,
        attachments: Attachments,
        connection: Connection,
        preferences: Preferences,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = {row.key: row for row in rows}
        self._writer = writer
        self._files = files
        self._attachments = attachments
        self._connection = connection
        self._preferences = preferences
        self._notices = notices
        self._tasks = tasks
        self._sessions: dict[str, ChatSession] = {}
        self._current: ChatSession | None = None
        self._wanted = ""
        self._taken_up: set[str] = set()
        self.outbox = Outbox(connection, preferences, tasks, self)
        self.disk = FullDisk(writer, attachments, notices, tasks, self)
        writer.full_changed.connect(self.disk_full_changed)
        self.exports = Exports(writer.database, notices, tasks, self)
        preferences.key_changed.connect(self.take_up)
        attachments.attached.connect(self._attach)

    # --- what there is ------------------------------------------------------------------------

    @property
    def rows(self) -> list[ConversationRow]:
        """The conversations that are not in the trash, the latest first."""
        return sorted(self._rows.values(), key=lambda row: -row.sequence)

    @property
    def current(self) -> ChatSession | None:
        """The session that is on screen."""
        return self._current

    @property
    def sessions(self) -> list[ChatSession]:
        """All sessions that are alive."""
        return list(self._sessions.values())

    def is_busy(self, key: str) -> bool:
        """Whether an answer is coming in there."""
        return key in self._sessions and self._sessions[key].busy

    # --- opening ------------------------------------------------------------------------------

    def new(self) -> None:
        """Show a new chat, with what was left in its composer."""
        if self._current is not None and self._current.row is None:
            self._show(self._current)
            return
        self._wanted = ""
        self._tasks.start(self._open_new(), "new chat")

    def open(self, key: str) -> None:
        """Show a conversation; of several calls the last one counts."""
        self._wanted = key
        if key in self._sessions:
            self._show(self._sessions[key])
        elif key in self._rows:
            self._tasks.start(self._open(key), "open")

    async def open_now(self, key: str | None) -> None:
        """Show a conversation, or a new chat where it is gone, and return when it is shown."""
        self._wanted = key if key is not None and key in self._rows else ""
        if self._wanted:
            await self._open(self._wanted)
        else:
            await self._open_new()

    async def open_blank(self) -> Draft:
        """Show a new chat with nothing in its composer; return what was left there.

        That is to be given to `put_back` when the new chat has begun; until then it is set aside.
        """
        self._wanted = ""
        draft = await self._writer.commit(aside.set_draft_aside, frees=True)
        draft = self._writer.waiting_draft("") or draft
        self._show(self._session(None, Draft()))
        return draft

    def keep_aside(self, draft: Draft) -> None:
        """Keep this for `put_back`: what `open_blank` gave, and what was written since then."""
        self._writer.write(lambda db: aside.keep_aside(db, draft))

    def put_back(self, draft: Draft) -> None:
        """Leave a draft to the next new chat."""
        self._writer.write(lambda db: aside.put_draft_back(db, draft))

    async def _load_new_draft(self) -> Draft:
        draft = await self._writer.database.read(lambda db: queries.load_draft(db, ""))
        return self._writer.waiting_draft("") or draft

    async def _open_new(self) -> None:
        draft = await self._load_new_draft()
        if not self._wanted:
            self._show(self._session(None, draft))

    async def _open(self, key: str) -> None:
        await self._load(key)
        if key == self._wanted and key in self._sessions:
            self._show(self._sessions[key])

    async def _load(self, key: str) -> None:
        """Have the session of a conversation, unless that is gone."""

        def load(db: DatabaseConnection) -> tuple[Outline, Draft, Reading, list[str]]:
            outline, waiting = outlines.load_outline(db, key), unfinished.waiting_turns(db, key)
            return outline, queries.load_draft(db, key), outlines.load_reading(db, key), waiting

        outline, draft, reading, waiting = await self._writer.database.read(load)
        if key not in self._sessions and key in self._rows:
            row = self._rows[key]
            draft = self._writer.waiting_draft(key) or draft
            session = self._session(row, draft, reading)
            session.restore(outline, row.head, waiting)

    async def send_what_waits(self) -> None:
        """Have the inputs go out that waited when the program ended."""
        for key in await self._writer.database.read(unfinished.waiting_conversations):
            await self._load(key)

    def take_up(self) -> None:
        """Go on with the answers that the server has gone on with meanwhile, each once a run."""
        if self._preferences.has_key:
            self._tasks.start(self._take_up(), "take up")

    async def _take_up(self) -> None:
        origin = str(self._preferences.origin)
        runs = await self._writer.database.read(lambda db: unfinished.unfinished_runs(db, origin))
        for conversation, turn in runs:
            if turn not in self._taken_up:
                self._taken_up.add(turn)
                await self.outbox.until_room()
                await self._load(conversation)
                session = self._sessions.get(conversation)
                if session is not None and turn in session.conversation:
                    session.resume(turn)

    def _session(
        self, row: ConversationRow | None, draft: Draft, reading: Reading | None = None
    ) -> ChatSession:
        session = ChatSession(
            row,
            draft,
            reading or Reading(),
            self._writer,
            self._connection,
            self._preferences,
            self._notices,
            self._tasks,
            self.outbox,
            self,
        )
        session.row_changed.connect(partial(self._take_row_of, session))
        session.busy_changed.connect(partial(self._take_busy, session))
        self._sessions[session.key] = session
        self.outbox.follow(session)
        return session

    def _show(self, session: ChatSession) -> None:
        previous, self._current = self._current, session
        if previous is not None and previous is not session:
            previous.reading.flush()
            self._let_go(previous)
        self.opened.emit(session)
        row = session.row
        if row is not None and row.unread:
            session.save_row(replace(row, unread=False))

    def _let_go(self, session: ChatSession) -> None:
        """Forget a session that nobody looks at and in which nothing happens."""
        if session.at_rest and not self._attachments.working(session.key):
            self._sessions.pop(session.key, None)
            self.outbox.leave(session)
            session.deleteLater()

    def _attach(self, key: str, attachment: AttachmentContent) -> None:
        if key in self._sessions:
            self._sessions[key].attach(attachment)

    # --- changes ------------------------------------------------------------------------------

    def _take_row_of(self, session: ChatSession, row: ConversationRow) -> None:
        if self._sessions.get(session.key) is session:  # or it is in the trash by now
            self._take_row(row)

    def _take_row(self, row: ConversationRow) -> None:
        if self._rows.get(row.key) != row:
            self._rows[row.key] = row
            self.rows_changed.emit()

    def _take_busy(self, session: ChatSession, busy: bool) -> None:
        self.busy_changed.emit(session.key, busy)
        row = session.row
        if session is self._current or self._sessions.get(session.key) is not session:
            return  # it is on screen, or in the trash and would be taken out by a write
        turns = session.turns
        if turns and turns[-1].key in self._taken_up and turns[-1].resumable:
            return  # nothing new came
        if not busy and session.running.has_news and row is not None and not row.unread:
            session.save_row(replace(row, unread=True))

    def rename(self, key: str, title: str) -> None:
        """Give a conversation a title of the person's own."""
        title = " ".join(title.split())
        row = self._rows.get(key)
        if row is None or not title:
            return
        if key in self._sessions:
            self._sessions[key].rename(title)
        else:
            row = replace(row, title=title, named=True)
            self._writer.write(lambda db: queries.save_conversation(db, row), row_name(key))
            self._take_row(row)

    # --- the trash ----------------------------------------------------------------------------

    def trash(self, key: str) -> None:
        """Put a conversation in the trash; what is coming in there is stopped."""
        row = self._rows.pop(key, None)
        if row is None:
            return
        session = self._sessions.pop(key, None)
        if session is not None:
            self.outbox.leave(session)
            session.retire()
        when = time.time()
        self._writer.write(
            lambda db: queries.set_trashed(db, key, when), _trash_name(key), frees=True
        )
        self.rows_changed.emit()
        if self._current is not None and self._current.key == key:
            self.new()
        self.trashed.emit(replace(row, trashed=when))

    def restore(self, row: ConversationRow) -> None:
        """Take a conversation out of the trash and show it."""
        self._wanted = row.key
        self._tasks.start(self._restore(row.key), "restore")

    async def _restore(self, key: str) -> None:
        row = await self._writer.commit(lambda db: queries.take_out_of_trash(db, key), frees=True)
        self._writer.forget(_trash_name(key))
        if row is not None:
            self._take_row(row)
            if self._wanted == key:
                self.open(key)

    def list_trash(self) -> None:
        """Have what is in the trash listed; a signal brings it."""
        self._tasks.start(self._list_trash(), "trash")

    async def _list_trash(self) -> None:
        rows = await self._writer.database.read(
            lambda db: queries.list_conversations(db, trashed=True)
        )
        self.trash_listed.emit(rows)

    def delete(self, keys: list[str]) -> None:
        """Delete conversations of the trash for good, and have what is left listed."""
        self._tasks.start(self._delete(keys), "delete")

    async def _delete(self, keys: list[str]) -> None:
        await self.delete_for_good(keys)
        self.deleted.emit()
        await self._list_trash()

    async def delete_for_good(self, keys: list[str]) -> None:
        """Delete conversations of the trash, and the attachments that only they used."""
        await delete_for_good(self._writer, keys, self._files)

    async def tidy(self) -> None:
        """Empty the trash of what is older than 30 days, and delete what nobody uses."""
        now, writer = time.time(), self._writer
        old = await writer.database.read(lambda db: queries.expired_trash(db, now - TRASH_SECONDS))
        before = now - _UNUSED_SECONDS
        try:
            if old:
                await self.delete_for_good(old)
            await writer.commit(
                lambda db: queries.forget_unused_attachments(db, before), frees=True
            )
            await writer.commit(lambda db: delete_copies(db, self._files.delete), frees=True)
        except DiskFull:
            return  # the bar says so
        self._files.sweep()

    # --- a full disk --------------------------------------------------------------------------

    @property
    def unsaved(self) -> list[Unsaved]:
        """What the person would lose if the program ended now."""
        return self._writer.unsaved()

    def save_everything(self) -> None:
        """Write what waits for room with what is left of it; a signal says what still waits."""
        self._tasks.start(self._save_everything(), "save everything")

    async def _save_everything(self) -> None:
        await self._writer.save_all()
        self.everything_saved.emit(self.unsaved)

    def title_of(self, key: str) -> str:
        """The title of a conversation, for words about it."""
        row = self._rows.get(key)
        return row.title if row is not None else NEW_TITLE


def _trash_name(key: str) -> str:
    return f"trash of {key}"
