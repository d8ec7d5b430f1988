"""Paints the rows of the list (visual specification, section 4, Sidebar)."""

import unicodedata
from typing import Final, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QLinearGradient, QPainter, QPalette
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.overriding import override
from desktop_app.ui.activity import paint_ring as paint_activity
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box, paint_dot, paint_ring
from desktop_app.ui.sidebar.conversation_list_model import Role
from desktop_app.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex

ROW: Final = 34
GAP: Final = 2
GROUP: Final = 24
FIRST_GROUP_ABOVE: Final = 16
GROUP_ABOVE: Final = 12
RADIUS: Final = 8
TEXT_LEFT: Final = 12
_END: Final = 20
_END_WITH_MARK: Final = 44
MENU_ZONE: Final = 36
"""The right end of a row, in pixels, where the menu's button is."""


class RowDelegate(QStyledItemDelegate):
    """Paints a conversation or a heading, and edits a title in place."""

    renamed = Signal(str, str)
    """The conversation of this key is to have this title."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ellipsis = icon(theme, "ellipsis")
        self._clock = icon(theme, "clock", "quiet", "quiet")
        self.angle = 0.0
        self.keyboard = False

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """34 for a conversation; a heading has room above it."""
        if index.data(Role.GROUP) is None:
            return QSize(0, ROW + GAP)
        return QSize(0, GROUP + (FIRST_GROUP_ABOVE if index.row() == 0 else GROUP_ABOVE) + GAP)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        painter.save()
        rect = style_rect(option)
        if index.data(Role.GROUP) is not None:
            self._paint_group(painter, rect, str(index.data()))
        else:
            self._paint_row(painter, rect.adjusted(0, 0, 0, -GAP), style_state(option), index)
        painter.restore()

    def _paint_group(self, painter: QPainter, rect: QRect, name: str) -> None:
        painter.setFont(self._theme.font(12, 500))
        painter.setPen(self._theme.color("quiet"))
        place = QRectF(rect.left() + TEXT_LEFT, rect.bottom() - GROUP - GAP, rect.width(), GROUP)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_row(
        self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, index: Index
    ) -> None:
        color = self._theme.color
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        surface = "selected" if chosen else "hover" if hovered else "sidebar"
        if surface != "sidebar":
            paint_box(painter, rect, RADIUS, color(surface))
        unread = bool(index.data(Role.UNREAD))
        busy = bool(index.data(Role.BUSY))
        waiting = bool(index.data(Role.WAITING))
        mark = hovered or unread or busy or waiting
        room = rect.width() - TEXT_LEFT - (_END_WITH_MARK if mark else _END) + 8
        place = QRectF(rect.left() + TEXT_LEFT, rect.top(), room, rect.height())
        self._paint_title(painter, place, str(index.data()), chosen or unread, surface)
        center = QPointF(rect.right() - 19, rect.center().y() + 0.5)
        if hovered:
            paint_icon(painter, self._ellipsis, center.x() - 8, center.y() - 8, 16, active=chosen)
        elif busy:
            ring = QRectF(center.x() - 6, center.y() - 6, 12, 12)
            paint_activity(painter, ring, self._theme, self.angle)
        elif waiting:
            paint_icon(painter, self._clock, center.x() - 7, center.y() - 7, 14)
        elif unread:
            paint_dot(painter, center, 7, color("accent"))
        if self.keyboard and state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, rect, RADIUS, color("accent"))

    def _paint_title(
        self, painter: QPainter, place: QRectF, title: str, strong: bool, surface: str
    ) -> None:
        """Paint a title; one that is too long fades out at its end."""
        painter.setFont(self._theme.font(13, 500 if strong else 400))
        painter.setPen(self._theme.color("text"))
        painter.save()
        painter.setClipRect(place)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # as the title is read
        too_long = painter.fontMetrics().horizontalAdvance(title) > place.width()
        ends_left = too_long and _reads_leftwards(title)
        room = QRectF(place.left(), place.top(), 4000, place.height())
        if ends_left:
            room.moveRight(place.right())
        side = Qt.AlignmentFlag.AlignRight if ends_left else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(room, flags | Qt.TextFlag.TextSingleLine, title)
        if too_long:
            fade = QRectF(place.left(), place.top() + 4, 24, place.height() - 8)
            if not ends_left:
                fade.moveRight(place.right())
            ends = (fade.topRight(), fade.topLeft())
            gradient = QLinearGradient(*(ends if ends_left else reversed(ends)))
            gradient.setColorAt(0, self._theme.with_alpha(surface, 0))
            gradient.setColorAt(1, self._theme.color(surface))
            painter.fillRect(fade, gradient)
        painter.restore()

    # --- editing ------------------------------------------------------------------------------

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field for the title."""
        editor = QLineEdit(parent)
        editor.setFrame(False)
        editor.setAccessibleName("Title")
        editor.setMaxLength(200)
        editor.setFont(self._theme.font(13, 500))
        palette = editor.palette()
        palette.setColor(QPalette.ColorRole.Base, self._theme.color("window"))
        editor.setPalette(palette)
        editor.setStyleSheet(
            f"border: 2px solid {self._theme.hex('accent')}; border-radius: 8px; padding: 0 8px;"
        )
        return editor

    @override
    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Lay the field over the row."""
        rect = style_rect(option)
        editor.setGeometry(rect.adjusted(0, 0, 0, -GAP))

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Say the new title; the model is told by whoever keeps it."""
        if isinstance(editor, QLineEdit):
            self.renamed.emit(str(index.data(Role.KEY)), editor.text())


def _reads_leftwards(text: str) -> bool:
    """Whether the first letter that has a direction is read from right to left."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((one != "L" for one in directions if one in ("L", "R", "AL")), False)


def style_rect(option: QStyleOptionViewItem) -> QRect:
    """Where to paint; the stubs of PySide6 lack the fields of style options."""
    return cast("QRect", getattr(option, "rect"))  # noqa: B009 - see above


def style_state(option: QStyleOptionViewItem) -> QStyle.StateFlag:
    """Whether the row is hovered, selected, focused."""
    return cast("QStyle.StateFlag", getattr(option, "state"))  # noqa: B009 - see above
