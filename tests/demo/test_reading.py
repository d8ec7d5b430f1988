"""The demo reads what it is sent: documents, tables, office files, sounds and films."""

import base64
import contextlib
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.demo.reading import NotRead, Reading, read
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.media_types import CSV, DOCX, MEDIA_TYPES, ODT, PDF, PPTX, XLSX
from tests.demo.calling import Demo, text_block
from tests.documents import docx, flac, mp4, odt, pdf, pptx, wav, xlsx

BRIDGE = pdf("The bridge opened in 1932.\nIt is long.", "It was painted grey (by hand).")


def read_bytes(data: bytes, mime_type: str) -> Reading:
    return read(io.BytesIO(data), mime_type, len(data))


def test_the_pages_of_a_pdf_are_read() -> None:
    for data in (BRIDGE, pdf("The bridge opened in 1932.", "grey", compressed=False)):
        reading = read_bytes(data, PDF)
        assert reading.kind == "PDF"
        assert reading.measures.startswith("2 pages and ")
        assert "The bridge opened in 1932." in dict(reading.passages)["page 1"]
    assert "(by hand)" in dict(read_bytes(BRIDGE, PDF).passages)["page 2"]


@pytest.mark.parametrize(
    ("data", "mime_type", "kind", "measures", "text"),
    [
        (b"name;age\nAda;36\nAlan;41\n", CSV, "CSV table", "3 rows and 2 columns", "Ada, 36"),
        (b"a,b\n", CSV, "CSV table", "1 row and 2 columns", "a, b"),
        (docx("One &amp; two", "three"), DOCX, "Word document", "4 words", "One & two"),
        (pptx("Intro", "The end"), PPTX, "presentation", "2 slides", "The end"),
        (xlsx("Prices", ("tea", "3"), ("mug", "9")), XLSX, "spreadsheet", "(Prices)", "mug"),
        (odt("Hello there", "friend"), ODT, "text document", "3 words", "friend"),
        ("Größe\nzwei".encode(), "text/plain", "text", "2 lines and 2 words", "Größe"),
        ("Größe".encode("utf-16"), "text/plain", "text", "1 line", "Größe"),
        ("Größe".encode("cp1252"), "text/plain", "text", "1 line", "Größe"),
        (wav(1.5), "audio/wav", "recording", "1.5 seconds, 8,000 Hz, 1 channel", ""),
        (flac(75), "audio/flac", "recording", "1:15 minutes", ""),
        (mp4(2, b"M4A "), "audio/m4a", "recording", "2 seconds", ""),
        (mp4(3600), "video/mp4", "film", "60:00 minutes", ""),
        (b"\xff\xfbxxxx", "audio/mp3", "recording", "6 bytes of audio/mp3", ""),
    ],
)  # fmt: skip
def test_what_is_in_a_file_is_told(
    data: bytes, mime_type: str, kind: str, measures: str, text: str
) -> None:
    reading = read_bytes(data, mime_type)
    assert reading.kind == kind
    assert measures in reading.measures
    assert text in " ".join(passage for _, passage in reading.passages)


@pytest.mark.parametrize("mime_type", [PDF, DOCX, XLSX, PPTX, ODT])
def test_a_broken_file_is_not_read_and_breaks_nothing(mime_type: str) -> None:
    with pytest.raises(NotRead):
        read_bytes(b"nothing of the kind", mime_type)
    whole = {PDF: BRIDGE, DOCX: docx("x"), XLSX: xlsx("n", ("x",)), PPTX: pptx("x"), ODT: odt("x")}
    chance = random.Random(7)
    for _ in range(40):
        data = bytearray(whole[mime_type])
        for _ in range(chance.randrange(1, 30)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(NotRead):
            read_bytes(bytes(data[: chance.randrange(1, len(data))]), mime_type)


@given(st.binary(max_size=200), st.sampled_from([t for ts in MEDIA_TYPES.values() for t in ts]))
def test_no_bytes_make_the_reader_raise(data: bytes, mime_type: str) -> None:
    with contextlib.suppress(NotRead):
        assert read_bytes(data, mime_type).measures


def document(data: bytes, mime_type: str) -> JsonObject:
    encoded = base64.b64encode(data).decode()
    return {"type": "document", "data": encoded, "mime_type": mime_type}


def test_a_question_about_a_pdf_is_answered_from_it(demo: Demo) -> None:
    text = demo.text([document(BRIDGE, PDF), text_block("When was the bridge opened?")])
    assert "**PDF** of 2 pages" in text
    assert "on page 1: “The bridge opened in 1932.”" in text
    text = demo.text([document(BRIDGE, PDF), text_block("?")])
    assert "It begins: “The bridge opened in 1932. It is long.”" in text


def test_several_files_are_told_apart(demo: Demo) -> None:
    text = demo.text([document(BRIDGE, PDF), document(b"a,b\n1,2\n", CSV), text_block("hello")])
    assert "You sent 2 files" in text
    assert "**PDF**" in text
    assert "**CSV table** of 2 rows and 2 columns" in text


def test_a_file_that_came_as_text_is_read_as_a_file(demo: Demo) -> None:
    block = text_block("File: notes.txt\n\nThe key is under the mat.\nSecond line.")
    text = demo.text([block, text_block("where is the key hidden, under what?")])
    assert "`notes.txt` is a **text** of 2 lines and 8 words" in text
    assert "The key is under the mat." in text


def test_a_broken_file_is_told_as_such(demo: Demo) -> None:
    text = demo.text([document(b"%PDF-1.4 rubbish", PDF)])
    assert "could not be read, because it is damaged" in text
