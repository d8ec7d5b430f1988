"""Settings and key as the running program has them, and the models there are to choose from."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.checking import ConnectionCheck
from desktop_app.chat.connection import Connection
from desktop_app.chat.demo_server import DemoDidNotStart, DemoServer
from desktop_app.chat.networking import Networking
from desktop_app.chat.notices import NoticeBoard
from desktop_app.chat.tasks import TaskScope
from desktop_app.errors import AppError
from desktop_app.gemini.errors import GeminiError
from desktop_app.interactions.models import BUILT_IN_MODELS, Model, built_in, is_chat_model
from desktop_app.origin import Origin, origin_of
from desktop_app.secret import Secret
from desktop_app.settings.api_key import (
    ApiKey,
    Keychain,
    KeyringError,
    KeyringLocked,
    KeySource,
    clean_key,
    environment_key,
)
from desktop_app.settings.file import SettingsFile, SettingsUnwritable
from desktop_app.settings.settings import DEFAULTS, Settings

T = TypeVar("T")

log = logging.getLogger(__name__)

KEYCHAIN_TIMEOUT: Final = 30.0
"""Seconds. A locked keychain shows a prompt of the system, and may never answer."""

DEMO_KEY: Final = "castor-offline-demo-key"


class Preferences(QObject):
    """Settings, key and models; everything that changes them goes through here.

    `base_url` is another server than that of the settings, for this run only.
    """

    changed = Signal(object)
    """The `Settings` are these now."""

    key_changed = Signal(object)
    """The `ApiKey` is this now."""

    models_changed = Signal()
    """There are other models to choose from."""

    key_checking = Signal(bool)
    """A key is being checked, or no longer."""

    key_accepted = Signal(str)
    """The key that was entered is in use; the words say where it is kept."""

    key_rejected = Signal(object)
    """The key that was entered is not; the `AppError` says why."""

    def __init__(
        self,
        settings: Settings,
        file: SettingsFile,
        keychain: Keychain,
        connection: Connection,
        notices: NoticeBoard,
        tasks: TaskScope,
        demo: DemoServer,
        base_url: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._file = file
        self._keychain = keychain
        self._connection = connection
        self._notices = notices
        self._tasks = tasks
        self._demo = demo
        self._demo_url: str | None = None
        self._url_of_this_run = base_url
        self._key = ApiKey()
        self._key_known = False
        self._models: list[Model] = []
        self.networking = Networking(settings, keychain, notices, tasks, self)
        self.networking.changed.connect(self._connect)
        self.networking.authorities_chosen.connect(self._keep_authorities)
        self.check = ConnectionCheck(self, tasks)
        self._connect()

    # --- settings -----------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The settings of now."""
        return self._settings

    def update(self, **changes: object) -> None:
        """Change settings: they hold at once, and are saved."""
        settings = replace(self._settings, **changes)
        if settings == self._settings:
            return
        server_changed = settings.base_url != self._settings.base_url
        if server_changed:
            self._url_of_this_run = ""
        self._settings = settings
        try:
            self._file.save(settings)
        except SettingsUnwritable as error:
            self._notices.report(error)
        if server_changed and self.base_url == settings.base_url:
            self._key, self._key_known, self._models = ApiKey(), False, []
            self.models_changed.emit()
            self.key_changed.emit(self._key)
            self._tasks.start(self._greet_server(), "server")
        self.networking.use(settings)
        self._connect()
        self.changed.emit(settings)

    def reset(self, names: list[str]) -> None:
        """Put settings back to their defaults."""
        self.update(**{name: getattr(DEFAULTS, name) for name in names})

    # --- the server ---------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """The server's address: the demo's while it is used, then that of the command line."""
        return self._demo_url or self._own_url

    @property
    def _own_url(self) -> str:
        return self._url_of_this_run or self._settings.base_url

    @property
    def origin(self) -> Origin:
        """The server's origin, to which the key belongs."""
        return origin_of(self.base_url)

    @property
    def uses_demo(self) -> bool:
        """Whether the offline demo answers."""
        return self._demo_url is not None

    def use_demo(self, base_url: str) -> None:
        """Let the demo server answer, with the key that only it takes."""
        self._demo_url = base_url
        self._models = []
        self._set_key(ApiKey(Secret(DEMO_KEY), KeySource.DEMO, "the offline demo"))
        self.models_changed.emit()

    def start_demo(self) -> None:
        """Start the demo server and let it answer."""
        self._tasks.start(self.run_demo(), "demo")

    async def run_demo(self) -> None:
        """Start the demo server and let it answer. Raises `DemoDidNotStart`."""
        try:
            base_url = await self._demo.start()
        except DemoDidNotStart:
            if not self._key_known:
                self._set_key(ApiKey())
            raise
        self.use_demo(base_url)

    # --- the way there ------------------------------------------------------------------------

    @property
    def own_ca(self) -> str:
        """The name of the own CA's file, where the server is reached on its word too."""
        found = self.networking.authorities
        return found.file_name if found is not None and self.origin.scheme == "https" else ""

    def _keep_authorities(self, path: str) -> None:
        self.update(ca_file=path)
        self.networking.changed.emit()

    # --- the key ------------------------------------------------------------------------------

    @property
    def key(self) -> ApiKey:
        """The key in use."""
        return self._key

    @property
    def key_known(self) -> bool:
        """Whether the keychain has been asked."""
        return self._key_known

    @property
    def has_key(self) -> bool:
        """Whether there is a key to ask with."""
        return self._key.secret is not None

    async def load_key(self) -> None:
        """Look for the key: in the keychain, then in the environment. Never raises.

        A keychain that cannot be used is said only where there was reason to expect a key in it:
        most computers without one never had one.
        """
        if self._demo_url is not None:
            return
        await self.networking.load()
        origin = self.origin
        try:
            found = await self._ask_keychain(lambda: self._keychain.read(origin))
        except KeyringError as error:
            found = ApiKey()
            if isinstance(error, KeyringLocked):
                self._notices.report(error)
        if origin != self.origin:
            return  # the server was changed meanwhile
        if found.secret is None:
            found = environment_key(origin)
        self._set_key(found)

    async def _greet_server(self) -> None:
        await self.load_key()
        await self._fetch_models()

    def enter_key(self, text: str) -> None:
        """Check a key and keep it; a signal says how that went."""
        self.key_checking.emit(True)
        self._tasks.start(self._enter_key(text), "key")

    async def _enter_key(self, text: str) -> None:
        try:
            words = await self.accept_key(text)
        except AppError as error:
            self.key_rejected.emit(error)
        else:
            self.key_accepted.emit(words)
        finally:
            self.key_checking.emit(False)

    def drop_key(self) -> None:
        """Forget the key; a notice says so where that fails."""
        self._tasks.start(self.forget_key(), "forget key")

    async def accept_key(self, text: str) -> str:
        """Check a key with one call and keep it; return where it was kept, for the person.

        Raises `BadApiKey` and `GeminiError`; the key in use is then the old one. A keychain that
        does not take it is no error: the key is then used for this session, and that is returned.
        """
        secret = clean_key(text)
        base_url = self._own_url
        await self.networking.load()
        client = self._connection.make(base_url, self._settings.api_version, secret)
        try:
            await client.check_key()
        finally:
            await client.aclose()
        origin = origin_of(base_url)
        self._demo_url = None
        try:
            kept = await self._ask_keychain(lambda: self._keychain.write(origin, secret))
        except AppError as error:
            self._set_key(ApiKey(secret, KeySource.SESSION, "this session"))
            return f"{error} Castor uses the key until it is closed."
        self._set_key(kept)
        self._notices.withdraw(KeyringLocked.__name__)
        return f"The key is kept in {kept.place}."

    async def forget_key(self) -> None:
        """Delete the key from the keychain and from memory. Raises `KeyringError`."""
        origin = self.origin
        if self._key.source is KeySource.KEYCHAIN:
            await self._ask_keychain(lambda: self._keychain.delete(origin))
        self._set_key(environment_key(origin))

    async def _ask_keychain(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.wait_for(asyncio.to_thread(call), KEYCHAIN_TIMEOUT)
        except TimeoutError:
            raise KeyringLocked(
                "The system's keyring does not answer.",
                "Unlock it and start Castor again, or paste the key for this session.",
            ) from None

    def _set_key(self, key: ApiKey) -> None:
        self._key = key
        self._key_known = True
        self._connect()
        self.key_changed.emit(key)

    def _connect(self) -> None:
        self._connection.use_network(self.networking.network)
        self._connection.use(self.base_url, self._settings.api_version, self._key.secret)

    # --- models -------------------------------------------------------------------------------

    @property
    def models(self) -> list[Model]:
        """The models to choose from: the server's list, else the built-in table."""
        return self._models or list(BUILT_IN_MODELS)

    @property
    def models_are_live(self) -> bool:
        """Whether the list came from the server."""
        return bool(self._models)

    def model(self, name: str) -> Model:
        """What is known of a model, by its name."""
        listed = next((model for model in self.models if model.name == name), None)
        return listed or built_in(name) or Model(name, name)

    def fetch_models(self) -> None:
        """Fetch the server's list when there is time; without it the built-in one is used."""
        self._tasks.start(self._fetch_models(), "models")

    async def _fetch_models(self) -> None:
        try:
            await self.refresh_models()
        except GeminiError as error:
            log.info("the list of models could not be fetched: %s", error.code)

    async def refresh_models(self) -> None:
        """Fetch the server's list. Raises `GeminiError`; the list is then as it was."""
        if not self.has_key:
            return
        origin = self.origin
        found = [
            model for model in await self._connection.client.models() if is_chat_model(model.name)
        ]
        if found and origin == self.origin:
            self._models = found
            self.models_changed.emit()
