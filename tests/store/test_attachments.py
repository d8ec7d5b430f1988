"""Attachments are copied once, from what is really a file, and named by their bytes."""

import base64
import hashlib
import os
import stat
import sys
import time
from pathlib import Path
from typing import BinaryIO

import pytest

from desktop_app.store.attachments import AttachmentStore
from desktop_app.store.errors import DiskFull, FileRefused, ProfileUnwritable, StoreError

LIMIT = 10_000_000


@pytest.fixture
def files(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path / "attachments")


def file_of(tmp_path: Path, data: bytes = b"some bytes") -> Path:
    file = tmp_path / "original.png"
    file.write_bytes(data)
    return file


def test_a_copy_is_named_by_its_bytes_and_ours_alone(
    files: AttachmentStore, tmp_path: Path
) -> None:
    data = os.urandom(3_000_000)
    stored = files.copy_file(file_of(tmp_path, data), LIMIT)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert (stored.size, stored.head) == (len(data), data[:64])
    assert stored.path.read_bytes() == data
    assert stat.S_IMODE(stored.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(stored.path.parent.stat().st_mode) == 0o700


def test_the_same_bytes_are_kept_once(files: AttachmentStore, tmp_path: Path) -> None:
    first = files.copy_file(file_of(tmp_path), LIMIT)
    second = files.add_bytes(b"some bytes", LIMIT)
    assert first.path == second.path
    assert [p for p in (tmp_path / "attachments").rglob("*") if p.is_file()] == [first.path]


def test_what_happens_to_the_original_changes_nothing(
    files: AttachmentStore, tmp_path: Path
) -> None:
    file = file_of(tmp_path)
    stored = files.copy_file(file, LIMIT)
    file.unlink()
    assert stored.path.read_bytes() == b"some bytes"


def test_what_is_no_file_is_refused_without_hanging(files: AttachmentStore, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "empty.png").touch()
    reasons = {
        tmp_path: "folder",
        fifo: "no plain file",
        Path("/dev/zero"): "no plain file",
        tmp_path / "missing": "not there",
        tmp_path / "empty.png": "empty",
    }
    for path, reason in reasons.items():
        with pytest.raises(FileRefused, match=reason):
            files.copy_file(path, LIMIT)


def test_a_link_to_a_file_is_that_file(files: AttachmentStore, tmp_path: Path) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(file_of(tmp_path))
    assert files.copy_file(link, LIMIT).size == 10


def test_a_file_that_is_too_large_is_refused_before_it_is_copied(
    files: AttachmentStore, tmp_path: Path
) -> None:
    file = tmp_path / "large.png"
    with file.open("wb") as sparse:
        sparse.truncate(3_000_000_000)
    with pytest.raises(FileRefused, match="3 GB, more than 10 MB"):
        files.copy_file(file, LIMIT)
    assert not (tmp_path / "attachments").exists()


def test_a_file_can_be_looked_into_and_refused_before_anything_is_copied(
    files: AttachmentStore, tmp_path: Path
) -> None:
    def refuse(file: BinaryIO, size: int) -> None:
        raise FileRefused(f"it begins with {file.read(64)!r}, {size} bytes")

    with pytest.raises(FileRefused, match="some bytes"):
        files.copy_file(file_of(tmp_path), LIMIT, refuse)
    assert not (tmp_path / "attachments").exists()


def test_base64_of_the_pieces_is_base64_of_the_whole(
    files: AttachmentStore, tmp_path: Path
) -> None:
    data = os.urandom(2_500_001)
    stored = files.add_bytes(data, LIMIT)
    assert b"".join(files.read_base64(stored.sha256)) == base64.b64encode(data)


def test_a_copy_that_is_gone_is_said(files: AttachmentStore) -> None:
    with pytest.raises(StoreError, match="no longer"):
        list(files.read_base64("a" * 64))


def test_deleting_twice_is_no_matter(files: AttachmentStore) -> None:
    stored = files.add_bytes(b"x", LIMIT)
    for digest in (stored.sha256, "b" * 64, stored.sha256):
        assert files.delete(digest)
    assert not stored.path.exists()


def test_a_file_that_cannot_be_deleted_is_said_to_be_there(files: AttachmentStore) -> None:
    files.path("c" * 64).mkdir(parents=True)  # which nobody can unlink
    assert not files.delete("c" * 64)


def test_a_file_is_noted_before_it_comes_into_the_store(
    files: AttachmentStore, tmp_path: Path
) -> None:
    noted: list[tuple[str, int, bool]] = []

    def note(sha256: str, size: int) -> None:
        noted.append((sha256, size, files.path(sha256).exists()))

    one = files.add_bytes(b"x", LIMIT, note)
    (tmp_path / "two").write_bytes(b"yy")
    two = files.copy_file(tmp_path / "two", LIMIT, note=note)
    assert noted == [(one.sha256, 1, False), (two.sha256, 2, False)]


def test_a_file_that_cannot_be_noted_is_not_in_the_store(
    files: AttachmentStore, tmp_path: Path
) -> None:
    def note(sha256: str, size: int) -> None:
        raise StoreError("The disk is full.")

    with pytest.raises(StoreError, match="full"):
        files.add_bytes(b"x", LIMIT, note)
    assert [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()] == []


def test_leftovers_are_swept_an_hour_later(files: AttachmentStore, tmp_path: Path) -> None:
    files.add_bytes(b"x", LIMIT)
    old, new = tmp_path / "attachments" / "new-1", tmp_path / "attachments" / "new-2"
    old.touch()
    new.touch()
    os.utime(old, (0, time.time() - 7200))
    files.sweep()
    assert not old.exists()
    assert new.exists()


def test_a_full_disk_is_said_and_leaves_nothing(
    files: AttachmentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        files.copy_file(file_of(tmp_path), LIMIT)
    assert not list((tmp_path / "attachments").glob("new-*"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileUnwritable):
        AttachmentStore(tmp_path / "file").add_bytes(b"x", LIMIT)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc names an open folder")
def test_every_new_name_on_the_way_to_a_copy_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr("desktop_app.store.files.os.fsync", note)
    store = AttachmentStore(tmp_path / "profile" / "attachments")
    stored = store.add_bytes(b"bytes", 100)
    folders = [folder for folder in stored.path.parents if folder.is_relative_to(tmp_path)]
    assert {*folders} <= {*synced}
