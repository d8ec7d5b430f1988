"""Fields that a person types or chooses in: 32 high, their focus always visible."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from desktop_app.overriding import override
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box, paint_ring
from desktop_app.ui.theme import Theme

HEIGHT: Final = 32
RADIUS: Final = 8
_PADDING: Final = 10


class FieldFrame(QWidget):
    """The box around a field: its border, its ring, its padding."""

    def __init__(
        self, theme: Theme, field: QWidget, height: int | None = HEIGHT, padding: int = _PADDING
    ) -> None:
        super().__init__()
        self._theme = theme
        self.field = field
        self._padding = padding
        field.setParent(self)
        if height is not None:
            self.setFixedHeight(height)
        self.setFocusProxy(field)
        field.installEventFilter(self)
        theme.changed.connect(self.update)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Repaint when the focus comes or goes."""
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the field all but the border and padding."""
        inset = 2
        self.field.setGeometry(self.rect().adjusted(self._padding, inset, -self._padding, -inset))

    @override
    def sizeHint(self) -> QSize:
        """The field's own size and the padding."""
        hint = self.field.sizeHint()
        return QSize(hint.width() + 2 * self._padding, max(HEIGHT, hint.height() + 4))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box and ring."""
        painter = QPainter(self)
        color = self._theme.color
        enabled = self.field.isEnabled()
        fill = color("window" if enabled else "sunken")
        paint_box(painter, self.rect(), RADIUS, fill, color("field" if enabled else "line"))
        if self.field.hasFocus():
            paint_ring(painter, self.rect(), RADIUS, color("accent"))


class LineField(QLineEdit):
    """One line of text, for a `FieldFrame`."""

    def __init__(self, theme: Theme, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.setFrame(False)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font(14))
        self.setStyleSheet("QLineEdit { background: transparent; padding: 0; }")


class TextField(QPlainTextEdit):
    """Several lines of text, for a `FieldFrame`."""

    def __init__(self, theme: Theme, name: str, placeholder: str = "") -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font(14))
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(6)


class NumberField(QSpinBox):
    """A whole number, for a `FieldFrame`; its lowest value means that none is set."""

    def __init__(self, theme: Theme, name: str, unset: str) -> None:
        super().__init__()
        self.setFrame(False)
        self.setAccessibleName(name)
        self.setSpecialValueText(unset)
        self.setKeyboardTracking(False)  # half a number is none
        self.setFont(theme.font(13, figures=True))
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setStyleSheet("QSpinBox { background: transparent; }")

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll: a number changed by the way is not noticed."""
        event.ignore()


class DecimalField(QDoubleSpinBox):
    """A number with decimals, for a `FieldFrame`; its lowest value means that none is set."""

    def __init__(self, theme: Theme, name: str, unset: str) -> None:
        super().__init__()
        self.setFrame(False)
        self.setAccessibleName(name)
        self.setSpecialValueText(unset)
        self.setKeyboardTracking(False)  # half a number is none
        self.setFont(theme.font(13, figures=True))
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setStyleSheet("QDoubleSpinBox { background: transparent; }")

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll: a number changed by the way is not noticed."""
        event.ignore()


class Chooser(QComboBox):
    """One of several, in a field of its own."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._chevron = icon(theme, "chevron-down")
        self.setAccessibleName(name)
        self.setFixedHeight(HEIGHT)
        self.setFont(theme.font(13))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMaxVisibleItems(14)
        self.view().setAccessibleName(name)
        self._restyle()
        theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        theme = self._theme
        self.view().setStyleSheet(
            f"QAbstractItemView {{ background: {theme.hex('raised')}; outline: 0; padding: 4px;"
            f" border: 1px solid {theme.hex('line_strong')}; color: {theme.hex('text')};"
            f" selection-background-color: {theme.hex('hover')};"
            f" selection-color: {theme.hex('text')}; }}"
            "QAbstractItemView::item { min-height: 28px; padding: 0 6px; border-radius: 6px; }"
        )
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, choice and chevron."""
        painter = QPainter(self)
        color = self._theme.color
        enabled = self.isEnabled()
        fill = "sunken" if not enabled else "hover" if self.underMouse() else "window"
        border = color("field" if enabled else "line")
        paint_box(painter, self.rect(), RADIUS, color(fill), border)
        painter.setFont(self.font())
        painter.setPen(color("text" if enabled else "disabled"))
        room = self.width() - 2 * _PADDING - 20
        text = painter.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room
        )
        rect = QRectF(_PADDING, 0, room, self.height())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, text)
        top = (self.height() - 16) / 2
        paint_icon(painter, self._chevron, self.width() - _PADDING - 16, top, 16)
        if self.hasFocus():
            paint_ring(painter, self.rect(), RADIUS, color("accent"))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll: a choice changed by the way is not noticed."""
        event.ignore()
