"""The list of sources under an answer, and the card that says what a mark in the text is for."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.painting import Shadow, paint_box
from desktop_app.ui.plain_label import PlainLabel
from desktop_app.ui.theme import Theme
from desktop_app.ui.tooltip import plain_tooltip
from desktop_app.ui.transcript.citations import Source
from desktop_app.ui.transcript.cite_marks import MARK_HEIGHT, mark_width, paint_mark

ROW: Final = 24
_RING: Final = 4
_TITLE_LEFT: Final = 24
_GAP: Final = 8

CARD: Final = 320
DELAY_MS: Final = 300
_PADDING: Final = 12
_RADIUS: Final = 10
_BLUR: Final = 24
_OFFSET: Final = 8


class SourceRow(ThemedButton):
    """One source: its number, its title, where it is from. It opens where it has an address."""

    def __init__(self, theme: Theme, number: int, source: Source, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.number = number
        self.source = source
        opens = bool(source.address)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if opens else Qt.FocusPolicy.NoFocus)
        if opens:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(plain_tooltip(source.address))
        where = f", {source.host}" if source.host else ""
        self.setAccessibleName(f"Source {number}: {source.title}{where}")

    @override
    def sizeHint(self) -> QSize:
        """What it was laid out to."""
        return self.size()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint mark, title and host."""
        painter = QPainter(self)
        width = mark_width(self.number)
        mark = QRectF(0, (ROW - MARK_HEIGHT) / 2, width, MARK_HEIGHT)
        opens = bool(self.source.address)
        paint_mark(painter, self.theme, mark, self.number, active=opens and self.hovered)
        left = max(_TITLE_LEFT, width + _GAP)
        host = self.source.host
        painter.setFont(self.theme.font(13))
        metrics = painter.fontMetrics()
        right = min(metrics.horizontalAdvance(host) + _GAP, self.width() // 2) if host else 0
        font = self.theme.font(13, 500)
        font.setUnderline(opens and self.hovered)
        painter.setFont(font)
        painter.setPen(self.theme.color("link" if opens else "text"))
        room = self.width() - left - right - _GAP
        title = painter.fontMetrics().elidedText(
            self.source.title, Qt.TextElideMode.ElideRight, room
        )
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, 0, room, ROW), flags, title)
        left += painter.fontMetrics().horizontalAdvance(title) + _GAP
        painter.setFont(self.theme.font(13))
        painter.setPen(self.theme.color("quiet"))
        words = metrics.elidedText(host, Qt.TextElideMode.ElideRight, self.width() - left)
        painter.drawText(QRectF(left, 0, self.width() - left, ROW), flags, words)
        self.paint_focus(painter, _RING)


class SourceList(QWidget):
    """All sources of an answer, number 1 first."""

    link_clicked = Signal(str, str)
    """A source is to be opened: its address, and the text that stands for it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: list[SourceRow] = []
        self.setAccessibleName("Sources")

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [row for row in self.rows if row.source.address]

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it shows."""
        return tuple(row.source for row in self.rows)

    def show_sources(self, sources: tuple[Source, ...]) -> bool:
        """Show these; say whether that needs another height. What stays is not made again."""
        count = len(self.rows)
        kept = 0
        while kept < min(count, len(sources)) and self.rows[kept].source == sources[kept]:
            kept += 1
        for row in self.rows[kept:]:
            row.hide()
            row.deleteLater()
        del self.rows[kept:]
        for number, source in enumerate(sources[kept:], kept + 1):
            row = SourceRow(self._theme, number, source, self)
            row.clicked.connect(self._click)
            row.setVisible(True)
            self.rows.append(row)
        return len(sources) != count

    def _click(self) -> None:
        row = self.sender()
        if isinstance(row, SourceRow) and row.source.address:
            self.link_clicked.emit(row.source.address, row.source.title)

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs."""
        for number, row in enumerate(self.rows):
            row.setGeometry(0, number * ROW, width, ROW)
        self.resize(width, len(self.rows) * ROW)
        return self.height()


class CitationCard(QWidget):
    """Lies over the window beside a mark: title, host, and the words that the mark is for."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._over = window
        self._labels = (
            PlainLabel(theme, "", 13, 500, "text"),
            PlainLabel(theme, "", 12, 400, "quiet"),
            PlainLabel(theme, "", 12, 400, "quiet"),
        )
        for label in self._labels:
            label.setParent(self)
        self._mark = QRect()
        self._words: tuple[str, str, str] = ("", "", "")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._appear)
        self._restyle()
        theme.changed.connect(self._restyle)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def _restyle(self) -> None:
        # Half of what is meant: at the edge of a box a soft shadow has half of its strength.
        alpha = 0.22 if self._theme.dark else 0.05
        color = self._theme.with_alpha("shadow", alpha)
        self._shadow = Shadow(color, _BLUR, _OFFSET, _RADIUS)
        self.update()

    def show_for(self, source: Source | None, cited: str, mark: QRect, now: bool) -> None:
        """Say what a mark on the screen is for, `now` or in 300 ms; of no source, nothing."""
        if source is None:
            self.leave()
            return
        quoted = f"“{cited}”" if cited else ""
        self._words = (source.title, source.host, quoted)
        self._mark = QRect(self._over.mapFromGlobal(mark.topLeft()), mark.size())
        if now or self.isVisible():
            self._timer.stop()
            self._appear()
        if now:
            announce(self, self.accessibleName())
        elif not self.isVisible():
            self._timer.start()

    def leave(self) -> None:
        """The mark has been left."""
        self._timer.stop()
        self.hide()

    def _appear(self) -> None:
        window = self._over
        margin = self._shadow.margin
        room = CARD - 2 * _PADDING
        top = margin + _PADDING
        for label, words in zip(self._labels, self._words, strict=True):
            label.setText(words)
            label.setVisible(bool(words))
            if words:
                height = label.heightForWidth(room)
                label.setGeometry(margin + _PADDING, top, room, height)
                top += height + (6 if label is self._labels[1] else 2)
        height = top - 2 + _PADDING - margin
        self.resize(CARD + 2 * margin, height + 2 * margin)
        left = min(max(8, self._mark.left() - 12), window.width() - CARD - 8)
        above = self._mark.top() - 6 - height
        at = above if above >= 8 else self._mark.bottom() + 7
        self.move(QPoint(left - margin, at - margin))
        self.setAccessibleName(". ".join(words for words in self._words if words))
        self.show()
        self.raise_()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card and its shadow."""
        painter = QPainter(self)
        margin = self._shadow.margin
        box = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._shadow.paint(painter, box)
        color = self._theme.color
        border = color("line_strong" if self._theme.dark else "line")
        paint_box(painter, box, _RADIUS, color("raised"), border)
