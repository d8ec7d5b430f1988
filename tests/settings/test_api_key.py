"""The key goes into a keychain that keeps it, or nowhere."""

import importlib.util

import pytest
from keyring.errors import KeyringLocked as LockedByTheSystem

from desktop_app.origin import GOOGLE_ORIGIN, origin_of
from desktop_app.secret import Secret
from desktop_app.settings import backends
from desktop_app.settings.api_key import (
    BadApiKey,
    Keychain,
    KeyringError,
    KeyringLocked,
    KeyringLostKey,
    KeyringUnavailable,
    KeySource,
    clean_key,
    environment_key,
)

KEY = "canary-key-0123456789-abcdef"
OTHER = origin_of("https://example.com")


class Backend:
    """A backend of keyring's, as far as it is used."""

    __module__ = "keyring.backends.libsecret"
    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Plaintext(Backend):
    __module__ = "keyrings.alt.file"
    priority = 9.0


class Forgetful(Backend):
    __module__ = Backend.__module__

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Changing(Backend):
    __module__ = Backend.__module__

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password.upper())


class Windows(Backend):
    __module__ = "keyring.backends.Windows"


class Null(Forgetful):
    __module__ = "keyring.backends.null"
    priority = 99.0


class Locked(Backend):
    __module__ = Backend.__module__

    def get_password(self, service: str, username: str) -> str | None:
        raise LockedByTheSystem("secret text of the system")

    set_password = get_password  # type: ignore[assignment]


class Broken(Backend):
    __module__ = Backend.__module__

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"held {KEY}")


class Vanished(Backend):
    """Its service has ended since it was found."""

    __module__ = Backend.__module__

    @property
    def priority(self) -> float:  # type: ignore[override]
        raise RuntimeError(f"held {KEY}")


def keychain_of(*backends: Backend) -> Keychain:
    return Keychain(lambda: list(backends))


def test_a_key_is_kept_for_its_server_only() -> None:
    backend = Backend()
    keychain = keychain_of(backend)
    written = keychain.write(GOOGLE_ORIGIN, Secret(KEY))
    assert written.source is KeySource.KEYCHAIN
    assert keychain.read(GOOGLE_ORIGIN) == written
    assert keychain.read(OTHER).secret is None
    assert list(backend.kept) == [("castor", "https://generativelanguage.googleapis.com")]
    keychain.delete(GOOGLE_ORIGIN)
    keychain.delete(GOOGLE_ORIGIN)
    assert keychain.read(GOOGLE_ORIGIN).secret is None
    assert "libsecret" in keychain.name()


@pytest.mark.parametrize("other", [Plaintext(), Null()])
def test_a_backend_that_is_not_on_the_list_is_never_used(other: Backend) -> None:
    backend = Backend()
    keychain_of(other, backend).write(GOOGLE_ORIGIN, Secret(KEY))
    assert other.kept == {}
    keychain = keychain_of(other)
    for call in (keychain.name, lambda: keychain.read(GOOGLE_ORIGIN)):
        with pytest.raises(KeyringUnavailable, match="no keyring"):
            call()
    assert other.kept == {}


def test_a_keychain_that_forgets_is_found_out() -> None:
    with pytest.raises(KeyringLostKey, match="did not keep"):
        keychain_of(Forgetful()).write(GOOGLE_ORIGIN, Secret(KEY))


def test_a_keychain_that_changes_a_key_is_found_out_and_left_without_it() -> None:
    backend = Changing()
    with pytest.raises(KeyringLostKey, match="did not keep the key as it is"):
        keychain_of(backend).write(GOOGLE_ORIGIN, Secret(KEY))
    assert backend.kept == {}


def test_a_locked_keychain_is_said() -> None:
    with pytest.raises(KeyringLocked, match="locked"):
        keychain_of(Locked()).read(GOOGLE_ORIGIN)


@pytest.mark.parametrize("backend", [Broken(), Vanished()])
def test_what_a_backend_says_is_not_repeated(backend: Backend) -> None:
    with pytest.raises(KeyringError) as caught:
        keychain_of(backend).read(GOOGLE_ORIGIN)
    error = caught.value
    assert KEY not in f"{error} {error.advice} {error.__cause__}"
    assert error.__suppress_context__


@pytest.mark.parametrize(("letter", "longest"), [("x", 1280), ("ż", 1280), ("🔑", 640)])
def test_what_is_longer_than_windows_takes_is_refused(letter: str, longest: int) -> None:
    backend = Windows()
    keychain_of(backend).write(GOOGLE_ORIGIN, Secret(letter * longest))
    kept = dict(backend.kept)
    assert kept
    with pytest.raises(BadApiKey, match="too long for the Windows Credential Manager"):
        keychain_of(backend).write(GOOGLE_ORIGIN, Secret(letter * longest + "x"))
    assert backend.kept == kept
    keychain_of(Backend()).write(GOOGLE_ORIGIN, Secret(letter * longest + "x"))


def test_the_environment_has_a_key_for_google_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment_key(GOOGLE_ORIGIN).source is KeySource.NONE
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    found = environment_key(GOOGLE_ORIGIN)
    assert (found.source, found.place) == (KeySource.ENVIRONMENT, "GOOGLE_API_KEY")
    monkeypatch.setenv("GEMINI_API_KEY", KEY[::-1])
    assert environment_key(GOOGLE_ORIGIN).place == "GEMINI_API_KEY"
    monkeypatch.setenv("GEMINI_API_KEY", "short")
    assert environment_key(GOOGLE_ORIGIN).place == "GOOGLE_API_KEY"
    assert environment_key(OTHER).source is KeySource.NONE
    assert environment_key(origin_of("http://127.0.0.1:1")).source is KeySource.NONE


def test_a_pasted_key_is_trimmed() -> None:
    assert clean_key(f" \n{KEY}\t").reveal() == KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "short",
        "x" * 257,
        "a key with spaces 0123456789",
        "ключ-0123456789-abcdef-0123",
        "key\nkey-0123456789-0123456789",
    ],
)
def test_what_cannot_be_a_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BadApiKey) as caught:
        clean_key(text)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_the_list_of_backends_is_what_keyring_ships() -> None:
    for name in backends.NAMES:
        assert importlib.util.find_spec(name) is not None, name
    on_linux = backends._kinds()
    assert {getattr(kind, "__module__", "") for kind in on_linux} <= set(backends.NAMES)


def test_a_system_without_a_bus_has_no_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
    with pytest.raises(KeyringUnavailable, match="no keyring that Castor can trust"):
        Keychain().state(GOOGLE_ORIGIN)
