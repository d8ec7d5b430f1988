"""The ballast takes real room, is ours alone, and is taken again only where there is enough."""

import errno
import os
import stat
from pathlib import Path

import pytest

from desktop_app.store import ballast as module
from desktop_app.store.ballast import MARGIN, SIZE, Ballast


def test_it_is_really_there_and_ours_alone(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "history.db")
    assert not ballast.is_taken
    old = os.umask(0)
    try:
        assert ballast.take()
    finally:
        os.umask(old)
    found = ballast.path.stat()
    assert (found.st_size, stat.S_IMODE(found.st_mode)) == (SIZE, 0o600)
    if hasattr(found, "st_blocks"):
        assert found.st_blocks * 512 >= SIZE
    assert len(set(ballast.path.read_bytes())) == 256, "zeros may be stored as nothing"
    assert ballast.is_taken


def test_it_is_given_up_whether_it_is_there_or_not(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "history.db")
    ballast.release()
    ballast.take()
    ballast.release()
    assert not ballast.is_taken
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [0, SIZE, SIZE + MARGIN - 1])
def test_it_is_not_taken_where_it_would_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    left, write = room, os.write

    def tight(descriptor: int, data: memoryview) -> int:
        nonlocal left
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = write(descriptor, data[:left])
        left -= written
        return written

    monkeypatch.setattr(module.os, "write", tight)
    ballast = Ballast(tmp_path / "history.db")
    assert not ballast.take()
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_it_is_not_taken_for_it(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "history.db")
    ballast.path.write_bytes(b"half")
    assert not ballast.is_taken
    assert ballast.take()
