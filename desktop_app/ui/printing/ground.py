"""What stands on paper looks as in the light theme, at the size of paper."""

from typing import Final

from PySide6.QtGui import QColor, QFont

from desktop_app.ui.theme import Theme
from desktop_app.ui.tokens import LIGHT

SIZE: Final = 13
"""Pixels of body text at 96 to the inch: 9.75 points."""


class Paper:
    """The light theme, whatever that of the window is."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.colouring = theme.colouring
        self._fonts: dict[tuple[int, int], QFont] = {}

    def color(self, token: str) -> QColor:
        """A colour by the name of its use."""
        return QColor(LIGHT[token])

    def font(self, size: int, weight: int = 400, *, figures: bool = False) -> QFont:  # noqa: ARG002
        """The text font; `size` in pixels. Digits are plain: those of one width, and letters that
        look at their neighbours, would be other characters in the text of a PDF.
        """
        key = size, weight
        if key not in self._fonts:
            font = self._fonts[key] = QFont(self._theme.font(size, weight))
            font.setFeature(QFont.Tag("calt"), 0)
        return self._fonts[key]

    def code_font(self, size: int, *, italic: bool = False) -> QFont:
        """The font of code; `size` in pixels."""
        return self._theme.code_font(size, italic=italic)
