"""The other end of the child process: starts it, asks it, ends it when it takes too long."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Final, cast

from desktop_app.children import own_command
from desktop_app.images.pixels import Pixels
from desktop_app.images.worker import ARGUMENT

TIME_LIMIT: Final = 10.0
_START_LIMIT: Final = 20.0


class NoPreview(ValueError):
    """The picture has no preview; the text says why. It can be sent all the same."""


class DecoderProcess:
    """One long-lived child that decodes; its calls block and are made one at a time."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._child: subprocess.Popen[bytes] | None = None

    def thumbnail(self, path: Path, longest: int) -> tuple[int, int, bytes]:
        """Give width and height of a picture in pixels, and a PNG of at most `longest` a side.

        Raises `NoPreview`, also where the child was ended for taking more than its 10 seconds or
        its 1 GiB.
        """
        head, png = self._ask({"path": str(path), "longest": longest})
        return int(head["width"]), int(head["height"]), png

    def pixels(self, source: Path | bytes, longest: int) -> Pixels:
        """Give the pixels of a picture, at most `longest` a side. Raises as `thumbnail` does."""
        request: dict[str, object] = {"pixels": True, "longest": longest}
        if isinstance(source, Path):
            head, data = self._ask(request | {"path": str(source)})
        else:
            head, data = self._ask(request | {"size": len(source)}, source)
        names = ("width", "height", "across", "down")
        width, height, across, down = (int(head[name]) for name in names)
        return Pixels(width, height, across, down, data)

    def _ask(
        self, request: dict[str, object], data: bytes = b""
    ) -> tuple[dict[str, int | str], bytes]:
        limit = self._time_limit if self._child is not None else self._time_limit + _START_LIMIT
        try:
            child = self._running()
            assert child.stdin is not None
            _write(child.stdin, json.dumps(request).encode() + b"\n")
            _write(child.stdin, data)
            deadline = time.monotonic() + limit
            head = cast("dict[str, int | str]", json.loads(self._read_line(child, deadline)))
            if "error" in head:
                raise NoPreview(str(head["error"]))
            return head, self._read(child, int(head["size"]), deadline)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise NoPreview("the picture takes too much time or memory to show") from error

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # what could not be written is of no use any more
        child.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                worker_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        return self._child

    def _read_line(self, child: subprocess.Popen[bytes], deadline: float) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            line += self._read(child, 1, deadline)
        return line

    def _read(self, child: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
        assert child.stdout is not None
        descriptor = child.stdout.fileno()
        pieces: list[bytes] = []
        while size:
            _wait_readable(descriptor, deadline)
            piece = os.read(descriptor, min(size, 1 << 16))
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def _write(stream: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]


def _wait_readable(descriptor: int, deadline: float) -> None:
    if sys.platform == "win32":  # pipes cannot be waited for; the child's own limits must do
        return
    left = max(0.0, deadline - time.monotonic())
    if not select.select([descriptor], [], [], left)[0]:
        raise TimeoutError


def worker_command() -> list[str]:
    """How the child is started."""
    return [*own_command(), ARGUMENT]


def _environment() -> dict[str, str]:
    # No key, no display; and the package where this process found it.
    hidden = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "DISPLAY", "WAYLAND_DISPLAY")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    here = str(Path(__file__).parent.parent.parent)
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, [here, kept.get("PYTHONPATH")]))}
