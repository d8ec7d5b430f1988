"""The key goes into a keychain that keeps it, or nowhere."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.errors import KeyringLocked as LockedByTheSystem

from desktop_app.origin import GOOGLE_ORIGIN, origin_of
from desktop_app.secret import Secret
from desktop_app.settings import api_key
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

    __module__ = "keyring.backends.SecretService"
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


def install(monkeypatch: pytest.MonkeyPatch, *backends: Backend) -> None:
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: list(backends))


def test_a_key_is_kept_for_its_server_only(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Backend()
    install(monkeypatch, backend)
    keychain = Keychain()
    written = keychain.write(GOOGLE_ORIGIN, Secret(KEY))
    assert written.source is KeySource.KEYCHAIN
    assert keychain.read(GOOGLE_ORIGIN) == written
    assert keychain.read(OTHER).secret is None
    assert list(backend.kept) == [("castor", "https://generativelanguage.googleapis.com")]
    keychain.delete(GOOGLE_ORIGIN)
    keychain.delete(GOOGLE_ORIGIN)
    assert keychain.read(GOOGLE_ORIGIN).secret is None
    assert "Secret Service" in keychain.name()


@pytest.mark.parametrize("other", [Plaintext(), Null()])
def test_a_backend_that_is_not_on_the_list_is_never_used(
    monkeypatch: pytest.MonkeyPatch, other: Backend
) -> None:
    backend = Backend()
    install(monkeypatch, other, backend)
    Keychain().write(GOOGLE_ORIGIN, Secret(KEY))
    assert other.kept == {}
    install(monkeypatch, other)
    for call in (Keychain().name, lambda: Keychain().read(GOOGLE_ORIGIN)):
        with pytest.raises(KeyringUnavailable, match="no keyring"):
            call()
    assert other.kept == {}


def test_a_keychain_that_forgets_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Forgetful())
    with pytest.raises(KeyringLostKey):
        Keychain().write(GOOGLE_ORIGIN, Secret(KEY))


def test_a_locked_keychain_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Locked())
    with pytest.raises(KeyringLocked, match="locked"):
        Keychain().read(GOOGLE_ORIGIN)


def test_what_a_backend_says_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Broken())
    with pytest.raises(KeyringError) as caught:
        Keychain().read(GOOGLE_ORIGIN)
    error = caught.value
    assert KEY not in f"{error} {error.advice} {error.__cause__}"
    assert error.__suppress_context__


def test_a_key_longer_than_windows_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Backend()
    monkeypatch.setattr(Backend, "__module__", "keyring.backends.Windows")
    install(monkeypatch, backend)
    with pytest.raises(BadApiKey, match="too long"):
        Keychain().write(GOOGLE_ORIGIN, Secret("x" * 1281))


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


@given(st.text(min_size=5))
def test_a_secret_never_shows_itself(text: str) -> None:
    secret = Secret(text)
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{secret}"):
        assert "***" in shown
        assert text not in shown or text in "Secret('***')" + " " * 20
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_secrets_of_the_same_text_are_equal() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_the_list_of_backends_is_what_keyring_ships() -> None:
    import importlib.util

    for name in api_key._SAFE:
        assert importlib.util.find_spec(name) is not None, name
