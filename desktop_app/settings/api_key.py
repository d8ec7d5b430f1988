"""The API key: in the operating system's keychain, or in memory for this session; never a file.

The keychain is chosen from a list (`backends`), and what was written is read back. All calls may
block, on a prompt of the system or for no reason at all: run them in a daemon thread with a time
limit.
"""

import os
import re
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop_app.errors import AppError
from desktop_app.origin import Origin
from desktop_app.secret import Secret
from desktop_app.settings.backends import (
    Backend,
    best_backend,
    look,
    name_of,
    unlock,
    usable_backends,
)

SERVICE: Final = "castor"
ENVIRONMENT_VARIABLES: Final = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
WINDOWS_LIMIT: Final = 2560
"""Bytes of UTF-16 in one entry of the Windows credential store."""
TURN_SECONDS: Final = 10.0
"""How long a call waits for the one before it: as long as anybody waits for the keychain."""

_turns = threading.Lock()


class KeyringError(AppError):
    """Base of what can go wrong with the keychain."""


class KeyringUnavailable(KeyringError):
    """There is no keychain that can be trusted with a key."""


class KeyringLocked(KeyringError):
    """The keychain is locked and was not unlocked."""


class KeyringLostKey(KeyringError):
    """The keychain took the key and does not give it back."""


class BadApiKey(AppError):
    """What was entered cannot be a key."""


class KeySource(StrEnum):
    """Where the key in use comes from."""

    NONE = "none"
    KEYCHAIN = "keychain"
    ENVIRONMENT = "environment"
    SESSION = "session"
    DEMO = "demo"


@dataclass(frozen=True)
class ApiKey:
    """A key and where it comes from; `place` is for the person, e.g. a variable's name."""

    secret: Secret | None = None
    source: KeySource = KeySource.NONE
    place: str = ""


def clean_key(text: str) -> Secret:
    """Make a key of what was pasted. Raises `BadApiKey` with the reason.

    No form is asked for beyond what a header can carry: keys need not begin with `AIza`.
    """
    key = text.strip()
    if not key:
        raise BadApiKey("Paste your API key first.")
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise BadApiKey("The key has characters that a key cannot have.", "Copy it again.")
    if not 20 <= len(key) <= 256:
        raise BadApiKey(f"A key of {len(key)} characters is not complete.", "Copy it again.")
    return Secret(key)


def environment_key(origin: Origin) -> ApiKey:
    """The key in the environment, for Google's host only; an unusable one is none."""
    if not origin.is_google:
        return ApiKey()
    for name in ENVIRONMENT_VARIABLES:
        try:
            return ApiKey(clean_key(os.environ.get(name, "")), KeySource.ENVIRONMENT, name)
        except BadApiKey:
            continue
    return ApiKey()


@dataclass(frozen=True)
class KeychainState:
    """What can be said of the keychain without making the system ask for a password.

    `place` is what the person calls it. Where `asks`, the next call shows a prompt or fails;
    `holds` is false where it certainly has no entry for the server.
    """

    place: str
    asks: bool = False
    holds: bool = True


class Keychain:
    """The operating system's store of passwords. All its calls may block."""

    def __init__(self, backends: Callable[[], Sequence[Backend]] = usable_backends) -> None:
        self._backends = backends

    def name(self) -> str:
        """What the person calls it. Raises `KeyringUnavailable`."""
        return name_of(self._best())

    def state(self, origin: Origin) -> KeychainState:
        """Look, without making the system ask. Raises `KeyringUnavailable`."""
        backend = self._best()
        try:
            asks, holds = look(backend, SERVICE, str(origin))
        except Exception as error:  # noqa: BLE001 - backends raise what their system does
            raise _translate(error) from None
        return KeychainState(name_of(backend), asks, holds)

    def read(self, origin: Origin) -> ApiKey:
        """Get the key of a server; one without a secret where there is none.

        Raises `KeyringUnavailable`, `KeyringLocked`.
        """
        backend = self._best()
        try:
            with _one_at_a_time():
                text = backend.get_password(SERVICE, str(origin)) if unlock(backend) else None
        except Exception as error:  # noqa: BLE001 - backends raise what their system does
            raise _translate(error) from None
        if not text:
            return ApiKey()
        return ApiKey(Secret(text), KeySource.KEYCHAIN, name_of(backend))

    def write(self, origin: Origin, secret: Secret) -> ApiKey:
        """Store the key of a server and read it back.

        Raises `KeyringUnavailable`, `KeyringLocked`, `KeyringLostKey`, `BadApiKey`.
        """
        backend = self._best()
        too_long = len(secret.reveal().encode("utf-16-le")) > WINDOWS_LIMIT
        if too_long and type(backend).__module__ == "keyring.backends.Windows":
            raise BadApiKey("The key is too long for the Windows Credential Manager.")
        try:
            with _one_at_a_time():
                unlock(backend, make=True)
                backend.set_password(SERVICE, str(origin), secret.reveal())
                kept = backend.get_password(SERVICE, str(origin))
                if kept is not None and kept != secret.reveal():
                    backend.delete_password(SERVICE, str(origin))  # or it is taken for a key
        except Exception as error:  # noqa: BLE001 - backends raise what their system does
            raise _translate(error) from None
        if kept != secret.reveal():
            raise KeyringLostKey("The system’s keyring did not keep the key as it is.")
        return ApiKey(secret, KeySource.KEYCHAIN, name_of(backend))

    def delete(self, origin: Origin) -> None:
        """Forget the key of a server. Raises `KeyringUnavailable`, `KeyringLocked`."""
        backend = self._best()
        try:
            with _one_at_a_time():
                if unlock(backend) and backend.get_password(SERVICE, str(origin)) is not None:
                    backend.delete_password(SERVICE, str(origin))
        except Exception as error:  # noqa: BLE001 - backends raise what their system does
            raise _translate(error) from None

    def _best(self) -> Backend:
        try:
            best = best_backend(self._backends)
        except Exception as error:  # noqa: BLE001 - backends raise what their system does
            raise _translate(error) from None
        if best is None:
            raise KeyringUnavailable(
                "This computer has no keyring that Castor can trust with your key.",
                "The key is used until Castor is closed, and never written to a file.",
            )
        return best


@contextmanager
def _one_at_a_time() -> Generator[None]:
    """Let no two calls meet: a gnome-keyring that is written to while it is used locks itself.

    A call that hangs, on a prompt or for no reason, holds up the others for a while only.
    """
    mine = _turns.acquire(timeout=TURN_SECONDS)
    try:
        yield
    finally:
        if mine:
            _turns.release()


def _translate(error: Exception) -> KeyringError:
    """Say what went wrong; the text of the exception is not kept, it may hold anything."""
    from keyring.errors import InitError, NoKeyringError
    from keyring.errors import KeyringLocked as Locked

    if isinstance(error, Locked | InitError):
        return KeyringLocked(
            "The system’s keyring is locked.", "Unlock it, or use the key for this session only."
        )
    if isinstance(error, NoKeyringError):
        return KeyringUnavailable("This computer has no keyring.")
    return KeyringUnavailable(
        f"The system’s keyring could not be used ({type(error).__name__}).",
        "The key is used until Castor is closed, and never written to a file.",
    )
