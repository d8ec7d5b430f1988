"""A file's kind is told by its bytes; its name counts only where they say nothing."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.chat.file_kinds import MOST_TEXT, FileKind, decode_text, kind_label, kind_of
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.media_types import (
    DOC,
    DOCX,
    DOTX,
    MEDIA_TYPES,
    ODT,
    PPTX,
    XLS,
    XLSX,
)
from desktop_app.store.errors import FileRefused
from tests.documents import docx, flac, mp4, odt, pdf, wav
from tests.pictures import encoded, picture


def kind(data: bytes, name: str = "x") -> FileKind:
    return kind_of(io.BytesIO(data), name, len(data))


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
EBML = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82"


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (pdf("hello"), "really.png", "application/pdf"),
        (b"some rubbish before\n" + pdf("hello"), "x", "application/pdf"),
        (docx("hello"), "no-extension", DOCX),
        (docx("hello"), "form.dotx", DOTX),
        (archive("xl/workbook.xml"), "x.zip", XLSX),
        (archive("ppt/presentation.xml"), "x", PPTX),
        (odt("hello"), "x", ODT),
        (OLE + "WordDocument".encode("utf-16-le"), "x.xls", DOC),
        (OLE + "Workbook".encode("utf-16-le"), "x", XLS),
        (wav(0.1), "x.mp3", "audio/wav"),
        (flac(3), "x", "audio/flac"),
        (b"ID3\x04" + bytes(20), "x", "audio/mp3"),
        (b"\xff\xfb\x90\x64" + bytes(20), "x", "audio/mp3"),
        (b"\xff\xf1\x50\x80" + bytes(20), "x", "audio/aac"),
        (b"OggS" + bytes(24) + b"OpusHead", "x", "audio/ogg"),
        (b"FORM\0\0\0\x10AIFF", "x", "audio/aiff"),
        (mp4(1, b"M4A "), "x", "audio/m4a"),
        (mp4(1), "song.m4a", "audio/m4a"),
        (mp4(1), "x", "video/mp4"),
        (mp4(1, b"qt  "), "x", "video/mov"),
        (mp4(1, b"3gp5"), "x", "video/3gpp"),
        (b"RIFF\0\0\0\0AVI LIST", "x", "video/avi"),
        (b"FLV\x01\x05" + bytes(20), "x", "video/x-flv"),
        (EBML + b"\x84webm" + bytes(20), "x", "video/webm"),
        (EBML + b"\x84webm" + bytes(20), "x.weba", "audio/webm"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(20), "x", "video/wmv"),
        (b"\x00\x00\x01\xba" + bytes(20), "x", "video/mpeg"),
        (b"a,b\n1,2\n", "table.CSV", "text/csv"),
        (b"a,b\n1,2\n", "table.txt", "text/plain"),
        ("größe".encode(), "notes", "text/plain"),
        ("größe".encode("cp1252"), "notes", "text/plain"),
        ("größe".encode("utf-16"), "notes", "text/plain"),
        (b"<html><body>hello", "page.html", "text/plain"),
        (("ö" * 5000).encode(), "long.txt", "text/plain"),
        (("x" + "ö" * 5000).encode(), "long.txt", "text/plain"),
        (b"{\"a\": 1}", "x.json", "text/plain"),
    ],
)  # fmt: skip
def test_the_kind_of_a_file(data: bytes, name: str, expected: str) -> None:
    found = kind(data, name)
    assert found.mime_type == expected
    if found.kind != "text":
        assert found.mime_type in MEDIA_TYPES[found.kind]


def test_pictures_are_told_as_before() -> None:
    assert kind(encoded(picture())) == FileKind("image", "image/png", "PNG")


@pytest.mark.parametrize(
    ("data", "name", "word"),
    [
        (archive("a.txt"), "x.docx", "an archive; unpack it"),
        (b"PK\x03\x04 cut", "x.docx", "an archive"),
        (OLE, "x.doc", "of a kind"),
        (b"\x7fELF" + bytes(20), "x.pdf", "a program"),
        (b"\x1f\x8b\x08" + bytes(20), "x.txt", "an archive"),
        (EBML + b"\x88matroska" + bytes(20), "x.mkv", "Matroska"),
        (b"OggS" + bytes(24) + b"\x80theora", "x.ogv", "a sound"),
        (b"{\\rtf1 hello}", "x.txt", "RTF"),
        (b"<svg xmlns='x'/>", "x.svg", "an SVG drawing"),
        (bytes(range(256)) * 20, "x.txt", "of a kind"),
        (b"text and \0 then", "x.txt", "of a kind"),
    ],
)
def test_what_the_server_does_not_take_is_refused(data: bytes, name: str, word: str) -> None:
    with pytest.raises(FileRefused, match=word):
        kind(data, name)


def test_a_text_may_be_as_long_as_a_model_can_read() -> None:
    assert kind(b"x" * MOST_TEXT, "x.txt").kind == "text"
    with pytest.raises(FileRefused, match="16 MB at most"):
        kind(b"x" * (MOST_TEXT + 1), "x.txt")
    assert kind(b"a,b\n" * (MOST_TEXT // 3), "x.csv").kind == "document"


@given(st.binary(max_size=5000), st.sampled_from(["x", "x.csv", "x.m4a", "x.dotx", "x.wma"]))
def test_no_bytes_break_it(data: bytes, name: str) -> None:
    for head in (b"", b"PK\x03\x04", OLE[:8], EBML, b"\xff\xfb", b"RIFF", b"%PDF-"):
        try:
            found = kind(head + data, name)
        except FileRefused:
            continue
        assert found.kind in ("image", "audio", "video", "document", "text")


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    assert decode_text(text.encode("utf-8-sig")) == text
    assert decode_text(text.encode("utf-16")) == text
    if not text.startswith("\ufeff"):
        assert decode_text(text.encode()) == text


@pytest.mark.parametrize(
    ("kind_name", "mime_type", "label"),
    [
        ("document", "application/pdf", "PDF"),
        ("document", DOCX, "Word"),
        ("document", XLS, "Excel"),
        ("text", "text/plain", "Text"),
        ("video", "video/x-flv", "FLV"),
        ("audio", "audio/mp3", "MP3"),
        ("image", "image/jpeg", "JPEG"),
    ],
)
def test_a_person_has_a_word_for_each_kind(kind_name: str, mime_type: str, label: str) -> None:
    assert kind_label(AttachmentContent(kind_name, "a" * 64, "x", mime_type, 1)) == label
