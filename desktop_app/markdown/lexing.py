"""Pygments, so that it can stop and go on: what a lexer knows at a place is a stack of states.

Most lexers are tables of rules, which our own loop works through as Pygments' does. The others
can only begin anew. Lexers are imported when a language first appears.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

if TYPE_CHECKING:
    from re import Match

    from pygments.lexer import Lexer

Tokens: TypeAlias = list[tuple[object, str]]
"""Kinds of tokens, which have names as `str`, with their texts."""

Stack: TypeAlias = tuple[str, ...]

ROOT: Final[Stack] = ("root",)

_NOTHING: Final = ("", "text", "txt", "plain", "plaintext", "math")
_KEEPS_MORE: Final = ("MIME",)
"""Lexers that know more at a place than their stack."""

_LIKE: Final = {"scala": "kotlin", "fish": "bash", "tcsh": "bash", "csh": "bash"}
"""Languages that are read as another: a string left open would hold their lexer up for hours."""

_TRIED: Final = frozenset(
    """
ABAP, Ada, ApacheConf, AppleScript, Arduino, Awk, Bash, Bash Session, Batchfile, BibTeX, C, C#,
C++, CMake, COBOL, CSS, CUDA, Clojure, CoffeeScript, Common Lisp, Crystal, Cypher, Cython, D,
Dart, Delphi, Diff, Django/Jinja, Docker, ERB, Elixir, Elm, EmacsLisp, Erlang, F#, Fortran, GAS,
GDScript, GLSL, Gherkin, Go, GraphQL, Graphviz, Groovy, HLSL, HTML, HTTP, Haskell, INI, JSON,
JSON5, JSX, Java, JavaScript, Jsonnet, Julia, Kotlin, LLVM, Lean, LessCss, Lua, Makefile,
Markdown, Mathematica, Matlab, MySQL, NASM, Nginx configuration file, Nimrod, Nix, OCaml,
Objective-C, Octave, PHP, PL/pgSQL, Perl, PostgreSQL SQL dialect, PowerShell, Prolog,
Properties, Protocol Buffer, Puppet, Python, Python 2.x, Python Traceback, Python console
session, QML, Racket, Ruby, Rust, S, SCSS, SPARQL, SQL, Sass, Scheme, Smalltalk, Solidity,
Stata, Swift, TOML, TSX, Tcl, TeX, Terraform, Thrift, Transact-SQL, Turtle, Twig, TypeScript,
VB.net, Vala, VimL, Vue, WebAssembly, WebGPU Shading Language, XML, YAML, Zig, reStructuredText,
sqlite3con, systemverilog, verilog, vhdl
""".replace("\n", " ")
    .strip()
    .split(", ")
)
"""The lexers that have read hostile code in no more than 50 ms a step, by their names.

A rule that takes hours cannot be stopped. The other lexers have such ones, or were not tried.
"""

_Found: TypeAlias = "Iterable[tuple[int, object, str]]"
_Action: TypeAlias = "Callable[[Lexer, Match[str]], _Found] | None"
_Next: TypeAlias = "tuple[str, ...] | int | str | None"


class _Try(Protocol):
    def __call__(self, text: str, begin: int, end: int, /) -> "Match[str] | None": ...


_Rules: TypeAlias = "Mapping[str, Sequence[tuple[_Try, _Action, _Next]]]"


class Reader:
    """Reads code in one language."""

    def __init__(self, lexer: "Lexer") -> None:
        from pygments.lexer import RegexLexer

        self._lexer = lexer
        own = type(lexer).get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed
        plain = isinstance(lexer, RegexLexer) and not own and lexer.name not in _KEEPS_MORE
        self._rules = cast("_Rules | None", getattr(lexer, "_tokens", None) if plain else None)

    @property
    def resumes(self) -> bool:
        """Whether reading can go on anywhere; else it begins anew."""
        return self._rules is not None

    def read(
        self, text: str, begin: int, end: int, stack: list[str]
    ) -> Iterator[tuple[int, Tokens]]:
        """Read what is between two characters, step by step: where a step ends and its tokens.

        The stack changes with each step. The texts of the tokens, joined, are the text.
        """
        if self._rules is None:
            steps = self._read_anew(text[begin:end], begin)
        else:
            steps = self._resume(self._rules, text, begin, end, stack)
        at = begin
        for step, tokens in steps:
            found = text[at:step]
            exact = "".join(piece for _, piece in tokens) == found
            yield step, tokens if exact else [("Token.Text", found)]
            at = step
        if at < end:
            yield end, [("Token.Text", text[at:end])]

    def _read_anew(self, text: str, begin: int) -> Iterator[tuple[int, Tokens]]:
        at = 0
        for kind, piece in self._lexer.get_tokens(text):
            if not text.startswith(piece, at):
                return  # it has changed the text
            at += len(piece)
            yield begin + at, [(kind, piece)]

    def _resume(
        self, rules: _Rules, text: str, at: int, end: int, stack: list[str]
    ) -> Iterator[tuple[int, Tokens]]:
        """Work through the rules as `RegexLexer.get_tokens_unprocessed` does."""
        while True:
            for match, action, to in rules[stack[-1]]:
                found = match(text, at, end)
                if found is None:
                    continue
                at = found.end()
                if action is None:
                    tokens: Tokens = []
                elif callable(action):
                    tokens = [(kind, piece) for _, kind, piece in action(self._lexer, found)]
                else:
                    tokens = [(action, found[0])]
                _move(stack, to)
                yield at, tokens
                break
            else:
                if at >= end:
                    return
                character = text[at]
                at += 1
                if character == "\n":
                    stack[:] = ROOT
                yield at, [("Token.Text" if character == "\n" else "Token.Error", character)]


def _move(stack: list[str], to: _Next) -> None:
    match to:
        case None:
            pass
        case int():
            del stack[max(1, len(stack) - abs(to)) :]
        case str():  # "#push"
            stack.append(stack[-1])
        case _:
            for state in to:
                if state == "#push":
                    stack.append(stack[-1])
                elif state != "#pop":
                    stack.append(state)
                elif len(stack) > 1:
                    stack.pop()


@cache
def reader(language: str) -> Reader | None:
    """Return the reader for a language, if there is one; a first one takes up to 100 ms."""
    if language in _NOTHING:
        return None
    from pygments import lexers
    from pygments.util import ClassNotFound

    find = cast("Callable[..., Lexer]", getattr(lexers, "get_lexer_by_name"))  # noqa: B009 - typed in part only
    try:
        lexer = find(_LIKE.get(language, language), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return Reader(lexer) if lexer.name in _TRIED else None
