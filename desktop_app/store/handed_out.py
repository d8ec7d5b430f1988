"""Files that are handed to other programs to be opened: copies that live as long as this one runs.

These calls block; run them in a thread.
"""

import os
import shutil
from pathlib import Path

from desktop_app import faultpoints
from desktop_app.store.errors import DiskFull, StoreError
from desktop_app.store.files import make_private_folder


class HandedOut:
    """A folder of such copies, each in one of its own, so that its name is what it is called."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, data: bytes) -> Path:
        """Write a copy. Raises `StoreError`."""
        assert Path(name).name == name, "a name is no path"
        folder = self._folder / os.urandom(8).hex()
        try:
            make_private_folder(folder)
            path = folder / name
            path.write_bytes(data)
        except OSError as error:
            raise _unwritten(error) from error
        return path

    def clear(self) -> None:
        """Delete all copies; what another program still holds is deleted another time."""
        shutil.rmtree(self._folder, ignore_errors=True)


def save(path: Path, data: bytes) -> None:
    """Write a file where the person wants it, whole or not at all. Raises `StoreError`."""
    temporary = path.with_name(f".castor-{os.urandom(8).hex()}")
    try:
        try:
            with temporary.open("xb") as file:  # never what somebody else has put there
                file.write(data)
            faultpoints.reach("file.written")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(error) from error


def _unwritten(error: OSError) -> StoreError:
    return DiskFull(f"The file could not be written: {error.strerror or 'the disk refuses'}.")
