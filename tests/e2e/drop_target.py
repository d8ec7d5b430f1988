"""A program that something can be dropped into. It says on one line what that was, as JSON."""

import json
import sys
from typing import Final

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.overriding import override

TITLE: Final = "Drop here"


class Target(QLabel):
    """A window that takes everything."""

    def __init__(self) -> None:
        super().__init__("drop it here")
        self.setAcceptDrops(True)
        self.setWindowTitle(TITLE)
        self.resize(200, 120)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        data = event.mimeData()
        said = {
            "action": event.dropAction().name,
            "formats": [one for one in data.formats() if "/" in one],
            "text": data.text(),
        }
        print(json.dumps(said), flush=True)


def main() -> int:
    application = QApplication(sys.argv)
    target = Target()
    target.show()
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main())
