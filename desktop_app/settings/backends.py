"""Which of keyring's backends is trusted with a secret, and whether using it would ask first.

keyring would take whatever is installed, set in the environment or in keyringrc.cfg: a backend
that keeps secrets in plain text, or one that throws them away (reliability, section 1.4). Here
the backends are named one by one, and no other one is as much as imported.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final, Protocol, cast

NAMES: Final[dict[str, str]] = {
    "keyring.backends.SecretService": "the system's keyring (Secret Service)",
    "keyring.backends.libsecret": "the system's keyring (libsecret)",
    "keyring.backends.kwallet": "KDE Wallet",
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "the macOS keychain",
}
"""What the person calls them, by the module that they are in."""

_LOWEST_PRIORITY: Final = 1.0
"""keyring gives less to what it does not recommend."""


class Backend(Protocol):
    """What keyring's backends have; the library itself is typed in part only."""

    @property
    def priority(self) -> float:
        """How much keyring recommends it."""
        ...

    def get_password(self, service: str, username: str) -> str | None:
        """Read an entry; `None` where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry, or write over it."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Delete an entry; it raises where there is none."""
        ...


def name_of(backend: Backend) -> str:
    """What the person calls a backend."""
    return NAMES[type(backend).__module__]


def usable_backends() -> list[Backend]:
    """Those of this system that can be used now; asking takes some 40 ms of D-Bus on Linux."""
    kinds = cast("Sequence[type[Backend]]", _kinds())
    return [kind() for kind in kinds if _is_viable(kind)]


def best_backend(backends: Callable[[], Sequence[Backend]]) -> Backend | None:
    """The one that keyring recommends most, of those that are on the list."""
    ranked = [
        (float(backend.priority), backend)
        for backend in backends()
        if type(backend).__module__ in NAMES
    ]
    usable = [one for one in ranked if one[0] >= _LOWEST_PRIORITY]
    return max(usable, key=lambda one: one[0])[1] if usable else None


def _kinds() -> Sequence[object]:
    # Written out, so that a frozen program has them; each imports on every system.
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring

        return (WinVaultKeyring,)
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring

        return (Keyring,)
    from keyring.backends import SecretService, kwallet, libsecret

    return SecretService.Keyring, libsecret.Keyring, kwallet.DBusKeyring


def _is_viable(kind: type[Backend]) -> bool:
    return bool(getattr(kind, "viable", False))


# --- a keyring that is locked -----------------------------------------------------------------


def look(backend: Backend, service: str, username: str) -> tuple[bool, bool]:
    """Whether using it makes the system ask for a password, and whether it may have an entry.

    Never asks itself: a locked keyring, too, says what it holds. A Secret Service without a keyring
    yet asks for the new one's password. Of other backends nothing is known before they are used.
    """
    if not _is_secret_service(backend):
        return False, True
    import secretstorage

    names = {"service": service, "username": username}
    with closing(secretstorage.dbus_init()) as connection:
        try:
            collection = secretstorage.Collection(connection)
            items = list(collection.search_items(names))
            # Some keyrings are open and still ask before they hand out an entry.
            asks = collection.is_locked() or any(item.is_locked() for item in items)
            return asks, bool(items)
        except secretstorage.ItemNotFoundException:
            return True, False


def unlock(backend: Backend, *, make: bool = False) -> bool:
    """Have the system ask for a password where one is needed. Raises keyring's `KeyringLocked`.

    False where there is no keyring yet; to `make` one, the system asks for its password. keyring
    does this too, but makes one in order to read it, and loses a connection each time it fails.
    """
    if not _is_secret_service(backend):
        return True
    import secretstorage
    from keyring.errors import KeyringLocked

    with closing(secretstorage.dbus_init()) as connection:
        try:
            collection = secretstorage.Collection(connection)
        except secretstorage.ItemNotFoundException:
            if not make:
                return False
            try:
                collection = secretstorage.get_default_collection(connection)
            except secretstorage.PromptDismissedException:
                raise KeyringLocked from None
        if collection.is_locked():
            collection.unlock()
            if collection.is_locked():
                raise KeyringLocked
    return True


def _is_secret_service(backend: Backend) -> bool:
    return type(backend).__module__ == "keyring.backends.SecretService"
