"""Starts the demo server as its own process, and ends it."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAIT = 20


@dataclass
class DemoProcess:
    process: subprocess.Popen[bytes]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


def popen(*arguments: str, stdin: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "desktop_app.demo", *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


@contextmanager
def demo_process(*arguments: str, stdin: int = subprocess.PIPE) -> Generator[DemoProcess]:
    """Run the server; at the end it is killed if it still runs.

    Its stderr must stay empty, but for what libpng itself writes there of a broken picture.
    """
    process = popen(*arguments, stdin=stdin)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        ready = process.stdout.readline().decode()
        assert ready.startswith("READY http://127.0.0.1:"), process.stderr.read()
        yield DemoProcess(process, ready.split()[1])
        if process.poll() is None:
            process.terminate()
        process.wait(WAIT)
        lines = (process.stderr.read() + process.stdout.read()).decode().splitlines()
        written = [line for line in lines if not line.startswith("libpng error")]
        assert not written, written
    finally:
        process.kill()
        process.wait(WAIT)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
