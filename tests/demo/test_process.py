"""The process: its one line, its end, and where it can be reached."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.demo.calling import Demo, string_at, taken
from tests.demo.process import WAIT, DemoProcess, demo_process, popen

FAST = ("--tokens-per-second", "0", "--seed", "1")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")


def answers(demo: DemoProcess) -> bool:
    client = Demo(demo.url)
    try:
        return client.http.get("/models").status_code == 200
    finally:
        client.close()


def ends(demo: DemoProcess, within: float = WAIT) -> int:
    return demo.process.wait(within)


def test_the_ready_line_names_a_port_of_this_computer_that_answers() -> None:
    with demo_process(*FAST) as demo:
        assert demo.url == f"http://127.0.0.1:{demo.port}"
        assert answers(demo)


def test_a_port_can_be_asked_for() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with demo_process("--port", str(port), *FAST) as demo:
        assert demo.port == port


def test_a_port_that_is_taken_ends_the_start_with_one_sentence() -> None:
    with socket.socket() as taken_port:
        taken_port.bind(("127.0.0.1", 0))
        taken_port.listen()
        with popen("--port", str(taken_port.getsockname()[1])) as process:
            out, err = process.communicate(timeout=WAIT)
    assert process.returncode == 1
    assert out == b""
    assert err.startswith(b"The demo server could not start: ")
    assert err.count(b"\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("--port", "70000"), ("--tokens-per-second", "-1"), ("--tokens-per-second", "nan")],
)
def test_arguments_that_make_no_sense_are_refused(arguments: tuple[str, str]) -> None:
    with popen(*arguments) as process:
        _, err = process.communicate(timeout=WAIT)
    assert process.returncode == 2
    assert b"Traceback" not in err


def test_it_listens_on_the_loopback_address_only() -> None:
    with demo_process(*FAST) as demo:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("::1", demo.port), timeout=2)
        table = Path("/proc/net/tcp")
        if table.exists():
            rows = [line.split() for line in table.read_text().splitlines()[1:]]
            addresses = {row[1] for row in rows if row[3] == "0A"}
            ours = {place for place in addresses if place.endswith(f":{demo.port:04X}")}
            assert ours == {f"0100007F:{demo.port:04X}"}


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_no_qt_is_loaded_before_a_picture_comes() -> None:
    with demo_process(*FAST) as demo:
        client = Demo(demo.url)
        client.create("hello")
        assert "PySide6" not in Path(f"/proc/{demo.process.pid}/maps").read_text()
        client.close()


# --- the end of standard input --------------------------------------------------------------------


def test_it_ends_when_the_pipe_of_its_parent_is_closed() -> None:
    with demo_process(*FAST) as demo:
        assert answers(demo)
        assert demo.process.stdin is not None
        demo.process.stdin.write(b"what comes in is thrown away\n")
        demo.process.stdin.flush()
        assert answers(demo)
        demo.process.stdin.close()
        assert ends(demo) == 0


def test_it_serves_on_without_a_standard_input() -> None:
    with demo_process(*FAST, stdin=subprocess.DEVNULL) as demo:
        time.sleep(0.5)
        assert demo.process.poll() is None
        assert answers(demo)


@posix
def test_it_serves_on_when_the_pipe_was_closed_before_the_start() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    try:
        with demo_process(*FAST, stdin=reading) as demo:
            time.sleep(0.5)
            assert demo.process.poll() is None
            assert answers(demo)
    finally:
        os.close(reading)


@posix
@pytest.mark.parametrize("open_at_start", [True, False])
def test_a_socket_counts_as_a_pipe(open_at_start: bool) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        if not open_at_start:
            ours.close()
        with demo_process(*FAST, stdin=theirs.fileno()) as demo:
            theirs.close()
            if open_at_start:
                assert answers(demo)
                ours.close()
                assert ends(demo) == 0
            else:
                time.sleep(0.5)
                assert answers(demo)


@posix
def test_a_pipe_that_does_not_block_is_watched_too() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    try:
        with demo_process(*FAST, stdin=reading) as demo:
            time.sleep(0.3)
            assert answers(demo)
            os.close(writing)
            assert ends(demo) == 0
    finally:
        os.close(reading)


# --- signals --------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("model", ["demo-slow", "demo-stall"])
def test_a_signal_ends_it_at_once_even_with_a_stream_open(number: int, model: str) -> None:
    # demo_process asserts that nothing was written to stderr: no traceback, no complaint.
    with demo_process(*FAST) as demo:
        client = Demo(demo.url)
        body = {"model": model, "input": "a long story", "stream": True}
        with client.http.stream("POST", "/interactions", json=body) as response:
            chunks = response.iter_bytes()
            assert b"interaction.created" in next(chunks)
            began = time.monotonic()
            os.kill(demo.process.pid, number)
            with pytest.raises(httpx.HTTPError):
                for _ in chunks:
                    pass
        assert ends(demo) == 0
        assert time.monotonic() - began < 2
        client.close()


@posix
def test_a_signal_ends_it_while_an_answer_is_waited_for() -> None:
    with demo_process(*FAST) as demo:
        client = Demo(demo.url)
        statuses: list[int] = []

        def wait() -> None:
            statuses.append(client.post({"model": "demo-stall", "input": "hi"}).status_code)

        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.3)
        demo.process.send_signal(signal.SIGTERM)
        assert ends(demo) == 0
        waiting.join(WAIT)
        assert statuses in ([], [500], [503])
        client.close()


# --- the seed -------------------------------------------------------------------------------------


def recorded(*arguments: str) -> tuple[str, str, str]:
    with demo_process("--tokens-per-second", "0", *arguments) as demo:
        client = Demo(demo.url)
        first = client.create("write a story")
        stream = client.http.post(
            "/interactions",
            json={"model": "demo-model", "input": "a haiku", "stream": True},
        ).text
        page = taken(client.http.get("/models", params={"pageSize": "2"}))
        client.close()
        without_times = [
            line for line in stream.splitlines() if "interaction.completed" not in line
        ]
        steps = str(first["steps"])
        return string_at(first, "id") + steps, "\n".join(without_times), str(page)


def test_the_same_seed_gives_the_same_ids_and_answers() -> None:
    assert recorded("--seed", "7") == recorded("--seed", "7")


def test_another_seed_or_none_gives_other_ids() -> None:
    ids = {recorded(*arguments)[0] for arguments in (("--seed", "7"), ("--seed", "8"), (), ())}
    assert len(ids) == 4
