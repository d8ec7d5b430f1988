"""A disk whose power can fail: SQLite writes through it, and it knows what would be left.

Reads and locks go to real files, so that the WAL's shared memory works. Besides that it keeps, for
each file, what was synced and what was written since. At the cut each sector that was not synced
is kept, dropped or torn by itself; growth and shrinking that were not synced may be lost, and so
may the making and the deleting of a file. Who writes does not notice the cut: what is done after
it is on no disk.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import apsw

from desktop_app.store.database import MADE

SECTORS: Final = (512, 4096)
_JOURNALS: Final = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL


@dataclass
class _Medium:
    """One file: its synced bytes, and what was done since; a write, or an `int` to cut it at."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes] | int] = field(default_factory=list[tuple[int, bytes] | int])
    has_entry: bool = False
    """Whether its name in the folder is synced."""

    deleted: bool = False
    """It is deleted, and this is not synced."""

    def sync(self) -> None:
        for one in self.since:
            if isinstance(one, int):
                _resize(self.synced, one)
            else:
                _put(self.synced, *one)
        self.since.clear()


class Platter:
    """The disk. `cut_at` is the number of the operation in which the power fails.

    `survivors` are the files that are on it at the start, all synced.
    """

    def __init__(self, seed: int, cut_at: int, survivors: dict[str, bytes]) -> None:
        self._random = random.Random(seed)
        self._media = {
            name: _Medium(bytearray(data), has_entry=True) for name, data in survivors.items()
        }
        self._ghosts: list[tuple[str, _Medium]] = []
        self._cut_at = cut_at
        self.operations = 0
        self.cut = False
        self.failed_at = 0.0
        self.clock: Callable[[], float] = lambda: 0.0

    def image(self) -> dict[str, bytes]:
        """The files as the power cut leaves them; once a run."""
        left: dict[str, bytes] = {}
        for name, medium in (*self._ghosts, *self._media.items()):
            certain = medium.has_entry and not medium.deleted
            possible = medium.has_entry or not medium.deleted
            if certain or (possible and self._random.random() < 0.5):
                left[name] = self._crash(medium)
        return left

    # --- what SQLite does -----------------------------------------------------------------------

    def fail(self) -> None:
        """Fail now, if not before; what is done from now on is nowhere."""
        if not self.cut:
            self.failed_at = self.clock()
            self.cut = True

    def _fails(self) -> bool:
        """Count an operation; say whether the power fails in it."""
        self.operations += 1
        if self.operations == self._cut_at:
            self.fail()
        return self.cut

    def make(self, name: str, *, is_empty: bool) -> None:
        """A file is opened, and made where it is missing."""
        if self.cut:
            return
        made = self._media.pop(f"{name}{MADE}", None)
        if made is not None:  # which was given its name, and the folder synced
            made.has_entry = True
            self._media[name] = made
        medium = self._media.get(name)
        if medium is None or medium.deleted or is_empty:
            if medium is not None and medium.deleted:
                self._ghosts.append((name, medium))
            self._media[name] = _Medium()

    def write(self, name: str, offset: int, data: bytes) -> None:
        """Bytes are written; or lost, or half lost, where the power fails in it."""
        if not self.cut:
            self._media[name].since.append((offset, data))
            self._fails()

    def truncate(self, name: str, size: int) -> None:
        """A file is cut off."""
        if not self.cut:
            self._media[name].since.append(size)
            self._fails()

    def sync(self, name: str, *, folder: bool) -> None:
        """A file is synced, and the folder with it where that is asked for."""
        if not self.cut and not self._fails():
            self._media[name].sync()
            if folder:
                self._sync_folder()

    def delete(self, name: str, *, folder: bool) -> None:
        """A file is deleted."""
        if not self.cut and name in self._media:
            self._media[name].deleted = True
            if not self._fails() and folder:
                self._sync_folder()

    def _sync_folder(self) -> None:
        self._ghosts.clear()
        for name, medium in list(self._media.items()):
            medium.has_entry = True
            if medium.deleted:
                del self._media[name]

    # --- what is left ---------------------------------------------------------------------------

    def _crash(self, medium: _Medium) -> bytes:
        chance = self._random
        left = bytearray(medium.synced)
        keep = chance.choice((0.0, 0.5, 0.9, 1.0, chance.random()))
        sector = chance.choice(SECTORS)
        for one in medium.since:
            if isinstance(one, int):
                if chance.random() < keep:
                    _resize(left, one)
                continue
            for offset, piece in _sectors(*one, sector):
                fate = chance.random()
                if fate < keep:
                    _put(left, offset, piece)
                elif fate < keep + (1 - keep) / 2:
                    _put(left, offset, self._torn(piece))
        if len(left) > len(medium.synced) and chance.random() < 0.5:
            _resize(left, chance.randint(len(medium.synced), len(left)))
        return bytes(left)

    def _torn(self, piece: bytes) -> bytes:
        whole = self._random.randint(0, len(piece))
        if self._random.random() < 0.5:
            return piece[:whole]  # behind it stands what stood there
        return piece[:whole] + self._random.randbytes(len(piece) - whole)


def _sectors(offset: int, data: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    end = offset + len(data)
    at = offset
    while at < end:
        stop = min(end, at - at % size + size)
        yield at, data[at - offset : stop - offset]
        at = stop


def _put(file: bytearray, offset: int, data: bytes) -> None:
    if offset > len(file):
        _resize(file, offset)
    file[offset : offset + len(data)] = data


def _resize(file: bytearray, size: int) -> None:
    if size < len(file):
        del file[size:]
    else:
        file.extend(bytes(size - len(file)))


# --- what SQLite sees -----------------------------------------------------------------------------


class PlatterVFS(apsw.VFS):
    """SQLite's way to a platter. Use it as a context; `name` is what connections are given."""

    def __init__(self, platter: Platter) -> None:
        self.name = f"platter-{id(self)}"
        self._platter = platter
        super().__init__(self.name, "")

    def __enter__(self) -> str:
        return self.name

    def __exit__(self, *_: object) -> None:
        self.unregister()

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> "apsw.VFSFile":  # noqa: N802
        return _PlatterFile(self._platter, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._platter.delete(Path(filename).name, folder=syncdir)
        super().xDelete(filename, syncdir)


class _PlatterFile(apsw.VFSFile):
    def __init__(
        self, platter: Platter, name: "str | apsw.URIFilename | None", flags: list[int]
    ) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._platter = platter
        self._name = Path(path or "temporary").name
        self._syncs_folder = bool(flags[0] & _JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE)
        is_empty = path is None or not Path(path).exists() or not Path(path).stat().st_size
        platter.make(self._name, is_empty=is_empty)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._platter.write(self._name, offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._platter.truncate(self._name, newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        # SQLite's own files for Unix sync the folder the first time that they sync a journal.
        self._platter.sync(self._name, folder=self._syncs_folder)
        self._syncs_folder = False
