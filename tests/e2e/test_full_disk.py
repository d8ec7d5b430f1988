"""The real program may write no more, says so, keeps what was typed, and goes on by itself."""

import sys

import pytest

from tests.e2e.desktop import wait_for
from tests.e2e.program import Castor, input_of

if sys.platform == "linux":
    import resource

    def may_write(castor: Castor, size: int = resource.RLIM_INFINITY) -> None:
        """Let the running program write no file beyond so many bytes."""
        assert castor.process is not None
        hard = resource.RLIM_INFINITY
        resource.prlimit(castor.process.pid, resource.RLIMIT_FSIZE, (size, hard))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a running program")
def test_a_full_disk_is_seen_and_left_behind_without_a_restart(castor: Castor) -> None:
    castor.variables["CASTOR_LOG"] = "WARNING"  # what it says goes to files that may not grow
    window = castor.start()
    desktop = castor.desktop
    desktop.settled(window)
    desktop.type("What is 6 times 7?")
    desktop.press("Return")
    castor.wait_answers(1)
    ballast = castor.profile / "ballast"
    wait_for(ballast.exists, "the ballast")
    desktop.type("My name is Ada.")
    castor.wait_button()
    may_write(castor, 4096)
    desktop.press("Return")
    wait_for(lambda: not ballast.exists(), "the ballast to be given up")
    full = desktop.settled(window, desktop.keep("full-disk.png"))
    assert castor.find_button(full) is None, "what cannot be saved can be sent"
    assert len(castor.turns()) == 1
    desktop.press("ctrl+n")  # and the text is still there when the person comes back
    desktop.settled(window)
    desktop.press("ctrl+Tab")
    desktop.settled(window)
    may_write(castor)
    desktop.click(*window.at(*castor.wait_button()))
    _, answered = castor.wait_answers(2)
    assert input_of(answered) == [{"type": "text", "text": "My name is Ada."}]
    wait_for(ballast.exists, "the ballast to be taken again")
    castor.quit()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a running program")
def test_the_program_ends_though_the_disk_is_full_where_nothing_is_lost(castor: Castor) -> None:
    castor.variables["CASTOR_LOG"] = "WARNING"  # what it says goes to files that may not grow
    window = castor.start()
    desktop = castor.desktop
    desktop.settled(window)
    desktop.type("What is 6 times 7?")
    desktop.press("Return")
    castor.wait_answers(1)
    may_write(castor, 4096)
    castor.quit()
    assert len(castor.turns()) == 1
