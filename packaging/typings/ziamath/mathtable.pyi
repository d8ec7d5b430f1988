from collections.abc import Sequence

from ziafont.glyph import SimpleGlyph

class MathConstants:
    fractionRuleThickness: int

class MathTable:
    consts: MathConstants

class AssembledGlyph(SimpleGlyph):
    glyphs: Sequence[SimpleGlyph]
    offsets: Sequence[float]
    vert: bool
