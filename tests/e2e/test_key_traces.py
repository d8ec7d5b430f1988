"""After all that a person does, the key is nowhere but in the keyring, and there encrypted."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.process import DemoProcess, demo_process
from tests.e2e.desktop import PATIENCE, Desktop, wait_for
from tests.e2e.program import ROOT, TITLE, Castor
from tests.e2e.reader import Reader, screen_reader
from tests.e2e.search import family, forms, holders, shows
from tests.pictures import encoded, picture
from tests.secretservice import Session, bus_session

KEY = "canary-key+of/a=person&0123456789"
WRONG_KEY = "demo-bad-canary+of/a=person&0123456789"
KEYS = (KEY, WRONG_KEY)
QUESTION = "What is in this picture?"


@pytest.fixture(scope="module")
def reader(desktop: Desktop) -> Iterator[Reader]:
    with screen_reader(desktop) as made:
        yield made


@pytest.fixture
def session() -> Iterator[Session]:
    with bus_session() as made:
        made.start_unlocked()
        yield made


@pytest.fixture
def program(desktop: Desktop, reader: Reader, session: Session) -> Iterator[Castor]:
    made = Castor(desktop, session.home / "profile")
    made.variables = {**session.variables, **reader.variables, "DISPLAY": desktop.display}
    yield made
    made.kill()


def clipboards(castor: Castor) -> bytes:
    """What can be pasted now, by keys or with the middle button."""
    found: list[bytes] = []
    for name in ("clipboard", "primary"):
        done = subprocess.run(
            ["xclip", "-selection", name, "-o"],
            env=castor.desktop.environment,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        found.append(done.stdout)
    return b"\n".join(found)


def check_running(castor: Castor, *, children: int) -> None:
    """Castor and at least this many children show the key to nobody who lists processes."""
    assert castor.process is not None
    members = family(castor.process.pid)
    assert len(members) > children, members
    for pid, data in members.items():
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"Max core file size +0 +0 ", limits), "no core dump of it is written"
        assert b"XDG_DATA_HOME=" in data, "this is what is looked at"
        assert not any(shows(data, key) for key in KEYS)
    assert not any(shows(clipboards(castor), key) for key in KEYS)


def exported(castor: Castor) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "desktop_app", "export", "--profile", str(castor.profile)],
        cwd=ROOT,
        env={**os.environ, **castor.variables},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout + done.stderr


def copy_details(castor: Castor, reader: Reader, words: bytes) -> bytes:
    """Press the button, and wait until the clipboard has these words among others."""
    reader.click("Copy details")
    wait_for(lambda: words in clipboards(castor), "the details in the clipboard")
    details = clipboards(castor)
    assert not any(shows(details, key) for key in KEYS)
    return details


def first_run(castor: Castor, reader: Reader, slow_demo: DemoProcess, photo: Path) -> None:
    """A wrong key, a good one, a picture, an answer; then the server is gone."""
    desktop = castor.desktop
    castor.start()
    reader.wait("Connect")
    desktop.type(WRONG_KEY)
    desktop.press("Return")
    wait_for(lambda: "did not accept the API key" in reader.words(), "the refusal")
    check_running(castor, children=0)
    desktop.press("ctrl+a")
    desktop.press("ctrl+c")  # a field for a key gives nothing to the clipboard
    desktop.type(KEY)
    desktop.press("Return")
    wait_for(lambda: "The key is kept in" in reader.words(), "the keyring to have it")
    check_running(castor, children=0)
    desktop.clipboard("image/png", photo)
    desktop.press("ctrl+l")
    desktop.press("ctrl+v")
    wait_for(lambda: castor.draft_attachments, "the picture to be attached")
    desktop.type(QUESTION)
    desktop.press("Return")
    castor.wait_answers(1)
    check_running(castor, children=1)  # what decodes pictures


def fail_and_copy(castor: Castor, reader: Reader) -> None:
    """Ask a server that has gone, and copy what the card says of it."""
    desktop = castor.desktop
    desktop.press("ctrl+l")
    desktop.type("Are you there?")
    desktop.press("Return")
    castor.wait_turns(lambda turns: turns[-1]["outcome"] == "failed", "the failure")
    reader.click("Details")
    copy_details(castor, reader, b"could not be reached")


def test_after_a_whole_session_the_key_is_found_nowhere(
    program: Castor, reader: Reader, session: Session, tmp_path: Path
) -> None:
    castor, desktop = program, program.desktop
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture(640, 480)))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    castor.variables |= {"TMPDIR": str(temporary), "CASTOR_LOG": "DEBUG"}
    with demo_process("--port", "0", "--tokens-per-second", "200", "--seed", "1") as demo:
        castor.arguments = ("--base-url", demo.url)
        first_run(castor, reader, demo, photo)
    fail_and_copy(castor, reader)
    castor.quit()
    assert session.kept(demo.url) == KEY

    castor.module = "tests.e2e.crashing"
    castor.start()
    reader.wait("Something in Castor went wrong. Your conversations are saved.")
    report = copy_details(castor, reader, b"builtins.RuntimeError")
    assert b"crashing.py" in report
    check_running(castor, children=0)
    desktop.focus(desktop.window(TITLE))
    castor.quit()

    export = exported(castor)
    assert QUESTION.encode() in export
    assert not any(shows(export, key) for key in KEYS)
    log = (castor.profile / "log" / "castor.log").read_text()
    assert " DEBUG httpcore" in log, "the log is as talkative as it can be"
    assert "a bug: builtins.RuntimeError" in log
    assert holders(castor.profile, QUESTION), "this finds what is there"
    for folder in (session.folder, tmp_path):
        for key in KEYS:
            assert holders(folder, key) == []


def test_a_key_of_the_environment_is_not_handed_on_to_other_processes(
    program: Castor, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture(640, 480)))
    program.variables["GEMINI_API_KEY"] = KEY
    program.arguments = ("--demo",)
    program.start()
    program.desktop.clipboard("image/png", photo)
    program.desktop.press("ctrl+v")
    wait_for(lambda: program.draft_attachments, "the picture to be attached")
    assert program.process is not None
    members = family(program.process.pid)
    assert shows(members.pop(program.process.pid), KEY), "it was told it"
    assert len(members) == 2, "the demo, and what decodes pictures"
    for data in members.values():
        assert b"XDG_DATA_HOME=" in data, "this is what is looked at"
        assert not shows(data, KEY)
    program.quit()


@pytest.mark.parametrize("form", forms(KEY))
def test_each_way_to_write_a_key_would_be_found(form: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"something before " + form + b" and after")
    assert holders(tmp_path, KEY) == [tmp_path / "file"]
    (tmp_path / "file").unlink()
    assert holders(tmp_path, KEY) == []


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "ключ:"])
def test_a_key_inside_base64_would_be_found(before: str) -> None:
    coded = base64.b64encode(f"{before}{KEY} and more".encode())
    assert shows(coded, KEY)
    assert shows(coded.replace(b"+", b"-").replace(b"/", b"_"), KEY)
