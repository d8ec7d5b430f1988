"""A full disk takes nothing and needs no restart; the long form is `faults full`."""

import io
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.chat.writing import Writer
from desktop_app.store.ballast import Ballast
from desktop_app.store.database import FILE_NAME, open_connection
from desktop_app.store.export import export
from tests.faults.filling import can_mount, leave_no_room, small_file_system
from tests.faults.full import FILES, LIMIT, MOUNT, PAGES, Report, run, run_apart


def test_a_database_that_may_not_grow_loses_nothing(qapp: QApplication, tmp_path: Path) -> None:
    report = Report()
    run(PAGES, 1, 3, tmp_path, report)
    assert report.problems == []
    assert report.characters_kept > 1_000_000
    assert report.deleted_while_full == 1


@pytest.mark.skipif(not can_mount(), reason="only root may mount a small file system")
def test_a_full_file_system_loses_nothing(qapp: QApplication, tmp_path: Path) -> None:
    report = Report()
    run(MOUNT, 1, 3, tmp_path, report)
    assert report.problems == []
    assert report.characters_kept > 1_000_000


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such limit there")
@pytest.mark.parametrize("kind", [LIMIT, FILES])
def test_files_that_may_not_grow_lose_nothing(kind: str) -> None:
    report = Report()
    run_apart(kind, 1, 3, report)
    assert report.problems == []
    assert report.runs == {kind: 1}


def test_the_harness_sees_an_end_that_is_not_written_later(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Writer, "_write_all", lambda _: None)
    report = Report()
    run(PAGES, 1, 3, tmp_path, report)
    assert report.problems


@pytest.mark.skipif(not can_mount(), reason="only root may mount a small file system")
async def test_a_full_disk_keeps_nobody_from_opening_and_exporting(tmp_path: Path) -> None:
    with small_file_system(tmp_path, 8):
        file = tmp_path / FILE_NAME
        open_connection(file).close()
        assert Ballast(file).take()
        leave_no_room(tmp_path / "filler")
        db = open_connection(file)
        assert not Ballast(file).is_taken
        db.close()
        (tmp_path / "filler").unlink()
        assert Ballast(file).take()
        leave_no_room(tmp_path / "filler")
        out = io.StringIO()
        export(tmp_path, out=out)
        assert '"castor-export"' in out.getvalue()
