"""A person who cannot see the window: reads, writes, sends and hears through a screen reader."""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

import pytest

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from tests.demo.process import demo_process
from tests.e2e.desktop import PATIENCE, Desktop, own_desktop
from tests.e2e.program import Castor, input_of, text_of
from tests.pictures import encoded, picture

SYSTEM_PYTHON = "/usr/bin/python3"
LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
BUS = """
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
SCRIPT = Path(__file__).with_name("screen_reader.py")


class Reader:
    """The screen reader, in its own process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert self._answer() == "ready"

    def _answer(self) -> JsonValue:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the screen reader has ended"
        return cast("JsonValue", json.loads(line))

    def _ask(self, *words: str) -> JsonValue:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        assert isinstance(answer, dict)
        assert "missing" not in answer, answer["missing"]
        return answer["is"]

    @contextmanager
    def walking(self, seconds: int) -> Generator[dict[str, int]]:
        """Look at everything, again and again, while the test does something."""
        walked: dict[str, int] = {}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(["walk", seconds]) + "\n")
        self._process.stdin.flush()
        yield walked
        answer = cast("dict[str, dict[str, int]]", self._answer())
        walked.update(answer["is"])

    def read(self, role: str, name: str) -> JsonObject:
        return cast("JsonObject", self._ask("read", role, name))

    def read_all(self, role: str, name: str) -> list[JsonObject]:
        return cast("list[JsonObject]", self._ask("read_all", role, name))

    def write(self, role: str, name: str, text: str) -> None:
        assert self._ask("write", role, name, text) is True

    def press(self, role: str, name: str) -> None:
        assert self._ask("press", role, name) is True

    def focus(self, role: str, name: str) -> None:
        assert self._ask("focus", role, name) is True

    @property
    def focused(self) -> JsonObject:
        return cast("JsonObject", self._ask("focused"))

    def gone(self, role: str, name: str) -> None:
        self._ask("gone", role, name)

    def hear(self, beginning: str) -> str:
        return str(self._ask("hear", beginning))

    @property
    def nameless(self) -> list[JsonObject]:
        return cast("list[JsonObject]", self._ask("nameless"))


@contextmanager
def own_bus(desktop: Desktop, folder: Path) -> Generator[dict[str, str]]:
    """A session bus with the bus of screen readers on it; what a program needs to find them."""
    launcher = next((one for one in LAUNCHERS if Path(one).exists()), None)
    assert launcher, "at-spi2-core is missing; `python3 packaging/dev.py test` installs it"
    environment = {**desktop.environment, "XDG_RUNTIME_DIR": str(folder)}
    line = f'{launcher} --launch-immediately & echo "$DBUS_SESSION_BUS_ADDRESS"; cat; kill $!'
    config = folder / "bus.conf"
    config.write_text(BUS)  # without the services of this computer, such as its keyring
    with (folder / "bus.txt").open("wb") as said:
        bus = subprocess.Popen(
            ["dbus-run-session", "--config-file", str(config), "--", "sh", "-c", line],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        )
    assert bus.stdin is not None
    assert bus.stdout is not None
    try:
        address = bus.stdout.readline().decode().strip()
        yield {"DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": str(folder)}
    finally:
        bus.stdin.close()
        bus.stdout.close()
        bus.wait(PATIENCE)


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Desktop, dict[str, str]]]:
    """A screen and a bus of these tests' own; the paths are short, for sockets lie in them."""
    if sys.platform != "linux":
        pytest.skip("these tests speak AT-SPI")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reader-")))
        desktop = stack.enter_context(own_desktop(1400, 1000, folder))
        yield desktop, stack.enter_context(own_bus(desktop, folder))


@pytest.fixture
def reader(place: tuple[Desktop, dict[str, str]]) -> Iterator[Reader]:
    desktop, variables = place
    process = subprocess.Popen(
        [SYSTEM_PYTHON, str(SCRIPT)],
        env={**{k: v for k, v in desktop.environment.items() if k != "PYTHONPATH"}, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    yield Reader(process)
    process.kill()
    process.communicate(timeout=PATIENCE)


@pytest.fixture
def read_castor(
    place: tuple[Desktop, dict[str, str]], reader: Reader, tmp_path: Path
) -> Iterator[Castor]:
    """The program where the reader is, with the demo as its server; the test starts it."""
    desktop, variables = place
    made = Castor(desktop, tmp_path / "profile", ("--demo",), variables)
    yield made
    made.kill()


def named(things: list[JsonObject], role: str) -> list[str]:
    return [str(one["name"]) for one in things if one["role"] == role]


def test_a_question_is_written_sent_and_its_answer_read_and_heard(
    read_castor: Castor, reader: Reader
) -> None:
    read_castor.start()
    assert reader.focused["name"] == "Message"
    reader.write("text", "Message", "What is 6 times 7?")
    assert reader.read("text", "Message")["text"] == "What is 6 times 7?"
    reader.press("push button", "Send")
    (turn,) = read_castor.wait_answers(1)
    assert input_of(turn) == [{"type": "text", "text": "What is 6 times 7?"}]
    answer = text_of(turn).replace("**", "")
    assert "6 × 7 = 42" in answer
    assert reader.hear("Answer: ") == f"Answer: {answer}"
    shown = reader.read_all("panel", "Conversation")
    assert named(shown, "section") == ["Your message: What is 6 times 7?", f"Answer: {answer}"]
    assert named(shown, "paragraph") == ["What is 6 times 7?", answer]
    assert reader.read("text", "Message")["text"] == ""
    assert reader.read("heading", "What is 6 times 7?")
    read_castor.quit()


def test_turns_are_read_in_their_order_and_their_parts_too(
    read_castor: Castor, reader: Reader
) -> None:
    read_castor.start("--ask", "What is 6 times 7?")
    read_castor.wait_answers(1)
    reader.write("text", "Message", "My name is Ada.")
    reader.press("push button", "Send")
    read_castor.wait_answers(2)
    reader.hear("Answer: ")
    things = reader.read_all("panel", "Conversation")
    said = [str(one["name"]).partition(":")[0].partition(" for ")[0] for one in things]
    turns = ["Your message", "Thought", "Answer", "Copy answer"] * 2
    assert [name for name in said if name.startswith(tuple(turns))] == turns


def test_of_a_long_answer_the_beginning_is_said(read_castor: Castor, reader: Reader) -> None:
    read_castor.start("--ask", "Give me the tour.")
    (turn,) = read_castor.wait_answers(1)
    count = len(text_of(turn).split())
    assert reader.hear("Answer of").startswith(f"Answer of {count} words: I am Castor")
    assert reader.read("push button", "Copy code")["name"] == "Copy code"


def test_headings_code_lists_and_links_of_an_answer_are_read(
    read_castor: Castor, reader: Reader
) -> None:
    read_castor.start("--ask", "Give me the tour.")
    read_castor.wait_answers(1)
    reader.hear("Answer of")
    told = [
        (one["role"], one["name"], one["description"])
        for one in reader.read_all("section", "Answer: …")
    ]
    for thing in (
        ("heading", "A tour of what an answer can hold", "Level 1"),
        ("heading", "Lists", "Level 2"),
        ("link", "link to example.com", "https://example.com/"),
        ("list item", "1. First, a numbered list", ""),
        ("list item", "and one deeper still", "Level 3"),
        ("list item", "Done: read the tour", ""),
        ("block quote", "The sky is the daily bread of the eyes.", ""),
        ("panel", "Code, python", ""),
        ("table", "Table, 4 columns, 4 rows", ""),
        ("table row", "Castor; 1.58; 51; white", ""),
        ("paragraph", "That was the tour.", ""),
    ):
        assert thing in told
    roles = [role for role, _, _ in told]
    assert "separator" in roles
    code = told[told.index(("panel", "Code, python", "")) + 1]
    assert code[0] == "label"
    assert str(code[1]).startswith("from dataclasses import dataclass\n\n\n@dataclass(frozen=True)")
    names = [name for _, name, _ in told]
    assert names.index("Lists") < names.index("Code, python") < names.index("That was the tour.")


def test_the_keyboard_at_a_link_is_told(read_castor: Castor, reader: Reader) -> None:
    read_castor.start("--ask", "Give me the tour.")
    read_castor.wait_answers(1)
    reader.hear("Answer of")
    reader.focus("section", "Answer: …")
    read_castor.desktop.press("Tab", "Tab")
    assert reader.hear("Link: link to") == "Link: link to example.com, https://example.com/"
    assert reader.hear("Link: https://example.org/")


def test_what_has_come_of_an_answer_is_read_on_demand(read_castor: Castor, reader: Reader) -> None:
    read_castor.start("--ask", "Give me the tour.")
    read_castor.wait_answers(1)
    reader.hear("Answer of")
    read_castor.desktop.press("ctrl+shift+r")
    words = reader.hear("I am Castor's offline demo")
    assert "A tour of what an answer can hold" in words
    assert "*" not in words.partition("dataclass")[0]


def test_a_reader_may_look_at_texts_that_come_and_go(read_castor: Castor, reader: Reader) -> None:
    read_castor.start("--ask", "Give me the tour.")
    read_castor.wait_answers(1)
    with reader.walking(12) as walked:
        for question in ("What is 6 times 7?", "Give me the tour."):
            read_castor.desktop.type(question)
            read_castor.desktop.press("Return", "Prior", "Prior", "Next")
            read_castor.desktop.press("ctrl+plus", "ctrl+n", "ctrl+Tab", "ctrl+minus")
            read_castor.desktop.press("ctrl+Tab", "ctrl+Tab", "Prior", "ctrl+Tab", "Next")
    assert walked["rounds"] > 3
    assert walked["seen"] > 100
    reader.press("push button", "New chat")
    assert reader.focused["name"] == "Message"
    read_castor.quit()


def test_thoughts_are_opened_and_read(read_castor: Castor, reader: Reader) -> None:
    read_castor.start("--ask", "Explain recursion, step by step.")
    read_castor.wait_answers(1)
    assert reader.read("push button", "Thought for…")["description"] == "Closed"
    reader.press("push button", "Thought for…")
    assert len(str(reader.read("section", "Thoughts: …")["name"])) > 20
    assert reader.read("push button", "Thought for…")["description"] == "Open"


def test_the_list_of_conversations_is_read_and_walked(read_castor: Castor, reader: Reader) -> None:
    read_castor.start()
    assert reader.read("list", "Conversations")["description"] == "Conversations appear here."
    for question in ("What is 6 times 7?", "What is 5 times 5?"):
        reader.press("push button", "New chat")
        reader.gone("heading", "What is…")
        reader.write("text", "Message", question)
        reader.press("push button", "Send")
        reader.read("heading", question)
        reader.hear("Answer: ")
    reader.read("list item", "What is 5 times 5?…")
    things = reader.read_all("list", "Conversations")
    names = [name.partition(",")[0] for name in named(things, "list item")]
    assert names == ["Today", "What is 5 times 5?", "What is 6 times 7?"]
    assert "selected" in cast("list[str]", things[2]["states"])
    reader.focus("list", "Conversations")
    read_castor.desktop.press("Down", "Return")
    assert reader.read("heading", "What is 6 times 7?")
    assert reader.focused["name"] == "Message"


def test_what_appears_by_itself_is_said(
    read_castor: Castor, reader: Reader, tmp_path: Path
) -> None:
    good, gone = tmp_path / "good.png", tmp_path / "gone.png"
    good.write_bytes(encoded(picture(640, 480)))
    read_castor.start(str(good), str(gone))
    assert reader.hear("good.png is attached")
    refusal = reader.hear("gone.png was not attached")
    assert reader.read("notification", "gone.png…")["name"] == refusal
    reader.read("panel", "Attachment good.png, PNG…")
    reader.read("push button", "Remove good.png")
    reader.write("text", "Message", "What is in this picture?")
    reader.press("push button", "Send")
    assert "640 × 480" in reader.hear("Answer: ")
    shown = reader.read("push button", "Picture good.png, 640 × 480 pixels")
    assert shown["description"] == "Opens the picture in a window of its own"
    read_castor.desktop.press("ctrl+n")
    reader.focus("list", "Conversations")
    read_castor.desktop.press("Down", "Delete")
    words = reader.hear("“What is in this picture?” is in the trash")
    assert reader.read("notification", "“What is…")["name"] == words
    reader.press("push button", "Undo")
    reader.read("heading", "What is in this picture?")


def test_that_a_message_waits_is_said_and_it_goes_out(
    place: tuple[Desktop, dict[str, str]], reader: Reader, tmp_path: Path
) -> None:
    desktop, variables = place
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ("--base-url", f"http://127.0.0.1:{port}")
    pace = ("--tokens-per-second", "200", "--seed", "1", "--port", str(port))
    castor = Castor(desktop, tmp_path / "profile", server, variables)
    try:
        castor.start()
        welcome = reader.read_all("panel", "Welcome to Castor")
        assert named(welcome, "password text") == ["Gemini API key"]
        assert reader.nameless == []
        reader.write("password text", "Gemini API key", "a-key-that-is-long-enough")
        reader.press("push button", "Connect")
        assert reader.hear("Checking the key")
        assert reader.hear("127.0.0.1 could not be reached.")
        with demo_process(*pace):
            reader.press("push button", "Connect")
            reader.write("text", "Message", "My name is Ada.")
            reader.press("push button", "Send")
            reader.hear("Answer: ")
        reader.write("text", "Message", "What is my name?")
        reader.press("push button", "Send")
        assert reader.hear("Waiting for the network")
        reader.read("push button", "Cancel")
        reader.read("push button", "Try now")
        assert reader.nameless == []
        with demo_process(*pace):
            reader.press("push button", "Try now")
            answer = reader.read("section", "Answer: Castor's offline demo again…")
            assert "Ada" in str(answer["name"])
    finally:
        castor.kill()


def test_the_settings_are_reached_and_changed(read_castor: Castor, reader: Reader) -> None:
    read_castor.start()
    assert reader.nameless == []
    reader.press("push button", "Settings")
    reader.read("dialog", "Settings…")
    enter = reader.read("check box", "Enter sends")
    assert "checked" in cast("list[str]", enter["states"])
    assert "breaks the line" in str(enter["description"])
    reader.press("check box", "Enter sends")
    for page in ("General", "Models", "Privacy and storage", "Network", "About"):
        reader.press("radio button", page)
        assert reader.read("panel", page)
        assert reader.nameless == [], page
    reader.press("radio button", "Models")
    model = next(one for one in reader.read_all("panel", "Models") if one["role"] == "combo box")
    assert model["labels"] == ["Model"]
    reader.write("text", "System instruction", "Answer briefly.")
    reader.press("push button", "Close")
    reader.gone("dialog", "Settings…")
    read_castor.quit()
    kept = json.loads((read_castor.profile / "settings.json").read_text())
    assert kept["enter_sends"] is False
    assert kept["system_instruction"] == "Answer briefly."
