"""Shows hostile documents in a transcript, in a process of its own, and tells what that did.

    python -m tests.showing opened COUNT [planted]    what of the system was touched, as JSON
    python -m tests.showing steps [NAME ...]          the longest step for each document, as JSON

The large documents are shown with the small ones. With `planted` they are not: there a reader of
Markdown fetches pictures, which must be noticed. A step is what the event loop does at once:
between two of them the window can answer.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from desktop_app.collecting import Collecting
from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.markdown import parse
from desktop_app.markdown.highlight import load_lexer
from desktop_app.ui.colouring import Colouring
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.transcript import Transcript
from tests.hostile import LARGE, TRYING, documents

_SIZE = (1016, 600)
_KINDS = (
    *("open", "os.", "shutil.", "glob.", "tempfile.", "pathlib.", "fcntl.", "ctypes."),
    *("socket.", "subprocess.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser."),
)
_LOOKED_AT = 40
"""Links of a document that the pointer comes to."""

ORDINARY = "Some `code` in a **line** of words, as an answer has them.\n\n" * 600


@dataclass
class Longest:
    """The longest step, in seconds of the clock and of the processor."""

    clock: float = 0.0
    processor: float = 0.0


class Showing:
    """A transcript on which one document after another is shown."""

    def __init__(self, application: QApplication) -> None:
        self.application = application
        theme = Theme(application, "light", Colouring(at_once=False))
        self._transcript = Transcript(theme, lambda attachment: None)
        self._transcript.resize(*_SIZE)
        self._transcript.show()
        self._picture = QImage(*_SIZE, QImage.Format.Format_RGB32)
        self.longest = Longest()
        self.links_reached = 0

    def show(self, text: str) -> None:
        """Show a document as an answer, look at it in four places, and come to its links."""
        turn = Interaction(input=(TextContent("Show it."),))
        step = ModelOutputStep(content=(TextContent(text),))
        turn.restore_step(step, index=0, seconds=1.0, whole=True)
        turn.apply(InteractionCompleted(InteractionHeader(id="v1", status="completed")))
        self._step(lambda: self._transcript.set_turns([turn]))
        # Without `exec` nobody else deletes what was shown before.
        self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self._rest()
        bar = self._transcript.verticalScrollBar()
        for quarter in range(4) if bar.maximum() else (0,):
            self._step(lambda at=quarter: bar.setValue(bar.maximum() * at // 3))
            self._rest()
            self._step(lambda: self._transcript.render(self._picture))
            self._hover()

    def _step(self, work: Callable[[], object]) -> None:
        clock, processor = time.monotonic(), time.process_time()
        work()
        self.longest.clock = max(self.longest.clock, time.monotonic() - clock)
        self.longest.processor = max(self.longest.processor, time.process_time() - processor)

    def _rest(self) -> None:
        """Let the loop turn until all is read and painted."""
        still = 0
        while still < 3:
            self._step(self.application.processEvents)
            still = 0 if any(view.is_reading for view in self._views()) else still + 1

    def _views(self) -> list[BlocksView]:
        return [one for one in self._transcript.findChildren(BlocksView) if one.isVisible()]

    def _hover(self) -> None:
        for view in self._views():
            seen = view.visibleRegion().boundingRect()
            points = [QPointF(seen.center())]
            blocks = [number for number, _ in view.flow.laid_between(seen.top(), seen.bottom())]
            links = [link for number in blocks for link in view._links.of(number)]
            for link in links[:_LOOKED_AT]:
                points.extend(rect.center() for rect in view._links.rects_of(link))
            for point in points:
                self._step(lambda view=view, point=point: self._move(view, point))

    def _move(self, view: BlocksView, point: QPointF) -> None:
        none, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
        kind = QMouseEvent.Type.MouseMove
        place = QPointF(view.mapToGlobal(point.toPoint()))
        self.application.sendEvent(view, QMouseEvent(kind, point, place, buttons, buttons, none))
        self.links_reached += view.cursor().shape() == Qt.CursorShape.PointingHandCursor


def opened(showing: Showing, texts: Sequence[str]) -> dict[str, object]:
    """What was opened, started or reached while documents were shown, each once."""
    "a".encode("punycode")  # is imported where an address first has a host
    for language in ("python", "html", "c++"):
        load_lexer(language)
    for text in documents(20, seed=0):
        showing.show(text)
    found: set[str] = set()
    watching = [True]

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(_KINDS) and watching:
            found.add(f"{event} {arguments!r}"[:200])

    sys.addaudithook(note)
    shown = 0
    for text in texts:
        showing.show(text)
        shown += 1
    watching.clear()
    return {"shown": shown, "links": showing.links_reached, "opened": sorted(found)}


def steps(showing: Showing, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """The longest step for each document, and for one that is as any answer is."""
    showing.show(ORDINARY)  # what is done once is nobody's
    collecting = Collecting(lambda: False, showing.application)
    collecting.start()
    gc.freeze()  # as the program does
    found: dict[str, dict[str, float]] = {}
    for name, text in {"ordinary": ORDINARY, **LARGE, **TRYING}.items():
        if names and name not in names and name != "ordinary":
            continue
        showing.longest = Longest()
        showing.show(text)
        longest = showing.longest
        found[name] = {"ms": longest.clock * 1000, "processor_ms": longest.processor * 1000}
    return found


def _plant() -> None:
    """Have pictures fetched, as a careless reader would."""
    usual = parse._image

    def fetching(token: parse.Token, look: parse.Span) -> parse.Span:
        import socket

        address = str(token.attrGet("src") or "")
        if address == "file:///etc/hostname":
            with Path(__file__).open("rb") as file:
                file.read(1)
        elif address.startswith("http://127"):
            socket.socket().close()
        return usual(token, look)

    parse._image = fetching


def main(words: Sequence[str]) -> None:
    """Do what the command line says."""
    application = QApplication(list(words))
    showing = Showing(application)
    match words[1:]:
        case ["opened", count, *planted]:
            small = tuple(documents(int(count)))
            if planted:
                _plant()
            texts = small if planted else (*small, *LARGE.values())
            print(json.dumps(opened(showing, texts)))
        case ["steps", *names]:
            print(json.dumps(steps(showing, names)))
        case _:
            raise SystemExit(2)


if __name__ == "__main__":
    main(sys.argv)
