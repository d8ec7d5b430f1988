"""Tries out the frozen program: it looks at itself, answers with a keychain, and starts quickly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import environment
import launch
from environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

STARTS: Final = 5
PATIENCE: Final = 120

KEYRING: Final = (
    # A newline would become part of the password.
    'eval "$(printf test-pass | gnome-keyring-daemon --unlock --components=secrets)"; exec "$@"'
)
STORE: Final = """
import sys
from desktop_app.origin import origin_of
from desktop_app.secret import Secret
from desktop_app.settings.api_key import Keychain
Keychain().write(origin_of(sys.argv[1]), Secret("a-key-that-only-the-keychain-has"))
"""
"""What the source tree runs to put a key into the keychain, for the frozen program to find."""
SECRET_SERVICE: Final = "Secret Service"
FAULT_POINT: Final = "CASTOR_FAULTPOINT"


def try_out(folder: Path) -> int:
    """Try the program in `folder` in every way; return 0 when all of them succeed, else 1."""
    suffix = ".exe" if os.name == "nt" else ""
    castor, gui = (str(folder / f"{name}{suffix}") for name in ("castor", "castor-gui"))
    with clean_variables() as variables:
        sound = looks_at_itself([castor], variables)
        sound = looks_at_itself([gui], variables, quiet=True) and sound
        if sys.platform == "linux" and sound:
            with launch.own_screen(variables) as seen:
                sound = answers_with_a_keychain([castor], seen) and show_start_times([castor], seen)
    return 0 if sound else 1


@contextmanager
def clean_variables() -> Generator[dict[str, str]]:
    """Lend a home of its own, and of our variables only what any desktop has."""
    kept = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP", "TMPDIR")
    with tempfile.TemporaryDirectory(prefix="castor-home-", ignore_cleanup_errors=True) as home:
        variables = {name: os.environ[name] for name in kept if name in os.environ}
        runtime = Path(home, "run")
        runtime.mkdir(mode=0o700)
        variables |= dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), home)
        # A frozen program that looked for fault points would not even start on this one.
        variables[FAULT_POINT] = "none that there is"
        yield {**variables, "XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8"}


def looks_at_itself(
    castor: Sequence[str], variables: Mapping[str, str], *, quiet: bool = False
) -> bool:
    """Run the self-test; show what it says, unless it is `quiet` and all is well."""
    print(f"\n{Path(castor[-1]).name} --self-test", flush=True)
    code, said = run([*castor, "--self-test"], variables)
    if code or not quiet:
        print(said)
    return code == 0


def answers_with_a_keychain(castor: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Ask the demo on a real screen, beside a real keychain that must be the one in use."""
    keychain = ("dbus-run-session", "--", "sh", "-c", KEYRING, "sh")
    missing = [name for name in (keychain[0], "gnome-keyring-daemon") if not shutil.which(name)]
    if missing:
        print(f"Not tried beside a keychain: {', '.join(missing)} missing.", file=sys.stderr)
        keychain = ()
    else:
        code, said = run([*keychain, *castor, "--self-test"], variables)
        found = next((line for line in said.splitlines() if "  keychain  " in line), said)
        print(found)
        if code or SECRET_SERVICE not in found or not finds_its_key(castor, keychain, variables):
            return False
    return launch.ask_about_the_picture([*keychain, *castor], variables) == 0


def finds_its_key(
    castor: Sequence[str], keychain: Sequence[str], variables: Mapping[str, str]
) -> bool:
    """Ask a server that is not the demo of the program, so that it needs the keychain's key."""
    python = str(environment.program("python"))
    store_and_ask = '"$0" -c "$1" "$2" && shift 2 && exec "$@"'
    with tempfile.TemporaryDirectory() as folder, demo(castor, variables) as server:
        assert server.stdin
        assert server.stdout
        url = server.stdout.readline().removeprefix("READY").strip()
        ask = ["--profile", folder, "--base-url", url, "--ask", "Hello", "--screenshot"]
        code, said = run(
            [
                *(*keychain, "sh", "-c", store_and_ask, python, STORE, url),
                *(*castor, *ask, f"{folder}/w.png"),
            ],
            {**variables, "PYTHONPATH": str(ROOT)},
        )
        server.stdin.close()  # which ends it
    print("failed  its key       " + said if code else "ok      its key       found and used")
    return code == 0


def demo(castor: Sequence[str], variables: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the demo's server; it says where it is, and ends when its input does."""
    return subprocess.Popen(
        [*castor, "--serve-demo", "--port", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=variables,
        encoding="utf-8",
    )


def show_start_times(castor: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Print how long it takes from the start to a picture of the window, beside the source's."""
    python = str(environment.program("python"))
    commands = {"frozen": list(castor), "from source": [python, "-m", "desktop_app"]}
    variables = {name: value for name, value in variables.items() if name != FAULT_POINT}
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory(prefix="castor-start-") as folder:
        profile = ["--demo", "--profile", f"{folder}/profile", "--screenshot", f"{folder}/w.png"]
        for _ in range(1 + STARTS):  # by turns: the machine has other things to do
            for name, command in commands.items():
                start = time.monotonic()
                code, said = run([*command, *profile], {**variables, "PYTHONPATH": str(ROOT)})
                times[name].append(time.monotonic() - start)
                if code:
                    print(f"Castor {name} did not start: {said}")
                    return False
    for name, (_cold, *warm) in times.items():
        spread = f"{min(warm):.2f} to {max(warm):.2f} s"
        print(f"Start to picture to end, {name}: {median(warm):.2f} s ({STARTS} starts, {spread})")
    return True


def run(command: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str]:
    """Run a command; return its exit code and all that it said."""
    try:
        done = subprocess.run(
            command,
            check=False,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return 124, f"It did not end within {PATIENCE} seconds."
    return done.returncode, done.stdout.rstrip()
