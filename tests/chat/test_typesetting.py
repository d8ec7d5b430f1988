"""Formulas are set in a child that costs the program no time."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from desktop_app.chat.typesetting import FormulaKey, Typeset, Typesetter
from desktop_app.formulas.picture import LONGEST

X2: FormulaKey = ("x^2", True)
UNKNOWN: FormulaKey = (r"\unknowncommand", True)

READY = "import sys\nprint('{}', flush=True)\n"
MUTE = READY + "sys.stdin.read()"
DIES = READY + "sys.stdin.readline()"
RAVES = READY + "sys.stdin.readline()\nprint('raving', flush=True)\nsys.stdin.read()"
SLOW_AT_X = READY + (
    "for line in sys.stdin:\n"
    "    if 'x' in line: sys.stdin.read()\n"
    '    print(\'{"error":"odd"}\', flush=True)\n'
)


@pytest.fixture
def typesetter(qapp: QCoreApplication) -> Iterator[Typesetter]:
    made = Typesetter()
    yield made
    made.close()


def with_child(program: str, time_limit: float = 10.0) -> Typesetter:
    return Typesetter([sys.executable, "-c", program], time_limit)


def answers(qtbot: QtBot, typesetter: Typesetter, *keys: FormulaKey) -> list[Typeset]:
    """Ask for formulas and wait for what becomes of them."""
    found: list[Typeset] = []
    typesetter.typeset.connect(found.append)
    for key in keys:
        typesetter.ask(key)
    qtbot.waitUntil(lambda: len(found) == len(keys), timeout=30_000)
    typesetter.typeset.disconnect(found.append)
    return found


def test_a_formula_comes_back_as_a_picture_with_its_outlines(
    typesetter: Typesetter, qtbot: QtBot
) -> None:
    (answer,) = answers(qtbot, typesetter, X2)
    assert answer.key == X2
    assert answer.picture is not None
    assert {glyph.outline for glyph in answer.picture.glyphs} == answer.outlines.keys()


def test_there_is_no_child_before_the_first_formula(typesetter: Typesetter, qtbot: QtBot) -> None:
    assert not typesetter.is_running
    answers(qtbot, typesetter, X2)
    assert typesetter.is_running


def test_what_cannot_be_set_has_no_picture_and_the_child_goes_on(
    typesetter: Typesetter, qtbot: QtBot
) -> None:
    first, second = answers(qtbot, typesetter, UNKNOWN, X2)
    assert first.picture is None
    assert second.picture is not None


def test_many_are_set_in_the_order_in_which_they_were_asked_for(
    typesetter: Typesetter, qtbot: QtBot
) -> None:
    keys: list[FormulaKey] = [(f"x_{{{number}}}", False) for number in range(30)]
    assert [answer.key for answer in answers(qtbot, typesetter, *keys)] == keys


def test_one_that_is_too_long_is_never_asked_for(typesetter: Typesetter, qtbot: QtBot) -> None:
    (answer,) = answers(qtbot, typesetter, ("x+" * LONGEST, True))
    assert answer.picture is None
    assert not typesetter.is_running


def test_a_child_that_was_killed_is_started_anew(typesetter: Typesetter, qtbot: QtBot) -> None:
    answers(qtbot, typesetter, X2)
    assert typesetter._child is not None
    typesetter._child.kill()
    qtbot.waitUntil(lambda: not typesetter.is_running)
    (answer,) = answers(qtbot, typesetter, X2)
    assert answer.picture is not None
    assert answer.outlines, "a new child tells all outlines again"


def test_one_that_takes_too_long_is_given_up_and_the_next_is_set(qtbot: QtBot) -> None:
    typesetter = with_child(SLOW_AT_X, time_limit=0.3)
    answers(qtbot, typesetter, ("a", True))
    child = typesetter._child
    slow, other = answers(qtbot, typesetter, ("x", True), ("b", True))
    assert (slow.picture, other.picture) == (None, None)
    assert typesetter._child is not None
    assert typesetter._child is not child
    typesetter.close()


@pytest.mark.parametrize("program", [DIES, RAVES, "", "raise SystemExit(3)"])
def test_a_child_that_is_broken_is_started_anew_once_and_no_more(
    qtbot: QtBot, program: str
) -> None:
    typesetter = with_child(program)
    keys: list[FormulaKey] = [(name, True) for name in "abcd"]
    found = answers(qtbot, typesetter, *keys)
    assert [answer.picture for answer in found] == [None] * 4
    assert not typesetter.is_running


def test_a_child_that_cannot_be_started_is_no_failure_of_the_program(
    qtbot: QtBot, tmp_path: Path
) -> None:
    typesetter = Typesetter([str(tmp_path / "nothing")])
    found = answers(qtbot, typesetter, X2, UNKNOWN)
    assert [answer.picture for answer in found] == [None, None]


def test_a_child_with_nothing_to_do_is_ended(qtbot: QtBot) -> None:
    typesetter = Typesetter(idle=0.05)
    answers(qtbot, typesetter, X2)
    qtbot.waitUntil(lambda: not typesetter.is_running)
    (answer,) = answers(qtbot, typesetter, X2)
    assert answer.picture is not None
    typesetter.close()


def test_closing_ends_the_child_in_the_middle_of_a_formula(qtbot: QtBot) -> None:
    typesetter = with_child(MUTE)
    said: list[Typeset] = []
    typesetter.typeset.connect(said.append)
    typesetter.ask(X2)
    qtbot.waitUntil(lambda: typesetter._ready)
    assert typesetter._child is not None
    process = Path(f"/proc/{typesetter._child.processId()}")
    assert process.exists()
    typesetter.close()
    assert not process.exists()
    qtbot.wait(10)
    assert not said


def test_the_child_sees_no_key(
    monkeypatch: pytest.MonkeyPatch, typesetter: Typesetter, qtbot: QtBot
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "canary-key-0123456789")
    answers(qtbot, typesetter, X2)
    assert typesetter._child is not None
    environment = Path(f"/proc/{typesetter._child.processId()}/environ").read_bytes()
    assert b"canary" not in environment


def test_the_log_has_nothing_of_a_formula(
    typesetter: Typesetter, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    answers(qtbot, typesetter, (r"\secretcommand{canary}", True))
    assert "canary" not in caplog.text
    assert "secretcommand" not in caplog.text
