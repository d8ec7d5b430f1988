"""Documents that mean harm: a few that are large, and as many small ones as are asked for."""

import random
from collections.abc import Callable, Iterator
from typing import Final

SEED: Final = 2026

LARGE: Final = {
    "nested tables": "".join(
        f"{'> ' * depth}| a | b |\n{'> ' * depth}|---|---|\n" for depth in range(20)
    ),
    "brackets": "[" * 500_000,
    "a megabyte without a space": "a" * 1_000_000,
    "nested quotes": ">" * 10_000 + " x",
    "a hundred thousand cells": "|"
    + "a|" * 100
    + "\n|"
    + "-|" * 100
    + "\n"
    + ("|" + "b|" * 100 + "\n") * 1_000,
    "lone surrogates": "\ud800[\udfff](http://\ud800) **\udc00**\n" * 100,
    "zeros": "a\0b" * 10_000,
    "bidi controls": "\u202eabc\u2066" * 1_000,
    "escapes of a terminal": "\x1b[31mred\x1b[0m\n" * 1_000,
    "base64": "QUJD" * 1_250_000,
}
"""What the issue of this names."""

TRYING: Final = {
    "nested lists": "- " * 5_000 + "x",
    "lists in lists": "\n".join("  " * depth + "- x" for depth in range(200)),
    "a table a hundred columns wide": "|"
    + "a|" * 100
    + "\n|"
    + "-|" * 100
    + "\n"
    + ("|" + "b|" * 100 + "\n") * 100,
    "a wide table in a quote": "> |"
    + "a|" * 100
    + "\n> |"
    + "-|" * 100
    + "\n"
    + ("> |" + "b|" * 100 + "\n") * 100,
    "emphases": "*a* " * 5_000,
    "emphases that stay open": "**a " * 8_000,
    "two kinds of emphasis": "*_a " * 5_000,
    "spans of code": "`a` " * 8_000,
    "links": "[a](b) " * 4_000,
    "links in links": "[a](" * 900,
    "pictures": "![a](b) " * 4_000,
    "pictures in pictures": "![" * 900 + "a" * 100,
    "addresses": "http://a.example/c " * 1_700,
    "addresses of mail": "a@b.example " * 2_700,
    "entities": "&amp;" * 6_000,
    "tags": "<a href='b'>" * 2_500,
    "opening brackets of tags": "<" * 30_000,
    "lines of one paragraph": "a\n" * 15_000,
    "items of a quoted list": "> - a\n" * 6_000,
    "lines of a quote": "> a\n" * 8_000,
    "dollars": "$ " * 15_000,
    "formulas": "$x$ " * 8_000,
    "backslashes": "\\a" * 15_000,
    "definitions": "".join(f"[a{number}]: b\n" for number in range(2_000)),
}
"""What a reader of Markdown finds hard."""

_ADDRESSES: Final = (
    "file:///etc/passwd",
    "file:///etc/hostname",
    "//127.0.0.1/share",
    "\\\\127.0.0.1\\share\\x",
    "/etc/passwd",
    "../../../etc/passwd",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg onload=x>",
    "javascript:alert(1)",
    "vbscript:x",
    "http://127.0.0.1:9/x",
    "http://[::1]:9/",
    "http://[::",
    "https://a.example/?q=1#x",
    "ftp://127.0.0.1/x",
    "smb://127.0.0.1/x",
    "ms-msdt:/id",
    "mailto:a@b.example",
    "qrc:/x",
    "\x00",
    "",
)

_TAGS: Final = (
    '<img src="{0}" onerror="x">',
    '<a href="{0}">x</a>',
    '<iframe src="{0}"></iframe>',
    '<script src="{0}"></script>',
    '<link rel="stylesheet" href="{0}">',
    "<style>@import url({0}); body {{ background: url({0}) }}</style>",
    '<svg><image href="{0}"/><use href="{0}#a"/></svg>',
    '<object data="{0}"></object><embed src="{0}">',
    '<div style="background:url({0})">x</div>',
    "<!-- {0} --><![CDATA[{0}]]><!DOCTYPE x SYSTEM '{0}'><?xml-stylesheet href='{0}'?>",
    '<base href="{0}"><meta http-equiv="refresh" content="0;url={0}">',
    "<table background='{0}'><tr><td>",
)

_MARKS: Final = (
    "[a]({0})",
    "![a]({0})",
    "[![a]({0})]({0})",
    "<{0}>",
    "{0}",
    "[a][b]\n\n[b]: {0}\n",
    '[a]({0} "{0}")',
    "[^1] a\n\n[^1]: {0}\n",
    "$\\href{{{0}}}{{x}}\\includegraphics{{{0}}}$",
    "$$\n\\input{{{0}}}\n$$",
    "`{0}`",
    "\n```{0}\n{0}\n```\n",
)

_ODD: Final = (
    "\ud800",
    "\udfff\ud800",
    "\0",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;file:///etc/passwd\x07x",
    "\u202egnp.exe",
    "\u2066\u2067\u2068\u2069",
    "\u200b\u200d\ufeff",
    "\ufdd0\ufffe\uffff",
    "\u2028\u2029\x85\x0b\x0c\r",
    "a" + "\u0301" * 300,
    "\U000e0041\U0010ffff",
    "\u0600\u06dd\ufdfd",
    "&#0;&#xD800;&#x110000;&Tab;&nosuch;&#x202e;",
    "QUJD" * 300,
)

_LANGUAGES: Final = ("python", "html", "../../x", "file:///etc/passwd", "\u202e", "c++", "{.x}")
_REPEATED: Final = ("[", "](", "![", "*", "_", "`", "~", ">", "- ", "1. ", "|", "<", "$", "&", "\\")


def documents(count: int, seed: int = SEED) -> Iterator[str]:
    """Small documents, the same at every run, no two of them alike."""
    chance = random.Random(seed)
    for _ in range(count):
        parts = [_part(chance) for _ in range(chance.randint(2, 7))]
        yield chance.choice(("\n\n", "\n", " ", "")).join(parts)


def _part(chance: random.Random) -> str:
    kinds: tuple[Callable[[random.Random], str], ...] = (
        _link,
        _link,
        _tag,
        _odd,
        _repeated,
        _code,
        _table,
        _nested,
    )
    return chance.choice(kinds)(chance)


def _link(chance: random.Random) -> str:
    return chance.choice(_MARKS).format(chance.choice(_ADDRESSES))


def _tag(chance: random.Random) -> str:
    return chance.choice(_TAGS).format(chance.choice(_ADDRESSES))


def _odd(chance: random.Random) -> str:
    return f"{chance.choice(_ODD)} **{chance.choice(_ODD)}** {chance.choice(_ODD)}"


def _repeated(chance: random.Random) -> str:
    return chance.choice(_REPEATED) * chance.randint(1, 120) + "x"


def _code(chance: random.Random) -> str:
    fence = chance.choice(("```", "~~~", "`" * 9))
    inside = "\n".join((_tag(chance), _odd(chance), _link(chance)))
    close = chance.choice((f"\n{fence}\n", ""))
    return f"\n{fence}{chance.choice(_LANGUAGES)}\n{inside}{close}"


def _table(chance: random.Random) -> str:
    columns = chance.randint(1, 12)
    cells = [_link(chance).replace("\n", " ") for _ in range(columns)]
    row = f"|{'|'.join(cells)}|\n"
    return f"\n{row}|{'-|' * columns}\n{row * chance.randint(0, 6)}"


def _nested(chance: random.Random) -> str:
    lead = chance.choice(("> ", "- ", "1. ", "    ", "> - ")) * chance.randint(1, 12)
    inside = chance.choice((_link, _tag, _odd, _table, _code))(chance)
    return "".join(f"{lead}{line}\n" for line in inside.split("\n"))
