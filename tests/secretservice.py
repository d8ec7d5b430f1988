"""A keyring of the tests' own: a D-Bus session whose Secret Service is real, silent or none.

Everything lies below one folder, writes what it says into files there (so that nobody holds a pipe
of the tests open), and ends with the session.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.dbus import answers, connect, has_owner

NEEDED = ("dbus-daemon", "gnome-keyring-daemon", "secret-tool")
ROOT = Path(__file__).parents[1]
PASSWORD = "test pass"
PATIENCE = 20.0
BUS_NAME = "org.freedesktop.secrets"

_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass
class Session:
    """A bus, and the folders of the person whose session it is."""

    folder: Path
    variables: Mapping[str, str]
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    @property
    def address(self) -> str:
        return self.variables["DBUS_SESSION_BUS_ADDRESS"]

    @property
    def home(self) -> Path:
        return Path(self.variables["HOME"])

    @property
    def keyring_folder(self) -> Path:
        """Where gnome-keyring keeps its encrypted files."""
        return Path(self.variables["XDG_DATA_HOME"]) / "keyrings"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program in this session; its screen is the session's, or none."""
        ours = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
        return {**ours, **self.variables}

    def has_owner(self, name: str) -> bool:
        """Whether somebody answers to a name on the bus."""
        with closing(connect(self.address)) as connection:
            return has_owner(connection, name)

    def start(self, *command: str, data: bytes = b"") -> None:
        """Start a daemon of this session and tell it `data`; it ends with the session."""
        with (self.folder / f"said-{len(self.daemons)}.txt").open("wb") as said:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
            )
        self.daemons.append(process)
        assert process.stdin is not None
        process.stdin.write(data)
        process.stdin.close()

    # --- the keyring, from outside ------------------------------------------------------------

    def start_unlocked(self, password: str = PASSWORD) -> None:
        """Start the real service, on a keyring that it makes or unlocks with this password.

        Without a newline: it would become part of the password, which no prompt could then take.
        """
        command = ("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
        self.start(*command, data=password.encode())
        wait_until(lambda: self.has_owner(BUS_NAME), "the Secret Service")

    def start_locked(self) -> None:
        """Start the real service without a password: its keyring is locked, or there is none."""
        self.start("gnome-keyring-daemon", "--foreground", "--components=secrets")
        wait_until(lambda: self.has_owner(BUS_NAME), "the Secret Service")

    def start_false(self, fault: str) -> None:
        """Start a service that is not what it seems, see `false_service`."""
        self.start(sys.executable, "-m", "tests.false_service", fault)
        wait_until(lambda: self.has_owner(BUS_NAME), "the false service")

    def lock(self) -> None:
        """Lock the keyring, as a screen saver does."""
        import secretstorage

        with closing(connect(self.address)) as connection:
            secretstorage.Collection(connection).lock()

    @property
    def locked(self) -> bool:
        import secretstorage

        with closing(connect(self.address)) as connection:
            return secretstorage.Collection(connection).is_locked()

    def kept(self, account: str) -> str | None:
        """What secret-tool finds in Castor's entry of this account."""
        done = self._secret_tool("lookup", "service", "castor", "username", account)
        return done.stdout.decode() if done.returncode == 0 else None

    def store(self, account: str, secret: str) -> None:
        """Keep a secret where Castor does."""
        names = ("service", "castor", "username", account)
        done = self._secret_tool("store", "--label", "a test", *names, data=secret)
        assert done.returncode == 0, done.stderr.decode()

    def forget(self, account: str) -> None:
        """Delete Castor's entry of this account, as the program for passwords does."""
        done = self._secret_tool("clear", "service", "castor", "username", account)
        assert done.returncode == 0, done.stderr.decode()

    def listed(self) -> str:
        """All that secret-tool says of Castor's entries."""
        done = self._secret_tool("search", "--all", "service", "castor")
        return (done.stdout + done.stderr).decode()

    def _secret_tool(self, *words: str, data: str = "") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["secret-tool", *words],
            env=self.environment,
            input=data.encode(),
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )


@contextmanager
def bus_session(
    display: str = "", *, activates: bool = True, home: Path | None = None
) -> Generator[Session]:
    """Begin a session with a bus, and end all that was started in it or by its bus.

    `display` is where its prompts are shown; without one none can be. A bus that `activates`
    starts the services that are installed when they are first asked for. A `home` outlives it.
    """
    # Not below pytest's folder: the path of a socket has 107 letters at most.
    with tempfile.TemporaryDirectory(prefix="castor-bus-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        home = home or folder / "home"
        data, runtime = home / ".local" / "share", folder / "run"
        for made in (home, data, runtime, home / "config", home / "cache"):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        socket = runtime / "bus"
        configuration = folder / "bus.conf"
        configuration.write_text(bus_configuration(socket, activates=activates))
        session = Session(
            folder,
            {
                "HOME": str(home),
                "XDG_DATA_HOME": str(data),
                "XDG_CONFIG_HOME": str(home / "config"),
                "XDG_CACHE_HOME": str(home / "cache"),
                "XDG_RUNTIME_DIR": str(runtime),
                "DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}",
                **({"DISPLAY": display} if display else {}),
            },
        )
        try:
            session.start("dbus-daemon", "--nofork", f"--config-file={configuration}")
            wait_until(lambda: answers(session.address), "the bus")
            yield session
        finally:
            for process in reversed(session.daemons):
                process.terminate()
                process.wait(PATIENCE)
            _end_what_is_left(session.address)


def _end_what_is_left(address: str) -> None:
    """End what the bus has started (prompters): nobody else has its address."""
    wanted = f"DBUS_SESSION_BUS_ADDRESS={address}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            found = wanted in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if found:
            os.kill(int(folder.name), signal.SIGKILL)


def bus_configuration(socket: Path, *, activates: bool) -> str:
    """A bus of one person's; it `activates` the services that are installed, or none."""
    services = "<standard_session_servicedirs/>" if activates else ""
    return _CONFIGURATION.format(socket=socket, services=services)


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s in vain for {what}"
        time.sleep(0.02)


def missing_programs() -> list[str]:
    return [program for program in NEEDED if shutil.which(program) is None]
