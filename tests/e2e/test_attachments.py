"""Pictures that come from other programs: pasted, dropped, refused."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.desktop import PATIENCE, Desktop, Window, find, wait_for
from tests.e2e.drag_source import TITLE as SOURCE
from tests.e2e.program import ROOT, Castor, input_of, text_of
from tests.pictures import encoded, picture


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A red picture whose name needs escaping in an address."""
    file = tmp_path / "a red phöto #1.png"
    file.write_bytes(encoded(picture(640, 480)))
    return file


@contextmanager
def source_of(desktop: Desktop, *words: str) -> Generator[Window]:
    """Another program to drag something out of, at the right of the screen."""
    program = "tests.e2e.drag_source"
    process = subprocess.Popen(
        [sys.executable, "-m", program, *words],
        cwd=ROOT,
        env={**desktop.environment, "QT_QPA_PLATFORM": "xcb"},
        stdout=subprocess.PIPE,
    )
    try:
        window = desktop.window(SOURCE)
        desktop.place(window, 1240, 40, 200, 120)
        yield placed(desktop, SOURCE)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def placed(desktop: Desktop, title: str) -> Window:
    """Wait until a window is right of where ours will be."""
    return wait_for(
        lambda: next((w for w in desktop.windows() if w.title == title and w.x > 1120), None),
        f"{title!r} to be at its place",
    )


def start_at_left(castor: Castor) -> Window:
    window = castor.start()
    castor.desktop.place(window, 20, 40, 1100, 800)
    return wait_for(
        lambda: next((w for w in castor.desktop.windows() if w.width == 1100), None),
        "the window to be at its place",
    )


def drop_on(castor: Castor, window: Window, source: Window) -> None:
    castor.desktop.drag(source.at(100, 60), window.at(600, 300))


def attached(castor: Castor, count: int = 1) -> bool:
    return len(castor.draft_attachments) == count


def test_a_picture_is_pasted_from_another_program(castor: Castor, photo: Path) -> None:
    castor.start()
    castor.desktop.clipboard("image/png", photo)
    castor.desktop.type("What is in this picture?")
    castor.desktop.press("ctrl+v")
    wait_for(lambda: attached(castor), "the picture to be attached")
    castor.desktop.press("Return")
    (turn,) = castor.wait_answers(1)
    image, words = input_of(turn)
    assert words == {"type": "text", "text": "What is in this picture?"}
    assert image["mime_type"] == "image/png"
    assert "640 × 480" in text_of(turn)
    assert "red" in text_of(turn)
    castor.quit()


@pytest.mark.parametrize("kind", ["file", "picture"])
def test_a_picture_is_dropped_by_another_program(castor: Castor, photo: Path, kind: str) -> None:
    window = start_at_left(castor)
    with source_of(castor.desktop, kind, str(photo)) as source:
        drop_on(castor, window, source)
        wait_for(lambda: attached(castor), "the picture to be attached")
    castor.desktop.focus(window)
    castor.desktop.type("What is in this picture?")
    castor.desktop.press("Return")
    (turn,) = castor.wait_answers(1)
    assert "640 × 480" in text_of(turn)
    assert "red" in text_of(turn)
    image, _words = input_of(turn)
    if kind == "file":
        assert image["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()
        assert image["name"] == photo.name
    assert photo.exists(), "a drop copies and never moves"
    castor.quit()


def test_the_window_says_what_a_drop_would_do(castor: Castor, photo: Path) -> None:
    window = start_at_left(castor)
    before = castor.desktop.settled(window)
    with source_of(castor.desktop, "file", str(photo)) as source:
        castor.desktop.hold(source.at(100, 60), window.at(600, 300))
        wait_for(lambda: castor.desktop.look(window) != before, "the window to react")
        castor.desktop.settled(window, castor.desktop.keep("drop.png"))
        castor.desktop.hold(window.at(600, 300), source.at(100, 60))
        castor.desktop.call("xdotool", "mouseup", "1")
        castor.desktop.focus(window)
        wait_for(lambda: castor.desktop.look(window) == before, "the window to be as before")
    assert castor.draft_attachments == []


def test_what_the_server_does_not_take_is_refused_before_anything_is_sent(
    castor: Castor, tmp_path: Path
) -> None:
    program = tmp_path / "picture.png"
    program.write_bytes(b"\x7fELF" + bytes(200))
    (tmp_path / "folder.png").mkdir()
    window = start_at_left(castor)
    before = castor.desktop.settled(window)
    with source_of(castor.desktop, "file", str(program), str(tmp_path / "folder.png")) as source:
        drop_on(castor, window, source)
        wait_for(lambda: castor.desktop.look(window) != before, "the refusal to be shown")
        castor.desktop.settled(window, castor.desktop.keep("refused.png"))
    assert castor.draft_attachments == []
    castor.desktop.focus(window)
    castor.desktop.type("hello")
    castor.desktop.press("Return")
    (turn,) = castor.wait_answers(1)
    assert input_of(turn) == [{"type": "text", "text": "hello"}]
    castor.quit()


def test_an_address_is_not_fetched(castor: Castor) -> None:
    window = start_at_left(castor)
    before = castor.desktop.settled(window)
    with source_of(castor.desktop, "address", "http://127.0.0.1:9/cat.png") as source:
        drop_on(castor, window, source)
        wait_for(lambda: castor.desktop.look(window) != before, "the refusal to be shown")
    assert castor.draft_attachments == []
    castor.quit()


def test_a_picture_is_dropped_by_a_file_manager(
    castor: Castor, photo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy(photo, folder)
    desktop = castor.desktop
    window = start_at_left(castor)
    with (tmp_path / "pcmanfm.txt").open("wb") as said:
        manager = subprocess.Popen(
            ["dbus-run-session", "--", "pcmanfm", "--no-desktop", str(folder)],
            env=desktop.environment,
            stdout=said,
            stderr=said,
        )
    try:
        desktop.place(desktop.window("pictures"), 1130, 60, 360, 500)
        shown = placed(desktop, "pictures")
        seen = desktop.settled(shown)
        icon = find(seen, "#c03020")
        desktop.drag(shown.at(*icon), window.at(600, 300))
        wait_for(lambda: castor.draft_attachments == [photo.name], "the picture to be attached")
        assert (folder / photo.name).exists(), "a drop copies and never moves"
    finally:
        manager.terminate()
        manager.wait(PATIENCE)
    castor.quit()
