"""The second start: hands what it was given to the program that runs already, and is done.

It imports no widgets, waits for no event loop, and never waits without a limit.
"""

import os
import time
from pathlib import Path
from typing import Final

from PySide6.QtNetwork import QLocalSocket

from desktop_app import __version__
from desktop_app.arguments import Arguments
from desktop_app.errors import AppError
from desktop_app.handover import (
    BadLine,
    Greeting,
    Handover,
    LineReader,
    handover_line,
    read_greeting,
    read_receipt,
)
from desktop_app.instance import AlreadyRunning, is_held, socket_addresses

PATIENCE: Final = 10.0
"""Seconds. A program that is starting, or busy, answers within that; another one hangs."""

_PAUSE: Final = 0.03
_DEMO: Final = "demo"


class OtherVersion(AppError):
    """The running program is of another version."""


class OtherServer(AlreadyRunning):
    """The running program asks another server than the one that is wanted."""


class NoAnswer(AlreadyRunning):
    """The running program does not answer."""


class TooMuch(AppError):
    """More was given than can be handed over."""


def handover_of(arguments: Arguments) -> Handover:
    """What was given on the command line, for a program that stands elsewhere."""
    files = tuple(str(file.absolute()) for file in arguments.files)
    return Handover(files, arguments.ask, os.environ.get("XDG_ACTIVATION_TOKEN", ""))


def hand_over(
    profile: Path, arguments: Arguments, base_url: str, patience: float = PATIENCE
) -> bool:
    """Hand what was given to the program that runs on a profile; say whether there was one.

    A program that is just starting is waited for, and one that is just ending too: then there is
    none. Raises `AlreadyRunning` where it cannot do what is wanted, and `AppError`.
    """
    deadline = time.monotonic() + patience
    while is_held(profile):
        if arguments.screenshot is not None:
            raise AlreadyRunning(
                f"Castor is already running with the profile {profile}.",
                "Close it first, or take the picture with another --profile.",
            )
        wanted = _DEMO if arguments.demo else base_url
        if any(
            _Attempt(profile, place, deadline).bring(handover_of(arguments), wanted)
            for place in socket_addresses(profile)
        ):
            return True
        if time.monotonic() > deadline:
            raise NoAnswer(
                f"Castor is already running with the profile {profile}, but does not answer.",
                "End it, or start with another --profile.",
            )
        time.sleep(_PAUSE)
    return False


class _Attempt:
    """One try at one place."""

    def __init__(self, profile: Path, place: str, deadline: float) -> None:
        self._profile = profile
        self._place = place
        self._deadline = deadline
        self._connection = QLocalSocket()

    def bring(self, handover: Handover, wanted: str) -> bool:
        """Say whether the handover was taken. Raises `AppError` where it never will be."""
        try:
            line = handover_line(handover)
        except BadLine as error:
            raise TooMuch(
                "This is too much to hand to the Castor that is running.", "Use its window."
            ) from error
        try:
            self._connection.connectToServer(self._place)
            if not self._connection.waitForConnected(self._left()):
                return False
            greeting = read_greeting(self._hear())
            self._check(greeting, wanted)
            self._say(line)
            return read_receipt(self._hear())
        except BadLine:
            return False
        finally:
            self._connection.abort()

    def _check(self, greeting: Greeting, wanted: str) -> None:
        if greeting.version != __version__:
            raise OtherVersion(
                f"A Castor of another version ({greeting.version[:40]}) is running.",
                "Close it first.",
            )
        if wanted and wanted != greeting.server:
            raise OtherServer(
                f"Castor is already running with the profile {self._profile} and asks another "
                "server.",
                "Close it first, or start with another --profile.",
            )

    def _hear(self) -> bytes:
        """Wait for a line. Raises `BadLine` where none comes."""
        reader = LineReader()
        while True:
            line = reader.feed(bytes(self._connection.readAll().data()))
            if line is not None:
                return line
            if not self._connection.waitForReadyRead(self._left()):
                raise BadLine

    def _say(self, line: bytes) -> None:
        self._connection.write(line)
        while self._connection.bytesToWrite():
            if not self._connection.waitForBytesWritten(self._left()):
                raise BadLine

    def _left(self) -> int:
        return max(1, round((self._deadline - time.monotonic()) * 1000))
