"""A server that fails in every way a network can: what it does with a request is a list of moves.

    script_server(Plan(create=(talk(STREAM_HEAD, b"data: {", Reset()),)).script)

Bytes are sent as they are; every other move is a small value. The sockets are those of
`tests.scriptserver`, which reads the requests.
"""

import asyncio
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.scriptserver import Request, Writer


@dataclass(frozen=True)
class Sleep:
    """Do nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Drip:
    """Send bytes in pieces of this size, with a pause after each."""

    data: bytes
    size: int = 1
    pause: float = 0.0


@dataclass(frozen=True)
class Forever:
    """Send these bytes again and again, so many seconds apart, until nobody is there any more."""

    data: bytes
    pause: float = 0.0


@dataclass(frozen=True)
class Reset:
    """End the connection with RST: the network has lost it."""


@dataclass(frozen=True)
class HalfClose:
    """Say that nothing more will come, and go on listening."""


@dataclass(frozen=True)
class Close:
    """End the connection."""


@dataclass(frozen=True)
class Hold:
    """Keep the connection open and say nothing, until the other side leaves."""


Move: TypeAlias = bytes | Sleep | Drip | Forever | Reset | HalfClose | Close | Hold


async def play(writer: Writer, moves: Sequence[Move]) -> None:
    """Make the moves, one after the other."""
    for move in moves:
        await _make(writer, move)


async def _make(writer: Writer, move: Move) -> None:
    match move:
        case bytes():
            await _send(writer, move)
        case Sleep(seconds):
            await asyncio.sleep(seconds)
        case Drip(data, size, pause):
            for at in range(0, len(data), size):
                await _send(writer, data[at : at + size], pause)
        case Forever(data, pause):
            while not writer.is_closing():
                await _send(writer, data, pause)
        case Reset():
            _linger_not(writer)
            writer.transport.abort()
        case HalfClose():
            writer.write_eof()
        case Close():
            writer.close()
        case Hold():
            await asyncio.Event().wait()  # whoever ends the server ends this


async def _send(writer: Writer, data: bytes, pause: float = 0.0) -> None:
    writer.write(data)
    await writer.drain()
    await asyncio.sleep(pause)


def _linger_not(writer: Writer) -> None:
    plain = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def talk(*moves: Move) -> tuple[Move, ...]:
    """What is done with one request."""
    return moves


Talk = tuple[Move, ...]


@dataclass
class Plan:
    """What is done with each create, each question how an answer stands, and each resume.

    The last of each is done for ever. `made`, `asked` and `resumed` are the requests that came.
    """

    create: Sequence[Talk]
    get: Sequence[Talk] = ((Reset(),),)
    resume: Sequence[Talk] = ((Reset(),),)
    made: list[Request] = field(default_factory=list[Request])
    asked: list[Request] = field(default_factory=list[Request])
    resumed: list[Request] = field(default_factory=list[Request])

    async def script(self, request: Request, writer: Writer) -> None:
        """Do with a request what is planned for it."""
        if request.method == "POST" and request.target.endswith("/interactions"):
            talks, noted = self.create, self.made
        elif "stream=true" in request.target:
            talks, noted = self.resume, self.resumed
        else:
            talks, noted = self.get, self.asked
        noted.append(request)
        await play(writer, talks[min(len(noted), len(talks)) - 1])
