"""A thousand documents that mean harm are shown: nothing is opened, started or reached by that.

In a process of its own, since what watches a process cannot be taken off it again.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.hostile import LARGE, documents

COUNT = 1000


def shown(count: int, *words: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.showing", "opened", str(count), *words],
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[3],
        timeout=600,
    )
    return json.loads(done.stdout)


def test_a_thousand_hostile_documents_open_nothing_and_reach_nobody() -> None:
    found = shown(COUNT)
    assert found["opened"] == []
    assert found["shown"] == COUNT + len(LARGE)
    links = found["links"]
    assert isinstance(links, int)
    assert links > COUNT, "the pointer was on few links only"


def test_a_reader_that_fetched_pictures_would_be_noticed() -> None:
    opened = str(shown(60, "planted")["opened"])
    assert "open (" in opened
    assert "socket.__new__" in opened


def test_the_documents_are_the_same_at_every_run_and_no_two_are_alike() -> None:
    made = list(documents(COUNT))
    assert made == list(documents(COUNT))
    assert len(set(made)) == COUNT
