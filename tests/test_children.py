"""Castor starts itself again from wherever it runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app import __version__
from desktop_app.children import own_command


def test_from_source_it_is_the_package() -> None:
    said = subprocess.run(
        [*own_command(), "--version"],
        check=True,
        capture_output=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
    ).stdout

    assert said.split() == ["Castor", __version__]


@pytest.mark.parametrize(
    ("running", "child"),
    [
        ("/opt/castor/castor", "/opt/castor/castor"),
        ("/opt/castor/castor-gui", "/opt/castor/castor"),
        ("/programs/castor-gui.exe", "/programs/castor.exe"),
    ],
)
def test_frozen_it_is_the_program_with_a_console(
    monkeypatch: pytest.MonkeyPatch, running: str, child: str
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", running)

    assert [Path(word) for word in own_command()] == [Path(child)]
