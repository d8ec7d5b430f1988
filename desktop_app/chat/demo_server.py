"""The offline demo: a server of ours on this computer, in a process of its own."""

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Final

from desktop_app.children import own_command
from desktop_app.errors import AppError

ARGUMENT: Final = "--serve-demo"
_READY_SECONDS: Final = 20.0
_END_SECONDS: Final = 2.0


class DemoDidNotStart(AppError):
    """The demo server could not be started."""


class DemoServer:
    """Starts the server when it is first needed; it ends when its input does, so with us."""

    def __init__(self, tokens_per_second: float | None = None) -> None:
        self._tokens_per_second = tokens_per_second
        self._process: asyncio.subprocess.Process | None = None
        self._url = ""
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> str:
        """Return the server's address; start it where it does not run. Raises `DemoDidNotStart`."""
        async with self._one_at_a_time:  # a double click asks twice
            return await self._start()

    async def _start(self) -> str:
        if self._process is not None and self._process.returncode is None:
            return self._url
        pace = self._tokens_per_second
        options = [] if pace is None else ["--tokens-per-second", str(pace)]
        try:
            self._process = await asyncio.create_subprocess_exec(
                *own_command(),
                *(ARGUMENT, "--port", "0"),
                *options,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            assert self._process.stdout is not None
            line = await asyncio.wait_for(self._process.stdout.readline(), _READY_SECONDS)
        except (OSError, TimeoutError) as error:
            await self.aclose()
            raise DemoDidNotStart("The offline demo could not be started.") from error
        word, _, url = line.decode("ascii", "replace").strip().partition(" ")
        if word != "READY" or not url:
            await self.aclose()
            raise DemoDidNotStart("The offline demo could not be started.")
        self._url = url
        return url

    async def aclose(self) -> None:
        """End the server."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def _environment() -> dict[str, str]:
    # No key of the person's goes to another process.
    hidden = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    here = str(Path(__file__).parent.parent.parent)
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, [here, kept.get("PYTHONPATH")]))}
