"""The lines of a turn that open: what the model thought, and what it did with its tools."""

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.steps import ThoughtStep
from desktop_app.overriding import override
from desktop_app.ui.buttons import ThemedButton
from desktop_app.ui.icons import icon, paint_icon
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.step_lines import StepWords

LINE: Final = 22
_BAR_LEFT: Final = 7
_BAR: Final = 2
_TEXT_LEFT: Final = 21
"""The bar stands under the icon's middle, the text 12 to the right of it."""

_OPEN_GAP: Final = 8


class LineButton(ThemedButton):
    """An icon, a few words, and a chevron where there is something to open."""

    def __init__(self, theme: Theme, icon_name: str, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._icon_name = icon_name
        self._icon = icon(theme, icon_name)
        self._closed = icon(theme, "chevron-right")
        self._opened = icon(theme, "chevron-down")
        self.is_open = False
        self.can_open = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon_name:
            self._icon_name, self._icon = name, icon(self.theme, name)
            self.update()

    def set_words(self, words: str) -> None:
        """Say something else."""
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """The line without the room that is left beside it."""
        width = QFontMetrics(self.theme.font(13, figures=True)).horizontalAdvance(self.text())
        return QSize(20 + width + (24 if self.can_open else 0) + 4, LINE)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon, words and chevron."""
        painter = QPainter(self)
        active = self.can_open and self.hovered
        top = (LINE - 16) / 2
        paint_icon(painter, self._icon, 0, top, 16, active=active)
        painter.setFont(self.theme.font(13, figures=True))
        painter.setPen(self.theme.color("text" if active else "quiet"))
        metrics = painter.fontMetrics()
        room = self.width() - 20 - (24 if self.can_open else 0)
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(20, 0, room, LINE), Qt.AlignmentFlag.AlignVCenter, words)
        if self.can_open:
            left = 20 + metrics.horizontalAdvance(words) + 4
            chevron = self._opened if self.is_open else self._closed
            paint_icon(painter, chevron, left, top, 16, active=active)
        self.paint_focus(painter, 4)


class OpeningLine(QWidget):
    """A line that shows more below itself when it is opened; what that is, is not read before."""

    height_changed = Signal()
    """It was opened or closed, or what is open has grown."""

    link_clicked = Signal(str, str)
    """A link in what is open is to be opened."""

    def __init__(self, theme: Theme, icon_name: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._button = LineButton(theme, icon_name, self)
        self._button.clicked.connect(self.toggle)
        self._more = ""
        self._text = BlocksView(theme, name, self, ink="quiet", base_size=13)
        self._text.hide()
        self._text.link_clicked.connect(self.link_clicked)
        self._text.height_changed.connect(self.height_changed)

    @property
    def is_open(self) -> bool:
        """Whether more than the line is shown."""
        return self._button.is_open

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in it, in this order."""
        return [self._button, *self._text.stops]

    def toggle(self) -> None:
        """Open it, or close it."""
        self.set_open(not self.is_open)

    def set_open(self, is_open: bool) -> None:
        """Open it where there is something to show, or close it."""
        is_open = is_open and self._button.can_open
        if is_open != self.is_open:
            self._button.is_open = is_open
            self._describe()
            self._show_more()
            self._text.read_out()
            self._text.setVisible(is_open)
            self._button.update()
            self.height_changed.emit()

    def set_icon(self, name: str) -> None:
        """Show another icon on the line."""
        self._button.set_icon(name)

    def set_words(self, words: str, more: str) -> bool:
        """Say something else, and have something else to show; say whether that changed."""
        self._button.can_open = bool(more)
        self._describe()
        self._button.set_words(words)
        self._button.resize(self._button.sizeHint())
        self._more = more
        return self._show_more()

    def _show_more(self) -> bool:
        return self.is_open and self._text.show_text(self._more)

    def _describe(self) -> None:
        words = "" if not self._button.can_open else "Open" if self.is_open else "Closed"
        if words != self._button.accessibleDescription():
            self._button.setAccessibleDescription(words)

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs."""
        self._button.setGeometry(QRect(0, 0, min(width, self._button.sizeHint().width()), LINE))
        height = LINE
        if self.is_open:
            self._text.move(_TEXT_LEFT, LINE + _OPEN_GAP)
            height += _OPEN_GAP + self._text.fit(width - _TEXT_LEFT)
        self.resize(width, height)
        return height

    @property
    def text_view(self) -> BlocksView | None:
        """What is open."""
        return self._text if self.is_open else None

    def lay_out(self, top: int, bottom: int) -> bool:
        """Lay out what is open between two heights; say whether the height is another one now."""
        if not self.is_open:
            return False
        y = self._text.y()
        return self._text.lay_out(top - y, bottom - y)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar beside what is open."""
        if self.is_open:
            painter = QPainter(self)
            top = LINE + _OPEN_GAP
            painter.fillRect(_BAR_LEFT, top, _BAR, self.height() - top, self.theme.color("line"))


class ThoughtLine(OpeningLine):
    """What the model thought: live while it thinks, then how long it did."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "lightbulb", "Thoughts", parent)

    def show_step(self, step: ThoughtStep, seconds: float | None, live: bool) -> bool:
        """Show a thought as it is by now; say whether the height has changed."""
        texts = [block.text for block in step.summary or () if isinstance(block, TextContent)]
        summary = "\n\n".join(texts).strip()
        whole = round(seconds) if seconds is not None else 0
        if live:
            words = f"Thinking for {whole} s" if whole else "Thinking"
            if heading := last_heading(summary):
                words = f"{words}: {heading}"
        elif whole:
            words = f"Thought for {whole} s"
        else:
            words = "Thought for a moment"
        return self.set_words(words, summary)


def last_heading(summary: str) -> str:
    """The last heading of a summary: Gemini puts one in bold before each paragraph."""
    for line in reversed(summary.splitlines()):
        bare = line.strip()
        if bare.startswith("**") and bare.endswith("**") and len(bare) > 4:
            return bare.strip("*").strip()
    return ""


class StepLine(OpeningLine):
    """A step of a tool with what came of it, or one that this program has never heard of."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "wrench", "Step", parent)

    def show_words(self, words: StepWords) -> bool:
        """Show a step as it is by now; say whether the height has changed."""
        self.set_icon(words.icon)
        return self.set_words(words.words, words.more)
