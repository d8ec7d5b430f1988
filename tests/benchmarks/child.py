"""One window in a process of its own: Castor's, or an empty one to compare it with.

    python child.py BEGAN RESULT PLAN [ARGUMENT ...]

BEGAN is the monotonic clock when the process was started, RESULT the file that the figures go to.
PLAN is JSON: `window` is "castor" (the arguments are Castor's) or "empty", `task` what to do once
the window has been painted for the first time. Until then nothing is imported for the benchmark.
"""

import sys
import time

from PySide6 import QtWidgets
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPaintEvent

_SIZE = (1280, 820)
_BEGAN = float(sys.argv[1])
_RESULT, _PLAN = sys.argv[2:4]


class _Watched(QtWidgets.QMainWindow):
    """Notices its first paint: an event posted then comes when all of that is on the screen."""

    _seen = False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if not _Watched._seen:
            _Watched._seen = True
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    def customEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        seconds = time.monotonic() - _BEGAN
        from tests.benchmarks.tasks import after_first_paint

        after_first_paint(self, seconds, _RESULT, _PLAN)


def main() -> int:
    """Show the window that the plan names, and return the exit code."""
    if '"castor"' in _PLAN:
        QtWidgets.QMainWindow = _Watched
        sys.argv[1:] = sys.argv[4:]
        from desktop_app.__main__ import main as castor

        return castor()
    application = QtWidgets.QApplication(sys.argv[:1])
    window = _Watched()
    window.resize(*_SIZE)
    window.show()
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main())
