"""The demo server in a thread of the harness: it remembers what it was asked and what it said."""

import asyncio
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import uvicorn

from desktop_app.demo.app import DemoApp
from desktop_app.demo.runs import Run
from desktop_app.interactions.events import Status
from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.interactions.steps import UserInputStep
from tests.faults.killing.words import answer_of, question_of

T = TypeVar("T")


class RecordingServer:
    """Serves while its context lasts. Its questions may be asked from any thread."""

    def __init__(self, seed: int, tokens_per_second: float) -> None:
        self._app = DemoApp(seed, tokens_per_second)
        self._runs: dict[str, Run] = {}
        self._questions: set[str] = set()
        self._create = self._app._interactions.create
        self._app._interactions.create = self._note  # type: ignore[method-assign]
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._loop = asyncio.new_event_loop()
        self._server = _Server(
            uvicorn.Config(
                self._app,
                http="h11",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="critical",
                access_log=False,
                timeout_graceful_shutdown=1,
            ),
            self._app,
        )
        self._thread = threading.Thread(target=self._run, name="server")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(128)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def asked(self) -> set[str]:
        """The words of every question that has come."""
        return self._ask(lambda: set(self._questions))

    def said(self, interaction: str) -> tuple[str, bool] | None:
        """What was answered so far, and whether that is all of it; `None` where it is unknown."""

        def look() -> tuple[str, bool] | None:
            run = self._runs.get(interaction)
            return (
                (answer_of(run.steps), run.status is Status.COMPLETED) if run is not None else None
            )

        return self._ask(look)

    def _ask(self, look: Callable[[], T]) -> T:
        async def ask() -> T:
            return look()

        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result(30)

    async def _note(self, body: JsonValue, key: str) -> Run:
        run = await self._create(body, key)
        self._runs[run.id] = run
        self._questions.add(_question(run))
        return run

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        await self._server.serve(sockets=[self._socket])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: DemoApp) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._app.close()  # or it waits for streams that nobody reads
        await super().shutdown(sockets)


def _question(run: Run) -> str:
    asked = [step for step in run.input if isinstance(step, UserInputStep)]
    return question_of(asked[-1].content or ()) if asked else ""
