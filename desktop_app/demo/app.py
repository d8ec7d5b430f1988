"""The ASGI application: who asks for what, and what they get (specification, section 2)."""

import asyncio
import re
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Final

from desktop_app.demo.errors import (
    Form,
    Hangup,
    Refused,
    check_key,
    check_key_for_create,
    invalid,
)
from desktop_app.demo.exchange import Exchange, Receive, Scope, Send
from desktop_app.demo.faults import STATUS_OF_ERROR, fault_of
from desktop_app.demo.files import Files
from desktop_app.demo.interactions import Interactions
from desktop_app.demo.models import list_models, show_model
from desktop_app.demo.runs import DONE_RECORD, Run
from desktop_app.demo.seals import Seals
from desktop_app.demo.tokens import count_tokens
from desktop_app.demo.uploads import Uploads

_PATH: Final = re.compile(
    r"/v1(?:beta)?/(interactions|models|files)(?:/([^/]+?))?(?:[/:](cancel|countTokens))?"
)
_UPLOAD: Final = re.compile(r"/upload/v1(?:beta)?/files")
_QUERY_OF_GET: Final = frozenset({"include_input", "stream", "last_event_id"})
_ANYWHERE: Final = frozenset({"alt", "$alt", "key"})


class DemoApp:
    """The whole server, apart from its sockets. `close` ends everything that is under way."""

    def __init__(self, seed: int | None, tokens_per_second: float) -> None:
        self._seals = Seals(seed)
        self._files = Files(self._seals)
        self._uploads = Uploads(self._files, self._seals)
        self._interactions = Interactions(self._seals, tokens_per_second, self._files)
        self._under_way: set[asyncio.Task[None]] = set()
        self._closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await self._answer(Exchange(scope, receive, send))
        except Hangup:
            pass  # the server closes the socket of an answer that was not ended
        except asyncio.CancelledError:
            if not self._closing:
                raise
        finally:
            self._under_way.discard(task)

    async def close(self) -> None:
        """End all answers and runs."""
        self._closing = True
        for task in self._under_way:
            task.cancel()
        await self._interactions.close()
        self._uploads.close()
        self._files.close()

    async def _answer(self, exchange: Exchange) -> None:
        found = _PATH.fullmatch(exchange.path)
        form: Form = "interactions" if found and found[1] == "interactions" else "rpc"
        try:
            if _UPLOAD.fullmatch(exchange.path):
                await self._upload(exchange)
                return
            if found is None:
                raise _no_such_path()
            key = check_key(exchange.header("x-goog-api-key"))
            match found[1]:
                case "models":
                    await self._models(exchange, found[2], found[3])
                case "files":
                    await self._of_files(exchange, found[2], found[3], key)
                case _:
                    await self._of_interactions(exchange, found[2], found[3], key)
        except Refused as refused:
            await exchange.refuse(refused, form)

    async def _upload(self, exchange: Exchange) -> None:
        if exchange.method != "POST":
            raise _no_such_path()
        upload_id = exchange.query().get("upload_id")
        if upload_id is None:
            await self._uploads.start(exchange, check_key(exchange.header("x-goog-api-key")))
        else:
            await self._uploads.go_on(exchange, upload_id)

    async def _of_files(
        self, exchange: Exchange, name: str | None, verb: str | None, key: str
    ) -> None:
        match exchange.method, name, verb:
            case "GET", None, None:
                query = exchange.query()
                size, token = query.get("pageSize"), query.get("pageToken")
                await exchange.answer(self._files.page(key, exchange.base, size, token))
            case "GET", str(name), None:
                await exchange.answer(self._files.get(f"files/{name}", key).as_json(exchange.base))
            case "DELETE", str(name), None:
                self._files.delete(f"files/{name}", key)
                await exchange.answer({})
            case _:
                raise _no_such_path()

    async def _models(self, exchange: Exchange, name: str | None, verb: str | None) -> None:
        if exchange.method == "POST" and name is not None and verb == "countTokens":
            show_model(name)  # refuses an unknown one
            await exchange.answer(count_tokens(await exchange.json()))
            return
        if exchange.method != "GET" or verb is not None:
            raise _no_such_path()
        query = exchange.query()
        if name is not None:
            await exchange.answer(show_model(name))
        else:
            page = list_models(query.get("pageSize"), query.get("pageToken"), self._seals)
            await exchange.answer(page)

    async def _of_interactions(
        self, exchange: Exchange, interaction_id: str | None, verb: str | None, key: str
    ) -> None:
        match exchange.method, interaction_id, verb:
            case "POST", None, None:
                await self._create(exchange, key)
            case "GET", str(name), None:
                await self._get(exchange, self._interactions.get(name))
            case "DELETE", str(name), None:
                await self._interactions.delete(name)
                await exchange.answer({})
            case "POST", str(name), "cancel":
                run = await self._interactions.cancel(name)
                await exchange.answer(run.snapshot(with_input=False))
            case _:
                raise _no_such_path()

    # --- one interaction ----------------------------------------------------------------------

    async def _create(self, exchange: Exchange, key: str) -> None:
        check_key_for_create(key)
        run = await self._interactions.create(await exchange.json(), key)
        if run.request.stream:
            await self._deliver(exchange, self._stream(exchange, run, 0, first=True), run)
        elif run.request.background:
            await exchange.answer(run.snapshot(with_input=False))
        else:
            await self._deliver(exchange, self._whole(exchange, run), run)

    async def _get(self, exchange: Exchange, run: Run) -> None:
        query = exchange.query()
        unknown = query.keys() - _QUERY_OF_GET - _ANYWHERE
        if unknown:
            raise Refused(400, "parameter_unknown", f"Unknown parameter: '{min(unknown)}'.")
        streams = _flag(query, "stream", default=False)
        with_input = _flag(query, "include_input", default=True)
        last_event_id = query.get("last_event_id")
        if not streams:
            if last_event_id is not None:
                raise invalid("'last_event_id' needs 'stream' to be true.")
            await exchange.answer(run.snapshot(with_input=with_input))
            return
        position = run.position_after(last_event_id)
        await self._deliver(exchange, self._stream(exchange, run, position), run)

    async def _deliver(
        self, exchange: Exchange, answer: Coroutine[None, None, None], run: Run
    ) -> None:
        """Send an answer, until the client goes; a run that nobody can ask for again ends then."""
        sending = asyncio.create_task(answer)
        gone = asyncio.create_task(exchange.until_gone())
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            sending.cancel()
            await asyncio.wait((sending, gone))
            if not run.stored:
                await run.cancel()
        if not sending.cancelled():
            sending.result()

    async def _stream(
        self, exchange: Exchange, run: Run, position: int, *, first: bool = False
    ) -> None:
        await exchange.begin_stream()
        fault = fault_of(run.request.model) if first else fault_of(None)
        async with aclosing(run.follow(position)) as follow:
            async for records in follow:
                at_fault = (fault.cut or fault.stall) and run.fault_at is not None
                last = run.fault_at if at_fault else None
                await exchange.send(b"".join(records[: None if last is None else last - position]))
                position += len(records)
                if last is not None and position >= last:
                    if fault.stall:
                        await asyncio.Event().wait()  # for ever: until the client goes
                    raise Hangup
        if run.error is None:
            await exchange.send(DONE_RECORD)
        await exchange.end()

    async def _whole(self, exchange: Exchange, run: Run) -> None:
        if fault_of(run.request.model).stall:
            await asyncio.Event().wait()
        await run.until_ended()
        if run.error is not None:
            status = STATUS_OF_ERROR.get(run.error.code, 500)
            raise Refused(status, run.error.code, run.error.message)
        await exchange.answer(run.snapshot(with_input=False))


def _no_such_path() -> Refused:
    return Refused(404, "not_found", "There is nothing at this address.", form="rpc")


def _flag(query: dict[str, str], name: str, *, default: bool) -> bool:
    value = query.get(name)
    if value not in (None, "true", "false"):
        raise invalid(f"'{name}' must be true or false.")
    return default if value is None else value == "true"
