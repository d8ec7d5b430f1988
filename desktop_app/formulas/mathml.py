"""Mends the MathML of the converter: what the layout would misread, space wrongly, or not know."""

import html
from typing import Final
from xml.etree.ElementTree import Element

from ziamath import operators

_STRETCHY: Final = frozenset("↑↓⟨⟩")
"""Arrows and angle brackets grow in MathML; in LaTeX only after \\left and \\right."""

_VARIANTS: Final = {"monospace": "mono", "sans-serif": "sans", "double-struck": "double"}
"""Names of kinds of letters, and what the layout calls them."""

_SIGNS: Final = frozenset("+-−±∓")
_CLOSING: Final = frozenset(")]}|‖⟩⌋⌉!∞′∅…⋯⋮⋱")  # noqa: RUF001 - signs of mathematics
_BINARY: Final = frozenset("∔∖∗∘∙∧∨∩∪∸⊎⊓⊔⊕⊖⊗⊘⊙⊚⊛⊞⊟⊠⊡⊻⊼⊽⋅⋆⋇⋉⋊⋎⋏⋒⋓")  # noqa: RUF001 - signs of mathematics
_ORDINARY: Final = frozenset("∀∁∂∃∄∅∆∇∎∏∐∑−∓√∛∜∞∟∠∡∢∫∬∭∮∯∰⊤⊥⋀⋁⋂⋃⋮⋯⋰⋱")  # noqa: RUF001 - signs of mathematics
_RELATION: Final = {"lspace": "thickmathspace", "rspace": "thickmathspace"}
_OPERATION: Final = {"lspace": "mediummathspace", "rspace": "mediummathspace"}
_SPACES: Final = {
    "!": {"lspace": "0em", "rspace": "0em"},
    "∂": {"lspace": "0em", "rspace": "0em"},
    "∇": {"lspace": "0em", "rspace": "verythinmathspace"},
    ",": {"lspace": "0em", "rspace": "mediummathspace"},
}


class Unrenderable(ValueError):
    """The formula cannot be set; the text says why."""


def mend(tree: Element) -> None:
    """Mend all of a tree. Raises `Unrenderable` for a command that the converter left as it is."""
    for element in tree.iter():
        _mend_text(element)
        _mend_attributes(element)
        for child in list(element):
            if child.tag == "mtext" and not child.text:
                element.remove(child)
    for element in tree.iter():
        _mend_signs(element)
        if element.tag == "mover":
            _mend_accent(element)


def _mend_text(element: Element) -> None:
    text = html.unescape(element.text or "")
    if not text:
        return
    if element.tag in ("mi", "mo", "mtext") and text.startswith("\\"):
        raise Unrenderable(f"{text.strip()} is not known")
    if element.tag == "mtext":
        text = text.replace("-", "\u2010")  # of which the layout would make a line
    element.text = text
    if text in _STRETCHY and "stretchy" not in element.attrib:
        element.set("stretchy", "false")
    if element.tag == "mo" and "lspace" not in element.attrib:
        for name, width in _spaces(text).items():
            element.set(name, width)


def _spaces(text: str) -> dict[str, str]:
    if text in _SPACES:
        return _SPACES[text]
    if len(text) != 1 or text in operators.names or text in _ORDINARY:
        return {}
    if text in _BINARY:
        return _OPERATION
    return _RELATION if "\u2190" <= text <= "\u22ff" or "\u27f0" <= text <= "\u27ff" else {}


def _mend_attributes(element: Element) -> None:
    variant = element.get("mathvariant")
    if variant is not None:
        for name, known in _VARIANTS.items():
            variant = variant.replace(name, known)
        # One letter alone would be slanted; upright is what these are.
        upright = element.tag == "mi" and variant in ("bold", "sans", "mono")
        element.set("mathvariant", f"{variant} normal" if upright else variant.replace("-", " "))
    if element.tag == "mstyle" and not element.attrib:
        element.tag = "mrow"
    if element.tag == "mtable":
        spacing = element.get("columnspacing")
        element.set("columnspacing", spacing.replace("2em", "0.3em") if spacing else "0.8em")
        element.set("rowspacing", "0.6em" if spacing else "0.42em")


def _mend_signs(row: Element) -> None:
    """A sign after another operator belongs to what follows it."""
    before: Element | None = None
    for child in row:
        if child.tag == "mo" and child.text in _SIGNS and "form" not in child.attrib:
            after_operator = before is not None and before.tag == "mo"
            if after_operator and before is not None and before.text not in _CLOSING:
                child.set("form", "prefix")
        before = child


def _mend_accent(mover: Element) -> None:
    """A hat over one letter is a mark, one over more grows as wide as they are."""
    mark = mover[-1]
    if mark.tag != "mo":
        return
    still = mover.get("accent") == "true" or mark.get("stretchy") == "false"
    if mark.text == "^":
        mark.text = "\u02c6" if still else "\u0302"
        if still:
            mark.set("stretchy", "false")
    elif mark.text == "~" and not still:
        mark.text = "\u0303"
