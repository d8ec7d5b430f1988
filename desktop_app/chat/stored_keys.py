"""The keychain as the running program uses it: one call at a time, and never waited for long.

A keychain may show a prompt that is answered in an hour, or never answer at all. So each call
runs in a daemon thread, is given up after a while, and counts all the same when it ends.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.chat.tasks import TaskScope
from desktop_app.errors import AppError
from desktop_app.origin import Origin
from desktop_app.secret import Secret
from desktop_app.settings.api_key import (
    ApiKey,
    BadApiKey,
    Keychain,
    KeychainState,
    KeyringError,
    KeyringLocked,
    KeyringLostKey,
    KeyringUnavailable,
    clean_key,
)

T = TypeVar("T")

TIME_LIMIT: Final = 10.0
"""Seconds for what should show no prompt; some systems cannot tell, and show one."""

PROMPT_SECONDS: Final = 1.0
"""Seconds after which a locked keychain that has not failed is taken to show a prompt."""

_SILENCE: Final = (
    "The system’s keyring does not answer.",
    "If it shows a window, answer it, or enter the key for this session only.",
)
_PROMPT: Final = (
    "The system’s keyring is locked.",
    "Answer the window that asks for its password, or enter the key for this session only.",
)


class KeyringSilent(KeyringLocked):
    """The keychain has not answered yet. What was asked of it still counts when it does."""


class KeyringChanged(KeyringError):
    """The key is in another keychain than the one of now, or is gone from it."""


class ServerChanged(AppError):
    """Another server was chosen while the key of the one before was checked or kept."""

    def __init__(self) -> None:
        super().__init__(
            "Another server was chosen meanwhile, and the key is not for that one.",
            "Enter the key of the server that is in use.",
        )


class StoredKeys(QObject):
    """Reads, writes and deletes keys.

    `places` says in which keychain the key of each server was kept the last time; its names are
    those of `Origin`s.
    """

    place_changed = Signal(str, str)
    """The key of this server (an `Origin` as text) is kept there now; nowhere where that is ""."""

    read_late = Signal(object, object)
    """The key of this `Origin` is this `ApiKey`; it had been given up."""

    written_late = Signal(object, object)
    """The key of this `Origin` is kept as this `ApiKey`; it had been given up."""

    deleted_late = Signal(object)
    """The key of this `Origin` is deleted; it had been given up."""

    failed_late = Signal(object)
    """What had been given up ended in this `KeyringError`."""

    def __init__(
        self,
        keychain: Keychain,
        places: Mapping[str, str],
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._keychain = keychain
        self._places = dict(places)
        self._tasks = tasks
        self._one_at_a_time = asyncio.Lock()
        self._asked = 0
        self._refused = 0
        self._given_up: tuple[str, str] | None = None
        self._reachable = True

    @property
    def reachable(self) -> bool:
        """Whether there was a keychain when it was last asked."""
        return self._reachable

    async def read(self, origin: Origin) -> ApiKey:
        """Get the key of a server. No prompt is shown where there is no key to be had by it.

        Raises `KeyringError`.
        """
        expected = self._places.get(str(origin), "")
        try:
            found = await self._ask(
                origin, partial(self._read, origin, expected), partial(self._found_late, origin)
            )
        except KeyringUnavailable as error:
            if expected:
                raise KeyringChanged(
                    f"Your key is in {expected}, which cannot be reached.",
                    "Enter the key for this session only.",
                ) from error
            raise
        if found.secret is not None:
            self._remember(origin, found.place)
        return found

    async def write(self, origin: Origin, secret: Secret) -> ApiKey:
        """Keep the key of a server. Raises `KeyringError`, `BadApiKey`."""
        kept = await self._ask(
            origin, partial(self._write, origin, secret), partial(self._kept_late, origin)
        )
        self._remember(origin, kept.place)
        return kept

    async def delete(self, origin: Origin) -> None:
        """Forget the key of a server. Raises `KeyringError`."""
        await self._ask(origin, partial(self._delete, origin), partial(self._gone_late, origin))
        self._remember(origin, "")

    # --- in the thread ------------------------------------------------------------------------

    def _read(self, origin: Origin, expected: str, state: KeychainState) -> ApiKey:
        found = ApiKey()
        if state.holds or (state.asks and state.place == expected):
            found = self._keychain.read(origin)
        if found.secret is None:
            if expected:
                raise _gone(expected, state.place)
            return found
        try:
            clean_key(found.secret.reveal())
        except BadApiKey:
            raise KeyringLostKey(
                "What the system’s keyring holds is no key.", "Enter the key again."
            ) from None
        return found

    def _write(self, origin: Origin, secret: Secret, _state: KeychainState) -> ApiKey:
        return self._keychain.write(origin, secret)

    def _delete(self, origin: Origin, _state: KeychainState) -> None:
        self._keychain.delete(origin)

    # --- what comes late ----------------------------------------------------------------------

    def _found_late(self, origin: Origin, found: ApiKey) -> None:
        if found.secret is not None:
            self._remember(origin, found.place)
        self.read_late.emit(origin, found)

    def _kept_late(self, origin: Origin, kept: ApiKey) -> None:
        self._remember(origin, kept.place)
        self.written_late.emit(origin, kept)

    def _gone_late(self, origin: Origin, _nothing: None) -> None:
        self._remember(origin, "")
        self.deleted_late.emit(origin)

    def _remember(self, origin: Origin, place: str) -> None:
        name = str(origin)
        if self._places.get(name, "") != place:
            self._places[name] = place
            self.place_changed.emit(name, place)

    # --- asking -------------------------------------------------------------------------------

    async def _ask(
        self, origin: Origin, call: Callable[[KeychainState], T], late: Callable[[T], None]
    ) -> T:
        """Run a call and wait for it; where that takes too long, `late` gets the answer.

        While one is being waited for in vain, the next ones are not waited for: they come after.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._asked += 1
        self._tasks.start(self._run(self._asked, origin, call, answer, late), "keychain")
        if self._given_up is not None:
            self._give_up(answer, self._given_up)
        timer = loop.call_later(TIME_LIMIT, self._give_up, answer, _SILENCE)
        try:
            return await answer
        finally:
            timer.cancel()

    def _give_up(self, answer: "asyncio.Future[T]", words: tuple[str, str]) -> None:
        if not answer.done():
            self._given_up = words
            answer.set_exception(KeyringSilent(*words))

    async def _run(
        self,
        number: int,
        origin: Origin,
        call: Callable[[KeychainState], T],
        answer: asyncio.Future[T],
        late: Callable[[T], None],
    ) -> None:
        async with self._one_at_a_time:
            try:
                result = await self._answered(number, origin, call, answer)
            except AppError as error:
                self._reachable = not isinstance(error, KeyringUnavailable)
                if isinstance(error, KeyringLocked):
                    self._refused = self._asked
                if not answer.done():
                    answer.set_exception(error)
                elif not isinstance(error, BadApiKey):
                    self.failed_late.emit(error)
                return
            finally:
                self._given_up = None
        self._reachable = True
        if not answer.done():
            answer.set_result(result)
        else:
            late(result)

    async def _answered(
        self,
        number: int,
        origin: Origin,
        call: Callable[[KeychainState], T],
        answer: asyncio.Future[T],
    ) -> T:
        if number <= self._refused:  # a prompt was closed, and the next one would be the same
            raise KeyringLocked("The system’s keyring is locked.")
        state = await asyncio.to_thread(self._keychain.state, origin)
        if not state.asks:
            return await asyncio.to_thread(call, state)
        loop = asyncio.get_running_loop()
        prompt = loop.call_later(PROMPT_SECONDS, self._give_up, answer, _PROMPT)
        try:
            return await asyncio.to_thread(call, state)
        finally:
            prompt.cancel()


def _gone(expected: str, place: str) -> KeyringChanged:
    if expected == place:
        return KeyringChanged(f"Your key is not in {expected} any more.", "Enter it again.")
    return KeyringChanged(
        f"Your key was kept in {expected}; Castor now uses {place}.", "Enter the key again."
    )
