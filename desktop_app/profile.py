"""Opens a profile: its folder, its lock, its log, its settings, its history. No widgets yet.

The history is opened on its own thread while the caller imports the rest of the program.
"""

import logging
from pathlib import Path
from typing import Final

from desktop_app import faultpoints
from desktop_app.arguments import Arguments, log_folder, profile_folder
from desktop_app.instance import ProfileLock
from desktop_app.logfile import close_log, open_log
from desktop_app.secret import Secret
from desktop_app.settings.file import SettingsFile
from desktop_app.store.database import FILE_NAME, Database
from desktop_app.store.errors import ProfileUnwritable
from desktop_app.store.files import make_private_folder
from desktop_app.store.mending import ATTACHMENTS, Opener

_SETTINGS: Final = "settings.json"


class Profile:
    """Everything of one profile that is open; `notices` are sentences for the person."""

    def __init__(self, arguments: Arguments) -> None:
        """Open it. Raises `AppError` where it cannot be used."""
        self.folder = profile_folder(arguments.profile, demo=arguments.demo)
        self.logs = log_folder(self.folder, arguments.profile)
        self.attachments = self.folder / ATTACHMENTS
        self.notices: list[str] = []
        self.secret: Secret | None = None
        self.proxy_password: Secret | None = None
        _make(self.folder)
        self._lock = ProfileLock(self.folder)
        self._lock.take()
        try:
            self._log = _open_log(self)
            file = self.folder / FILE_NAME
            self.opener = Opener(file)
            self.database = Database(file, self.opener)
            self.settings_file = SettingsFile(self.folder / _SETTINGS)
            loaded = self.settings_file.load()
        except BaseException:
            self._lock.release()
            raise
        self.settings = loaded.settings
        if loaded.notice:
            self.notices.append(loaded.notice)

    def wait(self) -> None:
        """Wait until the history is open. Raises `StoreError`."""
        self.database.opened.result()

    def close(self) -> None:
        """Write what is left to write, and let others have it."""
        self.settings_file.save_what_is_left()
        self.database.close()
        faultpoints.reach("end.closed")
        close_log(self._log)
        self._lock.release()


def _make(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as error:
        raise ProfileUnwritable(
            f"The folder {folder} cannot be written: {error.strerror}.",
            "Choose another one with --profile.",
        ) from error


def _open_log(profile: Profile) -> logging.Handler:
    try:
        return open_log(profile.logs, lambda: profile.secret, lambda: profile.proxy_password)
    except OSError as error:
        raise ProfileUnwritable(
            f"The folder {profile.logs} cannot be written: {error.strerror}."
        ) from error
