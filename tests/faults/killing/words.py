"""The words of a question and of an answer, wherever they are found."""

from collections.abc import Iterable

from desktop_app.interactions.content import Content, TextContent
from desktop_app.interactions.steps import ModelOutputStep, Step


def question_of(contents: Iterable[Content]) -> str:
    """What a person wrote."""
    return "".join(one.text for one in contents if isinstance(one, TextContent))


def answer_of(steps: Iterable[Step]) -> str:
    """What a model wrote, thoughts left out."""
    outputs = [step for step in steps if isinstance(step, ModelOutputStep)]
    return "".join(question_of(step.content or ()) for step in outputs)
