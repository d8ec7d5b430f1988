"""Buttons and switches (visual specification, section 4): rest, hover, pressed, focus, disabled."""

from typing import Final, Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.overriding import override
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box, paint_ring
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip

Kind = Literal["primary", "plain", "quiet"]

HEIGHT: Final = 32
RADIUS: Final = 8
_PADDING: Final = 12
_GAP: Final = 6
_ICON: Final = 16

KEYBOARD_REASONS: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class ThemedButton(QAbstractButton):
    """A button that paints itself, and shows its focus only to the keyboard."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.shows_focus = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Note how the focus came."""
        self.shows_focus = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget how the focus came."""
        self.shows_focus = False
        super().focusOutEvent(event)

    @property
    def hovered(self) -> bool:
        """Whether the pointer is over it and it can be pressed."""
        return self.isEnabled() and self.underMouse()

    def paint_focus(self, painter: QPainter, radius: float = RADIUS) -> None:
        """Paint the ring where the keyboard has brought the focus here."""
        if self.shows_focus and self.hasFocus():
            paint_ring(painter, self.rect(), radius, self.theme.color("accent"))


class Button(ThemedButton):
    """A button with a word, and maybe an icon before it."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        kind: Kind = "plain",
        icon_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._kind: Kind = kind
        self._icon = QIcon()
        if icon_name:
            self.set_icon(icon_name)
        self.setText(text)
        self.setAccessibleName(text)
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_kind(self, kind: Kind) -> None:
        """Make it more or less prominent."""
        self._kind = kind
        self.update()

    def set_icon(self, name: str) -> None:
        """Show an icon before the word."""
        if self._kind == "primary":
            self._icon = icon(self.theme, name, "on_accent", "on_accent")
        else:
            self._icon = icon(self.theme, name)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Room for the word, the icon and the padding."""
        width = QFontMetrics(self.theme.font(13, 500)).horizontalAdvance(self.text())
        icon_width = 0 if self._icon.isNull() else _ICON + _GAP
        return QSize(width + icon_width + 2 * _PADDING, self.maximumHeight())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, icon, word and ring."""
        painter = QPainter(self)
        fill, border, ink = self._colors()
        paint_box(painter, self.rect(), RADIUS, fill, border)
        metrics = QFontMetrics(self.theme.font(13, 500))
        icon_width = 0 if self._icon.isNull() else _ICON + _GAP
        width = icon_width + metrics.horizontalAdvance(self.text())
        left = (self.width() - width) / 2
        if icon_width:
            top = (self.height() - _ICON) / 2
            paint_icon(painter, self._icon, left, top, _ICON, active=self.hovered)
        painter.setFont(self.theme.font(13, 500))
        painter.setPen(ink)
        rect = QRectF(left + icon_width, 0, self.width(), self.height())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self.text())
        self.paint_focus(painter)

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor]:
        color = self.theme.color
        if self._kind == "primary":
            if not self.isEnabled():
                return color("hover"), None, color("disabled")
            pressed = "accent_pressed" if self.isDown() else "accent"
            token = "accent_hover" if self.hovered and not self.isDown() else pressed
            return color(token), None, color("on_accent")
        surface = "pressed" if self.isDown() else "hover" if self.hovered else ""
        if self._kind == "plain":
            if not self.isEnabled():
                return None, color("line"), color("disabled")
            return color(surface or "raised"), color("line_strong"), color("text")
        ink = "disabled" if not self.isEnabled() else "text" if surface else "quiet"
        return color(surface) if surface else None, None, color(ink)


class IconButton(ThemedButton):
    """A square button with an icon; `name` is what a screen reader says and the tooltip shows."""

    def __init__(
        self,
        theme: Theme,
        icon_name: str,
        name: str,
        side: int = HEIGHT,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.setFixedSize(side, side)
        self.set_icon(icon_name, name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_icon(self, icon_name: str, name: str) -> None:
        """Show another icon, for another thing to do."""
        self._icon = icon(self.theme, icon_name)
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """The square."""
        return self.minimumSize()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint surface, icon and ring."""
        painter = QPainter(self)
        if self.isDown() or self.hovered:
            token = "pressed" if self.isDown() else "hover"
            paint_box(painter, self.rect(), RADIUS, self.theme.color(token))
        at = (self.width() - _ICON) / 2
        if self.isEnabled():
            paint_icon(painter, self._icon, at, at, _ICON, active=self.hovered)
        else:
            rect = QRect(round(at), round(at), _ICON, _ICON)
            self._icon.paint(painter, rect, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Disabled)
        self.paint_focus(painter)


class Switch(ThemedButton):
    """On or off."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFixedSize(40, 28)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @override
    def sizeHint(self) -> QSize:
        """The track with room for the ring around it."""
        return self.minimumSize()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint track, knob and ring."""
        painter = QPainter(self)
        color = self.theme.color
        track = QRectF(2, 4, 36, 20)
        on = self.isChecked()
        if not self.isEnabled():
            fill = color("line_strong")
        elif on:
            fill = color("accent_hover" if self.hovered else "accent")
        else:
            fill = color("control")
        paint_box(painter, track, 10, fill)
        left = track.right() - 17 if on else track.left() + 3
        knob = QRectF(left, track.top() + 3, 14, 14)
        paint_box(painter, knob, 7, color("on_accent" if on else "window"))
        if self.shows_focus and self.hasFocus():
            ring = track.adjusted(-2, -2, 2, 2)
            paint_ring(painter, ring, 12, color("accent"))
