"""A server in the place of httpx's transport that says nothing by itself: a test deals every event.

It keeps interactions as the real one does, and notes what no client may ever do: chain on what
cannot be chained on, or leave out what the person sees (invariant I6), or listen twice (I5).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from desktop_app.overriding import override

Said = list[tuple[str, str]]
"""A conversation as a model is shown it: who, and what."""

CHAINABLE = ("completed", "requires_action", "incomplete")
HEADERS = {"content-type": "text/event-stream"}


class Line(httpx.AsyncByteStream):
    """One open stream to the client."""

    def __init__(self) -> None:
        self.closed = False
        self.over = False
        self._pieces: list[bytes | Exception | None] = []
        self._more = asyncio.Event()

    def put(self, piece: bytes | Exception | None) -> None:
        """Send bytes, break off with an exception, or end with `None`."""
        if self.over:
            return
        self.over = not isinstance(piece, bytes)
        self._pieces.append(piece)
        self._more.set()

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._pieces:
                piece = self._pieces.pop(0)
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    raise piece
                yield piece
            self._more.clear()
            await self._more.wait()

    @override
    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Run:
    """An interaction at the server, or a create that is not answered yet."""

    id: str
    body: dict[str, Any]
    shown: Said
    asked: str
    ready: asyncio.Future[httpx.Response]
    previous: "Run | None" = None
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    dealt: int = 0
    status: str = ""
    lines: list[Line] = field(default_factory=list[Line])
    step: int | None = None
    steps: int = 0
    forgotten: bool = False
    told: bool = False
    token: str | None = None

    @property
    def stored(self) -> bool:
        return self.body.get("store") is not False

    @property
    def background(self) -> bool:
        return bool(self.body.get("background"))

    @property
    def waits(self) -> bool:
        """Whether the create is not answered yet, and somebody still waits for that."""
        return not self.status and not self.ready.done()

    @property
    def runs(self) -> bool:
        return self.status == "in_progress"

    @property
    def listeners(self) -> list[Line]:
        return [line for line in self.lines if not line.closed]

    def text(self, count: int | None = None) -> str:
        """What the first so many events say; all of them say everything."""
        texts = [event["delta"]["text"] for event in self.events[:count] if "delta" in event]
        return "".join(texts)


class SteppedServer(httpx.AsyncBaseTransport):
    """Every create waits until it is answered; `faults` lists what no client may do."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.faults: list[str] = []
        self.out_of_reach = False
        self.silent = False
        self.asked: Callable[[Run], None] = lambda run: None

    def run(self, interaction_id: str | None) -> Run | None:
        """The interaction of this id."""
        return next((run for run in self.runs if run.id == interaction_id and run.status), None)

    # --- what comes in ------------------------------------------------------------------------

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.out_of_reach:
            raise httpx.ConnectError("out of reach")
        parts = request.url.path.split("/")[2:]
        match request.method, parts:
            case "POST", ["interactions"]:
                return await self._create(json.loads(await request.aread()))
            case "GET", ["interactions", name]:
                return self._read(name, dict(request.url.params))
            case "POST", ["interactions", name, "cancel"]:
                return self._cancel(name)
            case "DELETE", ["interactions", name]:
                run = self.run(name)
                if run is None or run.forgotten:
                    return self._refusal(404, "not_found")
                run.forgotten = run.told = True
                return answer({})
            case _:
                return answer({"models": []})

    async def _create(self, body: dict[str, Any]) -> httpx.Response:
        previous = self.run(body.get("previous_interaction_id"))
        if "previous_interaction_id" in body and self._is_lost(body, previous):
            return self._refusal(404, "not_found")
        said = [] if previous is None else self._said_by(previous)
        asked = said_in(body.get("input"))
        run = Run(
            id=f"v1_{len(self.runs)}",
            body=body,
            shown=[*said, *asked[:-1]],
            asked=asked[-1][1] if asked and asked[-1][0] == "user" else "",
            ready=asyncio.get_running_loop().create_future(),
            previous=previous,
        )
        if asked and not run.asked:
            run.shown = [*said, *asked]
        self.runs.append(run)
        self.asked(run)
        return await run.ready

    def _is_lost(self, body: dict[str, Any], previous: Run | None) -> bool:
        name = body["previous_interaction_id"]
        if previous is None:
            self.faults.append(f"I6: chained on {name}, which was never given out")
            return True
        goes_on = body.get("continuation_token")
        if goes_on is not None:
            if goes_on != previous.token:
                self.faults.append(f"I6: {name} did not give out the token {goes_on}")
        elif previous.status not in CHAINABLE and previous.status != "requires_continuation":
            self.faults.append(f"I6: chained on {name}, which is {previous.status}")
        if not previous.stored:
            self.faults.append(f"I6: chained on {name}, which was not stored")
        if previous.forgotten and previous.told:
            self.faults.append(f"I6: chained on {name} again, which the server has forgotten")
        previous.told = previous.told or previous.forgotten
        return previous.forgotten

    def _said_by(self, run: Run) -> Said:
        said = [*run.shown]
        said += [("user", run.asked)] if run.asked else []
        return [*said, ("model", run.text())] if run.text() else said

    def _read(self, name: str, query: dict[str, str]) -> httpx.Response:
        run = self.run(name)
        if run is None or run.forgotten or not run.stored:
            if run is not None:
                run.told = run.told or run.forgotten
            return self._refusal(404, "not_found")
        if query.get("stream") != "true":
            run.dealt = len(run.events)
            return answer(self._whole(run))
        after = query.get("last_event_id")
        begin = 0 if after is None else int(after.rpartition("_")[2]) + 1
        line = Line()
        run.lines.append(line)
        for event in run.events[begin:]:
            line.put(record(event))
        run.dealt = len(run.events)
        if not run.runs:
            line.put(None)
        return httpx.Response(200, headers=HEADERS, stream=line)

    def _cancel(self, name: str) -> httpx.Response:
        run = self.run(name)
        if run is None or run.forgotten:
            return self._refusal(404, "not_found")
        if not run.background:
            return self._refusal(400, "failed_precondition")
        if run.runs:
            self.end(run, "cancelled")
        run.dealt = len(run.events)
        return answer(self._whole(run))

    def _whole(self, run: Run) -> dict[str, Any]:
        steps: list[dict[str, Any]] = []
        for event in run.events:
            if event["event_type"] == "step.start":
                steps.append(json.loads(json.dumps(event["step"])))
            elif "delta" in event:
                content = steps[-1].setdefault("content", [{"type": "text", "text": ""}])
                content[0]["text"] += event["delta"]["text"]
        whole: dict[str, Any] = {"id": run.id, "status": run.status, "steps": steps}
        return whole | ({"continuation_token": run.token} if run.token else {})

    def _refusal(self, status: int, code: str) -> httpx.Response:
        return answer({"error": {"code": code, "message": f"No: {code}."}}, status)

    # --- what a test deals --------------------------------------------------------------------

    def accept(self, run: Run) -> None:
        """Answer a create: the interaction is begun."""
        run.status = "in_progress"
        line = Line()
        run.lines.append(line)
        run.ready.set_result(httpx.Response(200, headers=HEADERS, stream=line))
        header = {"id": run.id, "status": run.status}
        self._deal(run, {"event_type": "interaction.created", "interaction": header})

    def refuse(self, run: Run, status: int, code: str) -> None:
        """Answer a create with an error."""
        run.ready.set_result(self._refusal(status, code))

    def begin_step(self, run: Run, kind: str = "model_output", **fields: object) -> None:
        """Begin a step, and end the one before."""
        self.end_step(run)
        run.step, run.steps = run.steps, run.steps + 1
        step = {"type": kind, **fields}
        self._deal(run, {"event_type": "step.start", "index": run.step, "step": step})

    def end_step(self, run: Run) -> None:
        """End the step that is open, if one is."""
        if run.step is not None:
            self._deal(run, {"event_type": "step.stop", "index": run.step})
            run.step = None

    def say(self, run: Run) -> None:
        """Deal a piece of text that nobody else says."""
        if run.step is None:
            self.begin_step(run)
        text = f"⟨{run.id}:{len(run.events)}⟩"
        delta = {"type": "text", "text": text}
        self._deal(run, {"event_type": "step.delta", "index": run.step, "delta": delta})

    def end(self, run: Run, status: str) -> None:
        """Say that it is finished, one way or another."""
        if status == "requires_action":
            self.begin_step(run, "function_call", id=f"call_{run.id}", name="look", arguments={})
        self.end_step(run)
        header = {"id": run.id, "status": status}
        if status == "requires_continuation":
            run.token = header["continuation_token"] = f"token_{run.id}"
        run.status = status
        self._deal(run, {"event_type": "interaction.completed", "interaction": header})
        for line in run.listeners:
            line.put(None)

    def fail(self, run: Run) -> None:
        """End with an error inside the stream."""
        run.status = "failed"
        error = {"code": "api_error", "message": "No more."}
        self._deal(run, {"event_type": "error", "error": error})
        for line in run.listeners:
            line.put(None)

    def drop(self, run: Run, *, cleanly: bool) -> None:
        """Lose the connection, in the middle of a record or by an end that is too early."""
        if run.waits:
            run.ready.set_exception(httpx.ReadError("reset"))
            return
        for line in run.listeners:
            line.put(b'data: {"event_type": "step.delta", "index": 0, "del')
            line.put(None if cleanly else httpx.ReadError("reset"))

    def _deal(self, run: Run, event: dict[str, Any]) -> None:
        event["event_id"] = f"{run.id}_{len(run.events)}"
        run.events.append(event)
        lines = [line for line in run.listeners if not line.over]
        for line in lines:
            line.put(record(event))
        if lines:
            run.dealt = len(run.events)


def record(event: dict[str, Any]) -> bytes:
    """One event as it goes over the wire."""
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def answer(data: dict[str, Any], status: int = 200) -> httpx.Response:
    """A whole answer, which is yet to be read."""
    headers = {"content-type": "application/json"}
    return httpx.Response(
        status, headers=headers, stream=httpx.ByteStream(json.dumps(data).encode())
    )


def said_in(given: Any) -> Said:
    """What an input says: content alone, or steps."""
    if not isinstance(given, list):
        return []
    if all(item.get("type") == "text" for item in given):
        return [("user", _text(given))] if given else []
    roles = {"user_input": "user", "model_output": "model"}
    said = [
        (roles[item["type"]], _text(item["content"])) for item in given if item["type"] in roles
    ]
    merged: Said = []
    for who, text in said:
        if merged and merged[-1][0] == who == "model":
            merged[-1] = who, merged[-1][1] + text
        else:
            merged.append((who, text))
    return merged


def _text(content: list[dict[str, Any]]) -> str:
    return "".join(block.get("text", "") for block in content)
