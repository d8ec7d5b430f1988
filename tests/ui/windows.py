"""The main window over a world, and what a person does with widgets.

Nothing here waits inside an event: a test that is a coroutine may not run a second event loop.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu, QWidget

from desktop_app.chat.session import ChatSession
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.world import World

FOLDERS = {"Profile folder": "/the/profile", "Log folder": "/the/profile/log"}
KEYCHAIN = "the test’s keychain"
NOWHERE = "http://127.0.0.1:1"

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
_NONE = Qt.KeyboardModifier.NoModifier

W = TypeVar("W", bound=QWidget)


@asynccontextmanager
async def main_window(
    w: World, theme: Theme, conversation: str | None = None, geometry: str = ""
) -> AsyncGenerator[MainWindow]:
    """Show the window as `app` does, and take it away again."""
    window = MainWindow(
        theme,
        w.library,
        w.preferences,
        w.attachments,
        w.safekeeping,
        w.board,
        FOLDERS,
        KEYCHAIN,
    )
    with taken_away(window):
        await w.library.open_now(conversation)
        window.restore(geometry, sidebar=True)
        window.show()
        window.activateWindow()
        await eventually(window.isActiveWindow)
        yield window


@contextmanager
def taken_away(window: QWidget) -> Generator[None]:
    """Close a window at the end, and all that it has opened, and delete them."""
    try:
        yield
    finally:
        for one in window.findChildren(QWidget):
            if one.isWindow():
                one.close()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


async def eventually(condition: Callable[[], object]) -> None:
    """Let the loop turn until a condition holds; at most 20 s."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - anything may bring it about
            await asyncio.sleep(0.002)


# --- hands ----------------------------------------------------------------------------------------


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE) -> None:
    QTest.keyClick(widget, key, modifiers)


def type_text(widget: QWidget, text: str) -> None:
    QTest.keyClicks(widget, text)


def click(widget: QWidget, at: QPoint | None = None) -> None:
    assert widget.isVisible(), widget
    assert widget.isEnabled(), widget
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())


def wheel(widget: QWidget, delta: int, modifiers: Qt.KeyboardModifier) -> None:
    """Turn the wheel over a widget, by eighths of a degree upwards."""
    at = QPointF(widget.rect().center())
    where = QPointF(widget.mapToGlobal(at.toPoint()))
    turned = QPoint(0, delta)
    event = QWheelEvent(
        at,
        where,
        QPoint(),
        turned,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def send(window: MainWindow, text: str) -> ChatSession:
    """Type a message and press Enter; return the session that it goes to."""
    window.pane.composer.setFocus()
    type_text(window.pane.composer.edit, text)
    press(window.pane.composer.edit, Qt.Key.Key_Return)
    assert window.view.session is not None
    return window.view.session


async def ask(window: MainWindow, text: str) -> ChatSession:
    """Send a message and wait until its answer has ended."""
    session = send(window, text)
    count = len(session.turns)
    await eventually(lambda: len(session.turns) > count and not session.busy)
    return session


# --- eyes -----------------------------------------------------------------------------------------


def focus() -> QWidget:
    """The widget that has the focus."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def button(root: QWidget, name: str) -> QAbstractButton:
    """The button in sight that a screen reader calls so."""
    shown = [one for one in root.findChildren(QAbstractButton) if one.isVisibleTo(root)]
    found = [one for one in shown if one.accessibleName() == name]
    assert len(found) == 1, [one.accessibleName() for one in shown]
    return found[0]


def dialogs(window: QWidget, kind: type[W]) -> list[W]:
    """The windows of a kind that are open."""
    return [one for one in window.findChildren(kind) if one.isVisible()]


async def in_front(window: QWidget, kind: type[W]) -> W:
    """Wait for the one window of a kind to have the keyboard."""
    await eventually(lambda: [one for one in dialogs(window, kind) if one.isActiveWindow()])
    return dialog(window, kind)


def dialog(window: QWidget, kind: type[W]) -> W:
    """The one window of a kind that is open."""
    found = dialogs(window, kind)
    assert len(found) == 1, (kind, found)
    return found[0]


def menu() -> QMenu:
    """The menu that is open."""
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    return popup


def choose(text: str) -> None:
    """Choose an entry of the menu that is open."""
    opened = menu()
    (action,) = [one for one in opened.actions() if one.text() == text]
    opened.close()
    action.trigger()


def words_of(window: QDialog | QWidget) -> str:
    """All that a window says in labels that are in sight."""
    from PySide6.QtWidgets import QLabel

    return "\n".join(
        label.text() for label in window.findChildren(QLabel) if label.isVisibleTo(window)
    )
