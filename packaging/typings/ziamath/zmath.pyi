from xml.etree.ElementTree import Element

from ziamath.mathfont import MathFont
from ziamath.nodes import Mnode

loadedfonts: dict[str, MathFont]

class Math:
    node: Mnode
    def __init__(
        self, mathml: Element, size: float | None = None, font: str | None = None
    ) -> None: ...
