"""A key that is in another keychain than the one of now: asked for again, and nothing is wiped."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.chat.notices import Notice
from desktop_app.settings.api_key import SERVICE, Keychain
from desktop_app.settings.backends import Backend
from desktop_app.settings.settings import DEFAULTS
from desktop_app.ui.dialogs.settings_pages import key_words
from tests.scriptserver import answer, answers, script_server
from tests.world import World

pytestmark = pytest.mark.usefixtures("loop_factory")

KEY = "canary-key-0123456789-abcdef"
NEW = "another-key-0123456789-abcdef"
MODELS = answers(answer(b'{"models": []}'))


class Wallet:
    """KDE's, as far as it is used."""

    __module__ = "keyring.backends.kwallet"
    priority = 5.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.deleted: list[str] = []

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.deleted.append(self.kept.pop((service, username)))


class Ring(Wallet):
    """GNOME's, by libsecret."""

    __module__ = "keyring.backends.libsecret"


class Machine:
    """A computer whose keychains come and go, and a profile on it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.wallet = Wallet()
        self.ring = Ring()
        self.places: dict[str, str] = {}
        self.backends: list[Backend] = [self.wallet]

    def start(self) -> World:
        """Start the program with what it has remembered."""
        made = World(
            self.folder,
            self.url,
            Keychain(lambda: self.backends),
            replace(DEFAULTS, base_url=self.url),
            self.places,
        )
        made.preferences.key_place_changed.connect(self.places.__setitem__)
        return made

    def words(self, w: World) -> str:
        """What the settings say of the key."""
        return key_words(w.preferences.key, "a keyring")

    def account(self, backend: Wallet) -> str | None:
        return backend.kept.get((SERVICE, self.url))


def said(notices: list[Notice]) -> list[str]:
    return [one.text for one in notices]


async def test_the_key_is_asked_for_again_and_the_old_one_is_where_it_was(tmp_path: Path) -> None:
    async with script_server(MODELS) as server:
        machine = Machine(tmp_path, server.base_url)
        async with machine.start() as w:
            await w.preferences.accept_key(KEY)
            assert machine.words(w) == "Kept in KDE Wallet, for this server only."
        assert machine.places == {server.base_url: "KDE Wallet"}

        machine.backends = [machine.ring]  # another desktop was logged in to
        async with machine.start() as w:
            await w.preferences.load_key()
            assert not w.preferences.has_key
            assert said(w.notices) == [
                (
                    "Your key was kept in KDE Wallet; Castor now uses the system's keyring "
                    "(libsecret). Enter the key again."
                )
            ]
            assert machine.places == {server.base_url: "KDE Wallet"}, "it is still there"
            await w.preferences.accept_key(NEW)
            assert (
                machine.words(w)
                == "Kept in the system's keyring (libsecret), for this server only."
            )
        assert machine.account(machine.wallet) == KEY
        assert machine.account(machine.ring) == NEW

        machine.backends = [machine.wallet]  # and back
        async with machine.start() as w:
            await w.preferences.load_key()
            assert w.preferences.key.secret is not None
            assert w.preferences.key.secret.reveal() == KEY
            assert machine.words(w) == "Kept in KDE Wallet, for this server only."
        assert machine.wallet.deleted == machine.ring.deleted == []


async def test_without_any_keychain_the_key_is_for_this_session_and_comes_back_later(
    tmp_path: Path,
) -> None:
    async with script_server(MODELS) as server:
        machine = Machine(tmp_path, server.base_url)
        async with machine.start() as w:
            await w.preferences.accept_key(KEY)
        machine.backends = []
        async with machine.start() as w:
            await w.preferences.load_key()
            assert "which cannot be reached" in said(w.notices)[0]
            words = await w.preferences.accept_key(NEW)
            assert "until it is closed" in words
            assert machine.words(w).startswith("Used for this session only")
        machine.backends = [machine.wallet]
        async with machine.start() as w:
            await w.preferences.load_key()
            assert w.preferences.key.secret is not None
            assert w.preferences.key.secret.reveal() == KEY
        assert machine.wallet.deleted == []


async def test_forgetting_takes_the_key_out_of_the_keychain_that_has_it(tmp_path: Path) -> None:
    async with script_server(MODELS) as server:
        machine = Machine(tmp_path, server.base_url)
        async with machine.start() as w:
            await w.preferences.accept_key(KEY)
            machine.backends = [machine.ring]
            await w.preferences.accept_key(NEW)
            await w.preferences.forget_key()
        assert machine.account(machine.ring) is None
        assert machine.account(machine.wallet) == KEY
