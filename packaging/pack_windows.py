"""Packs the frozen Castor for Windows: an installer in dist/.

`python packaging/dev.py build --packages` runs it there; it needs NSIS. The script that it compiles
is packaging/windows/castor.nsi. Nobody has run the installer yet: see there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from release import DIST, ICONS, PROGRAM, ROOT, CannotPack, tell, version

SCRIPT: Final = ROOT / "packaging" / "windows" / "castor.nsi"


def pack(date: int) -> None:
    """Make the installer. NSIS dates nothing, so `date` is of no use. Raises CannotPack."""
    del date
    tell(make_installer(PROGRAM, ICONS / "castor.ico", DIST))


def make_installer(program: Path, icon: Path, folder: Path) -> Path:
    """Make the installer of the program in one folder, in another; any warning is an error."""
    made = folder / f"castor-{version()}-setup.exe"
    defined = {"VERSION": version(), "SOURCE": program, "ICON": icon, "OUT": made}
    done = subprocess.run(
        [
            *(makensis(), "-V2", "-WX"),
            *(f"-D{name}={value}" for name, value in defined.items()),
            str(SCRIPT),
        ],
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise CannotPack(done.stdout + done.stderr)
    return made


def makensis() -> str:
    """Return NSIS's compiler; its own set-up on Windows leaves the PATH alone."""
    usual = Path(os.environ.get("PROGRAMFILES(X86)", ""), "NSIS", "makensis.exe")
    found = shutil.which("makensis") or (str(usual) if usual.is_file() else None)
    if found is None:
        raise CannotPack("An installer cannot be made here: NSIS (makensis) is missing.")
    return found
