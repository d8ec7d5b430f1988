"""Code to coloured spans, by Pygments. Lexers are imported when a language first appears."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from pygments.lexer import Lexer

MAX_LENGTH: Final = 200_000
"""Longer code is shown without colours: a lexer may take a second for it."""


@dataclass(frozen=True)
class Coloured:
    """A stretch of code; `role` is a colour token of the visual specification, section 1."""

    text: str
    role: str


_ROLES: Final[tuple[tuple[str, str], ...]] = (
    ("Token.Comment", "c_comment"),
    ("Token.Literal.String.Doc", "c_comment"),
    ("Token.Literal.String", "c_string"),
    ("Token.Literal.Number", "c_number"),
    ("Token.Literal", "c_string"),
    ("Token.Keyword.Constant", "c_const"),
    ("Token.Keyword.Type", "c_type"),
    ("Token.Keyword", "c_keyword"),
    ("Token.Operator.Word", "c_keyword"),
    ("Token.Operator", "c_op"),
    ("Token.Punctuation", "c_op"),
    ("Token.Name.Function", "c_func"),
    ("Token.Name.Class", "c_type"),
    ("Token.Name.Tag", "c_type"),
    ("Token.Name.Decorator", "c_deco"),
    ("Token.Name.Attribute", "c_deco"),
    ("Token.Name.Builtin.Pseudo", "c_const"),
    ("Token.Name.Builtin", "c_func"),
    ("Token.Name.Exception", "c_type"),
    ("Token.Name.Constant", "c_const"),
    ("Token.Generic.Inserted", "c_add"),
    ("Token.Generic.Deleted", "c_del"),
    ("Token.Generic.Heading", "c_func"),
    ("Token.Error", "c_text"),
)


def highlight(text: str, language: str) -> list[Coloured]:
    """Colour code; without colours where the language is unknown or the code very long.

    The texts of the spans, joined, are the text.
    """
    lexer = _lexer(language.lower()) if len(text) <= MAX_LENGTH else None
    if lexer is None:
        return [Coloured(text, "c_text")] if text else []
    spans: list[Coloured] = []
    name: str | None = None  # a name is a function's where a bracket follows
    for kind, piece in lexer.get_tokens(text):
        if name is not None:
            _add(spans, name, "c_func" if piece.startswith("(") else "c_text")
            name = None
        if str(kind) == "Token.Name":
            name = piece
        elif piece:
            _add(spans, piece, _role(str(kind)))
    if name:
        _add(spans, name, "c_text")
    return spans if "".join(span.text for span in spans) == text else _plain(text)


def load_lexer(language: str) -> None:
    """Make a language's lexer ready, from any thread; a first one takes up to 100 ms."""
    _lexer(language.lower())


def _add(spans: list[Coloured], piece: str, role: str) -> None:
    if spans and spans[-1].role == role:
        spans[-1] = Coloured(spans[-1].text + piece, role)
    else:
        spans.append(Coloured(piece, role))


def _plain(text: str) -> list[Coloured]:
    return [Coloured(text, "c_text")]


@cache
def _role(kind: str) -> str:
    return next((role for name, role in _ROLES if kind.startswith(name)), "c_text")


@cache
def _lexer(language: str) -> "Lexer | None":
    if not language or language in ("text", "txt", "plain", "plaintext", "math"):
        return None
    from pygments import lexers
    from pygments.util import ClassNotFound

    find = cast("Callable[..., Lexer]", getattr(lexers, "get_lexer_by_name"))  # noqa: B009 - typed in part only
    try:
        return find(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
