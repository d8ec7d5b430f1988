"""Shows 50 documents that mean harm in every place of the window that shows outside words.

    python -m tests.injecting [planted]

In a process of its own; one JSON object says how many were shown, and what they did. A file and a
listener of our own are what they name: who opens the one or connects to the other is found out,
Qt's own code as well as Python's. With `planted` a
label takes them for markup, a connection is made and a program started: that is noticed.
"""

import asyncio
import ctypes
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop_app.chat.attaching import Refusal
from desktop_app.chat.notices import Notice
from desktop_app.eventloop import EventLoop
from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.models import Model
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.store import conversations as queries
from desktop_app.store.rows import ConversationRow, interaction_row
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.hostile import _MARKS, _TAGS
from tests.pictures import encoded, picture
from tests.ui.windows import FOLDERS, KEYCHAIN, NOWHERE
from tests.world import World

COUNT = 50
_IN_OPEN = 0x20
_KINDS = ("open", "os.", "socket.", "subprocess.", "urllib.", "webbrowser.", "shutil.", "ctypes.")


def documents(file: Path, port: int) -> Iterator[str]:
    """Every way to name a file and a server, each with both."""
    web = f"http://127.0.0.1:{port}/x.png"
    for form in (*_TAGS, *_MARKS):
        yield form.format(file.as_uri())
        yield form.format(web)
    yield f"<img src='{file}'><img src='//127.0.0.1:{port}/share/x.png'>"
    yield f"<body background='{file.as_uri()}'><style>@import url({web})</style>"


class Watch:
    """Tells who opens a file, connects to a port, or does something by way of Python."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "canary.png"
        self.file.write_bytes(encoded(picture(40, 40)))
        libc = ctypes.CDLL(None, use_errno=True)
        self._watch = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self._watch, os.fsencode(self.file), _IN_OPEN) >= 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.events: set[str] = set()
        self._watching = False
        sys.addaudithook(self._note)

    def begin(self) -> None:
        self._watching = True

    def end(self) -> dict[str, object]:
        """What happened meanwhile."""
        self._watching = False
        opened = bool(select.select([self._watch], [], [], 0.2)[0])
        reached = bool(select.select([self._listener], [], [], 0.2)[0])
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        events = sorted(self.events)
        return {"file": opened, "server": reached, "children": len(children), "python": events}

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._watching and event.startswith(_KINDS):
            self.events.add(f"{event} {arguments!r}"[:200])


def turn_of(text: str) -> Interaction:
    """A turn in which all that comes from outside is this text."""
    attachment = AttachmentContent("document", "a" * 64, text, "application/pdf", 10)
    made = Interaction(input=(TextContent(text), attachment))
    step = ModelOutputStep(content=(TextContent(text),))
    made.restore_step(step, index=0, seconds=1.0, whole=True)
    made.fail(Failure(text, text, text, text))
    return made


async def put_in(w: World, texts: list[str]) -> None:
    """One conversation for each text, whose title it is."""
    await w.database.write(lambda db: queries.add_attachment(db, "a" * 64, 10))
    for number, text in enumerate(texts):
        made = turn_of(text)
        row = ConversationRow(f"c{number}", text, "https://a.example", model=text, head=made.key)
        stored = interaction_row(made, row.key, 1.0)
        await w.database.write(lambda db, row=row, stored=stored: queries.add_turn(db, row, stored))


async def rest() -> None:
    """Let the loop turn until all is read and painted."""
    for _ in range(8):
        await asyncio.sleep(0.005)


def look(window: QWidget) -> None:
    """Paint a window and ask for every tooltip in it."""
    picture = QImage(window.size(), QImage.Format.Format_RGB32)
    window.render(picture)
    for widget in window.findChildren(QWidget):
        if widget.toolTip() and widget.isVisible():
            place = QPoint(2, 2)
            event = QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place))
            QApplication.sendEvent(widget, event)


async def show(window: MainWindow, w: World, number: int, text: str) -> None:
    """Show a text wherever outside words come."""
    await w.library.open_now(f"c{number}")
    w.board.post(Notice(text, topic="x", action=text[:20], details=text))
    window.pane.composer.show_refusal(Refusal(text, text))
    window._dialogs.open_key(text)
    window._dialogs.open_link(text, text)
    window._dialogs.open_trash()
    for details in window.findChildren(QWidget):
        if details.accessibleName() == "Details" and details.isVisible():
            QApplication.sendEvent(details, QEvent(QEvent.Type.Enter))
    await rest()
    for one in [window, *(d for d in window.findChildren(QWidget) if d.isWindow())]:
        if one.isVisible():
            look(one)
    await rest()


def plant(port: int) -> None:
    """Do what must be noticed."""
    socket.create_connection(("127.0.0.1", port)).close()
    subprocess.run(["true"], check=True)


async def run(application: QApplication, folder: Path, *, planted: bool) -> dict[str, object]:
    watch = Watch(folder)
    texts = list(documents(watch.file, watch.port))
    async with World(folder / "profile", NOWHERE) as w:
        ordinary = ["[a](http://a.example) $x$\n```nosuch\n<b>\n```\n"] * 2
        await put_in(w, [*texts, *ordinary])
        theme = Theme(application, "light")
        w.library._rows = {r.key: r for r in await w.database.read(queries.list_conversations)}
        w.preferences._models = [Model(text, text) for text in texts]
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
        window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        window.show()
        for number in range(len(texts), len(texts) + 2):  # what is done once is nobody's
            await show(window, w, number, ordinary[0])
        watch.begin()
        for number, text in enumerate(texts):
            if planted:
                QLabel(text, window).show()
            await show(window, w, number, text)
        if planted:
            plant(watch.port)
        found = watch.end()
        for one in window.findChildren(QWidget):
            if one.isWindow():
                one.close()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        return {"shown": len(texts), **found}


def main(words: list[str]) -> int:
    """Show them, and print what they did."""
    "a".encode("punycode")  # is imported where an address first has a host
    application = QApplication(words[:1])
    application.setQuitOnLastWindowClosed(False)
    with tempfile.TemporaryDirectory(prefix="castor-injecting-") as name:
        with asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
            found = runner.run(run(application, Path(name), planted="planted" in words))
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
