"""Where a frozen Castor begins: both programs, `castor` and `castor-gui`, run this."""

import os
import sys
from pathlib import Path

_SEARCH_PATH = "LD_LIBRARY_PATH"


def main() -> int:
    """Put right what freezing has changed, then be Castor."""
    give_back_the_search_path()
    open_missing_streams()
    from desktop_app.__main__ import main as castor

    return castor()


def give_back_the_search_path() -> None:
    """Let the programs that Castor starts, a browser say, find the system's libraries.

    The loader of a frozen program points them to the libraries that came with it. Its own were
    looked up when it started: they stay found. Where it starts itself again, the loader must be
    told to begin anew, or it takes what we have removed for inherited.
    """
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    before = os.environ.pop(f"{_SEARCH_PATH}_ORIG", None)
    if before:
        os.environ[_SEARCH_PATH] = before
    else:
        os.environ.pop(_SEARCH_PATH, None)


def open_missing_streams() -> None:
    """Let nobody fail for want of standard streams, which a windowed program of Windows lacks."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
            setattr(sys, name, nowhere)


if __name__ == "__main__":
    sys.exit(main())
