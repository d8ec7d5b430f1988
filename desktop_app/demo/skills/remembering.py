"""Memory: what was said before in the conversation, and going on where an answer broke off."""

import re
from typing import Final

from desktop_app.demo.question import Question
from desktop_app.demo.skills.reply import Reply

_ABOUT: Final = "what was said before"
_LONGEST_QUOTE: Final = 400
_LONGEST_REQUEST: Final = 80
_NAME: Final = re.compile(
    r"\b(?:my name is|i am called|call me|ich heiße|je m'appelle|me llamo) ([\w'-]+)",
    re.IGNORECASE,
)
_I_SAID: Final = (
    r"(?:did i (?:just )?(?:say|ask|write|tell|send|want)|(?:i|i've|i have) (?:just )?"
    r"(?:said|asked|wrote|told)|was my|were my|my (?:first|last|previous) (?:question|message))"
)
_STOP_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """about after again also been before could does doing from have having here just know like
        many more much only other over please really said same should some still such tell than that
        their them then there these they thing think this those very want were what when where which
        while will with would your yours""",
    )
)


def remember_name(question: Question) -> Reply | None:
    """Answer "what is my name" from the conversation, and "what is your name" from the manner."""
    words = question.words
    if re.search(r"\b(what('s| is) my name|who am i|do you know my name)\b", words):
        for turn in reversed(question.turns):
            if found := _NAME.search(turn.text):
                return Reply(f"You told me that your name is **{found[1]}**.", _ABOUT)
        if question.manner.person:
            return Reply(f"I was told to call you **{question.manner.person}**.", _ABOUT)
        return Reply("You have not told me your name in this conversation.", _ABOUT)
    if re.search(r"\b(what('s| is) your name|who are you)\b", words):
        name = question.manner.own_name
        own = f"I was told that my name is **{name}**." if name else "I have no name of my own."
        return Reply(own, "my name")
    return None


def remember_words(question: Question) -> Reply | None:
    """Quote what the person said first, before, or all of it."""
    words = question.words
    if re.search(r"\bdid you (just )?(say|answer|write|tell)", words):
        said = [turn.answer for turn in question.earlier if turn.answer]
        if not said:
            return Reply("I have not said anything yet in this conversation.", _ABOUT)
        which = said[0] if "first" in words else said[-1]
        return Reply(f"I said: {_quote(which)}", _ABOUT)
    if not re.search(rf"\bwhat\b.*{_I_SAID}|\b(repeat|quote) (what i|my)", words, re.DOTALL):
        return None
    said = [turn.text for turn in question.earlier if turn.text]
    if not said:
        return Reply("This is the first thing you have said in this conversation.", _ABOUT)
    if re.search(r"\b(everything|so far|all)\b", words):
        lines = "\n".join(f"{number}. {_quote(text)}" for number, text in enumerate(said, 1))
        return Reply(f"So far you said:\n\n{lines}", _ABOUT)
    which = "first" if "first" in words else "last"
    return Reply(
        f"{'First' if which == 'first' else 'Just before that'} you said: "
        f"{_quote(said[0] if which == 'first' else said[-1])}",
        _ABOUT,
    )


def recall(question: Question) -> Reply | None:
    """Find the earlier sentence of the person that has most words of the question in it."""
    if "?" not in question.text or not question.earlier:
        return None
    asked = _content_words(question.text)
    best, best_score = "", 0
    for turn in question.earlier:
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", turn.text):
            score = 0 if sentence.endswith("?") else len(asked & _content_words(sentence))
            if sentence and score >= max(1, best_score):
                best, best_score = sentence, score
    if not best:
        return None
    return Reply(f"You said earlier: {_quote(best)} I know no more about it than that.", _ABOUT)


def _content_words(text: str) -> set[str]:
    words = {word.removesuffix("s") for word in re.findall(r"[^\W\d_]{4,}", text.lower())}
    return words - _STOP_WORDS


def _quote(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + '…'}”"


# --- going on -------------------------------------------------------------------------------------

_GO_ON: Final = re.compile(
    r"^\W*(please )?(go on|continue|carry on|keep going|weiter|continuez|sigue|more|and then)\b"
)


def answer_to_go_on(question: Question) -> int | None:
    """Find the turn whose answer is to go on: the person asks for it, or put nothing after it."""
    if question.now.answer:
        return len(question.turns) - 1
    if not _GO_ON.match(question.words) or len(question.words) > _LONGEST_REQUEST:
        return None
    answered = [at for at, turn in enumerate(question.earlier) if turn.answer]
    return answered[-1] if answered else None


def go_on(said: str, whole: str, more: str) -> Reply:
    """Go on after `said`: with the rest of the `whole` answer, where it was broken off, else with
    `more`. The reply begins with the last words.
    """
    last_words = " ".join(said.split()[-8:])
    if whole.startswith(said) and whole[len(said) :].strip():
        rest = whole[len(said) :]
        body = f"“…{last_words}” – Castor's offline demo goes on from there:\n\n{rest.lstrip()}"
        return Reply(body, "where the answer broke off", framed=True)
    body = f"“…{last_words}” – that was the end, but Castor's offline demo has more:\n\n{more}"
    return Reply(body, "what could come next", framed=True)
