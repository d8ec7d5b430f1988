"""Content blocks and annotations (specification, sections 4 and 9).

Every value keeps the fields it does not know in `extra`, and a block of a type that is not known
is kept whole (`UnknownContent.raw`), so that what the server said goes back to it verbatim.
A field that is `None` was absent.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, TypeAlias

from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.values import value_class

Extra: TypeAlias = Mapping[str, JsonValue]


@value_class
class Citation:
    """What the kinds of annotation have in common: a span of the block's text.

    `start_index` and `end_index` are positions in the UTF-8 bytes of the block's text, the end
    exclusive (specification, section 9).
    """

    type: ClassVar[str] = ""
    start_index: int | None = None
    end_index: int | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class UrlCitation(Citation):
    """Names the web page a span came from."""

    type: ClassVar[str] = "url_citation"
    url: str | None = None
    title: str | None = None


@value_class
class FileCitation(Citation):
    """Names the file, and the page in it, a span came from."""

    type: ClassVar[str] = "file_citation"
    file_name: str | None = None
    document_uri: str | None = None
    page_number: int | None = None
    media_id: str | None = None
    source: str | None = None


@value_class
class PlaceCitation(Citation):
    """Names the place on a map a span is about."""

    type: ClassVar[str] = "place_citation"
    place_id: str | None = None
    name: str | None = None
    url: str | None = None


class WordInfo(Citation):
    """Times a word of a transcription; its fields are kept in `extra`."""

    type: ClassVar[str] = "word_info"


class SpeechMetadata(Citation):
    """Describes a stretch of speech; its fields are kept in `extra`."""

    type: ClassVar[str] = "speech_metadata"


@value_class
class UnknownAnnotation:
    """Keeps an annotation of a type this program has never heard of."""

    raw: Extra


Annotation: TypeAlias = (
    UrlCitation | FileCitation | PlaceCitation | WordInfo | SpeechMetadata | UnknownAnnotation
)


@value_class
class TextContent:
    """A block of text."""

    type: ClassVar[str] = "text"
    text: str
    annotations: tuple[Annotation, ...] | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class MediaContent:
    """What the kinds of media have in common: base64 `data`, or a `uri`, and a `mime_type`."""

    type: ClassVar[str] = ""
    data: str | None = None
    uri: str | None = None
    mime_type: str | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class ImageContent(MediaContent):
    """A picture. `resolution` is low, medium, high or ultra_high (Gemini 3 only)."""

    type: ClassVar[str] = "image"
    resolution: str | None = None


@value_class
class AudioContent(MediaContent):
    """A sound; `sample_rate` in Hz."""

    type: ClassVar[str] = "audio"
    sample_rate: int | None = None
    channels: int | None = None


@value_class
class VideoContent(MediaContent):
    """A film."""

    type: ClassVar[str] = "video"
    name: str | None = None
    resolution: str | None = None


@value_class
class DocumentContent(MediaContent):
    """A document: PDF, office formats, CSV."""

    type: ClassVar[str] = "document"
    resolution: str | None = None


@value_class
class AttachmentContent:
    """A file in our own store, before it is made into the content block that goes out.

    It never appears on the wire: the client replaces it by a block of `kind` with the file's
    bytes. `sha256` names the copy, `size` is in bytes, `width` and `height` in pixels or `None`
    where the picture cannot be decoded here.
    """

    type: ClassVar[str] = "castor.attachment"
    kind: str
    sha256: str
    name: str
    mime_type: str
    size: int
    width: int | None = None
    height: int | None = None


@value_class
class UnknownContent:
    """Keeps a block of a type this program has never heard of."""

    raw: Extra


Content: TypeAlias = TextContent | MediaContent | AttachmentContent | UnknownContent
