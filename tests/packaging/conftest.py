"""The developer's door and its rooms, imported afresh as a start of it imports them."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
MODULES = (
    *("corpus", "environment", "debian", "launch", "release", "trial", "frozen", "dev"),
    *("bundle", "entry", "icons", "pack_linux", "pack_windows"),
)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules of packaging/, by name."""
    monkeypatch.syspath_prepend(PACKAGING)
    modules: dict[str, ModuleType] = {name: importlib.import_module(name) for name in MODULES}
    yield SimpleNamespace(**modules)
    for name in MODULES:
        del sys.modules[name]
