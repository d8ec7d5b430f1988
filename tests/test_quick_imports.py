"""A start does not read the source of what it imports."""

import subprocess
import sys

_LOOK = """
import inspect, sys
from desktop_app.quick_imports import skip_source_search
skip_source_search()
read = []
search = inspect.getsource
inspect.getsource = lambda module: read.append(module) or search(module)
import shibokensupport.feature
assert not hasattr(shibokensupport.feature, "inspect") or (
    shibokensupport.feature.inspect is inspect
)
import json.tool, desktop_app.ui.theme
from PySide6.QtCore import QObject
assert QObject().objectName() == ""
print(len(read), hasattr(shibokensupport.feature, "_mod_uses_pyside"))
"""


def test_no_source_is_read_for_an_import() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["0", "True"]


def test_without_it_the_source_of_every_module_is_read() -> None:
    plain = _LOOK.replace("skip_source_search()\n", "import PySide6.QtCore\n", 1)
    assert "skip_source_search()" not in plain.split("import PySide6.QtCore", 1)[1]
    done = subprocess.run(
        [sys.executable, "-c", plain], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout.split()[0]) > 0
