"""The icons: Lucide's outlines, tinted by use, with one stroke at every size.

An icon holds its SVG and renders it at the size and scale that are asked for; a change of theme
needs a repaint and nothing else (visual specification, section 5).
"""

from typing import Final

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_app import assets
from desktop_app.overriding import override
from desktop_app.ui.theme import Theme

STROKE: Final = 1.5
"""Logical pixels at every size: the share of solid ink is then the same at all of them."""

_BOX: Final = 24


class LucideEngine(QIconEngine):
    """Renders one icon in the colour of its use."""

    def __init__(
        self,
        svg: bytes,
        theme: Theme,
        token: str,
        active_token: str | None,
        stroke: float,
        *,
        filled: bool,
    ) -> None:
        super().__init__()
        self._svg = svg
        self._theme = theme
        self._token = token
        self._active_token = active_token or token
        self._stroke = stroke
        self._filled = filled
        self._cache: dict[tuple[int, int, int, float], QPixmap] = {}

    @override
    def clone(self) -> QIconEngine:
        """Make another one of the same icon."""
        return LucideEngine(
            self._svg,
            self._theme,
            self._token,
            self._active_token,
            self._stroke,
            filled=self._filled,
        )

    @override
    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        """Render at a logical size; Qt passes that, not the pixels, and takes any size."""
        color = self._color(mode, state)
        key = (size.width(), size.height(), color.rgba(), scale)
        if key not in self._cache:
            self._cache[key] = self._render(size, color, scale)
        return self._cache[key]

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Render at scale 1, which some versions of Qt ask for."""
        return self.scaledPixmap(size, mode, state, 1.0)

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint as `QIcon.paint` asks."""
        scale = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, scale))

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        if mode == QIcon.Mode.Disabled:
            return self._theme.color("disabled")
        if mode in (QIcon.Mode.Active, QIcon.Mode.Selected) or state == QIcon.State.On:
            return self._theme.color(self._active_token)
        return self._theme.color(self._token)

    def _render(self, size: QSize, color: QColor, scale: float) -> QPixmap:
        side = min(size.width(), size.height())
        pixels = QSize(round(size.width() * scale), round(size.height() * scale))
        pixmap = QPixmap(pixels)
        pixmap.fill(Qt.GlobalColor.transparent)
        width = self._stroke * _BOX / max(1, side)
        svg = self._svg.replace(b"currentColor", color.name().encode())
        svg = svg.replace(b'stroke-width="2"', f'stroke-width="{width:.3f}"'.encode())
        if self._filled:
            svg = svg.replace(b'fill="none"', f'fill="{color.name()}"'.encode())
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, pixels.width(), pixels.height()))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        return pixmap


def icon(
    theme: Theme,
    name: str,
    token: str = "quiet",
    active_token: str | None = "text",
    *,
    stroke: float = STROKE,
    filled: bool = False,
) -> QIcon:
    """Make an icon of the set; `token` is its colour at rest, `active_token` hovered or on."""
    engine = LucideEngine(assets.icon(name), theme, token, active_token, stroke, filled=filled)
    # The copy lets go of the icon that Python takes for the engine's parent: garbage collected
    # together with it, the engine would be freed first, and then once more by the icon.
    return QIcon(QIcon(engine))


def paint_icon(
    painter: QPainter, made: QIcon, x: float, y: float, size: int, *, active: bool = False
) -> None:
    """Paint an icon with its upper left corner at a point."""
    mode = QIcon.Mode.Active if active else QIcon.Mode.Normal
    made.paint(painter, QRect(round(x), round(y), size, size), Qt.AlignmentFlag.AlignCenter, mode)
