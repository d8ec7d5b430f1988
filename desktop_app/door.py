"""Where a second start of the program comes in: a local socket that only the user can reach."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app import __version__
from desktop_app.instance import meeting_places
from desktop_app.visits import (
    BadLine,
    Greeting,
    LineReader,
    greeting_line,
    read_visit,
    taken_line,
)

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

PATIENCE_MS: Final = 10_000
"""How long a visitor may take to say what it brings."""

_MOST: Final = 16
"""Visitors at a time; more than that are no starts of a program."""


class Door(QObject):
    """Greets whoever comes, and takes what it brings. `server` says which server is asked now."""

    visited = Signal(object)
    """A second start has brought this `Visit`."""

    def __init__(
        self, profile: Path, server: Callable[[], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._profile = profile
        self._server_name = server
        self._listener: QLocalServer | None = None
        self._visitors: list[_Visitor] = []

    def open(self) -> bool:
        """Listen, and say whether that works. The lock is ours, so what lies there is stale."""
        from PySide6.QtNetwork import QLocalServer  # the first paint does not wait for it

        listener = QLocalServer(self)
        listener.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        for place in meeting_places(self._profile, make=True):
            QLocalServer.removeServer(place)
            if listener.listen(place):
                listener.newConnection.connect(self._greet)
                self._listener = listener
                return True
        log.warning("a second start cannot come in: %s", listener.errorString())
        listener.deleteLater()
        return False

    def close(self) -> None:
        """Listen no more; whoever stands in the door is left alone."""
        for visitor in list(self._visitors):
            visitor.leave()
        if self._listener is not None:
            self._listener.close()
            self._listener.deleteLater()
            self._listener = None

    def _greet(self) -> None:
        while self._listener is not None and self._listener.hasPendingConnections():
            connection = self._listener.nextPendingConnection()
            visitor = _Visitor(connection, self)
            self._visitors.append(visitor)
            visitor.brought.connect(self.visited)
            visitor.left.connect(partial(self._visitors.remove, visitor))
            if len(self._visitors) > _MOST:
                visitor.leave()
            else:
                visitor.greet(Greeting(__version__, self._server_name()))


class _Visitor(QObject):
    """One connection, from the greeting to the receipt."""

    brought = Signal(object)
    """It has brought this `Visit`."""

    left = Signal()
    """It is gone."""

    def __init__(self, connection: "QLocalSocket", parent: QObject) -> None:
        super().__init__(parent)
        self._connection = connection
        self._reader = LineReader()
        self._gone = False
        self._done = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.leave)
        connection.readyRead.connect(self._read)
        connection.disconnected.connect(self.leave)

    def greet(self, greeting: Greeting) -> None:
        """Say who runs here, and wait for what it brings."""
        self._timer.start(PATIENCE_MS)
        self._connection.write(greeting_line(greeting))

    def leave(self) -> None:
        """End the connection."""
        if self._gone:
            return
        self._gone = True
        self._timer.stop()
        self._connection.readyRead.disconnect(self._read)
        self._connection.disconnected.disconnect(self.leave)
        self._connection.abort()
        self._connection.deleteLater()
        self.left.emit()
        self.deleteLater()

    def _read(self) -> None:
        data = bytes(self._connection.readAll().data())
        if self._done:
            return  # it has brought something, and may go when it likes
        try:
            line = self._reader.feed(data)
            visit = read_visit(line) if line is not None else None
        except BadLine:
            log.info("a visitor said what is no visit")
            self.leave()
            return
        if visit is not None:
            self._done = True
            self._connection.write(taken_line())
            self._connection.flush()
            self.brought.emit(visit)
