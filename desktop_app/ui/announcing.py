"""Says aloud what appears by itself, for who cannot see it appear."""

import time
from typing import Final

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from desktop_app.chat.pause import Pause
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


class ReadingOut:
    """Says on demand what has come of an answer: what is new of it, a part at a time."""

    def __init__(self) -> None:
        self._key = ""
        self._at = 0

    def words(self, turn: Interaction) -> str:
        """What to say of a turn now. Once all has been said, the next time begins anew."""
        if turn.key != self._key:
            self._key, self._at = turn.key, 0
        text = turn.output_text
        streaming = turn.outcome is Outcome.STREAMING
        piece = text[self._at : self._at + _ENOUGH]
        if streaming or self._at + len(piece) < len(text):
            piece = _whole_words(piece)
        words = " ".join(plain_text(piece).split())
        if words:
            self._at += len(piece)
            return words
        begun, self._at = self._at > 0, self._at if streaming else 0
        if streaming:
            return "Nothing new has come yet." if begun else "Nothing has come yet."
        return "That was all of the answer." if begun else words_of_end(turn)


def _whole_words(piece: str) -> str:
    """A text up to its last space; one without any is not waited for."""
    end = max(piece.rfind(space) for space in " \n")
    return piece[: end + 1] if end > 0 else piece


def _plain(text: str, length: int) -> str:
    return " ".join(plain_text(text[:length]).split())


def words_of_pause(pause: Pause) -> str:
    """What to say of a turn that is to be tried later."""
    if pause.until is None:
        return pause.why
    seconds = max(1, round(pause.until - time.monotonic()))
    return f"{pause.why} Trying again in {seconds} seconds."


def words_of_end(turn: Interaction) -> str:
    """What to say of an answer that has ended."""
    text = _plain(turn.output_text, 3 * _LONGEST)
    if len(text) <= _LONGEST:  # it is short, or most of it is marks and addresses
        text = _plain(turn.output_text, _ENOUGH)
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
