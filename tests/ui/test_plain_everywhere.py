"""Words that come from outside are nowhere taken for markup, and one place opens things.

These read the code: what no test has on screen is looked at, too.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "desktop_app"
FILES = sorted(PACKAGE.rglob("*.py"))

RICH = {
    *("QMessageBox", "QErrorMessage", "QInputDialog", "QProgressDialog", "QSystemTrayIcon"),
    *("QTextBrowser", "QTextDocument", "QTextDocumentFragment", "QTextDocumentWriter"),
    *("QStaticText", "QWhatsThis", "QToolTip", "QMovie", "QLabel", "QNetworkAccessManager"),
    *("QWebEngineView", "QWebEnginePage", "QQuickView", "QQuickWidget", "QQmlApplicationEngine"),
    *("setHtml", "setMarkdown", "insertHtml", "appendHtml", "fromHtml", "fromMarkdown"),
    *("setWhatsThis", "setStatusTip", "setOpenExternalLinks", "setOpenLinks", "setInformativeText"),
    *("setDetailedText", "setSource", "setSearchPaths", "addResource", "mightBeRichText"),
}
"""Classes and methods of Qt that take words for markup, that load, or that draw what they load."""

OPENING = {
    *("QDesktopServices", "webbrowser", "startfile", "xdg-open", "gio", "kde-open"),
    *(
        "explorer",
        "rundll32",
        "ShellExecuteW",
        "os.system",
        "os.popen",
        "spawnl",
        "spawnv",
        "execv",
    ),
}
STARTING = {"subprocess", "create_subprocess_exec", "create_subprocess_shell", "QProcess", "Popen"}
LOADING = {"QImageReader", "QSvgRenderer", "QImage.fromData", "QPixmap.load", "QImage.load"}

ALLOWED: dict[str, set[str]] = {
    "ui/plain_label.py": {"QLabel"},  # it sets PlainText: see below
    "ui/badge.py": {"QLabel"},
    "ui/transcript/failure_card.py": {"QLabel"},
    "ui/tooltip.py": {"mightBeRichText"},
    "ui/links.py": {"QDesktopServices"},
    "images/process.py": {"subprocess", "Popen"},
    "chat/demo_server.py": {"subprocess", "create_subprocess_exec"},
    "chat/typesetting.py": {"QProcess"},
    "restarting.py": {"subprocess", "Popen", "execv"},
    "images/decode.py": {"QImageReader"},
    "ui/icons.py": {"QSvgRenderer"},  # these three draw our own files
    "ui/mark.py": {"QSvgRenderer"},
    "self_test.py": {"QSvgRenderer", "QImage.fromData"},
    "demo/pictures.py": {"QImage.fromData"},  # with a format, and in the demo's own process
}


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that code uses, with its line; of a call of two parts also both together."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name):
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                yield node.lineno, name
                yield node.lineno, f"{owner}.{name}"
            case ast.Attribute(attr=name):
                yield node.lineno, name
            case ast.ImportFrom(module=module, names=found):
                yield from ((node.lineno, one.name) for one in found)
                yield node.lineno, str(module).partition(".")[0]
            case ast.Import(names=found):
                yield from ((node.lineno, one.name.partition(".")[0]) for one in found)
            case ast.List(elts=[ast.Constant(value=str(word)), *_]):
                yield node.lineno, word  # the program of a command
            case ast.Tuple(elts=[ast.Constant(value=str(word)), *_]):
                yield node.lineno, word
            case _:
                pass


def problems(source: str, place: str) -> list[str]:
    """What a file uses that it must not use."""
    tree = ast.parse(source)
    forbidden = (RICH | OPENING | STARTING | LOADING) - ALLOWED.get(place, set())
    found = {f"{place}:{line}: {name}" for line, name in names(tree) if name in forbidden}
    return sorted(found | set(_labels(tree, place)) | set(_edits(tree, place)))


def _labels(tree: ast.AST, place: str) -> Iterator[str]:
    """A label must be told that its words are plain, in the class that makes it."""
    for owner in ast.walk(tree):
        if not isinstance(owner, ast.ClassDef):
            continue
        calls = [node for node in ast.walk(owner) if isinstance(node, ast.Call)]
        bases = {base.id for base in owner.bases if isinstance(base, ast.Name)}
        made = ("QLabel" in bases) + sum(_called(call) == "QLabel" for call in calls)
        told = [call for call in calls if _called(call) == "setTextFormat"]
        if made > len(told):
            yield f"{place}:{owner.lineno}: a label that guesses"
        for call in told:
            if ast.unparse(call.args[0]) != "Qt.TextFormat.PlainText":
                yield f"{place}:{call.lineno}: {ast.unparse(call)}"


def _edits(tree: ast.AST, place: str) -> Iterator[str]:
    """A QTextEdit must be told to take plain text."""
    for owner in ast.walk(tree):
        match owner:
            case ast.ClassDef(bases=bases) if any(ast.unparse(b) == "QTextEdit" for b in bases):
                if "self.setAcceptRichText(False)" not in ast.unparse(owner):
                    yield f"{place}:{owner.lineno}: an editor of rich text"
            case ast.Call() if _called(owner) == "QTextEdit":
                yield f"{place}:{owner.lineno}: an editor of rich text"
            case _:
                pass


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_no_code_takes_words_for_markup_or_opens_what_it_likes(file: Path) -> None:
    place = file.relative_to(PACKAGE).as_posix()
    assert problems(file.read_text("utf-8"), place) == []


def test_only_what_is_used_is_allowed() -> None:
    for place, allowed in ALLOWED.items():
        used = {name for _, name in names(ast.parse((PACKAGE / place).read_text("utf-8")))}
        assert allowed <= used, place


@pytest.mark.parametrize(
    "code",
    [
        "from PySide6.QtWidgets import QMessageBox",
        "QtWidgets.QMessageBox.warning(self, 'x', words)",
        "label = QLabel(words)",
        "class A(QLabel):\n    pass",
        (
            "class A(QLabel):\n    def __init__(self):\n"
            "        self.setTextFormat(Qt.TextFormat.RichText)"
        ),
        "class A:\n    def f(self):\n        self.x = QLabel(words)",
        "class A(QTextEdit):\n    pass",
        "edit = QTextEdit()",
        "self.edit.setHtml(words)",
        "QToolTip.showText(at, words)",
        "document = QTextDocument()",
        "import webbrowser",
        "os.startfile(path)",
        "os.system(command)",
        "subprocess.run(['xdg-open', path])",
        "QProcess.startDetached('gio', ['open', path])",
        "command = ('xdg-open', path)",
        "QDesktopServices.openUrl(url)",
        "QImage.fromData(data)",
        "QSvgRenderer(data)",
        "from PySide6.QtNetwork import QNetworkAccessManager",
    ],
)
def test_what_is_forbidden_would_be_found(code: str) -> None:
    assert problems(code, "ui/some.py") != []


@pytest.mark.parametrize(
    "code",
    [
        "plain_label(theme, words, 13, 400, 'text')",
        "self.setToolTip(plain_tooltip(words))",
        "class A(QTextEdit):\n    def __init__(self):\n        self.setAcceptRichText(False)",
        "open_link(link)",
        "for name in ('open', 'close'):\n    pass",
    ],
)
def test_what_is_usual_is_not_found(code: str) -> None:
    assert problems(code, "ui/some.py") == []
