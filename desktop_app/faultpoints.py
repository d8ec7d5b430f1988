"""Named places at which a test can have the program die, or the disk refuse.

A place says `reach("area.what")`, which does nothing unless the environment asked for it at the
start: `CASTOR_FAULTPOINT=NAME:N[:ACTION]` does the action when the place is reached for the Nth
time. A frozen program never looks. Stdlib only; any level may import it.
"""

import errno
import itertools
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Final

VARIABLE: Final = "CASTOR_FAULTPOINT"
EXIT_CODE: Final = 70

POINTS: Final[Mapping[str, str]] = {
    "answer.ended": "chat.answer:Answer.run",
    "answer.event": "chat.answer:Answer._fold",
    "answer.kept": "chat.running:Running._let_go",
    "answer.saving": "chat.saving:TurnSaver.write.work",
    "answer.step_ended": "chat.answer:Answer._apply",
    "attachment.copied": "store.attachments:AttachmentStore._write",
    "attachment.noted": "store.attachments:AttachmentStore._write",
    "attachment.stored": "store.attachments:AttachmentStore._write",
    "backup.copied": "store.backups:back_up",
    "backup.named": "store.backups:back_up",
    "database.commit": "store.database:_in_transaction",
    "database.committed": "store.database:_in_transaction",
    "deletion.committed": "chat.erasing:delete_for_good",
    "deletion.done": "chat.erasing:delete_for_good",
    "deletion.sent": "chat.deleting:ServerDeletions._pass",
    "draft.saving": "store.conversations:save_draft",
    "end.began": "app:_main",
    "end.closed": "profile:Profile.close",
    "export.turn": "store.export:_write",
    "file.written": "store.handed_out:save",
    "handover.taken": "ui.errand:Errand.receive",
    "input.committed": "chat.saving:add_turn",
    "input.shown": "chat.session:ChatSession._show_added",
    "input.written": "chat.saving:add_turn.work",
    "migration.committed": "store.migrations:migrate",
    "migration.copied": "store.database:_bring_up_to_date",
    "migration.written": "store.migrations:migrate",
    "request.opened": "chat.answer:Answer._listen",
    "request.ready": "chat.answer:Answer._create",
    "restore.copied": "store.mending:restore",
    "restore.kept": "store.mending:restore",
    "restore.placed": "store.mending:restore",
    "settings.replaced": "settings.file:SettingsFile.save",
    "settings.written": "settings.file:SettingsFile.save",
    "start.marked": "app:_begin",
    "upload.began": "chat.uploading:Uploads._upload",
    "upload.finished": "chat.uploading:Uploads._upload",
    "upload.noted": "chat.uploading:Uploads._upload",
}
"""Every place, and the function that it stands in."""

Reach = Callable[[str], None]


class BadFaultPoint(ValueError):
    """What the environment asks for is none that there is."""


def arm(environment: Mapping[str, str], *, frozen: bool) -> Reach:
    """Give the function that each place calls. Raises `BadFaultPoint`."""
    wanted = "" if frozen else environment.get(VARIABLE, "")
    return _Armed(wanted) if wanted else _pass


def _pass(_point: str) -> None:
    return


class _Armed:
    """Waits for one place."""

    def __init__(self, wanted: str) -> None:
        name, _, rest = wanted.partition(":")
        number, _, action = rest.partition(":")
        actions: dict[str, Callable[[], None]] = {
            "": _kill,
            "kill": _kill,
            "exit": _exit,
            "raise-ENOSPC": _refuse,
        }
        if name not in POINTS or not number.isdecimal() or action not in actions:
            raise BadFaultPoint(wanted)
        self._name = name
        self._number = int(number)
        self._act = actions[action]
        self._count = itertools.count(1)  # its steps are whole, whichever thread takes them

    def __call__(self, point: str) -> None:
        if point == self._name and next(self._count) == self._number:
            self._act()


def _kill() -> None:
    """End as nothing can prepare for."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # on Windows they are one


def _exit() -> None:
    os._exit(EXIT_CODE)


def _refuse() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


reach: Final[Reach] = arm(os.environ, frozen=bool(getattr(sys, "frozen", False)))
"""Say that a place is reached, by its name in `POINTS`."""
