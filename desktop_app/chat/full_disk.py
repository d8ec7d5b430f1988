"""Says that the disk is full, and when it is no longer; meanwhile nothing is attached."""

from typing import Final

from PySide6.QtCore import QObject

from desktop_app.chat.attaching import Attachments
from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.tasks import TaskScope
from desktop_app.chat.writing import Writer
from desktop_app.store.errors import DiskFull

DISK_TOPIC: Final = "disk"
WORDS: Final = (
    "Disk full: new messages cannot be saved. Castor goes on by itself when there is room."
)
_OVER: Final = "There is room on the disk again. Everything is saved."


class FullDisk(QObject):
    """Binds what the writer finds out to the notice bar."""

    def __init__(
        self,
        writer: Writer,
        attachments: Attachments,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._writer = writer
        self._attachments = attachments
        self._notices = notices
        self._tasks = tasks
        writer.full_changed.connect(self._show)

    async def prepare(self) -> None:
        """Take the room that is kept for a full disk."""
        await self._writer.take_ballast()

    def look_again(self) -> None:
        """See now whether there is room; where there is none, it is said again."""
        self._tasks.start(self._look_again(), "look for room")

    async def _look_again(self) -> None:
        if not await self._writer.has_room():
            self._post()

    def _show(self, full: bool) -> None:
        self._attachments.refuse_all = full
        self._notices.withdraw(DiskFull.__name__)  # what was said of one write that failed
        if full:
            self._post()
        else:
            self._notices.post(Notice(_OVER, NoticeKind.OK, topic=DISK_TOPIC))

    def _post(self) -> None:
        self._notices.post(Notice(WORDS, NoticeKind.WARN, topic=DISK_TOPIC, action="Try again"))
