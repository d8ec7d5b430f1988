"""Settings and key as the running program has them, and the models there are to choose from."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.checking import ConnectionCheck
from desktop_app.chat.connection import Connection
from desktop_app.chat.demo_server import DemoDidNotStart, DemoServer
from desktop_app.chat.networking import Networking
from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.stored_keys import KeyringSilent, ServerChanged, StoredKeys
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
    KeyringUnavailable,
    KeySource,
    clean_key,
    environment_key,
)
from desktop_app.settings.file import SettingsFile, SettingsUnwritable
from desktop_app.settings.settings import DEFAULTS, Settings

log = logging.getLogger(__name__)

DEMO_KEY: Final = "castor-offline-demo-key"
KEYCHAIN_TOPIC: Final = "keychain"
"""There is one notice at a time about where the key is kept."""


class Preferences(QObject):
    """Settings, key and models; everything that changes them goes through here.

    `base_url` is another server than that of the settings, for this run only. `key_places` says in
    which keychain each server's key was kept the last time.
    """

    changed = Signal(object)
    """The `Settings` are these now."""

    key_changed = Signal(object)
    """The `ApiKey` is this now."""

    key_place_changed = Signal(str, str)
    """The key of this server is kept in this keychain now; nowhere where that is ""."""

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
        key_places: Mapping[str, str] = MappingProxyType({}),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._file = file
        self._stored_keys = StoredKeys(keychain, key_places, tasks, self)
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
        self._stored_keys.place_changed.connect(self.key_place_changed)
        self._stored_keys.read_late.connect(self._take_late)
        self._stored_keys.written_late.connect(self._keep_late)
        self._stored_keys.deleted_late.connect(self._drop_late)
        self._stored_keys.failed_late.connect(self._warn)
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

    @property
    def keeps_keys(self) -> bool:
        """Whether there is a keychain to keep a key in, as far as is known."""
        return self._stored_keys.reachable

    async def load_key(self) -> None:
        """Look for the key: in the keychain, then in the environment. Never raises.

        A keychain that cannot be used is said only where there was reason to expect a key in it:
        most computers without one never had one. One that is locked or does not answer is not
        waited for: its answer is taken when it comes.
        """
        if self._demo_url is not None:
            return
        await self.networking.load()
        origin = self.origin
        try:
            found = await self._stored_keys.read(origin)
        except KeyringError as error:
            found = ApiKey()
            if origin == self.origin and not isinstance(error, KeyringUnavailable):
                self._warn(error)
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
        self._tasks.start(self._drop_key(), "forget key")

    async def _drop_key(self) -> None:
        try:
            await self.forget_key()
        except KeyringError as error:
            later = " It is deleted as soon as the keyring lets it."
            words = later if isinstance(error, KeyringSilent) else ""
            self._post(f"{error} The key is still kept.{words}", NoticeKind.WARN)

    async def accept_key(self, text: str) -> str:
        """Check a key with one call and keep it; return where it was kept, for the person.

        Raises `BadApiKey`, `GeminiError`, `ServerChanged`; the key in use is then the old one. A
        keychain that does not take it is no error: it is used for this session, which is returned.
        """
        secret = clean_key(text)
        base_url = self._own_url
        await self.networking.load()
        client = self._connection.make(base_url, self._settings.api_version, secret)
        try:
            await client.check_key()
        finally:
            await client.aclose()
        if self._own_url != base_url:
            raise ServerChanged
        self._demo_url = None
        try:
            kept = await self._stored_keys.write(origin_of(base_url), secret)
        except AppError as error:
            self._use_key(ApiKey(secret, KeySource.SESSION, "this session"), base_url)
            self._notices.withdraw(KEYCHAIN_TOPIC)
            if isinstance(error, KeyringSilent):
                return (
                    f"{error} Castor uses the key now and keeps it as soon as the keyring lets it."
                )
            return f"{error} Castor uses the key until it is closed."
        self._use_key(kept, base_url)
        self._notices.withdraw(KEYCHAIN_TOPIC)
        return f"The key is kept in {kept.place}."

    def _use_key(self, key: ApiKey, base_url: str) -> None:
        if self.base_url != base_url:
            raise ServerChanged  # a key goes to its own server and to no other
        self._set_key(key)

    async def forget_key(self) -> None:
        """Delete the key from the keychain and from memory. Raises `KeyringError`."""
        origin = self.origin
        if self._key.source is KeySource.KEYCHAIN:
            await self._stored_keys.delete(origin)
        if origin == self.origin:
            self._set_key(environment_key(origin))

    # --- what the keychain says later ---------------------------------------------------------

    @property
    def _has_own_key(self) -> bool:
        return self._key.source in (KeySource.KEYCHAIN, KeySource.SESSION)

    def _take_late(self, origin: Origin, found: ApiKey) -> None:
        self._notices.withdraw(KEYCHAIN_TOPIC)
        if origin == self.origin and found.secret is not None and not self._has_own_key:
            self._set_key(found)
            self.fetch_models()

    def _keep_late(self, origin: Origin, kept: ApiKey) -> None:
        self._notices.withdraw(KEYCHAIN_TOPIC)
        if origin != self.origin:
            return
        if self._key.secret == kept.secret:
            self._set_key(kept)
            self._post(f"The key is kept in {kept.place}.", NoticeKind.OK)
        elif not self._has_own_key:  # it was forgotten meanwhile
            self._tasks.start(self._delete(origin), "forget key")

    async def _delete(self, origin: Origin) -> None:
        try:
            await self._stored_keys.delete(origin)
        except KeyringError as error:
            self._post(f"{error} The key is still kept.", NoticeKind.WARN)

    def _drop_late(self, origin: Origin) -> None:
        self._notices.withdraw(KEYCHAIN_TOPIC)
        if origin == self.origin and self._key.source is KeySource.KEYCHAIN:
            self._set_key(environment_key(origin))

    def _warn(self, error: AppError) -> None:
        self._post(f"{error} {error.advice}".strip(), NoticeKind.WARN)

    def _post(self, words: str, kind: NoticeKind) -> None:
        self._notices.post(Notice(words, kind, topic=KEYCHAIN_TOPIC))

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
