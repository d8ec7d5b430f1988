"""Server-sent events, from bytes: the parsing rules of the WHATWG HTML standard, section 9.2.

The decoder works on bytes because a line may end only at CR, LF or CRLF: text splitters also cut
at U+2028, U+0085 and six more (architecture, measured facts). It takes any chunking and its work
is linear in the bytes fed.
"""

from dataclasses import dataclass
from typing import Final

from desktop_app.gemini.errors import EventTooLarge, LineTooLong

_BOM: Final = b"\xef\xbb\xbf"
_LF: Final = 10
_CR: Final = 13
_MAX_RETRY_MS: Final = 60_000
_MAX_STRAY: Final = 65_536


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event. `id` is the last event id by then; `retry` (ms) is set where the event had it."""

    event: str
    data: str
    id: str = ""
    retry: int | None = None


class SSEDecoder:
    """Turns the bytes of a `text/event-stream` body into events.

    `max_line` and `max_event` are bounds in bytes (defaults 8 and 16 MiB). `last_event_id` and
    `retry` (ms, at most 60,000) are the stream's by now. `stray` keeps the first 64 KiB of lines
    that are no field of an event: some servers put a bare JSON error there
    (googleapis/js-genai#1973).
    """

    def __init__(self, max_line: int = 8 << 20, max_event: int = 16 << 20) -> None:
        self.last_event_id = ""
        self.retry: int | None = None
        self.stray = bytearray()
        self._max_line = max_line
        self._max_event = max_event
        self._at_start = True
        self._skip_lf = False
        self._tail: list[bytes] = []
        self._tail_size = 0
        self._event = b""
        self._data: list[bytes] = []
        self._data_size = 0
        self._id = ""
        self._retry_here: int | None = None
        self._begun = False

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes; return the events that they complete.

        Raises `LineTooLong` and `EventTooLarge`; the stream is of no use after that.
        """
        if self._at_start:
            chunk = self._without_bom(chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            if chunk[0] == _LF:
                chunk = chunk[1:]
        if not chunk:
            return []
        lines = chunk.splitlines()  # of bytes: CR, LF and CRLF only
        last = chunk[-1]
        unfinished = b""
        if last == _CR:
            self._skip_lf = True
        elif last != _LF:
            unfinished = lines.pop()
        if lines and self._tail:
            lines[0] = b"".join([*self._tail, lines[0]])
            self._tail.clear()
            self._tail_size = 0
        events: list[ServerSentEvent] = []
        for line in lines:
            if line:
                self._field(line)
            elif self._begun:
                self._dispatch(events)
        if unfinished:
            self._keep_tail(unfinished)
        return events

    def _keep_tail(self, piece: bytes) -> None:
        self._tail.append(piece)
        self._tail_size += len(piece)
        if self._tail_size > self._max_line:
            raise _line_too_long(self._max_line)

    def close(self) -> list[ServerSentEvent]:
        """End the stream. An event that no empty line has ended is dropped, as the standard says;
        an unfinished line goes to `stray`.
        """
        if self._tail:
            self._keep_stray(b"".join(self._tail))
        self._tail.clear()
        self._data.clear()
        return []

    def _without_bom(self, chunk: bytes) -> bytes:
        start = b"".join(self._tail) + chunk
        self._tail.clear()
        self._tail_size = 0
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._tail.append(start)
            return b""
        self._at_start = False
        return start.removeprefix(_BOM)

    def _field(self, line: bytes) -> None:
        if len(line) > self._max_line:
            raise _line_too_long(self._max_line)
        name, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            self._data.append(value)
            self._data_size += len(value) + 1
            if self._data_size > self._max_event:
                raise EventTooLarge(
                    "The server sent an event that is too large to read.",
                    code="event_too_large",
                    details=f"an event of more than {self._max_event} bytes",
                )
        elif name == b"event":
            self._event = value
        elif name == b"id":
            if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
        elif name == b"retry":
            if value.isdigit():
                ms = int(value) if len(value) < 9 else _MAX_RETRY_MS
                self.retry = self._retry_here = min(ms, _MAX_RETRY_MS)
        else:
            if name:  # a comment has no name
                self._keep_stray(line)
            return
        self._begun = True

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        self.last_event_id = self._id
        if self._data:
            data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            events.append(
                ServerSentEvent(
                    self._event.decode("utf-8", "replace") or "message",
                    data.decode("utf-8", "replace"),
                    self.last_event_id,
                    self._retry_here,
                )
            )
            self._data.clear()
            self._data_size = 0
        self._event = b""
        self._retry_here = None
        self._begun = False

    def _keep_stray(self, line: bytes) -> None:
        room = _MAX_STRAY - len(self.stray)
        if room > 0:
            self.stray += line[:room] + b"\n"


def _line_too_long(limit: int) -> LineTooLong:
    return LineTooLong(
        "The server sent a line that is too long to read.",
        code="line_too_long",
        details=f"a line of more than {limit} bytes",
    )
