"""Sums, counting and words: what a few rules can really do."""

import ast
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from desktop_app.demo.question import Question
from desktop_app.demo.skills.reply import Reply

_MOST_DIGITS: Final = 200
_LARGEST_POWER: Final = 200
_LARGEST_COUNT: Final = 2000

_WORDS: Final = (
    (r"\bmultiplied by\b|\btimes\b|×|·", "*"),
    (r"\bdivided by\b|÷", "/"),
    (r"\bplus\b", "+"),
    (r"\bminus\b|−", "-"),
    (r"\bto the power of\b|\^", "**"),
)
_RUN: Final = re.compile(r"[\d.,+\-*/%() ]{3,200}")
_ASKED: Final = re.compile(
    r"\b(what|how much|calculate|compute|reckon|work out|solve|sum|combien|wie ?viel|cuánto)\b|="
)
_OPERATORS: Final[dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Mod: lambda a, b: a % b,
}


def reckon(question: Question) -> Reply | None:
    """Work out a sum such as `12*7` or `3 plus 4`."""
    words = question.words
    for pattern, sign in _WORDS:
        words = re.sub(pattern, sign, words)
    expression = next(filter(None, map(_as_sum, _RUN.findall(words))), None)
    if expression is None or not (_ASKED.search(words) or _RUN.fullmatch(words)):
        return None
    try:
        value = _value(ast.parse(expression, mode="eval").body)
    except ZeroDivisionError:
        return Reply(f"{expression} has no result: nothing can be divided by zero.", "a sum")
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return Reply(f"{_pretty(expression)} = **{_number(value)}**.", "a sum")


def _as_sum(run: str) -> str | None:
    """Clean a run of digits and signs; `None` where it is no sum, or a date."""
    expression = re.sub(r"(?<=\d),(?=\d)", "", run).strip(" ,.=")
    if not re.search(r"\d[ )]*[-+*/%]+[ (-]*\d", expression):
        return None
    return None if re.search(r"\d{4}-\d\d-\d\d", expression) else expression


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(int() | float() as number) if not isinstance(number, bool):
            return Fraction(str(number))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand)
        case ast.UnaryOp(ast.UAdd(), operand):
            return _value(operand)
        case ast.BinOp(left, ast.Pow(), right):
            power = _value(right)
            if power.denominator != 1 or abs(power) > _LARGEST_POWER:
                raise ValueError("not a power that is worked out here")
            return _bounded(_value(left) ** int(power))
        case ast.BinOp(left, sign, right) if type(sign) in _OPERATORS:
            return _bounded(_OPERATORS[type(sign)](_value(left), _value(right)))
        case _:
            raise ValueError("not a sum")


def _bounded(value: Fraction) -> Fraction:
    if max(abs(value.numerator), value.denominator) >= 10**_MOST_DIGITS:
        raise ValueError("too large to be written down")
    return value


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    if abs(value) >= 10**15:
        return str(round(value))
    rounded = f"{float(value):.10f}".rstrip("0").rstrip(".")
    return rounded if Fraction(rounded) == value else f"{rounded} (rounded)"


def _pretty(expression: str) -> str:
    text = re.sub(r"\s*(\*\*|[-+*/%])\s*", r" \1 ", expression).strip()
    return text.replace("**", "^").replace("*", "×").replace("/", "÷")


def count_up(question: Question) -> Reply | None:
    """Count to a number, ten to a line."""
    found = re.search(r"\bcount (?:from 1 )?(?:up )?to (\d{1,9})", question.words)
    if found is None:
        return None
    last = min(int(found[1]), _LARGEST_COUNT)
    lines = [
        ", ".join(str(number) for number in range(first, min(first + 10, last + 1)))
        for first in range(1, last + 1, 10)
    ]
    body = ",\n".join(lines) + "."
    if last < int(found[1]):
        body += f"\n\nI stop at {_LARGEST_COUNT}."
    return Reply(f"Here I count:\n\n{body}", "counting")


def count_words(question: Question) -> Reply | None:
    """Count the words of what stands in quotes or after a colon, else of the whole question."""
    if not re.search(r"\b(how many|count the) (words|characters|letters)\b", question.words):
        return None
    text = question.text
    quoted = re.search(r"[\"“„«](.+?)[\"”“»]", text, re.DOTALL)
    _, colon, rest = text.partition(":")
    counted = quoted[1] if quoted else rest.strip() if colon and rest.strip() else text
    words = len(counted.split())
    return Reply(
        f"That text has **{words} word{'' if words == 1 else 's'}** and {len(counted)} characters.",
        "counting words",
    )
