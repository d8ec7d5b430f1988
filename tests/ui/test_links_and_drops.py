"""Only what may be opened is opened; only what lies on this computer is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QApplication

from desktop_app.ui.dropping import has_files_or_picture, look_at, take
from desktop_app.ui.links import check_link, names_another_host
from tests.pictures import encoded, picture


@pytest.mark.parametrize(
    ("address", "opened", "host"),
    [
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d", "example.com"),
        ("HTTP://Example.com", "http://example.com", "example.com"),
        ("https://例え.jp/パス", "https://xn--r8jz45g.jp/%E3%83%91%E3%82%B9", "xn--r8jz45g.jp"),
        ("mailto:a@b.org", "mailto:a@b.org", "a@b.org"),
    ],
)
def test_web_and_mail_addresses_are_opened(address: str, opened: str, host: str) -> None:
    link = check_link(address)
    assert link is not None
    assert (link.address, link.host) == (opened, host)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "//host/share",
        "\\\\host\\share",
        "smb://host/share",
        "javascript:alert(1)",
        "ms-msdt:/id",
        "data:text/html,x",
        "vbscript:x",
        "ftp://example.com",
        "https://user:pw@example.com",
        "https://",
        "http:/example.com",
        "example.com",
        "https://exa mple.com",
        "https://example.com\nHost: x",
        "mailto:",
        "https://[::1",
        "https://example.com:99999999",
        "",
    ],
)
def test_nothing_else_is_opened(address: str) -> None:
    assert check_link(address) is None


@given(st.text(max_size=60))
def test_no_address_makes_the_check_raise(address: str) -> None:
    for text in (address, f"https://{address}", f"mailto:{address}"):
        link = check_link(text)
        assert link is None or link.address.split(":")[0] in ("http", "https", "mailto")


@pytest.mark.parametrize(
    ("text", "address", "other"),
    [
        ("click here", "https://evil.example", False),
        ("https://bank.example", "https://evil.example", True),
        ("bank.example/login", "https://evil.example", True),
        ("www.example.com", "https://example.com", False),
        ("https://example.com/x", "https://example.com/y", False),
        ("the file readme.md", "https://evil.example", False),
    ],
)
def test_a_text_that_names_another_host_is_noticed(text: str, address: str, other: bool) -> None:
    link = check_link(address)
    assert link is not None
    assert names_another_host(text, link) is other


def urls(*addresses: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(address) for address in addresses])
    return data


def test_files_of_this_computer_are_taken(qapp: QApplication) -> None:
    dropped = look_at(urls("file:///home/me/a%20b.png", "file:///home/me/c.jpg"))
    assert [str(file) for file in dropped.files] == ["/home/me/a b.png", "/home/me/c.jpg"]
    assert dropped.refused == []


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("https://example.com/cat.png", "address on the web"),
        ("file://server/share/cat.png", "network path"),
        ("smb://server/share/cat.png", "network path"),
    ],
)
def test_what_lies_elsewhere_is_refused_with_the_reason(
    qapp: QApplication, address: str, word: str
) -> None:
    dropped = take(urls(address), "x")
    assert dropped.count == 0
    assert word in dropped.refused[0].reason
    assert dropped.refused[0].name == "cat.png"


def test_a_picture_from_a_browser_comes_as_its_bytes(qapp: QApplication) -> None:
    data = urls("https://example.com/cat.png")
    data.setData("image/png", encoded(picture()))
    dropped = take(data, "Dropped picture")
    assert dropped.refused == []
    assert dropped.pictures == [("Dropped picture.png", encoded(picture()))]


def test_a_picture_of_the_clipboard_is_taken_as_png(qapp: QApplication) -> None:
    data = QMimeData()
    data.setImageData(picture(30, 20))
    assert has_files_or_picture(data)
    (taken,) = take(data, "Pasted picture").pictures
    assert taken[0] == "Pasted picture.png"
    assert taken[1].startswith(b"\x89PNG")


def test_a_drawing_of_the_clipboard_is_no_picture(qapp: QApplication) -> None:
    data = QMimeData()
    data.setImageData(picture(30, 30))  # what a platform says that it could make of it
    assert has_files_or_picture(data)
    data.setData("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert not has_files_or_picture(data)
    assert take(data, "Pasted picture").count == 0


def test_text_is_no_drop(qapp: QApplication) -> None:
    data = QMimeData()
    data.setText("https://example.com/cat.png")
    assert not has_files_or_picture(data)
    assert take(data, "x").count == 0
