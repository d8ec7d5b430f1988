"""What the benchmarks show and stream: the same at every run, and as mixed as real answers are."""

import json
import random
from collections.abc import Iterator

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.event_codec import encode_event
from desktop_app.interactions.events import (
    Event,
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    InteractionStatusUpdate,
    StepDelta,
    StepStart,
    StepStop,
    TextDelta,
    ThoughtSignatureDelta,
    ThoughtSummaryDelta,
    Usage,
)
from desktop_app.interactions.steps import ModelOutputStep, ThoughtStep

SEED = 20261124
MODEL = "gemini-3.8-flash"

_WORDS = """
the of a to in is that it for on as with this by from at or be an are not which when where
light water answer history river stone harbour memory number pattern signal letter city
engine theory language window garden machine question method surface reason winter summer
moves keeps turns holds grows breaks carries measures explains follows remains changes
slowly clearly often never together quietly nearly early again long small bright exact
""".split()  # noqa: SIM905 - in a list they would be seventy lines
_ASIAN = (
    *(
        "语言",
        "模型",
        "回答",
        "问题",
        "速度",
        "窗口",
        "文字",
        "颜色",
        "记忆",
        "方法",
        "结果",
        "时间",
    ),
    *("我们", "可以", "因为", "所以", "同时", "非常", "清楚", "简单", "在", "和", "的", "了", "是"),
)
_CODE = {
    "python": (
        "def {a}({b}: list[int], limit: int = {n}) -> dict[str, int]:\n"
        '    """Count the {c} of every {b}."""\n'
        "    found: dict[str, int] = {{}}\n"
        "    for {c} in {b}:\n"
        "        if {c} % 2 == 0 and {c} < limit:  # only the even ones\n"
        '            found[f"{c}-{{{c}}}"] = {c} * {n}\n'
        "    return found\n"
    ),
    "json": '{{\n  "{a}": {n},\n  "{b}": ["{c}", "{a}"],\n  "nested": {{"{c}": true}}\n}}\n',
    "bash": (
        'set -euo pipefail\nfor {a} in *.{b}; do\n  echo "{c} ${a}" | sort -n > {n}.txt\ndone\n'
    ),
    "rust": (
        "fn {a}({b}: &[u32]) -> Option<u32> {{\n"
        "    // the largest {c}\n"
        "    {b}.iter().copied().filter(|one| one % {n} == 0).max()\n}}\n"
    ),
}


def _words(rng: random.Random, least: int, most: int) -> list[str]:
    return rng.choices(_WORDS, k=rng.randint(least, most))


def _sentence(rng: random.Random) -> str:
    words = _words(rng, 6, 18)
    at = rng.randrange(len(words))
    form = rng.choice(("{}", "{}", "{}", "**{}**", "*{}*", "`{}`", "[{}](https://example.com/a)"))
    words[at] = form.format(words[at])
    text = " ".join(words)
    return text[0].upper() + text[1:] + rng.choice(".......?:")


def _paragraph(rng: random.Random) -> str:
    return " ".join(_sentence(rng) for _ in range(rng.randint(2, 5)))


def _list(rng: random.Random) -> str:
    numbered = rng.random() < 0.4
    lines: list[str] = []
    for number in range(rng.randint(3, 7)):
        lines.append(f"{number + 1}. {_sentence(rng)}" if numbered else f"- {_sentence(rng)}")
        if rng.random() < 0.2:
            lines.append(f"    - {_sentence(rng)}")
    return "\n".join(lines)


def _code(rng: random.Random) -> str:
    language = rng.choice(sorted(_CODE))
    a, b, c = rng.sample([word for word in _WORDS if len(word) > 4], 3)
    code = _CODE[language].format(a=a, b=b, c=c, n=rng.randint(2, 99))
    return f"```{language}\n{code * rng.randint(1, 3)}```"


def _table(rng: random.Random) -> str:
    columns = rng.randint(2, 4)
    rows = [[" ".join(_words(rng, 1, 3)) for _ in range(columns)] for _ in range(rng.randint(3, 8))]
    head = "| " + " | ".join(rng.sample(_WORDS, columns)) + " |"
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * columns, *lines])


def _quote(rng: random.Random) -> str:
    return f"> {_sentence(rng)}\n> {_sentence(rng)}"


def _heading(rng: random.Random) -> str:
    return f"{'#' * rng.randint(2, 3)} {' '.join(_words(rng, 2, 6)).capitalize()}"


def _formula(rng: random.Random) -> str:
    return f"$$\nx_{{{rng.randint(1, 9)}}} = \\frac{{a + {rng.randint(2, 9)}b}}{{c^2}}\n$$"


def _asian(rng: random.Random) -> str:
    """A paragraph in Chinese, with marks of its own and a word that stands out."""
    sentences: list[str] = []
    for _ in range(rng.randint(2, 5)):
        words = rng.choices(_ASIAN, k=rng.randint(4, 12))
        words[rng.randrange(len(words))] = f"**{rng.choice(_ASIAN)}**"
        sentences.append("".join(words) + rng.choice("\u3002\u3002\uff1f"))
    return "".join(sentences)


def _sums(rng: random.Random) -> str:
    """A sentence with formulas in it."""
    a, b = rng.randint(2, 9), rng.randint(2, 9)
    return f"{_sentence(rng)} So $x_{a}^{b}$ is $\\sqrt{{{a} + {b}}}$, {_sentence(rng)}"


_BLOCKS = (
    *(_paragraph,) * 8,
    *(_list,) * 3,
    *(_code,) * 2,
    *(_heading,) * 2,
    *(_table, _quote, _formula),
)


_MIXED = (*_BLOCKS, *(_asian,) * 3, *(_sums,) * 2)


def mixed_text(rng: random.Random) -> str:
    """An answer in Markdown of all that an answer can have in it."""
    return "\n\n".join(rng.choice(_MIXED)(rng) for _ in range(rng.randint(3, 14)))


def answer_text(rng: random.Random, least: int = 3, most: int = 14) -> str:
    """An answer in Markdown, of this many blocks."""
    return "\n\n".join(rng.choice(_BLOCKS)(rng) for _ in range(rng.randint(least, most)))


def question_text(rng: random.Random) -> str:
    """A question: most are a line, some a few paragraphs."""
    if rng.random() < 0.8:
        return f"{' '.join(_words(rng, 3, 14)).capitalize()}?"
    return "\n\n".join(_paragraph(rng) for _ in range(rng.randint(1, 4)))


def title_text(rng: random.Random) -> str:
    """A conversation's title."""
    return " ".join(_words(rng, 2, 8)).capitalize()


def pieces_of(rng: random.Random, text: str) -> list[str]:
    """A text in pieces as a model's come: a few words each."""
    pieces: list[str] = []
    at = 0
    while at < len(text):
        size = rng.randint(4, 60)
        pieces.append(text[at : at + size])
        at += size
    return pieces


# --- streams --------------------------------------------------------------------------------------


def answer_events(rng: random.Random, text: str, name: str) -> Iterator[Event]:
    """The events of one answer: a thought, then a text in pieces."""
    header = InteractionHeader(name, "in_progress", "interaction", MODEL)
    yield InteractionCreated(header)
    yield InteractionStatusUpdate("in_progress", name)
    yield StepStart(0, ThoughtStep())
    for piece in pieces_of(rng, f"**{title_text(rng)}**\n\n{_paragraph(rng)}\n\n"):
        yield StepDelta(0, ThoughtSummaryDelta(TextContent(piece)))
    yield StepDelta(0, ThoughtSignatureDelta(rng.randbytes(300).hex()))
    yield StepStop(0)
    yield StepStart(1, ModelOutputStep())
    for piece in pieces_of(rng, text):
        yield StepDelta(1, TextDelta(piece))
    yield StepStop(1)
    tokens = len(text) // 4
    usage = Usage(tokens + 900, 600, tokens, 300)
    yield InteractionCompleted(
        InteractionHeader(name, "completed", "interaction", MODEL, usage=usage)
    )


def record(event: Event) -> bytes:
    """One event as it is on the wire."""
    data = encode_event(event)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {data['event_type']}\ndata: {text}\n\n".encode()


def stream_records(text: str, name: str = "v1_bench") -> list[bytes]:
    """A whole stream, one record an event."""
    return [record(event) for event in answer_events(random.Random(SEED), text, name)]


def worst_blocks() -> dict[str, str]:
    """Answers of one block each that are hard to show."""
    rng = random.Random(SEED)
    code = _CODE["python"].format(a="count", b="values", c="value", n=7) + "\n"
    rows = "".join(f"| {n} | {' '.join(_words(rng, 2, 4))} | {n * 7} |\n" for n in range(5_000))
    return {
        "latin": " ".join(_sentence(rng) for _ in range(1_400))[:100_000],
        "asian": "".join(rng.choices(_ASIAN, k=21_000))[:33_000],
        "list": "".join(f"- {_sentence(rng)}\n" for _ in range(2_000)),
        "table": f"| n | words | sum |\n|---|---|---|\n{rows}",
        "code": f"```python\n{code * (20_000 // code.count(chr(10)))}```",
        "math": "\n\n".join(
            f"$$\nx_{{{n}}} = \\frac{{a + {n}}}{{b^{n % 9}}}\n$$" for n in range(200)
        ),
    }


def long_text(size: int) -> str:
    """Mixed Markdown of about this many characters."""
    rng = random.Random(SEED)
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(answer_text(rng))
        length += len(parts[-1]) + 2
    return "\n\n".join(parts)[:size]
