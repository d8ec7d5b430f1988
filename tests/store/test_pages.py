"""Reading a database without SQLite gives what SQLite gives."""

import random
import shutil
import sqlite3
import struct
from collections.abc import Sequence
from pathlib import Path

import apsw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.store.database import open_connection
from desktop_app.store.pages import FRAME_SIZE, Log, Pages, Record, read_header
from desktop_app.store.shapes import shape_of, shapes
from tests.faults.histories import left_open, write_history

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=50),
    st.integers(900, 20_000).map("aé你".__mul__),
    st.integers(0, 9000).map(b"\x00a\xff".__mul__),
)


def frozen(rows: Sequence[Sequence[object]]) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in rows), key=repr)


def rows_by_page(file: Path) -> tuple[list[Record], int]:
    with Pages(file) as pages:
        return list(pages.records()), pages.unread


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=20))
def test_every_row_that_sqlite_writes_is_read(
    tmp_path: Path, rows: list[tuple[object, ...]]
) -> None:
    file = tmp_path / "any.db"
    file.unlink(missing_ok=True)
    db = sqlite3.connect(file)
    db.execute("CREATE TABLE a (x, y, z)")
    db.executemany("INSERT INTO a VALUES (?, ?, ?)", rows)
    db.commit()
    db.close()
    found, unread = rows_by_page(file)
    assert frozen([row for row in found if len(row) == 3]) == frozen(rows)
    assert unread == 0


def test_a_whole_history_is_read_with_its_wal_and_nothing_twice(tmp_path: Path) -> None:
    with left_open(tmp_path, 3) as db:
        found, unread = rows_by_page(tmp_path / "history.db")
        assert unread == 0
        for shape in shapes():
            stored = db.execute(f"SELECT * FROM {shape.table}").fetchall()
            read = [row for row in found if (known := shape_of(row)) is not None and known is shape]
            assert stored, shape.table
            as_stored = [tuple(float(v) if type(v) is int else v for v in row) for row in stored]
            as_read = [tuple(float(v) if type(v) is int else v for v in row) for row in read]
            assert frozen(as_read) == frozen(as_stored), shape.table


def test_the_shapes_of_two_tables_are_never_the_same(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / "history.db")
    for shape in shapes():
        for row in db.execute(f"SELECT * FROM {shape.table}").fetchall():
            fits = [one.table for one in shapes() if one.misfit(list(row)) == 0]
            assert fits == [shape.table]
    db.close()


def test_the_header_is_that_of_the_wal_where_it_is_newer(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    db = open_connection(file)
    db.execute("PRAGMA user_version = 77")
    assert read_header(file).user_version == 77
    assert read_header(file).log
    db.close()
    assert read_header(file).user_version == 77
    assert not read_header(file).log


def a_log(folder: Path) -> bytes:
    with left_open(folder, 4):
        return (folder / "history.db-wal").read_bytes()


def test_a_torn_last_transaction_is_no_damage_and_a_torn_earlier_one_is(tmp_path: Path) -> None:
    data = a_log(tmp_path)
    log = Log(data)
    ends = [number for number, _, commits, _ in log.frames if commits]
    assert len(ends) == 6
    last_begins = ends[-2] + 1
    assert not Log(data).is_cut_short_at(len(log.frames))
    assert not Log(data).is_cut_short_at(last_begins), "a power cut tears the last one"
    assert Log(data).is_cut_short_at(ends[-3] + 1)
    assert not Log(data[: 32 + FRAME_SIZE * last_begins]).is_cut_short_at(last_begins)


def test_what_an_earlier_use_has_left_at_the_end_of_the_wal_is_nothing(tmp_path: Path) -> None:
    data = bytearray(a_log(tmp_path))
    log = Log(bytes(data))
    half = len(log.frames) // 2
    for number in range(half, len(log.frames)):
        at = 32 + number * FRAME_SIZE
        data[at + 8 : at + 16] = b"formerly"
    assert len(Log(bytes(data)).frames) == half
    assert not Log(bytes(data)).is_cut_short_at(half)


def test_a_wal_without_its_header_is_damage_and_gives_its_pages(tmp_path: Path) -> None:
    data = a_log(tmp_path)
    broken = Log(bytes(32) + data[32:])
    assert not broken.sound
    assert broken.is_cut_short_at(0)
    assert broken.committed() == Log(data).committed()
    assert not Log(b"").is_cut_short_at(0)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_no_bytes_at_all_are_too_strange(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    source = tmp_path / "whole"
    if not source.exists():
        write_history(source, 2)
        shutil.rmtree(source / "attachments")
    image = bytearray((source / "history.db").read_bytes())
    for _ in range(rng.choice((1, 30, 3000))):
        at = rng.randrange(len(image) - 4)
        image[at : at + 4] = rng.choice((rng.randbytes(4), b"\xff\xff\xff\xff", bytes(4)))
    file = tmp_path / "strange.db"
    file.write_bytes(image[: rng.randrange(len(image))])
    file.with_name("strange.db-wal").write_bytes(rng.randbytes(32) + bytes(image[:9000]))
    rows_by_page(file)
    read_header(file)


def test_a_free_page_is_no_loss(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    write_history(tmp_path, 2)
    db = apsw.Connection(str(file))
    db.execute(
        "PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON; DELETE FROM step"
    ).fetchall()
    db.close()
    (free,) = struct.unpack(">I", file.read_bytes()[36:40])
    assert free > 5
    assert rows_by_page(file)[1] == 0
