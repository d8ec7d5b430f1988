"""What stands in the composer of one conversation, kept on the disk while it is written."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.saving import Writer
from desktop_app.chat.tasks import Work
from desktop_app.interactions.content import AttachmentContent, Content
from desktop_app.store import conversations as queries
from desktop_app.store.errors import DiskFull
from desktop_app.store.rows import Draft


class Drafting(QObject):
    """The draft. `owner` is the key of its conversation, or "" for that of a new chat."""

    attachments_changed = Signal()
    """The files in the draft are others now."""

    def __init__(
        self, draft: Draft, owner: str, writer: Writer, work: Work, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.draft = draft
        self.owner = owner
        self.held = False
        """While it is being sent it is written when that is done."""

        self._writer = writer
        self._work = work

    def write(self, text: str) -> None:
        """Keep the text that stands in the composer."""
        if text != self.draft.text:
            self.draft = replace(self.draft, text=text)
            self.keep()

    def keep(self) -> None:
        """Keep all of it: it was to be sent, and was not."""
        self._writer.save_draft(self.owner, self.draft)

    def send(self, text: str) -> None:
        """It is on its way into a turn, with this text."""
        self.draft = replace(self.draft, text=text)
        self.held = True

    def attach(self, attachment: AttachmentContent) -> None:
        """Put a file that is in the store into the draft."""
        if all(attachment.sha256 != other.sha256 for other in self.draft.attachments):
            self._hold((*self.draft.attachments, attachment))

    def detach(self, sha256: str) -> None:
        """Take a file out of the draft."""
        self._hold(tuple(one for one in self.draft.attachments if one.sha256 != sha256))

    def sent(self, content: tuple[Content, ...]) -> None:
        """This is in a turn now; what was attached meanwhile stays."""
        late = tuple(one for one in self.draft.attachments if one not in content)
        self.draft = Draft()
        self.attachments_changed.emit()
        if late:
            self._hold(late)

    def _hold(self, attachments: tuple[AttachmentContent, ...]) -> None:
        self.draft = replace(self.draft, attachments=attachments)
        if not self.held:
            self._work.start(self._save(), "draft")

    async def _save(self) -> None:
        owner, draft = self.owner, self.draft
        try:
            await self._writer.commit(lambda db: queries.save_draft(db, owner, draft))
        except DiskFull:
            self._writer.save_draft(owner, draft)
        self.attachments_changed.emit()
