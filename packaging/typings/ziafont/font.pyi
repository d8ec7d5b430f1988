from pathlib import Path

from ziafont.fonttypes import FontInfo
from ziafont.glyph import SimpleGlyph

class Font:
    info: FontInfo
    def __init__(self, name: str | Path | None = None) -> None: ...
    def glyphindex(self, char: str) -> int: ...
    def glyph(self, char: str) -> SimpleGlyph: ...
