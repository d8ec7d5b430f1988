"""Keeps Qt's binding from reading the source of every module that is imported.

After each import PySide looks through the source of the module for its own name, since modules
that use it may have switched its features (`snake_case`, `true_property`) on. Nobody does here:
it costs 44 ms of processor time in a start of some 300 modules.
"""

import importlib
from types import ModuleType
from typing import Final

_SEARCH: Final = "_mod_uses_pyside"


def skip_source_search() -> None:
    """Tell PySide that no module uses its features; with another PySide nothing is changed."""
    importlib.import_module("PySide6.QtCore")
    try:
        feature = importlib.import_module("shibokensupport.feature")
    except ImportError:
        return
    if hasattr(feature, _SEARCH):
        setattr(feature, _SEARCH, _uses_no_feature)


def _uses_no_feature(module: ModuleType) -> bool:  # noqa: ARG001 - PySide hands it over
    return False
