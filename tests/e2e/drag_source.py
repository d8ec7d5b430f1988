"""A program that something can be dragged out of: files, an address, or a picture's pixels.

Run as `drag_source.py file PATH …`, `address URL` or `picture PATH`.
"""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.overriding import override

TITLE = "Drag from here"


class Source(QLabel):
    """A window that begins a drag wherever it is pulled."""

    def __init__(self, kind: str, names: list[str]) -> None:
        super().__init__("drag me")
        self._kind = kind
        self._names = names
        self.setWindowTitle(TITLE)
        self.resize(200, 120)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        data = QMimeData()
        if self._kind == "picture":
            data.setImageData(QImage(self._names[0]))
        elif self._kind == "address":
            data.setUrls([QUrl(name) for name in self._names])
        else:
            data.setUrls([QUrl.fromLocalFile(name) for name in self._names])
        drag = QDrag(self)
        drag.setMimeData(data)
        actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction | Qt.DropAction.LinkAction
        print(drag.exec(actions, Qt.DropAction.MoveAction).name, flush=True)


def main() -> int:
    application = QApplication(sys.argv)
    source = Source(sys.argv[1], sys.argv[2:])
    source.show()
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main())
