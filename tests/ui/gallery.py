"""Paints what an answer can hold, page by page, in the real transcript and without a screen.

It is a program of its own, because the scale of a screen is one for a whole program:
`python -m tests.ui.gallery <folder> <scale> <theme> …`
"""

import base64
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from desktop_app.chat.typesetting import Typesetter
from desktop_app.images.decode import decode_pixels
from desktop_app.interactions.content import ImageContent, TextContent, UrlCitation
from desktop_app.interactions.events import StepDelta, StepStart, TextDelta, ThoughtSummaryDelta
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    FunctionResultStep,
    GoogleSearchCallStep,
    GoogleSearchResultStep,
    ModelOutputStep,
    ThoughtStep,
    UrlContextCallStep,
    UrlContextResultStep,
)
from desktop_app.ui.colouring import Colouring
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.card_deck import CardDeck
from desktop_app.ui.transcript.formulas import Formulas
from desktop_app.ui.transcript.lines import OpeningLine
from desktop_app.ui.transcript.media_requests import MediaRequest, PixelsWanted
from desktop_app.ui.transcript.transcript import Transcript
from tests.ui.transcript.pages import thought, turn_of

WIDTH: Final = 1016
HIGHEST: Final = 6000
BELOW: Final = 16
SECONDS: Final = 20

HARBOUR: Final = Path(__file__).parents[2] / "resources" / "demo" / "harbour.png"
TEXTS: Final = Path(__file__).parents[1] / "data" / "gallery"
BASEL, ZERMATT = "https://climate.example/basel", "https://weather.example/zermatt"


# --- the pages ------------------------------------------------------------------------------------


def answer_of(name: str, asked: str) -> Interaction:
    """A turn whose answer is a file."""
    return turn_of(asked, (TEXTS / f"{name}.md").read_text(encoding="utf-8"))


def cited() -> Interaction:
    """An answer with marks behind words, formulas and code, and its list of sources."""
    text = (TEXTS / "citations.md").read_text(encoding="utf-8")

    def mark(words: str, url: str, title: str) -> UrlCitation:
        begin = text.encode().index(words.encode())
        return UrlCitation(begin, begin + len(words.encode()), url=url, title=title)

    marks = (
        mark("about 10.5 °C", BASEL, "The climate of Basel"),
        mark("three degrees colder", ZERMATT, "Zermatt, month by month"),
        mark("a warm summer", BASEL, "The climate of Basel"),
        mark("snow until May", ZERMATT, "Zermatt, month by month"),
        mark("2,620 hours", "https://sun.example/hours", "Hours of sunshine"),
    )
    said_so = ModelOutputStep(content=(TextContent(text, annotations=marks),))
    return turn_of("Where is it warmer, in Basel or in Zermatt?", said_so)


def thinking() -> Interaction:
    """A turn that is being thought about."""
    turn = Interaction(input=(TextContent("How many squares are on a chessboard?"),))
    turn.apply(StepStart(0, ThoughtStep()))
    fields = "There are 64 squares of one field, 49 of four fields, and so on."
    total = "The sum of the first eight square numbers is $\\frac{8 \\cdot 9 \\cdot 17}{6} = 204$."
    for words in (f"**Counting by size**\n\n{fields}\n\n", f"**Adding them up**\n\n{total}"):
        turn.apply(StepDelta(0, ThoughtSummaryDelta(TextContent(words))))
    return turn


def thought_about() -> Interaction:
    """A turn whose thoughts are folded."""
    sums = "**Adding them up**\n\nThe sum of the first eight square numbers is 204."
    return turn_of("How many squares are on a chessboard?", thought(sums), "**204**, of all sizes.")


def tools() -> Interaction:
    """A turn whose answer came with the help of tools; one of them failed."""
    code = "import statistics\n\nprint(statistics.mean([10.5, 4.2]))"
    return turn_of(
        "What is the mean of the two temperatures?",
        GoogleSearchCallStep(id="1", arguments={"queries": ["Basel temperature", "Zermatt"]}),
        GoogleSearchResultStep(call_id="1", result=[{"title": "Basel", "url": BASEL}]),
        UrlContextCallStep(id="2", arguments={"urls": [BASEL]}),
        UrlContextResultStep(call_id="2", result=[{"url": BASEL, "status": "success"}]),
        CodeExecutionCallStep(id="3", arguments={"language": "python", "code": code}),
        CodeExecutionResultStep(call_id="3", result="7.35\n"),
        FunctionCallStep(id="4", name="save_note", arguments={"title": "Mean", "value": 7.35}),
        FunctionResultStep(call_id="4", name="save_note", result="No disk.", is_error=True),
        "The mean is **7.35 °C**.",
    )


def pictured() -> Interaction:
    """A turn whose answer has a picture in it."""
    data = base64.b64encode(HARBOUR.read_bytes()).decode("ascii")
    image = ImageContent(data=data, mime_type="image/png")
    words = TextContent("Here is the harbour, seen from the pier:")
    last = TextContent("The lighthouse stands at the end of the mole.")
    return turn_of("Draw a harbour", ModelOutputStep(content=(words, image, last)))


def failed() -> Interaction:
    """A turn that broke off."""
    turn = Interaction(input=(TextContent("Tell me about lighthouses"),))
    turn.apply(StepStart(0, ModelOutputStep()))
    turn.apply(StepDelta(0, TextDelta("The first lighthouses were fires on hills. Later, ")))
    advice = "What came is kept. Try again when the connection is back."
    turn.fail(
        Failure("cut_off", "The connection broke.", advice, "code: cut_off"), interrupted=True
    )
    return turn


PAGES: Final[Mapping[str, Callable[[], list[Interaction]]]] = {
    "prose": lambda: [answer_of("prose", "Tell me about tides, and show me how you write")],
    "lists": lambda: [answer_of("lists", "Make me a plan")],
    "table": lambda: [answer_of("table", "Compare the lighthouses")],
    "code": lambda: [answer_of("code", "Greet me in five languages")],
    "math": lambda: [answer_of("math", "Which formulas should I know?")],
    "citations": lambda: [cited()],
    "thoughts-folded": lambda: [thought_about(), thinking()],
    "thoughts-open": lambda: [thought_about(), thinking()],
    "tools": lambda: [tools()],
    "picture": lambda: [pictured()],
    "cjk": lambda: [answer_of("cjk", "用三种语言介绍潮汐。日本語と한국어로도 부탁해요.")],
    "right-to-left": lambda: [answer_of("right-to-left", "اشرح لي المد والجزر، ثم بالعبرية")],
    "emoji": lambda: [answer_of("emoji", "Pack my bag 🎒 for the sea 🌊")],
    "failure": lambda: [failed()],
}
OPENED: Final = ("tools", "thoughts-open")


# --- painting -------------------------------------------------------------------------------------


def show_pixels(transcript: Transcript, request: MediaRequest) -> None:
    """Decode what a picture needs at once."""
    content = request.ref.content
    if isinstance(request, PixelsWanted) and isinstance(content, ImageContent) and content.data:
        data = base64.b64decode(content.data)
        pixels = decode_pixels(data, request.longest)
        transcript.show_pixels(request.ref.key, request.longest, pixels)


def let_run(until: Callable[[], bool]) -> None:
    """Let events come until something holds."""
    deadline = QDeadlineTimer(SECONDS * 1000)
    flags = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    QGuiApplication.processEvents()
    while not until():
        if deadline.hasExpired():
            raise TimeoutError("a page of the gallery is not finished")
        QGuiApplication.processEvents(flags, 50)


def is_colouring(deck: CardDeck) -> bool:
    """Whether code of a text waits for its colours."""
    return deck._timer.isActive()


def is_unfinished(transcript: Transcript) -> bool:
    """Whether something is still to be read or laid out."""
    views = transcript.findChildren(BlocksView)
    return any(view.is_reading or view._late.isActive() for view in views)


def paint(theme: Theme, turns: list[Interaction], opened: bool) -> QImage:
    """Paint a page as high as what is on it."""
    transcript = Transcript(theme, lambda attachment: None)
    transcript.media_requested.connect(partial(show_pixels, transcript))
    transcript.resize(WIDTH, HIGHEST)
    transcript.show()
    transcript.set_turns(turns)
    if opened:
        for slot in transcript._column.slots:
            for part in slot.view._parts:
                if isinstance(part, OpeningLine):
                    part.set_open(True)
    let_run(lambda: not theme.formulas.is_waiting and not is_unfinished(transcript))
    transcript.flush()
    bottom = max(slot.view.geometry().bottom() for slot in transcript._column.slots)
    transcript.resize(WIDTH, bottom + 1 + BELOW)
    decks = transcript.findChildren(CardDeck)
    let_run(lambda: not is_unfinished(transcript))
    let_run(lambda: not theme.formulas.is_waiting and not any(map(is_colouring, decks)))
    if transcript._bar.maximum() > 0:
        raise ValueError("a page of the gallery is cut off")
    image = transcript.grab().toImage()
    transcript.close()
    transcript.deleteLater()
    return image


def main(folder: Path, scale: int, themes: list[str]) -> None:
    """Paint all pages in these themes."""
    application = QApplication(sys.argv[:1])
    typesetter = Typesetter()
    formulas = Formulas(typesetter)
    for name in themes:
        choice = "dark" if name == "dark" else "light"
        theme = Theme(application, choice, Colouring(at_once=True), formulas)
        for page, turns in PAGES.items():
            image = paint(theme, turns(), page in OPENED)
            image.save(str(folder / f"gallery-{page}-{name}-{scale}00.png"))
    typesetter.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
