"""What every widget owes: a name for who cannot see it, and no markup from anybody's words."""

import ast
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from desktop_app.chat.attaching import Refusal
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.theme import Theme
from tests.conftest import LoopFactory
from tests.pictures import encoded, picture
from tests.scriptserver import script_server
from tests.ui.answering import Tap, refusal
from tests.ui.windows import eventually, main_window, send
from tests.world import World, world

UI = Path(__file__).parents[2] / "desktop_app" / "ui"

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
LABEL = QAccessible.RelationFlag.Label
PARTS_OF_OTHERS = ("qt_spinbox_lineedit", "qt_scrollarea_viewport")


@asynccontextmanager
async def everything(folder: Path, theme: Theme) -> AsyncGenerator[tuple[MainWindow, World]]:
    """The window with all that it can show at once, and every dialog."""
    tap = Tap()
    photo = folder / "photo.png"
    photo.write_bytes(encoded(picture()))
    async with script_server(tap.script) as server, world(folder, server.base_url) as w:
        async with main_window(w, theme) as window:
            session = send(window, "first")
            await eventually(lambda: tap.flows)
            tap.flows[0].say("# An answer\n\n```\ncode\n```\n\n| a |\n|---|\n| b |\n")
            tap.flows[0].end()
            await eventually(lambda: not session.busy)
            tap.refusals.append(refusal("<b>No.</b>", "permission_denied", "403 No"))
            send(window, "second")
            await eventually(lambda: len(session.turns) == 2 and not session.busy)
            w.attachments.attach_files(session.key, [photo], 0)
            await eventually(lambda: session.draft.attachments)
            window.pane.composer.show_refusal(Refusal("<i>x</i>.pdf", "it is a PDF"))
            window._say("A <b>sentence</b>.")
            w.library.trash(session.key)
            w.library.restore(w.library.rows[0] if w.library.rows else session.row)  # type: ignore[arg-type]
            window.open_settings()
            window._dialogs.open_key("words")
            window._dialogs.open_link("https://example.com/", "example.com")
            window._open_shortcuts()
            window._dialogs.open_trash()
            yield window, w


async def test_every_widget_that_takes_input_has_a_name(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with everything(tmp_path, theme) as (window, _w):
        nameless: list[str] = []
        checked = 0
        for widget in window.findChildren(QWidget):
            takes_focus = widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            if isinstance(widget, QScrollBar) or widget.objectName() in PARTS_OF_OTHERS:
                continue
            if not isinstance(widget, INTERACTIVE) or not takes_focus:
                continue
            checked += 1
            interface = QAccessible.queryAccessibleInterface(widget)
            name = widget.accessibleName()
            if not name.strip():
                nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
            elif isinstance(widget, QComboBox):  # on Linux its label alone names it
                labels = [other for other, flag in interface.relations() if flag & LABEL]
                assert [one.text(QAccessible.Text.Name) for one in labels] != [], name
            else:
                assert interface.text(QAccessible.Text.Name) == name
        assert nameless == []
        assert checked > 40


async def test_every_window_has_a_title(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with everything(tmp_path, theme) as (window, _w):
        windows = [one for one in window.findChildren(QWidget) if one.isWindow()]
        titled = [one.windowTitle() for one in windows if one.isVisible()]
        assert len(titled) == 5
        assert all(titled)


async def test_no_label_guesses_whether_its_words_are_markup(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with everything(tmp_path, theme) as (window, _w):
        labels = window.findChildren(QLabel)
        assert len(labels) > 40
        guessing = [one.text() for one in labels if one.textFormat() != Qt.TextFormat.PlainText]
        assert guessing == []


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


@pytest.mark.parametrize("file", sorted(UI.rglob("*.py")), ids=lambda file: file.stem)
def test_no_label_or_tooltip_in_the_code_takes_words_as_they_come(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    names = [called(call) for call in calls(tree)]
    made = names.count("QLabel")
    assert names.count("setTextFormat") >= made, "a QLabel without a format guesses"
    for call in calls(tree):
        if called(call) != "setToolTip":
            continue
        (words,) = call.args
        texts = [words.body, words.orelse] if isinstance(words, ast.IfExp) else [words]
        for text in texts:
            ours = isinstance(text, ast.Constant)
            safe = isinstance(text, ast.Call) and called(text) in ("plain_tooltip", "_tooltip")
            assert ours or safe, f"{file.name}:{call.lineno}"


def test_no_dialog_is_modal() -> None:
    for file in UI.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        found = {called(call) for call in calls(tree)}
        allowed = {"exec"} if "QDrag" in found else set[str]()  # Qt has no other way to drag
        assert not {"exec", "exec_", "setModal"} & found - allowed, file
