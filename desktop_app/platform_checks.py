"""What would end the program without a word, found before it does."""

import os
import socket
import sys
from pathlib import Path
from typing import Final

from desktop_app.errors import AppError

_SCREENLESS: Final = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")


class CannotRun(AppError):
    """The program cannot run here; the sentence says why."""


def check_platform() -> None:
    """Raise `CannotRun` where Qt would abort, or misbehave."""
    _check_versions()
    if sys.platform.startswith("linux"):
        _check_display()


def _check_versions() -> None:
    import PySide6

    # PYSIDE-3474: it loses a reference to None with every call, and aborts after some thousand.
    if PySide6.__version__.startswith("6.12.0") and sys.version_info < (3, 12):
        raise CannotRun(
            "PySide6 6.12.0 does not work with Python 3.11.",
            "Install PySide6-Essentials 6.11.3, or use Python 3.12.",
        )


def _check_display() -> None:
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform.startswith(_SCREENLESS):
        return
    display = os.environ.get("DISPLAY", "")
    if os.environ.get("WAYLAND_DISPLAY") and not platform.startswith("xcb"):
        return
    if not display:
        raise CannotRun("There is no display to show a window on.", "Start Castor on a desktop.")
    if not _answers(display):
        raise CannotRun(f"The display {display} does not answer.", "Start Castor on a desktop.")


def _answers(display: str) -> bool:
    """Whether an X server listens there; what cannot be told apart counts as yes."""
    host, _, screen = display.rpartition(":")
    number = screen.partition(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return True
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where X servers listen
    for address in (f"\0{path}", path):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(address)
            except OSError:
                continue
            return True
    return Path(path).exists() and not os.access(path, os.W_OK)
