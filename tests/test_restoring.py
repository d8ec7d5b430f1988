"""`castor restore`, and starting again."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app import restarting
from desktop_app.arguments import Arguments, read_arguments
from desktop_app.instance import ProfileLock
from desktop_app.store.backups import back_up, list_backups
from desktop_app.store.conversations import delete_conversations, list_conversations
from desktop_app.store.database import open_connection
from tests.faults.histories import read_rows, write_history

ROOT = Path(__file__).parents[1]


def castor_restore(profile: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "desktop_app", "restore", "--profile", str(profile), *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_backups_are_listed_and_one_is_restored_by_its_number(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / "history.db")
    back_up(db, tmp_path)
    before = read_rows(list_backups(tmp_path)[0].file)
    delete_conversations(db, [row.key for row in list_conversations(db)])
    db.close()
    listed = castor_restore(tmp_path)
    count = len(before["conversation"])
    assert listed.returncode == 0
    assert listed.stdout.startswith("  1  ")
    assert f"conversations: {count:>8}" in listed.stdout
    done = castor_restore(tmp_path, "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(
        f"{count} conversations. What was there before is kept as a backup too.\n"
    )
    assert read_rows(tmp_path / "history.db") == before
    assert [one.label for one in list_backups(tmp_path)] == ["before-restore", ""]


def test_what_cannot_be_restored_is_said_in_a_sentence(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    before = (tmp_path / "history.db").read_bytes()
    (tmp_path / "some.db").write_bytes(b"nothing")
    for words, said in (
        (("7",), "There is no backup 7; there are 0."),
        (("nowhere.db",), "There is no backup nowhere.db."),
        ((str(tmp_path / "some.db"),), "some.db is no history of Castor’s."),
    ):
        done = castor_restore(tmp_path, *words)
        assert done.returncode == 2
        assert done.stderr.startswith(f"castor: {said}"), done.stderr
        assert done.stdout == ""
    assert castor_restore(tmp_path).stdout.startswith("There is no backup in ")
    assert castor_restore(tmp_path / "nowhere").returncode == 2
    assert not (tmp_path / "nowhere").exists()
    assert (tmp_path / "history.db").read_bytes() == before


def test_nothing_is_restored_while_the_program_runs(tmp_path: Path) -> None:
    write_history(tmp_path, 1)
    db = open_connection(tmp_path / "history.db")
    back_up(db, tmp_path)
    db.close()
    lock = ProfileLock(tmp_path)
    lock.take()
    try:
        done = castor_restore(tmp_path, "1")
    finally:
        lock.release()
    assert done.returncode == 2
    assert done.stderr == (
        f"castor: Castor is running with the profile {tmp_path}. Close it first.\n"
    )


def test_the_next_run_has_the_same_profile_and_asks_nothing_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[list[str]] = []

    class Became(Exception):
        pass

    def become(_program: str, command: list[str]) -> None:
        ran.append(command)
        raise Became

    monkeypatch.setattr("os.execv", become)
    words = ["--profile", "/some/where", "--demo", "--ask", "Hello", "--base-url", "http://x"]
    asked = read_arguments([*words, "file.txt"])
    assert isinstance(asked, Arguments)
    with pytest.raises(Became):
        restarting.start_again(asked)
    again = ["--profile", "/some/where", "--demo", "--base-url", "http://x"]
    assert ran == [[sys.executable, "-m", "desktop_app", *again]]
