"""Proxy, password and own CA, as the running program has them."""

import asyncio
import json
import logging
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.chat import networking
from desktop_app.errors import AppError
from desktop_app.gemini import errors
from desktop_app.logfile import close_log, open_log
from desktop_app.network import Proxy
from desktop_app.origin import Origin
from desktop_app.secret import Secret
from desktop_app.settings.api_key import ApiKey, KeyringLocked, KeyringLostKey, KeyringUnavailable
from desktop_app.settings.settings import DEFAULTS, Settings
from tests import proxies
from tests.certificates import Authority
from tests.proxies import BASE_URL, HOST, PASSWORD, USER, TestProxy
from tests.scriptserver import answer, answers, script_server
from tests.ui.windows import eventually
from tests.world import KEY, MemoryKeychain, World, until, world

AUTHORITY = Authority()
OWN = replace(DEFAULTS, proxy="own", proxy_url="http://proxy.test:3128", proxy_user=USER)
ACCOUNT = Proxy("http", "proxy.test", 3128).account
MODELS = answer(
    b'{"models": [{"name": "models/gemini-9-flash",'
    b' "supportedGenerationMethods": ["generateContent"]}]}'
)

KINDS = "It begins with http://, https://, socks5:// or socks5h://."


def own(proxy: TestProxy) -> Settings:
    return replace(OWN, proxy_url=str(proxy.proxy()), base_url=BASE_URL)


def holds(folder: Path, text: str) -> bool:
    return any(text.encode() in p.read_bytes() for p in folder.rglob("*") if p.is_file())


def ca_file(folder: Path, authority: Authority = AUTHORITY, name: str = "corp.pem") -> str:
    file = folder / name
    file.write_text(authority.pem)
    return str(file)


# --- the whole way --------------------------------------------------------------------------------


async def test_a_start_takes_password_and_ca_along_to_the_first_request(tmp_path: Path) -> None:
    tls = AUTHORITY.certify(HOST).context(tmp_path)
    async with script_server(answers(MODELS), tls) as server:
        places = {f"{HOST}:443": server.base_url.removeprefix("https://")}
        async with proxies.http_proxy(places, USER, PASSWORD) as proxy:
            keychain = MemoryKeychain()
            keychain.kept[proxy.proxy().account] = Secret(PASSWORD)
            keychain.kept[Origin("https", HOST, 443)] = Secret(KEY)
            settings = replace(own(proxy), ca_file=ca_file(tmp_path))
            async with World(tmp_path, "", keychain, settings) as w:
                await w.preferences.load_key()
                await w.preferences.refresh_models()
                assert [model.name for model in w.preferences.models] == ["gemini-9-flash"]
                assert w.preferences.own_ca == "corp.pem"
                assert w.notices == []
    assert server.requests[0].headers["x-goog-api-key"] == KEY
    assert KEY.encode() not in proxy.seen


async def test_the_password_is_in_the_keychain_and_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASTOR_LOG", "DEBUG")
    before = {name: logging.getLogger(name).level for name in ("", "httpx", "httpcore")}
    keychain = MemoryKeychain()
    async with proxies.socks_proxy({}, USER, PASSWORD) as proxy:
        async with world(tmp_path, "", keychain, own(proxy)) as w:
            network = w.preferences.networking
            handler = open_log(tmp_path / "log", lambda: None, lambda: network.password)
            try:
                words: list[str] = []
                network.password_kept.connect(words.append)
                network.enter_password(PASSWORD)
                await until(lambda: bool(words), network.password_kept)
                with pytest.raises(errors.ConnectionFailed):
                    await w.preferences.refresh_models()
                logging.getLogger("test").info("somebody logs %s", PASSWORD)
                w.preferences.update(zoom=125)
                shown = repr(vars(network)) + repr(network.network) + repr(w.preferences.settings)
            finally:
                for name, level in before.items():
                    logging.getLogger(name).setLevel(level)
                close_log(handler)
            assert words == ["The password is kept in a test."]
            assert network.password_place == "a test"
            account = proxy.proxy().account
            assert {str(one): secret.reveal() for one, secret in keychain.kept.items()} == {
                str(account): PASSWORD
            }
    assert proxy.asked == [f"{HOST}:443"]
    assert "somebody logs ***" in (tmp_path / "log" / "castor.log").read_text("utf-8")
    assert not holds(tmp_path, PASSWORD)
    assert PASSWORD not in shown
    assert set(json.loads((tmp_path / "settings.json").read_text())) >= {"proxy_url", "proxy_user"}


async def test_without_a_keychain_the_password_is_for_this_session(tmp_path: Path) -> None:
    for error, reason in (
        (
            KeyringUnavailable("x"),
            "This computer has no keyring that Castor can trust with the password.",
        ),
        (KeyringLocked("The system’s keyring is locked."), "The system’s keyring is locked."),
        (KeyringLostKey("x"), "The system’s keyring did not keep the password."),
    ):
        async with world(tmp_path, "", MemoryKeychain(error), OWN) as w:
            network = w.preferences.networking
            words: list[str] = []
            network.password_kept.connect(words.append)
            network.enter_password(PASSWORD)
            await until(lambda words=words: bool(words), network.password_kept)
            assert words == [f"{reason} Castor uses the password until it is closed."]
            assert network.password == Secret(PASSWORD)
            assert network.password_place == "this session"
    assert not holds(tmp_path, PASSWORD)


@pytest.mark.parametrize(
    ("text", "user", "words"),
    [
        ("", USER, "Enter the password first."),
        ("x", "", "Enter the user name first."),
        ("x" * 256, USER, "User name and password of a proxy have at most 255 bytes each."),
        ("a\nb", USER, "User name and password of a proxy cannot have such characters."),
    ],
)
async def test_what_cannot_be_a_password_is_refused(
    tmp_path: Path, text: str, user: str, words: str
) -> None:
    async with world(tmp_path, "", settings=replace(OWN, proxy_user=user)) as w:
        refused: list[AppError] = []
        w.preferences.networking.password_refused.connect(refused.append)
        w.preferences.networking.enter_password(text)
        assert [str(error) for error in refused] == [words]
        assert w.preferences.networking.password is None


async def test_a_password_can_be_forgotten(tmp_path: Path) -> None:
    keychain = MemoryKeychain()
    keychain.kept[ACCOUNT] = Secret(PASSWORD)
    async with world(tmp_path, "", keychain, OWN) as w:
        network = w.preferences.networking
        await network.load()
        assert network.password == Secret(PASSWORD)
        network.forget_password()
        assert network.password is None
        await eventually(lambda: not keychain.kept)


# --- what belongs to whom -------------------------------------------------------------------------


async def test_a_password_forgotten_while_it_is_being_kept_is_not_kept(tmp_path: Path) -> None:
    asked, let = threading.Event(), threading.Event()

    class Held(MemoryKeychain):
        def write(self, origin: Origin, secret: Secret) -> ApiKey:
            asked.set()
            let.wait(20)
            return super().write(origin, secret)

    keychain = Held()
    async with World(tmp_path, "", keychain, OWN) as w:
        w.preferences.networking.enter_password(PASSWORD)
        await asyncio.to_thread(asked.wait, 20)
        w.preferences.networking.forget_password()
        await asyncio.sleep(0.05)  # a call that does not wait has been made by now
        let.set()
        await eventually(lambda: not w.tasks._tasks)
        assert w.preferences.networking.password is None
    assert keychain.kept == {}


async def test_another_proxy_does_not_get_the_password_of_the_first(tmp_path: Path) -> None:
    keychain = MemoryKeychain()
    keychain.kept[ACCOUNT] = Secret(PASSWORD)
    keychain.kept[Proxy("http", "other.test", 3128).account] = Secret("other")
    async with world(tmp_path, "", keychain, OWN) as w:
        network = w.preferences.networking
        await network.load()
        w.preferences.update(proxy_url="http://other.test:3128")
        assert network.password is None
        await network.load()
        assert network.password == Secret("other")
        w.preferences.update(proxy_url="http://third.test:3128")
        await network.load()
        assert network.password is None


async def test_a_password_for_this_session_outlives_a_change_of_mind(tmp_path: Path) -> None:
    keychain = MemoryKeychain(KeyringUnavailable("x"))
    async with world(tmp_path, "", keychain, OWN) as w:
        network = w.preferences.networking
        network.enter_password(PASSWORD)
        w.preferences.update(proxy="none")
        assert network.network.proxy is None
        assert not network.network.as_system
        w.preferences.update(proxy="own")
        proxy = network.network.proxy
        assert proxy is not None
        assert proxy.password == Secret(PASSWORD)


async def test_the_keychain_is_asked_only_where_a_password_is_to_be_expected(
    tmp_path: Path,
) -> None:
    asked: list[Origin] = []

    class Asked(MemoryKeychain):
        def read(self, origin: Origin) -> ApiKey:
            asked.append(origin)
            return ApiKey()

    for settings in (DEFAULTS, replace(OWN, proxy_user=""), replace(OWN, proxy="none")):
        async with world(tmp_path, "", Asked(), settings) as w:
            await w.preferences.networking.load()
    assert asked == []
    async with world(tmp_path, "", Asked(), OWN) as w:
        await w.preferences.networking.load()
    assert asked == [ACCOUNT]


async def test_a_keychain_that_answers_late_is_not_waited_for_and_still_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networking, "LOAD_SECONDS", 0.05)
    gate = threading.Event()

    class Late(MemoryKeychain):
        def read(self, origin: Origin) -> ApiKey:
            gate.wait(30)
            return super().read(origin)

    keychain = Late()
    keychain.kept[ACCOUNT] = Secret(PASSWORD)
    async with world(tmp_path, "", keychain, OWN) as w:
        network = w.preferences.networking
        await network.load()
        assert network.password is None
        gate.set()
        await until(lambda: network.password is not None, network.changed)


async def test_a_locked_keychain_is_said_and_a_missing_one_is_not(tmp_path: Path) -> None:
    keychain = MemoryKeychain(KeyringUnavailable("none"))
    async with world(tmp_path, "", keychain, OWN) as w:
        await w.preferences.networking.load()
        assert w.notices == []
    keychain = MemoryKeychain(KeyringLocked("The system’s keyring is locked."))
    async with world(tmp_path, "", keychain, OWN) as w:
        await w.preferences.networking.load()
        assert [notice.text for notice in w.notices] == ["The system’s keyring is locked."]


# --- the own CA -----------------------------------------------------------------------------------


async def test_a_ca_is_looked_into_before_it_is_chosen(tmp_path: Path) -> None:
    async with world(tmp_path, "") as w:
        network = w.preferences.networking
        refused: list[AppError] = []
        network.authorities_refused.connect(refused.append)
        bad = tmp_path / "bad.pem"
        bad.write_text("no certificate")
        network.choose_authorities(str(bad))
        await until(lambda: bool(refused), network.authorities_refused)
        assert str(refused[0]) == "There is no certificate in bad.pem."
        assert w.preferences.settings.ca_file == ""
        file = ca_file(tmp_path)
        network.choose_authorities(file)
        await until(lambda: bool(w.preferences.settings.ca_file), w.preferences.changed)
        assert w.preferences.settings.ca_file == file
        assert network.network.authorities == AUTHORITY.pem
        assert w.preferences.own_ca == "corp.pem"
        w.preferences.use_demo("http://127.0.0.1:1")
        assert w.preferences.own_ca == ""


async def test_a_ca_can_be_removed(tmp_path: Path) -> None:
    settings = replace(DEFAULTS, ca_file=ca_file(tmp_path))
    async with world(tmp_path, "", settings=settings) as w:
        await w.preferences.networking.load()
        assert w.preferences.own_ca == "corp.pem"
        w.preferences.update(ca_file="")
        assert w.preferences.own_ca == ""
        assert w.preferences.networking.network.authorities == ""


async def test_a_ca_that_is_gone_is_said_and_not_trusted(tmp_path: Path) -> None:
    settings = replace(DEFAULTS, ca_file=str(tmp_path / "gone.pem"))
    async with world(tmp_path, "", settings=settings) as w:
        await w.preferences.networking.load()
        assert w.notices[0].text == (
            "The CA file gone.pem could not be read: No such file or directory. Choose it again."
        )
        assert w.preferences.own_ca == ""
        assert w.preferences.networking.network.authorities == ""


async def test_a_change_makes_another_client_and_an_unrelated_one_does_not(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, "") as w:
        first = w.connection.client
        w.preferences.update(zoom=125)
        assert w.connection.client is first
        w.preferences.update(proxy="none")
        assert w.connection.client is not first


async def test_the_system_is_asked_which_proxy_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, "") as w:
        network = w.preferences.networking
        told: list[str] = []
        network.system_told.connect(told.append)
        for named, words in (
            ("", "The system names none for this server."),
            ("http://ada:pw@proxy.test:3128", "The system names http://proxy.test:3128."),
            ("socks4://x", "The system names a proxy that Castor cannot use. " + KINDS),
        ):
            monkeypatch.setenv("HTTPS_PROXY", named)
            told.clear()
            network.ask_system(w.preferences.origin)
            await until(lambda: bool(told), network.system_told)
            assert told == [words]


# --- the test of the connection -------------------------------------------------------------------


async def test_the_connection_is_tested_as_it_is_used(tmp_path: Path) -> None:
    async with script_server(answers(MODELS)) as server:
        settings = replace(DEFAULTS, model="gemini-9-flash")
        async with world(tmp_path, server.base_url, settings=settings) as w:
            check = w.preferences.check
            found: list[object] = []
            running: list[bool] = []
            check.begun.connect(lambda: running.append(check.running))
            check.ended.connect(found.append)
            check.start()
            check.start()
            await until(lambda: bool(found), check.ended)
            assert str(getattr(found[0], "sentence", "")).startswith("Connection is fine: 1 model")
            assert (running, check.running) == ([True], False)
    assert server.requests[0].headers["x-goog-api-key"] == KEY


async def test_a_test_can_be_stopped(tmp_path: Path) -> None:
    async with script_server(answers(b"")) as server:
        async with world(tmp_path, server.base_url) as w:
            check = w.preferences.check
            found: list[object] = []
            check.ended.connect(found.append)
            check.start()
            await asyncio.sleep(0.05)
            check.stop()
            await until(lambda: bool(found), check.ended)
            assert (found, check.running) == ([None], False)
            check.stop()
