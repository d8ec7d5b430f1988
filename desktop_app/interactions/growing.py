"""Steps while they stream: pieces are collected, and joined only when somebody looks.

This is what keeps the fold linear: no delta ever copies what came before it. The rules are those
of the specification, section 6, "Delta types and how they accumulate".
"""

from dataclasses import fields, replace
from typing import Protocol, TypeVar

from desktop_app.interactions.content import Extra
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
from desktop_app.interactions.growing_content import Blocks, Pieces
from desktop_app.interactions.jsonvalue import JsonObject, parse_json
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
        # Of a call that was broken off, the arguments are a text so far: see `value`.
        begun = step.extra.get("arguments")
        if isinstance(begun, str):
            extra = {name: value for name, value in step.extra.items() if name != "arguments"}
            step = replace(step, extra=extra)
        self._step = step
        self._arguments: JsonObject = dict(step.arguments or {})
        self._json = Pieces(begun if isinstance(begun, str) else "")
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
