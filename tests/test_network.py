"""Addresses of proxies: what is taken, what is refused, and which one the system means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app import network
from desktop_app.network import AS_SYSTEM, BadProxy, Network, Proxy, check_credential, read_proxy
from desktop_app.origin import GOOGLE_ORIGIN, origin_of
from desktop_app.secret import Secret

PROXY = Proxy("http", "proxy.example.com", 3128)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("proxy.example.com:3128", "http://proxy.example.com:3128"),
        (" http://Proxy.Example.com:3128/ ", "http://proxy.example.com:3128"),
        ("https://p:443", "https://p:443"),
        ("SOCKS5://10.0.0.1:1080", "socks5://10.0.0.1:1080"),
        ("socks5h://[::1]:1080", "socks5h://[::1]:1080"),
        ("http://my_proxy.local:8080", "http://my_proxy.local:8080"),
    ],
)
def test_an_address_is_brought_into_one_form(text: str, address: str) -> None:
    assert str(read_proxy(text)) == address
    assert str(read_proxy(address)) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Enter the proxy’s address."),
        ("proxy.example.com", "needs a port"),
        ("http://proxy.example.com", "needs a port"),
        ("http://ada:pw@proxy:3128", "fields of their own"),
        ("http://ada@proxy:3128", "fields of their own"),
        ("socks4://proxy:1080", "no proxy of this kind"),
        ("ftp://proxy:1080", "no proxy of this kind"),
        ("http://proxy:0", "not one"),
        ("http://proxy:99999", "not one"),
        ("http://[::1:3128", "not one"),
        ("http://pro xy:3128", "not one"),
        ("http://-proxy:3128", "not one"),
        ("http://прокси:3128", "not one"),
        ("http://proxy:3128/path", "not one"),
        ("http://proxy:3128?x=1:2", "ends after its port"),
        (f"http://{'x' * 300}:3128", "not one"),
    ],
)
def test_what_is_no_address_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadProxy, match=words):
        read_proxy(text)


@given(st.text())
def test_any_text_is_a_proxy_or_a_refusal_that_does_not_repeat_it(text: str) -> None:
    try:
        proxy = read_proxy(f"http://{text}")
    except BadProxy as error:
        said = str(error)
    else:
        said = "."
        assert read_proxy(str(proxy)) == proxy
    assert said.endswith(".")
    assert len(text) < 10 or text not in said


@pytest.mark.parametrize("text", ["x" * 256, "é" * 128, "a\nb", "a\x00", "\ud800"])
def test_what_a_proxy_cannot_be_told_is_refused(text: str) -> None:
    with pytest.raises(BadProxy):
        check_credential(text)


def test_neither_user_nor_password_is_in_its_text() -> None:
    proxy = read_proxy("proxy:3128", "ada", Secret("lovelace"))
    for text in (str(proxy), repr(proxy), f"{proxy}", repr(Network(False, proxy, "PEM TEXT"))):
        assert "ada" not in text
        assert "lovelace" not in text
        assert "PEM TEXT" not in text


def chosen(named: dict[str, str], *, bypass: bool = False) -> Proxy | None:
    return network._choose(GOOGLE_ORIGIN, named, lambda _host: bypass)


def test_the_systems_proxy_for_https_comes_before_that_for_all() -> None:
    other = "socks5://other:1080"
    assert chosen({"https": str(PROXY), "all": other}) == PROXY
    assert str(chosen({"all": other, "http": str(PROXY)})) == other
    assert chosen({"http": str(PROXY)}) is None
    assert chosen({"https": str(PROXY)}, bypass=True) is None


def test_the_system_may_leave_out_scheme_and_port() -> None:
    assert str(chosen({"https": "proxy"})) == "http://proxy:80"
    assert str(chosen({"https": "socks5://proxy"})) == "socks5://proxy:1080"
    found = chosen({"https": "http://ada:p%40ss@proxy:3128"})
    assert found == Proxy("http", "proxy", 3128, "ada", Secret("p@ss"))


def test_a_host_may_be_excepted_with_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", str(PROXY))
    gateway = origin_of("https://gateway.example.com:8443")
    assert AS_SYSTEM.proxy_for(gateway) == PROXY
    for excepted in ("gateway.example.com:8443", ".example.com", "example.com", "*"):
        monkeypatch.setenv("NO_PROXY", excepted)
        assert AS_SYSTEM.proxy_for(gateway) is None
    monkeypatch.setenv("NO_PROXY", "gateway.example.com:443, notexample.com")
    assert AS_SYSTEM.proxy_for(gateway) == PROXY


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost", "https://[::1]:9"])
def test_this_computer_is_never_behind_a_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("ALL_PROXY", str(PROXY))
    monkeypatch.setenv("NO_PROXY", "")
    assert AS_SYSTEM.proxy_for(origin_of(url)) is None
    assert Network(as_system=False, proxy=PROXY).proxy_for(origin_of(url)) is None
