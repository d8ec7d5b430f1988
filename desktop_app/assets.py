"""The only reader of resources, of the icon set and of the built-in fonts; any level may import it.

Resources lie beside the package in the source tree and in a frozen build, and inside it in a
wheel. Icons and fonts come from packages of their own, which are found but never imported: that
costs no time at the start.
"""

import zlib
from functools import cache
from importlib.util import find_spec
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import Struct

_PACKAGE = Path(__file__).parent


@cache
def folder() -> Path:
    """The folder of the resources. Raises `FileNotFoundError` where the installation is broken."""
    for candidate in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("Castor's resources are missing; install it again")


def path(name: str) -> Path:
    """The path of a resource, e.g. `demo/harbour.png`. Raises `FileNotFoundError`."""
    found = folder() / name
    if not found.is_file():
        raise FileNotFoundError(f"the resource {name} is missing")
    return found


def read_bytes(name: str) -> bytes:
    """The bytes of a resource. Raises `FileNotFoundError`."""
    return path(name).read_bytes()


def icon(name: str) -> bytes:
    """The SVG of an icon of the Lucide set (ISC licence). Raises `KeyError` for no such icon.

    zipfile would read the records of all 1,745 icons first: 20 ms of the start.
    """
    archive, wanted = _icons(), f"{name}.svg".encode()
    at = archive.rfind(wanted)
    while at >= 0:
        head = at - _RECORD.size
        if archive[head : head + 4] == b"PK\x01\x02":
            method, packed, size, offset = _RECORD.unpack_from(archive, head)
            if size == len(wanted) and method == _DEFLATED:
                begin = offset + _LOCAL.size + sum(_LOCAL.unpack_from(archive, offset))
                return zlib.decompress(archive[begin : begin + packed], -zlib.MAX_WBITS)
        at = archive.rfind(wanted, 0, at)
    raise KeyError(name)


@cache
def _icons() -> mmap:
    with (_package_folder("lucide") / "lucide.zip").open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


_DEFLATED = 8
_RECORD = Struct("<10xH8xI4xH12xI")
"""A record of the archive's directory: method, packed size, length of the name, offset."""

_LOCAL = Struct("<26xHH")
"""What stands before an icon's bytes: the lengths of the name and of what follows it."""


def font_files() -> dict[str, list[Path]]:
    """The built-in fonts' files by family; both are variable fonts (OFL-1.1).

    A package that is missing is left out: the system's font then takes its place.
    """
    files: dict[str, list[Path]] = {}
    for family, package in (("Inter", "fontpkg_inter"), ("JetBrains Mono", _MONO)):
        try:
            files[family] = sorted((_package_folder(package) / "files").glob("*.ttf"))
        except FileNotFoundError:
            continue
    return files


_MONO = "fontpkg_jetbrains_mono"


@cache
def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the package {name} is missing")
    return Path(spec.submodule_search_locations[0])
