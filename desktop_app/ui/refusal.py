"""Says why there is no window: to who has started Castor without a terminal to read it in."""

import asyncio

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.errors import AppError
from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.theme import Theme


async def tell_refusal(theme: Theme, error: AppError) -> None:
    """Show what happened until the person has closed it; where nobody can see it, go on."""
    if QGuiApplication.platformName() in ("offscreen", "minimal"):
        return
    await show_refusal(theme, error)


async def show_refusal(theme: Theme, error: AppError) -> None:
    """Show it until it is closed."""
    owner = QWidget()
    dialog = SmallDialog(theme, "Castor cannot start", f"{error} {error.advice}".strip(), owner)
    close = Button(theme, "Close", "primary")
    close.clicked.connect(dialog.close)
    dialog.add_buttons(close)
    closed = asyncio.Event()
    dialog.finished.connect(closed.set)
    dialog.show()
    dialog.activateWindow()
    await closed.wait()
    owner.deleteLater()
