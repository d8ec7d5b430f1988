"""Settings, key and models, as the running program has them."""

import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.chat.preferences import DEMO_KEY
from desktop_app.chat.stored_keys import ServerChanged
from desktop_app.errors import AppError
from desktop_app.gemini.errors import AuthenticationFailed
from desktop_app.origin import Origin, origin_of
from desktop_app.secret import Secret
from desktop_app.settings.api_key import (
    ApiKey,
    BadApiKey,
    KeyringLocked,
    KeyringUnavailable,
    KeySource,
)
from desktop_app.settings.settings import DEFAULTS
from tests.scriptserver import Request, Writer, answer, answers, script_server
from tests.world import KEY, MemoryKeychain, World, until, world

NOWHERE = "http://127.0.0.1:1"


async def test_a_change_holds_at_once_and_is_saved(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        seen: list[object] = []
        w.preferences.changed.connect(seen.append)
        w.preferences.update(zoom=150)
        w.preferences.update(zoom=150)
        assert w.preferences.settings.zoom == 150
        assert seen == [replace(DEFAULTS, zoom=150)]
    assert json.loads((tmp_path / "settings.json").read_text())["zoom"] == 150


async def test_a_page_can_be_reset(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        w.preferences.update(zoom=150, temperature=1.0)
        w.preferences.reset(["zoom"])
        assert w.preferences.settings == replace(DEFAULTS, temperature=1.0)


async def test_the_keychain_comes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "environment-key-0123456789")
    google = origin_of(DEFAULTS.base_url)
    keychain = MemoryKeychain()
    async with World(tmp_path, "", keychain) as w:
        await w.preferences.load_key()
        assert w.preferences.key.source is KeySource.ENVIRONMENT
        assert w.preferences.key.place == "GEMINI_API_KEY"
        assert w.preferences.key.secret is not None
        keychain.kept[google] = w.preferences.key.secret
        await w.preferences.load_key()
        assert w.preferences.key.source is KeySource.KEYCHAIN


async def test_the_environments_key_goes_to_google_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "environment-key-0123456789")
    async with World(tmp_path, NOWHERE) as w:
        await w.preferences.load_key()
        assert not w.preferences.has_key
        assert w.preferences.key_known


async def test_a_key_is_checked_then_kept_for_its_server(tmp_path: Path) -> None:
    keychain = MemoryKeychain()
    async with script_server(answers(answer(b'{"models": []}'))) as server:
        async with World(tmp_path, server.base_url, keychain) as w:
            words: list[str] = []
            w.preferences.key_accepted.connect(words.append)
            w.preferences.enter_key(f"  {KEY}\n")
            await until(lambda: bool(words), w.preferences.key_accepted)
            assert w.preferences.key.source is KeySource.KEYCHAIN
    assert server.requests[0].headers["x-goog-api-key"] == KEY
    assert [str(origin) for origin in keychain.kept] == [server.base_url]
    assert words == ["The key is kept in a test."]


async def test_a_refused_key_changes_nothing(tmp_path: Path) -> None:
    keychain = MemoryKeychain()
    refusal = b'{"error":{"code":"authentication","message":"No such key."}}'
    async with script_server(answers(answer(refusal, "401 Unauthorized"))) as server:
        async with world(tmp_path, server.base_url, keychain) as w:
            before = w.preferences.key
            errors: list[AppError] = []
            checking: list[bool] = []
            w.preferences.key_rejected.connect(errors.append)
            w.preferences.key_checking.connect(checking.append)
            w.preferences.enter_key(KEY[::-1])
            await until(lambda: checking == [True, False], w.preferences.key_checking)
            assert isinstance(errors[0], AuthenticationFailed)
            assert errors[0].server_message == "No such key."
            assert w.preferences.key == before
    assert keychain.kept == {}


async def test_what_cannot_be_a_key_is_not_even_sent(tmp_path: Path) -> None:
    async with script_server(answers(answer())) as server:
        async with World(tmp_path, server.base_url) as w:
            with pytest.raises(BadApiKey):
                await w.preferences.accept_key("short")
    assert server.requests == []


def holds(folder: Path, text: str) -> bool:
    """Whether any file below a folder holds a text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return any(text.encode() in file.read_bytes() for file in files)


async def test_without_a_keychain_the_key_is_for_this_session_and_in_no_file(
    tmp_path: Path,
) -> None:
    keychain = MemoryKeychain(KeyringUnavailable("This computer has no keyring."))
    async with script_server(answers(answer(b'{"models": []}'))) as server:
        async with World(tmp_path, server.base_url, keychain) as w:
            words = await w.preferences.accept_key(KEY)
            assert w.preferences.key.source is KeySource.SESSION
            assert w.preferences.has_key
            w.preferences.update(zoom=125)
    assert "until it is closed" in words
    assert not holds(tmp_path, KEY)


async def test_no_keychain_at_the_start_is_silence_and_a_locked_one_is_said(
    tmp_path: Path,
) -> None:
    keychain = MemoryKeychain(KeyringUnavailable("none"))
    async with World(tmp_path, NOWHERE, keychain) as w:
        await w.preferences.load_key()
        assert w.notices == []
        keychain.fails = KeyringLocked("The system’s keyring is locked.")
        await w.preferences.load_key()
        assert "locked" in w.notices[0].text
        assert w.preferences.key_known


async def test_a_key_can_be_forgotten(tmp_path: Path) -> None:
    keychain = MemoryKeychain()
    async with script_server(answers(answer(b'{"models": []}'))) as server:
        async with World(tmp_path, server.base_url, keychain) as w:
            await w.preferences.accept_key(KEY)
            await w.preferences.forget_key()
            assert not w.preferences.has_key
    assert keychain.kept == {}


class HeldKeychain(MemoryKeychain):
    """Does nothing until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.let = threading.Event()

    def write(self, origin: Origin, secret: Secret) -> ApiKey:
        self.asked.set()
        self.let.wait(20)
        return super().write(origin, secret)

    def delete(self, origin: Origin) -> None:
        self.asked.set()
        self.let.wait(20)
        super().delete(origin)


async def test_a_key_is_not_used_for_a_server_chosen_while_it_was_checked(tmp_path: Path) -> None:
    async def script(request: Request, writer: Writer) -> None:
        w.preferences.update(base_url=NOWHERE)
        writer.write(answer(b'{"models": []}'))

    async with script_server(script) as server, World(tmp_path, server.base_url) as w:
        with pytest.raises(ServerChanged):
            await w.preferences.accept_key(KEY)
        assert not w.preferences.has_key


@pytest.mark.parametrize("demo", [False, True])
async def test_a_key_is_not_used_for_a_server_chosen_while_it_was_kept(
    tmp_path: Path, demo: bool
) -> None:
    keychain = HeldKeychain()
    async with script_server(answers(answer(b'{"models": []}'))) as server:
        async with World(tmp_path, server.base_url, keychain) as w:
            keeping = asyncio.ensure_future(w.preferences.accept_key(KEY))
            await asyncio.to_thread(keychain.asked.wait, 20)
            if demo:
                w.preferences.use_demo(NOWHERE)
            else:
                w.preferences.update(base_url=NOWHERE)
            keychain.let.set()
            with pytest.raises(ServerChanged):
                await keeping
            secret = w.preferences.key.secret
            assert secret is None or secret.reveal() == DEMO_KEY
            assert w.preferences.base_url == NOWHERE
    assert [str(origin) for origin in keychain.kept] == [server.base_url]


async def test_the_environments_key_is_not_used_for_a_server_chosen_while_one_was_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "environment-key-0123456789")
    keychain = HeldKeychain()
    keychain.kept[origin_of(DEFAULTS.base_url)] = Secret(KEY)
    async with World(tmp_path, "", keychain) as w:
        await w.preferences.load_key()
        forgetting = asyncio.ensure_future(w.preferences.forget_key())
        await asyncio.to_thread(keychain.asked.wait, 20)
        w.preferences.use_demo(NOWHERE)
        keychain.let.set()
        await forgetting
        assert w.preferences.key.source is KeySource.DEMO
    assert keychain.kept == {}


async def test_another_server_has_no_key_yet(tmp_path: Path) -> None:
    async with World(tmp_path, "") as w:
        w.use_key()
        w.preferences.update(base_url="https://gateway.example.com")
        assert not w.preferences.has_key
        assert not w.preferences.key_known
        assert w.preferences.origin == origin_of("https://gateway.example.com")


async def test_the_servers_list_is_filtered_to_chat_models(tmp_path: Path) -> None:
    names = ["gemini-3.8-flash", "gemini-embedding-001", "gemini-3.1-flash-image", "demo-model"]
    entries = [
        {"name": f"models/{name}", "supportedGenerationMethods": ["generateContent"]}
        for name in [*names, "gemini-9-flash", "imagen-4"]
    ]
    body = json.dumps({"models": entries}).encode()
    async with script_server(answers(answer(body))) as server:
        async with world(tmp_path, server.base_url) as w:
            assert not w.preferences.models_are_live
            await w.preferences.refresh_models()
            found = [model.name for model in w.preferences.models]
            assert found == ["gemini-3.8-flash", "demo-model", "gemini-9-flash"]
            assert w.preferences.models_are_live
            assert w.preferences.model("gemini-2.5-pro").thinking_levels


async def test_a_list_that_cannot_be_fetched_leaves_the_built_in_one(tmp_path: Path) -> None:
    async with world(tmp_path, NOWHERE) as w:
        w.preferences.fetch_models()
        await asyncio.sleep(2)
        assert w.preferences.models[0].name == "gemini-flash-latest"
        assert w.notices == []


async def test_the_demo_answers_with_a_key_that_only_it_takes(tmp_path: Path) -> None:
    keychain = MemoryKeychain()
    async with World(tmp_path, "", keychain) as w:
        await w.preferences.run_demo()
        assert w.preferences.uses_demo
        assert w.preferences.origin.is_loopback
        assert w.preferences.key.secret is not None
        assert w.preferences.key.secret.reveal() == DEMO_KEY
        await w.preferences.refresh_models()
        assert w.preferences.models_are_live
        session = await w.open()
        turn = await w.ask(session, "hi")
        assert "demo" in turn.output_text
    assert keychain.kept == {}


async def test_two_that_start_the_demo_get_the_same_one(tmp_path: Path) -> None:
    async with World(tmp_path, "") as w:
        first, second = await asyncio.gather(w.demo.start(), w.demo.start())
        assert first == second != ""


async def test_a_key_entered_in_the_demo_leaves_it(tmp_path: Path) -> None:
    async def script(request: Request, writer: Writer) -> None:
        writer.write(answer(b'{"models": []}'))

    async with script_server(script) as server, World(tmp_path, server.base_url) as w:
        w.preferences.use_demo(NOWHERE)
        await w.preferences.accept_key(KEY)
        assert not w.preferences.uses_demo
        assert w.preferences.base_url == server.base_url
