"""A keychain that asks, is silent or has changed: what is said at once, and what counts later."""

import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop_app.origin import Origin, origin_of
from desktop_app.secret import Secret
from desktop_app.settings.api_key import (
    ApiKey,
    KeychainState,
    KeyringLocked,
    KeyringLostKey,
    KeyringUnavailable,
    KeySource,
)
from tests.scriptserver import Request, ScriptServer, Writer, answer, script_server
from tests.world import KEY, MemoryKeychain, World, until

OLD_KEY = "canary-old-key-0123456789"
PLACE = "a test"


@dataclass
class Call:
    """One call of the keychain that somebody outside has to answer."""

    name: str
    gate: threading.Event = field(default_factory=threading.Event)
    fails: Exception | None = None


class Guarded(MemoryKeychain):
    """A keychain whose prompts, or whose every call, the test answers."""

    def __init__(self, *, locked: bool = False, silent: bool = False) -> None:
        super().__init__()
        self.locked = locked
        self.silent = silent
        self.place = PLACE
        self.holds: bool | None = None
        self.calls: list[Call] = []
        self.running = 0
        self.most_running = 0
        self.threads: set[bool] = set()

    def state(self, origin: Origin) -> KeychainState:
        if self.fails is not None:
            raise self.fails
        if self.silent:
            self._wait("state")
        holds = origin in self.kept if self.holds is None else self.holds
        return KeychainState(self.place, self.locked, holds)

    def read(self, origin: Origin) -> ApiKey:
        self._answer("read")
        return super().read(origin)

    def write(self, origin: Origin, secret: Secret) -> ApiKey:
        self._answer("write")
        return super().write(origin, secret)

    def delete(self, origin: Origin) -> None:
        self._answer("delete")
        super().delete(origin)

    def _answer(self, name: str) -> None:
        if self.locked:
            self._wait(name)
            self.locked = False

    def _wait(self, name: str) -> None:
        self.threads.add(threading.current_thread() is threading.main_thread())
        call = Call(name)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        self.calls.append(call)
        call.gate.wait(20)
        self.running -= 1
        if call.fails is not None:
            raise call.fails

    def open(self) -> None:
        """Answer what is asked now."""
        self.calls[-1].gate.set()

    def close_prompt(self) -> None:
        self.calls[-1].fails = KeyringLocked("The system’s keyring is locked.", "Unlock it.")
        self.open()


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    made = Guarded()
    yield made
    made.silent = made.locked = False
    for call in made.calls:
        call.gate.set()


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.chat.stored_keys.TIME_LIMIT", 0.2)
    monkeypatch.setattr("desktop_app.chat.stored_keys.PROMPT_SECONDS", 0.05)


async def _list_models(request: Request, writer: Writer) -> None:
    writer.write(answer(b'{"models": []}'))


@asynccontextmanager
async def program(
    folder: Path, keychain: MemoryKeychain, place: str = ""
) -> AsyncGenerator[tuple[World, ScriptServer]]:
    async with script_server(_list_models) as server:
        known = {server.base_url: place} if place else {}
        async with World(folder, server.base_url, keychain, key_places=known) as w:
            yield w, server


def words(w: World) -> str:
    return w.notices[-1].text if w.notices else ""


async def test_a_locked_keychain_is_said_at_once_and_its_key_is_taken_when_it_is_unlocked(
    tmp_path: Path, guarded: Guarded
) -> None:
    async with program(tmp_path, guarded) as (w, server):
        guarded.kept[origin_of(server.base_url)] = Secret(OLD_KEY)
        guarded.locked = True
        await w.preferences.load_key()
        assert words(w) == (
            "The system’s keyring is locked. "
            "Answer the window that asks for its password, or enter the key for this session only."
        )
        assert w.preferences.key_known
        assert not w.preferences.has_key
        guarded.open()
        await until(lambda: w.preferences.has_key, w.preferences.key_changed)
        assert w.preferences.key == ApiKey(Secret(OLD_KEY), KeySource.KEYCHAIN, PLACE)
        assert w.withdrawn[-1] == w.notices[-1].topic
    assert guarded.threads == {False}, "never in the thread that paints"


async def test_a_prompt_that_is_closed_is_said(tmp_path: Path, guarded: Guarded) -> None:
    async with program(tmp_path, guarded) as (w, server):
        guarded.kept[origin_of(server.base_url)] = Secret(OLD_KEY)
        guarded.locked = True
        await w.preferences.load_key()
        guarded.close_prompt()
        await until(lambda: len(w.notices) == 2, w.board.posted)
        assert words(w) == "The system’s keyring is locked. Unlock it."
        assert w.notices[0].topic == w.notices[1].topic, "one takes the place of the other"
        assert not w.preferences.has_key


async def test_nobody_is_asked_for_a_password_where_there_is_no_key_to_be_had(
    tmp_path: Path, guarded: Guarded
) -> None:
    guarded.locked = True
    async with program(tmp_path, guarded) as (w, _server):
        await w.preferences.load_key()
        assert w.preferences.key_known
        assert w.notices == []
    assert guarded.calls == []


async def test_a_locked_keychain_that_hides_what_it_holds_is_asked_where_the_key_was_in_it(
    tmp_path: Path, guarded: Guarded
) -> None:
    guarded.holds = False
    guarded.locked = True
    async with program(tmp_path, guarded, PLACE) as (w, server):
        guarded.kept[origin_of(server.base_url)] = Secret(OLD_KEY)
        await w.preferences.load_key()
        guarded.open()
        await until(lambda: w.preferences.has_key, w.preferences.key_changed)


async def test_a_key_for_this_session_is_used_while_a_prompt_waits_and_kept_once_it_is_answered(
    tmp_path: Path, guarded: Guarded
) -> None:
    guarded.locked = True
    async with program(tmp_path, guarded) as (w, server):
        said = await w.preferences.accept_key(KEY)
        assert said == (
            "The system’s keyring is locked. "
            "Castor uses the key now and keeps it as soon as the keyring lets it."
        )
        assert w.preferences.key.source is KeySource.SESSION
        assert w.preferences.has_key
        guarded.open()
        await until(
            lambda: w.preferences.key.source is KeySource.KEYCHAIN, w.preferences.key_changed
        )
        assert words(w) == "The key is kept in a test."
        assert guarded.kept == {origin_of(server.base_url): Secret(KEY)}


async def test_a_key_that_was_forgotten_while_a_prompt_waited_is_not_kept_after_all(
    tmp_path: Path, guarded: Guarded
) -> None:
    guarded.locked = True
    async with program(tmp_path, guarded) as (w, server):
        places: list[tuple[str, str]] = []
        w.preferences.key_place_changed.connect(lambda *values: places.append(values))
        await w.preferences.accept_key(KEY)
        await w.preferences.forget_key()
        assert not w.preferences.has_key
        guarded.open()
        await until(lambda: len(places) == 2, w.preferences.key_place_changed)
        assert places == [(server.base_url, PLACE), (server.base_url, "")]
        assert guarded.kept == {}
        assert not w.preferences.has_key


async def test_the_key_of_this_session_stays_when_an_older_one_comes_out_of_the_keychain(
    tmp_path: Path, guarded: Guarded
) -> None:
    async with program(tmp_path, guarded) as (w, server):
        origin = origin_of(server.base_url)
        guarded.kept[origin] = Secret(OLD_KEY)
        guarded.locked = True
        await w.preferences.load_key()
        await w.preferences.accept_key(KEY)
        guarded.open()
        await until(
            lambda: w.preferences.key.source is KeySource.KEYCHAIN, w.preferences.key_changed
        )
        assert w.preferences.key.secret == Secret(KEY)
        assert guarded.kept == {origin: Secret(KEY)}
    assert guarded.most_running == 1, "one prompt at a time"


async def test_closing_one_prompt_closes_those_that_would_follow(
    tmp_path: Path, guarded: Guarded
) -> None:
    async with program(tmp_path, guarded) as (w, server):
        guarded.kept[origin_of(server.base_url)] = Secret(OLD_KEY)
        guarded.locked = True
        await w.preferences.load_key()
        await w.preferences.accept_key(KEY)
        guarded.close_prompt()
        await until(lambda: len(w.notices) == 3, w.board.posted)
        assert w.preferences.key.source is KeySource.SESSION
        assert [call.name for call in guarded.calls] == ["read"]
        said = await w.preferences.accept_key(KEY[::-1])
        assert "locked" in said
        assert [call.name for call in guarded.calls] == ["read", "write"], "a new one asks again"


async def test_a_silent_keychain_is_given_up_and_counts_when_it_speaks(
    tmp_path: Path, guarded: Guarded
) -> None:
    async with program(tmp_path, guarded) as (w, server):
        guarded.kept[origin_of(server.base_url)] = Secret(OLD_KEY)
        guarded.silent = True
        await w.preferences.load_key()
        assert words(w) == (
            "The system’s keyring does not answer. "
            "If it shows a window, answer it, or enter the key for this session only."
        )
        assert w.preferences.key_known
        guarded.silent = False
        guarded.open()
        await until(lambda: w.preferences.has_key, w.preferences.key_changed)
        assert w.preferences.key.secret == Secret(OLD_KEY)


async def test_the_program_ends_while_the_keychain_is_silent(
    tmp_path: Path, guarded: Guarded
) -> None:
    guarded.silent = True
    async with program(tmp_path, guarded) as (w, _server):
        await w.preferences.load_key()
        said = await w.preferences.accept_key(KEY)
        assert said.startswith("The system’s keyring does not answer. Castor uses the key now")
        assert w.preferences.key.source is KeySource.SESSION
    assert guarded.running == 1, "it is still silent, and nothing waited for it"


async def test_the_keychain_of_a_key_is_remembered_and_a_deleted_key_forgotten(
    tmp_path: Path, guarded: Guarded
) -> None:
    async with program(tmp_path, guarded) as (w, server):
        places: list[tuple[str, str]] = []
        w.preferences.key_place_changed.connect(lambda *values: places.append(values))
        await w.preferences.accept_key(KEY)
        await w.preferences.accept_key(KEY[::-1])
        await w.preferences.forget_key()
        assert places == [(server.base_url, PLACE), (server.base_url, "")]


async def test_another_keychain_than_the_last_time_is_said_and_nothing_is_deleted(
    tmp_path: Path, guarded: Guarded
) -> None:
    async with program(tmp_path, guarded, "KDE Wallet") as (w, _server):
        places: list[object] = []
        w.preferences.key_place_changed.connect(lambda *values: places.append(values))
        await w.preferences.load_key()
        assert words(w) == (
            "Your key was kept in KDE Wallet; Castor now uses a test. Enter the key again."
        )
        assert not w.preferences.has_key
        assert places == [], "it is still there"


async def test_a_key_that_somebody_else_deleted_is_missed(tmp_path: Path, guarded: Guarded) -> None:
    async with program(tmp_path, guarded, PLACE) as (w, _server):
        await w.preferences.load_key()
        assert words(w) == "Your key is not in a test any more. Enter it again."


async def test_a_keychain_out_of_reach_is_said_where_the_key_is_in_it(
    tmp_path: Path, guarded: Guarded
) -> None:
    guarded.fails = KeyringUnavailable("none")
    async with program(tmp_path, guarded, PLACE) as (w, _server):
        await w.preferences.load_key()
        assert words(w) == (
            "Your key is in a test, which cannot be reached. Enter the key for this session only."
        )


@pytest.mark.parametrize("kept", ["two\nlines-of-0123456789-012345", "short", "ключ-0123456789-0"])
async def test_what_cannot_be_a_key_is_not_taken_for_one(
    tmp_path: Path, guarded: Guarded, kept: str
) -> None:
    async with program(tmp_path, guarded) as (w, server):
        guarded.kept[origin_of(server.base_url)] = Secret(kept)
        await w.preferences.load_key()
        assert not w.preferences.has_key
        assert words(w) == "What the system’s keyring holds is no key. Enter the key again."


async def test_a_keychain_that_loses_keys_is_said_and_the_key_used_for_this_session(
    tmp_path: Path,
) -> None:
    keychain = MemoryKeychain(KeyringLostKey("The system’s keyring did not keep the key as it is."))
    async with program(tmp_path, keychain) as (w, _server):
        said = await w.preferences.accept_key(KEY)
        assert said == (
            "The system’s keyring did not keep the key as it is. "
            "Castor uses the key until it is closed."
        )
        assert w.preferences.key.source is KeySource.SESSION


async def test_a_deletion_that_waits_for_a_prompt_is_done_once_it_is_answered(
    tmp_path: Path, guarded: Guarded
) -> None:
    async with program(tmp_path, guarded) as (w, _server):
        await w.preferences.accept_key(KEY)
        guarded.locked = True
        w.preferences.drop_key()
        await until(lambda: bool(w.notices), w.board.posted)
        assert words(w) == (
            "The system’s keyring is locked. The key is still kept. "
            "It is deleted as soon as the keyring lets it."
        )
        assert w.preferences.has_key, "what could not be deleted is not said to be"
        guarded.open()
        await until(lambda: not w.preferences.has_key, w.preferences.key_changed)
        assert guarded.kept == {}
