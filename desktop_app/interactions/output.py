"""The text that an answer ends with (specification, section 11)."""

from collections.abc import Sequence

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.steps import ModelOutputStep, Step, ThoughtStep


def text_at_the_end(steps: Sequence[Step]) -> str:
    """The last unbroken run of text, thoughts ignored."""
    texts: list[str] = []
    for step in reversed(steps):
        if isinstance(step, ThoughtStep):
            continue
        if not isinstance(step, ModelOutputStep):
            if texts:
                break
            continue
        for block in reversed(step.content or ()):
            if isinstance(block, TextContent):
                texts.append(block.text)
            elif texts:
                return "".join(reversed(texts))
    return "".join(reversed(texts))
