"""The log: what it never holds, whoever writes it, and its end."""

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.logfile import open_log
from desktop_app.secret import Secret
from tests.e2e.search import forms, shows

KEY = "canary-key+of/a=person&0123456789"

PROGRAM = """
import logging, pathlib, sys
from desktop_app.logfile import close_log, open_log
handler = open_log(pathlib.Path(sys.argv[1]), lambda: None)
logging.warning("while it is open")
close_log(handler)
logging.warning("too late")
"""


def test_what_is_logged_after_the_end_is_not_written_to_the_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert "while it is open" in (tmp_path / "castor.log").read_text()
    assert "too late" not in (tmp_path / "castor.log").read_text()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log, as talkative as it can be."""
    monkeypatch.setenv("CASTOR_LOG", "DEBUG")
    names = ("", "httpx", "httpcore")
    levels = {name: logging.getLogger(name).level for name in names}
    handler = open_log(tmp_path, lambda: Secret(KEY), lambda: Secret("pw"))
    yield tmp_path / "castor.log"
    logging.getLogger().removeHandler(handler)
    handler.close()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


LIBRARIES = ["httpx", "httpcore.http11", "h11", "asyncio", "qasync", "keyring", "desktop_app.x"]


@pytest.mark.parametrize(
    "form", sorted(one for one in forms(KEY) if one.isascii() and b"\0" not in one)
)
def test_the_key_is_taken_out_however_it_is_written(log: Path, form: bytes) -> None:
    for name in LIBRARIES:
        logging.getLogger(name).debug("before %s and after", form.decode())
    text = log.read_bytes()
    assert text.count(b" and after") == len(LIBRARIES)
    assert form not in text


def test_the_key_is_taken_out_of_errors_arguments_and_stacks(log: Path) -> None:
    root = logging.getLogger("httpx")
    try:
        int(f"bad header {KEY}")
    except ValueError:
        root.exception("it failed: %r", {"x-goog-api-key": KEY}, stack_info=True)
    root.debug("%s", [b"x-goog-api-key", KEY.encode()])
    root.debug("%(key)s", {"key": KEY})
    root.debug(f"too few: %s %s {KEY}", "one")
    root.debug(RuntimeError(KEY))
    text = log.read_bytes()
    assert b"bad header ***" in text
    assert b"does not fit" in text
    assert not shows(text, KEY)


def test_a_key_that_nobody_has_told_is_known_by_its_place(log: Path) -> None:
    other = "another-secret-0123456789"
    for text in (
        f"GET /v1?key={other}&x=1",
        f"x-goog-api-key: {other}",
        f"{{'authorization': 'Bearer {other}'}}",
        f"proxy http://user:{other}@proxy.example:3128",
        f"AIza{other}",
    ):
        logging.getLogger("httpcore").debug(text)
    assert other not in log.read_text()


def test_what_qt_says_goes_through_the_same_log(log: Path, qapp: QApplication) -> None:
    from PySide6.QtCore import qInstallMessageHandler, qWarning

    from desktop_app import app
    from desktop_app.chat.notices import NoticeBoard

    async def main() -> None:
        app.catch_bugs(NoticeBoard())

    hooks = sys.excepthook, threading.excepthook
    try:
        asyncio.run(main())
        qWarning(f"QNetwork: {KEY}")
    finally:
        qInstallMessageHandler(None)
        sys.excepthook, threading.excepthook = hooks
    text = log.read_text()
    assert "Qt says: QNetwork: ***" in text
    assert KEY not in text


def test_a_short_password_leaves_the_rest_of_a_line_alone(log: Path) -> None:
    logging.getLogger("x").debug("the word pw is out, and nothing else")
    assert "the word *** is out, and nothing else" in log.read_text()
