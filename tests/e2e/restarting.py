"""Castor that wants a backup restored as soon as its window is there, once."""

import os

from desktop_app.__main__ import main
from desktop_app.chat.safekeeping import Safekeeping
from desktop_app.store.mending import ask_for_restore


def start(safekeeping: Safekeeping) -> None:
    """Do what a person does in the settings."""
    profile = safekeeping._file.parent
    ask_for_restore(profile, os.environ["CASTOR_TEST_BACKUP"])
    safekeeping.restart()


if __name__ == "__main__":
    Safekeeping.start = start  # type: ignore[method-assign, assignment]
    raise SystemExit(main())
