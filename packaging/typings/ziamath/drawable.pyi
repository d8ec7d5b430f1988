from collections.abc import Sequence

from ziafont.fonttypes import BBox
from ziafont.glyph import SimpleGlyph

class Drawable:
    bbox: BBox
    nodes: Sequence[Drawable]

class Glyph(Drawable):
    glyph: SimpleGlyph
    size: float
    phantom: bool

class HLine(Drawable):
    length: float
    lw: float
    phantom: bool

class VLine(Drawable):
    height: float
    lw: float
    phantom: bool

class Box(Drawable):
    width: float
    height: float
    lw: float
    phantom: bool

class Diagonal(Drawable):
    width: float
    height: float
    lw: float
    phantom: bool
