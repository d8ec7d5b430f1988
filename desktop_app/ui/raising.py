"""Brings a window to the front because the person has asked for it elsewhere."""

import os
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_TOKEN: Final = "XDG_ACTIVATION_TOKEN"


def bring_forward(window: QWidget, token: str) -> None:
    """Show, raise and activate a window; `token` is the desktop's permission, or empty.

    Under Wayland a window comes to the front only with the token of what the person has started.
    Qt takes it from the environment.
    """
    if window.isMinimized():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    if QGuiApplication.platformName() == "xcb":
        _learn_the_time(window)
    if token:
        os.environ[_TOKEN] = token
    window.activateWindow()
    os.environ.pop(_TOKEN, None)


def _learn_the_time(window: QWidget) -> None:
    """Have Qt know what time it is at the X server.

    It knows only that of the last event that it got. A window manager takes such a time for older
    than the last key that the person has pressed elsewhere, and then lets nothing come forward.
    A property that is written anew makes the server send an event, with the time of now.
    """
    handle = window.windowHandle()
    handle.setIcon(window.windowIcon())
    QGuiApplication.sync()
