"""A server that looks like Google's and is not is known, and an ordinary one is left alone."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.look_alike import doubt_of
from desktop_app.origin import GOOGLE_BASE_URL, BadBaseUrl, check_base_url, origin_of


def doubt(url: str) -> str:
    return doubt_of(origin_of(check_base_url(url)))


@pytest.mark.parametrize(
    "host",
    [
        "generativelanguage.googleapis.com.evil.test",
        "generativelanguage.googleapis.com-api.test",
        "generativelanguage-googleapis.com",
        "generativelanguage.googleapis.co",
        "generativelanguage.googleapis.com.cn",
        "generativelanguage.g00gleapis.com",
        "generativelanguage.goog1eapis.com",
        "generativelanguage.googIeapis.com",
        "generativelanguage.gooqleapis.com",
        "generativelanguage.goggleapis.com",
        "generativelanguage.googelapis.com",
        "generativelanguage.googleapi.com",
        "generatlvelanguage.example.com",
        "generative-language.example.com",
        "google-apis.com",
        "gogle.com",
        "api.google.evil.test",
        "googleapis.com.",
    ],
)
def test_a_host_that_looks_like_googles_is_questioned(host: str) -> None:
    said = doubt(f"https://{host}")
    assert said.count(".") == 1
    assert said.endswith(".")


def test_a_dot_at_the_end_is_questioned() -> None:
    assert "ends in a dot" in doubt("https://generativelanguage.googleapis.com./")


@pytest.mark.parametrize(
    "name",
    [
        "g\u043e\u043egleapis",
        "g\u03bf\u03bfgleapis",
        "\u0121oogleapis",
        "googleap\u0456s",
        "пример",
    ],
)
def test_a_host_with_other_letters_is_questioned_and_not_taken_as_they_are(name: str) -> None:
    coded = f"{name}.com".encode("idna").decode()
    assert "other scripts" in doubt(f"https://generativelanguage.{coded}")
    with pytest.raises(BadBaseUrl, match="characters"):
        check_base_url(f"https://generativelanguage.{name}.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://generativelanguage.googleapis.com@evil.test",
        "https://generativelanguage.googleapis.com:x@evil.test/v1",
        "https://generativelanguage.googleapis.com\\@evil.test",
        "https://evil.test\\.googleapis.com",
        "https://evil.test%2egoogleapis.com",
        "http://generativelanguage.googleapis.com",
        "http://evil.test",
        "//generativelanguage.googleapis.com",
        "ftp://generativelanguage.googleapis.com",
        "https://evil.test#.googleapis.com",
        "https://evil.test?.googleapis.com",
        "https://generativelanguage。googleapis。com",
    ],
)
def test_what_only_pretends_to_be_googles_address_is_refused(url: str) -> None:
    with pytest.raises(BadBaseUrl):
        check_base_url(url)


@pytest.mark.parametrize(
    "url",
    [
        GOOGLE_BASE_URL,
        "https://us-central1-aiplatform.googleapis.com",
        "https://gateway.ai.cloudflare.com/v1/a/b/google-ai-studio",
        "https://gemini.example.com",
        "https://llm.corp.example:8443/gemini",
        "https://openrouter.ai/api",
        "https://api.example.com",
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "https://[2001:db8::1]:8443",
        "https://192.168.1.20",
        "https://goggles.example",
        "https://angular.example",
    ],
)
def test_an_ordinary_server_is_not_questioned(url: str) -> None:
    assert doubt(url) == ""


@given(st.text(alphabet="go0leapis1.-xn", min_size=1, max_size=60))
def test_no_host_makes_it_raise(host: str) -> None:
    with contextlib.suppress(BadBaseUrl):
        doubt(f"https://{host}")
