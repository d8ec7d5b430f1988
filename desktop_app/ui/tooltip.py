"""Tooltips whose words are never taken for markup: a file's name may look like it."""

from html import escape

from PySide6.QtGui import Qt


def plain_tooltip(words: str) -> str:
    """Write words so that a tooltip shows them as they are.

    Qt guesses: what looks like markup is shown as such, and its pictures are loaded.
    """
    return f"<qt>{escape(words)}</qt>" if Qt.mightBeRichText(words) else words
