"""Content while it streams: pieces are collected, and joined only when somebody looks."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from desktop_app.interactions.codec import decode_annotation, encode_annotation
from desktop_app.interactions.content import Annotation, Content, MediaContent, TextContent
from desktop_app.interactions.events import TextDelta
from desktop_app.interactions.jsonvalue import JsonValue

_IMAGE_MAGIC: Final = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}


class Pieces:
    """A text that grows by appending, in time linear in what is appended."""

    def __init__(self, text: str = "") -> None:
        self._parts = [text] if text else []

    def append(self, text: str) -> None:
        """Add to the end."""
        if text:
            self._parts.append(text)

    def starts(self, text: str) -> bool:
        """Say whether `text` starts with all that is here."""
        at = 0
        for part in self._parts:
            if not text.startswith(part, at):
                return False
            at += len(part)
        return True

    def __str__(self) -> str:
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def __bool__(self) -> bool:
        return bool(self._parts)


class _GrowingText:
    """A text block that grows."""

    def __init__(self, block: TextContent) -> None:
        self.pieces = Pieces(block.text)
        self.extra = dict(block.extra)
        self.annotations = None if block.annotations is None else list(block.annotations)
        self._seen = {_identity(annotation) for annotation in block.annotations or ()}

    def append(self, delta: TextDelta) -> None:
        self.pieces.append(delta.text)
        if delta.extra:
            self._take_extra(delta.extra)

    def annotate(self, annotations: tuple[Annotation, ...]) -> None:
        # A resumed stream repeats annotations: exact repeats are dropped.
        if self.annotations is None:
            self.annotations = []
        for annotation in annotations:
            identity = _identity(annotation)
            if identity not in self._seen:
                self._seen.add(identity)
                self.annotations.append(annotation)

    def _take_extra(self, extra: Mapping[str, JsonValue]) -> None:
        for name, value in extra.items():
            if name == "annotations" and isinstance(value, list):
                self.annotate(
                    tuple(decode_annotation(item) for item in value if isinstance(item, dict))
                )
            else:
                self.extra[name] = value

    def value(self) -> TextContent:
        annotations = None if self.annotations is None else tuple(self.annotations)
        return TextContent(str(self.pieces), annotations, self.extra)


def _identity(annotation: Annotation) -> str:
    return json.dumps(encode_annotation(annotation), sort_keys=True)


class _GrowingMedia:
    """A media block whose bytes come in pieces: base64 texts cannot be joined, bytes can."""

    def __init__(self, block: MediaContent, first: bytes) -> None:
        self.block = block
        self.chunks = [first]
        self._made: tuple[int, MediaContent] | None = None

    def value(self) -> MediaContent:
        # It is looked at more often than it grows.
        if self._made is None or self._made[0] != len(self.chunks):
            data = base64.b64encode(b"".join(self.chunks)).decode("ascii")
            self._made = len(self.chunks), replace(self.block, data=data)
        return self._made[1]


class Blocks:
    """A list of content blocks that grows at its end."""

    def __init__(self, blocks: tuple[Content, ...] | None) -> None:
        self.started = blocks is not None
        self._blocks: list[Content | _GrowingText | _GrowingMedia] = list(blocks or ())

    def add_text(self, delta: TextDelta) -> None:
        """Append to the last block if that is text, else open one; empty text does neither."""
        if not delta.text and not delta.extra:
            return
        self.started = True
        self._last_text().append(delta)

    def annotate(self, annotations: tuple[Annotation, ...]) -> bool:
        """Annotate the last text block; `False` where there is none."""
        for at in range(len(self._blocks) - 1, -1, -1):
            block = self._blocks[at]
            if isinstance(block, TextContent):
                block = self._blocks[at] = _GrowingText(block)
            if isinstance(block, _GrowingText):
                block.annotate(annotations)
                return True
        return False

    def add_block(self, content: Content) -> None:
        """Add a block, or the bytes of one to the block they go on from."""
        self.started = True
        if isinstance(content, TextContent):
            extra: dict[str, JsonValue] = dict(content.extra)
            if content.annotations:
                extra["annotations"] = [encode_annotation(a) for a in content.annotations]
            self.add_text(TextDelta(content.text, extra or None))
        elif not (isinstance(content, MediaContent) and self._continue_media(content)):
            self._blocks.append(content)

    def value(self) -> tuple[Content, ...] | None:
        """Join what there is; `None` where nothing was ever there."""
        if not self._blocks and not self.started:
            return None
        return tuple(
            block.value() if isinstance(block, _GrowingText | _GrowingMedia) else block
            for block in self._blocks
        )

    def _last_text(self) -> _GrowingText:
        last = self._blocks[-1] if self._blocks else None
        if isinstance(last, _GrowingText):
            return last
        if isinstance(last, TextContent):
            growing = self._blocks[-1] = _GrowingText(last)
            return growing
        growing = _GrowingText(TextContent(""))
        self._blocks.append(growing)
        return growing

    def _continue_media(self, content: MediaContent) -> bool:
        # A sound comes in pieces; a picture may (unverified), and a piece that goes on has no
        # magic number of its own.
        last = self._blocks[-1] if self._blocks else None
        head = last.block if isinstance(last, _GrowingMedia) else last
        if not isinstance(head, MediaContent) or head.type != content.type:
            return False
        if content.mime_type not in (None, head.mime_type) or not head.data or not content.data:
            return False
        try:
            piece = base64.b64decode(content.data, validate=True)
            first = b"" if isinstance(last, _GrowingMedia) else base64.b64decode(head.data)
        except (binascii.Error, ValueError):
            return False
        if content.type == "image":
            magic = _IMAGE_MAGIC.get(head.mime_type or "")
            if magic is None or piece.startswith(magic):
                return False
        elif content.type != "audio":
            return False
        if not isinstance(last, _GrowingMedia):
            last = self._blocks[-1] = _GrowingMedia(head, first)
        last.chunks.append(piece)
        return True
