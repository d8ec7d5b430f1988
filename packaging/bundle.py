"""What goes into the frozen program and what stays out: `build.spec` asks, this knows.

Runs in the environment that is frozen, inside PyInstaller.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
LICENCES: Final = "licences"
"""The folder of the frozen program that holds the licences of everything in it."""

Entry = tuple[str, str, str]
"""A file as PyInstaller lists it: its place in the program, where it lies now, its kind."""

NOT_NEEDED: Final = (
    *("tkinter", "unittest", "test", "pydoc", "pydoc_data", "doctest", "lib2to3", "idlelib"),
    # Backends that keep keys in plain text: without a keychain there is to be none.
    "keyrings",
    *("numpy", "PIL", "setuptools", "pkg_resources", "pip"),
    # Command lines and other front ends of what we use as libraries.
    *("rich", "httpx._main", "pygments.cmdline", "markdown_it.cli", "watchfiles", "uvloop"),
)
"""Modules that something imports if they are there, and that Castor does without."""

THE_SYSTEMS: Final = {"libstdc++.so.6", "libgcc_s.so.1", "libcups.so.2"}
"""Libraries that every desktop has in a version that its drivers need, or that prints; without
CUPS there is no printer, and PDF all the same."""

QT_PLUGINS: Final = {
    "platforms": ("xcb", "wayland", "offscreen", "windows", "cocoa"),
    "platforminputcontexts": (
        "composeplatforminputcontextplugin",
        "ibusplatforminputcontextplugin",
    ),
    "platformthemes": ("xdgdesktopportal",),
    "xcbglintegrations": ("xcb-egl-integration", "xcb-glx-integration"),
    "wayland-shell-integration": ("xdg-shell",),
    "wayland-decoration-client": ("bradient", "adwaita"),
    "wayland-graphics-integration-client": ("qt-plugin-wayland-egl",),
    "imageformats": ("jpeg", "gif", "webp"),
    "printsupport": ("cupsprintersupport", "windowsprintersupport", "cocoaprintersupport"),
}
"""The plugins of Qt that Castor uses. PNG and BMP are built in, SVG is read without a plugin."""


def is_unwanted(name: str) -> bool:
    """Return whether a file of Qt, by its place in the program, is one that Castor never loads."""
    parts = Path(name).parts
    if parts[0] != "PySide6":
        return False
    if "translations" in parts:
        return True  # Castor speaks English and installs no translator
    if "plugins" not in parts:
        return False
    kind, file = parts[parts.index("plugins") + 1 :][:2]
    plugin = re.sub(r"^(lib)?q?", "", Path(file).stem)
    wanted = (re.sub(r"^q", "", known) for known in QT_PLUGINS.get(kind, ()))
    return plugin not in wanted


def wanted_binaries(
    binaries: Iterable[Entry], imports: Callable[[str], set[str]], work: Path
) -> list[Entry]:
    """Return what Castor loads, without debug symbols; `imports` names the libraries of a file.

    On Linux that is all modules and plugins that are wanted, and of the libraries those that one
    of these needs.
    """
    kept = [entry for entry in binaries if not is_unwanted(entry[0])]
    if sys.platform != "linux":
        return kept
    return [without_symbols(entry, work) for entry in needed(kept, imports)]


def wanted_data(datas: Iterable[Entry], binaries: Iterable[Entry]) -> list[Entry]:
    """Return the data that Castor reads, without links to libraries that were left out."""
    there = {Path(name).name for name, _, _ in binaries}
    return [
        (name, file, kind)
        for name, file, kind in datas
        if not is_unwanted(name) and (kind != "SYMLINK" or Path(file).name in there)
    ]


def needed(entries: list[Entry], imports: Callable[[str], set[str]]) -> list[Entry]:
    """Return the modules and plugins of `entries`, and the libraries they import in the end.

    C++'s own library is left to the system: a program that came with an older one would break
    the system's graphics drivers.
    """
    libraries = {Path(name).name: file for name, file, _ in entries if _library(name)}
    reached: set[str] = set()
    ahead = [file for name, file, _ in entries if not _library(name)]
    while ahead:
        for library in imports(ahead.pop()):
            if library in libraries and library not in reached | THE_SYSTEMS:
                reached.add(library)
                ahead.append(libraries[library])
    return [entry for entry in entries if not _library(entry[0]) or Path(entry[0]).name in reached]


def _library(name: str) -> bool:
    """Return whether a file is there for others: a plain library, not a module or a plugin."""
    path = Path(name)
    if "plugins" in path.parts or not re.search(r"\.so(\.|$)", path.name):
        return False
    return path.name.startswith("lib") and not path.name.startswith("libpython")


def without_symbols(entry: Entry, work: Path) -> Entry:
    """Return the entry with a copy that has no debug symbols, if Python itself brought the file.

    A Python built by hand carries 17 MB of them. Everybody else's files come without.
    """
    name, file, kind = entry
    own = Path(sys.base_prefix)
    strip = shutil.which("strip")
    system = own in (Path("/usr"), Path("/usr/local"))
    if strip is None or system or not Path(file).resolve().is_relative_to(own.resolve()):
        return entry
    copy = work / "stripped" / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([strip, "--strip-unneeded", "-o", copy, file], check=True)
    return name, str(copy), kind


# --- data -------------------------------------------------------------------------------------


def locked_names() -> set[str]:
    """Return the distributions that Castor runs with, as the lock names them."""
    lock = (ROOT / "packaging" / "requirements" / "runtime.txt").read_text("utf-8")
    return {normal(found) for found in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}


def outsiders() -> list[str]:
    """Return the modules of this environment that Castor is not locked with: tests and tools."""
    locked = locked_names()
    return sorted(
        module
        for module, owners in metadata.packages_distributions().items()
        if not any(normal(owner) in locked for owner in owners)
    )


def normal(name: str) -> str:
    """Return a distribution's name in the one spelling that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def icons(work: Path) -> list[tuple[str, str]]:
    """Return the icon set with those that Castor shows, as the package has it."""
    small = work / "lucide.zip"
    with zipfile.ZipFile(_package("lucide") / "lucide.zip") as all_icons:
        names = sorted(icon_names() & {Path(name).stem for name in all_icons.namelist()})
        with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as some:
            for name in names:
                member = zipfile.ZipInfo(f"{name}.svg")  # of 1980: the same at every build
                some.writestr(member, all_icons.read(f"{name}.svg"), zipfile.ZIP_DEFLATED)
    return [(str(small), "lucide")]


def icon_names() -> set[str]:
    """Return every text in the program's source that could be an icon's name."""
    words: set[str] = set()
    for file in (ROOT / "desktop_app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    return words


def draw_icons(work: Path) -> Path:
    """Draw the mark as the systems want it and return the folder; Qt stays in its own process."""
    folder = work / "icons"
    script = str(ROOT / "packaging" / "icons.py")
    subprocess.run([sys.executable, script, str(folder)], check=True)
    return folder


def fonts() -> list[tuple[str, str]]:
    """Return the built-in fonts' files, as their packages have them."""
    return [
        (str(file), f"{package}/files")
        for package in ("fontpkg_inter", "fontpkg_jetbrains_mono")
        for file in sorted((_package(package) / "files").glob("*.ttf"))
    ]


def formula_files() -> list[tuple[str, str]]:
    """Return what formulas are set with: the font, and the names of LaTeX's symbols."""
    return [
        (str(_package("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"), "ziamath/fonts"),
        (str(_package("latex2mathml") / "unimathsymbols.txt"), "latex2mathml"),
    ]


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


# --- licences ---------------------------------------------------------------------------------


def licences(binaries: Iterable[Entry]) -> list[Entry]:
    """Return the licences of all that is in the program, for its folder of that name."""
    found = [("castor/LICENSE", ROOT / "LICENSE")]
    found += [(file.name, file) for file in sorted((ROOT / "packaging" / LICENCES).iterdir())]
    python = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if python.is_file():
        found.append(("python/LICENSE.txt", python))
    # PyInstaller's own loader is in the two programs.
    present = locked_names() | {"pyinstaller"}
    for distribution in metadata.distributions():
        if normal(distribution.name) in present:
            found += _licences_of(distribution)
    if sys.platform == "linux":
        found += _licences_of_debian(binaries)
    return [(f"{LICENCES}/{name}", str(file), "DATA") for name, file in dict(found).items()]


def _licences_of(distribution: metadata.Distribution) -> Iterator[tuple[str, Path]]:
    for file in distribution.files or ():
        if re.match(r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)", file.name) and file.suffix != ".py":
            yield f"{normal(distribution.name)}/{file.name}", Path(str(file.locate()))


def _licences_of_debian(binaries: Iterable[Entry]) -> Iterator[tuple[str, Path]]:
    """Give what Debian says of each of its libraries that came along."""
    files = {str(Path(file).resolve()) for _, file, _ in binaries}
    ours = [file for file in files if file.startswith(("/usr/lib/", "/lib/"))]
    if not ours or not shutil.which("dpkg-query"):
        return
    # Since /usr and / are one, a package may know its files by either path.
    both = [*ours, *(file.removeprefix("/usr") for file in ours)]
    told = subprocess.run(
        ["dpkg-query", "--search", *both], check=False, capture_output=True, encoding="utf-8"
    )
    for package in sorted(set(re.findall(r"^([^:,\s]+)[:,]", told.stdout, re.MULTILINE))):
        text = Path("/usr/share/doc", package, "copyright")
        if text.is_file():
            yield f"debian/{package}.txt", text
