"""Steps while they stream: pieces are collected, and joined only when somebody looks.

This is what keeps the fold linear: no delta ever copies what came before it. The rules are those
of the specification, section 6, "Delta types and how they accumulate".
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Final, Protocol, TypeVar

from desktop_app.interactions.codec import decode_annotation, encode_annotation
from desktop_app.interactions.content import (
    Annotation,
    Content,
    Extra,
    MediaContent,
    TextContent,
)
from desktop_app.interactions.events import (
    ArgumentsDelta,
    ContentDelta,
    Delta,
    TextAnnotationDelta,
    TextDelta,
    ThoughtSignatureDelta,
    ThoughtSummaryDelta,
    ToolDelta,
)
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue, parse_json
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    ModelOutputStep,
    Step,
    ThoughtStep,
    ToolCallStep,
    ToolResultStep,
)

_S = TypeVar("_S", ToolCallStep, ToolResultStep)

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

    def value(self) -> MediaContent:
        data = base64.b64encode(b"".join(self.chunks)).decode("ascii")
        return replace(self.block, data=data)


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


class GrowingStep(Protocol):
    """A step that takes deltas."""

    def add(self, delta: Delta) -> bool:
        """Take a delta; `False` where it does not belong to this kind of step."""
        ...

    def value(self) -> Step:
        """Say what the step is by now."""
        ...


class GrowingOutput:
    """A `model_output` step while it streams."""

    def __init__(self, step: ModelOutputStep) -> None:
        self._step = step
        self._blocks = Blocks(step.content)
        self._extra = dict(step.extra)

    def add(self, delta: Delta) -> bool:
        """Take text, annotations and blocks."""
        match delta:
            case TextDelta():
                self._blocks.add_text(delta)
            case TextAnnotationDelta(annotations, extra):
                self._extra.update(extra or {})
                return self._blocks.annotate(annotations)
            case ContentDelta(content):
                self._blocks.add_block(content)
            case _:
                return False
        return True

    def value(self) -> Step:
        """Say what the step is by now."""
        return replace(self._step, content=self._blocks.value(), extra=dict(self._extra))


class GrowingThought:
    """A `thought` step while it streams."""

    def __init__(self, step: ThoughtStep) -> None:
        self._summary = Blocks(step.summary)
        self._signature = step.signature
        self._extra = dict(step.extra)

    def add(self, delta: Delta) -> bool:
        """Take pieces of the summary, and the signature."""
        match delta:
            case ThoughtSummaryDelta(content, extra):
                self._extra.update(extra or {})
                if content is not None:
                    self._summary.add_block(content)
            case ThoughtSignatureDelta(signature, extra):
                self._extra.update(extra or {})
                self._signature = signature or self._signature
            case TextDelta():  # an untyped {"text": …} of a thought is a piece of its summary
                self._summary.add_text(delta)
            case _:
                return False
        return True

    def value(self) -> Step:
        """Say what the step is by now."""
        return ThoughtStep(self._signature, self._summary.value(), dict(self._extra))


class GrowingCall:
    """A tool's call while it streams; a function's arguments come as pieces of JSON text."""

    def __init__(self, step: ToolCallStep) -> None:
        self._step = step
        self._arguments: JsonObject = dict(step.arguments or {})
        self._json = Pieces()
        self._code = Pieces(_string_at(self._arguments, "code"))

    def add(self, delta: Delta) -> bool:
        """Take pieces of the arguments, or a step that has the new fields."""
        match delta:
            case ArgumentsDelta(arguments, extra):
                self._json.append(arguments)
                if extra:
                    self._step = replace(self._step, extra={**self._step.extra, **extra})
            case ToolDelta(ToolCallStep() as step) if step.type == self._step.type:
                self._merge(step)
            case ThoughtSignatureDelta(signature, extra):
                self._step = _signed(self._step, signature, extra)
            case _:
                return False
        return True

    def _merge(self, new: ToolCallStep) -> None:
        arguments = dict(new.arguments or {})
        code = arguments.get("code")
        if isinstance(code, str) and isinstance(self._step, CodeExecutionCallStep):
            # Either the whole code so far, or the next piece of it (unverified: take both).
            if self._code.starts(code):
                self._code = Pieces(code)
            else:
                self._code.append(code)
        self._arguments.update(arguments)
        self._step = _merge_fields(self._step, new, "arguments")

    def value(self) -> Step:
        """Say what the step is by now."""
        arguments = self._arguments
        if isinstance(self._step, CodeExecutionCallStep) and "code" in arguments:
            arguments = arguments | {"code": str(self._code)}
        if not self._json:
            present = self._step.arguments is not None or bool(arguments)
            return replace(self._step, arguments=arguments if present else None)
        text = str(self._json)
        try:
            parsed = parse_json(text)
        except ValueError:
            parsed = None
        if isinstance(parsed, dict):
            return replace(self._step, arguments=parsed)
        return replace(self._step, arguments=None, extra={**self._step.extra, "arguments": text})


class GrowingFunctionCall(GrowingCall):
    """A function's call: arguments that never came are no arguments (section 6)."""

    def value(self) -> Step:
        """Say what the step is by now."""
        step = super().value()
        assert isinstance(step, ToolCallStep)
        if step.arguments is None and "arguments" not in step.extra:
            return replace(step, arguments={})
        return step


class GrowingResult:
    """A tool's result while it streams."""

    def __init__(self, step: ToolResultStep) -> None:
        self._step = step
        self._text = Pieces(step.result) if isinstance(step.result, str) else None
        self._items = list(step.result) if isinstance(step.result, list) else None

    def add(self, delta: Delta) -> bool:
        """Take a step that has the new fields."""
        match delta:
            case ToolDelta(ToolResultStep() as step) if step.type == self._step.type:
                self._merge(step)
            case ThoughtSignatureDelta(signature, extra):
                self._step = _signed(self._step, signature, extra)
            case _:
                return False
        return True

    def _merge(self, new: ToolResultStep) -> None:
        match new.result:
            case None:
                pass
            case str(text) if self._text is not None and isinstance(
                self._step, CodeExecutionResultStep
            ):
                self._text.append(text)
            case str(text):
                self._text, self._items = Pieces(text), None
            case list(items) if self._items is not None:
                self._items.extend(items)
            case list(items):
                self._text, self._items = None, list(items)
            case other:
                self._text = self._items = None
                self._step = replace(self._step, result=other)
        self._step = _merge_fields(self._step, new, "result")

    def value(self) -> Step:
        """Say what the step is by now."""
        if self._items is not None:
            return replace(self._step, result=list(self._items))
        if self._text is not None:
            return replace(self._step, result=str(self._text))
        return self._step


class Settled:
    """A step that takes no deltas: unknown, or an echo of the input."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def add(self, delta: Delta) -> bool:
        """Refuse."""
        del delta
        return False

    def value(self) -> Step:
        """Give the step as it came."""
        return self._step


def growing(step: Step) -> GrowingStep:
    """Make the step that the event `step.start` began; its first content is the seed."""
    match step:
        case ModelOutputStep():
            return GrowingOutput(step)
        case ThoughtStep():
            return GrowingThought(step)
        case FunctionCallStep():
            return GrowingFunctionCall(step)
        case ToolCallStep():
            return GrowingCall(step)
        case ToolResultStep():
            return GrowingResult(step)
        case _:
            return Settled(step)


def growing_for(delta: Delta) -> GrowingStep | None:
    """Make the step that a delta belongs to whose `step.start` was never seen (rule 2)."""
    match delta:
        case TextDelta() | TextAnnotationDelta() | ContentDelta():
            return GrowingOutput(ModelOutputStep())
        case ThoughtSummaryDelta() | ThoughtSignatureDelta():
            return GrowingThought(ThoughtStep())
        case ArgumentsDelta():
            return GrowingFunctionCall(FunctionCallStep())
        case ToolDelta(ToolCallStep() as step):
            return growing(type(step)())
        case ToolDelta(ToolResultStep() as step):
            return growing(type(step)())
        case _:
            return None


def _signed(step: _S, signature: str, extra: Extra | None) -> _S:
    return replace(
        step, signature=signature or step.signature, extra={**step.extra, **(extra or {})}
    )


def _merge_fields(old: _S, new: ToolCallStep | ToolResultStep, skip: str) -> _S:
    changed: dict[str, object] = {
        field.name: value
        for field in fields(new)
        if field.name not in (skip, "extra")
        and (value := getattr(new, field.name)) not in (None, "")
    }
    if new.extra:
        changed["extra"] = {**old.extra, **new.extra}
    return replace(old, **changed) if changed else old


def _string_at(data: JsonObject, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
