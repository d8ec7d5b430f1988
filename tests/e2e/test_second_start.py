"""A second start on the same profile: the first window comes forward and gets what was given."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app import __version__
from desktop_app.instance import SOCKET_FILE
from desktop_app.store.conversations import load_draft
from desktop_app.store.database import FILE_NAME, open_read_only
from tests.e2e.desktop import PATIENCE, Desktop, Window, wait_for
from tests.e2e.drag_source import TITLE as OTHER
from tests.e2e.program import ROOT, TITLE, Castor, input_of, text_of
from tests.pictures import encoded, picture

MAIN = "from desktop_app.__main__ import main"
OWN_MOUNTS = ("unshare", "--map-root-user", "--mount")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "pictures" / "a red phöto #1.png"
    file.parent.mkdir()
    file.write_bytes(encoded(picture(640, 480)))
    return file


@pytest.fixture
def neighbour(castor: Castor) -> Iterator[Castor]:
    """A program on another profile, on the same screen."""
    made = Castor(castor.desktop, castor.profile.with_name("other"), ("--demo",))
    yield made
    made.kill()


def second(
    castor: Castor, *arguments: str, folder: Path = ROOT, program: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Start the program once more, in a folder, and wait until it has ended."""
    return subprocess.run(
        [
            *(program or (sys.executable, "-m", "desktop_app")),
            *("--profile", str(castor.profile), *castor.arguments, *arguments),
        ],
        cwd=folder,
        env={**castor.desktop.environment, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "xcb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def started(castor: Castor, *arguments: str) -> subprocess.Popen[bytes]:
    """Start the program, and do not wait."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "desktop_app", "--profile", str(castor.profile)),
            *(*castor.arguments, *arguments),
        ],
        cwd=ROOT,
        env={**castor.desktop.environment, "QT_QPA_PLATFORM": "xcb"},
    )


def taken(done: subprocess.CompletedProcess[str]) -> bool:
    return (done.returncode, done.stdout, done.stderr) == (0, "", "")


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that was said of a start that could not be."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def active(desktop: Desktop) -> int:
    """The number of the window that the window manager says is active."""
    said = desktop.call("xprop", "-root", "_NET_ACTIVE_WINDOW")
    return int(said.rpartition("#")[2].split(",")[0].strip(), 16)


def last_used(desktop: Desktop, window: Window) -> int:
    """When a window says that it was used last, in the X server's milliseconds."""
    said = desktop.call("xprop", "-id", window.number, "_NET_WM_USER_TIME_WINDOW")
    keeper = window.number if "not found" in said else said.rpartition("#")[2].strip()
    return int(desktop.call("xprop", "-id", keeper, "_NET_WM_USER_TIME").rpartition("=")[2])


def is_hidden(desktop: Desktop, window: Window) -> bool:
    return "_NET_WM_STATE_HIDDEN" in desktop.call("xprop", "-id", window.number, "_NET_WM_STATE")


def is_in_front(desktop: Desktop, window: Window) -> bool:
    """Whether it is active and above all other windows."""
    stack = desktop.call("xprop", "-root", "_NET_CLIENT_LIST_STACKING")
    above = int(stack.rpartition(",")[2].rpartition("#")[2].strip(), 16)
    return active(desktop) == above == int(window.number, 16)


@contextmanager
def another_window(desktop: Desktop) -> Generator[Window]:
    """A window of another program, over all of the screen, in which the person is at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.drag_source", "file", "/nothing"],
        cwd=ROOT,
        env={**desktop.environment, "QT_QPA_PLATFORM": "xcb"},
        stdout=subprocess.PIPE,
    )
    try:
        window = desktop.window(OTHER)
        desktop.place(window, 300, 300, 600, 400)
        desktop.focus(window)
        yield window
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def new_chat_draft(castor: Castor) -> str:
    db = open_read_only(castor.profile / FILE_NAME)
    try:
        return load_draft(db, "").text
    finally:
        db.close()


def draft_names(castor: Castor, conversation: str) -> list[str]:
    db = open_read_only(castor.profile / FILE_NAME)
    try:
        return [one.name for one in load_draft(db, conversation).attachments]
    finally:
        db.close()


def test_a_second_start_brings_the_first_window_to_the_front(castor: Castor) -> None:
    window = castor.start()
    desktop = castor.desktop
    with another_window(desktop) as other:
        wait_for(lambda: is_in_front(desktop, other), "the other window in front")
        desktop.press("a", "b")  # the person is at work there
        assert taken(second(castor))
        wait_for(lambda: is_in_front(desktop, window), "the first window in front")
        assert [one.title for one in desktop.windows()].count(TITLE) == 1
        # A window manager that is strict lets come forward only what is later than the last key.
        assert last_used(desktop, window) > last_used(desktop, other)
        desktop.type("hello")
        desktop.press("Return")
        castor.wait_answers(1)
    castor.quit()


def test_a_window_that_was_put_away_comes_back(castor: Castor) -> None:
    window = castor.start()
    desktop = castor.desktop
    desktop.call("xdotool", "windowminimize", str(int(window.number, 16)))
    wait_for(lambda: is_hidden(desktop, window), "the window to be put away")
    with another_window(desktop):
        assert taken(second(castor))
        wait_for(lambda: is_in_front(desktop, window), "the first window in front")
        assert not is_hidden(desktop, window)
    castor.quit()


def test_files_of_a_second_start_are_attached_to_the_conversation_on_screen(
    castor: Castor, photo: Path
) -> None:
    castor.start()
    castor.desktop.type("My name is Ada.")
    castor.desktop.press("Return")
    castor.wait_answers(1)
    castor.desktop.type("What is in this picture?")
    assert taken(second(castor, photo.name, folder=photo.parent)), "its path is relative"
    key = str(castor.conversations()[0]["key"])
    wait_for(lambda: draft_names(castor, key) == [photo.name], "the picture to be attached")
    castor.desktop.press("Return")
    _, turn = castor.wait_answers(2)
    assert input_of(turn)[1] == {"type": "text", "text": "What is in this picture?"}
    assert "640 × 480" in text_of(turn)
    castor.quit()


def test_a_question_of_a_second_start_is_asked_in_a_new_chat_and_costs_no_draft(
    castor: Castor, photo: Path
) -> None:
    castor.start()
    castor.desktop.type("half a thought")
    assert taken(second(castor, "--ask", "What is in this picture?", str(photo)))
    (turn,) = castor.wait_answers(1)
    image, words = input_of(turn)
    assert image["name"] == photo.name
    assert words == {"type": "text", "text": "What is in this picture?"}
    assert "red" in text_of(turn)
    wait_for(lambda: new_chat_draft(castor) == "half a thought", "the draft to be back")
    castor.desktop.press("ctrl+n")
    castor.desktop.type(", whole")
    castor.desktop.press("Return")
    wait_for(lambda: len(castor.conversations()) == 2, "the second conversation")
    titles = {str(one["title"]) for one in castor.conversations()}
    assert titles == {"What is in this picture?", "half a thought, whole"}
    castor.quit()


def test_two_second_starts_at_once_both_come_through(castor: Castor) -> None:
    castor.start()
    questions = ("What is 6 times 7?", "What is 5 times 5?")
    both = [started(castor, "--ask", question) for question in questions]
    assert [one.wait(PATIENCE) for one in both] == [0, 0]
    wait_for(lambda: len(castor.conversations()) == 2, "both conversations")
    titles = {str(one["title"]) for one in castor.conversations()}
    assert titles == {"What is 6 times 7?", "What is 5 times 5?"}


def test_two_first_starts_at_once_make_one_window(castor: Castor) -> None:
    questions = ("What is 6 times 7?", "What is 5 times 5?")
    both = [started(castor, "--ask", question) for question in questions]
    try:
        done = wait_for(lambda: [one for one in both if one.poll() is not None], "one to end")
        assert [one.returncode for one in done] == [0]
        wait_for(lambda: len(castor.conversations()) == 2, "both answers")
        assert len([one for one in castor.desktop.windows() if one.title == TITLE]) == 1
    finally:
        for one in both:
            one.kill()
            one.wait(PATIENCE)


def test_a_start_while_the_first_one_ends_opens_a_window_of_its_own(castor: Castor) -> None:
    first = castor.start()
    castor.desktop.close(first)
    after = started(castor)
    try:
        castor.ended()
        castor.desktop.window(TITLE)
        assert after.poll() is None
    finally:
        after.kill()
        after.wait(PATIENCE)


def test_a_program_that_was_killed_is_in_nobodys_way(castor: Castor) -> None:
    castor.start()
    wait_for((castor.profile / SOCKET_FILE).is_socket, "the socket")
    castor.kill()
    assert (castor.profile / SOCKET_FILE).is_socket(), "it could not tidy up"
    castor.start()
    assert taken(second(castor)), "what was left did not keep the new one from listening"
    castor.quit()
    assert not (castor.profile / SOCKET_FILE).exists()


def test_profiles_side_by_side_do_not_hear_of_each_other(
    castor: Castor, neighbour: Castor, photo: Path
) -> None:
    castor.start()
    desktop = castor.desktop
    ours = desktop.window(TITLE)
    neighbour.process = started(neighbour)
    theirs = wait_for(
        lambda: next(
            (w for w in desktop.windows() if w.title == TITLE and w.number != ours.number), None
        ),
        "the other window",
    )
    assert taken(second(castor, str(photo)))
    wait_for(lambda: is_in_front(desktop, ours), "the first window in front")
    wait_for(lambda: draft_names(castor, "") == [photo.name], "the picture to be attached")
    assert taken(second(neighbour))
    wait_for(lambda: is_in_front(desktop, theirs), "the other window in front")
    assert draft_names(neighbour, "") == []


def test_the_same_profile_by_another_path_is_the_same_program(castor: Castor) -> None:
    castor.start()
    link = castor.profile.with_name("link")
    link.symlink_to(castor.profile, target_is_directory=True)
    assert taken(second(Castor(castor.desktop, link, castor.arguments)))


def test_a_profile_whose_path_is_too_long_for_a_socket_is_shared_too(
    desktop: Desktop, tmp_path: Path
) -> None:
    castor = Castor(desktop, tmp_path / ("deep" * 30) / "profile", ("--demo",))
    castor.profile.parent.mkdir()
    castor.start()
    try:
        assert taken(second(castor))
        castor.quit()
    finally:
        castor.kill()


def test_the_second_start_imports_no_widgets(castor: Castor) -> None:
    castor.start()
    heavy = "{'PySide6.QtWidgets', 'PySide6.QtGui', 'httpx', 'apsw', 'asyncio'}"
    code = f"import sys; {MAIN}; code = main(); sys.exit(code or len({heavy} & set(sys.modules)))"
    assert taken(second(castor, program=(sys.executable, "-c", code)))


def test_the_windowed_script_starts_the_same_program(castor: Castor, photo: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["gui-scripts"]["castor-gui"] == project["scripts"]["castor"]
    module, _, function = project["gui-scripts"]["castor-gui"].partition(":")
    castor.start()
    code = f"import sys; from {module} import {function}; sys.exit({function}())"
    assert taken(second(castor, str(photo), program=(sys.executable, "-c", code)))
    wait_for(lambda: draft_names(castor, "") == [photo.name], "the picture to be attached")


# --- what is refused ------------------------------------------------------------------------------


def test_another_version_is_refused_and_the_first_goes_on(castor: Castor) -> None:
    castor.start()
    code = f"import sys, desktop_app; desktop_app.__version__ = '0.0.1'; {MAIN}; sys.exit(main())"
    done = second(castor, "--ask", "hello", program=(sys.executable, "-c", code))
    assert refused(done) == (
        f"castor: A Castor of another version ({__version__}) is running. Close it first.\n"
    )
    castor.desktop.type("What is 6 times 7?")
    castor.desktop.press("Return")
    castor.wait_answers(1)
    castor.quit()


def test_a_start_for_another_server_is_refused(castor: Castor) -> None:
    castor.start()
    other = Castor(castor.desktop, castor.profile, ("--base-url", "http://127.0.0.1:9"))
    assert "asks another server" in refused(second(other, "--ask", "hello"))
    plain = Castor(castor.desktop, castor.profile)
    assert taken(second(plain)), "who asks for no server takes the one there is"
    castor.quit()


def test_a_picture_of_the_window_is_taken_by_the_first_start_only(
    castor: Castor, tmp_path: Path
) -> None:
    castor.start()
    shot = tmp_path / "shot.png"
    done = second(castor, "--ask", "hello", "--screenshot", str(shot))
    assert "already running with the profile" in refused(done)
    assert not shot.exists()
    castor.quit()


def test_a_program_that_hangs_is_waited_for_only_so_long(castor: Castor, photo: Path) -> None:
    castor.start()
    assert castor.process is not None
    os.kill(castor.process.pid, signal.SIGSTOP)
    try:
        code = (
            "import sys, functools, desktop_app.instance_client as k;"
            "k.hand_over = functools.partial(k.hand_over, patience=0.5);"
            f"{MAIN}; sys.exit(main())"
        )
        done = second(castor, str(photo), program=(sys.executable, "-c", code))
    finally:
        os.kill(castor.process.pid, signal.SIGCONT)
    assert "but does not answer" in refused(done)
    assert taken(second(castor)), "it has woken up"
    assert draft_names(castor, "") == [], "what was refused is not done later"
    castor.quit()


@pytest.mark.parametrize("profile", ["a new one", "one that was used"])
def test_a_profile_on_a_disk_that_is_read_only_is_refused_in_a_sentence(
    castor: Castor, profile: str
) -> None:
    if subprocess.run([*OWN_MOUNTS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    if profile == "one that was used":
        castor.start()
        castor.quit()
    disk = str(castor.profile.parent)
    mounted = f'mount --bind "{disk}" "{disk}" && mount -o remount,ro,bind "{disk}" && exec "$@"'
    done = second(
        castor,
        program=(*OWN_MOUNTS, "sh", "-c", mounted, "sh", sys.executable, "-m", "desktop_app"),
    )
    assert f"The folder {castor.profile} cannot be written" in refused(done)


def test_a_file_in_the_place_of_the_profile_is_refused_in_a_sentence(castor: Castor) -> None:
    castor.profile.write_text("not a folder")
    assert f"The folder {castor.profile} cannot be written" in refused(second(castor))
