"""Packs the frozen Castor for Linux: a .deb and a .tar.xz in dist/, equal for equal programs.

`python3 packaging/dev.py build --packages` runs it. It needs dpkg-deb for the .deb, and checks the
desktop entry and the AppStream description where the tools for that are installed.
"""

from __future__ import annotations

import lzma
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import textwrap
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

from release import DIST, ICONS, PROGRAM, ROOT, CannotPack, tell, version

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK: Final = ROOT / "resources" / "castor.svg"
DESKTOP: Final = ROOT / "packaging" / "linux" / "castor.desktop"
METAINFO: Final = ROOT / "packaging" / "linux" / "app.castor.Castor.metainfo.xml"

DEPENDS: Final = (
    # What a program cannot bring along: the drivers' side of the screen, C and C++, and which
    # fonts there are.
    *("fontconfig-config", "libegl1", "libgcc-s1", "libgl1", "libstdc++6"),
    *("libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "libxcb1"),
)
RECOMMENDS: Final = (
    "ca-certificates",
    "gnome-keyring | kwalletmanager | keepassxc",
    *("xdg-utils", "fonts-noto-cjk", "fonts-noto-color-emoji", "libcups2"),
)
ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}

README: Final = """\
Castor {version} for Linux, {machine}, with the C library {glibc} or newer.

    ./castor-gui             starts it
    ./castor --help          says what else there is
    ./castor --self-test     says whether anything is missing

It needs these packages, by Debian's names: {depends}.

For an entry in the desktop's menu, put the folder into /opt, link /opt/{name}/castor-gui
to /usr/local/bin/castor-gui and copy share/ to /usr/local/share/.

The licences of everything in it are in _internal/licences.
"""


def pack(date: int) -> None:
    """Make both packages, all files of them dated `date`. Raises CannotPack."""
    validate()
    with tempfile.TemporaryDirectory(prefix="castor-pack-") as folder:
        tell(make_deb(Path(folder, "deb"), date))
        tell(make_tar(Path(folder, "tar"), date))


def validate() -> None:
    """Check the desktop entry and the description with the tools that are there.

    Raises CannotPack for what they find.
    """
    for command in (
        ["desktop-file-validate", str(DESKTOP)],
        ["appstreamcli", "validate", "--no-net", str(METAINFO)],
    ):
        if not shutil.which(command[0]):
            print(f"Not checked, {command[0]} is missing: {command[-1]}", file=sys.stderr)
            continue
        done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
        if done.returncode:
            raise CannotPack(done.stdout + done.stderr)


# --- the .deb ---------------------------------------------------------------------------------


def make_deb(root: Path, date: int) -> Path:
    """Make the package for Debian and Ubuntu."""
    if not shutil.which("dpkg-deb"):
        raise CannotPack("A .deb cannot be made here: dpkg-deb is missing.")
    architecture = ARCHITECTURES[platform.machine()]
    copy_program(root / "usr" / "lib" / "castor")
    copy_share(root / "usr" / "share")
    (root / "usr" / "bin").mkdir()
    for name in ("castor", "castor-gui"):
        (root / "usr" / "bin" / name).symlink_to(f"../lib/castor/{name}")
    notes = root / "usr" / "share" / "doc" / "castor"
    notes.mkdir(parents=True)
    (notes / "copyright").write_text(copyright_note(), "utf-8")
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(control(root, architecture), "utf-8")
    even_out(root, date)
    made = DIST / f"castor_{version()}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z10", "--build", str(root), str(made)],
        check=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(date)},
        stdout=subprocess.DEVNULL,
    )
    return made


def control(root: Path, architecture: str) -> str:
    """Return what dpkg is told of the package in `root`."""
    kilobytes = sum(-(-path.lstat().st_size // 1024) for path in root.rglob("*"))
    depends = (f"libc6 (>= {newest_glibc(root)})", *DEPENDS)
    return textwrap.dedent(f"""\
        Package: castor
        Version: {version()}
        Architecture: {architecture}
        Maintainer: The Castor developers <castor@localhost>
        Section: net
        Priority: optional
        Installed-Size: {kilobytes}
        Depends: {", ".join(depends)}
        Recommends: {", ".join(RECOMMENDS)}
        Description: desktop client for Google's Gemini models
         Castor is a fast, native window for Google's Gemini models. Answers appear
         while they are written, the history stays on this computer and the API key
         in its keyring. An offline demo needs neither key nor network.
        """)


def copyright_note() -> str:
    """Return what Debian wants to know of the licences, all of which are in the package."""
    return textwrap.dedent("""\
        Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
        Upstream-Name: Castor
        Comment:
         The program comes with Python, Qt and other libraries, each under its own
         licence. All of them are in /usr/lib/castor/_internal/licences.

        Files: *
        Copyright: The Castor developers
        License: Apache-2.0
         The text is in /usr/share/common-licenses/Apache-2.0.
        """)


def newest_glibc(root: Path) -> str:
    """Return the version of the C library that the program was linked with."""
    found = {(2, 17)}
    for path in files_in(root):
        with path.open("rb") as file:
            if file.read(4) == b"\x7fELF":
                names = re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\0])", file.read())
                found |= {(int(major), int(minor)) for major, minor in names}
    return ".".join(map(str, max(found)))


# --- the .tar.xz ------------------------------------------------------------------------------


def make_tar(root: Path, date: int) -> Path:
    """Make the archive for any other Linux: one folder, which may lie anywhere."""
    name = f"castor-{version()}"
    folder = root / name
    copy_program(folder)
    copy_share(folder / "share")
    text = README.format(
        version=version(),
        machine=platform.machine(),
        glibc=newest_glibc(folder),
        depends=", ".join(DEPENDS),
        name=name,
    )
    (folder / "README.txt").write_text(text, "utf-8")
    even_out(folder, date)
    made = DIST / f"{name}-linux-{platform.machine()}.tar.xz"
    with (
        lzma.open(made, "wb", preset=6) as packed,
        tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in (folder, *sorted(folder.rglob("*"))):
            tar.add(path, str(path.relative_to(root)), recursive=False, filter=nobodys)
    return made


def nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return the entry as root's, whoever made it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


# --- both -------------------------------------------------------------------------------------


def copy_program(folder: Path) -> None:
    """Copy the frozen program."""
    shutil.copytree(PROGRAM, folder, symlinks=True)


def copy_share(folder: Path) -> None:
    """Copy what desktops look for: the entry in the menu, the description, the icons."""
    icons = folder / "icons" / "hicolor"
    places = {
        DESKTOP: folder / "applications" / DESKTOP.name,
        METAINFO: folder / "metainfo" / METAINFO.name,
        MARK: icons / "scalable" / "apps" / "castor.svg",
    }
    for drawn in ICONS.glob("castor-*.png"):
        side = drawn.stem.removeprefix("castor-")
        places[drawn] = icons / f"{side}x{side}" / "apps" / "castor.png"
    for source, target in places.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def even_out(folder: Path, date: int) -> None:
    """Give all files one date and the rights that installed files have."""
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            runs = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (date, date), follow_symlinks=False)


def files_in(folder: Path) -> Iterator[Path]:
    """Give all files below a folder; links are not followed."""
    yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
