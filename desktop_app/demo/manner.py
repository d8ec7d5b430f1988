"""How the system instruction wants the answer: the demo obeys it where one can see that it does.

Understood are a language (English, French, German, Spanish), brevity, capital letters, a name for
the person, a name for the answerer, and words to end with. What is not understood is quoted at
the end of the answer.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from desktop_app.demo.languages import ENGLISH, LANGUAGES, Phrases

_QUOTES: Final = "\"'\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
_LONGEST_NAME: Final = 40
_LONGEST_TOLD: Final = 300


@dataclass(frozen=True)
class Manner:
    """What was understood of the system instruction; `told` is what was not, `None` if all was."""

    phrases: Phrases = ENGLISH
    brief: bool = False
    capitals: bool = False
    person: str | None = None
    own_name: str | None = None
    ending: str | None = None
    told: str | None = None

    @property
    def understood(self) -> bool:
        """Whether any rule fitted that can be seen in every answer."""
        return replace(self, told=None, own_name=None) != Manner()


def read_manner(instruction: str) -> Manner:
    """Understand a system instruction."""
    instruction = instruction.strip()
    if not instruction:
        return Manner()
    words = instruction.lower()
    manner = Manner(
        phrases=_language(words),
        brief=bool(
            re.search(r"\b(be (very )?(brief|short|concise)|briefly|one sentence|kurz)\b", words)
        ),
        capitals=bool(re.search(r"\b(capital letters|all caps|in capitals|upper ?case)\b", words)),
        person=_named(r"\bcall me ([^.,;\n]+)", instruction),
        own_name=_named(
            r"\b(?:your name is|you are called|call yourself) ([^.,;\n]+)", instruction
        ),
        ending=_ending(instruction),
    )
    return manner if manner.understood else replace(manner, told=_shortened(instruction))


def _language(words: str) -> Phrases:
    names = "|".join(LANGUAGES)
    found = re.search(rf"\b(?:in|auf|en|speak|write|only) ({names})\b", words)
    return LANGUAGES[found[1]] if found else ENGLISH


def _named(pattern: str, instruction: str) -> str | None:
    found = re.search(pattern, instruction, re.IGNORECASE)
    name = found[1].strip().strip(_QUOTES)[:_LONGEST_NAME] if found else ""
    return name or None


def _ending(instruction: str) -> str | None:
    found = re.search(
        r"\bend (?:every|each|all|your|the) (?:\w+ )?(?:answers?|replies|reply|responses?) with:? "
        r"(.+)",
        instruction,
        re.IGNORECASE,
    )
    if not found:
        return None
    words = found[1].strip()
    quoted = re.match(rf"[{_QUOTES}](.+?)[{_QUOTES}]", words)
    return (quoted[1] if quoted else words.removesuffix("."))[:_LONGEST_TOLD] or None


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_TOLD else text[:_LONGEST_TOLD] + "…"


def first_sentence(text: str) -> str:
    """Give the first sentence of a text, for an answer that is to be brief."""
    plain = " ".join(text.split())
    found = re.match(r".*?[.!?](?=\s|$)", plain)
    return found[0] if found else plain


def dress(text: str, manner: Manner) -> str:
    """Put the last touches to an answer: the person's name, the ending, capital letters."""
    if manner.person:
        text = f"{manner.person}: {text}"
    if manner.told:
        text = f"{text}\n\n{manner.phrases.told.format(manner.told)}"
    if manner.capitals:
        text = text.upper()
    if manner.ending:
        text = f"{text}\n\n{manner.ending}"
    return text
