"""Writes a conversation into a file that the person has chosen, and says how that went."""

import asyncio
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject

from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.tasks import TaskScope
from desktop_app.errors import AppError
from desktop_app.store.database import Database

ENDINGS: Final = {"markdown": "md", "html": "html", "csv": "csv", "json": "json"}
"""The endings of files, by form."""


class Exports(QObject):
    """Reads the history over a connection of its own, off this thread."""

    def __init__(
        self,
        database: Database,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = database.file.parent
        self._notices = notices
        self._tasks = tasks

    def export(self, conversation: str, path: str, form: str) -> None:
        """Write a conversation; its name's ending says as what, where that is one of ours."""
        file = Path(path)
        meant = [one for one, ending in ENDINGS.items() if file.suffix.lower() == f".{ending}"]
        chosen = meant[0] if meant else form
        self._tasks.start(self._export(conversation, file, chosen), "export")

    async def _export(self, conversation: str, file: Path, form: str) -> None:
        from desktop_app.store.export import export_to  # few ever need it

        try:
            await asyncio.to_thread(export_to, file, self._folder, conversation, form)
        except AppError as error:
            self._notices.report(error)
        else:
            self._notices.post(Notice(f"{file.name} is saved.", NoticeKind.OK, topic="exported"))
