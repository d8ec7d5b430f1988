"""The keychain on a real Secret Service, and on what stands in its place on other computers."""

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop_app.origin import GOOGLE_ORIGIN, Origin, origin_of
from desktop_app.secret import Secret
from desktop_app.settings.api_key import (
    ApiKey,
    Keychain,
    KeychainState,
    KeyringLocked,
    KeyringLostKey,
    KeyringUnavailable,
    KeySource,
)
from tests.false_backends import NULL, install_plaintext
from tests.secretservice import PASSWORD, Session, bus_session, missing_programs

KEY = "canary-key-0123456789-abcdef"
PLACE = "the system's keyring (Secret Service)"
OTHER = origin_of("http://127.0.0.1:8080")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a Secret Service is Linux's")


@pytest.fixture(autouse=True)
def _programs() -> None:
    missing = missing_programs()
    assert not missing, f"missing: {missing}; `python3 packaging/dev.py test` installs them"


def enter(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a program of this session."""
    monkeypatch.delenv("DISPLAY", raising=False)
    for name, value in session.variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session with an unlocked keyring, where no prompt can be shown."""
    with bus_session() as session:
        session.start_unlocked()
        enter(session, monkeypatch)
        yield session


def on_disk(session: Session) -> bytes:
    return b"".join(file.read_bytes() for file in session.keyring_folder.iterdir())


# --- a keyring that is open -------------------------------------------------------------------


def test_a_key_is_kept_read_and_deleted_and_others_see_the_same(keyring: Session) -> None:
    keychain = Keychain()
    assert keychain.state(GOOGLE_ORIGIN) == KeychainState(PLACE, asks=False, holds=False)
    assert keychain.read(GOOGLE_ORIGIN) == ApiKey()
    written = keychain.write(GOOGLE_ORIGIN, Secret(KEY))
    assert written == ApiKey(Secret(KEY), KeySource.KEYCHAIN, PLACE)
    assert keyring.kept("https://generativelanguage.googleapis.com") == KEY
    listed = keyring.listed()
    assert "label = Password for 'https://generativelanguage.googleapis.com' on 'castor'" in listed
    assert listed.count("attribute.service = castor") == 1
    assert Keychain().read(GOOGLE_ORIGIN) == written, "as after a restart"
    assert keychain.state(GOOGLE_ORIGIN) == KeychainState(PLACE, asks=False, holds=True)
    assert keychain.read(OTHER) == ApiKey()
    keychain.delete(GOOGLE_ORIGIN)
    keychain.delete(GOOGLE_ORIGIN)
    assert keyring.kept(str(GOOGLE_ORIGIN)) is None
    assert keyring.listed() == ""


def test_another_key_takes_the_place_of_the_first(keyring: Session) -> None:
    for key in (KEY, KEY[::-1]):
        Keychain().write(GOOGLE_ORIGIN, Secret(key))
    Keychain().write(OTHER, Secret("another-key-0123456789"))
    assert keyring.kept(str(GOOGLE_ORIGIN)) == KEY[::-1]
    assert keyring.listed().count("attribute.service = castor") == 2
    Keychain().delete(GOOGLE_ORIGIN)
    assert keyring.kept(str(OTHER)) == "another-key-0123456789"


def test_what_another_program_kept_there_is_found(keyring: Session) -> None:
    keyring.store(str(GOOGLE_ORIGIN), KEY)
    assert Keychain().read(GOOGLE_ORIGIN).secret == Secret(KEY)


def test_on_the_disk_the_key_is_encrypted(keyring: Session) -> None:
    before = on_disk(keyring)
    Keychain().write(GOOGLE_ORIGIN, Secret(KEY))
    data = on_disk(keyring)
    assert data != before, "this is where it is kept"
    assert KEY.encode() not in data
    assert KEY.encode("utf-16-le") not in data


def test_many_threads_at_once_keep_many_keys(keyring: Session) -> None:
    servers = [origin_of(f"http://127.0.0.1:{port}") for port in range(1, 21)]

    def use(server: Origin) -> bool:
        key = Secret(f"key-of-{server}-0123456789")
        keychain = Keychain()
        keychain.write(server, key)
        return keychain.read(server).secret == key

    with ThreadPoolExecutor(len(servers)) as threads:
        assert all(threads.map(use, servers))
    assert keyring.listed().count("attribute.service = castor") == len(servers)


def test_the_keyring_outlives_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        with bus_session(home=tmp_path / "home") as session:
            session.start_unlocked(PASSWORD)
            enter(session, monkeypatch)
            if Keychain().read(GOOGLE_ORIGIN).secret is None:
                Keychain().write(GOOGLE_ORIGIN, Secret(KEY))
    with bus_session(home=tmp_path / "home") as session:
        session.start_unlocked("another password")
        enter(session, monkeypatch)
        assert Keychain().state(GOOGLE_ORIGIN) == KeychainState(PLACE, asks=True, holds=True)


# --- a keyring that is locked -----------------------------------------------------------------


def test_a_locked_keyring_is_known_without_a_prompt(keyring: Session) -> None:
    keyring.store(str(GOOGLE_ORIGIN), KEY)
    keyring.lock()
    assert Keychain().state(GOOGLE_ORIGIN) == KeychainState(PLACE, asks=True, holds=True)
    assert Keychain().state(OTHER) == KeychainState(PLACE, asks=True, holds=False)
    assert not keyring.has_owner("org.gnome.keyring.SystemPrompter")
    assert keyring.locked


CALLS: dict[str, Callable[[Keychain], object]] = {
    "read": lambda keychain: keychain.read(GOOGLE_ORIGIN),
    "write": lambda keychain: keychain.write(GOOGLE_ORIGIN, Secret(KEY)),
    "delete": lambda keychain: keychain.delete(GOOGLE_ORIGIN),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_locked_keyring_without_a_screen_is_said_to_be_locked(
    keyring: Session, call: Callable[[Keychain], object]
) -> None:
    keyring.store(str(GOOGLE_ORIGIN), KEY)
    keyring.lock()
    with pytest.raises(KeyringLocked, match=r"^The system’s keyring is locked\.$") as caught:
        call(Keychain())
    assert caught.value.advice == "Unlock it, or use the key for this session only."


def test_without_a_keyring_yet_reading_makes_none_and_writing_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with bus_session() as session:
        session.start_locked()
        enter(session, monkeypatch)
        assert Keychain().state(GOOGLE_ORIGIN) == KeychainState(PLACE, asks=True, holds=False)
        assert Keychain().read(GOOGLE_ORIGIN) == ApiKey()
        Keychain().delete(GOOGLE_ORIGIN)
        assert not session.has_owner("org.gnome.keyring.SystemPrompter")
        with pytest.raises(KeyringLocked, match="locked"):  # there is no screen to ask on
            Keychain().write(GOOGLE_ORIGIN, Secret(KEY))


# --- no keyring -------------------------------------------------------------------------------


def refuses() -> None:
    """Every call says that there is no keyring."""
    for call in (Keychain.name, lambda keychain: keychain.state(OTHER), *CALLS.values()):
        with pytest.raises(KeyringUnavailable) as caught:
            call(Keychain())
        assert str(caught.value) == (
            "This computer has no keyring that Castor can trust with your key."
        )
        assert caught.value.advice == (
            "The key is used until Castor is closed, and never written to a file."
        )


@pytest.mark.parametrize("address", ["disabled:", "unix:path=/nowhere/bus", "nonsense", None])
def test_without_a_bus_there_is_no_keyring(
    address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if address is None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
    else:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    refuses()


def test_a_bus_without_a_service_has_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    with bus_session(activates=False) as session:
        enter(session, monkeypatch)
        refuses()


def test_a_keyring_that_comes_or_goes_while_castor_runs_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keychain = Keychain()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
    with pytest.raises(KeyringUnavailable):
        keychain.read(GOOGLE_ORIGIN)
    with bus_session() as session:
        session.start_unlocked()
        enter(session, monkeypatch)
        keychain.write(GOOGLE_ORIGIN, Secret(KEY))
    with pytest.raises(KeyringUnavailable):
        keychain.read(GOOGLE_ORIGIN)


def test_a_service_that_is_silent_holds_one_thread_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with bus_session() as session:
        session.start_false("silent")
        enter(session, monkeypatch)
        ended: list[Exception] = []

        def ask() -> None:
            try:
                Keychain().state(GOOGLE_ORIGIN)
            except KeyringUnavailable as error:
                ended.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(1)
        assert asking.is_alive()
        assert Keychain().name() == PLACE
    asking.join(20)
    assert not asking.is_alive(), "it ends with the service"
    assert len(ended) == 1


@pytest.mark.parametrize("fault", ["changing", "forgetful"])
def test_a_service_that_does_not_keep_what_it_is_given_is_found_out(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bus_session(activates=False) as session:
        session.start_false(fault)
        enter(session, monkeypatch)
        with pytest.raises(KeyringLostKey, match="did not keep the key as it is"):
            Keychain().write(GOOGLE_ORIGIN, Secret(KEY))
        assert Keychain().state(GOOGLE_ORIGIN) == KeychainState(PLACE, asks=False, holds=False)
        assert Keychain().read(GOOGLE_ORIGIN) == ApiKey(), "nothing is left of it"


# --- backends that are not to be trusted ------------------------------------------------------

USE = """
import sys
from desktop_app.errors import AppError
from desktop_app.origin import GOOGLE_ORIGIN
from desktop_app.secret import Secret
from desktop_app.settings.api_key import Keychain
try:
    kept = Keychain().write(GOOGLE_ORIGIN, Secret(sys.stdin.read()))
except AppError as error:
    print(error)
else:
    print("kept in", kept.place)
"""

KEYRING_ITSELF = """
import sys, keyring
keyring.set_password("castor", "x", sys.stdin.read())
print(type(keyring.get_keyring()).__module__, keyring.get_password("castor", "x") is not None)
"""


def run(program: str, session: Session, *paths: Path, **variables: str) -> str:
    """What a program says that is given the key."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            **session.environment,
            **variables,
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *paths))),
        },
        input=KEY.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return done.stdout.decode().strip()


def traces(folder: Path) -> list[Path]:
    """The files that hold the key, as it is or as base64."""
    forms = (KEY.encode(), base64.b64encode(KEY.encode()))
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if any(form in file.read_bytes() for form in forms)]


NO_KEYRING = "This computer has no keyring that Castor can trust with your key."


def test_a_backend_that_keeps_plain_text_is_not_used_nor_imported(tmp_path: Path) -> None:
    package = install_plaintext(tmp_path)
    with bus_session(activates=False) as session:
        assert run(USE, session, package) == NO_KEYRING
        assert traces(session.home) == []
        assert not (session.home / "imported").exists()
        assert run(KEYRING_ITSELF, session, package) == "keyrings.alt.file True"
        assert len(traces(session.home)) == 1, "keyring itself would have taken it"


def test_beside_a_keyring_a_backend_that_keeps_plain_text_is_not_read_either(
    tmp_path: Path,
) -> None:
    package = install_plaintext(tmp_path)
    with bus_session() as session:
        session.start_unlocked()
        assert run(USE, session, package) == f"kept in {PLACE}"
        assert session.kept(str(GOOGLE_ORIGIN)) == KEY
        assert traces(session.home) == []


@pytest.mark.parametrize("how", ["variable", "file"])
def test_a_backend_that_throws_keys_away_is_not_used_whoever_asks_for_it(how: str) -> None:
    with bus_session(activates=False) as session:
        variables = {"PYTHON_KEYRING_BACKEND": NULL} if how == "variable" else {}
        if how == "file":
            configuration = session.home / "config" / "python_keyring"
            configuration.mkdir()
            (configuration / "keyringrc.cfg").write_text(f"[backend]\ndefault-keyring={NULL}\n")
        assert run(USE, session, **variables) == NO_KEYRING
        assert run(KEYRING_ITSELF, session, **variables) == "keyring.backends.null False"
        assert traces(session.home) == []


def test_a_keyring_is_used_though_the_environment_asks_for_none() -> None:
    with bus_session() as session:
        session.start_unlocked()
        assert run(USE, session, PYTHON_KEYRING_BACKEND=NULL) == f"kept in {PLACE}"
        assert session.kept(str(GOOGLE_ORIGIN)) == KEY
