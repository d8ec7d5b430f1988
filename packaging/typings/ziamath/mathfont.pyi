from pathlib import Path

from ziafont.font import Font
from ziafont.glyph import SimpleGlyph
from ziamath.mathtable import MathTable
from ziamath.styles import MathVariant

class MathFont(Font):
    math: MathTable
    def __init__(self, fname: str | Path, basesize: float = 24) -> None: ...
    def findglyph(self, char: str, variant: MathVariant) -> SimpleGlyph: ...
