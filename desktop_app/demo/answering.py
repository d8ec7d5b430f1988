"""From a question to an answer: the first skill that fits gives the body, the manner its dress."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from desktop_app.demo.exhibition import exhibit
from desktop_app.demo.filling import Filling
from desktop_app.demo.manner import dress, first_sentence
from desktop_app.demo.media import chime, sky, wav
from desktop_app.demo.pictures import as_jpeg
from desktop_app.demo.question import Question
from desktop_app.demo.skills import (
    agents,
    arithmetic,
    consulting,
    looking,
    remembering,
    touring,
    writing,
)
from desktop_app.demo.skills.reply import Reply
from desktop_app.demo.thinking import think
from desktop_app.demo.tooling import (
    call_function,
    cite,
    functions_to_call,
    quote_results,
    use_server_tools,
)
from desktop_app.interactions.content import AudioContent, Content, ImageContent, TextContent
from desktop_app.interactions.events import Status
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.steps import ModelOutputStep, Step, ThoughtStep

_LONGEST_QUOTE: Final = 200
_MORE_PARAGRAPHS: Final = 2

_SKILLS: Final[tuple[Callable[[Question], Reply | None], ...]] = (
    agents.report,
    quote_results,
    looking.describe_now,
    touring.tour,
    remembering.remember_name,
    remembering.remember_words,
    arithmetic.count_up,
    arithmetic.count_words,
    arithmetic.reckon,
    writing.write,
    looking.describe_earlier,
    consulting.consult_earlier,
    remembering.recall,
)


@dataclass(frozen=True)
class Answer:
    """The steps in order, a thought first where there is one, and the status they end with."""

    steps: tuple[Step, ...]
    status: Status = Status.COMPLETED


def answer(question: Question, interaction_id: str) -> Answer:
    """Answer a question; ids and signatures are made for the interaction of this name."""
    calls = functions_to_call(question)
    if calls:
        thought = _thought(question, "a tool that was asked for", interaction_id)
        steps = [
            call_function(tool, question.seals.call_id(interaction_id, 100 + number), question.text)
            for number, tool in enumerate(calls)
        ]
        return Answer((*thought, *steps), Status.REQUIRES_ACTION)
    shown = exhibit(question, interaction_id)
    if shown:
        return Answer((*_thought(question, "what else there is", interaction_id), *shown))
    reply = reply_to(question)
    used = use_server_tools(question, interaction_id)
    thought = _thought(question, reply.about, interaction_id)
    output = ModelOutputStep(_output(question, reply, used.sentences))
    return Answer((*thought, *used.steps, output))


def reply_to(question: Question) -> Reply:
    """Let the first skill that fits answer."""
    at = None if question.agent else remembering.answer_to_go_on(question)
    if at is not None:
        return _go_on(question, at)
    for skill in _SKILLS:
        reply = skill(question)
        if reply is not None:
            return reply
    quoted = " ".join(question.text.split())
    if len(quoted) > _LONGEST_QUOTE:
        quoted = quoted[:_LONGEST_QUOTE] + "…"
    body = question.manner.phrases.plain.format(quoted or "…")
    return Reply(body, "nothing in particular", english=False)


def _go_on(question: Question, at: int) -> Reply:
    """Answer the turn again: what it said before is the beginning of what comes out now."""
    said = question.turns[at].answer
    unanswered = replace(question.turns[at], output=())
    again = replace(question, turns=(*question.turns[:at], unanswered))
    whole = _text_of(again, reply_to(again), ())
    return remembering.go_on(
        said, whole, writing.paragraphs(said, question.seals, 0, _MORE_PARAGRAPHS)
    )


def _thought(question: Question, about: str, interaction_id: str) -> tuple[ThoughtStep, ...]:
    paragraphs = think(question.level, question.text, about)
    if not paragraphs:
        return ()
    signature = question.seals.signature(interaction_id, "thought")
    return (ThoughtStep(signature, (TextContent("\n\n".join(paragraphs)),)),)


# --- the output -----------------------------------------------------------------------------------


def _output(question: Question, reply: Reply, sentences: tuple[str, ...]) -> tuple[Content, ...]:
    """Make the blocks that were asked for (section 11); text where nothing else was."""
    blocks: list[Content] = []
    wants_text = not question.formats
    for wanted in question.formats:
        match wanted.get("type"):
            case "image":
                blocks.append(_image(wanted, question))
            case "audio":
                blocks.append(_audio(wanted))
            case _ if wanted.get("mime_type") == "application/json":
                return (TextContent(_structured(wanted, question, reply)),)
            case _:
                wants_text = True
    if wants_text or not blocks:
        blocks.insert(0, cite(_text_of(question, reply, sentences)))
    return tuple(blocks)


def _text_of(question: Question, reply: Reply, sentences: tuple[str, ...]) -> str:
    manner = question.manner
    body = "\n\n".join((reply.body, *sentences))
    if manner.brief:
        body = first_sentence(body)
    if not reply.framed:
        body = _framed(question, body, english=reply.english)
    return dress(body, manner)


def _framed(question: Question, body: str, *, english: bool) -> str:
    """Say in front that this is the demo: at length at first, then in a few words."""
    phrases = question.manner.phrases
    first = not any(turn.answer for turn in question.earlier)
    opening = phrases.introduction if first else question.seals.choose(question.text, phrases.again)
    if english and phrases.follows:
        opening = f"{opening} {phrases.follows}"
    own_paragraph = body.startswith(("#", "-", "1.")) or "\n" in body or len(body) > 300
    return opening + ("\n\n" if own_paragraph else " ") + body


def _structured(wanted: JsonObject, question: Question, reply: Reply) -> str:
    schema = wanted.get("schema")
    if isinstance(schema, dict):
        value = Filling(schema, question.text).value(schema)
    else:
        value = {"offline_demo": True, "answer": reply.body}
    return json.dumps(value, ensure_ascii=False, indent=2)


def _image(wanted: JsonObject, question: Question) -> ImageContent:
    ratio = wanted.get("aspect_ratio")
    data = sky(ratio if isinstance(ratio, str) else "1:1", question.seals.number(question.text))
    mime_type = "image/png"
    if wanted.get("mime_type") == "image/jpeg":
        data, mime_type = as_jpeg(data), "image/jpeg"
    return ImageContent(data=base64.b64encode(data).decode("ascii"), mime_type=mime_type)


def _audio(wanted: JsonObject) -> AudioContent:
    samples, rate = chime()
    raw = wanted.get("mime_type") == "audio/l16"
    data = samples if raw else wav(samples, rate)
    return AudioContent(
        data=base64.b64encode(data).decode("ascii"),
        mime_type="audio/l16" if raw else "audio/wav",
        sample_rate=rate,
        channels=1,
    )
