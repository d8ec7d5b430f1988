"""Starts Castor again in its own place, when everything of this run is closed."""

import os
import subprocess
import sys

from desktop_app.arguments import Arguments

RESTART = 75
"""What `app.run` returns when it is to be started again; no exit code of the program."""


def start_again(arguments: Arguments) -> int:
    """Become the next run, with the same profile and server; return 0 where that is a child."""
    command = [sys.executable, *restart_words(arguments)]
    if os.name == "posix":
        os.execv(sys.executable, command)  # noqa: S606 - it is this program itself
    subprocess.Popen(command)  # noqa: S603 - the same
    return 0


def restart_words(arguments: Arguments) -> list[str]:
    """The command line of the next run: what was asked or attached in this one is done."""
    words = [] if getattr(sys, "frozen", False) else ["-m", "desktop_app"]
    if arguments.profile is not None:
        words += ["--profile", str(arguments.profile)]
    if arguments.demo:
        words.append("--demo")
    if arguments.base_url:
        words += ["--base-url", arguments.base_url]
    return words
