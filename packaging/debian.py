"""What Castor needs of a Debian or Ubuntu system, and how it gets there; other systems pass."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

QT = (
    # QtWidgets, QtGui, QtNetwork, QtDBus
    *("libglib2.0-0", "libxkbcommon0", "libegl1", "libgl1", "libfontconfig1", "libdbus-1-3"),
    "libgssapi-krb5-2",
    # the xcb platform plugin
    *("libxcb-cursor0", "libxkbcommon-x11-0", "libxcb-icccm4", "libxcb-keysyms1"),
    "libxcb-shape0",
)
FONTS = ("fonts-dejavu-core", "fonts-noto-cjk", "fonts-noto-color-emoji")
SCREEN = ("xvfb", "xauth")
PACKAGE_CHECKS = ("desktop-file-utils", "appstream", "nsis")
TEST_HELPERS = (
    *SCREEN,
    *("openbox", "xdotool", "wmctrl", "xclip", "x11-utils", "imagemagick", "dbus", "pcmanfm"),
    *("gnome-keyring", "libsecret-tools"),
    # a screen reader's side of the window, for the python3 that comes with them
    *("at-spi2-core", "python3-pyatspi", "gir1.2-atspi-2.0", "libatk-adaptor"),
    *PACKAGE_CHECKS,
)
BUILD = (
    "binutils",  # PyInstaller looks into libraries with it
    # for `build --test` and `build --packages`
    *(*SCREEN, "dbus", "gnome-keyring", *PACKAGE_CHECKS),
)

APT_INSTALL = ("apt-get", "install", "-y", "--no-install-recommends")


class PackagesMissing(Exception):
    """Something is missing that only the system's administrator can install."""


def ensure(packages: Iterable[str], say: Callable[[str], None]) -> None:
    """Install what is missing of `packages` and of what a virtual environment needs.

    Without root's rights it says the command instead: missing fonts are put up with, anything
    else raises PackagesMissing. Raises CalledProcessError when apt fails; it has said why.
    """
    if shutil.which("apt-get") and shutil.which("dpkg-query"):
        missing = absent([*_for_virtual_environments(), *packages], installed())
        if missing and os.geteuid() == 0:
            with environment.locked(say):
                _install(absent(missing, installed()), say)
        elif missing:
            _ask_for(missing, say)
    if not can_make_environments():
        raise PackagesMissing(f"{sys.executable} comes without venv or ensurepip; both are needed.")


def for_building() -> tuple[str, ...]:
    """Return what freezing needs. Debian's own Python has its library in a package of its own."""
    if sys.base_prefix == "/usr":
        return (*BUILD, f"libpython{sys.version_info[0]}.{sys.version_info[1]}")
    return BUILD


def absent(wanted: Iterable[str], present: set[str]) -> list[str]:
    """Return what of `wanted` is not `present`, each once, in its order."""
    return [name for name in dict.fromkeys(wanted) if name not in present]


def installed() -> set[str]:
    """Return the names of all installed packages, and the names that they stand in for.

    Newer systems have renamed some (libglib2.0-0 is libglib2.0-0t64 there) and provide the old
    name, which apt still takes.
    """
    query = ("dpkg-query", "--show", "--showformat=${db:Status-Status}\t${Package}, ${Provides}\n")
    listing = subprocess.run(query, check=True, capture_output=True, encoding="utf-8").stdout
    names: set[str] = set()
    for line in listing.splitlines():
        status, _, packages = line.partition("\t")
        if status == "installed":
            # A provided name may carry a version: "libglib2.0-0 (= 2.80.0-6)".
            names.update(name.split()[0] for name in packages.split(",") if name.strip())
    return names


def can_make_environments() -> bool:
    """Return whether this Python makes virtual environments with a pip inside.

    The modules decide, not a package: Debian splits them off, a self-built Python has them.
    """
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def _for_virtual_environments() -> list[str]:
    if can_make_environments():
        return ["ca-certificates"]
    return [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv", "ca-certificates"]


def _install(packages: Sequence[str], say: Callable[[str], None]) -> None:
    if not packages:
        return  # Another start has just done it.
    say(f"Installing {len(packages)} Debian packages: {' '.join(packages)} …")
    # A foreign source may be out of reach and not matter: the install decides.
    _apt(["apt-get", "update"], check=False)
    _apt([*APT_INSTALL, *packages], check=True)


def _apt(command: Sequence[str], *, check: bool) -> None:
    """Run apt without questions; its errors are seen, its progress is not."""
    subprocess.run(
        [*command, "-qq", "-o", "DPkg::Lock::Timeout=300"],
        check=check,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _ask_for(missing: Sequence[str], say: Callable[[str], None]) -> None:
    command = " ".join(["sudo", *APT_INSTALL, *missing])
    if set(missing) <= set(FONTS):
        say(f"Some letters may show as boxes until these fonts are installed:\n    {command}")
        return
    raise PackagesMissing(f"Castor needs more of the system. Please run this first:\n    {command}")
