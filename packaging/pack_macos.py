"""Packs the frozen Castor for macOS: a disk image in dist/, signed and notarized where one can.

`python packaging/dev.py build --packages` runs it there. It is a recipe from Apple's and
PyInstaller's documents: nobody has run it yet. packaging/macos/README.md says what it needs.
"""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from release import DIST, CannotPack, tell, version

APP: Final = DIST / "Castor.app"
NOTARY: Final = "CASTOR_NOTARY_PROFILE"


def pack(date: int) -> None:
    """Make the disk image. Its files keep their dates, so `date` is of no use."""
    del date
    if not APP.is_dir():
        raise CannotPack("There is no dist/Castor.app.")
    # The build has signed it, for itself only where it was given no identity.
    run("codesign", "--verify", "--deep", "--strict", str(APP))
    made = DIST / f"castor-{version()}-macos-{platform.machine()}.dmg"
    with tempfile.TemporaryDirectory(prefix="castor-pack-") as folder:
        run("ditto", str(APP), str(Path(folder, APP.name)))
        Path(folder, "Applications").symlink_to("/Applications")
        run(
            *("hdiutil", "create", "-volname", "Castor", "-srcfolder", folder),
            *("-format", "UDZO", "-ov", str(made)),
        )
    profile = os.environ.get(NOTARY)
    if profile:
        run("xcrun", "notarytool", "submit", str(made), "--keychain-profile", profile, "--wait")
        run("xcrun", "stapler", "staple", str(made))
    else:
        print(f"Not notarized: {NOTARY} is not set. macOS will warn of it.")
    tell(made)


def run(*command: str) -> None:
    """Run a command of macOS. Raises CalledProcessError when it fails; it has said why."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
