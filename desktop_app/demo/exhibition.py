"""An answer with everything besides text: tools, sources, a picture, a sound; and one in JSON.

Nothing is searched, fetched or run for it. It says so.
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from desktop_app.demo.media import chime, sky, wav
from desktop_app.demo.question import Question
from desktop_app.interactions.content import (
    Annotation,
    AudioContent,
    Citation,
    FileCitation,
    ImageContent,
    PlaceCitation,
    TextContent,
    UrlCitation,
)
from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    GoogleSearchCallStep,
    GoogleSearchResultStep,
    ModelOutputStep,
    Step,
    UrlContextCallStep,
    UrlContextResultStep,
)

_ASKED: Final = re.compile(r"\bshow (me )?(the |your )?(sources|citations|tools)\b")
_AS_JSON: Final = re.compile(r"\bas json\b")

_TEMPLES: Final = UrlCitation(url="https://example.com/gemini", title="Gemini, the constellation")
_NAMES: Final = UrlCitation(url="https://www.example.org/names", title="How stars got their names")
_FILE: Final = FileCitation(file_name="Observations.pdf", page_number=3)
_PLACE: Final = PlaceCitation(name="Observatory hill", url="https://example.net/maps/observatory")

_TEXT: Final[tuple[tuple[str, Citation | None], ...]] = (
    ("This is Castor’s offline demo: nothing below was searched, fetched or run.\n\n", None),
    ("**Castor** is a system of six stars", _TEMPLES),
    (", ", None),
    ("51 light years away", _TEMPLES),
    (". In Japanese it is ", None),
    ("カストル", _NAMES),
    (", and with Pollux it gives the Twins their name", None),
    (".\n\n- ", None),
    ("Seen in winter, high in the south", _FILE),
    ("\n- ", None),
    ("Best from a dark place", _PLACE),
    ("\n\nThe sky this evening:\n", None),
)
_REST: Final = "And how it sounds when a star rises:"
_CODE: Final = (
    'magnitudes = {"Castor": 1.58, "Pollux": 1.14}\nprint(min(magnitudes, key=magnitudes.get))\n'
)
_SUGGESTIONS: Final = (
    '<style>.chip{border-radius:12px}</style><a class="chip" href="https://example.com/search">'
    "brightest stars of Gemini</a>"
)
_STARS: Final[list[JsonValue]] = [
    {"star": "Castor", "magnitude": 1.58, "distance_ly": 51, "double": True},
    {"star": "Pollux", "magnitude": 1.14, "distance_ly": 34, "double": False},
    {"star": "Alhena", "magnitude": 1.93, "distance_ly": 109, "double": True},
]


def exhibit(question: Question, interaction_id: str) -> tuple[Step, ...]:
    """Give the steps of such an answer; none where it was not asked for."""
    if question.formats or question.now.results or question.tool_choice == "none":
        return ()
    if _AS_JSON.search(question.words):
        return (ModelOutputStep((TextContent(json.dumps(_STARS)),)),)
    if not _ASKED.search(question.words):
        return ()
    image = sky("16:9", 0)
    samples, rate = chime()
    content = (
        _cited(_TEXT),
        ImageContent(data=_base64(image), mime_type="image/png"),
        TextContent(_REST),
        AudioContent(
            data=_base64(wav(samples, rate)), mime_type="audio/wav", sample_rate=rate, channels=1
        ),
    )
    return (*_tools(question, interaction_id), ModelOutputStep(content))


def _tools(question: Question, interaction_id: str) -> tuple[Step, ...]:
    seals = question.seals
    ids = [seals.call_id(interaction_id, number) for number in range(3)]
    signature = seals.signature(interaction_id, "tools")
    queries: list[JsonValue] = ["stars of Gemini", "カストル 距離"]
    pages: list[JsonValue] = ["https://example.com/gemini", "https://www.example.org/names"]
    code: dict[str, JsonValue] = {"language": "python", "code": _CODE}
    read: list[JsonValue] = [
        {"url": "https://example.com/gemini", "status": "success"},
        {"url": "https://www.example.org/names", "status": "paywall"},
    ]
    return (
        GoogleSearchCallStep(id=ids[0], arguments={"queries": queries}, signature=signature),
        GoogleSearchResultStep(
            call_id=ids[0],
            result=[{"search_suggestions": _SUGGESTIONS}],
            is_error=False,
            signature=signature,
        ),
        UrlContextCallStep(id=ids[1], arguments={"urls": pages}, signature=signature),
        UrlContextResultStep(call_id=ids[1], result=read, is_error=False, signature=signature),
        CodeExecutionCallStep(id=ids[2], arguments=code, signature=signature),
        CodeExecutionResultStep(
            call_id=ids[2], result="Pollux\n", is_error=False, signature=signature
        ),
    )


def _cited(pieces: Sequence[tuple[str, Citation | None]]) -> TextContent:
    """Join pieces of text, and say in bytes of UTF-8 which of them a source is named for."""
    text, annotations, size = "", list[Annotation](), 0
    for piece, citation in pieces:
        end = size + len(piece.encode("utf-8"))
        match citation:
            case UrlCitation() | FileCitation() | PlaceCitation():
                annotations.append(replace(citation, start_index=size, end_index=end))
            case _:
                pass
        text, size = text + piece, end
    return TextContent(text, tuple(annotations))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
