"""A picture in a window of its own: fitted, zoomed, moved about, copied, saved."""

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QDialog, QWidget

from desktop_app.chat.media import MediaRef
from desktop_app.images.pixels import Pixels
from desktop_app.overriding import override
from desktop_app.ui.buttons import KEYBOARD_REASONS, Button, IconButton
from desktop_app.ui.painting import paint_ring
from desktop_app.ui.pixmaps import pixmap_of
from desktop_app.ui.plain_label import PlainLabel
from desktop_app.ui.theme import Theme

LONGEST: Final = 4096
"""Pixels a side of what is decoded for a window; more than a screen shows, in 64 MB at most."""

_STEP: Final = 1.25
_LEAST, _MOST = 0.05, 16.0
_PAN: Final = 60
_BAR: Final = 48
_PADDING: Final = 12
_SIZE: Final = QSize(960, 720)
_SMALLEST: Final = QSize(420, 320)


class Canvas(QWidget):
    """Shows a picture; `zoom` is in pixels of the screen for each of its own."""

    zoomed = Signal()
    """Another zoom is in use."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pixmap = QPixmap()
        self._small = QPixmap()
        self._size = QSize()
        self._zoom = 1.0
        self._fits = True
        self._center = QPointF()  # of the picture: what is in the middle of the window
        self._dragged_from: QPointF | None = None
        self._words = "Loading the picture"
        self._shows_focus = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    @property
    def zoom(self) -> float:
        """Pixels of the screen for each of the picture's."""
        return self._zoom

    @property
    def fits(self) -> bool:
        """Whether the picture is as large as the window lets it be."""
        return self._fits

    def show_pixels(self, pixels: Pixels) -> None:
        """Show a picture, fitted."""
        self.pixmap = pixmap_of(pixels)
        self._size = QSize(pixels.width, pixels.height)
        self._words = ""
        self.fit()

    def show_words(self, words: str) -> None:
        """Say something in place of a picture."""
        self._words = words
        self.update()

    # --- zoom and place -----------------------------------------------------------------------

    def fit(self) -> None:
        """Show all of it, no larger than it is."""
        self._fits = True
        if self._size.isEmpty():
            return
        pixels = self._pixels()
        share = min(pixels.width() / self._size.width(), pixels.height() / self._size.height())
        self._center = QPointF(self._size.width() / 2, self._size.height() / 2)
        self._set_zoom(min(1.0, share))

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom; what is at a point of the window stays there."""
        if self._size.isEmpty():
            return
        self._fits = False
        at = at or QPointF(self.rect().center())
        before = self._in_picture(at)
        self._set_zoom(min(_MOST, max(_LEAST, zoom)))
        self._center += before - self._in_picture(at)
        self._keep_inside()

    def step(self, direction: int, at: QPointF | None = None) -> None:
        """Zoom by one step in or out."""
        self.zoom_to(self._zoom * _STEP**direction, at)

    def pan(self, x: float, y: float) -> None:
        """Move the picture by so many pixels of the window."""
        scale = self.devicePixelRatioF() / self._zoom
        self._center -= QPointF(x * scale, y * scale)
        self._keep_inside()

    def _set_zoom(self, zoom: float) -> None:
        self._zoom = zoom
        self._small = QPixmap()
        self._keep_inside()
        self.zoomed.emit()

    def _pixels(self) -> QSize:
        return (self.size() * self.devicePixelRatioF()).expandedTo(QSize(1, 1))

    def _in_picture(self, at: QPointF) -> QPointF:
        middle = QPointF(self.width() / 2, self.height() / 2)
        return self._center + (at - middle) * (self.devicePixelRatioF() / self._zoom)

    def _keep_inside(self) -> None:
        """What is smaller than the window stands in its middle, what is larger fills it."""
        room = self._pixels()
        half = QPointF(room.width() / 2 / self._zoom, room.height() / 2 / self._zoom)
        self._center = QPointF(
            _inside(self._center.x(), half.x(), self._size.width()),
            _inside(self._center.y(), half.y(), self._size.height()),
        )
        self.update()

    # --- events -------------------------------------------------------------------------------

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        turned = event.angleDelta().y() or event.pixelDelta().y()
        if turned:
            self.step(1 if turned > 0 else -1, event.position())
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture with the pointer."""
        if self._dragged_from is not None:
            moved = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self.pan(moved.x(), moved.y())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it."""
        self._dragged_from = None
        self.unsetCursor()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go from fitted to its own size, and back."""
        if self._fits:
            self.zoom_to(1.0, event.position())
        else:
            self.fit()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Note whether the keyboard has brought the focus here: only that is shown."""
        self._shows_focus = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit it anew, or keep it inside."""
        if self._fits:
            self.fit()
        elif not self._size.isEmpty():
            self._keep_inside()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, or words."""
        painter = QPainter(self)
        color = self._theme.color
        painter.fillRect(self.rect(), color("sunken"))
        if self._words:
            painter.setFont(self._theme.font(13))
            painter.setPen(color("quiet"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(24, 24, -24, -24), flags, self._words)
        elif not self.pixmap.isNull():
            self._paint_picture(painter)
        if self.hasFocus() and self._shows_focus:
            paint_ring(painter, self.rect(), 0, color("accent"))

    def _paint_picture(self, painter: QPainter) -> None:
        scale = self._zoom / self.devicePixelRatioF()
        size = QSize(round(self._size.width() * scale), round(self._size.height() * scale))
        left = self.width() / 2 - self._center.x() * scale
        top = self.height() / 2 - self._center.y() * scale
        target = QRectF(QPointF(round(left), round(top)), size.expandedTo(QSize(1, 1)).toSizeF())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._zoom < 4)
        painter.drawPixmap(target, self._scaled(), QRectF(self._scaled().rect()))

    def _scaled(self) -> QPixmap:
        """The pixmap to paint: made small once, where painting would leave out pixels."""
        share = self._zoom * self._size.width() / max(1, self.pixmap.width())
        if share >= 0.75:
            return self.pixmap
        if self._small.isNull():
            wanted = QSize(
                max(1, round(self.pixmap.width() * share)),
                max(1, round(self.pixmap.height() * share)),
            )
            self._small = self.pixmap.scaled(
                wanted,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        return self._small


def _inside(center: float, half: float, length: int) -> float:
    return length / 2 if 2 * half >= length else min(max(center, half), length - half)


class Viewer(QDialog):
    """The window; it deletes itself when it is closed. Escape closes it."""

    pixels_wanted = Signal(object, int)
    """This `MediaRef` is to be decoded to at most so many pixels a side."""

    save_requested = Signal(object)
    """This `MediaRef` is to be saved."""

    def __init__(self, theme: Theme, ref: MediaRef, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ref = ref
        self.setWindowTitle(f"{ref.file_name} – Castor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self.setMinimumSize(_SMALLEST)
        self.resize(_SIZE)
        self.canvas = Canvas(theme, self)
        self.canvas.zoomed.connect(self._show_zoom)
        self._name = PlainLabel(theme, ref.file_name, 13, 500, "text", elides=True)
        self._name.setParent(self)
        self._out = IconButton(theme, "zoom-out", "Zoom out", 32, self)
        self._in = IconButton(theme, "zoom-in", "Zoom in", 32, self)
        self._fit = Button(theme, "Fit", "quiet", "", self)
        self._copy = Button(theme, "Copy", "plain", "copy", self)
        self._save = Button(theme, "Save…", "plain", "download", self)
        self._out.clicked.connect(self._zoom_out)
        self._in.clicked.connect(self._zoom_in)
        self._fit.clicked.connect(self._toggle_fit)
        self._copy.clicked.connect(self.copy)
        self._save.clicked.connect(self.save)
        for button in (self._out, self._in, self._fit, self._copy, self._save):
            button.setAutoRepeat(False)
        self._copy.setEnabled(False)
        self._show_zoom()
        self.canvas.setAccessibleName(f"Picture {ref.file_name}")
        self.canvas.setFocus()

    def ask(self) -> None:
        """Ask for the picture."""
        self.pixels_wanted.emit(self._ref, LONGEST)

    def show_pixels(self, key: str, longest: int, made: Pixels | str) -> None:
        """Show the picture, or say why it cannot be shown; other pictures are passed over."""
        if key != self._ref.key or longest != LONGEST:
            return
        if isinstance(made, str):
            self.canvas.show_words(f"This picture cannot be shown: {made}.")
            return
        self._copy.setEnabled(True)
        self.canvas.show_pixels(made)
        size = f"{made.width} × {made.height}"
        self._name.setText(f"{self._ref.file_name}, {size}")
        self.canvas.setAccessibleName(f"Picture {self._ref.file_name}, {size} pixels")
        self._lay_out()

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        if not self.canvas.pixmap.isNull():
            QGuiApplication.clipboard().setImage(self.canvas.pixmap.toImage())

    def save(self) -> None:
        """Have it saved."""
        self.save_requested.emit(self._ref)

    def _zoom_in(self) -> None:
        self.canvas.step(1)

    def _zoom_out(self) -> None:
        self.canvas.step(-1)

    def _toggle_fit(self) -> None:
        if self.canvas.fits:
            self.canvas.zoom_to(1.0)
        else:
            self.canvas.fit()

    def _show_zoom(self) -> None:
        words = f"{round(100 * self.canvas.zoom)} %"
        self._fit.setText(words)
        does = "show it in its own size" if self.canvas.fits else "fit it into the window"
        self._fit.setAccessibleName(f"{words}, press to {does}")
        self._lay_out()

    # --- layout and keys ----------------------------------------------------------------------

    def _lay_out(self) -> None:
        right = self.width() - _PADDING
        for button in (self._save, self._copy, self._in, self._fit, self._out):
            button.resize(button.sizeHint().width(), button.height())
            right -= button.width()
            button.move(QPoint(right, (_BAR - button.height()) // 2))
            right -= 4 if button in (self._in, self._fit) else 8
        self._name.setGeometry(16, (_BAR - 20) // 2, max(0, right - 16), 20)
        self.canvas.setGeometry(0, _BAR, self.width(), max(0, self.height() - _BAR))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._lay_out()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom by +, −, 0 and 1, move by the arrows, copy and save as everywhere."""
        key, control = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ways = {
            Qt.Key.Key_Left: (_PAN, 0),
            Qt.Key.Key_Right: (-_PAN, 0),
            Qt.Key.Key_Up: (0, _PAN),
            Qt.Key.Key_Down: (0, -_PAN),
        }
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.canvas.step(1)
        elif key == Qt.Key.Key_Minus:
            self.canvas.step(-1)
        elif key == Qt.Key.Key_0:
            self.canvas.fit()
        elif key == Qt.Key.Key_1:
            self.canvas.zoom_to(1.0)
        elif way := ways.get(Qt.Key(key)):
            self.canvas.pan(*way)
        elif control and key == Qt.Key.Key_C:
            self.copy()
        elif control and key == Qt.Key.Key_S:
            self.save()
        else:
            super().keyPressEvent(event)  # Escape closes

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the line under the bar."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("window"))
        painter.fillRect(0, _BAR - 1, self.width(), 1, self._theme.color("line"))
