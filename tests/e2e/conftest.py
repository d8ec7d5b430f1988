"""A screen for all of these tests, and a profile, a server and a program for each."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.process import DemoProcess, demo_process
from tests.e2e.desktop import Desktop, own_desktop
from tests.e2e.program import Castor

NEEDED = ("Xvfb", "openbox", "xdotool", "wmctrl", "xclip", "xprop", "import")


@pytest.fixture(scope="session")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    if sys.platform != "linux":
        pytest.skip("these tests drive an X server")
    missing = [program for program in NEEDED if shutil.which(program) is None]
    assert not missing, f"missing: {missing}; `python3 packaging/dev.py test` installs them"
    with own_desktop(1500, 1000, tmp_path_factory.mktemp("desktop")) as made:
        yield made


@pytest.fixture
def castor(desktop: Desktop, tmp_path: Path) -> Iterator[Castor]:
    """The program on a new profile, with the demo as its server; the test starts it."""
    made = Castor(desktop, tmp_path / "profile", ("--demo",))
    yield made
    made.kill()


@pytest.fixture
def slow_demo() -> Iterator[DemoProcess]:
    with demo_process("--port", "0", "--tokens-per-second", "40", "--seed", "1") as demo:
        yield demo


@pytest.fixture
def keyless(desktop: Desktop, tmp_path: Path) -> Iterator[Callable[[str], Castor]]:
    """The program on a new profile, with the server at this address and no key yet."""
    made: list[Castor] = []

    def make(url: str) -> Castor:
        made.append(Castor(desktop, tmp_path / "profile", ("--base-url", url)))
        return made[-1]

    yield make
    for one in made:
        one.kill()
