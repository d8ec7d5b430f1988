"""The settings file: written whole or not at all; what it does not know survives."""

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop_app import faultpoints
from desktop_app.errors import AppError
from desktop_app.interactions.jsonvalue import JsonObject, parse_json
from desktop_app.settings.settings import DEFAULTS, Settings, read_settings, write_settings


class SettingsUnwritable(AppError):
    """The settings could not be saved."""


@dataclass(frozen=True)
class Loaded:
    """What was read: the settings, and one sentence for the person where something was wrong."""

    settings: Settings
    notice: str = ""


class SettingsFile:
    """One profile's settings on disk. Its calls block, for less than a millisecond."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unknown: JsonObject = {}
        self._left: Settings | None = None

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._path

    def load(self) -> Loaded:
        """Read the file. A damaged one is kept under another name, and said."""
        self._tidy()
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return Loaded(DEFAULTS)
        except (OSError, UnicodeDecodeError) as error:
            return self._put_aside(type(error).__name__)
        try:
            data = parse_json(text)
        except ValueError as error:
            return self._put_aside(str(error))
        if not isinstance(data, dict):
            return self._put_aside("it holds no object")
        settings, refused = read_settings(data)
        known = write_settings(settings)
        self._unknown = {name: value for name, value in data.items() if name not in known}
        if refused:
            names = ", ".join(refused)
            return Loaded(
                settings, f"These settings could not be read and are at default: {names}."
            )
        return Loaded(settings)

    def save(self, settings: Settings) -> None:
        """Write the file, all of it or nothing. Raises `SettingsUnwritable`."""
        self._left = settings
        data = {**self._unknown, **write_settings(settings)}
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
        temporary = self._path.with_name(self._temporary + os.urandom(4).hex())
        try:
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                with os.fdopen(os.open(temporary, flags, 0o600), "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                faultpoints.reach("settings.written")
                temporary.replace(self._path)
                faultpoints.reach("settings.replaced")
            finally:
                temporary.unlink(missing_ok=True)
            self._left = None
        except OSError as error:
            raise SettingsUnwritable(
                f"The settings could not be saved: {error.strerror}.",
                "They hold until Castor is closed.",
            ) from error

    def save_what_is_left(self) -> None:
        """Try again to write what could not be written the last time."""
        if self._left is not None:
            with suppress(SettingsUnwritable):
                self.save(self._left)

    @property
    def _temporary(self) -> str:
        return f".{self._path.name}-"

    def _tidy(self) -> None:
        """Delete what a program has left that was ended while it wrote."""
        with suppress(OSError):
            for left in self._path.parent.glob(f"{self._temporary}*"):
                left.unlink()

    def _put_aside(self, reason: str) -> Loaded:
        stamp = time.strftime("%Y-%m-%d-%H%M%S")
        kept = self._path.with_name(f"{self._path.stem}-damaged-{stamp}{self._path.suffix}")
        try:
            self._path.replace(kept)
        except OSError:
            return Loaded(
                DEFAULTS, f"The settings could not be read ({reason}); defaults are used."
            )
        return Loaded(
            DEFAULTS,
            f"The settings were damaged ({reason}) and are at default. The file was kept as "
            f"{kept.name}.",
        )
