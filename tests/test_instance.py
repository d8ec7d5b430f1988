"""One program for each profile: the lock, the places to meet, what is said there."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app import __version__
from desktop_app.arguments import Arguments
from desktop_app.handover import (
    LARGEST,
    BadLine,
    Greeting,
    Handover,
    LineReader,
    greeting_line,
    handover_line,
    read_greeting,
    read_handover,
    read_receipt,
    receipt_line,
)
from desktop_app.instance import (
    SOCKET_FILE,
    AlreadyRunning,
    NotLockable,
    ProfileLock,
    is_held,
    is_private,
    socket_addresses,
)
from desktop_app.instance_client import (
    TooMuch,
    hand_over,
    handover_of,
)
from desktop_app.instance_server import InstanceServer

SERVER = "https://a.server"


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[ProfileLock]:
    """The lock of a running program; the second one in this process, as in any other."""
    made = ProfileLock(tmp_path)
    made.take()
    yield made
    made.release()


@pytest.fixture
def server(qapp: QApplication, tmp_path: Path, lock: ProfileLock) -> Iterator[InstanceServer]:
    made = InstanceServer(tmp_path, lambda: SERVER)
    assert made.open()
    yield made
    made.close()
    made.deleteLater()


class SecondStart:
    """Hands over as the program does, in a process of its own; `said` is what came of that."""

    def __init__(
        self, profile: Path, arguments: Arguments, base_url: str = "", patience: float = 20
    ) -> None:
        call = f"hand_over(Path({str(profile)!r}), {arguments}, {base_url!r}, {patience})"
        self._process = subprocess.Popen(
            [sys.executable, "-"],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        self._process.stdin.write(_SECOND.format(call=call))
        self._process.stdin.close()
        self._process.stdin = None

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def said(self) -> str:
        return self._process.communicate(timeout=20)[0].strip()


_SECOND = """
from pathlib import Path, PosixPath, WindowsPath
from desktop_app.arguments import Arguments
from desktop_app.errors import AppError
from desktop_app.instance_client import hand_over
try:
    print({call})
except AppError as error:
    print(type(error).__name__)
"""


# --- the lock -------------------------------------------------------------------------------------


def test_a_lock_is_taken_once(tmp_path: Path, lock: ProfileLock) -> None:
    with pytest.raises(AlreadyRunning, match="already running with the profile"):
        ProfileLock(tmp_path).take()
    assert is_held(tmp_path)
    lock.release()
    assert not is_held(tmp_path)


def test_asking_whether_a_lock_is_held_does_not_take_it(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    assert not is_held(tmp_path / "nowhere")
    ProfileLock(tmp_path).take()


def test_a_lock_whose_owner_has_died_is_taken_over(tmp_path: Path) -> None:
    nobody = 2**22 - 1  # above what Linux gives
    (tmp_path / "castor.lock").write_text(f"{nobody}\npython\n{socket.gethostname()}\n")
    assert not is_held(tmp_path)
    ProfileLock(tmp_path).take()


def test_a_folder_that_is_none_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotLockable, match="cannot be written"):
        ProfileLock(tmp_path / "file").take()


# --- the places -----------------------------------------------------------------------------------

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has one place: a pipe")


@posix
def test_the_socket_lies_in_the_profile(tmp_path: Path) -> None:
    profile = tmp_path / "p"
    assert next(socket_addresses(profile)) == str(
        Path(os.path.realpath(tmp_path), "p", SOCKET_FILE)
    )


@posix
def test_a_path_that_is_too_long_sends_both_to_the_folder_for_such_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    long = tmp_path / ("x" * 120)
    places = list(socket_addresses(long))
    assert places[0].startswith(f"{short}/castor-")
    assert places == list(socket_addresses(long / "." / ".." / long.name))
    assert places != list(socket_addresses(long.with_name("y" * 120)))


@posix
def test_a_folder_that_others_may_enter_is_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    long = tmp_path / ("x" * 120)
    for mode in (0o750, 0o701, 0o777):
        short.chmod(mode)
        assert not is_private(short)
        assert not [place for place in socket_addresses(long) if place.startswith(str(short))]
    short.chmod(0o700)
    assert is_private(short)
    link = short / "link"
    link.symlink_to(short, target_is_directory=True)
    assert not is_private(link)


@pytest.fixture
def short() -> Iterator[Path]:
    """A private folder with a path that a socket's fits in."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="c") as folder:
        yield Path(folder)


# --- what is said ---------------------------------------------------------------------------------

paths = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).map(
    lambda name: str(Path(os.path.sep, name).absolute())
)
tokens = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=100)
words = st.text(st.characters(exclude_categories=["Cs"]))
handovers = st.builds(Handover, st.lists(paths, max_size=5).map(tuple), words, tokens)


@given(handovers)
def test_a_handover_arrives_as_it_was_sent(handover: Handover) -> None:
    line = handover_line(handover)
    assert line.count(b"\n") == 1
    assert read_handover(line[:-1]) == handover


@given(st.text(), st.text())
def test_a_greeting_arrives_as_it_was_sent(version: str, server: str) -> None:
    greeting = Greeting(version, server)
    assert read_greeting(greeting_line(greeting)[:-1]) == greeting


def test_a_receipt_is_one() -> None:
    assert read_receipt(receipt_line()[:-1])
    assert not read_receipt(greeting_line(Greeting("1", ""))[:-1])


@posix
def test_a_file_whose_name_is_no_text_arrives_too() -> None:
    name = os.fsdecode(b"/a/\xff.png")
    assert read_handover(handover_line(Handover((name,)))[:-1]) == Handover((name,))


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(ends)]


def read_all(pieces: list[bytes], largest: int) -> bytes | str | None:
    reader = LineReader(largest)
    try:
        for piece in pieces:
            line = reader.feed(piece)
            if line is not None:
                return line
    except BadLine:
        return "bad"
    return None


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda b: b + b"\n"), st.data())
def test_a_line_is_the_same_however_it_comes(data: bytes, draw: st.DataObject) -> None:
    cuts = draw.draw(st.lists(st.integers(0, 200), max_size=12))
    first = data.partition(b"\n")[0]
    if len(first) > 40:
        wanted: bytes | str | None = "bad"
    else:
        wanted = first if b"\n" in data else None
    assert read_all(split(data, cuts), 40) == wanted
    assert read_all([bytes([one]) for one in data], 40) == wanted


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
members = st.sampled_from(["castor", "files", "ask", "token", "version", "server", "taken"])


@given(
    st.binary(max_size=200)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(members, json_values | st.just(1)).map(lambda v: json.dumps(v).encode())
)
def test_whatever_is_no_line_of_ours_is_bad_and_nothing_worse(line: bytes) -> None:
    for read in (read_greeting, read_handover, read_receipt):
        try:
            said = read(line)
        except BadLine:
            continue
        assert json.loads(line)["castor"] is not True
        if isinstance(said, Handover):
            assert all(Path(file).is_absolute() for file in said.files)
            said.ask.encode()
            assert said.token.isascii()
            assert "\0" not in said.token


@pytest.mark.parametrize(
    "said",
    [
        {"castor": 2, "files": [], "ask": "", "token": ""},
        {"castor": True, "files": [], "ask": "", "token": ""},
        {"files": [], "ask": "", "token": ""},
        {"castor": 1, "files": ["relative"], "ask": "", "token": ""},
        {"castor": 1, "files": ["/a\0b"], "ask": "", "token": ""},
        {"castor": 1, "files": ["/\ud800"], "ask": "", "token": ""},
        {"castor": 1, "files": [], "ask": "", "token": "a\0b"},
        {"castor": 1, "files": [], "ask": "", "token": "a" * 5000},
        {"castor": 1, "files": [], "ask": None, "token": ""},
    ],
)
def test_what_is_almost_a_visit_is_none(said: dict[str, object]) -> None:
    with pytest.raises(BadLine):
        read_handover(json.dumps(said).encode())


def test_nesting_without_end_is_bad_and_nothing_worse() -> None:
    with pytest.raises(BadLine):
        read_handover(b"[" * 100_000)


def test_words_that_are_no_text_are_made_text() -> None:
    line = json.dumps({"castor": 1, "files": [], "ask": "a\udcffb", "token": ""})
    assert read_handover(line.encode()).ask == "a?b"


def test_of_another_protocol_the_version_is_known() -> None:
    assert read_greeting(b'{"castor": 7, "version": "9.0", "door": []}') == Greeting("9.0", "")


# --- the two together -----------------------------------------------------------------------------


def test_what_a_second_start_was_given_arrives(
    server: InstanceServer, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "a-token")
    arguments = Arguments(ask="hello", files=(Path("a.png"), Path("/b.png")))
    with qtbot.waitSignal(server.handed_over, timeout=20_000) as handed_over:
        result = SecondStart(tmp_path, arguments)
    here = str(Path("a.png").absolute())
    assert handed_over.args == [Handover((here, "/b.png"), "hello", "a-token")]
    assert result.said == "True"


def test_a_long_question_arrives_whole(
    server: InstanceServer, tmp_path: Path, qtbot: QtBot
) -> None:
    question = "é" * 200_000
    with qtbot.waitSignal(server.handed_over, timeout=20_000) as handed_over:
        result = SecondStart(tmp_path, Arguments(ask=question))
    assert handed_over.args == [Handover((), question)]
    assert result.said == "True"


@posix
def test_the_socket_is_the_users_alone_and_goes_with_its_server(
    server: InstanceServer, tmp_path: Path
) -> None:
    file = tmp_path / SOCKET_FILE
    assert file.is_socket()
    assert file.stat().st_mode & 0o077 == 0
    server.close()
    assert not file.exists()


def test_nobody_is_there_where_nobody_holds_the_lock(tmp_path: Path) -> None:
    assert not hand_over(tmp_path, Arguments(files=(Path("a"),)), "")


@posix
def test_a_socket_that_was_left_behind_is_in_nobodys_way(
    qapp: QApplication, tmp_path: Path, lock: ProfileLock, qtbot: QtBot
) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / SOCKET_FILE))
    server = InstanceServer(tmp_path, lambda: SERVER)
    assert server.open()
    try:
        with qtbot.waitSignal(server.handed_over, timeout=20_000):
            result = SecondStart(tmp_path, Arguments())
        assert result.said == "True"
    finally:
        server.close()


def test_another_server_is_refused_and_the_same_is_not(
    server: InstanceServer, tmp_path: Path, qtbot: QtBot
) -> None:
    for arguments, base_url in ((Arguments(demo=True), ""), (Arguments(), "https://another")):
        result = SecondStart(tmp_path, arguments, base_url)
        qtbot.waitUntil(lambda result=result: result.ended, timeout=20_000)
        assert result.said == "OtherServer"
    with qtbot.waitSignal(server.handed_over, timeout=20_000):
        result = SecondStart(tmp_path, Arguments(), SERVER)
    assert result.said == "True"


def connect(place: str) -> QLocalSocket:
    connection = QLocalSocket()
    connection.connectToServer(place)
    assert connection.waitForConnected(5000)
    return connection


@pytest.mark.parametrize(
    "said",
    [
        b"\n",
        b"not json\n",
        b'{"castor": 1}\n',
        b'{"castor": 1, "files": ["x"], "ask": "", "token": ""}\n',
        b"x" * (LARGEST + 1),
        bytes(range(256)),
    ],
    ids=["nothing", "no JSON", "half", "relative", "endless", "bytes"],
)
def test_a_visitor_that_says_something_else_is_ignored(
    server: InstanceServer, tmp_path: Path, qtbot: QtBot, said: bytes
) -> None:
    brought: list[Handover] = []
    server.handed_over.connect(brought.append)
    connection = connect(next(socket_addresses(tmp_path)))
    connection.write(said)
    gone = QLocalSocket.LocalSocketState.UnconnectedState
    if said != bytes(range(256)):
        qtbot.waitUntil(lambda: connection.state() == gone, timeout=20_000)
    connection.abort()
    with qtbot.waitSignal(server.handed_over, timeout=20_000):
        result = SecondStart(tmp_path, Arguments(ask="still there"))
    assert result.said == "True"
    assert [handover.ask for handover in brought] == ["still there"]


def test_peers_who_say_nothing_keep_nobody_out(
    server: InstanceServer, tmp_path: Path, qtbot: QtBot
) -> None:
    silent = [connect(next(socket_addresses(tmp_path))) for _ in range(8)]
    with qtbot.waitSignal(server.handed_over, timeout=20_000):
        result = SecondStart(tmp_path, Arguments(ask="hello"))
    assert result.said == "True"
    for connection in silent:
        connection.abort()


def test_a_visitor_that_was_refused_brings_nothing_later(
    server: InstanceServer, tmp_path: Path, qtbot: QtBot
) -> None:
    brought: list[Handover] = []
    server.handed_over.connect(brought.append)
    connection = connect(next(socket_addresses(tmp_path)))
    connection.abort()
    with qtbot.waitSignal(server.handed_over, timeout=20_000):
        result = SecondStart(tmp_path, Arguments(ask="the next"))
    assert result.said == "True"
    assert [handover.ask for handover in brought] == ["the next"]


@contextmanager
def answering(place: str, greeting: bytes) -> Generator[list[bytes]]:
    """Something at a place that greets so, and keeps what it is told."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()

        def work() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, suppress(ConnectionError):
                    connection.sendall(greeting)
                    while data := connection.recv(1000):
                        heard.append(data)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)


@posix
def test_another_version_is_told_nothing(tmp_path: Path, lock: ProfileLock) -> None:
    greeting = greeting_line(Greeting("0.0.0", SERVER))
    with answering(next(socket_addresses(tmp_path)), greeting) as heard:
        assert SecondStart(tmp_path, Arguments(ask="hello")).said == "OtherVersion"
    assert heard == []
    assert __version__ != "0.0.0"


@posix
@pytest.mark.parametrize("greeting", [b"", b"hello\n", b"\xff\n"], ids=["none", "odd", "bytes"])
def test_what_does_not_greet_as_castor_is_told_nothing(
    tmp_path: Path, lock: ProfileLock, greeting: bytes
) -> None:
    with answering(next(socket_addresses(tmp_path)), greeting) as heard:
        assert SecondStart(tmp_path, Arguments(ask="hello"), patience=0.5).said == "NoAnswer"
    assert heard == []


def test_a_program_that_has_no_door_yet_is_waited_for(
    qapp: QApplication, tmp_path: Path, lock: ProfileLock, qtbot: QtBot
) -> None:
    result = SecondStart(tmp_path, Arguments(ask="early"))
    qtbot.wait(500)
    assert not result.ended
    server = InstanceServer(tmp_path, lambda: SERVER)
    with qtbot.waitSignal(server.handed_over, timeout=20_000):
        assert server.open()
    assert result.said == "True"
    server.close()


def test_a_program_that_ends_meanwhile_leaves_the_profile(
    tmp_path: Path, lock: ProfileLock, qtbot: QtBot
) -> None:
    result = SecondStart(tmp_path, Arguments(ask="late"))
    qtbot.wait(500)
    lock.release()
    assert result.said == "False"


def test_more_than_can_be_handed_over_is_refused(tmp_path: Path, lock: ProfileLock) -> None:
    with pytest.raises(TooMuch, match="too much"):
        hand_over(tmp_path, Arguments(ask="x" * (LARGEST + 1)), "")


def test_a_picture_of_the_window_cannot_be_handed_over(tmp_path: Path, lock: ProfileLock) -> None:
    with pytest.raises(AlreadyRunning, match="already running"):
        hand_over(tmp_path, Arguments(screenshot=Path("a.png")), "")


def test_paths_are_made_absolute_where_they_were_given() -> None:
    handover = handover_of(Arguments(files=(Path("a"), Path("../b"))))
    assert handover.files == (str(Path.cwd() / "a"), str(Path.cwd() / "../b"))
