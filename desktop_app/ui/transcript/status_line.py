"""Says what a turn waits for, or how it ended, in a few quiet words."""

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.interactions.calls import open_calls
from desktop_app.interactions.events import Status
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.overriding import override
from desktop_app.ui.activity import ActivityRing
from desktop_app.ui.theme import Theme

_LINE: Final = 22
_WORDS_LEFT: Final = 22

_WORDS_OF_OUTCOME: Final = {
    Outcome.INCOMPLETE: "The answer reached its longest length and was cut off.",
    Outcome.NEEDS_CONTINUATION: "The answer reached the limit of one request. Ask to go on.",
}


def words_for_end(turn: Interaction, *, last: bool) -> str:
    """How a turn ended, where that is not plain from the answer itself or from its failure."""
    if turn.status == Status.BUDGET_EXCEEDED:
        return "The agent’s budget is used up."
    match turn.outcome:
        case Outcome.CANCELLED:
            return "Not sent" if turn.unsent else _words_for_stop(turn)
        case Outcome.WAITING:
            return "Waiting to be sent"
        case Outcome.NEEDS_ACTION if open_calls(turn):
            # What follows says what became of the calls.
            return "The model asks for a function. Castor runs none." if last else ""
        case Outcome.NEEDS_ACTION:
            return "The model asks for something that Castor cannot do."
        case Outcome.NEEDS_CONTINUATION if turn.failure is not None:
            return turn.failure.sentence
        case outcome:
            return _WORDS_OF_OUTCOME.get(outcome, "")


def _words_for_stop(turn: Interaction) -> str:
    if not turn.ids and not turn.steps:
        return "Stopped before the answer began."
    if not turn.stored or turn.status == Status.CANCELLED:
        return "Stopped"
    may = "has finished" if turn.status == Status.COMPLETED else "may finish"
    return f"Stopped. The server {may} this answer; it is not shown here."


class StatusLine(QWidget):
    """A few words, with an activity ring while something is waited for."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self._ring = ActivityRing(theme, 14, self)
        self._ring.move(1, 4)
        self.hide()

    def show_words(self, words: str, running: bool) -> bool:
        """Say something, or nothing; say whether the height of the turn changes."""
        changed = words != self._words
        self._words = words
        self.setAccessibleName(words)
        self._ring.setVisible(bool(words) and running)
        self.setVisible(bool(words))
        self.update()
        return changed

    @property
    def _left(self) -> int:
        return 0 if self._ring.isHidden() else _WORDS_LEFT

    def fit(self, width: int) -> int:
        """Lay out in a width; return and take the height it needs: one line where there is room."""
        metrics = QFontMetrics(self._theme.font(13, figures=True))
        room = QRect(0, 0, max(1, width - self._left), 10_000)
        flags = Qt.TextFlag.TextWordWrap.value
        lines = round(metrics.boundingRect(room, flags, self._words).height() / metrics.height())
        height = _LINE * max(1, lines)
        self.resize(width, height)
        return height

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words."""
        painter = QPainter(self)
        painter.setFont(self._theme.font(13, figures=True))
        painter.setPen(self._theme.color("quiet"))
        rect = QRectF(self._left, 0, self.width() - self._left, self.height())
        flags = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(rect, flags, self._words)
