"""Says in its turn why an answer has no good end, and what can be done."""

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.interactions.outcome import Failure
from desktop_app.overriding import override
from desktop_app.plain_text import plain_copy
from desktop_app.ui.buttons import Button
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.painting import paint_box
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

_PADDING: Final = 16
_TEXT_LEFT: Final = 44
_RADIUS: Final = 10
_GAP: Final = 8


class FailureCard(QWidget):
    """A card with a sentence, advice, and Retry, Continue, Details."""

    retry = Signal()
    """The turn is to be asked again."""

    resume = Signal()
    """The answer is to go on where it broke."""

    height_changed = Signal()
    """The details were opened or closed."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon(theme, "circle-alert", "danger", "danger")
        self._title = plain_label(theme, "", 14, 600, "text")
        self._advice = plain_label(theme, "", 13, 400, "quiet")
        self._details = QLabel()
        self._details.setTextFormat(Qt.TextFormat.PlainText)  # a server's words are not markup
        self._details.setWordWrap(True)
        self._details.setFont(theme.font(12))
        for label in (self._title, self._advice, self._details):
            label.setParent(self)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details.hide()
        self._resume = Button(theme, "Continue", "primary", "corner-down-left", self)
        self._retry = Button(theme, "Retry", "primary", "refresh-cw", self)
        self._more = Button(theme, "Details", "quiet", "chevron-right", self)
        self._copy = Button(theme, "Copy details", "quiet", "copy", self)
        self._resume.clicked.connect(self.resume)
        self._retry.clicked.connect(self.retry)
        self._more.clicked.connect(self._toggle)
        self._copy.clicked.connect(self._copy_details)
        self._copy.hide()
        self._restyle()
        theme.changed.connect(self._restyle)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [self._resume, self._retry, self._more, self._copy]

    def _restyle(self) -> None:
        self._details.setStyleSheet(f"color: {self._theme.hex('quiet')}")
        self.update()

    def show_failure(self, failure: Failure, *, retry: bool, resume: bool) -> None:
        """Show what happened, and offer what can be done."""
        self._title.setText(failure.sentence or "The answer failed.")
        self._advice.setText(failure.advice)
        self._advice.setVisible(bool(failure.advice))
        self._details.setText(failure.details)
        self.setAccessibleName(f"{failure.sentence} {failure.advice}".strip())
        self._resume.setVisible(resume)
        self._retry.setVisible(retry)
        self._more.setVisible(bool(failure.details))
        kind = "plain" if resume else "primary"
        self._retry.set_kind(kind)
        self._retry.set_icon("refresh-cw")

    def _toggle(self) -> None:
        is_open = self._details.isHidden()
        self._details.setVisible(is_open)
        self._copy.setVisible(is_open)
        self._more.set_icon("chevron-down" if is_open else "chevron-right")
        self.height_changed.emit()

    def _copy_details(self) -> None:
        text = f"{self._title.text()}\n{self._details.text()}"
        QGuiApplication.clipboard().setText(plain_copy(text))

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs."""
        room = width - _TEXT_LEFT - _PADDING
        top = _PADDING
        for label, gap in ((self._title, 0), (self._advice, 4)):
            if not label.isHidden():
                top += gap
                height = label.heightForWidth(room)
                label.setGeometry(_TEXT_LEFT, top, room, height)
                top += height
        shown = [
            button
            for button in (self._resume, self._retry, self._more, self._copy)
            if not button.isHidden()
        ]
        if shown:
            top += 14
            left = _TEXT_LEFT
            for button in shown:
                button.setGeometry(QRect(left, top, button.sizeHint().width(), button.height()))
                left += button.width() + _GAP
            top += shown[0].height()
        if not self._details.isHidden():
            top += 12
            height = _height(self._details, room)
            self._details.setGeometry(_TEXT_LEFT, top, room, height)
            top += height
        height = top + _PADDING
        self.resize(width, height)
        return height

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card and its icon."""
        painter = QPainter(self)
        color = self._theme.color
        rect = QRectF(self.rect())
        paint_box(painter, rect, _RADIUS, color("danger_soft"), color("danger_line"))
        paint_icon(painter, self._icon, 16, _PADDING + 2, 16)


def _height(label: QLabel, width: int) -> int:
    metrics = QFontMetrics(label.font())
    flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
    bounds = metrics.boundingRect(QRect(0, 0, width, 10_000), flags.value, label.text())
    return max(20, bounds.height() + 2)
