"""What the output of a turn holds: texts and media in their order, and the sources they name."""

from collections.abc import Iterator, Mapping

from desktop_app.interactions.content import Content, MediaContent, TextContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep, Step
from desktop_app.ui.transcript.citations import Mark, Source, cite, shifted
from desktop_app.values import value_class


@value_class
class Said:
    """A text or a medium of an answer, and where it is: its step, and its number there."""

    step: int
    number: int
    content: TextContent | MediaContent


def runs_of(steps: Mapping[int, Step]) -> list[tuple[Said, ...]]:
    """What steps of output hold: texts in a row together, every medium by itself."""
    runs: list[tuple[Said, ...]] = []
    for said in _said(steps):
        before = runs[-1][0].content if runs else None
        if isinstance(said.content, TextContent) and isinstance(before, TextContent):
            runs[-1] = (*runs[-1], said)
        else:
            runs.append((said,))
    return runs


def _said(steps: Mapping[int, Step]) -> Iterator[Said]:
    for position, step in steps.items():
        for number, content in enumerate(_content_of(step)):
            if isinstance(content, MediaContent) or (
                isinstance(content, TextContent) and content.text
            ):
                yield Said(position, number, content)


def _content_of(step: Step) -> tuple[Content, ...]:
    return (step.content or ()) if isinstance(step, ModelOutputStep) else ()


def sources_of(turn: Interaction) -> tuple[Source, ...]:
    """The sources that an answer names, number 1 first."""
    return _cited(turn)[0]


def marks_in(turn: Interaction, run: tuple[Said, ...]) -> tuple[Mark, ...]:
    """The marks of a run of texts, as if they were one."""
    texts = [said.content for said in run if isinstance(said.content, TextContent)]
    if not any(content.annotations for content in texts):
        return ()
    _, marks = _cited(turn)
    found: list[Mark] = []
    length = 0
    for said, content in zip(run, texts, strict=True):
        found += shifted(marks.get((said.step, said.number), ()), length)
        length += len(content.text)
    return tuple(found)


def _cited(
    turn: Interaction,
) -> tuple[tuple[Source, ...], dict[tuple[int, int], tuple[Mark, ...]]]:
    """The sources of a turn, and the marks of each of its texts."""
    said = list(_said(dict(enumerate(turn.steps))))
    texts = [(one, one.content) for one in said if isinstance(one.content, TextContent)]
    if not any(content.annotations for _, content in texts):
        return (), {}
    cited = cite([content for _, content in texts])
    places = ((one.step, one.number) for one, _ in texts)
    return cited.sources, dict(zip(places, cited.marks, strict=True))
