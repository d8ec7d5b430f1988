"""The developer's one door to Castor: sets everything up, then runs, tests or checks it.

Needs nothing but Python 3.11 or newer. `python3 packaging/dev.py --help` shows the verbs.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NoReturn

import corpus
import debian
import environment
import frozen
import launch
from environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OLDEST_PYTHON = (3, 11)

DESCRIPTION = """\
Castor's one door for developers. Each verb first installs what it needs and what is not there
yet: packages of the system (Debian and Ubuntu, as root) and, hash by hash, the locked Python
packages in .venv.

verbs:
  setup           install everything that the other verbs need
  run [ARG ...]   start Castor with these arguments; without a screen and without arguments,
                  ask the demo one question and save a screenshot
  test [ARG ...]  run the tests; the arguments go to pytest and are seen from the project's root
  check           check format, style, types and imports
  bench [ARG ...] measure Castor on a screen of its own; --json prints one JSON object
  faults NAME ... run one harness of the fault kit at length; one JSON object on standard output
  build [ARG ...] freeze Castor into dist/castor; --test tries it out, --packages packs it
"""

SETS = {
    "setup": ("runtime", "test", "corpus", "check", "build"),
    "run": ("runtime",),
    "test": ("runtime", "test", "corpus"),
    "check": ("runtime", "test", "check"),
    "bench": ("runtime",),
    "faults": ("runtime", "test", "corpus"),
    "build": ("runtime", "build"),
}

CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "style": ("ruff", "check", "."),
    "types": ("pyright",),
    "imports": ("lint-imports",),
}

NOT_IN_TESTS = (
    *("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("PYTHONPATH", "PYTHONWARNINGS"),
    *("QT_QPA_FONTDIR", "QT_QPA_PLATFORMTHEME", "QT_STYLE_OVERRIDE", "QT_SCALE_FACTOR"),
)
"""Variables of one person's shell that would change what a test sees."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit code."""
    options = parse(arguments)
    verb: str = options.verb
    signal.signal(signal.SIGTERM, _end)
    try:
        require_python(sys.version_info[:3])
        debian.ensure(debian_packages(verb), say)
        environment.prepare(SETS[verb], say)
        if verb == "run":
            return run(options.arguments)
        if verb == "test":
            return test(options.arguments)
        if verb == "bench":
            return bench(options.arguments)
        if verb == "faults":
            return faults(options.arguments)
        if verb == "build":
            return frozen.build(frozen.read_options(options.arguments))
        return check() if verb == "check" else 0
    except (PythonTooOld, debian.PackagesMissing, launch.NoScreen) as missing:
        say(str(missing))
        return 2
    except corpus.CorpusMissing as missing:
        say(str(missing))
        return 1
    except PermissionError as denied:
        say(f"This user may not write {denied.filename}. Has another one set Castor up?")
        return 2
    except subprocess.CalledProcessError as error:
        say(f"Castor could not be set up: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the verb and its arguments, which are not looked into."""
    parser = argparse.ArgumentParser(
        prog="dev.py",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s [-h] {setup,run,test,check,bench,faults,build} [ARG ...]",
    )
    parser.add_argument("verb", choices=SETS, help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.verb == "build":
        frozen.read_options(options.arguments)
    elif options.arguments and options.verb not in ("run", "test", "bench", "faults"):
        parser.error(f"{options.verb} takes no arguments")
    return options


class PythonTooOld(Exception):
    """Castor cannot run on this Python."""


def require_python(version: Sequence[int]) -> None:
    """Raise PythonTooOld unless `version` will do."""
    if tuple(version[:2]) < OLDEST_PYTHON:
        this, oldest = (".".join(map(str, parts)) for parts in (version, OLDEST_PYTHON))
        raise PythonTooOld(f"Castor needs Python {oldest} or newer; {sys.executable} is {this}.")


def debian_packages(verb: str) -> tuple[str, ...]:
    """Return the system's packages that `verb` needs, by Debian's names."""
    if verb == "check":
        return ()
    if verb == "run":
        return (*debian.QT, *debian.FONTS, *(debian.SCREEN if launch.screen_is_missing() else ()))
    if verb == "build":
        return (*debian.QT, *debian.FONTS, *debian.for_building())
    for_all = debian.for_building() if verb == "setup" else ()
    return (*debian.QT, *debian.FONTS, *debian.TEST_HELPERS, *for_all)


def run(arguments: Sequence[str]) -> int:
    """Start Castor; where there is no screen, on one of our own."""
    command = [str(environment.program("python")), "-m", "desktop_app"]
    paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    if launch.screen_is_missing():
        with launch.runtime_folder(variables) as private, launch.own_screen(private) as seen:
            if arguments:
                return launch.in_foreground([*command, *arguments], seen)
            return launch.ask_about_the_picture(command, seen)
    return launch.in_our_place([*command, *arguments], variables)


def test(arguments: Sequence[str]) -> int:
    """Run the tests as every machine runs them; pytest's summary is the last thing said.

    All of them are run file by file on two processors; a selection is run in one process, in which
    a debugger can be used.
    """
    command = [str(environment.program("python")), "-m", "pytest", "--junitxml=build/junit.xml"]
    if not arguments:
        arguments = ("--numprocesses=2", "--dist=loadfile")
    with launch.runtime_folder(test_variables(os.environ)) as variables:
        return launch.in_foreground([*command, *arguments], variables, ROOT)


def bench(arguments: Sequence[str]) -> int:
    """Measure Castor, on Linux on a screen of our own; the figures are on standard output."""
    command = [str(environment.program("python")), "-m", "tests.benchmarks", *arguments]
    variables = test_variables(os.environ)
    if sys.platform != "linux":
        del variables["QT_QPA_PLATFORM"]
        return launch.in_foreground(command, variables, ROOT)
    with launch.runtime_folder(variables) as private, launch.own_screen(private) as seen:
        return launch.in_foreground(command, {**seen, "QT_QPA_PLATFORM": "xcb"}, ROOT)


def faults(arguments: Sequence[str]) -> int:
    """Run a harness of the fault kit; programs that want a screen bring their own."""
    command = [str(environment.program("python")), "-m", "tests.faults", *arguments]
    with launch.runtime_folder(test_variables(os.environ)) as variables:
        return launch.in_foreground(command, variables, ROOT)


def test_variables(shell: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that tests run with: those of `shell` without its peculiarities."""
    variables = {name: value for name, value in shell.items() if name not in NOT_IN_TESTS}
    variables.setdefault("QT_QPA_PLATFORM", "offscreen")
    if shell.get("CI") == "true":
        variables.setdefault("HYPOTHESIS_PROFILE", "ci")
    if sys.platform == "linux":
        variables["LC_ALL"] = "C.UTF-8"
    return variables


def check() -> int:
    """Run every check, also when one has failed, and say how each went."""
    # pyright would ask the network whether there is a newer one.
    variables = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    codes = [_check(name, command, variables) for name, command in CHECKS.items()]
    return 1 if any(codes) else 0


def _check(name: str, command: Sequence[str], variables: Mapping[str, str]) -> int:
    program = [str(environment.program(command[0])), *command[1:]]
    start = time.monotonic()
    done = subprocess.run(
        program,
        check=False,
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    seconds = time.monotonic() - start
    if done.returncode:
        print(done.stdout.rstrip())
    result = "failed" if done.returncode else "ok"
    print(f"{result:6}  {name:8} {seconds:5.1f} s  ({' '.join(command)})", flush=True)
    return done.returncode


def say(text: str) -> None:
    """Tell the developer something that is not the result."""
    print(text, file=sys.stderr, flush=True)


def _end(_signal: int, _frame: object) -> NoReturn:
    """End on SIGTERM in order, so that what we started ends too."""
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
