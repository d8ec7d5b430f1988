"""The server side of the hand-over: a local socket that only the user can reach."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app import __version__
from desktop_app.handover import (
    BadLine,
    Greeting,
    LineReader,
    greeting_line,
    read_handover,
    receipt_line,
)
from desktop_app.instance import socket_addresses

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

PATIENCE_MS: Final = 10_000
"""How long a peer may take to say what it brings."""

_MOST: Final = 16
"""Peers at a time; more than that are no starts of a program."""


class InstanceServer(QObject):
    """Greets whoever comes, and takes what it brings. `server` says which server is asked now."""

    handed_over = Signal(object)
    """A second start has brought this `Handover`."""

    def __init__(
        self, profile: Path, server: Callable[[], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._profile = profile
        self._server_name = server
        self._listener: QLocalServer | None = None
        self._peers: list[_Peer] = []

    def open(self) -> bool:
        """Listen, and say whether that works. The lock is ours, so what lies there is stale."""
        from PySide6.QtNetwork import QLocalServer  # the first paint does not wait for it

        listener = QLocalServer(self)
        listener.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        for place in socket_addresses(self._profile, make=True):
            QLocalServer.removeServer(place)
            if listener.listen(place):
                listener.newConnection.connect(self._greet)
                self._listener = listener
                return True
        log.warning("a second start cannot come in: %s", listener.errorString())
        listener.deleteLater()
        return False

    def close(self) -> None:
        """Listen no more; whoever is connected is left alone."""
        for peer in list(self._peers):
            peer.leave()
        if self._listener is not None:
            self._listener.close()
            self._listener.deleteLater()
            self._listener = None

    def _greet(self) -> None:
        while self._listener is not None and self._listener.hasPendingConnections():
            connection = self._listener.nextPendingConnection()
            peer = _Peer(connection, self)
            self._peers.append(peer)
            peer.brought.connect(self.handed_over)
            peer.left.connect(partial(self._peers.remove, peer))
            if len(self._peers) > _MOST:
                peer.leave()
            else:
                peer.greet(Greeting(__version__, self._server_name()))


class _Peer(QObject):
    """One connection, from the greeting to the receipt."""

    brought = Signal(object)
    """It has brought this `Handover`."""

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
            handover = read_handover(line) if line is not None else None
        except BadLine:
            log.info("a peer sent something else than a handover")
            self.leave()
            return
        if handover is not None:
            self._done = True
            self._connection.write(receipt_line())
            self._connection.flush()
            self.brought.emit(handover)
