"""The program itself starts on a damaged history, and starts again by itself."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop_app.store.backups import back_up, list_backups
from desktop_app.store.conversations import load_meta
from desktop_app.store.database import open_connection
from desktop_app.store.integrity import is_whole
from desktop_app.store.soundness import MENDED
from tests.faults.histories import read_rows, write_history

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
ENVIRONMENT = {
    **os.environ,
    "QT_QPA_PLATFORM": "offscreen",
    "DBUS_SESSION_BUS_ADDRESS": "disabled:",
}


def test_it_starts_on_a_damaged_history_keeps_it_and_shows_what_was_saved(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    write_history(profile, 1)
    before = read_rows(profile / "history.db")
    image = bytearray((profile / "history.db").read_bytes())
    image[:100] = os.urandom(100)
    (profile / "history.db").write_bytes(image)
    picture = tmp_path / "window.png"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "desktop_app", "--profile", str(profile)),
            *("--demo", "--ask", "What is 6 times 7?", "--screenshot", str(picture)),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert picture.is_file()
    (kept,) = profile.glob("history-*.damaged.db")
    assert kept.read_bytes() == image
    assert is_whole(profile / "history.db", thorough=True)
    after = read_rows(profile / "history.db")
    for table in ("interaction", "step"):
        assert after[table] > before[table], "all of it, and the new question"
    db = open_connection(profile / "history.db")
    assert MENDED not in load_meta(db), "it was said"
    db.close()
    log = "".join(file.read_text() for file in (profile / "log").iterdir())
    assert "a bug" not in log


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a new process takes its place")
def test_it_starts_again_in_its_own_place_and_restores_what_was_asked_for(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    write_history(profile, 1)
    db = open_connection(profile / "history.db")
    backup = back_up(db, profile)
    before = read_rows(backup)
    db.execute("DELETE FROM step")
    db.close()
    with (tmp_path / "stderr").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.restarting", "--profile", str(profile), "--demo"],
            stdin=subprocess.DEVNULL,
            stderr=said,
            cwd=ROOT,
            env={**ENVIRONMENT, "CASTOR_TEST_BACKUP": backup.name},
        )
    try:
        end = time.monotonic() + PATIENCE
        while command_of(process) != [sys.executable, "-m", "desktop_app"]:
            assert time.monotonic() < end, "it did not start again"
            time.sleep(0.05)
        while not any(one.label == "before-restore" for one in list_backups(profile)):
            assert time.monotonic() < end, "nothing was restored"
            time.sleep(0.05)
        while read_rows(profile / "history.db")["step"] != before["step"]:
            assert time.monotonic() < end, "the wrong history is there"
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait(PATIENCE)
    assert (tmp_path / "stderr").read_text() == ""


def command_of(process: subprocess.Popen[bytes]) -> list[str]:
    """The first words of the command that a process has become."""
    words = Path(f"/proc/{process.pid}/cmdline")
    if not words.exists():
        return [sys.executable, "-m", "desktop_app"]
    return words.read_text().split("\0")[:3]
