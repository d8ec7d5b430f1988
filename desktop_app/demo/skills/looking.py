"""Pictures: what is really in them, now or in an earlier turn; and what other files are."""

import base64
import re
from typing import Final

from desktop_app.demo.pictures import Picture
from desktop_app.demo.question import Question, Turn
from desktop_app.demo.skills.reply import Reply
from desktop_app.interactions.content import MediaContent

_ABOUT: Final = "a picture"
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth")


def describe_now(question: Question) -> Reply | None:
    """Describe the pictures that came with the question, and compare several."""
    if not question.now.images:
        return None
    body = _describe(question, question.now)
    return Reply(body, _ABOUT if len(question.now.images) == 1 else "some pictures")


def describe_earlier(question: Question) -> Reply | None:
    """Describe the pictures of an earlier turn when the question is about pictures."""
    if not re.search(r"\b(pictures?|images?|photos?|bild|image)\b", question.words):
        return None
    for turn in reversed(question.earlier):
        if turn.images:
            return Reply(f"Earlier you sent this. {_describe(question, turn)}", _ABOUT)
    return None


def describe_files(question: Question) -> Reply | None:
    """Say what came with the question besides pictures, and that it was not read."""
    files = question.now.other_media
    if not files:
        return None
    lines = [f"- {_file(file)}" for file in files]
    return Reply(
        "I cannot read these files, but this is what came:\n\n" + "\n".join(lines), "some files"
    )


def _file(file: MediaContent) -> str:
    kind = file.mime_type or file.type
    if file.data is None:
        return f"a link to **{kind}**, which I cannot follow: this server is offline"
    data = base64.b64decode(file.data)
    text = f"**{kind}**, {len(data):,} bytes"
    if kind.startswith("text/"):
        text += f", {len(data.splitlines()):,} lines"
    return text


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
