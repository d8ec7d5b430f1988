"""The self-test tells a whole installation from a broken one, part by part."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app import self_test
from desktop_app.arguments import Arguments, read_arguments

PARTS = list(self_test.CHECKS)


def run(**variables: str) -> subprocess.CompletedProcess[str]:
    """Run it as a person does who has no display."""
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "desktop_app", "--self-test"],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=Path(self_test.__file__).parents[1],
        env={**environment, **variables},
        stdin=subprocess.DEVNULL,
    )


def results(said: str) -> dict[str, str]:
    """Return the result of each part, by its name."""
    return {words[1]: words[0] for words in (line.split() for line in said.splitlines())}


def test_every_part_of_the_source_tree_is_sound_without_a_display(tmp_path: Path) -> None:
    done = run(HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "data"), TMPDIR=str(tmp_path))

    assert results(done.stdout) == dict.fromkeys(PARTS, "ok"), done.stdout + done.stderr
    assert done.returncode == 0
    assert not (tmp_path / "data" / "castor").exists()
    assert not list(tmp_path.glob("castor-self-test-*"))


def test_a_part_that_is_broken_is_named_and_the_others_are_looked_at_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(_folder: Path) -> str:
        raise self_test.Broken("a font is missing")

    def missing(_folder: Path) -> str:
        raise ImportError("libEGL.so.1 is missing")

    sound = self_test.CHECKS["program"]
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(self_test, "CHECKS", {"fonts": broken, "qt": missing, "program": sound})

    assert self_test.self_test() == 1
    said = capfd.readouterr().out.splitlines()
    assert said[0] == "failed  fonts         Broken: a font is missing"
    assert said[1] == "failed  qt            ImportError: libEGL.so.1 is missing"
    assert said[2].startswith("ok      program       Castor ")


def test_sqlite_with_the_fault_of_the_log_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("desktop_app.store.database.OLDEST_SQLITE", 9_000_000)

    with pytest.raises(self_test.Broken, match="may corrupt a history"):
        self_test.CHECKS["database"](tmp_path)


def test_a_computer_without_a_keychain_is_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("keyring.backend.get_all_keyring", list[object])

    assert self_test.CHECKS["keychain"](tmp_path).startswith("none: ")


def test_it_is_asked_for_by_an_argument() -> None:
    asked = read_arguments(["--self-test"])

    assert isinstance(asked, Arguments)
    assert asked.self_test
