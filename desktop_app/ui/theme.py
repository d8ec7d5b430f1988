"""Colours, fonts and zoom as they are now, and the palette that follows from them.

Sizes are pixels, not points: 10.5 pt is 14 px at 96 dpi and 10.5 px on macOS. The weights of the
built-in fonts are set through their variable axis, which Qt does not reach through the weight.
"""

from typing import Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app import assets
from desktop_app.ui.colouring import Colouring
from desktop_app.ui.style_sheet import style_sheet
from desktop_app.ui.tokens import DARK, LIGHT
from desktop_app.ui.transcript.formulas import Formulas

ThemeChoice = Literal["system", "light", "dark"]

LINE_FACTOR: Final = 1.57
"""Height of a line over the size of its text (visual specification, section 2)."""

BODY: Final = 14
_ZOOMED_BODY: Final = {70: 10, 80: 11, 90: 13, 100: 14, 110: 15, 125: 18, 150: 21, 175: 25, 200: 28}
_WEIGHT_AXIS: Final = "wght"


class Theme(QObject):
    """What a widget asks when it paints. Its colours follow the system unless the person chose."""

    changed = Signal()
    """Colours or zoom are others now."""

    def __init__(
        self,
        application: QApplication,
        choice: ThemeChoice = "system",
        colouring: Colouring | None = None,
        formulas: Formulas | None = None,
    ) -> None:
        super().__init__(application)
        self.colouring = colouring or Colouring(parent=self)
        self.formulas = formulas or Formulas(parent=self)
        self._application = application
        self._choice: ThemeChoice = choice
        self._zoom = 100
        self._tokens = LIGHT
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[tuple[int, int, bool, bool, bool], QFont] = {}
        self._families = _load_fonts()
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._apply()

    # --- choices ------------------------------------------------------------------------------

    @property
    def dark(self) -> bool:
        """Whether the dark theme is in use."""
        return self._tokens is DARK

    def choose(self, choice: ThemeChoice) -> None:
        """Use the light or the dark theme, or the system's."""
        if choice != self._choice:
            self._choice = choice
            self._apply()

    @property
    def zoom(self) -> int:
        """The size of text in the conversation and the composer, in percent."""
        return self._zoom

    def set_zoom(self, percent: int) -> None:
        """Make text in the conversation and the composer larger or smaller."""
        if percent != self._zoom:
            self._zoom = percent
            self.changed.emit()

    def _follow_system(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        dark = self._choice == "dark"
        if self._choice == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            dark = scheme == Qt.ColorScheme.Dark
        self._tokens = DARK if dark else LIGHT
        self._colors = {name: QColor(value) for name, value in self._tokens.items()}
        self._application.setPalette(self._palette())
        self._application.setFont(self.font(13))
        self._application.setStyleSheet(style_sheet(self._tokens))
        self.changed.emit()

    # --- colours ------------------------------------------------------------------------------

    def color(self, token: str) -> QColor:
        """A colour by the name of its use."""
        return self._colors[token]

    def hex(self, token: str) -> str:
        """A colour as `#RRGGBB`."""
        return self._tokens[token]

    def with_alpha(self, token: str, alpha: float) -> QColor:
        """A colour of which only a part covers; `alpha` is 0 to 1."""
        color = QColor(self._colors[token])
        color.setAlphaF(alpha)
        return color

    def _palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for token, roles in {
            "window": (role.Window, role.Base),
            "sunken": (role.AlternateBase,),
            "raised": (role.Button, role.ToolTipBase),
            "text": (role.WindowText, role.Text, role.ButtonText, role.HighlightedText),
            "quiet": (role.PlaceholderText,),
            "selection": (role.Highlight,),
            "link": (role.Link, role.LinkVisited),
            "accent": (role.Accent,),
            "line_strong": (role.Mid,),
            "line": (role.Midlight,),
            "control": (role.Dark,),
            "shadow": (role.Shadow,),
        }.items():
            for one in roles:
                palette.setColor(one, self.color(token))
        palette.setColor(role.ToolTipText, self.color("text"))
        for one in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, one, self.color("disabled"))
        return palette

    # --- fonts --------------------------------------------------------------------------------

    def font(
        self, size: int, weight: int = 400, *, figures: bool = False, spacing: float = 0.0
    ) -> QFont:
        """The text font; `size` in pixels, `figures` for digits of one width."""
        key = (size, weight, figures, False, False)
        if key not in self._fonts or spacing:
            font = self._make_font("Inter", size, weight)
            if figures:
                font.setFeature(QFont.Tag("tnum"), 1)
            if spacing:
                font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
                return font
            self._fonts[key] = font
        return self._fonts[key]

    def code_font(self, size: int, *, italic: bool = False) -> QFont:
        """The font of code, without ligatures; `size` in pixels."""
        key = (size, 400, False, True, italic)
        if key not in self._fonts:
            font = self._make_font("JetBrains Mono", size, 400)
            font.setFeature(QFont.Tag("calt"), 0)
            font.setFixedPitch(True)
            font.setItalic(italic)
            self._fonts[key] = font
        return self._fonts[key]

    def _make_font(self, family: str, size: int, weight: int) -> QFont:
        known = family in self._families
        fallback = QFontDatabase.SystemFont.GeneralFont
        if family != "Inter":
            fallback = QFontDatabase.SystemFont.FixedFont
        font = QFont([family]) if known else QFontDatabase.systemFont(fallback)
        font.setPixelSize(size)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setWeight(QFont.Weight(weight))  # for scripts that come from another font
        if known and weight != 400:
            font.setVariableAxis(QFont.Tag(_WEIGHT_AXIS), weight)
        return font

    def body_size(self) -> int:
        """The size of body text at the zoom of now, in pixels."""
        return _ZOOMED_BODY.get(self._zoom, round(BODY * self._zoom / 100))

    def zoomed(self, length: int) -> int:
        """A length of the conversation at the zoom of now, in pixels."""
        return round(length * self.body_size() / BODY)


def line_height(size: int) -> int:
    """The height of a line of text of this size, in pixels."""
    return round(size * LINE_FACTOR)


def _load_fonts() -> set[str]:
    families: set[str] = set()
    for family, files in assets.font_files().items():
        numbers = [QFontDatabase.addApplicationFont(str(file)) for file in files]
        if numbers and -1 not in numbers:
            families.add(family)
    return families
