from collections.abc import Sequence

from ziafont.font import Font
from ziafont.fonttypes import BBox
from ziafont.svgpath import Cubic, Lineto, Moveto, Quad

class SimpleGlyph:
    index: int
    operators: Sequence[Moveto | Lineto | Quad | Cubic]
    def __init__(
        self,
        index: int,
        operators: Sequence[Moveto | Lineto | Quad | Cubic],
        bbox: BBox,
        font: Font,
    ) -> None: ...
    def advance(self, nextchr: SimpleGlyph | None = None) -> int: ...
