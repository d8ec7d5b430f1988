"""Whatever a thing is called, its file has a name that any system takes."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.file_names import LONGEST, safe_file_name, safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "etc passwd"),
        ("C:\\Windows\\x", "C Windows x"),
        ("\\\\host\\share", "host share"),
        ("a\u202egpj.exe", "a gpj.exe"),
        ("a\u2066b\u200bc\x00d\x1be", "a b c d e"),
        ("e\u0301te\u0301", "\u00e9t\u00e9"),
        ("CON", "File"),
        ("nul.txt", "File"),
        ("com\u00b9", "File"),
        ("Conversation", "Conversation"),
        ("ends in dots. . .", "ends in dots"),
        (".hidden", "hidden"),
        ("\ud800", "File"),
        ("", "File"),
        ("a\nb\u2028c", "a b c"),
    ],
)
def test_a_text_becomes_a_name(text: str, name: str) -> None:
    assert safe_name(text, "File") == name


def test_the_ending_of_a_file_is_kept() -> None:
    assert safe_file_name("my photo.png", "File") == "my photo.png"
    assert safe_file_name("README", "File") == "README"
    assert safe_file_name(".profile", "File") == "profile"
    assert safe_file_name("a" * 300 + ".jpeg", "File") == "a" * (LONGEST - 5) + ".jpeg"
    assert safe_file_name("x/../y.p/ng", "File") == "x .. y.png"
    assert safe_file_name("con.png", "File") == "File.png"


@given(st.text(max_size=400), st.sampled_from(["", "md", "html"]))
@example("\U0001f468\u200d\U0001f469\u200d\U0001f467" * 60, "html")
@example("lpt9 .x", "")
def test_every_text_becomes_a_name_that_is_only_a_name(text: str, ending: str) -> None:
    for name in (safe_name(text, "File", ending), safe_file_name(text, "File")):
        assert 0 < len(name.encode()) <= LONGEST
        assert PurePosixPath(name).parts == PureWindowsPath(name).parts == (name,)
        assert not PureWindowsPath(name).is_reserved()
        assert name == name.strip(" .")
        assert unicodedata.is_normalized("NFC", name)
        assert all(c.isprintable() for c in name)
        assert not set(name) & set('<>:"/\\|?*')
