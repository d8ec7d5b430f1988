"""What sets formulas starts with the first of them and goes with the program, however it ends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.formulas.worker import ARGUMENT
from tests.e2e.desktop import wait_for
from tests.e2e.program import Castor


def setters_of(castor: Castor) -> list[Path]:
    """The processes that set formulas for this program."""
    assert castor.process is not None
    parent = castor.process.pid
    found: list[Path] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            status = (folder / "status").read_text()
        except OSError:
            continue  # it has just ended
        if ARGUMENT.encode() in words and f"\nPPid:\t{parent}\n" in status:
            found.append(folder)
    return found


def close(castor: Castor) -> None:
    castor.quit()


def kill(castor: Castor) -> None:
    castor.kill()


@pytest.mark.parametrize("end", [close, kill])
def test_the_setter_begins_with_the_first_formula_and_ends_with_the_program(
    castor: Castor, end: Callable[[Castor], None]
) -> None:
    castor.start("--ask", "What is 6 times 7?")
    castor.wait_answers(1)
    assert setters_of(castor) == []
    castor.desktop.type("Give me the tour.")
    castor.desktop.press("Return")
    castor.wait_answers(2)
    (setter,) = wait_for(lambda: setters_of(castor), "the setter of formulas")
    end(castor)
    wait_for(lambda: not setter.exists(), "its end")
