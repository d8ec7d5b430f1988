"""After all that a person does, the key is nowhere but in the keyring, and there encrypted."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, wait_for
from tests.e2e.program import Castor
from tests.e2e.reader import Reader, screen_reader
from tests.e2e.search import family, forms, holders, shows
from tests.faults.canary import KEY, one_session
from tests.pictures import encoded, picture
from tests.secretservice import Session, bus_session


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


def test_after_a_whole_session_the_key_is_found_nowhere(
    program: Castor, reader: Reader, session: Session, tmp_path: Path
) -> None:
    report = one_session(program, reader, session, tmp_path)
    assert report["found"] == []
    looked = report["looked"]
    assert isinstance(looked, dict)
    assert set(looked) == {"processes", "clipboards", "screens", "details", "exports"}
    assert report["planted_found"] == report["planted"] == len(forms(KEY))


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


@pytest.mark.parametrize("form", sorted(forms(KEY)))
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
