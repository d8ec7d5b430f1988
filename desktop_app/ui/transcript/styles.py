"""Fonts, colours and measures of text, for one size and one ink; shared by all blocks of a view.

All lengths are whole pixels at the size of now, so that nothing is painted between two of them.
"""

from typing import Final, NamedTuple, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat

from desktop_app.markdown.blocks import Span
from desktop_app.ui.colouring import Colouring
from desktop_app.ui.theme import BODY, line_height
from desktop_app.ui.transcript.formulas import FormulaSize

PARAGRAPH_GAP: Final = 14
HEADING_BELOW: Final = 8
ITEM_GAP: Final = 4
LIST_INDENT: Final = 26
QUOTE_INDENT: Final = 19
"""The bar of a quote is 3 wide, its text 16 behind it."""

CODE_HEAD: Final = 32
"""The head of a card holds buttons, which do not grow with the text."""

CODE_INSET: Final = 14
CODE_ABOVE: Final = 8
CODE_BELOW: Final = 10
CELL_PADDING: Final = 12
CELL_ABOVE: Final = 5
CELL_BELOW: Final = 5
RADIUS: Final = 10
BAR_HEIGHT: Final = 14
"""The height of the bar by which what is too wide is moved sideways."""

MARK_WIDTH: Final = 16
MARK_HEIGHT: Final = 15

_HEADINGS: Final = {1: (20, 28, 24), 2: (17, 25, 20), 3: (15, 23, 16)}
"""Size, height of a line and space above, by level (visual, section 2)."""


class Face(NamedTuple):
    """What letters are drawn with; `size` in pixels, `ink` a colour token."""

    size: int
    weight: int = 400
    ink: str = "text"
    figures: bool = False
    code: bool = False
    italic: bool = False


class Formulas(Protocol):
    """Draws formulas. One that cannot be drawn is shown as its source."""

    def size_of(self, source: str, display: bool, pixel_size: int) -> FormulaSize | None:
        """Return the room that a formula takes, `None` where there is no picture of it."""
        ...

    def has_failed(self, source: str, display: bool) -> bool:
        """Whether there will never be a picture of it."""
        ...

    def paint(
        self, painter: QPainter, at: QPointF, source: str, display: bool, pixel_size: int
    ) -> None:
        """Paint a formula in the pen's colour; `at` is the left end of its baseline."""
        ...


class Ground(Protocol):
    """Where colours and fonts come from: the theme of the window, or that of a printed page."""

    @property
    def colouring(self) -> Colouring:
        """What colours code."""
        ...

    def color(self, token: str) -> QColor:
        """Return a colour by the name of its use."""
        ...

    def font(self, size: int, weight: int = 400, *, figures: bool = False) -> QFont:
        """Return the text font; `size` in pixels, `figures` for digits of one width."""
        ...

    def code_font(self, size: int, *, italic: bool = False) -> QFont:
        """Return the font of code; `size` in pixels."""
        ...


class Styles:
    """What a block looks like; `size` is that of body text in pixels, `ink` its colour token."""

    def __init__(
        self, ground: Ground, size: int, ink: str = "text", formulas: Formulas | None = None
    ) -> None:
        self.ground = ground
        self.size = size
        self.ink = ink
        self.formulas = formulas
        self._formats: dict[tuple[object, ...], QTextCharFormat] = {}
        self._lines: dict[Face, tuple[int, int]] = {}
        self._advances: dict[Face, float] = {}
        self.code_size = self.smaller(size)

    def scaled(self, length: float) -> int:
        """A length of 100 % at the size of now."""
        return round(length * self.size / BODY)

    @property
    def mark_scale(self) -> float:
        """How much larger than at 100 % the marks of citations are."""
        return self.size / BODY

    def smaller(self, size: int) -> int:
        """The size of code in text of a size."""
        return max(1, round(size * 13 / 14))

    # --- faces --------------------------------------------------------------------------------

    def body(self, *, quiet: bool = False) -> Face:
        """The face of running text."""
        return Face(self.size, ink="quiet" if quiet else self.ink)

    def heading(self, level: int, *, quiet: bool = False) -> Face:
        """The face of a heading."""
        size, _, _ = _HEADINGS[min(level, 3)]
        return Face(self.scaled(size), 600, "quiet" if quiet else self.ink)

    def above_heading(self, level: int) -> int:
        """The space above a heading."""
        return self.scaled(_HEADINGS[min(level, 3)][2])

    def heading_line(self, level: int) -> int:
        """The height of a line of a heading."""
        return self.scaled(_HEADINGS[min(level, 3)][1])

    def cell(self, *, head: bool, quiet: bool) -> Face:
        """The face of a cell of a table."""
        ink = "quiet" if quiet else self.ink
        if head:
            return Face(self.code_size, 600, ink, figures=True)
        return Face(self.size, ink=ink, figures=True)

    def code(self, role: str = "c_text") -> Face:
        """The face of code in a card."""
        return Face(self.code_size, ink=role, code=True, italic=role == "c_comment")

    def font(self, face: Face) -> QFont:
        """The font of a face."""
        if face.code:
            return self.ground.code_font(face.size, italic=face.italic)
        return self.ground.font(face.size, face.weight, figures=face.figures)

    def base(self, face: Face) -> QFont:
        """The font on which the formats of a text build: what they do not say, it must not."""
        return self.font(Face(face.size, code=face.code))

    def line(self, face: Face, height: int | None = None) -> tuple[int, int]:
        """The height of a line, and how far below its top its baseline is."""
        found = self._lines.get(face)
        if found is None:
            metrics = QFontMetricsF(self.font(face))
            whole = line_height(face.size) if height is None else height
            free = whole - metrics.ascent() - metrics.descent()
            found = self._lines[face] = whole, round(free / 2 + metrics.ascent())
        return found

    def advance(self, face: Face) -> float:
        """The width of a character of code."""
        found = self._advances.get(face)
        if found is None:
            found = QFontMetricsF(self.font(face)).horizontalAdvance("x")
            self._advances[face] = found
        return found

    # --- formats ------------------------------------------------------------------------------

    def format(self, face: Face) -> QTextCharFormat:
        """The format of plain text."""
        found = self._formats.get(face)
        if found is None:
            found = QTextCharFormat()
            found.setFont(self.font(face))
            found.setForeground(self.ground.color(face.ink))
            self._formats[face] = found
        return found

    def span(self, span: Span, face: Face) -> QTextCharFormat:
        """The format of a span in text of a face; that of code in a line is in the code font."""
        code = span.code or span.math
        key = (face, span.bold, span.italic, span.strike, bool(span.link), span.note, code)
        found = self._formats.get(key)
        if found is None:
            found = self._formats[key] = self._make(span, face, code=code)
        return found

    def _make(self, span: Span, face: Face, *, code: bool) -> QTextCharFormat:
        made = QTextCharFormat()
        weight = 600 if span.bold else face.weight
        font = self.ground.font(face.size, weight, figures=face.figures)
        if code:
            font = self.ground.code_font(self.smaller(face.size))
        if span.italic:
            font = QFont(font)
            font.setItalic(True)
        made.setFont(font)
        made.setForeground(self.ground.color("link" if span.link else face.ink))
        made.setFontStrikeOut(span.strike)
        if span.note:
            made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        return made

    def room(self, face: Face, width: float) -> QTextCharFormat:
        """The format that makes one letter an empty room of a width."""
        key = (face, width)
        found = self._formats.get(key)
        if found is None:
            font = QFont(self.font(face))
            spacing = width - QFontMetricsF(font).horizontalAdvance("x")
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
            found = self._formats[key] = QTextCharFormat()
            found.setFont(font)
            found.setForeground(Qt.GlobalColor.transparent)
        return found
