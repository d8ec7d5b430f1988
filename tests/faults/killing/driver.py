"""Castor as it is, with a hand on its mouse: does what a plan says, and says what is on screen.

    python -m tests.faults.killing.driver --profile DIR --demo [ARG ...]

What it says goes into a pipe, line by line: a line that is written outlives the process. Its server
is one that the harness shares out; all else is the program, from its own `main` on.
"""

import faulthandler
import json
import os
import signal
from dataclasses import dataclass, field

from desktop_app.__main__ import main as castor
from desktop_app.arguments import Arguments

ORDERS = "CASTOR_KILL_ORDERS"


@dataclass(frozen=True)
class Orders:
    """What this run is to do: the pipe to say it into, the server, the plan, a deliberate bug."""

    pipe: int
    server: str
    plan: list[list[str]] = field(default_factory=list[list[str]])
    defect: str = ""

    def as_text(self) -> str:
        return json.dumps(vars(self))


class Teller:
    """Says what happens, in one line each; nobody is told where there is no pipe."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def __call__(self, what: str, **facts: object) -> None:
        os.write(self._pipe, json.dumps({"what": what, **facts}).encode() + b"\n")


def main() -> int:
    """Run the program under orders."""
    orders = Orders(**json.loads(os.environ.pop(ORDERS)))
    tell = Teller(orders.pipe)
    faulthandler.register(signal.SIGUSR1)  # the harness asks so where it hangs
    tell("alive")
    _take_over(orders, tell)
    return castor()


def _take_over(orders: Orders, tell: Teller) -> None:
    # When the profile is open the program is imported next, and nothing of it is built yet.
    from desktop_app.profile import Profile

    begin = Profile.__init__

    def begin_and_take(profile: Profile, arguments: Arguments) -> None:
        begin(profile, arguments)
        from desktop_app import app
        from desktop_app.chat.demo_server import DemoServer
        from tests.faults.killing import defects
        from tests.faults.killing.hand import make_errand

        async def start(_self: DemoServer) -> str:
            return orders.server

        DemoServer.start = start  # type: ignore[method-assign]
        app.Errand = make_errand(orders.plan, tell)  # type: ignore[misc, assignment]
        defects.plant(orders.defect)

    Profile.__init__ = begin_and_take  # type: ignore[method-assign]


if __name__ == "__main__":
    raise SystemExit(main())
