"""Reads what is on the screen as a screen reader does: over AT-SPI, from outside.

The bus of a screen reader is one of its own here, which Qt finds by AT_SPI_BUS_ADDRESS: it is
there in a session without a bus, too.
"""

import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tests.dbus import answers, call, connect, has_owner
from tests.e2e.desktop import PATIENCE, Desktop, wait_for
from tests.secretservice import bus_configuration

if TYPE_CHECKING:  # it has hints, but does not say so
    import jeepney.io.blocking as blocking  # pyright: ignore[reportMissingTypeStubs]

REGISTRY = "org.a11y.atspi.Registry"
REGISTRY_PROGRAM = "/usr/libexec/at-spi2-registryd"
_ROOT = "/org/a11y/atspi/accessible/root"
_ACCESSIBLE = "org.a11y.atspi.Accessible"
_SHOWING = 25
"""The bit of AT-SPI's states that says that it can be seen."""


@dataclass(frozen=True)
class Seen:
    """One thing that is shown; its place is on the screen, in pixels."""

    role: str
    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Reader:
    """Reads every program that has been started with `variables`."""

    desktop: Desktop
    address: str

    @property
    def variables(self) -> dict[str, str]:
        return {"AT_SPI_BUS_ADDRESS": self.address}

    def look(self) -> list[Seen]:
        """Everything that is shown now and has a name."""
        with closing(connect(self.address)) as connection:
            return list(_walk(connection, REGISTRY, _ROOT))

    def words(self) -> str:
        """The names of all that is shown, one a line."""
        return "\n".join(seen.name for seen in self.look())

    def wait(self, words: str) -> Seen:
        """Wait until something is shown that is called by exactly these words."""
        return self._wait(lambda seen: seen.name == words, words)

    def wait_gone(self, words: str) -> None:
        """Wait until nothing that is shown is called so."""
        wait_for(lambda: words not in self.words().splitlines(), f"{words!r} to go")

    def click(self, words: str, role: str = "push button") -> None:
        """Click in the middle of something."""
        seen = self._wait(lambda seen: (seen.name, seen.role) == (words, role), words)
        self.desktop.click(seen.x + seen.width // 2, seen.y + seen.height // 2)

    def _wait(self, fits: Callable[[Seen], bool], words: str) -> Seen:
        shown: list[Seen] = []

        def look() -> Seen | None:
            shown[:] = self.look()
            return next(filter(fits, shown), None)

        try:
            return wait_for(look, repr(words))
        except AssertionError as error:
            names = "\n".join(f"  {seen.role}: {seen.name}" for seen in shown)
            raise AssertionError(f"{error}; what is shown:\n{names}") from None


def _walk(connection: "blocking.DBusConnection", name: str, path: str) -> Iterator[Seen]:
    import jeepney  # pyright: ignore[reportMissingTypeStubs]

    try:
        (children,) = call(connection, name, path, _ACCESSIBLE, "GetChildren")
        for child_name, child_path in cast("list[tuple[str, str]]", children):
            seen = _see(connection, child_name, child_path)
            if seen is not None and seen.name:
                yield seen
            if seen is not None:
                yield from _walk(connection, child_name, child_path)
    except jeepney.DBusErrorResponse:
        return  # it has just gone


def _see(connection: "blocking.DBusConnection", name: str, path: str) -> Seen | None:
    properties = "org.freedesktop.DBus.Properties"
    (states,) = call(connection, name, path, _ACCESSIBLE, "GetState")
    if not cast("list[int]", states)[0] & 1 << _SHOWING:
        return None
    (role,) = call(connection, name, path, _ACCESSIBLE, "GetRoleName")
    (value,) = call(connection, name, path, properties, "Get", "ss", _ACCESSIBLE, "Name")
    if role == "application":
        return Seen(str(role), "", 0, 0, 0, 0)
    component = "org.a11y.atspi.Component"
    (extents,) = call(connection, name, path, component, "GetExtents", "u", 0)
    return Seen(
        str(role), cast("tuple[str, str]", value)[1], *cast("tuple[int, int, int, int]", extents)
    )


@contextmanager
def screen_reader(desktop: Desktop) -> Generator[Reader]:
    """Start what a screen reader needs, and end it."""
    with tempfile.TemporaryDirectory(prefix="castor-a11y-") as name:
        folder = Path(name)
        configuration = folder / "bus.conf"
        configuration.write_text(bus_configuration(folder / "bus", activates=False))
        reader = Reader(desktop, f"unix:path={folder / 'bus'}")
        environment = {**desktop.environment, **reader.variables}
        environment["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
        started: list[subprocess.Popen[bytes]] = []
        try:
            with (folder / "said.txt").open("wb") as said:
                for command in (
                    ("dbus-daemon", "--nofork", f"--config-file={configuration}"),
                    (REGISTRY_PROGRAM,),
                ):
                    started.append(
                        subprocess.Popen(command, env=environment, stdout=said, stderr=said)
                    )
                    wait_for(lambda: answers(reader.address), "the bus of the screen reader")
            with closing(connect(reader.address)) as connection:
                wait_for(lambda: has_owner(connection, REGISTRY), "the registry")
            yield reader
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(PATIENCE)
