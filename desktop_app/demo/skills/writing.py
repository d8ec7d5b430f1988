"""Haiku, poems, stories, and text as long as one likes: put together from sentences at hand."""

import re
from typing import Final

from desktop_app.demo.question import Question
from desktop_app.demo.seals import Seals
from desktop_app.demo.skills.reply import Reply

_LONG_SECTIONS: Final = 6
_PARAGRAPHS_A_SECTION: Final = 3

_HAIKU: Final = (
    "Two stars, side by side –\nthe lamp on the desk is out,\nthe window still glows.",
    "No wire, no far cloud:\na few rules in a small room\npretend to be wise.",
    "Winter twins above,\none mortal, one made of light;\nthe cat does not care.",
)
_POEM: Final = (
    "Castor was a rider, and Pollux loved a fight;\n"
    "they shared a single winter sky and took turns being bright.\n\n"
    "The sailors saw them in the mast when thunder cleared its throat,\n"
    "and said: *that is the brothers' lamp, it never sank a boat.*\n\n"
    "So when your screen is empty and the network is away,\n"
    "the demo keeps a little light and finds a thing to say."
)
_WHO: Final = (
    "The lighthouse keeper",
    "Her sister",
    "The old radio operator",
    "The younger twin",
    "The woman from the harbour office",
    "The boy with the telescope",
    "The captain of the night ferry",
    "The elder twin",
)
_DID: Final = (
    "counted the steps again and wrote the number on the wall",
    "kept a list of every ship that had ever answered",
    "said that two lights are enough if they trust each other",
    "listened to the static until it began to sound like rain",
    "turned the great lens by hand, a quarter turn at a time",
    "drew the coast from memory and got it nearly right",
    "left the door open for whoever might come up the hill",
    "put the kettle on, because waiting is easier with tea",
    "asked the same question as the evening before",
    "found the answer in a drawer, under the spare fuses",
    "walked down to the water and back without a word",
    "read the log aloud, one slow line after the other",
)
_WHEN: Final = (
    "That evening",
    "A little before midnight",
    "When the wind had turned",
    "On the third day",
    "By then",
    "In the hour between the ferries",
    "Long after the lamps were lit",
    "Once the fog had gone",
)
_REMARK: Final = (
    "Nobody thought it strange.",
    "It was colder than anyone had said.",
    "The stars came out one by one, the twins among the last.",
    "Somewhere below a bell rang twice.",
    "There was nothing to be done about it, and so it was done well.",
    "The sea took no notice, as is its custom.",
    "For a while the only sound was the clock.",
    "That was the whole of the plan, and it worked.",
    "It made a good story later.",
)
_HEADINGS: Final = (
    "The lamp",
    "A voice on the wire",
    "What the log said",
    "The hill",
    "Two lights",
    "Low water",
    "The night ferry",
    "An answer",
    "Morning",
    "The other twin",
    "Spare fuses",
)


def write(question: Question) -> Reply | None:
    """Write what was asked for: a haiku, a poem, a story, or something long."""
    words = question.words
    seals = question.seals
    if "haiku" in words:
        return Reply(_verse(seals.choose(question.text, _HAIKU)), "a haiku")
    if re.search(r"\b(poem|gedicht|poème|rhyme)\b", words):
        return Reply(_verse(_POEM), "a poem")
    if re.search(r"\b(very )?(long|1[, ]?[05]00 words|essay|guide|novel)\b", words):
        return Reply(long_text(question.text, seals), "a long text")
    if re.search(r"\b(story|stories|tale|geschichte|histoire|historia)\b", words):
        return Reply(paragraphs(question.text, seals, 0, 3), "a story")
    return None


def _verse(text: str) -> str:
    """Keep the ends of lines: two spaces make a break in Markdown."""
    return re.sub(r"(?<=[^\n])\n(?=[^\n])", "  \n", text)


def long_text(topic: str, seals: Seals) -> str:
    """Write about 1,500 words under headings."""
    first = seals.number(topic)
    sections = [
        f"## {number + 1}. {_HEADINGS[(first + number) % len(_HEADINGS)]}\n\n"
        + paragraphs(topic, seals, number * _PARAGRAPHS_A_SECTION, _PARAGRAPHS_A_SECTION)
        for number in range(_LONG_SECTIONS)
    ]
    return "Here is something long, so that you can watch it arrive.\n\n" + "\n\n".join(sections)


def paragraphs(topic: str, seals: Seals, start: int, count: int) -> str:
    """Write paragraphs `start` to `start + count` of the endless story about `topic`."""
    return "\n\n".join(_paragraph(topic, seals, number) for number in range(start, start + count))


def _paragraph(topic: str, seals: Seals, number: int) -> str:
    at = seals.number(f"{topic}/{number}")
    sentences: list[str] = []
    for turn in range(3):
        who = _WHO[(at + 3 * turn + number) % len(_WHO)]
        did = _DID[(at // 7 + 5 * turn + number) % len(_DID)]
        when = _WHEN[(at // 11 + turn + number) % len(_WHEN)]
        sentences.append(f"{when}, {who[0].lower()}{who[1:]} {did}.")
        sentences.append(_REMARK[(at // 13 + 2 * turn + number) % len(_REMARK)])
    return " ".join(sentences)
