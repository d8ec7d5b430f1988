"""Requests through real proxies on this computer: who sees what, and what is said when it fails."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.gemini import errors, route
from desktop_app.gemini.client import GeminiClient
from desktop_app.gemini.transport import make_http_client
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.logfile import close_log, open_log
from desktop_app.network import Network, Proxy
from desktop_app.origin import Origin
from desktop_app.secret import Secret
from tests import proxies
from tests.certificates import Authority
from tests.proxies import BASE_URL, HOST, PASSWORD, USER
from tests.scriptserver import ScriptServer, answer, answers, script_server

pytestmark = pytest.mark.usefixtures("loop_factory")

KEY = "canary-key-0123456789-abcdef"
MODELS = answer(b'{"models": []}')
ASK = InteractionRequest(model="m", input="a secret question")
AUTHORITY = Authority()
KINDS = ["http", "socks5", "socks5h"]
NOBODY = Proxy("http", "127.0.0.1", 1)


@asynccontextmanager
async def google(folder: Path, *bodies: bytes) -> AsyncGenerator[ScriptServer, None]:
    """A server with the certificate of a host that only a proxy finds."""
    tls = AUTHORITY.certify(HOST).context(folder)
    async with script_server(answers(*bodies or [MODELS]), tls) as server:
        yield server


def places(server: ScriptServer) -> dict[str, str]:
    return {f"{HOST}:443": server.base_url.removeprefix("https://")}


def listening(
    kind: str, server: ScriptServer, user: str = "", refusal: bytes = b""
) -> proxies.Listening:
    password = PASSWORD if user else ""
    if kind == "http":
        return proxies.http_proxy(places(server), user, password, refusal)
    return proxies.socks_proxy(places(server), user, password, refusal, kind)


def through(proxy: Proxy | None, base_url: str = BASE_URL, as_system: bool = False) -> GeminiClient:
    network = Network(as_system=as_system, proxy=proxy, authorities=AUTHORITY.pem)
    return GeminiClient(KEY, base_url, network=network)


async def failure(proxy: Proxy | None, *, as_system: bool = False) -> errors.GeminiError:
    async with through(proxy, as_system=as_system) as client:
        with pytest.raises(errors.GeminiError) as caught:
            await client.check_key()
    return caught.value


# --- what goes through ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("user", ["", USER])
async def test_the_proxy_resolves_the_name_and_sees_neither_key_nor_question(
    tmp_path: Path, kind: str, user: str
) -> None:
    body = answer(b'{"id": "v1_a", "status": "completed", "steps": []}')
    async with google(tmp_path, MODELS, body) as server:
        async with listening(kind, server, user) as proxy:
            async with through(proxy.proxy(user, PASSWORD if user else None)) as client:
                await client.check_key()
                await client.create(ASK)
    assert [request.headers["x-goog-api-key"] for request in server.requests] == [KEY, KEY]
    assert json.loads(server.requests[1].body)["input"] == "a secret question"
    assert set(proxy.asked) == {f"{HOST}:443"}
    assert HOST.encode() in proxy.seen
    for hidden in (KEY.encode(), b"secret question", b"x-goog-api-key", b"interactions"):
        assert hidden not in proxy.seen


async def test_a_connection_through_a_proxy_is_used_again(tmp_path: Path) -> None:
    async with google(tmp_path) as server, listening("http", server) as proxy:
        async with through(proxy.proxy()) as client:
            await client.check_key()
            await client.check_key()
    assert (len(server.requests), proxy.asked) == (2, [f"{HOST}:443"])


async def test_the_way_to_a_proxy_can_be_secure_too(tmp_path: Path) -> None:
    tls = AUTHORITY.certify("127.0.0.1").context(tmp_path)
    async with google(tmp_path) as server:
        async with proxies.http_proxy(places(server), USER, PASSWORD, tls=tls) as proxy:
            async with through(proxy.proxy(USER, PASSWORD)) as client:
                await client.check_key()
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_this_computer_is_never_behind_a_proxy(tmp_path: Path, kind: str) -> None:
    async with script_server(answers(MODELS)) as server, listening(kind, server) as proxy:
        async with through(proxy.proxy(), server.base_url) as client:
            await client.check_key()
    assert len(server.requests) == 1
    assert (bytes(proxy.seen), proxy.asked) == (b"", [])


async def test_no_proxy_is_no_proxy_whatever_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_names: object, **_more: object) -> list[object]:
        raise OSError("reached for the host itself")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    async with google(tmp_path) as server, listening("http", server) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", str(proxy.proxy()))
        error = await failure(None)
    assert error.code == "connect"
    assert proxy.seen == b""


async def test_plain_http_is_forwarded_without_telling_the_server_the_password(
    tmp_path: Path,
) -> None:
    """No `GeminiClient` does this: its http is loopback, which no proxy sees. httpx does."""
    origin = Origin("http", HOST, 80)
    async with script_server(answers(answer(b"hello"))) as server:
        known = {f"{HOST}:80": server.base_url.removeprefix("http://")}
        async with proxies.http_proxy(known, USER, PASSWORD) as proxy:
            network = Network(as_system=False, proxy=proxy.proxy(USER, PASSWORD))
            async with make_http_client(origin, network=network) as client:
                response = await client.get(f"http://{HOST}/x")
    assert response.text == "hello"
    assert server.requests[0].target == "/x"
    assert not any("proxy" in name for name in server.requests[0].headers)


# --- the system's proxy ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
async def test_the_environment_is_asked_for_every_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async with google(tmp_path) as server:
        async with listening("http", server) as one, listening("socks5", server) as other:
            async with through(None, as_system=True) as client:
                monkeypatch.setenv(name, str(one.proxy()))
                await client.check_key()
                monkeypatch.setenv(name, str(other.proxy()))
                await client.check_key()
    assert one.asked == other.asked == [f"{HOST}:443"]


async def test_user_and_password_of_the_environment_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with google(tmp_path) as server, listening("http", server, USER) as proxy:
        written = "correct%20horse%3A%20battery%40staple%2F%C3%A9"
        monkeypatch.setenv("HTTPS_PROXY", f"http://{USER}:{written}@127.0.0.1:{proxy.port}")
        async with through(None, as_system=True) as client:
            await client.check_key()
    assert len(server.requests) == 1


async def test_a_host_that_the_environment_excepts_is_reached_directly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", str(NOBODY))
    monkeypatch.setenv("NO_PROXY", "example.com, .castor.test")

    def resolve(*_names: object, **_more: object) -> list[object]:
        raise OSError("reached for the host itself")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    assert str(await failure(None, as_system=True)) == f"{HOST} could not be reached."


@pytest.mark.parametrize("text", ["socks4://127.0.0.1:9", "ftp://x", "http://[::1", "http://a b:1"])
async def test_a_proxy_of_the_system_that_cannot_be_used_is_said(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", text)
    error = await failure(None, as_system=True)
    assert str(error) == "The system names a proxy that Castor cannot use."
    assert error.code == "proxy_unusable"


# --- what is said when it fails -------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_that_wants_a_password_says_so_once(tmp_path: Path, kind: str) -> None:
    async with google(tmp_path) as server, listening(kind, server, USER) as proxy:
        async with through(proxy.proxy()) as client:
            with pytest.raises(errors.ProxyRefused) as caught:
                await client.create(ASK)
    assert str(caught.value) == "The proxy needs a password."
    assert caught.value.advice == ("Your message is kept. Enter it in settings, under Network.")
    assert (server.requests, proxy.asked) == ([], [])
    assert bytes(proxy.seen).count(b"CONNECT") + bytes(proxy.seen).count(b"\x05\x01\x00") == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_password_is_tried_once_and_said(tmp_path: Path, kind: str) -> None:
    async with google(tmp_path) as server, listening(kind, server, USER) as proxy:
        async with through(proxy.proxy(USER, "wrong")) as client:
            with pytest.raises(errors.ProxyRefused) as caught:
                await client.create(ASK)
    assert str(caught.value) == "The proxy did not accept the user name or the password."
    assert caught.value.code == "proxy_password"
    assert server.requests == []


async def test_a_socks_proxy_that_takes_no_password_is_said(tmp_path: Path) -> None:
    async with google(tmp_path) as server, listening("socks5", server) as proxy:
        error = await failure(proxy.proxy(USER, PASSWORD))
    assert str(error) == "The proxy takes no user name and password."


@pytest.mark.parametrize("scheme", ["http", "https", *KINDS[1:]])
async def test_a_dead_proxy_is_named(scheme: str) -> None:
    error = await failure(replace(NOBODY, scheme=scheme))
    assert str(error) == "The proxy 127.0.0.1 could not be reached."
    assert error.code == "proxy_connect"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_whose_name_nobody_knows_is_named(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    import socket

    def resolve(*_names: object, **_more: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    error = await failure(Proxy(kind, "proxy.castor.test", 3128))
    assert str(error) == "The proxy proxy.castor.test could not be found."


@pytest.mark.parametrize(
    ("kind", "refusal", "sentence"),
    [
        (
            "http",
            b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
            f"The proxy does not let Castor through to {HOST} (403).",
        ),
        (
            "http",
            b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
            f"The proxy could not reach {HOST} (502).",
        ),
        ("socks5", b"\x02", f"The proxy does not let Castor through to {HOST}."),
        ("socks5", b"\x04", f"The proxy could not reach {HOST}."),
        ("socks5", b"\x05", f"The proxy could not reach {HOST}."),
    ],
)
async def test_a_proxy_that_does_not_let_us_through_is_quoted(
    tmp_path: Path, kind: str, refusal: bytes, sentence: str
) -> None:
    async with google(tmp_path) as server:
        async with listening(kind, server, refusal=refusal) as proxy:
            error = await failure(proxy.proxy())
    assert str(error) == sentence


@pytest.mark.parametrize(
    ("scheme", "replies"),
    [
        ("http", (b"",)),
        ("http", (b"\x05\x00",)),
        ("http", (b"SSH-2.0-OpenSSH_9.2\r\n",)),
        ("socks5", (b"",)),
        ("socks5", (b"HTTP/1.1 400 Bad Request\r\n\r\n",)),
        ("socks5", (b"\x05\x00", b"")),
        ("socks5", (b"\x05\x00", b"\x05\x00\x00\x09")),
    ],
)
async def test_what_is_no_proxy_of_this_kind_is_said(
    scheme: str, replies: tuple[bytes, ...]
) -> None:
    async with proxies.odd_proxy(scheme, *replies) as proxy:
        error = await failure(proxy.proxy())
    assert (
        str(error) == f"What answers at {scheme}://127.0.0.1:{proxy.port} is no proxy of this kind."
    )


async def test_a_secure_proxy_that_is_not_secure_is_said() -> None:
    async with proxies.odd_proxy("https", b"HTTP/1.1 400 Bad Request\r\n\r\n") as proxy:
        error = await failure(proxy.proxy())
    assert str(error) == "No secure connection to the proxy 127.0.0.1 could be made."


async def test_the_certificate_of_a_proxy_is_checked(tmp_path: Path) -> None:
    tls = Authority("somebody else").certify("127.0.0.1").context(tmp_path)
    async with google(tmp_path) as server:
        async with proxies.http_proxy(places(server), USER, PASSWORD, tls=tls) as proxy:
            error = await failure(proxy.proxy(USER, PASSWORD))
    assert isinstance(error, errors.CertificateNotTrusted)
    assert str(error) == "The certificate of the proxy 127.0.0.1 is not trusted."
    assert proxy.seen == b""


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxy_that_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(route, "ROUTE_TIMEOUT", 0.2)
    async with proxies.odd_proxy(scheme, hold=True) as proxy:
        error = await failure(proxy.proxy())
    assert isinstance(error, errors.TimedOut)
    assert str(error) == "The proxy 127.0.0.1 did not answer."


_SAID = st.binary(min_size=1, max_size=40)


@given(
    st.sampled_from([b"\x05\x02"]) | _SAID,
    st.sampled_from([b"\x01\x00"]) | _SAID,
    st.builds(lambda said: b"\x05\x00\x00" + said, _SAID) | _SAID,
)
def test_whatever_a_socks_proxy_says_ends_in_a_sentence(
    method: bytes, verdict: bytes, reply: bytes
) -> None:
    async def ask() -> None:
        async with proxies.odd_proxy("socks5", method, verdict, reply) as proxy:
            error = await failure(proxy.proxy(USER, PASSWORD))
        assert str(error).endswith(".")

    asyncio.run(ask())


# --- what must not be seen ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("right", [True, False])
async def test_the_password_is_in_no_log_and_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, right: bool
) -> None:
    monkeypatch.setenv("CASTOR_LOG", "DEBUG")
    before = {name: logging.getLogger(name).level for name in ("", "httpx", "httpcore")}
    handler = open_log(tmp_path, lambda: None)
    written = PASSWORD if right else "wrong-password"
    texts: list[str] = []
    try:
        async with google(tmp_path) as server, listening(kind, server, USER) as proxy:
            known = proxy.proxy(USER, written)
            network = Network(as_system=False, proxy=known, authorities=AUTHORITY.pem)
            texts += [repr(known), str(known), repr(network), repr(known.account), f"{known!r:s}"]
            async with through(known) as client:
                texts.append(repr(vars(client)))
                if right:
                    await client.check_key()
                else:
                    with pytest.raises(errors.GeminiError) as caught:
                        await client.check_key()
                    error = caught.value
                    texts += [f"{error} {error.advice} {error.details} {error!r}"]
                    logging.getLogger("test").error("failed", exc_info=error)
                texts.append(repr(vars(client._http._transport)))
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
        close_log(handler)
    log = (tmp_path / "castor.log").read_text("utf-8")
    assert "httpcore" in log
    assert "send_request_headers" in log or not right
    for text in [log, *texts]:
        assert written not in text
        assert KEY not in text
    assert not any(USER in text for text in (repr(proxy.proxy(USER)), str(proxy.proxy(USER))))


async def test_errors_of_other_transports_still_become_sentences() -> None:
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ProxyError("407 Proxy Authentication Required")

    transport = httpx.MockTransport(refuse)
    async with GeminiClient(KEY, BASE_URL, transport=transport) as client:
        with pytest.raises(errors.ConnectionFailed):
            await client.check_key()


def test_a_proxys_account_is_never_a_servers() -> None:
    proxy = Proxy("http", "127.0.0.1", 8080, USER, Secret(PASSWORD))
    assert str(proxy.account) == "proxy+http://127.0.0.1:8080"
    assert proxy.account != Origin("http", "127.0.0.1", 8080)
