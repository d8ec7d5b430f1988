"""Pictures: what is really in them, now or in an earlier turn."""

import re
from typing import Final

from desktop_app.demo.pictures import Picture
from desktop_app.demo.question import Question, Turn
from desktop_app.demo.skills.consulting import describe_files
from desktop_app.demo.skills.reply import Reply

_ABOUT: Final = "a picture"
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth")


def describe_now(question: Question) -> Reply | None:
    """Describe the pictures that came with the question, and what else came with it."""
    if not question.now.images:
        return describe_files(question)
    body = _describe(question, question.now)
    files = describe_files(question)
    if files is not None:
        return Reply(f"{body}\n\n{files.body}", "pictures and files")
    return Reply(body, _ABOUT if len(question.now.images) == 1 else "some pictures")


def describe_earlier(question: Question) -> Reply | None:
    """Describe the pictures of an earlier turn when the question is about pictures."""
    if not re.search(r"\b(pictures?|images?|photos?|bild|image)\b", question.words):
        return None
    for turn in reversed(question.earlier):
        if turn.images:
            return Reply(f"Earlier you sent this. {_describe(question, turn)}", _ABOUT)
    return None


def _describe(question: Question, turn: Turn) -> str:
    looked = [question.picture(image) for image in turn.images]
    if len(looked) == 1:
        return _sentence("The picture", looked[0])
    parts = [
        f"- {_sentence(f'The {_ordinal(number)} picture', picture)}"
        for number, picture in enumerate(looked)
    ]
    comparison = _compare([picture for picture in looked if isinstance(picture, Picture)])
    return f"You sent {len(looked)} pictures:\n\n" + "\n".join(parts) + comparison


def _ordinal(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}th"


def _sentence(subject: str, picture: Picture | str) -> str:
    if isinstance(picture, str):
        return f"{subject} could not be looked at, because {picture}."
    text = (
        f"{subject} is a {picture.format} of {picture.width} × {picture.height} pixels; "
        f"its colours are {_colours(picture)}."
    )
    if picture.clear >= 0.01:
        text += f" About {picture.clear:.0%} of it is transparent."
    return text


def _colours(picture: Picture) -> str:
    if not picture.colours:
        return "none at all: it is transparent"
    named = [f"{name} ({share:.0%})" for name, share in picture.colours]
    if len(named) == 1:
        return named[0]
    return f"mostly {named[0]}, then {', '.join(named[1:])}"


def _compare(pictures: list[Picture]) -> str:
    if len(pictures) < 2:
        return ""
    largest = max(pictures, key=lambda picture: picture.width * picture.height)
    lightest = max(pictures, key=lambda picture: picture.light)
    same_size = len({(picture.width, picture.height) for picture in pictures}) == 1
    common = set(dict(largest.colours)).intersection(*(dict(p.colours) for p in pictures))
    size = (
        "They all have the same size"
        if same_size
        else f"The largest one has {largest.width} × {largest.height} pixels"
    )
    shared = f"they share {', '.join(sorted(common))}" if common else "they share no main colour"
    which = _ordinal(pictures.index(lightest))
    return f"\n\n{size}; the {which} one is the lightest, and {shared}."
