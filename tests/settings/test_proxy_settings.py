"""A proxy of the settings file can be used, or is said to be none; no password is there."""

from dataclasses import fields, replace

import pytest

from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.settings.settings import DEFAULTS, Settings, read_settings, write_settings

OWN = replace(
    DEFAULTS, proxy="own", proxy_url="socks5h://proxy:1080", proxy_user="ada", ca_file="/ca.pem"
)


def test_an_own_proxy_comes_back_as_it_was_written() -> None:
    assert read_settings(write_settings(OWN)) == (OWN, [])


@pytest.mark.parametrize(
    "changes",
    [
        {"proxy_url": ""},
        {"proxy_url": "proxy"},
        {"proxy_url": "http://ada:pw@proxy:3128"},
        {"proxy_user": "a\nb"},
        {"proxy_user": "x" * 256},
        {"proxy": "none", "proxy_url": "gopher://x:1"},
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_and_left(changes: JsonObject) -> None:
    settings, refused = read_settings({**write_settings(OWN), **changes})
    assert refused == ["proxy", "proxy_url", "proxy_user"]
    assert settings == replace(DEFAULTS, ca_file="/ca.pem")


def test_another_choice_is_refused() -> None:
    settings, refused = read_settings({"proxy": "sometimes"})
    assert (settings, refused) == (DEFAULTS, ["proxy"])


def test_there_is_no_place_for_a_password_nor_a_switch_for_checks() -> None:
    names = {field.name for field in fields(Settings)}
    assert {"proxy", "proxy_url", "proxy_user", "ca_file"} <= names
    for word in ("password", "verify", "insecure", "tls", "ssl"):
        assert not [name for name in names if word in name]
