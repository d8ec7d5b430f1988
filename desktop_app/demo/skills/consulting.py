"""Documents, texts, sounds and films: how much is in them, and the passage that fits a question."""

import re
from typing import Final

from desktop_app.demo.question import Question, Turn
from desktop_app.demo.reading import Reading, read_words
from desktop_app.demo.skills.reply import Reply

_LONGEST_QUOTE: Final = 300
_SHORTEST_WORD: Final = 4
_MOST_TEXT: Final = 2_000_000
_PASSING: Final = frozenset(
    re.findall(
        r"\w+",
        """about does file from have pages page document please says said tell text than that their
        them then there these this what when where which with would your many much words summarise
        summarize say there into were will""",
    )
)


def describe_files(question: Question) -> Reply | None:
    """Say what is in the files that came with the question besides pictures."""
    parts = _describe(question, question.now)
    if not parts:
        return None
    if len(parts) == 1:
        return Reply(parts[0], "a file")
    listed = "\n".join(f"- {part}" for part in parts)
    return Reply(f"You sent {len(parts)} files:\n\n{listed}", "some files")


def consult_earlier(question: Question) -> Reply | None:
    """Look into the files of an earlier turn when the question is about them."""
    words = r"\b(files?|documents?|pdfs?|pages?|tables?|rows?|recordings?|slides?|sheets?)\b"
    if not re.search(words, question.words):
        return None
    for turn in reversed(question.earlier):
        parts = _describe(question, turn)
        if parts:
            return Reply("Earlier you sent this. " + " ".join(parts), "a file")
    return None


def _describe(question: Question, turn: Turn) -> list[str]:
    parts = [_sentence("The file", question.reading(file), question) for file in turn.other_media]
    for name, text in turn.text_files:
        parts.append(_sentence(f"`{name.replace('`', '')}`", read_words(text), question))
    return parts


def _sentence(subject: str, reading: Reading | str, question: Question) -> str:
    if isinstance(reading, str):
        return f"{subject} could not be read, because {reading}."
    article = "an" if reading.kind[:1] in "aeiou" else "a"
    sentence = f"{subject} is {article} **{reading.kind}** of {reading.measures}."
    found = _best_passage(reading, question.words)
    if found is not None:
        place, text = found
        where = f", on {place}" if place else ""
        return f"{sentence} What fits your question best{where}: “{_short(text)}”"
    begins = next((text for _, text in reading.passages if text.strip()), "")
    return f"{sentence} It begins: “{_short(begins)}”" if begins else sentence


def _best_passage(reading: Reading, asked: str) -> tuple[str, str] | None:
    """The sentence that shares most words with the question, and where it stands."""
    wanted = {w for w in re.findall(r"\w+", asked) if len(w) >= _SHORTEST_WORD} - _PASSING
    best: tuple[int, str, str] = (0, "", "")
    read = 0
    for place, text in reading.passages:
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
            read += len(sentence)
            score = len(wanted.intersection(re.findall(r"\w+", sentence.lower())))
            if score > best[0]:
                best = (score, place, sentence)
            if read > _MOST_TEXT:
                break
    return best[1:] if best[0] else None


def _short(text: str) -> str:
    words = " ".join(text.split()).replace("*", "").replace("_", " ")
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE].rstrip()}…"
