"""A sleep of the computer shows in its clocks."""

import pytest

from desktop_app.chat.watching import Clocks


class Two:
    """The clock on the wall and the steady one, as a test has them."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 40.0
        self.clocks = Clocks(lambda: self.wall, lambda: self.steady)

    def go_on(self, wall: float, steady: float) -> bool:
        self.wall += wall
        self.steady += steady
        return self.clocks.slept()


def test_a_computer_that_is_awake_has_not_slept() -> None:
    two = Two()
    assert not any(two.go_on(1.0, 1.0) for _ in range(100))


def test_the_steady_clock_stands_still_in_a_sleep() -> None:
    two = Two()
    assert two.go_on(600.0, 1.0)
    assert not two.go_on(1.0, 1.0), "it is told once"


def test_where_the_steady_clock_goes_on_the_pause_tells() -> None:
    assert Two().go_on(600.0, 600.0)


@pytest.mark.parametrize("seconds", [-86_400.0, -31.0, 2.0, 29.0])
def test_a_clock_that_is_set_back_or_mended_is_no_sleep(seconds: float) -> None:
    assert not Two().go_on(seconds + 1.0, 1.0)
