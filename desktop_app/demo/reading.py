"""Reads documents and measures sounds and films, as far as that is simple and safe.

PDF by pypdf; office documents are archives whose text is picked out of the XML by its tags, never
parsed, so that no entity of theirs is expanded. Everything is cut at a size.
"""

import csv
import html
import io
import logging
import re
import wave
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from desktop_app.demo.durations import film_seconds, flac_seconds
from desktop_app.interactions.media_types import (
    CSV,
    DOCX,
    DOTX,
    ODP,
    ODS,
    ODT,
    PDF,
    PPTX,
    XLSX,
)

_MOST_PAGES: Final = 200
_MOST_BYTES: Final = 20_000_000
_MOST_MEMBERS: Final = 500


class NotRead(Exception):
    """The file cannot be read; the text says why, after "because"."""


@dataclass(frozen=True)
class Reading:
    """What is in a file: what it is ("PDF"), its measures ("2 pages, 31 words"), and its text.

    Each passage is a place ("page 2", may be empty) and the text there.
    """

    kind: str
    measures: str
    passages: tuple[tuple[str, str], ...] = ()


def read(file: BinaryIO, mime_type: str, size: int) -> Reading:
    """Read a file of a media type. Raises `NotRead`."""
    kind = mime_type.partition(";")[0].strip().lower()
    known = _READERS.get(kind)
    if known is not None:
        return known(file)
    if kind.startswith("text/"):
        return _read_text(file)
    if kind.startswith(("audio/", "video/")):
        return _measure(file, kind, size)
    raise NotRead(f"the demo does not know how to read {kind}")


# --- documents ------------------------------------------------------------------------------------


def _read_pdf(file: BinaryIO) -> Reading:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is broken is told to the person
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotRead("it is locked with a password")
        count = len(reader.pages)
        pages = [reader.pages[at].extract_text() for at in range(min(count, _MOST_PAGES))]
    except DependencyError:
        raise NotRead("it is encrypted") from None
    except (PyPdfError, *_ANY_FAULT):
        raise NotRead("it is damaged") from None
    words = sum(len(page.split()) for page in pages)
    passages = [(f"page {number}", page) for number, page in enumerate(pages, 1)]
    return Reading("PDF", f"{_count(count, 'page')} and {_count(words, 'word')}", tuple(passages))


# What a parser trips over in a file made to trip it.
_ANY_FAULT: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    AssertionError,
    EOFError,
    OSError,
    NotImplementedError,
)


def decode(data: bytes) -> str:
    """Read bytes as text, in whatever encoding they are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _read_text(file: BinaryIO) -> Reading:
    return read_words(decode(file.read(_MOST_BYTES)))


def read_words(text: str) -> Reading:
    """Read a text."""
    lines, words = len(text.splitlines()), len(text.split())
    return Reading("text", f"{_count(lines, 'line')} and {_count(words, 'word')}", (("", text),))


def _read_csv(file: BinaryIO) -> Reading:
    text = decode(file.read(_MOST_BYTES))
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise NotRead(f"its rows are broken ({error})") from None
    columns = max(map(len, rows), default=0)
    passages = [(f"row {number}", ", ".join(row)) for number, row in enumerate(rows, 1)]
    measures = f"{_count(len(rows), 'row')} and {_count(columns, 'column')}"
    return Reading("CSV table", measures, tuple(passages))


# --- office documents -----------------------------------------------------------------------------


def _members(file: BinaryIO, pattern: str) -> list[str]:
    """The texts of the members whose name fits, in the order of the numbers in their names."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if re.fullmatch(pattern, name)]
            names.sort(key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
            texts: list[str] = []
            for name in names[:_MOST_MEMBERS]:
                with archive.open(name) as member:
                    texts.append(member.read(_MOST_BYTES).decode("utf-8", "replace"))
    except (zipfile.BadZipFile, *_ANY_FAULT):
        raise NotRead("it is damaged") from None
    if not texts:
        raise NotRead("it is not what its type says")
    return texts


def _texts(xml: str, paragraph: str, run: str) -> str:
    """The text of a member: the runs of each paragraph together, a line for each paragraph."""
    lines = [
        "".join(html.unescape(text) for text in re.findall(rf"<{run}(?: [^>]*)?>([^<]*)<", part))
        for part in re.split(rf"</{paragraph}>", xml)
    ]
    return "\n".join(line for line in lines if line.strip())


def _read_docx(file: BinaryIO) -> Reading:
    text = _texts(_members(file, r"word/document\.xml")[0], "w:p", "w:t")
    return Reading("Word document", _count(len(text.split()), "word"), (("", text),))


def _read_pptx(file: BinaryIO) -> Reading:
    slides = _members(file, r"ppt/slides/slide\d+\.xml")
    passages = [(f"slide {at}", _texts(xml, "a:p", "a:t")) for at, xml in enumerate(slides, 1)]
    return Reading("presentation", _count(len(slides), "slide"), tuple(passages))


def _read_xlsx(file: BinaryIO) -> Reading:
    sheets = _members(file, r"xl/worksheets/sheet\d+\.xml")
    names = re.findall(r"<sheet [^>]*name=\"([^\"]*)\"", _members(file, r"xl/workbook\.xml")[0])
    try:
        shared = _members(file, r"xl/sharedStrings\.xml")[0]
    except NotRead:
        shared = ""
    text = _texts(shared, "si", "t")
    rows = sum(len(re.findall(r"<row[ />]", sheet)) for sheet in sheets)
    inline = "\n".join(_texts(sheet, "is", "t") for sheet in sheets)
    called = ", ".join(html.unescape(name) for name in names[:10])
    measures = f"{_count(len(sheets), 'sheet')} ({called}) and {_count(rows, 'row')}"
    return Reading("spreadsheet", measures, (("", f"{text}\n{inline}".strip()),))


def _read_odf(kind: str) -> Callable[[BinaryIO], Reading]:
    def read_odf(file: BinaryIO) -> Reading:
        xml = _members(file, r"content\.xml")[0]
        paragraphs = re.split(r"</text:(?:p|h)>", xml)
        lines = [
            html.unescape(re.sub(r"<[^>]*>", "", part.rpartition("<text:")[2].partition(">")[2]))
            for part in paragraphs[:-1]
        ]
        text = "\n".join(line for line in lines if line.strip())
        return Reading(kind, _count(len(text.split()), "word"), (("", text),))

    return read_odf


# --- sounds and films -----------------------------------------------------------------------------


def _measure(file: BinaryIO, kind: str, size: int) -> Reading:
    what = "recording" if kind.startswith("audio/") else "film"
    measures: list[str] = []
    head = file.read(64)
    file.seek(0)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        try:
            with wave.open(file) as sound:
                measures.append(_seconds(sound.getnframes() / sound.getframerate()))
                measures.append(f"{sound.getframerate():,} Hz")
                measures.append(_count(sound.getnchannels(), "channel"))
        except (wave.Error, *_ANY_FAULT) as error:
            raise NotRead(f"it is damaged ({error})") from None
    elif (seconds := flac_seconds(head) or film_seconds(file, size)) is not None:
        measures.append(_seconds(seconds))
    measures.append(f"{size:,} bytes of {kind}")
    return Reading(what, ", ".join(measures))


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return _count(round(seconds, 1), "second").replace(".0 ", " ")
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} minutes"


def _count(number: float, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


_READERS: Final[dict[str, Callable[[BinaryIO], Reading]]] = {
    PDF: _read_pdf,
    CSV: _read_csv,
    DOCX: _read_docx,
    DOTX: _read_docx,
    PPTX: _read_pptx,
    XLSX: _read_xlsx,
    ODT: _read_odf("text document"),
    ODS: _read_odf("spreadsheet"),
    ODP: _read_odf("presentation"),
}
