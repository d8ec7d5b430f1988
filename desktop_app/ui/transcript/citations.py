"""Which sources an answer names, and where its marks stand; it knows no widget and no Markdown.

The positions of an annotation are bytes of UTF-8 in its own block of text (specification, section
9). Some servers count characters instead, and some count past the end: nothing here refuses that.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

from desktop_app.interactions.content import (
    Annotation,
    FileCitation,
    PlaceCitation,
    SpeechMetadata,
    TextContent,
    UnknownAnnotation,
    UrlCitation,
    WordInfo,
)
from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.ui.transcript.quoting import host_of, is_web, one_line
from desktop_app.values import value_class

SourceKind: TypeAlias = Literal["page", "file", "place", "other"]

_LONGEST_TITLE: Final = 200
_LONGEST_CITED: Final = 400


@value_class
class Source:
    """What a number stands for: a title, where it is from, and an address where it has one."""

    kind: SourceKind
    title: str
    host: str = ""
    address: str = ""


@value_class
class Mark:
    """A mark behind a character of a text, the number of its source, and the words it is for."""

    position: int
    number: int
    cited: str = ""


@value_class
class Cited:
    """The sources of an answer, number 1 first, and the marks of each of its texts."""

    sources: tuple[Source, ...] = ()
    marks: tuple[tuple[Mark, ...], ...] = ()


def cite(texts: Sequence[TextContent]) -> Cited:
    """Number the sources of texts by where they are first named; one source has one number."""
    numbers: dict[str, int] = {}
    sources: list[Source] = []
    marks: list[tuple[Mark, ...]] = []
    for content in texts:
        found: dict[tuple[int, int], Mark] = {}
        for begin, end, annotation in _in_order(content):
            key = _identity(annotation)
            if key not in numbers:
                numbers[key] = len(sources) + 1
                sources.append(source_of(annotation))
            cited = one_line(content.text[begin:end], _LONGEST_CITED)
            found.setdefault((end, numbers[key]), Mark(end, numbers[key], cited))
        marks.append(tuple(found.values()))
    return Cited(tuple(sources), tuple(marks))


def shifted(marks: Iterable[Mark], by: int) -> tuple[Mark, ...]:
    """The marks of a text that stands behind so many other characters."""
    return tuple(Mark(mark.position + by, mark.number, mark.cited) for mark in marks)


def source_of(annotation: Annotation) -> Source:
    """Say what an annotation names."""
    match annotation:
        case UrlCitation(url=url, title=title):
            return _source("page", title, url or "")
        case FileCitation(file_name=name, document_uri=uri, page_number=page, source=source):
            where = f"Page {page}" if page is not None else "File"
            made = _source("file", name or source, uri or "")
            return Source("file", made.title or "A file", where, made.address)
        case PlaceCitation(name=name, url=url):
            made = _source("place", name, url or "")
            return Source("place", made.title or "A place", made.host or "Place", made.address)
        case UnknownAnnotation(raw):
            texts = {key: value for key, value in raw.items() if isinstance(value, str)}
            title = texts.get("title") or texts.get("name") or texts.get("file_name")
            address = texts.get("url") or texts.get("uri") or ""
            kind = str(raw.get("type") or "source").replace("_", " ")
            made = _source("other", title, address)
            return Source("other", made.title or one_line(kind, 80), made.host, made.address)
        case _:
            return Source("other", annotation.type.replace("_", " "))


def _source(kind: SourceKind, title: str | None, address: str) -> Source:
    web = is_web(address)
    host = host_of(address) if web else ""
    words = one_line(title or "", _LONGEST_TITLE) or host or one_line(address, _LONGEST_TITLE)
    return Source(kind, words or ("A page" if kind == "page" else ""), host, address if web else "")


# --- positions ------------------------------------------------------------------------------------


def _in_order(content: TextContent) -> list[tuple[int, int, Annotation]]:
    """The annotations that name a source, with their characters, in the order of their ends."""
    found = list(_spans(content))
    return sorted(found, key=lambda one: (one[1], one[0]))


def _spans(content: TextContent) -> Iterator[tuple[int, int, Annotation]]:
    # What times words names nothing.
    named = [
        one for one in content.annotations or () if not isinstance(one, WordInfo | SpeechMetadata)
    ]
    if not named:
        return
    data = content.text.encode("utf-8", "replace")
    spans: list[tuple[int, int]] = []
    for annotation in named:
        begin, end = _indexes(annotation)
        if end is None:
            end = begin if begin is not None else len(data)
        spans.append((max(0, min(begin or 0, end)), max(0, begin or 0, end)))
    characters = _characters(content.text, data, spans)
    for annotation, span in zip(named, spans, strict=True):
        yield *characters(*span), annotation


def _indexes(annotation: Annotation) -> tuple[int | None, int | None]:
    if isinstance(annotation, UnknownAnnotation):
        raw = annotation.raw
        return _index(raw.get("start_index")), _index(raw.get("end_index"))
    return annotation.start_index, annotation.end_index


def _index(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _characters(
    text: str, data: bytes, spans: Iterable[tuple[int, int]]
) -> Callable[[int, int], tuple[int, int]]:
    """Say which characters of a text two byte positions mean; `data` is the text in UTF-8.

    Where one of them is inside of a character, they are taken for characters if they may be, else
    for the character that begins next.
    """
    ends = sorted({_begin(data, at) for span in spans for at in span})
    known: dict[int, int] = {0: 0}
    before = 0
    for at in ends:  # all of the text is looked at once, however many positions there are
        known[at] = known[before] + len(data[before:at].decode("utf-8"))
        before = at

    def characters(begin: int, end: int) -> tuple[int, int]:
        inside = any(at < len(data) and data[at] & 0xC0 == 0x80 for at in (begin, end))
        if inside and end <= len(text):
            return begin, end
        return known[_begin(data, begin)], known[_begin(data, end)]

    return characters


def _begin(data: bytes, at: int) -> int:
    """Where the character begins that a byte is in, or the next one."""
    at = min(at, len(data))
    while at < len(data) and data[at] & 0xC0 == 0x80:
        at += 1
    return at


# --- which are the same ---------------------------------------------------------------------------


def _identity(annotation: Annotation) -> str:
    match annotation:
        case UrlCitation(url=str(url)):
            parts: list[JsonValue] = ["url", url]
        case FileCitation():
            one = annotation
            name = one.document_uri or one.file_name or one.media_id or one.source
            parts = ["file", name, one.page_number]
        case PlaceCitation():
            parts = ["place", annotation.place_id or annotation.url or annotation.name]
        case UnknownAnnotation(raw):
            kept = {key: of for key, of in raw.items() if key not in ("start_index", "end_index")}
            parts = ["other", kept]
        case _:
            title = annotation.title if isinstance(annotation, UrlCitation) else None
            parts = [annotation.type, title]
    return json.dumps(parts, sort_keys=True)
