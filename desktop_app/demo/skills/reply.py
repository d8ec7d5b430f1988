"""What a skill gives back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    """The body of an answer, in Markdown.

    `about` says in a few words what was done, for the thoughts. A `framed` reply says itself that
    it is the demo's; others get a sentence about that in front. `english` is false for a body
    that is in the language that was asked for.
    """

    body: str
    about: str
    framed: bool = False
    english: bool = True
