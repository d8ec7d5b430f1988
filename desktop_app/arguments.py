"""The command line, read before anything heavy is imported."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from desktop_app import __version__

APP_ID: Final = "castor"


@dataclass(frozen=True)
class Arguments:
    """What was asked for. `profile` is `None` for the usual folder."""

    profile: Path | None = None
    demo: bool = False
    base_url: str = ""
    ask: str = ""
    screenshot: Path | None = None
    self_test: bool = False
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ExportArguments:
    """What is to be exported."""

    profile: Path | None
    conversation: str | None
    form: str = "json"


@dataclass(frozen=True)
class RestoreArguments:
    """Which backup is to be restored: its name, its number in the list, or a file's path.

    Without one the backups are listed.
    """

    profile: Path | None
    backup: str | None


def read_arguments(words: list[str]) -> Arguments | ExportArguments | RestoreArguments:
    """Read the command line; it ends the program for --help, --version and mistakes."""
    if words[:1] == ["export"]:
        return _read_export(words[1:])
    if words[:1] == ["restore"]:
        return _read_restore(words[1:])
    parser = argparse.ArgumentParser(
        prog=APP_ID,
        description="A desktop client for Google's Gemini models.",
        epilog="castor export --profile DIR --format json writes the history as JSON. "
        "castor restore --profile DIR lists its backups and restores one.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="attach these")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="keep everything in DIR")
    parser.add_argument("--demo", action="store_true", help="ask the offline demo, not Google")
    parser.add_argument("--base-url", default="", metavar="URL", help="ask another server")
    parser.add_argument("--ask", default="", metavar="TEXT", help="send TEXT at once")
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="FILE.png",
        help="save a picture of the window when the answer has ended, and quit",
    )
    parser.add_argument("--self-test", action="store_true", help="see whether Castor is whole")
    parser.add_argument("--version", action="version", version=f"Castor {__version__}")
    found = parser.parse_args(words)
    return Arguments(
        found.profile,
        found.demo,
        found.base_url,
        found.ask,
        found.screenshot,
        found.self_test,
        tuple(found.files),
    )


def _read_export(words: list[str]) -> ExportArguments:
    parser = argparse.ArgumentParser(prog=f"{APP_ID} export", description="Write the history.")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="of the profile in DIR")
    parser.add_argument(
        "--format",
        choices=["json", "markdown", "html", "csv"],
        default="json",
        help="json has everything, the others what is on screen",
    )
    parser.add_argument("--conversation", metavar="KEY", help="only the conversation of this key")
    found = parser.parse_args(words)
    return ExportArguments(found.profile, found.conversation, found.format)


def _read_restore(words: list[str]) -> RestoreArguments:
    parser = argparse.ArgumentParser(
        prog=f"{APP_ID} restore",
        description="List the backups of a profile, or put one in the place of its history, which "
        "is kept as a backup too.",
    )
    parser.add_argument("--profile", type=Path, metavar="DIR", help="of the profile in DIR")
    parser.add_argument(
        "backup", nargs="?", metavar="BACKUP", help="its number in the list, its name, or a file"
    )
    found = parser.parse_args(words)
    return RestoreArguments(found.profile, found.backup)


def profile_folder(given: Path | None, *, demo: bool = False) -> Path:
    """The folder of the profile: the one given, else the system's place for it."""
    if given is not None:
        return given.expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path(f"{APP_ID}-demo" if demo else APP_ID, appauthor=False)


def log_folder(profile: Path, given: Path | None) -> Path:
    """The folder of the log: in a profile of its own beside the rest, else the system's place."""
    if given is not None:
        return profile / "log"
    from platformdirs import user_log_path

    return user_log_path(profile.name, appauthor=False)
