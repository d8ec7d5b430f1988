"""What concerns the program and not one turn: one line each, for the notice bar."""

import logging
import traceback
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from desktop_app.errors import AppError

log = logging.getLogger(__name__)


class NoticeKind(StrEnum):
    """How serious it is; the bar has a colour and an icon for each."""

    INFO = "info"
    OK = "ok"
    WARN = "warn"
    DANGER = "danger"


@dataclass(frozen=True)
class Notice:
    """One line, with at most one action.

    A notice replaces an earlier one of the same `topic`. `action` is the word on its button, and
    `details` what the button copies where the action is to copy.
    """

    text: str
    kind: NoticeKind = NoticeKind.INFO
    topic: str = ""
    action: str = ""
    details: str = ""


class NoticeBoard(QObject):
    """Takes notices from anywhere in `chat`; whoever has pixels shows them."""

    posted = Signal(object)
    """A `Notice` is to be shown."""

    withdrawn = Signal(str)
    """What the notice of this topic said no longer holds."""

    def post(self, notice: Notice) -> None:
        """Show a notice."""
        self.posted.emit(notice)

    def withdraw(self, topic: str) -> None:
        """Take back the notice of a topic."""
        self.withdrawn.emit(topic)

    def report(self, error: BaseException) -> None:
        """Tell the person of a failure: an `AppError` in its words, a bug by `report_crash`."""
        if isinstance(error, AppError):
            text = f"{error} {error.advice}".strip()
            self.post(Notice(text, NoticeKind.WARN, topic=type(error).__name__))
        else:
            self.report_crash(error)

    def report_crash(self, error: BaseException) -> None:
        """Write a bug to the log and offer to copy it; neither holds the text of a conversation.

        Only the places in the code and the exception's type are kept: its message and the values
        of variables may hold anything.
        """
        frames = traceback.extract_tb(error.__traceback__)
        places = "\n".join(f"  {f.filename}:{f.lineno} in {f.name}" for f in frames)
        details = f"{type(error).__module__}.{type(error).__qualname__}\n{places}"
        log.error("a bug: %s", details)
        self.post(
            Notice(
                "Something in Castor went wrong. Your conversations are saved.",
                NoticeKind.DANGER,
                topic="crash",
                action="Copy details",
                details=details,
            )
        )
