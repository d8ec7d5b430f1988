"""Titles, answers, file names, notices and errors that mean harm are words and nothing more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.injecting import COUNT, documents

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it watches files by inotify")


def shown(*words: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.injecting", *words],
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=300,
    )
    return json.loads(done.stdout)


def test_50_injections_everywhere_open_no_file_no_socket_and_no_process() -> None:
    assert shown() == {"shown": COUNT, "file": False, "server": False, "children": 0, "python": []}


def test_a_label_that_took_them_for_markup_would_be_noticed() -> None:
    found = shown("planted")
    assert found["file"], "by Qt's own code"
    assert found["server"]
    events = str(found["python"])
    assert "socket.connect" in events
    assert "subprocess.Popen" in events


def test_there_are_50_of_them_and_no_two_are_alike() -> None:
    made = list(documents(Path("/tmp/x"), 1))
    assert len(made) == len(set(made)) == COUNT
