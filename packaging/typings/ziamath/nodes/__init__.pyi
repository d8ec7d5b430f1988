from collections.abc import Sequence
from xml.etree.ElementTree import Element

from ziamath.drawable import Drawable
from ziamath.mathfont import MathFont

class Mnode(Drawable):
    element: Element
    font: MathFont
    nodexy: Sequence[tuple[float, float]]
    def font_units_to_points(self, value: float) -> float: ...
