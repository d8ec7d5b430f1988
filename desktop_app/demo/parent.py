"""Notices that the program that started the server has gone: standard input comes to its end."""

import asyncio
import contextlib
import os
import select
import socket
import stat
import sys
import threading
from collections.abc import Callable
from typing import Final

_STDIN: Final = 0
_CHUNK: Final = 4096


def watch_parent(loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
    """Call `ended` in the loop once standard input has come to its end.

    Only a pipe or socket is watched, and only if it was open when the server started: somebody
    may start it with /dev/null, a terminal or a pipe that is closed already. What comes in is
    thrown away.
    """
    if _is_open_pipe(_STDIN):
        thread = threading.Thread(
            target=_read_to_end, args=(loop, ended), name="parent", daemon=True
        )
        thread.start()


def _is_open_pipe(fd: int) -> bool:
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        return False
    if sys.platform != "win32" and stat.S_ISSOCK(mode):
        return not _socket_has_ended(fd)
    return stat.S_ISFIFO(mode) and not _pipe_has_ended(fd)


def _pipe_has_ended(fd: int) -> bool:
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        handle = msvcrt.get_osfhandle(fd)
        return not ctypes.windll.kernel32.PeekNamedPipe(handle, None, 0, None, None, None)
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    events = dict(poll.poll(0)).get(fd, 0)
    return bool(events & (select.POLLHUP | select.POLLERR)) and not events & select.POLLIN


def _socket_has_ended(fd: int) -> bool:
    assert sys.platform != "win32"
    with socket.socket(fileno=os.dup(fd)) as peeked:
        try:
            return not peeked.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True


def _read_to_end(loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
    while _has_more(_STDIN):
        pass
    with contextlib.suppress(RuntimeError):  # the loop has ended before
        loop.call_soon_threadsafe(ended)


def _has_more(fd: int) -> bool:
    if sys.platform != "win32":
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        poll.poll()  # the program that started us may have made the pipe non-blocking
    try:
        return bool(os.read(fd, _CHUNK))
    except BlockingIOError:
        return True
    except OSError:
        return False
