"""Says aloud what appears by itself, for who cannot see it appear."""

from typing import Final

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.markdown.plain import plain_text

_LONGEST: Final = 400
"""Characters of an answer that are said in one go; what is longer is read where it stands."""

_ENOUGH: Final = 4000
"""Characters of Markdown that are looked at for them."""


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say these words when it has said what it is saying.

    Nothing is said for a widget that is out of sight.
    """
    if not widget.isVisible():
        return
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


def words_of_end(turn: Interaction) -> str:
    """What to say of an answer that has ended."""
    text = " ".join(plain_text(turn.output_text[:_ENOUGH]).split())
    if turn.failure is not None and turn.outcome in (Outcome.FAILED, Outcome.INTERRUPTED):
        return f"{turn.failure.sentence} {turn.failure.advice}".strip()
    if turn.outcome is Outcome.CANCELLED:
        return "Stopped."
    if not text:
        return "The answer is empty."
    if len(text) <= _LONGEST:
        return f"Answer: {text}"
    begin = text[:_LONGEST].rpartition(" ")[0] or text[:_LONGEST]
    return f"Answer of {len(turn.output_text.split())} words: {begin} …"
