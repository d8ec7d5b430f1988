"""A SQLite file as its pages, read without SQLite: what it is, and what a damaged one still holds.

Knows the file format (https://sqlite.org/fileformat2.html) and nothing of what the rows mean.
Nothing is written or made, beside the file neither.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

Value = str | int | float | bytes | None
Record = list[Value]

PAGE_SIZE: Final = 4096
"""What SQLite has made databases with since 2016, ours too."""

MAGIC: Final = b"SQLite format 3\0"
WAL: Final = "-wal"
_WAL_MAGIC: Final = 0x377F0682
_WAL_HEADER: Final = 32
_FRAME_HEADER: Final = 24
FRAME_SIZE: Final = _FRAME_HEADER + PAGE_SIZE
"""Of a page in the WAL."""

_FILE_HEADER: Final = 100
_TABLE_LEAF: Final = 0x0D
_BTREE: Final = frozenset((0x02, 0x05, 0x0A, _TABLE_LEAF))
_MOST_COLUMNS: Final = 64
_INTEGER_SIZES: Final = (0, 1, 2, 3, 4, 6, 8)


@dataclass(frozen=True)
class Header:
    """What the first page says, as far as the WAL has a newer one that too.

    `pages` is how many the database has, `log` whether there is a WAL with something in it.
    """

    sound: bool
    application_id: int = 0
    user_version: int = 0
    pages: int = 0
    log: bool = False


def read_header(file: Path) -> Header:
    """Read what the first page of a database says. Raises `OSError`."""
    with Pages(file) as pages:
        first = pages.first()
        # Of an empty file SQLite throws the WAL away.
        if not pages.in_file or len(first) < _FILE_HEADER or first[:16] != MAGIC:
            return Header(sound=False, log=pages.log.holds_frames)
        version, application = struct.unpack(">I4xI", first[60:72])
        return Header(
            True, application, version, int.from_bytes(first[28:32], "big"), pages.log.holds_frames
        )


class Log:
    """The WAL of a database: its frames as they lie there, whatever SQLite thinks of them.

    `sound` says that its header is whole, or that there is none.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.sound = not data or _header_is_whole(data)
        first = data[_WAL_HEADER + 8 : _WAL_HEADER + 16]
        self._salts = data[16:24] if self.sound else first
        step = FRAME_SIZE
        self.holds_frames = len(data) >= _WAL_HEADER + step
        self.frames: list[tuple[int, int, int, int]] = []
        """Number in the file, page, size of the database where it commits, place in the file."""
        for number, at in enumerate(range(_WAL_HEADER, len(data) - step + 1, step)):
            page, commits = struct.unpack(">II", data[at : at + 8])
            if data[at + 8 : at + 16] == self._salts:
                self.frames.append((number, page, commits, at + _FRAME_HEADER))

    def image(self, place: int) -> bytes:
        """The page of a frame."""
        return self._data[place : place + PAGE_SIZE]

    def is_whole(self, place: int) -> bool:
        """Whether a frame is as it was written, and follows on the one before it.

        A power cut may leave the head of a frame, and behind it what stood there before.
        """
        data, at = self._data, place - _FRAME_HEADER
        before = at - PAGE_SIZE - 8 if at > _WAL_HEADER else 24
        sums: tuple[int, int] = struct.unpack(">II", data[before : before + 8])
        order = ">" if data[3] & 1 else "<"
        sums = _sums(data[at : at + 8], order, sums)
        sums = _sums(data[place : place + PAGE_SIZE], order, sums)
        return struct.unpack(">II", data[at + 16 : at + 24]) == sums

    def committed(self) -> list[tuple[int, int]]:
        """The pages of all transactions that ended, with their places, the oldest first."""
        last = max((n for n, _, commits, _ in self.frames if commits), default=-1)
        return [(page, place) for number, page, _, place in self.frames if number <= last]

    def is_cut_short_at(self, valid: int) -> bool:
        """Whether more was committed than the `valid` frames that SQLite finds whole.

        Nothing follows on the last transaction that a power cut may have torn: each one is on the
        disk before the next one begins. What stands there may be left of one that an earlier cut
        has torn, and does not follow on it.
        """
        if not self.sound:
            return self.holds_frames
        places = {number: place for number, _, _, place in self.frames}
        return any(
            commits
            and number >= valid
            and number + 1 in places
            and self.is_whole(places[number + 1])
            for number, _, commits, _ in self.frames
        )


def _header_is_whole(data: bytes) -> bool:
    if len(data) < _WAL_HEADER or struct.unpack(">I", data[:4])[0] & ~1 != _WAL_MAGIC:
        return False
    order = ">" if data[3] & 1 else "<"
    return struct.unpack(">II", data[24:32]) == _sums(data[:24], order, (0, 0))


def _sums(data: bytes, order: str, before: tuple[int, int]) -> tuple[int, int]:
    """The two sums with which the WAL is checked, over these bytes and those before."""
    first, second = before
    words: tuple[int, ...] = struct.unpack(f"{order}{len(data) // 4}I", data)
    for at in range(0, len(words), 2):
        first = (first + words[at] + second) & 0xFFFFFFFF
        second = (second + words[at + 1] + first) & 0xFFFFFFFF
    return first, second


class Pages:
    """The pages of a database and of its WAL. Use it as a context. Raises `OSError`."""

    def __init__(self, file: Path) -> None:
        wal = file.with_name(file.name + WAL)
        self.log = Log(wal.read_bytes() if wal.is_file() else b"")
        self._file = file.open("rb") if file.is_file() else None
        self._newer: dict[int, list[int]] = {}
        for page, place in self.log.committed():
            self._newer.setdefault(page, []).append(place)
        size = file.stat().st_size if self._file is not None else 0
        self.in_file = -(-size // PAGE_SIZE)
        self._numbers = self._newer.keys() | set(range(1, self.in_file + 1))
        self.unread = 0
        """How many pages and cells could not be made out, after `records`."""

    @property
    def size(self) -> int:
        """How many bytes there are in all."""
        return len(self._numbers) * PAGE_SIZE

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._file is not None:
            self._file.close()

    def newest(self, number: int) -> bytes:
        """A page as it was last written; short or empty where there is none."""
        places = self._newer.get(number)
        return self.log.image(places[-1]) if places else self._in_file(number)

    def first(self) -> bytes:
        """The first page as it was last written whole."""
        for place in reversed(self._newer.get(1, [])):
            if self.log.is_whole(place):
                return self.log.image(place)
        return self._in_file(1)

    def _in_file(self, number: int) -> bytes:
        if self._file is None or number < 1:
            return b""
        with suppress(OSError):  # a sector of the disk may be unreadable
            self._file.seek((number - 1) * PAGE_SIZE)
            return self._file.read(PAGE_SIZE)
        return b""

    def has_all_of_the_log(self) -> bool:
        """Whether all that the WAL has committed stands in the database as well.

        It does where SQLite was about to begin the WAL anew: a power cut may tear its header then.
        """
        return all(
            self._in_file(number) == self.log.image(places[-1])
            for number, places in self._newer.items()
        )

    def _older(self, number: int) -> Iterator[bytes]:
        """The same page as it was before, the newest first."""
        places = self._newer.get(number)
        if places:
            yield from (self.log.image(place) for place in reversed(places[:-1]))
            yield self._in_file(number)

    def records(self) -> Iterator[Record]:
        """All rows of all tables, those first that were written last.

        Of a page that cannot be made out, what it was before is tried.
        """
        explained = self._free_pages()
        strange: list[int] = []
        for number in sorted(self._numbers):
            kind = self._kind(self.newest(number), number)
            if kind in _BTREE:
                explained.add(number)
            if kind == _TABLE_LEAF:
                cells = Cells(self, self.newest(number), number)
                yield from cells.records()
                explained |= cells.overflow
                if cells.unread:
                    self.unread += cells.unread
                    strange.append(number)
        unexplained = self._numbers - explained
        self.unread += len(unexplained) + max(0, self._said() - len(self._numbers))
        for number in sorted(unexplained.union(strange)):
            for image in self._older(number):
                if self._kind(image, number) == _TABLE_LEAF:
                    yield from Cells(self, image, number).records()

    def _kind(self, image: bytes, number: int) -> int:
        at = _FILE_HEADER if number == 1 else 0
        return image[at] if len(image) > at else -1

    def _said(self) -> int:
        first = self.newest(1)
        return int.from_bytes(first[28:32], "big") if first[:16] == MAGIC else 0

    def _free_pages(self) -> set[int]:
        found: set[int] = set()
        trunk = int.from_bytes(self.newest(1)[32:36], "big")
        while trunk in self._numbers and trunk not in found:
            found.add(trunk)
            image = self.newest(trunk)
            following, count = struct.unpack(">II", image[:8]) if len(image) >= 8 else (0, 0)
            leaves = image[8 : 8 + 4 * min(count, PAGE_SIZE // 4)]
            leaves = leaves[: len(leaves) // 4 * 4]
            found.update(page for (page,) in struct.iter_unpack(">I", leaves))
            trunk = following
        return found


class Cells:
    """The rows of one page of a table."""

    def __init__(self, pages: Pages, image: bytes, number: int) -> None:
        self._pages = pages
        self._image = image
        self._start = _FILE_HEADER if number == 1 else 0
        self.overflow: set[int] = set()
        self.unread = 0

    def records(self) -> Iterator[Record]:
        """The rows; of one whose end is lost what comes before that."""
        image, start = self._image, self._start
        count = int.from_bytes(image[start + 3 : start + 5], "big")
        end = start + 8 + 2 * count
        if end > len(image):
            self.unread += 1
            count = max(0, (len(image) - start - 8) // 2)
        for at in range(start + 8, start + 8 + 2 * count, 2):
            cell = int.from_bytes(image[at : at + 2], "big")
            record = self._record(cell) if cell >= start + 8 else None
            if record is None:
                self.unread += 1
            else:
                yield record

    def _record(self, at: int) -> Record | None:
        try:
            size, at = _varint(self._image, at)
            _, at = _varint(self._image, at)
            payload = self._payload(size, at)
            return _decode(payload)
        except (IndexError, ValueError, struct.error):
            return None

    def _payload(self, size: int, at: int) -> bytes:
        image = self._image
        most = PAGE_SIZE - 35
        if size <= most:
            return image[at : at + size]
        if size > self._pages.size:
            raise ValueError("longer than the file")
        least = (PAGE_SIZE - 12) * 32 // 255 - 23
        local = least + (size - least) % (PAGE_SIZE - 4)
        local = local if local <= most else least
        parts = [image[at : at + local]]
        following = int.from_bytes(image[at + local : at + local + 4], "big")
        left = size - local
        while left > 0 and following and following not in self.overflow:
            page = self._pages.newest(following)
            if len(page) < 5:
                break
            self.overflow.add(following)
            parts.append(page[4 : 4 + left])
            left -= PAGE_SIZE - 4
            following = int.from_bytes(page[:4], "big")
        if left > 0:
            self.unread += 1
        return b"".join(parts)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value = byte & 0x7F
    for count in range(1, 9):
        byte = data[at + count]
        if count == 8:
            return (value << 8) | byte, at + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, at + count + 1
    raise ValueError("no end")


def _decode(payload: bytes) -> Record:
    """Read the columns of a row. Raises `IndexError`, `ValueError`."""
    end, at = _varint(payload, 0)
    if not at <= end <= len(payload):
        raise ValueError("no header")
    kinds: list[int] = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    if at != end or not kinds or len(kinds) > _MOST_COLUMNS:
        raise ValueError("no row")
    record: Record = []
    for kind in kinds:
        value, at = _value(payload, kind, at)
        record.append(value)
    return record


def _value(payload: bytes, kind: int, at: int) -> tuple[Value, int]:
    if kind >= 12:
        size = (kind - 12) // 2
        data = payload[at : at + size]
        return (data.decode("utf-8", "replace") if kind & 1 else data), at + size
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    if kind in (10, 11):
        raise ValueError("a kind that no row has")
    size = 8 if kind == 7 else _INTEGER_SIZES[kind]
    if at + size > len(payload):
        return None, at + size
    if kind == 7:
        return float(struct.unpack(">d", payload[at : at + 8])[0]), at + size
    return int.from_bytes(payload[at : at + size], "big", signed=True), at + size
