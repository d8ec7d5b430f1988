"""Attachments as files named by the SHA-256 of their bytes.

A file is copied when it is attached, from one open descriptor, so that what happens to the
original afterwards changes nothing. These calls block; run them in a thread.
"""

import base64
import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from desktop_app import faultpoints
from desktop_app.store.errors import DiskFull, FileRefused, ProfileUnwritable, StoreError
from desktop_app.store.files import make_private_folder, sync_folder

_CHUNK: Final = 1 << 20
_BASE64_CHUNK: Final = 3 << 18
"""A multiple of 3, so that the base64 of the pieces is the base64 of the whole."""

_STALE_SECONDS: Final = 3600.0

Note = Callable[[str, int], object]
"""Is told the digest and size of a file before that is in the store, in the copying thread.

Who writes them down there finds each file again, whenever the program ends.
"""


@dataclass(frozen=True)
class StoredFile:
    """A file in the store: its digest, its size in bytes, its first bytes, and where it lies."""

    sha256: str
    size: int
    head: bytes
    path: Path


class AttachmentStore:
    """The folder of one profile's attachments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        """Where the copy of these bytes lies."""
        return self._folder / sha256[:2] / sha256

    def beside(self, name: str) -> Path:
        """A folder beside this one, for files that are not kept."""
        return self._folder.parent / name

    def copy_file(
        self,
        path: Path,
        limit: int,
        inspect: Callable[[BinaryIO, int], object] | None = None,
        on_progress: Callable[[int, int], object] | None = None,
        note: Note | None = None,
    ) -> StoredFile:
        """Copy a file of at most `limit` bytes.

        `inspect` is given the open file and its size before anything is copied, `on_progress`
        how many bytes are copied, of how many; both may raise, and nothing is left then. Only a
        regular file is read: a FIFO or a device would hang. Raises `FileRefused` with the reason,
        `DiskFull`, `ProfileUnwritable`.
        """
        descriptor = _open_regular(path)
        with os.fdopen(descriptor, "rb") as source:
            size = os.fstat(descriptor).st_size
            if size > limit:
                raise FileRefused(f"it has {_megabytes(size)}, more than {_megabytes(limit)}")
            if inspect is not None:
                inspect(source, size)
            source.seek(0)

            def chunks() -> Iterator[bytes]:
                copied = 0
                while chunk := source.read(_CHUNK):
                    yield chunk
                    copied += len(chunk)
                    if on_progress is not None:
                        on_progress(copied, size)

            return self._store(chunks(), limit, note)

    def add_bytes(self, data: bytes, limit: int, note: Note | None = None) -> StoredFile:
        """Put bytes that come from elsewhere into the store. Raises as `copy_file` does."""
        if len(data) > limit:
            raise FileRefused(f"it has {_megabytes(len(data))}, more than {_megabytes(limit)}")
        return self._store(iter([data]), limit, note)

    def read_base64(self, sha256: str) -> Iterator[bytes]:
        """Give the base64 of a file's bytes in pieces of 1 MiB. Raises `StoreError`."""
        try:
            with self.path(sha256).open("rb") as file:
                while piece := file.read(_BASE64_CHUNK):
                    yield base64.b64encode(piece)
        except OSError as error:
            raise _gone() from error

    def read_at(self, sha256: str, offset: int, count: int) -> bytes:
        """Read a part of a file's bytes. Raises `StoreError`."""
        try:
            with self.path(sha256).open("rb") as file:
                file.seek(offset)
                return file.read(count)
        except OSError as error:
            raise _gone() from error

    def check(self, sha256: str, size: int) -> None:
        """Raise `StoreError` where a file is not, or no longer, here as it was."""
        try:
            there = self.path(sha256).stat().st_size == size
        except OSError as error:
            raise _gone() from error
        if not there:
            raise _gone()

    def delete(self, sha256: str) -> bool:
        """Delete a file, and say whether it is gone; another program may hold it."""
        try:
            self.path(sha256).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def sweep(self) -> None:
        """Delete what interrupted copies have left behind, an hour later."""
        limit = time.time() - _STALE_SECONDS
        for leftover in self._folder.glob("new-*"):
            try:
                if leftover.stat().st_mtime < limit:
                    leftover.unlink()
            except OSError:
                continue  # another time

    def _store(self, chunks: Iterator[bytes], limit: int, note: Note | None) -> StoredFile:
        temporary = self._folder / f"new-{os.urandom(8).hex()}"
        try:
            make_private_folder(self._folder)
            try:
                return self._write(temporary, chunks, limit, note)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise _disk_error(error, self._folder) from error

    def _write(
        self, temporary: Path, chunks: Iterator[bytes], limit: int, note: Note | None
    ) -> StoredFile:
        import hashlib  # OpenSSL's library with it, which no start needs

        digest = hashlib.sha256()
        size = 0
        head = b""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:  # it grew while it was copied
                    raise FileRefused(f"it has more than {_megabytes(limit)}")
                head = head or chunk[:64]
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        name = digest.hexdigest()
        final = self.path(name)
        make_private_folder(final.parent)
        faultpoints.reach("attachment.copied")
        if note is not None:
            note(name, size)
        faultpoints.reach("attachment.noted")
        if not final.exists():
            temporary.replace(final)
            sync_folder(final.parent)
        faultpoints.reach("attachment.stored")
        return StoredFile(name, size, head, final)


def _open_regular(path: Path) -> int:
    if _is_network_path(path):
        raise FileRefused("it lies on a network path; copy it to this computer first")
    # Not blocking: opening a FIFO would wait for its other end for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except IsADirectoryError as error:
        raise FileRefused("it is a folder; attach the files in it") from error
    except OSError as error:
        raise FileRefused(_reason(error)) from error
    kind = os.fstat(descriptor)
    if not stat.S_ISREG(kind.st_mode):
        os.close(descriptor)
        what = "a folder; attach the files in it" if stat.S_ISDIR(kind.st_mode) else "no plain file"
        raise FileRefused(f"it is {what}")
    if kind.st_size == 0:
        os.close(descriptor)
        raise FileRefused("it is empty")
    return descriptor


def _is_network_path(path: Path) -> bool:
    # On Windows even asking for such a path would send the person's credentials to its host.
    text = str(path)
    return sys.platform == "win32" and text.startswith(("\\\\", "//"))


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "it is not there any more"
        case errno.EACCES | errno.EPERM:
            return "you may not read it"
        case _:
            return f"it cannot be read ({error.strerror})"


def _disk_error(error: OSError, folder: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(
            "The disk is full: the file was not attached.",
            "Make room and attach it again; what you wrote is still here.",
        )
    return ProfileUnwritable(f"The folder {folder} cannot be written: {error.strerror}.")


def _gone() -> StoreError:
    return StoreError(
        "An attachment is no longer in the profile folder.",
        "Remove it from the message, or attach it again.",
    )


def _megabytes(size: int) -> str:
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.2g} GB"
    return f"{size / 1_000_000:.0f} MB" if size >= 10_000_000 else f"{size / 1_000_000:.1f} MB"
