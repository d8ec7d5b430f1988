"""What the packages of all systems have in common: the version and where things lie."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DIST: Final = ROOT / "dist"
PROGRAM: Final = DIST / "castor"
ICONS: Final = ROOT / "build" / "frozen" / "build" / "icons"


class CannotPack(Exception):
    """Something that packing needs is missing or wrong; the text says what."""


def version() -> str:
    """Return Castor's version without importing Castor."""
    tree = ast.parse((ROOT / "desktop_app" / "__init__.py").read_bytes())
    values = (node.value for node in tree.body if isinstance(node, ast.Assign))
    return next(str(value.value) for value in values if isinstance(value, ast.Constant))


def tell(made: Path) -> None:
    """Print how large a package is and where it lies."""
    print(f"{made.stat().st_size / 1e6:7.1f} MB  {made.relative_to(ROOT)}", flush=True)
