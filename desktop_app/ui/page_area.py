"""A page that scrolls, whose scrollbar lies over its margin and takes no width from it."""

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QWidget

from desktop_app.overriding import override

_BAR: Final = 14


class PageArea(QScrollArea):
    """Shows a page as wide as itself."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setSingleStep(44)
        inner = self.verticalScrollBar()
        inner.rangeChanged.connect(self._set_range)
        inner.valueChanged.connect(self._bar.setValue)
        self._bar.valueChanged.connect(inner.setValue)
        self._set_range(inner.minimum(), inner.maximum())

    def _set_range(self, low: int, high: int) -> None:
        self._bar.setRange(low, high)
        self._bar.setPageStep(self.viewport().height())
        self._bar.setVisible(high > low)
        self._bar.raise_()

    @override
    def sizeHint(self) -> QSize:
        """As high as the page."""
        return self._page.sizeHint()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bar at the right."""
        super().resizeEvent(event)
        self._bar.setGeometry(QRect(self.width() - _BAR, 0, _BAR, self.height()))
