"""A file of certificates is read whole, or refused in one sentence."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.settings.authorities import BadAuthorities, read_authorities
from tests.certificates import Authority

ONE, OTHER = Authority("One CA"), Authority("Other\u202e CA")


def written(folder: Path, text: str | bytes, name: str = "corp.pem") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_the_certificates_are_taken_and_named(tmp_path: Path) -> None:
    file = written(tmp_path, ONE.pem + OTHER.pem)
    found = read_authorities(file)
    assert (found.path, found.file_name) == (str(file), "corp.pem")
    assert found.names == ("One CA", "Other CA")
    assert found.pem.count("BEGIN CERTIFICATE") == 2


def test_whatever_else_is_in_the_file_is_left_out(tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    found = read_authorities(written(tmp_path, f"Subject: é\n{key}{ONE.pem}# the end\n"))
    assert "PRIVATE" not in found.pem
    assert "c2VjcmV0" not in found.pem
    assert found.pem not in repr(found)


def test_the_certificate_of_one_server_is_taken_too(tmp_path: Path) -> None:
    found = read_authorities(written(tmp_path, ONE.certify("api.castor.test").pem))
    assert found.names == ()
    assert "BEGIN CERTIFICATE" in found.pem


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no certificate in corp.pem."),
        ("hello", "There is no certificate in corp.pem."),
        (ONE.certify("a").der, "There is no certificate in corp.pem."),
        ("-----BEGIN CERTIFICATE-----\n", "There is no certificate in corp.pem."),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "A certificate in corp.pem is damaged.",
        ),
        (
            ONE.pem + ONE.pem.replace("M", "N", 1),
            "A certificate in corp.pem is damaged.",
        ),
        (b"x" * (4 << 20) + b"y", "corp.pem is too large for a CA file."),
    ],
)
def test_what_holds_no_certificate_is_refused(
    tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    with pytest.raises(BadAuthorities) as caught:
        read_authorities(written(tmp_path, text))
    assert str(caught.value) == sentence


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pem")
    for name, sentence in (
        ("gone.pem", "The CA file gone.pem could not be read: No such file or directory."),
        ("pipe.pem", "pipe.pem is not a file."),
        ("", f"{tmp_path.name} is not a file."),
        ("a\0b", "The CA file a\0b could not be read: it has no such name."),
    ):
        with pytest.raises(BadAuthorities) as caught:
            read_authorities(tmp_path / name)
        assert str(caught.value) == sentence


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, inside: bytes
) -> None:
    text = before + b"-----BEGIN CERTIFICATE-----\n" + inside + b"\n-----END CERTIFICATE-----\n"
    with pytest.raises(BadAuthorities):
        read_authorities(written(tmp_path_factory.mktemp("ca"), text))
