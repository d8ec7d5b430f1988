"""Conversations as people read them: Markdown, a web page, a table. Nothing in them is trusted.

What was thought and done for an answer is in the JSON only. A web page loads nothing and runs
nothing; a table has no formulas; of an answer's Markdown, Markdown is made as it was written.
"""

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from desktop_app.interactions.content import AttachmentContent, Content, MediaContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.plain_text import plain_copy

_MARKS: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$])")
_FENCE: Final = re.compile(r"`{3,}")
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_COLUMNS: Final = ("conversation", "time", "who", "outcome", "text", "files")
_HEAD: Final = """\
<!DOCTYPE html>
<html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Castor</title>
<style>
body { font: 15px/1.5 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 }
h2 { font-size: 13px; color: #667; margin: 2em 0 .5em } p { color: #667 }
</style></head><body>
"""


@dataclass(frozen=True)
class Said:
    """What one side said in a turn of a conversation of this title.

    `files` are names; `outcome` is empty where all is well.
    """

    title: str
    who: str
    when: str
    text: str
    files: tuple[str, ...] = ()
    outcome: str = ""
    is_input: bool = False


def said_in(turn: Interaction, title: str, created: float) -> Iterator[Said]:
    """What was asked in a turn, and what was answered."""
    when = dt.datetime.fromtimestamp(created, dt.UTC).isoformat(sep=" ", timespec="seconds")
    if turn.input:
        yield Said(title, "You", when, _text(turn.input), _files(turn.input), is_input=True)
    outputs = [step for step in turn.steps if isinstance(step, ModelOutputStep)]
    content = [one for step in outputs for one in step.content or ()]
    whole = turn.outcome is Outcome.COMPLETE
    who = turn.request.model or turn.request.agent or "Gemini"
    if content or not whole:
        outcome = "" if whole else turn.outcome.value.replace("_", " ")
        yield Said(title, who, when, _text(content), _files(content), outcome)


def _text(content: Sequence[Content]) -> str:
    texts = [one.text for one in content if isinstance(one, TextContent)]
    return plain_copy("\n\n".join(text for text in texts if text))


def _files(content: Sequence[Content]) -> tuple[str, ...]:
    names: list[str] = []
    for one in content:
        if isinstance(one, AttachmentContent):
            names.append(_line(one.name))
        elif isinstance(one, MediaContent):
            names.append(_line(one.mime_type or one.type or "file"))
    return tuple(names)


def _line(text: str) -> str:
    return " ".join(plain_copy(text).split())


# --- Markdown: what a person wrote is none in Castor, and stands in a fence -----------------------


def _heading(title: str) -> str:
    return f"# {_escaped(_line(title))}\n\n"


def _section(said: Said) -> str:
    parts = [f"## {_escaped(_line(said.who))}, {_when(said)}"]
    parts += [f"Attached: {_escaped(name)}" for name in said.files]
    if said.text:
        parts.append(_fenced(said.text) if said.is_input else said.text.rstrip("\n"))
    return "\n\n".join(parts) + "\n\n"


def _when(said: Said) -> str:
    return f"{said.when}, {said.outcome}" if said.outcome else said.when


def _fenced(text: str) -> str:
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


# --- a web page -----------------------------------------------------------------------------------


def _title_of_page(title: str) -> str:
    return f'<h1 dir="auto">{html.escape(_line(title))}</h1>\n'


def _part_of_page(said: Said) -> str:
    who = html.escape(f"{_line(said.who)}, {_when(said)}")
    files = "".join(f"<p>Attached: {html.escape(name)}</p>\n" for name in said.files)
    return f'<h2>{who}</h2>\n{files}<pre dir="auto">{html.escape(said.text)}</pre>\n'


# --- a table --------------------------------------------------------------------------------------


def _row(said: Said) -> str:
    values = (said.title, said.when, said.who, said.outcome, said.text, "; ".join(said.files))
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([_cell(value) for value in values])
    return out.getvalue()


def _cell(value: str) -> str:
    """A value that no spreadsheet takes for a formula."""
    value = plain_copy(value)
    return f"'{value}" if value.lstrip().startswith(_FORMULA) else value


# --- all of them ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A way to write conversations, piece by piece: they may be larger than memory.

    `title` writes the beginning of a conversation, `turn` what one side said in it.
    """

    title: Callable[[str], str]
    turn: Callable[[Said], str]
    begin: str = ""
    end: str = ""


FORMS: Final[dict[str, Form]] = {
    "markdown": Form(_heading, _section),
    "html": Form(_title_of_page, _part_of_page, _HEAD, "</body></html>\n"),
    # Without the mark in front Excel takes it for Latin-1.
    "csv": Form(lambda _title: "", _row, "\ufeff" + ",".join(_COLUMNS) + "\r\n"),
}
"""By the name that the command line has for them."""
