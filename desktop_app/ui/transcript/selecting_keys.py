"""Which keys select, copy, and let go of what is selected."""

from typing import Final, Literal, NamedTuple, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from desktop_app.ui.transcript.selection import Move

Wanted: TypeAlias = Literal["copy", "select_all", "clear"]
Sight: TypeAlias = Literal["line", "edge", "page"]
"""Moves that depend on how the text is laid out; an edge is an end of a line."""


class Extension(NamedTuple):
    """The selection is to go on: how far, and whether forward."""

    by: Move | Sight
    forward: bool


_KEYS: Final = QKeySequence.StandardKey
_WANTED: Final[dict[QKeySequence.StandardKey, Wanted]] = {
    _KEYS.Copy: "copy",
    _KEYS.SelectAll: "select_all",
    _KEYS.Cancel: "clear",
}
_EXTENSIONS: Final[dict[QKeySequence.StandardKey, Extension]] = {
    _KEYS.SelectNextChar: Extension("character", True),
    _KEYS.SelectPreviousChar: Extension("character", False),
    _KEYS.SelectNextWord: Extension("word", True),
    _KEYS.SelectPreviousWord: Extension("word", False),
    _KEYS.SelectNextLine: Extension("line", True),
    _KEYS.SelectPreviousLine: Extension("line", False),
    _KEYS.SelectEndOfLine: Extension("edge", True),
    _KEYS.SelectStartOfLine: Extension("edge", False),
    _KEYS.SelectNextPage: Extension("page", True),
    _KEYS.SelectPreviousPage: Extension("page", False),
    _KEYS.SelectEndOfDocument: Extension("all", True),
    _KEYS.SelectStartOfDocument: Extension("all", False),
}
_WITH_SHIFT: Final = {
    Qt.KeyboardModifier.AltModifier: "paragraph",
    Qt.KeyboardModifier.ControlModifier: "turn",
}
"""What Shift and the arrows up and down select with one key more: without Shift, Ctrl goes by
turns, too.
"""


def wish_of(event: QKeyEvent) -> Wanted | Extension | None:
    """What a key asks for; `None` for one that has nothing to do with selections."""
    if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        others = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        for modifier, by in _WITH_SHIFT.items():
            if others == modifier | Qt.KeyboardModifier.ShiftModifier:
                forward = event.key() == Qt.Key.Key_Down
                return Extension("turn" if by == "turn" else "paragraph", forward)
    for key, wanted in _WANTED.items():
        if event.matches(key):
            return wanted
    return next((one for key, one in _EXTENSIONS.items() if event.matches(key)), None)
