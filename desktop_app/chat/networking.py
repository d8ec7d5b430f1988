"""How servers are reached, as the running program has it: the proxy, its password, the own CA."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.notices import NoticeBoard
from desktop_app.chat.tasks import TaskScope
from desktop_app.errors import AppError
from desktop_app.network import AS_SYSTEM, BadProxy, Network, Proxy, check_credential, read_proxy
from desktop_app.origin import Origin
from desktop_app.secret import Secret
from desktop_app.settings.api_key import Keychain, KeyringError, KeyringLocked, KeyringLostKey
from desktop_app.settings.authorities import Authorities, BadAuthorities, read_authorities
from desktop_app.settings.settings import Settings

T = TypeVar("T")

KEYCHAIN_SECONDS: Final = 30.0
LOAD_SECONDS: Final = 10.0
"""How long a start waits for a password and a file; what comes later still counts."""

_SESSION: Final = "Castor uses the password until it is closed."


class Networking(QObject):
    """Keeps the password of the proxy in the keychain, in memory without one, never in a file."""

    changed = Signal()
    """Servers are reached in another way now."""

    password_kept = Signal(str)
    """The password that was entered is in use; the words say where it is kept."""

    password_refused = Signal(object)
    """The password that was entered cannot be one; the `AppError` says why."""

    authorities_chosen = Signal(str)
    """The file that was chosen holds certificates; this is its path."""

    authorities_refused = Signal(object)
    """The file that was chosen is of no use; the `AppError` says why."""

    system_told = Signal(str)
    """The words say which proxy the system names."""

    def __init__(
        self,
        settings: Settings,
        keychain: Keychain,
        notices: NoticeBoard,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._keychain = keychain
        self._notices = notices
        self._tasks = tasks
        self._password: Secret | None = None
        self._place = ""
        self._authorities: Authorities | None = None
        self._loading: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    # --- what holds ---------------------------------------------------------------------------

    @property
    def network(self) -> Network:
        """How the next request is to go."""
        pem = self._authorities.pem if self._authorities is not None else ""
        return Network(self._settings.proxy == "system", self._proxy, pem)

    @property
    def _proxy(self) -> Proxy | None:
        settings = self._settings
        if settings.proxy != "own":
            return None
        return read_proxy(settings.proxy_url, settings.proxy_user, self._password)

    @property
    def _account(self) -> Origin | None:
        """Where the password lies; `None` where there is none to be expected."""
        settings = self._settings
        if not settings.proxy_url or not settings.proxy_user:
            return None
        return read_proxy(settings.proxy_url).account

    @property
    def password(self) -> Secret | None:
        """The password of the proxy."""
        return self._password

    @property
    def password_place(self) -> str:
        """Where the password is kept, for the person; empty where there is none."""
        return self._place

    @property
    def authorities(self) -> Authorities | None:
        """The own CA that is trusted beside the system's."""
        return self._authorities

    # --- changes ------------------------------------------------------------------------------

    def use(self, settings: Settings) -> None:
        """Go by other settings: at once, and by what has to be read for them as soon as it is."""
        before, account, former = self.network, self._account, self._settings
        self._settings = settings
        if self._account != account:
            self._password, self._place = None, ""
        if self._authorities is not None and self._authorities.path != settings.ca_file:
            self._authorities = None
        if self.network != before:
            self.changed.emit()
        if settings.ca_file != former.ca_file or self.network != before:
            self._loading = self._tasks.start(self._load(), "network")

    async def load(self) -> None:
        """Wait until what the settings name is read, a while at most. Never raises."""
        if self._loading is None:
            self._loading = self._tasks.start(self._load(), "network")
        await asyncio.wait({self._loading}, timeout=LOAD_SECONDS)

    async def _load(self) -> None:
        file, account = self._settings.ca_file, self._account
        if file and self._authorities is None:
            await self._load_authorities(file)
        if account is not None and self._password is None and self._settings.proxy == "own":
            await self._load_password(account)

    async def _load_authorities(self, file: str) -> None:
        try:
            found = await asyncio.to_thread(read_authorities, Path(file))
        except BadAuthorities as error:
            self._notices.report(error)
            return
        if file == self._settings.ca_file:
            self._authorities = found
            self.changed.emit()

    async def _load_password(self, account: Origin) -> None:
        try:
            found = await self._ask(lambda: self._keychain.read(account))
        except KeyringError as error:
            if isinstance(error, KeyringLocked):
                self._notices.report(error)
            return
        if found.secret is not None and account == self._account and self._password is None:
            self._password, self._place = found.secret, found.place
            self.changed.emit()

    def choose_authorities(self, path: str) -> None:
        """Look into a file; a signal says whether it is of use."""
        self._tasks.start(self._choose_authorities(path), "own CA")

    async def _choose_authorities(self, path: str) -> None:
        try:
            found = await asyncio.to_thread(read_authorities, Path(path))
        except BadAuthorities as error:
            self.authorities_refused.emit(error)
            return
        self._authorities = found
        self.authorities_chosen.emit(path)

    def ask_system(self, origin: Origin) -> None:
        """Ask which proxy the system names for a server; a signal tells."""
        self._tasks.start(self._ask_system(origin), "system's proxy")

    async def _ask_system(self, origin: Origin) -> None:
        try:
            found = await asyncio.to_thread(AS_SYSTEM.proxy_for, origin)
        except BadProxy as error:
            self.system_told.emit(f"{error} {error.advice}".strip())
            return
        named = (
            f"The system names {found}."
            if found is not None
            else "The system names none for this server."
        )
        self.system_told.emit(named)

    # --- the password -------------------------------------------------------------------------

    def enter_password(self, text: str) -> None:
        """Use a password for the proxy and keep it; a signal says where."""
        account = self._account
        try:
            password = _checked(text, named=account is not None)
        except BadProxy as error:
            self.password_refused.emit(error)
            return
        self._password, self._place = password, "this session"
        self.changed.emit()
        if account is not None:
            self._tasks.start(self._keep(account, password), "proxy password")

    async def _keep(self, account: Origin, password: Secret) -> None:
        try:
            kept = await self._ask(lambda: self._keychain.write(account, password))
        except AppError as error:
            self.password_kept.emit(f"{_reason(error)} {_SESSION}")
            return
        if account == self._account and password == self._password:
            self._place = kept.place
            self.changed.emit()
        self.password_kept.emit(f"The password is kept in {kept.place}.")

    def forget_password(self) -> None:
        """Delete the password from the keychain and from memory."""
        self._password, self._place = None, ""
        self.changed.emit()
        account = self._account
        if account is not None:
            self._tasks.start(self._forget(account), "forget proxy password")

    async def _forget(self, account: Origin) -> None:
        try:
            await self._ask(lambda: self._keychain.delete(account))
        except KeyringLocked as error:
            self._notices.report(error)
        except KeyringError:
            pass  # what cannot be asked holds nothing of ours

    async def _ask(self, call: Callable[[], T]) -> T:
        try:
            async with self._one_at_a_time:  # or what is forgotten may be kept after it
                return await asyncio.wait_for(asyncio.to_thread(call), KEYCHAIN_SECONDS)
        except TimeoutError:
            raise KeyringLocked(
                "The system’s keyring does not answer.",
                "If it shows a window, answer it, or enter the proxy’s password again.",
            ) from None


def _checked(text: str, *, named: bool) -> Secret:
    if not named:
        raise BadProxy("Enter the user name first.")
    if not text:
        raise BadProxy("Enter the password first.")
    return Secret(check_credential(text))


def _reason(error: AppError) -> str:
    match error:
        case KeyringLocked():
            return str(error)
        case KeyringLostKey():
            return "The system’s keyring did not keep the password."
        case _:
            return "This computer has no keyring that Castor can trust with the password."
