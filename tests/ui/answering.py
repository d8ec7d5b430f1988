"""A server whose answers come when the test says so, and no sooner."""

import asyncio
import json
from dataclasses import dataclass, field

from PySide6.QtWidgets import QApplication

from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.failure_card import FailureCard
from tests.scriptserver import STREAM_HEAD, Request, Writer, answer

MODELS: JsonObject = {
    "models": [
        {
            "name": f"models/{name}",
            "displayName": words,
            "supportedGenerationMethods": ["generateContent"],
            "maxTemperature": 1.5,
            "outputTokenLimit": 4096,
            "thinking": True,
        }
        for name, words in (("gemini-3.8-flash", "Gemini 3.8 Flash"), ("gemini-x", "Gemini X"))
    ]
}


@dataclass
class Flow:
    """One answer: what was asked, and what is said, word by word."""

    body: JsonObject
    pieces: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue[bytes | None])

    def say(self, text: str) -> None:
        """Let some words come in."""
        self.event("step.delta", index=0, delta={"type": "text", "text": text})

    def end(self, status: str = "completed", tokens: int = 7) -> None:
        """Let the answer end well, or with another status."""
        self.event("step.stop", index=0)
        usage = {"total_tokens": tokens}
        self.event(
            "interaction.completed", interaction={"id": "v1_x", "status": status, "usage": usage}
        )
        self.pieces.put_nowait(None)

    def cut(self) -> None:
        """Break the connection."""
        self.pieces.put_nowait(None)

    def event(self, kind: str, **fields: object) -> None:
        data = json.dumps({"event_type": kind, **fields}).encode()
        self.pieces.put_nowait(b"data: " + data + b"\n\n")


@dataclass
class Tap:
    """Keeps every answer open until the test ends it. Give `script` to a `script_server`."""

    flows: list[Flow] = field(default_factory=list[Flow])
    refusals: list[bytes] = field(default_factory=list[bytes])
    """Whole answers that are given first, instead of a stream."""

    bad_key: str = ""
    """The key that the server does not take."""

    async def script(self, request: Request, writer: Writer) -> None:
        if self.bad_key and request.headers.get("x-goog-api-key") == self.bad_key:
            said = {"error": {"code": "authentication", "message": "API key not valid."}}
            writer.write(answer(json.dumps(said).encode(), "401 Unauthorized"))
        elif request.method == "GET" and "/models" in request.target:
            writer.write(answer(json.dumps(MODELS).encode()))
        elif request.method != "POST":
            said = {"error": {"code": "not_found", "message": "It is not here."}}
            writer.write(answer(json.dumps(said).encode(), "404 Not Found"))
        elif self.refusals:
            writer.write(self.refusals.pop(0))
        else:
            await self._flow(Flow(json.loads(request.body)), writer)

    async def _flow(self, flow: Flow, writer: Writer) -> None:
        self.flows.append(flow)
        writer.write(STREAM_HEAD)
        head = {"id": f"v1_{len(self.flows)}", "status": "in_progress"}
        flow.event("interaction.created", interaction=head)
        flow.event("step.start", index=0, step={"type": "model_output"})
        while (piece := await flow.pieces.get()) is not None:
            writer.write(piece)
            await writer.drain()
        writer.close()


def refusal(message: str, code: str = "invalid_request", status: str = "400 Bad Request") -> bytes:
    """A whole answer that is an error."""
    said = {"error": {"code": code, "message": message}}
    return answer(json.dumps(said).encode(), status)


def answers_shown(window: MainWindow) -> list[str]:
    """The answers that are in sight, from the top."""
    views = window.pane.transcript.viewport().findChildren(BlocksView)
    shown = [view for view in views if view.isVisible() and view.name == "Answer"]
    shown.sort(key=lambda view: view.mapToGlobal(view.rect().topLeft()).y())
    return [view.plain_text.strip() for view in shown]


def failure_shown(window: MainWindow) -> FailureCard:
    """The one failure card in sight."""
    cards = window.pane.transcript.viewport().findChildren(FailureCard)
    (card,) = [card for card in cards if card.isVisible()]
    return card


def clipboard() -> str:
    return QApplication.clipboard().text()
