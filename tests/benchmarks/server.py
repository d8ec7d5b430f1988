"""A server on this computer that answers every question with the same long stream.

    python -m tests.benchmarks.server LENGTH PER_SECOND

LENGTH is that of the answer in characters, PER_SECOND how many events are sent in a second, one a
chunk; 0 sends them all at once. Prints `READY URL` and serves until its input ends.
"""

import asyncio
import sys

from tests.benchmarks.content import MODEL, long_text, stream_records
from tests.scriptserver import STREAM_HEAD, Request, Script, Writer, answer, script_server

_MODELS = (
    b'{"models":[{"name":"models/%s","displayName":"Flash",'
    b'"supportedGenerationMethods":["generateContent"],"thinking":true}]}' % MODEL.encode()
)
_PACE = 0.005


def streaming(length: int, per_second: int) -> Script:
    """Answer with a stream of this length, at this pace."""
    records = stream_records(long_text(length))
    number = 0

    async def script(request: Request, writer: Writer) -> None:
        nonlocal number
        if request.method != "POST":
            writer.write(answer(_MODELS))
            return
        number += 1
        name = f"v1_{number:040d}".encode()
        writer.write(STREAM_HEAD)
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), 0
        while sent < len(records):
            due = len(records)
            if per_second:
                due = min(due, round((loop.time() - began) * per_second) + 1)
            for record in records[sent:due]:
                writer.write(record.replace(b"v1_bench", name))
            sent = due
            await writer.drain()
            await asyncio.sleep(_PACE if per_second else 0)
        writer.close()

    return script


async def _serve(length: int, per_second: int) -> None:
    async with script_server(streaming(length, per_second)) as server:
        sys.stdout.write(f"READY {server.base_url}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
