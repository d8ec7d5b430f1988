"""What the demo thinks before it answers: more paragraphs at higher levels, as Gemini does it.

Each paragraph has a heading in bold. There is no thinking behind it; it says what the rules do.
"""

from typing import Final

_COUNTS: Final = {"minimal": 0, "low": 1, "medium": 2, "high": 4, "xhigh": 5}
_LONGEST_QUOTE: Final = 80

_PARAGRAPHS: Final = (
    """**Reading the question**

{asked} I look through my rules in order and take the first one that fits. The one that fits is \
about {about}.""",
    """**Working on {about}**

This needs no guessing: I have everything that the rule asks for in the conversation, and I only \
have to put it into words. I say in the first sentence that this is the offline demo, so that \
nobody mistakes it for a model.""",
    """**Weighing the alternatives**

Another rule might have fitted too, but the order of the rules decides: what the person attached \
comes before what they wrote, and what they wrote now comes before what they wrote earlier.""",
    """**Checking the answer**

I read the answer once more. It is short enough, the Markdown closes what it opens, and the system \
instruction is obeyed as far as I understand it. Nothing in it claims to know more than it does.""",
    """**Checking it again**

At the highest level I read it a second time, which changes nothing: the same question gives the \
same answer.""",
)


def think(level: str, text: str, about: str) -> tuple[str, ...]:
    """Give the paragraphs of the thoughts about a question, at a thinking level (section 5).

    None at `minimal`, one at `low`, two at `medium`, four at `high`.
    """
    quoted = " ".join(text.split())
    if len(quoted) > _LONGEST_QUOTE:
        quoted = quoted[:_LONGEST_QUOTE] + "…"
    asked = f"The question is “{quoted}”." if quoted else "There is no text in the question."
    return tuple(
        paragraph.format(asked=asked, about=about.removeprefix("the "))
        for paragraph in _PARAGRAPHS[: _COUNTS.get(level, 2)]
    )
