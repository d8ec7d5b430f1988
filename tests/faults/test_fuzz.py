"""The short form of the fuzzing: every target holds for its seeds and for what is made of them."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults import fuzz, targets
from tests.samples import DATA

SEEDS = {name: list(targets.seeds(name)) for name in targets.TARGETS}
FOUND = sorted((DATA / "fuzz").glob("*/*"))


@st.composite
def mutated(draw: st.DrawFn, name: str) -> bytes:
    """A seed, or bytes of any kind, with some of it cut out, doubled or changed."""
    data = draw(st.sampled_from(SEEDS[name]) | st.binary(max_size=400))[:4000]
    for _ in range(draw(st.integers(0, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        put = draw(st.binary(max_size=12) | st.sampled_from((b"\xff", b"\n\n", b'"', b"[", b"\0")))
        twice = data[at : at + length] if draw(st.booleans()) else b""
        data = data[:at] + put + twice + data[at + draw(st.sampled_from((0, length))) :]
    return data


def test_the_names_of_the_targets_are_known_without_importing_them() -> None:
    assert tuple(targets.TARGETS) == fuzz.TARGET_NAMES


@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_target_holds_for_its_seeds(name: str) -> None:
    assert SEEDS[name]
    for data in SEEDS[name]:
        targets.TARGETS[name](data)


@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_target_holds_for_what_is_made_of_its_seeds(name: str) -> None:
    @settings(max_examples=max(200, settings.default.max_examples))  # type: ignore[union-attr]
    @given(mutated(name))
    def holds(data: bytes) -> None:
        targets.TARGETS[name](data)

    holds()


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_fuzzing_once_found_does_not_come_back(file: Path) -> None:
    targets.TARGETS[file.parent.name](file.read_bytes())


def test_a_finding_is_reported_with_an_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(data: bytes) -> None:
        raise ZeroDivisionError(len(data))

    file = tmp_path / "input"
    file.write_bytes(b"abc")
    assert fuzz.main(["names", "--input", str(file)]) == 0
    monkeypatch.setitem(targets.TARGETS, "names", breaks)
    assert fuzz.main(["names", "--input", str(file)]) == 1
    assert "ZeroDivisionError: 3" in capsys.readouterr().out


def test_without_atheris_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['atheris'] = None; from tests.faults import fuzz; "
        "sys.exit(fuzz.main(['names']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install atheris" in done.stderr
