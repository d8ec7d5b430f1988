"""A key that sings: after all that a person does, it is looked for everywhere.

    python -m tests.faults canary                    a session of Castor on a screen and a keyring
    python -m tests.faults canary --frozen DIR       the same of a frozen Castor in DIR
    python -m tests.faults canary --suite [ARG ...]  the tests, with it as their key; pytest's words

A session enters a wrong key and a good one, asks with a picture and a sound that is uploaded,
looks at the settings, prints and exports, fails, copies details, and crashes twice. The key is
looked for as it is, as base64 anywhere in a longer text, in addresses, as UTF-16 and as hex: in
every file below HOME and the folders for the profile and for temporary files, in the log at DEBUG,
the exports, the clipboards, the words on screen, and what anybody may read of the processes.
The search is shown to find each form, and is as good as nothing if it does not.
"""

import argparse
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.demo.process import demo_process
from tests.documents import wav
from tests.e2e.desktop import PATIENCE, own_desktop, wait_for
from tests.e2e.program import ROOT, TITLE, Castor
from tests.e2e.reader import Reader, screen_reader
from tests.e2e.search import family, forms, holders, shows
from tests.pictures import encoded, picture
from tests.secretservice import Session, bus_session

KEY = "canary-key+of/a=person&0123456789"
WRONG_KEY = "demo-bad-canary+of/a=person&0123456789"
KEYS = (KEY, WRONG_KEY)
QUESTION = "What is in this picture?"
FORMS = ("json", "markdown", "html", "csv")


class Canary:
    """One Castor in one session, and what was looked through so far."""

    def __init__(self, castor: Castor, reader: Reader, session: Session, folder: Path) -> None:
        self.castor = castor
        self.reader = reader
        self.session = session
        self.folder = folder
        self.looked = Counter[str]()
        self.found: list[str] = []

    @property
    def frozen(self) -> bool:
        return bool(self.castor.program)

    def look(self, place: str, data: bytes) -> bytes:
        """Look for the keys in what was seen at a place."""
        self.looked[place] += 1
        if any(shows(data, key) for key in KEYS):
            self.found.append(place)
        return data

    def look_around(self, children: int) -> None:
        """Look at the screen, the clipboards, and the processes; so many children there are."""
        process = self.castor.process
        assert process is not None
        members = family(process.pid)
        assert len(members) > children, members
        for pid, data in members.items():
            limits = Path(f"/proc/{pid}/limits").read_text()
            assert re.search(r"Max core file size +1 +1 ", limits), "no core dump of it is written"
            assert b"XDG_DATA_HOME=" in data, "this is what is looked at"
            self.look("processes", data)
        self.look("clipboards", self.clipboards())
        self.look("screens", self.reader.words().encode())

    def clipboards(self) -> bytes:
        """What can be pasted now, by keys or with the middle button."""
        found: list[bytes] = []
        for name in ("clipboard", "primary"):
            done = subprocess.run(
                ["xclip", "-selection", name, "-o"],
                env=self.castor.desktop.environment,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
            found.append(done.stdout)
        return b"\n".join(found)

    # --- what a person does -------------------------------------------------------------------

    def first_run(self) -> None:
        """A wrong key, a good one, a picture, an upload, an answer, settings, paper and files."""
        castor, desktop, reader = self.castor, self.castor.desktop, self.reader
        photo, sound = self.folder / "photo.png", self.folder / "sound.wav"
        photo.write_bytes(encoded(picture(640, 480)))
        sound.write_bytes(wav(0.5))
        castor.start()
        reader.wait("Connect")
        desktop.type(WRONG_KEY)
        desktop.press("Return")
        wait_for(lambda: "did not accept the API key" in reader.words(), "the refusal")
        self.look_around(0)
        desktop.press("ctrl+a")
        desktop.press("ctrl+c")  # a field for a key gives nothing to the clipboard
        desktop.type(KEY)
        desktop.press("Return")
        wait_for(lambda: "The key is kept in" in reader.words(), "the keyring to have it")
        self.look_around(0)
        self.bring(sound)
        desktop.clipboard("image/png", photo)
        desktop.press("ctrl+l")
        desktop.press("ctrl+v")
        wait_for(lambda: len(castor.draft_attachments) == 2, "sound and picture to be attached")
        desktop.type(QUESTION)
        desktop.press("Return")
        castor.wait_answers(1)
        self.look_around(1)  # what decodes pictures
        self.look_at_settings()
        self.write("ctrl+shift+p", "Save as PDF", self.folder / "paper.pdf")
        self.write("ctrl+shift+e", "Export the conversation", self.folder / "page.html")

    def bring(self, file: Path) -> None:
        """Start Castor once more with a file: the one that runs takes it."""
        done = subprocess.run(
            [*self.castor.command, "--profile", str(self.castor.profile), str(file)],
            cwd=ROOT,
            env=self.castor.environment,
            check=False,
        )
        assert done.returncode == 0
        wait_for(lambda: self.castor.draft_attachments, "the file to be attached")

    def look_at_settings(self) -> None:
        """Where the key lies is said, and not what it is."""
        desktop = self.castor.desktop
        desktop.press("ctrl+comma")
        self.reader.click("Privacy and storage", "radio button")
        wait_for(lambda: "for this server only" in self.reader.words(), "where the key is kept")
        self.look_around(1)
        desktop.close(desktop.window("Settings – Castor"))
        desktop.gone("Settings – Castor")
        desktop.focus(desktop.window(TITLE))

    def write(self, key: str, title: str, file: Path) -> None:
        """Write the conversation into a file, by the dialog that a key opens."""
        desktop = self.castor.desktop
        desktop.press(key)
        desktop.focus(desktop.window(title))
        desktop.press("ctrl+a")
        desktop.type(str(file))
        desktop.press("Return")
        wait_for(file.exists, f"{file.name} to be written")
        desktop.gone(title)
        desktop.focus(desktop.window(TITLE))

    def fail(self) -> None:
        """Ask a server that fails and says the question again, and copy what the card says."""
        desktop = self.castor.desktop
        desktop.press("ctrl+l")
        desktop.type("Are you there?")
        desktop.press("Return")
        self.castor.wait_turns(lambda turns: turns[-1]["outcome"] == "failed", "the failure")
        self.reader.click("Details")
        details = self.copy_details(b"api_error")
        assert b"Are you there" not in details, "no text of the person's is in it"

    def copy_details(self, words: bytes) -> bytes:
        """Press the button, and wait until the clipboard has these words among others."""
        self.reader.click("Copy details")
        wait_for(lambda: words in self.clipboards(), "the details in the clipboard")
        return self.look("details", self.clipboards())

    def crash(self) -> None:
        """Start a Castor with a bug that has the key in its hands, and copy the report."""
        castor, desktop = self.castor, self.castor.desktop
        castor.module = "tests.e2e.crashing"
        castor.start()
        self.reader.wait("Something in Castor went wrong. Your conversations are saved.")
        report = self.copy_details(b"builtins.RuntimeError")
        assert b"crashing.py" in report
        assert QUESTION.encode() not in report
        self.look_around(0)
        desktop.focus(desktop.window(TITLE))
        castor.quit()
        castor.module = "desktop_app"
        log = (castor.profile / "log" / "castor.log").read_text()
        assert "a bug: builtins.RuntimeError" in log

    def die(self) -> None:
        """End it as a fault of its memory does, with the key in it."""
        self.castor.start()
        self.reader.wait("Message")
        assert self.castor.process is not None
        self.castor.process.send_signal(signal.SIGSEGV)
        assert self.castor.process.wait(PATIENCE) == -signal.SIGSEGV
        self.castor.process = None
        places = (ROOT, self.folder, self.session.folder)
        assert not [core for place in places for core in place.glob("core*") if core.is_file()]

    def export(self) -> None:
        """Write the history in every form there is."""
        for form in FORMS:
            words = ("export", "--profile", str(self.castor.profile), "--format", form)
            done = subprocess.run(
                [*self.castor.command, *words],
                cwd=ROOT,
                env=self.castor.environment,
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr.decode()
            assert QUESTION.encode() in done.stdout.replace(b"\\", b"")
            self.look("exports", done.stdout + done.stderr)

    # --- the search ---------------------------------------------------------------------------

    def search(self) -> dict[str, object]:
        """Look through all files that were left, and say what was looked at and found."""
        log = (self.castor.profile / "log" / "castor.log").read_text()
        assert " DEBUG httpcore" in log, "the log is as talkative as it can be"
        assert holders(self.castor.profile, QUESTION), "this finds what is there"
        folders = (self.session.folder, self.folder)
        for folder in folders:
            for key in KEYS:
                self.found += [str(one) for one in holders(folder, key)]
        files = [one for folder in folders for one in folder.rglob("*") if one.is_file()]
        planted, noticed = plant(self.folder / "planted")
        return {
            "found": self.found,
            "files": len(files),
            "bytes": sum(one.stat().st_size for one in files),
            "looked": dict(self.looked),
            "forms": len(forms(KEY)),
            "planted": planted,
            "planted_found": noticed,
        }


def plant(folder: Path) -> tuple[int, int]:
    """Write each form of a key into a file of its own: how many were written, and were found."""
    folder.mkdir()
    for number, form in enumerate(forms(KEY)):
        (folder / f"{number}").write_bytes(b"before \x00" + form + b"\xff after")
    (folder / "none").write_bytes(gzip.compress(b"nothing"))
    written = len(forms(KEY))
    noticed = len(holders(folder, KEY))
    for one in folder.iterdir():
        one.unlink()
    folder.rmdir()
    return written, noticed


class _Failing(BaseHTTPRequestHandler):
    """Refuses everything, in the words of who asks."""

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        message = f"It broke: {asked.decode('utf-8', 'replace')}"
        body = json.dumps({"error": {"code": "api_error", "message": message}}).encode()
        self.send_response(500)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def failing_server(url: str) -> Generator[None]:
    """Serve nothing but failures where another server has gone."""
    port = urlsplit(url).port
    assert port is not None
    server = ThreadingHTTPServer(("127.0.0.1", port), _Failing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def one_session(
    castor: Castor, reader: Reader, session: Session, folder: Path
) -> dict[str, object]:
    """Do all that a person does, then search."""
    canary = Canary(castor, reader, session, folder)
    temporary = folder / "temporary"
    temporary.mkdir()
    castor.variables |= {"TMPDIR": str(temporary), "CASTOR_LOG": "DEBUG"}
    with demo_process("--port", "0", "--tokens-per-second", "200", "--seed", "1") as demo:
        castor.arguments = ("--base-url", demo.url)
        canary.first_run()
    with failing_server(demo.url):
        canary.fail()
    castor.quit()
    assert session.kept(demo.url) == KEY
    if not canary.frozen:
        canary.crash()
    canary.die()
    canary.export()
    return canary.search()


def run_session(frozen: Path | None) -> dict[str, object]:
    """Bring a screen, a keyring and a reader, and go through a session."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="castor-canary-")))
        (folder / "desktop").mkdir()
        desktop = stack.enter_context(own_desktop(1500, 1000, folder / "desktop"))
        reader = stack.enter_context(screen_reader(desktop))
        session = stack.enter_context(bus_session())
        session.start_unlocked()
        castor = Castor(desktop, session.home / "profile")
        castor.variables = {
            **session.variables,
            **reader.variables,
            "DISPLAY": desktop.display,
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        if frozen is not None:
            castor.program = (str(frozen / "castor"),)
        stack.callback(castor.kill)
        return one_session(castor, reader, session, folder)


def run_suite(arguments: Sequence[str]) -> dict[str, object]:
    """Run the tests with the canary as the key in use and in the environment, then search."""
    with tempfile.TemporaryDirectory(prefix="sing-") as name:
        folder = Path(name)
        for made in ("home", "t"):  # a short name: sockets of tests lie below it
            (folder / made).mkdir(mode=0o700)
        variables = {
            **os.environ,
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "t"),
            "CASTOR_CANARY": KEY,
            "CASTOR_LOG": "DEBUG",
            "GEMINI_API_KEY": KEY,
            "GOOGLE_API_KEY": KEY,
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        with (folder / "said.txt").open("wb") as said:
            done = subprocess.run(
                command, cwd=ROOT, env=variables, stdout=said, stderr=said, check=False
            )
        last = (folder / "said.txt").read_text("utf-8", "replace").strip().splitlines()[-1:]
        files = [one for one in folder.rglob("*") if one.is_file()]
        found = [str(one.relative_to(folder)) for one in holders(folder, KEY)]
        planted, noticed = plant(folder / "planted")
        return {
            "found": found,
            "files": len(files),
            "bytes": sum(one.stat().st_size for one in files if one.exists()),
            "tests": last[0] if last else "",
            "failed": done.returncode != 0,
            "forms": len(forms(KEY)),
            "planted": planted,
            "planted_found": noticed,
        }


def main(words: Sequence[str]) -> int:
    """Let it sing, and print where it was heard."""
    parser = argparse.ArgumentParser(prog="faults canary")
    parser.add_argument("--frozen", type=Path, metavar="DIR", help="a frozen Castor")
    parser.add_argument("--suite", nargs=argparse.REMAINDER, help="the tests; the rest is pytest's")
    options = parser.parse_args(words)
    suite: list[str] | None = options.suite
    report = run_session(options.frozen) if suite is None else run_suite(suite)
    lost = bool(report["found"]) or report["planted"] != report["planted_found"]
    print(json.dumps({"ok": not lost and not report.get("failed"), **report}, indent=1))
    return int(lost or bool(report.get("failed")))
