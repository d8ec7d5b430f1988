"""The child that sets formulas reads nothing but what it is told, and ends with its input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import desktop_app
from desktop_app.children import own_command
from desktop_app.formulas.worker import ARGUMENT
from tests.formulas.corpus import FORMULAS

HOSTILE = [
    r"\input{/etc/passwd}",
    r"\include{/etc/passwd}\openin5=/etc/passwd",
    r"\href{file:///etc/passwd}{x}",
    r"\href{http://example.com/}{x}\url{http://example.com/}",
    r"\includegraphics{/etc/hostname}",
    r"\write18{touch /tmp/castor-was-here}",
    r"\unicode{x41}\unicode{xffffffff}",
    r"\rule{1e9em}{1e9em}",
    r"\def\a{\a\a}\a",
    r"\newcommand{\a}{\b}\newcommand{\b}{\a}\a",
    r"&lt;!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]> &y;",
    r"\text{<!ENTITY y SYSTEM 'file:///etc/passwd'> &y;}",
    r"\style{color:red;background:url(http://example.com)}{x}",
    r"\class{a b c}{x}\cssId{a}{x}\require{html}",
    "{" * 4000,
    r"\frac" * 1000,
    r"\sqrt{" * 300 + "x" + "}" * 300,
    "x^{" * 200 + "x" + "}" * 200,
    r"\left(" * 300 + "x" + r"\right)" * 300,
    r"\begin{matrix}" + "&" * 3000 + r"\end{matrix}",
    "\0\x07\x1b[31m\u202e\u2066\ud800x",
    "\U0001d4d0\U0001f680" * 100,
    "%" * 5000,
    "$" * 500,
]

WATCHED = """
import sys
from desktop_app.formulas.setting import Setter
from desktop_app.formulas.worker import answer
setter = Setter()
answer(setter, "x", display=True)
seen = []
kinds = ("open", "socket", "subprocess", "os.", "shutil", "urllib")
sys.addaudithook(lambda event, args: seen.append((event, args)) if event.startswith(kinds) else 0)
import json
for source in json.loads(sys.stdin.read()):
    for display in (True, False):
        answer(setter, source, display=display)
print(seen)
"""


def ask(*lines: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [*own_command(), ARGUMENT],
        check=True,
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        encoding="utf-8",
        cwd=Path(desktop_app.__file__).parents[1],
        timeout=120,
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def question(source: str) -> str:
    return json.dumps({"source": source, "display": True})


def test_it_says_that_it_is_ready_answers_and_ends_with_its_input() -> None:
    ready, first, second, third = ask(question("x"), question(r"\nonsense"), question("x"))
    assert ready == {}
    assert first.keys() == {"picture", "outlines"}
    assert first["outlines"]
    assert second.keys() == {"error"}
    assert third == {"picture": first["picture"], "outlines": {}}


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS keeps no limit of memory")
def test_a_formula_that_takes_all_memory_ends_at_most_its_own_answer() -> None:
    bomb = r"\newcommand{\z}{}" + "".join(
        rf"\newcommand{{\{name}}}{{{(chr(92) + before) * 10}}}"
        for before, name in zip("zabcdefgh", "abcdefghi", strict=True)
    )
    answers = ask(question(f"{bomb} y"), question("x"))
    assert answers[-1].keys() == {"picture", "outlines"}


def test_whatever_a_formula_says_nothing_is_opened_and_nothing_is_run() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WATCHED],
        check=True,
        input=json.dumps([*HOSTILE, *FORMULAS]),
        capture_output=True,
        encoding="utf-8",
        cwd=Path(desktop_app.__file__).parents[1],
        timeout=300,
    )
    assert done.stdout.strip() == "[]"
    assert not Path("/tmp/castor-was-here").exists()
