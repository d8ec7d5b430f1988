from typing import NamedTuple

class BBox(NamedTuple):
    xmin: float
    xmax: float
    ymin: float
    ymax: float

class Layout:
    unitsperem: int

class FontInfo:
    filename: str
    layout: Layout
