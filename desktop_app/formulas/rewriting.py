r"""Says the same formula in the words that the converter to MathML understands.

Answers are written for KaTeX and MathJax, which know more of LaTeX than the converter does.
"""

import re
from collections.abc import Callable
from typing import Final

_TEXT: Final = re.compile(
    r"\\(text|textrm|textnormal|textup|textmd|textsf|texttt|textbf|textit|emph|mbox|hbox)\s*\{"
)
_MHCHEM: Final = re.compile(r"\\(?:ce|cf)\s*\{")
_OPERATOR: Final = re.compile(r"\\operatorname\s*(\*?)\s*\{")
_OVER: Final = re.compile(r"\\mathop\s*\{")
_TAG: Final = re.compile(r"\\tag(\*?)\s*\{")
_ENVIRONMENT: Final = re.compile(r"\\(begin|end)\s*\{\s*(\w+)(\*?)\s*\}")
_ARRAY: Final = re.compile(r"\\begin\{array\}\s*(?:\[[tcb]\])?\s*\{")

_RENAMED: Final = {
    "align": "align*",
    "aligned": "align*",
    "alignat": "align*",
    "alignedat": "align*",
    "flalign": "align*",
    "eqnarray": "align*",
    "split": "align*",
    "gather": "matrix",
    "gathered": "matrix",
    "multline": "matrix",
    "dcases": "cases",
    "darray": "array",
    "equation": "",
    "displaymath": "",
    "math": "",
    "subequations": "",
}
"""Environments by the name that the converter knows; those named "" are left out."""

_WORDS: Final = {
    r"\dotsx": r"\dots",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\R": r"\mathbb{R}",
    r"\N": r"\mathbb{N}",
    r"\Z": r"\mathbb{Z}",
    r"\Q": r"\mathbb{Q}",
    r"\implies": r"\;\Longrightarrow\;",
    r"\impliedby": r"\;\Longleftarrow\;",
    r"\iff": r"\;\Longleftrightarrow\;",
    r"\colon": ":",
    r"\coloneqq": r"\mathrel{:=}",
    r"\nonumber": "",
    r"\notag": "",
    r"\allowbreak": "",
    r"\nobreak": "",
    r"\centering": "",
    r"\displaylimits": "",
    r"\mathstrut": "",
    r"\strut": "",
}
_PLAIN: Final = {r"\%": "%", r"\$": "$", r"\&": "&", r"\#": "#", r"\_": "_", "~": "\u00a0"}
"""What is written in text, by what stands for it."""


def rewrite(source: str) -> str:
    """Give a formula without what the converter stumbles over."""
    source = re.sub(r"(?<!\\)%[^\n]*", "", source)
    source = re.sub(r"\\label\s*\{[^{}]*\}", "", source)
    source = re.sub(r"\\\\\s*\[[^\[\]]*\]", r"\\\\ ", source)  # how far apart rows are
    source = re.sub(r"\\(?:hspace|vspace)\*", r"\\hspace", source)
    source = _replace_group(source, _MHCHEM, lambda _found, inner: chemistry(inner))
    source = _replace_group(source, _OVER, lambda _found, inner: _operator("*", inner))
    source = _replace_group(source, _OPERATOR, lambda found, inner: _operator(found[1], inner))
    source = _tag_last(source)
    source = _replace_group(source, _ARRAY, _array)
    source = _ENVIRONMENT.sub(_environment, source)
    source = re.sub(r"(\\begin\{(?:align\*|matrix|cases)\})\s*\[[tcb]\]", r"\1", source)
    source = _replace_group(source, _TEXT, _text)
    source = re.sub(r"\\not\s*=", r"\\neq ", source)
    source = re.sub(r"\\math(rm|tt|sf|bf)\{", r"\\math\1 {", source)  # else it sees a symbol
    if r"\newcommand" in source or r"\def" in source:
        return source  # which may name its own commands as we do ours
    return re.sub(r"\\[a-zA-Z]+", lambda found: _word(found[0]), source)


def _word(name: str) -> str:
    known = _WORDS.get(name)
    return name if known is None else f"{known} "


def _replace_group(
    source: str, opening: re.Pattern[str], replace: Callable[[re.Match[str], str], str]
) -> str:
    """Replace each group that begins so by what `replace` makes of its inside."""
    pieces: list[str] = []
    at = 0
    while found := opening.search(source, at):
        end = closing_brace(source, found.end())
        if end < 0:
            break
        pieces += [source[at : found.start()], replace(found, source[found.end() : end])]
        at = end + 1
    return "".join([*pieces, source[at:]])


def closing_brace(source: str, begin: int) -> int:
    """Say where the group ends that has been opened before `begin`; -1 if nowhere."""
    depth, at = 1, begin
    while at < len(source):
        match source[at]:
            case "\\":
                at += 1
            case "{":
                depth += 1
            case "}":
                depth -= 1
                if depth == 0:
                    return at
            case _:
                pass
        at += 1
    return -1


# --- environments ---------------------------------------------------------------------------------


def _environment(found: re.Match[str]) -> str:
    end, name, star = found.groups()
    known = _RENAMED.get(name, name + star)
    return f"\\{end}{{{known}}}" if known else ""


def _array(_found: re.Match[str], columns: str) -> str:
    columns = re.sub(r"[@!>]\{[^{}]*\}", "", columns)
    columns = re.sub(r"[pmb]\{[^{}]*\}", "l", columns)
    columns = re.sub(r"[^lcr|]", "", columns).replace("||", "|").strip("|")
    return f"\\begin{{array}}{{{columns or 'c'}}}"


def _operator(star: str, inner: str) -> str:
    """Give the name of an operator in letters; what is more than a name stays as it is."""
    name = re.sub(r"\\(?:mathrm|text|textrm|operatorname)\b\s*|\\limits", "", inner)
    name = re.sub(r"\\[,;:! ]|\\q?quad\b|~", "\u00a0", name)
    name = re.sub(r"[{}]", "", name).strip()
    letters = re.sub(r"[^a-zA-Z\s]", "", name)
    if letters != name or not name:
        return f"{{{inner}}}"
    return rf"\operatorname{star}{{{name}}}"


def _tag_last(source: str) -> str:
    """Put the label of a formula after it; in one of several lines it stays where it is."""
    if r"\\" in source:
        return _replace_group(source, _TAG, _tag)
    labels: list[str] = []

    def take(found: re.Match[str], label: str) -> str:
        labels.append(_tag(found, label))
        return ""

    return _replace_group(source, _TAG, take) + "".join(labels)


def _tag(found: re.Match[str], label: str) -> str:
    return rf"\qquad\text{{{label}}}" if found[1] else rf"\qquad\text{{({label})}}"


# --- text -----------------------------------------------------------------------------------------


def _text(found: re.Match[str], inner: str) -> str:
    """Give text without groups and formulas in it: they become its neighbours."""
    command = {"emph": "textit", "mbox": "text", "hbox": "text"}.get(found[1], found[1])
    pieces: list[str] = []
    for number, piece in enumerate(re.split(r"(?<!\\)\$|\\\(|\\\)", inner)):
        if number % 2:
            pieces.append(f"{{{piece}}}")
            continue
        at = 0
        while nested := _TEXT.search(piece, at):
            end = closing_brace(piece, nested.end())
            if end < 0:
                break
            pieces.append(_plain(command, piece[at : nested.start()]))
            pieces.append(_text(nested, piece[nested.end() : end]))
            at = end + 1
        pieces.append(_plain(command, piece[at:]))
    return "".join(pieces)


def _plain(command: str, text: str) -> str:
    text = re.sub(r"\\[,;:! ]|\\quad\b\s*", " ", text)
    for written, meant in _PLAIN.items():
        text = text.replace(written, meant)
    text = text.replace("{", "").replace("}", "")
    return f"\\{command}{{{text}}}" if text else ""


# --- chemistry ------------------------------------------------------------------------------------

_ARROWS: Final = {
    "<=>": r"\rightleftharpoons ",
    "<->": r"\leftrightarrow ",
    "->": r"\rightarrow ",
    "<-": r"\leftarrow ",
}
_CHEMICAL: Final = re.compile(
    r"(?P<arrow><=>|<->|->|<-)(?:\[(?P<over>[^\[\]]*)\])?"
    r"|\^\{?(?P<up>[0-9]*[+\-]?)\}?"
    r"|_\{?(?P<down>\w+)\}?"
    r"|(?<=[A-Za-z)\]])(?P<count>\d+)"
    r"|(?P<number>\d+)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<charge>(?<=[A-Za-z0-9)\]])[+\-](?=\s|$))"
    r"|(?P<gap>\s+)"
    r"|(?P<other>.)"
)


def chemistry(source: str) -> str:
    """Write out what mhchem's `\\ce` makes of its text: counts below, charges above, arrows."""
    pieces: list[str] = []
    for found in _CHEMICAL.finditer(source):
        text = found[found.lastgroup or 0]
        match found.lastgroup:
            case "arrow" | "over":
                arrow = _ARROWS[found["arrow"]]
                over = found["over"]
                pieces.append(rf"\;\xrightarrow{{{over}}}\;" if over else rf"\;{arrow}\;")
            case "up" | "charge":
                pieces.append(f"^{{{text}}}")
            case "down" | "count":
                pieces.append(f"_{{{text}}}")
            case "letters":
                pieces.append(rf"\mathrm {{{text}}}")
            case "gap":
                pieces.append(r"\,")
            case _:
                pieces.append(text)
    return "".join(pieces)
