"""Deletes at the server what was deleted here for good.

Deleting here never waits for it: what is to be deleted stands in a queue on the disk, which is
worked through whenever there is a key, and again when the server was out of reach.
"""

import logging
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from desktop_app import faultpoints
from desktop_app.chat.connection import Connection
from desktop_app.chat.notices import Notice, NoticeBoard
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.saving import Writer
from desktop_app.chat.tasks import TaskScope
from desktop_app.gemini.errors import GeminiError, InvalidRequest, NotFound, PermissionDenied
from desktop_app.origin import origin_of
from desktop_app.store import deletions as queries
from desktop_app.store.deletions import Deletion, Kind
from desktop_app.store.errors import DiskFull

if TYPE_CHECKING:
    from desktop_app.gemini.client import GeminiClient

log = logging.getLogger(__name__)

_TOPIC: Final = "deleting"


class ServerDeletions(QObject):
    """Works through the queue, one pass at a time, with the key of the server in use only."""

    rested = Signal()
    """Everything is deleted that can be deleted now."""

    def __init__(
        self,
        writer: Writer,
        connection: Connection,
        preferences: Preferences,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._writer = writer
        self._connection = connection
        self._preferences = preferences
        self._notices = notices
        self._tasks = tasks
        self._working = False
        self._again = False
        self._tell = False
        self._out_of_reach = False
        preferences.key_changed.connect(self.work)

    def work(self) -> None:
        """Work through the queue when there is time."""
        if self._working:
            self._again = True
        elif self._preferences.has_key:
            self._start()

    def work_and_tell(self) -> None:
        """Work through the queue; say so where something cannot be deleted now.

        For what the person has just deleted; what is left from earlier is nobody's news.
        """
        self._tell = True
        if self._working:
            self._again = True
        else:
            self._start()

    def note_answered(self, _key: str, busy: bool) -> None:
        """An answer has ended: a server that was out of reach may be back."""
        if not busy and self._out_of_reach:
            self.work()

    def _start(self) -> None:
        self._working = True
        self._tasks.start(self._work(), "deleting")

    async def _work(self) -> None:
        try:
            while True:
                self._again = False
                try:
                    left = await self._pass()
                except DiskFull:
                    left = []  # another time: the notice bar says that there is no room
                if not self._again:
                    break
        finally:
            self._working = False
        tell, self._tell = self._tell, False
        origin = str(self._preferences.origin)
        self._out_of_reach = any(one.origin == origin for one in left)
        if tell:
            self._say(left)
        self.rested.emit()

    async def _pass(self) -> list[Deletion]:
        """Delete what can be deleted now; return what is left."""
        now = time.time()
        database, commit = self._writer.database, self._writer.commit
        await commit(lambda db: queries.forget_lapsed_deletions(db, now), frees=True)
        left = await database.read(queries.list_deletions)
        here = str(self._preferences.origin)
        mine = [one for one in left if one.origin == here]
        if mine and self._preferences.has_key:
            client = self._connection.client
            for one in mine:
                try:
                    done = await _delete(client, one)
                except GeminiError as error:
                    log.info("the server does not delete now: %s", error.code)
                    break
                faultpoints.reach("deletion.sent")
                if done:
                    left.remove(one)
                    await commit(
                        lambda db, one=one: queries.forget_deletions(db, [one]), frees=True
                    )
        return left

    def _say(self, left: list[Deletion]) -> None:
        here = self._preferences.origin
        # A server on this computer that is not in use was most likely an offline demo, which
        # forgets everything when it ends.
        reachable = [one for one in left if one.origin == str(here)]
        elsewhere = [one for one in left if not origin_of(one.origin).is_loopback]
        if reachable or elsewhere:
            google = all(origin_of(one.origin).is_google for one in reachable or elsewhere)
            self._notices.post(Notice(_words(google=google), topic=_TOPIC))
        else:
            self._notices.withdraw(_TOPIC)


def _words(*, google: bool) -> str:
    server = "Google" if google else "The server"
    return f"Deleted here. {server} still has a copy: it is deleted when Castor can reach it."


async def _delete(client: "GeminiClient", deletion: Deletion) -> bool:
    """Delete one thing; `False` where the server does not want to. Raises `GeminiError` where the
    next one would fare no better.
    """
    try:
        match deletion.kind:
            case Kind.INTERACTION:
                await client.delete(deletion.id)
            case Kind.FILE:
                await client.delete_file(deletion.id)
    except NotFound:
        return True
    except InvalidRequest:
        return False
    except PermissionDenied:
        # A file that is gone may be said to be forbidden (specification, section 3).
        if deletion.kind is not Kind.FILE:
            raise
        return False
    return True
