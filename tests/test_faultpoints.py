"""Fault points: where they stand, that they do what they say, and that nobody pays for them."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app import faultpoints
from desktop_app.faultpoints import EXIT_CODE, POINTS, VARIABLE, BadFaultPoint, arm

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "desktop_app"


class Places(ast.NodeVisitor):
    """Finds every call of `faultpoints.reach` and the function that it stands in."""

    def __init__(self, module: str) -> None:
        self.found: list[tuple[str, str]] = []
        self._module = module
        self._names: list[str] = []

    def visit_Call(self, node: ast.Call) -> None:
        if ast.unparse(node.func).endswith("faultpoints.reach"):
            (name,) = node.args
            assert isinstance(name, ast.Constant), "a place is named by a literal"
            self.found.append((str(name.value), f"{self._module}:{'.'.join(self._names)}"))
        self.generic_visit(node)

    def _enter(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._names.append(node.name)
        self.generic_visit(node)
        self._names.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._enter(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._enter(node)


def run(code: str, wanted: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from desktop_app import faultpoints\n{code}"],
        env={**os.environ, VARIABLE: wanted},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_point_stands_once_where_the_list_says() -> None:
    found: list[tuple[str, str]] = []
    for file in PACKAGE.rglob("*.py"):
        module = ".".join(file.relative_to(PACKAGE).with_suffix("").parts)
        places = Places(module)
        places.visit(ast.parse(file.read_text("utf-8")))
        found += places.found
    assert sorted(found) == sorted(POINTS.items())


def test_nothing_happens_where_nothing_was_asked_for() -> None:
    for point in POINTS:
        faultpoints.reach(point)
    assert not isinstance(faultpoints.reach, faultpoints._Armed)


def test_a_frozen_program_never_looks() -> None:
    armed = arm({VARIABLE: "answer.event:1:raise-ENOSPC"}, frozen=False)
    with pytest.raises(OSError, match="space"):
        armed("answer.event")
    arm({VARIABLE: "answer.event:1:raise-ENOSPC"}, frozen=True)("answer.event")
    arm({VARIABLE: "no such point"}, frozen=True)("answer.event")


def test_a_frozen_process_is_not_armed_by_its_environment() -> None:
    code = "faultpoints.reach('answer.event'); print('alive')"
    frozen = f"import importlib, sys; sys.frozen = True; importlib.reload(faultpoints); {code}"
    assert run(code, "answer.event:1").returncode == -signal.SIGKILL
    done = run(frozen, "answer.event:1")
    assert (done.returncode, done.stdout) == (0, "alive\n")


def test_only_the_named_passing_counts() -> None:
    code = (
        "for number in range(5):\n"
        "    faultpoints.reach('answer.saving')\n"
        "    faultpoints.reach('answer.event')\n"
        "    print(number, flush=True)"
    )
    done = run(code, "answer.event:3:kill")
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "0\n1\n")


def test_a_point_may_end_the_process_at_once() -> None:
    done = run("faultpoints.reach('end.closed'); print('alive')", "end.closed:1:exit")
    assert (done.returncode, done.stdout) == (EXIT_CODE, "")


@pytest.mark.parametrize("wanted", ["nothing:1", "end.closed", "end.closed:x", "end.closed:1:burn"])
def test_what_cannot_be_done_is_said_at_the_start(wanted: str) -> None:
    with pytest.raises(BadFaultPoint):
        arm({VARIABLE: wanted}, frozen=False)
