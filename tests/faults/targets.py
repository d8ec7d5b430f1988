"""What is fuzzed: functions of bytes that raise where something does not hold.

Whatever comes from outside as bytes ends in one of these: a stream, an error body, Markdown, a row
of a damaged history, a name. None of them may raise anything but what it says, lose or double
anything, or make much out of little.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar, cast

import apsw

from desktop_app.chat.loading import TurnLoader
from desktop_app.chat.media_files import name_of
from desktop_app.file_names import safe_file_name, safe_name
from desktop_app.gemini import wire
from desktop_app.gemini.error_body import error_from_response, parse_error
from desktop_app.gemini.sse import SSEDecoder
from desktop_app.interactions.codec import decode_step, encode_step
from desktop_app.interactions.content import DocumentContent, VideoContent
from desktop_app.interactions.context import Gathering
from desktop_app.interactions.events import Event
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.markdown.plain import plain_text
from desktop_app.markdown.stream import MarkdownStream, read_stream
from desktop_app.markdown.stretches import text_of_all
from desktop_app.store import conversations as queries
from desktop_app.store import outlines
from desktop_app.store.database import Database
from desktop_app.store.errors import StoreError
from desktop_app.store.migrations import empty_history
from desktop_app.store.rows import interaction_row, restore_interaction
from tests.samples import DATA

T = TypeVar("T")
Target = Callable[[bytes], None]

LONGEST: Final = 1 << 16
"""Bytes of an input that are looked at."""

_MESSAGE_LIMIT: Final = 500


# --- a stream -------------------------------------------------------------------------------------


def stream(data: bytes) -> None:
    """Decode and fold a stream, whole and in pieces; store the turn and bring it back."""
    cut, body = data[:1], data[1:LONGEST]
    size = max(1, cut[0]) if cut else 1
    events = _events([body])
    assert events == _events([body[at : at + size] for at in range(0, len(body), size)])
    turn = Interaction("t", clock=lambda: 0.0)
    for event in events:
        position = turn.apply(event)
        assert position is None or 0 <= position < turn.step_count
    for step in turn.steps:
        assert decode_step(encode_step(step)) == step
        json.dumps(encode_step(step)).encode()
    _same_again(turn)


def _events(pieces: Iterable[bytes]) -> list[Event]:
    decoder = SSEDecoder(1 << 20, 1 << 20)
    records = [record for piece in pieces for record in decoder.feed(piece)]
    found = [wire.decode_event(record) for record in [*records, *decoder.close()]]
    return [event for event in found if event is not None]


def _same_again(turn: Interaction) -> None:
    back = restore_interaction(interaction_row(turn, "c", 0.0))
    assert back.steps == turn.steps
    assert back.output_text == turn.output_text
    assert back.ids == turn.ids
    assert back.usage == turn.usage
    if turn.outcome is Outcome.STREAMING:
        assert back.outcome is Outcome.INTERRUPTED
    else:
        assert (back.outcome, back.failure) == (turn.outcome, turn.failure)


# --- error bodies ---------------------------------------------------------------------------------

_STATUSES: Final = (None, 200, 301, 400, 401, 402, 403, 404, 407, 409, 416, 429, 499, 500, 503, 504)
_TYPES: Final = ("application/json", "text/html", "text/plain; charset=utf-16", "", "\0", "image/x")


def errors(data: bytes) -> None:
    """Read an error body: it never raises, and what it says fits into a line."""
    first, second, wait = (*data[:3], 0, 0, 0)[:3]
    head, body = data[3:40], data[3:]
    headers = {"content-type": _TYPES[second % len(_TYPES)]}
    if wait % 4 == 1:
        headers["retry-after"] = head.decode("latin-1")
    if wait % 4 == 2:
        headers["retry-after-ms"] = head.decode("latin-1")
    info = parse_error(headers, body)
    error = error_from_response(_STATUSES[first % len(_STATUSES)], headers, body)
    for words in (info.message, str(error), error.server_message, error.advice):
        assert len(words) <= _MESSAGE_LIMIT + 200
        assert not any(_is_control(character) for character in words), ascii(words)
        words.encode()  # no half of a pair
    assert str(error)
    for seconds in (info.retry_after, getattr(error, "retry_after", None)):
        assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\n\t"


# --- Markdown -------------------------------------------------------------------------------------


def markdown(data: bytes) -> None:
    """Read a text whole and in pieces: the same blocks, and not much more than there was."""
    cuts, raw = data[:4], data[4:LONGEST]
    text = (
        raw.decode("utf-8", "surrogatepass" if cuts[:1] < b"\x80" else "replace")
        if (_is_text(raw))
        else raw.decode("latin-1")
    )
    whole = read_stream(text)
    grown = MarkdownStream()
    begin = 0
    for cut in sorted(cut * len(text) // 255 for cut in cuts):
        grown.feed(text[begin:cut])
        begin = cut
    grown.feed(text[begin:])
    grown.finish()
    assert grown.blocks == whole.blocks
    assert grown.sources == whole.sources
    heard, shown = plain_text(text), text_of_all(whole.blocks)
    assert len(heard) + len(shown) <= 16 * len(text) + 10_000


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


# --- a row of the history -------------------------------------------------------------------------

_TEXTS: Final = ("previous", "id", "status", "outcome", "origin", "request", "input", "header")
_TEXTS_TOO: Final = ("failure", "last_event_id", "hops")
_NUMBERS: Final = ("expired", "kept", "tokens", "size")
_INTEGERS: Final = (0, 1, -1, 2, 255, 1 << 31, -(1 << 63), (1 << 63) - 1)


@dataclass
class _Memory:
    """A history in memory, in the place of the one on the disk."""

    db: apsw.Connection

    def read_here(self, work: Callable[[apsw.Connection], T]) -> T:
        return work(self.db)


@lru_cache(1)
def _history() -> _Memory:
    return _Memory(empty_history())


def rows(data: bytes) -> None:
    """Put any values into the rows of a turn: it is read, or said to be damaged."""
    memory = _history()
    memory.db.execute("SAVEPOINT fuzz")
    try:
        _fill(memory.db, _Values(data[:LONGEST]))
        for read in (queries.list_conversations, _outline, _draft, _reading):
            with suppress(StoreError, UnicodeDecodeError, apsw.Error):  # it says: damaged
                read(memory.db)
        try:
            turn, _size = TurnLoader(cast("Database", memory)).load("t")
        except StoreError:
            return
        _use(turn)
    finally:
        memory.db.execute("ROLLBACK TO fuzz; RELEASE fuzz")


def _use(turn: Interaction) -> None:
    gathering = Gathering(["t"], lambda _key: turn, origin=turn.origin, store=True, results=())
    while gathering.go_on():
        pass
    gathering.context()
    for position in range(turn.step_count):
        turn.step_seconds(position)
        turn.goes_on_from(position)
        turn.unknown_deltas(position)
    turn.fail(queries.PROGRAM_ENDED)
    assert turn.outcome is not Outcome.STREAMING
    _same_again(turn)


def _outline(db: apsw.Connection) -> None:
    outlines.load_outline(db, "c")


def _draft(db: apsw.Connection) -> None:
    queries.load_draft(db, "c")


def _reading(db: apsw.Connection) -> None:
    outlines.load_reading(db, "c")


class _Values:
    """Values for columns, one after the other, as the bytes have it."""

    def __init__(self, data: bytes) -> None:
        self._parts = iter(data.split(b"\xff"))

    def bytes(self, usual: bytes) -> bytes:
        """Bytes for a text, which need not be one."""
        part = next(self._parts, b"")
        return part or usual

    def integer(self) -> int:
        part = next(self._parts, b"\0")
        return _INTEGERS[(part or b"\0")[0] % len(_INTEGERS)]

    def real(self) -> float | None:
        part = next(self._parts, b"\0")
        return (None, 0.0, -1.5, math.inf, 1e308)[(part or b"\0")[0] % 5]


def _fill(db: apsw.Connection, values: _Values) -> None:
    db.execute(
        "INSERT INTO conversation (key, sequence, title, named, origin, created, updated, unread) "
        "VALUES ('c', ?, CAST(? AS TEXT), ?, 'o', ?, 0, 0)",
        (values.integer(), values.bytes(b"title"), values.integer(), values.real() or 0.0),
    )
    usual = {"outcome": b"complete", "request": b"{}", "input": b"[]", "header": b"{}"}
    texts = {name: values.bytes(usual.get(name, b"[]")) for name in (*_TEXTS, *_TEXTS_TOO)}
    numbers = {name: values.integer() for name in _NUMBERS}
    marks = ", ".join(["CAST(? AS TEXT)"] * len(texts) + ["?"] * len(numbers))
    db.execute(
        f"INSERT INTO interaction (key, conversation, sequence, created, "
        f"{', '.join([*texts, *numbers])}) VALUES ('t', 'c', 1, 0, {marks})",
        (*texts.values(), *numbers.values()),
    )
    for position in range(values.integer() & 3):
        db.execute(
            "INSERT INTO step (interaction, position, wire_index, type, body, whole, seconds, "
            "unknown) VALUES ('t', ?, ?, '', CAST(? AS TEXT), ?, ?, CAST(? AS TEXT))",
            (
                *(position, values.integer(), values.bytes(b"{}"), values.integer()),
                *(values.real(), values.bytes(b"[]")),
            ),
        )
    db.execute(
        "INSERT INTO draft VALUES ('c', CAST(? AS TEXT), CAST(? AS TEXT), 0)",
        (values.bytes(b"draft"), values.bytes(b"[]")),
    )
    db.execute(
        "INSERT INTO reading_place VALUES ('c', CAST(? AS TEXT), ?, ?, 0.5)",
        (values.bytes(b"t"), values.integer(), values.integer()),
    )
    db.execute(
        "INSERT INTO turn_heights VALUES ('c', ?, ?, ?)",
        (values.integer(), values.integer(), values.bytes(b"")),
    )


# --- names ----------------------------------------------------------------------------------------

_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_NEVER: Final = frozenset('/\\<>:"|?*\u2028\u2029')
_MEDIA_TYPES: Final = ("video/mp4", "image/png", "application/x-msdownload", "", "../etc", "a/b")


def names(data: bytes) -> None:
    """Make a file's name of anything: every system takes it, and for nothing but a name."""
    kind, said = data[:1], data[1:1000].decode("utf-8", "replace")
    media_type = _MEDIA_TYPES[kind[0] % len(_MEDIA_TYPES)] if kind else said
    film = VideoContent(data="AAAA", mime_type=media_type, name=said)
    document = DocumentContent(data="AAAA", mime_type=said, extra={"name": said})
    for name in (
        *(name_of(film), name_of(document), name_of(film, 3)),
        *(safe_name(said, "Conversation", "pdf"), safe_file_name(said, "File")),
    ):
        _check_name(name)


def _check_name(name: str) -> None:
    assert name
    assert len(name.encode()) <= 255, "too long for a file system"
    assert name[0] not in ". ", ascii(name)
    assert name[-1] not in ". ", ascii(name)
    assert not set(name) & _NEVER, ascii(name)
    odd = [one for one in name if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn")]
    assert not odd, ascii(name)
    assert not _DEVICE.fullmatch(name.partition(".")[0].strip()), ascii(name)
    assert unicodedata.normalize("NFC", name) == name, ascii(name)


TARGETS: Final[dict[str, Target]] = {
    target.__name__: target for target in (stream, errors, markdown, rows, names)
}


# --- what to begin with ---------------------------------------------------------------------------


def seeds(name: str) -> Iterator[bytes]:
    """Inputs that a target begins with: the samples of the tests."""
    match name:
        case "stream":
            for file in sorted((DATA / "streams").glob("*.sse")):
                yield b"\x07" + file.read_bytes()
        case "errors":
            yield from _error_seeds()
        case "markdown":
            for file in sorted((DATA / "gallery").rglob("*.md")):
                yield b"\x20\x40\x80\xc0" + file.read_bytes()
            yield b"\x20\x40\x80\xc0- a\n\n\nb\n- c[^n] `x` $y$\n\n|a|\n|-|\n|1|\n\n[^n]: z"
        case "rows":
            for file in sorted((DATA / "streams").glob("*.sse")):
                yield _row_seed(file.read_bytes())
        case _:
            given = "con.mp4", "../../a", "a\u202egnp.exe", "é" * 200, " . ", "COM¹.x", "名前"
            for text in given:
                yield b"\0" + text.encode()


def _error_seeds() -> Iterator[bytes]:
    for body in (
        {"error": {"code": "rate_limit_exceeded", "message": "Please retry in 36.4s."}},
        [{"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": "X"}]}}],
        {"error": {"details": [{"@type": "a/google.rpc.RetryInfo", "retryDelay": "47.5s"}]}},
        {"error": {"details": [{"violations": [{"quotaId": "PerDay"}]}]}},
    ):
        yield b"\x0b\0\1" + json.dumps(body).encode()
    yield b"\x03\1\0<!doctype html><title>Sign in</title>"
    yield b"\x0b\0\1" + b"[" * 5000
    yield b"\x0b\2\2" + b"9" * 5000


def _row_seed(body: bytes) -> bytes:
    turn = Interaction("t", clock=lambda: 0.0)
    for event in _events([body]):
        turn.apply(event)
    row = interaction_row(turn, "c", 0.0)
    texts = [getattr(row, name) or "" for name in (*_TEXTS, *_TEXTS_TOO)]
    parts = ["\1", "title", "\0", "\0", *texts, *["\1"] * len(_NUMBERS), "\3"]
    for step in row.steps[:3]:
        parts += ["\1", step.body, "\1", "\1", step.unknown or ""]
    return b"\xff".join(part.encode() for part in parts)
