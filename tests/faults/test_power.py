"""A power cut takes nothing that was acknowledged; the long form is `faults power`."""

import random
from pathlib import Path

import apsw
import pytest

from tests.faults.platter import Platter, PlatterVFS
from tests.faults.power import run


def test_no_power_cut_takes_what_was_acknowledged(tmp_path: Path) -> None:
    report = run(120, 7, tmp_path / "profile")
    assert report.lost == []
    assert report.corrupt == []
    assert report.longest_missing <= 2
    assert report.checked == 120
    assert report.acknowledged > 100


def test_the_harness_sees_what_a_laxer_history_would_lose(tmp_path: Path) -> None:
    report = run(60, 7, tmp_path / "profile", synchronous="NORMAL")
    assert report.lost


@pytest.mark.parametrize("synced", [True, False])
def test_the_disk_keeps_what_was_synced_and_no_more_for_sure(tmp_path: Path, synced: bool) -> None:
    lost = 0
    for seed in range(20):
        platter = Platter(seed, 1000, {})
        platter.make("a", is_empty=True)
        platter.write("a", 0, b"x" * 10_000)
        platter.sync("a", folder=True)
        platter.write("a", 5_000, b"y" * 10_000)
        if synced:
            platter.sync("a", folder=False)
        left = platter.image()["a"]
        assert left[:5_000] == b"x" * 5_000
        lost += left[5_000:] != b"y" * 10_000
    assert (lost == 0) is synced


def test_a_database_on_the_disk_is_like_any_other_until_the_power_fails(tmp_path: Path) -> None:
    platter = Platter(1, 60, {})
    with PlatterVFS(platter) as vfs:
        db = apsw.Connection(str(tmp_path / "a.db"), vfs=vfs)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"):
            db.execute(statement)
        db.execute("CREATE TABLE t (x)")
        count = 0
        while not platter.cut:
            count += 1
            db.execute("INSERT INTO t VALUES (?)", (random.randbytes(5_000),))
        db.execute("DELETE FROM t")
        db.close()
    assert count > 2
    after = tmp_path / "after"
    after.mkdir()
    for name, data in platter.image().items():
        (after / name).write_bytes(data)
    left = apsw.Connection(str(after / "a.db"))
    found = left.execute("SELECT count(*) FROM t").fetchone()
    assert found in ((count - 1,), (count,))
    left.close()
