"""How much is sent for a turn, as a conversation grows."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop_app.eventloop import EventLoop
from tests.benchmarks.figures import Figures
from tests.benchmarks.server import streaming
from tests.scriptserver import Request, script_server
from tests.world import world


def measure_sending(folder: Path, turns: int = 100) -> Figures:
    """Count the bytes of the requests of a conversation that the server keeps."""
    application = QCoreApplication.instance() or QCoreApplication([])
    with asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
        sizes = runner.run(_sizes(folder, turns))
    return {
        "bytes_per_turn_growth": round(sizes[-1] / sizes[1], 4),
        "bytes_of_turn_2": sizes[1],
        f"bytes_of_turn_{turns}": sizes[-1],
    }


async def _sizes(folder: Path, turns: int) -> list[int]:
    async with script_server(streaming(2000, 0)) as server:
        async with world(folder, server.base_url) as w:
            session = await w.open()
            for _ in range(turns):
                turn = await w.ask(session, "Go on, please.")
                assert turn.outcome == "complete", turn.failure
    return [size_of(request) for request in server.requests if request.method == "POST"]


def size_of(request: Request) -> int:
    """The bytes of a request, head and body."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return len("\r\n".join(lines)) + 4 + len(request.body)
